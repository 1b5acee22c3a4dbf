//! A message id used again for other content: refused, and the reuse itself becomes an entry.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use precinto_alert::id::{MessageId, NodeId};
use precinto_envelope::verify::VerifiedEnvelope;
use precinto_ledger::{Entry, EntryKey};
use precinto_proto::v1 as pb;
use prost::Message as _;

use super::{Submissions, SubmitError, trust_refs};
use crate::limits::{CONFLICT_WINDOW, CONFLICTS_PER_NODE_MAX};

/// How many conflicts each sender may have logged in a while; the map is emptied with each new window, so it is bounded
/// by the nodes of the directory.
#[derive(Debug, Default)]
pub struct ConflictQuota {
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    began_ms: u64,
    logged: HashMap<NodeId, u32>,
}

impl ConflictQuota {
    /// Whether one more conflict of this sender may be logged now.
    pub(crate) fn take(&self, sender: &NodeId, now_ms: u64) -> bool {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let length_ms = u64::try_from(CONFLICT_WINDOW.as_millis()).unwrap_or(u64::MAX);
        if now_ms.saturating_sub(window.began_ms) >= length_ms {
            *window = Window {
                began_ms: now_ms,
                logged: HashMap::new(),
            };
        }
        let logged = window.logged.entry(sender.clone()).or_default();
        *logged = logged.saturating_add(1);
        *logged <= CONFLICTS_PER_NODE_MAX
    }
}

impl Submissions {
    /// Whether this reuse of a message id becomes an entry: one for each distinct refused statement, unless the sender has
    /// had too many. Asked once for each; a repeat of what stands in the log counts for nothing.
    pub(super) fn may_record_conflict(
        &self,
        verified: &VerifiedEnvelope,
    ) -> Result<bool, SubmitError> {
        let key = EntryKey::conflict(&verified.statement_id());
        if self.ledger.find(&key)?.is_some() {
            return Ok(false);
        }
        Ok(self.conflicts.take(verified.sender(), self.clock.now_ms()))
    }

    /// Appends the CONFLICT entry. The refusal is answered only after it is durable: it rests on it.
    pub(super) async fn record_conflict(
        &self,
        verified: &VerifiedEnvelope,
        message_id: &MessageId,
        accepted_index: u64,
        accepted_statement_id: [u8; 32],
    ) -> Result<(), SubmitError> {
        let sender = verified.sender();
        tracing::warn!(%sender, accepted_index, "message id reused for other content");
        let record = pb::ConflictRecord {
            sender: sender.to_string(),
            message_id: message_id.as_bytes().to_vec(),
            accepted_statement_id: accepted_statement_id.to_vec(),
            accepted_index,
            refused_statement_id: verified.statement_id().to_vec(),
            refused_envelope_digest: verified.envelope_digest().to_vec(),
            trust: trust_refs(verified),
        };
        self.ledger
            .append(Entry::conflict(verified, record.encode_to_vec()))
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicts_are_rationed_per_sender_and_window() {
        let quota = ConflictQuota::default();
        let node: NodeId = "spiffe://us.dev.invalid/agency/cbp/node/lax"
            .parse()
            .unwrap();
        let other: NodeId = "spiffe://mx.dev.invalid/agency/anam/node/nlu"
            .parse()
            .unwrap();
        let now_ms = 1_000_000;
        assert!((0..CONFLICTS_PER_NODE_MAX).all(|_| quota.take(&node, now_ms)));
        assert!(!quota.take(&node, now_ms + 59_999));
        assert!(quota.take(&other, now_ms));
        assert!(quota.take(&node, now_ms + 60_000));
    }
}
