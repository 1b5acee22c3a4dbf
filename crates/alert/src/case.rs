//! The life of a case: everything that was said under one alert id, what may be said next, and where it stands.
//!
//! A [`Case`] is the set of its messages, and of the deadlines that a gateway has noted as missed, and nothing else. Its [`View`] is a pure function of that set and of the order in
//! which each agency sent its own, so every interleaving of the agencies' messages gives the same state: two logs need not
//! share one order. [`Case::apply`] therefore takes in whatever a log holds, and never fails; [`Case::permits`] is what a
//! gateway asks before it logs a message, and what it answers may hang on what this log has seen so far. Neither the index
//! nor the time of an entry is part of the state: another log gives others.
//!
//! # Who may say what
//!
//! The *originator* is the agency that sent the ALERT. An *addressee* is an agency that was sent the ALERT or an AMEND, that
//! the originator sent an `ACTION_REQUEST`, or to which somebody transferred the work. A *party* is the originator and
//! whoever was sent any message of the case. To anybody else the case does not exist (`ALERT_UNKNOWN`), because alert ids are
//! counted and could be tried one by one; nor does it to a party's node that may read nothing of it, because all of it goes to
//! nodes that are named (TLP:RED). `refers_to` names a message of the case that the sender's agency sent or was sent, and that
//! its node may read; all others read as unknown (`REFERENCE_UNKNOWN`). `references` may point into other cases and are not checked.
//!
//! | Message | Who | What it refers to |
//! |---|---|---|
//! | ALERT | whoever owns the id; once, and first | – |
//! | AMEND | originator | the newest version; its number is the next |
//! | CANCEL, RECALL | originator | anything |
//! | `RECALL_CONFIRM` | who was sent it | a RECALL |
//! | ACK, REJECT, `DISSEMINATION_REQUEST` | who was sent it | anything |
//! | ASSESSMENT, OUTCOME | addressee | anything |
//! | `HOLD_SET` | originator or addressee | anything |
//! | `HOLD_STATUS`, `HOLD_RELEASE` | who has set a hold of that kind | anything |
//! | RFI, RFS, `ACTION_REQUEST`, TRANSFER | originator or addressee | anything |
//! | `RFI_RESPONSE`, `RFS_RESULT` | who was asked | an RFI; an RFS |
//! | `ACTION_RESPONSE` | who was asked | an `ACTION_REQUEST`, ALERT or AMEND |
//! | `DISSEMINATION_DECISION` | who wrote what the request is about | a `DISSEMINATION_REQUEST` |
//! | COMMENT, LINK | party | anything |
//!
//! An answer goes to whoever asked, among others. A TRANSFER goes to the agency that shall take over. It hands over the
//! work, never the authorship: amending, cancelling and recalling stay with the originator, who answers for the data.
//!
//! # What is still accepted
//!
//! There is no message that closes a case: it is *closed* when every addressee's part has ended, by its final outcome, by
//! declining, or by transfer, and one of them reported an outcome as final. An alert to a topic, where most will never
//! report, is ended by its originator's CANCEL. What is closed stays closed. The principle: facts are always heard, because
//! goods do not wait for paper; new requests and judgements end with the case.
//!
//! An agency that has rejected the newest version it was sent has ended its part for as long as it stands by that. It *comes
//! round* when a person of it acknowledges what it had rejected, or when it accepts what is asked for. From then on it is at
//! work like any other: it is shown so, its clocks run, it is asked and answers, and the case waits for it. That hangs on the
//! order of its own messages alone, never on what others have said meanwhile, so in a closed case nobody comes round any more:
//! an ACCEPTED is refused there like every `ACTION_RESPONSE`, and a person's ACK of what the sender had rejected as well
//! (`ALERT_CLOSED`), if the case would be open again with it. An officer who is too late hears that, where a silent receipt would
//! let him believe that somebody still waits for his answer; that he has seen it he can say by a COMMENT, what he does about
//! goods by a hold or an OUTCOME. Until `floor/3` a rejection counted for good.
//!
//! | Message | own part final | closed | cancelled | recalled |
//! |---|---|---|---|---|
//! | AMEND, `ACTION_REQUEST`, RFI, RFS, TRANSFER | yes | `ALERT_CLOSED` | `ALERT_CANCELLED` | `RECALLED_ALERT` |
//! | CANCEL | yes | `ALERT_CLOSED` | `ALERT_CANCELLED` | `RECALLED_ALERT` |
//! | ASSESSMENT, REJECT | `ALERT_CLOSED` | `ALERT_CLOSED` | `ALERT_CANCELLED` | `RECALLED_ALERT` |
//! | `ACTION_RESPONSE` | yes | `ALERT_CLOSED` | yes | `RECALLED_ALERT` |
//! | `RFI_RESPONSE`, `RFS_RESULT`, LINK | yes | yes | yes | `RECALLED_ALERT` |
//! | `DISSEMINATION_REQUEST` and `_DECISION` | yes | yes | yes | `RECALLED_ALERT` |
//! | OUTCOME | `ALERT_CLOSED` | yes | yes | yes: it was under way |
//! | `HOLD_SET`, `HOLD_STATUS`, `HOLD_RELEASE` | yes | yes | yes | yes |
//! | ACK | yes | yes, but to come round | yes | yes |
//! | COMMENT | yes | yes | yes | yes |
//! | RECALL | yes | yes | yes | only from quarantine to erasure |
//! | `RECALL_CONFIRM` | – | – | – | yes |
//!
//! # A recall reaches everyone
//!
//! A RECALL must be addressed so that everybody who was ever sent anything of the case is sent it too; otherwise it is
//! refused, and the refusal names who is missing: agencies always, nodes as far as the sender's own may read of them, and of a
//! node that another agency wrote to in confidence the agency, because otherwise nobody could recall. It is not completed
//! silently: whom a statement goes to follows from what was signed, and an auditor can repeat that. Only who has left the directory,
//! or moved in it, is found where the case had found them ([`Case::widen`]). After a recall no message
//! of the case may reach anybody new, so the list cannot grow behind it. [`View::recall`] lists who has confirmed, and who has
//! not: an agency has when each of its nodes has that was named or has spoken, for each answers for its own copies.
//!
//! # Not here
//!
//! EXPIRED is a matter of the clock, and no state that anything is decided by ([`View::is_expired`]). ESCALATED is noted by the gateway ([`crate::clock`]) and taken in by
//! [`Case::apply_overdue`]. DISPUTED is no message and no rule: a case is, while a REJECT stands ([`View::disputes`]). DRAFT,
//! SUBMITTED and REJECTED come before the log.

