//! How a delivery becomes the agency's own: answered once with the node's signed receipt as soon as this machine has it, handed
//! over once, however long that takes, and only then settled at the gateway.
//!
//! ```text
//! delivery, verified
//!  1 staged     <folder>/.<name>.staged          whole and on disk, under a name that nobody takes
//!  2 held       inbox.redb: index, signed ACK    one transaction: from here on this node has it, and the answer is fixed
//!  3 queued     outbox/…                         the ACK, the same bytes however often this step is repeated
//!  4 (command)  run with the delivery on stdin   ended with 0
//!  5 taken      inbox.redb: index                from here on it is the agency's
//!  6 released   <folder>/<name>.json             a rename: the agency's systems see it
//!  7 settled    at the gateway                   by the caller
//! ```
//!
//! A node that is killed anywhere gets the delivery again and goes on where it was. Before 5 the steps are repeated: the staged
//! file is replaced, a command runs again, which is told the entry's index to know it by; the ACK of 2 stays what it is. From 5
//! on nothing is repeated that anybody sees: a released file is not written again, also when somebody has taken it away. Entries
//! may be handed over in another order than they were held, as far as their caller lets urgent ones pass.
//!
//! What a person has the gateway deliver anew (`sub seek`) is handed over anew, and answered no second time.
//!
//! `inbox.redb` holds some 60 bytes a delivery, for [`TAKEN_KEPT`]. Trust statement: whoever can write it can keep deliveries from being handed
//! over; whoever deletes it has those handed over and answered once more that the gateway does not know as settled.

mod answer;
mod hand_over;
mod recall;
mod store;
mod tables;

pub use answer::{asks_for_receipt, node_receipt};
pub use hand_over::{HandOver, file_name, overdue_file_name};
pub use recall::Confirming;
pub use store::{Inbox, InboxError, Taken};

use crate::author::{Author, AuthorError};
use crate::clock::Clock;
#[cfg(doc)]
use crate::limits::TAKEN_KEPT;
use crate::outbox::{Fate, Outbox, OutboxError, Turn};
use crate::subscribe::Delivery;
use precinto_alert::code::RecallMeasure;
use precinto_alert::statement::Statement;
use std::io;
use std::sync::Arc;

/// Takes deliveries in; owned by the node's one agent. Its calls block for the disk.
#[derive(Debug)]
pub struct Reception {
    /// What was taken before.
    pub inbox: Arc<Inbox>,
    /// Where deliveries lie until they are handed over, and then, if the agency's systems take files, for those.
    pub folder: Option<HandOver>,
    /// Where answers go.
    pub outbox: Outbox,
    /// Who signs the node's receipts; `None` for a node that gives none.
    pub author: Option<Arc<Author>>,
    /// The time of what is signed.
    pub clock: Clock,
    /// Whether the agency's systems do what is handed over to them, recalls included, so that this node answers for it.
    pub confirms_recalls: bool,
}

