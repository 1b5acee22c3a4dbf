//! Originator control: which messages pass on what another said, and by whose word they may.
//!
//! The information in a case is its originator's. Who was sent it may speak of it to everybody who was sent it too, and within its
//! own side to others, unless the originator keeps it close: TLP:AMBER+STRICT or RED, use code H2, or a list of to whom it may be
//! released. To reach an agency of another side, or with what is kept close any new one, takes the originator's word in the log: a
//! `DISSEMINATION_DECISION` that grants a release which covers that agency. The originator's own messages need nobody's word, nor
//! does an answer to whoever asked, nor the confirmation of a recall.

use super::{Case, Step};
use crate::code::MessageType as T;
use crate::handling::Release;
use crate::id::{AgencyId, MessageId, NodeId, Side};

/// An agency that gets what somebody else than the originator passes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onward {
    /// Who gets it.
    pub agency: AgencyId,
    /// The originator's word, if there is one.
    pub released_by: Option<Released>,
}

/// A `DISSEMINATION_DECISION` of the originator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    /// The node that said it.
    pub sender: NodeId,
    /// Its id.
    pub message_id: MessageId,
}

impl Case {
    /// The agencies to which this message would be passed on, each once, sorted; nobody for most messages. `lives_in` says whether a
    /// side is of a country, for releases that name one.
    pub fn onward(&self, step: &Step, lives_in: impl Fn(&Side, &str) -> bool) -> Vec<Onward> {
        let from = step.from();
        let Some(originator) = self.originator().filter(|originator| *originator != from) else {
            return Vec::new();
        };
        if matches!(step.message_type, T::Cancel | T::Recall | T::RecallConfirm) {
            return Vec::new();
        }
        // What is no longer there to be looked at is kept close.
        let is_close = self.newest().is_none_or(Step::is_close);
        let asked = step.refers_to.filter(|_| step.is_answer());
        let asker = asked.and_then(|id| self.find(id)).map(Step::from);
        let is_onward = |agency: &&AgencyId| {
            *agency != from
                && Some(*agency) != asker
                && (is_close || agency.side() != from.side())
                && !self.is_party(agency)
        };
        let mut agencies: Vec<&AgencyId> = step.to.all().filter(is_onward).collect();
        agencies.sort_unstable();
        agencies.dedup();
        let onward = agencies.into_iter().map(|agency| Onward {
            agency: agency.clone(),
            released_by: self.released(originator, agency, &lives_in),
        });
        onward.collect()
    }

    /// The first word of the originator that still stands and lets the agency have it.
    fn released(
        &self,
        originator: &AgencyId,
        agency: &AgencyId,
        lives_in: impl Fn(&Side, &str) -> bool,
    ) -> Option<Released> {
        let covers = |release: &Release| match release {
            Release::Country(country) => lives_in(agency.side(), country),
            Release::Agency(released)
            | Release::Unit {
                agency: released, ..
            } => released == agency,
        };
        let mut decisions = self.by_originator(T::DisseminationDecision);
        let word = decisions.find(|step| {
            step.from() == originator && step.releases().iter().any(covers) && self.stands(step)
        })?;
        Some(Released {
            sender: (*word.sender).clone(),
            message_id: word.message_id,
        })
    }

    /// Whether the originator has not decided otherwise about the same request since.
    fn stands(&self, decision: &Step) -> bool {
        let about_same = |step: &&Step| step.refers_to == decision.refers_to;
        let last = self
            .by_originator(T::DisseminationDecision)
            .filter(about_same)
            .last();
        last.is_some_and(|last| last.message_id == decision.message_id)
    }
}

#[cfg(test)]
mod tests;