use std::collections::BTreeSet;

use crate::code::{MessageType, RecallMeasure};
use crate::id::{AgencyId, MessageId};

mod answered;
mod dispute;
mod message;
mod node;
mod onward;
mod part;
mod rules;
#[cfg(test)]
mod tests;
mod view;
mod withdrawal;

pub use answered::{Late, Missed};
pub use message::{Audience, Names, Step};
pub use onward::{Onward, Released};
pub use rules::outlives_recall;
pub use view::{Confirmation, Hold, Part, Question, Recall, State, View};

/// Everything that was said under one alert id.
///
/// Costs at most 80 bytes for each message, and a share in names that many cases have in common; at most
/// [`CASE_MESSAGES_WITH_RECALL_MAX`](crate::limits::CASE_MESSAGES_WITH_RECALL_MAX) messages of each agency.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// In the order of this log, of which only the order of each agency's own messages means anything.
    steps: Vec<Step>,
    /// Deadlines that were missed, sorted.
    missed: Vec<Missed>,
}

/// There are many cases.
const _: () = assert!(size_of::<Step>() <= 80);

impl Case {
    /// Takes in a message. One that is there already changes nothing.
    pub fn apply(&mut self, step: Step) {
        if self.find(step.message_id) == Some(&step) {
            return;
        }
        // Most cases have few messages, and there are many cases: no room is kept ready.
        self.steps.reserve_exact(1);
        self.steps.push(step);
    }