/// Why a delivery could not be taken in. It was not settled, and comes again.
#[derive(Debug, thiserror::Error)]
pub enum ReceptionError {
    /// What was taken cannot be remembered.
    #[error(transparent)]
    Inbox(#[from] InboxError),
    /// The folder for the agency's systems cannot be written.
    #[error("the hand-over folder cannot be written: {0}")]
    HandOver(#[source] io::Error),
    /// The answer cannot be queued.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// The answer cannot be signed.
    #[error("the receipt cannot be signed: {0}")]
    Answer(#[from] AuthorError),
    /// The confirmation of a recall cannot be signed.
    #[error("the confirmation cannot be signed: {0}")]
    Confirmation(String),
    /// There is no number for the answer.
    #[error("the node's counters cannot be read or written: {0}")]
    Counter(#[source] io::Error),
}

/// One entry of the log on its way in.
#[derive(Debug, Clone)]
pub struct Item {
    /// Where in the log it stands: by it a repeat is known.
    pub index: u64,
    /// The name of its file; always the same for the same entry. See [`file_name`].
    pub name: String,
    /// The statement that asks for an answer; `None` for an entry that is none.
    pub said: Option<Statement>,
}

impl Item {
    /// A delivery on its way in.
    pub fn of(delivery: &Delivery) -> Self {
        Self {
            index: delivery.index,
            name: file_name(delivery.index, &delivery.statement),
            said: Some(delivery.statement.clone()),
        }
    }
}

impl Reception {
    /// Whether the entry was taken in before: then [`Self::finish`] is all that is left.
    pub fn has(&self, item: &Item) -> Result<bool, ReceptionError> {
        let taken = self.inbox.taken(item.index)?;
        Ok(!matches!(taken, Taken::No | Taken::Held | Taken::Again))
    }

    /// Whether it is put away instead of being handed over: a recall of its alert, which came after it, was handed over before it,
    /// to systems that acted on it. What was promised by that holds whatever the settings say now.
    pub fn withholds(&self, item: &Item) -> Result<bool, ReceptionError> {
        Ok(self.inbox.withholds(item)?)
    }

    /// Step 1: the entry as the agency's systems will read it.
    pub fn stage(&self, item: &Item, json: &[u8]) -> Result<(), ReceptionError> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        // Within the turn no erasure is confirmed between the look and the file.
        let withheld = self.withholds(item)?;
        let _turn = withheld.then(|| self.outbox.turn()).transpose()?;
        if withheld && self.inbox.measure_for_late(item)? == RecallMeasure::Erase {
            return Ok(());
        }
        let staged = folder.stage(&item.name, json);
        staged.map_err(ReceptionError::HandOver)
    }

    /// Steps 2 and 3, once it is staged. `sequence` gives the sender's next number; it is asked at most once for an entry, and
    /// within the outbox's turn.
    pub fn hold(
        &self,
        item: &Item,
        sequence: impl FnOnce() -> io::Result<u64>,
    ) -> Result<(), ReceptionError> {
        let mut turn = self.outbox.turn()?;
        if self.inbox.taken(item.index)? == Taken::No {
            let answer = match self.to_answer(item) {
                Some((author, said)) => {
                    let number = sequence().map_err(ReceptionError::Counter)?;
                    Some(node_receipt(said, author, number, self.clock.now_ms())?)
                }
                None => None,
            };
            let now_ms = self.clock.now_ms();
            self.inbox.hold(item.index, answer.as_ref(), now_ms)?;
        }
        match self.answer_in(&mut turn, item) {
            // No room for a receipt keeps no alert from the agency: it is tried again, and told, when that is taken.
            Err(ReceptionError::Outbox(_)) => Ok(()),
            answered => answered,
        }
    }

    /// Steps 5 and 6, and 3 if it was left out. On return the delivery may be settled.
    pub fn take(&self, item: &Item) -> Result<(), ReceptionError> {
        let mut turn = self.outbox.turn()?;
        let (now_ms, act) = (self.clock.now_ms(), self.confirms_recalls);
        self.inbox.take(item.index, None, now_ms, act)?;
        // From here on it is the agency's.
        self.finish_in(&mut turn, item)
    }

    /// Step 6, and 3 if it was left out, for what was taken before.
    pub fn finish(&self, item: &Item) -> Result<(), ReceptionError> {
        self.finish_in(&mut self.outbox.turn()?, item)
    }

    /// Who signs the receipt, and for what; within an agency nobody waits for one.
    fn to_answer<'a>(&'a self, item: &'a Item) -> Option<(&'a Author, &'a Statement)> {
        let (author, said) = (self.author.as_ref()?, item.said.as_ref()?);
        let is_foreign = author.node().agency() != said.sender().agency();
        (is_foreign && asks_for_receipt(said)).then_some((author, said))
    }

    fn finish_in(&self, turn: &mut Turn<'_>, item: &Item) -> Result<(), ReceptionError> {
        if let Some(folder) = &self.folder {
            let released = if self.withholds(item)? {
                folder.withhold(&item.name, self.inbox.measure_for_late(item)?)
            } else {
                folder.release(&item.name)
            };
            released.map_err(ReceptionError::HandOver)?;
        }
        // Both when a program was run and when the file is given its name: the settings may have changed between.
        let act = self.confirms_recalls && self.inbox.was_acted_on(item.index)?;
        self.inbox.recall_handed_over(item, act)?;
        self.answer_in(turn, item)
    }

    fn answer_in(&self, turn: &mut Turn<'_>, item: &Item) -> Result<(), ReceptionError> {
        if let Some(answer) = self.inbox.answer(item.index)? {
            // What was refused is told, and not asked again with each delivery.
            if self.outbox.fate(answer.message_id())? == Fate::Unknown {
                let _queued = turn.put(&answer)?;
            }
            self.inbox.answered(item.index)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
