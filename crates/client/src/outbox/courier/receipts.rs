//! What the receipts of sent messages say of the log: held against all that this node hears of it, once nothing is under way.
//!
//! A receipt is proof that the log's key has signed for the message. That the message stands in the log that the other side reads
//! is known when its checkpoint and theirs are of one growing log.

use super::CourierError;
use crate::connection::Connection;
use crate::heard::Common;
use crate::limits::RECEIPTS_UNHELD_MAX;
use crate::log::{LogClient, LogError};
use crate::pin::AcceptError;
use precinto_merkle::receipt::checkpoint_note;
use precinto_proto::v1 as pb;
use std::collections::VecDeque;

/// The checkpoints of believed receipts, one for each batch, that have not been held against the rest yet.
#[derive(Debug)]
pub(super) struct Receipts {
    common: Common,
    unheld: VecDeque<String>,
}

impl Receipts {
    pub(super) fn new(common: Common) -> Self {
        Self {
            common,
            unheld: VecDeque::new(),
        }
    }

    /// Takes note of a receipt that is believed. Of a log that has answered no question for so many batches the oldest are left
    /// out: the receipts themselves are kept, for `audit compare`.
    pub(super) fn has(&mut self, receipt: &pb::Receipt) {
        let Some(note) = checkpoint_note(&receipt.proof) else {
            return;
        };
        if self.unheld.back().is_some_and(|last| last == note) {
            return;
        }
        if self.is_full() {
            self.unheld.pop_front();
        }
        self.unheld.push_back(note.to_owned());
    }

    pub(super) fn is_full(&self) -> bool {
        self.unheld.len() >= RECEIPTS_UNHELD_MAX
    }

    /// Has the log show that all of them are of the log that this node has heard of elsewhere. Where it does not come to an answer
    /// it is asked again next time.
    pub(super) async fn agree(&mut self, connection: &Connection) -> Result<(), CourierError> {
        let log = LogClient::new(connection);
        while let Some(note) = self.unheld.front() {
            let agreed = match log.verified(note) {
                Ok(checkpoint) => self.common.agree(&checkpoint, &log).await,
                Err(error) => Err(error.into()),
            };
            match agreed {
                Ok(()) => drop(self.unheld.pop_front()),
                Err(AcceptError::Log(LogError::Refused(_))) => return Ok(()),
                Err(AcceptError::Log(error)) => return Err(CourierError::Unshown(error)),
                Err(AcceptError::Contradiction(lie)) => return Err(lie.into()),
                Err(AcceptError::Pin(error)) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
