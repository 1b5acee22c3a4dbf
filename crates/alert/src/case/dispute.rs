//! Which messages are contested, and by whom.
//!
//! No message type is called a dispute. Whoever was sent something that cannot be right says so by a REJECT with coded
//! reasons, and that is what a customs desk calls a dispute: two agencies that do not agree about what was said, an alert, an
//! outcome or a request. It lasts until one of the two has moved: the author has put a newer message of the same type in its
//! place (an AMEND, for an alert), or whoever contested it has taken it up all the same, by a person's acknowledgement or by
//! accepting what it asks for. What is cancelled or recalled is contested no more.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Step};
use crate::code::{AckLevel, ActionVerdict, MessageType as T};
use crate::id::{AgencyId, MessageId};

impl Case {
    /// The messages that are contested, each with who contests it. A dispute changes nothing of what may be said next.
    pub(super) fn disputes(&self) -> BTreeMap<MessageId, BTreeSet<AgencyId>> {
        let mut disputes: BTreeMap<MessageId, BTreeSet<AgencyId>> = BTreeMap::new();
        if self.is_cancelled() || self.recalled().is_some() {
            return disputes;
        }
        for reject in self
            .steps
            .iter()
            .filter(|step| step.message_type == T::Reject)
        {
            let Some(about) = reject.refers_to.and_then(|id| self.find(id)) else {
                continue;
            };
            if !self.is_replaced(about) && !self.has_come_round(reject) {
                let who = disputes.entry(about.message_id).or_default();
                who.insert(reject.from().clone());
            }
        }
        disputes
    }

    /// Whether its author has said the same thing anew since.
    fn is_replaced(&self, said: &Step) -> bool {
        let newer = match said.message_type {
            T::Alert | T::Amend => T::Amend,
            same => same,
        };
        self.since(said).any(|step| step.message_type == newer)
    }

    /// Whether who contests a message has taken it up since.
    pub(super) fn has_come_round(&self, reject: &Step) -> bool {
        let about = self
            .since(reject)
            .filter(|step| step.refers_to == reject.refers_to);
        about.into_iter().any(|step| {
            let accepted = Some(ActionVerdict::Accepted) == step.verdict();
            let in_part = Some(ActionVerdict::Partial) == step.verdict();
            step.ack_level() >= Some(AckLevel::Person) || accepted || in_part
        })
    }

    /// What the same agency has said after it: an order that every log has.
    pub(super) fn since<'a>(&'a self, step: &'a Step) -> impl Iterator<Item = &'a Step> {
        let said = self.said_by(step.from());
        said.skip_while(|one| one.message_id != step.message_id)
            .skip(1)
    }
}