    /// Takes out a message that did not get into the log after all.
    pub fn withdraw(&mut self, message_id: MessageId) {
        self.steps.retain(|step| step.message_id != message_id);
    }

    /// Whether nothing was said as yet.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Its messages, in the order of this log.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    fn find(&self, message_id: MessageId) -> Option<&Step> {
        self.steps.iter().find(|step| step.message_id == message_id)
    }

    /// The message that opened it. Were there two, which no gateway lets happen, it is the same one in any order.
    fn opening(&self) -> Option<&Step> {
        let alerts = self.of(MessageType::Alert);
        alerts.min_by_key(|step| step.message_id)
    }

    /// The agency that opened it and answers for it. Where the ALERT is missing, deleted by law or never sent to whoever asks,
    /// it is the agency that has amended or withdrawn it: a log takes these from nobody else.
    pub fn originator(&self) -> Option<&AgencyId> {
        use MessageType as T;
        let is_owners = |said| matches!(said, T::Amend | T::Cancel | T::Recall);
        let by_owner = || {
            let steps = self.steps.iter();
            let steps = steps.filter(|step| is_owners(step.message_type));
            // The same one in any order, should there be two.
            steps.min_by_key(|step| step.message_id)
        };
        self.opening().or_else(by_owner).map(Step::from)
    }

    fn of(&self, message_type: MessageType) -> impl Iterator<Item = &Step> {
        self.steps
            .iter()
            .filter(move |step| step.message_type == message_type)
    }

    /// The originator's own messages of a type: nobody else amends, cancels or recalls.
    fn by_originator(&self, message_type: MessageType) -> impl Iterator<Item = &Step> {
        let originator = self.originator();
        self.of(message_type)
            .filter(move |step| Some(step.from()) == originator)
    }

    /// The newest version of the alert.
    fn newest(&self) -> Option<&Step> {
        let amended = self
            .by_originator(MessageType::Amend)
            .max_by_key(|step| (step.version, step.message_id));
        amended.or_else(|| self.opening())
    }

    /// The number of the newest version; 0 before there is an alert.
    pub fn version(&self) -> u32 {
        self.newest().map_or(0, |step| step.version)
    }

    /// Whether the originator has said that the alert is no longer needed.
    pub fn is_cancelled(&self) -> bool {
        self.by_originator(MessageType::Cancel).next().is_some()
    }

    /// What the originator wants done with the alert, if it was recalled: the strictest measure.
    pub fn recalled(&self) -> Option<RecallMeasure> {
        let recalls = self.by_originator(MessageType::Recall);
        recalls.filter_map(Step::recall_measure).max()
    }

    /// Whether every addressee's part has ended, one of them with a final outcome.
    pub fn is_closed(&self) -> bool {
        let addressees = self.addressees();
        addressees.iter().all(|agency| self.has_ended(agency))
            && addressees.iter().any(|agency| self.is_final(agency))
    }

    /// Who is to act: see the module's documentation.
    pub fn addressees(&self) -> BTreeSet<&AgencyId> {
        let originator = self.originator();
        let mut addressees = BTreeSet::new();
        for step in &self.steps {
            match step.message_type {
                MessageType::Alert | MessageType::Amend => addressees.extend(step.to.all()),
                MessageType::ActionRequest if Some(step.from()) == originator => {
                    let others = step.to.all().filter(|agency| Some(*agency) != originator);
                    addressees.extend(others);
                }
                MessageType::Transfer => addressees.extend(step.transfer_to()),
                _ => {}
            }
        }
        addressees
    }

    /// Whether the agency is the originator, or was sent any message.
    pub fn is_party(&self, agency: &AgencyId) -> bool {
        self.originator() == Some(agency) || self.steps.iter().any(|step| step.to.reaches(agency))
    }
}
