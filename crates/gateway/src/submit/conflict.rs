//! A message id used again for other content: refused, and the reuse itself becomes an entry.

use precinto_alert::id::MessageId;
use precinto_envelope::verify::VerifiedEnvelope;
use precinto_ledger::{Entry, EntryKey};
use precinto_proto::v1 as pb;
use prost::Message as _;

use super::admit::trust_refs;
use super::{Submissions, SubmitError};

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
        let taken = self.conflicts.take(verified.sender(), self.clock.now_ms());
        Ok(taken.is_ok())
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
            trust: trust_refs(verified).collect(),
        };
        self.ledger
            .append(Entry::conflict(verified, record.encode_to_vec()))
            .await?;
        Ok(())
    }
}
