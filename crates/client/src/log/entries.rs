//! Reading entries in order: contiguous, and each record true to its leaf.

use super::{LogClient, LogError};
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::leaf::{Leaf, commitment};
use precinto_proto::v1 as pb;
use tonic::Streaming;

/// Entries as they come. They prove nothing one by one: compute the root over all leaves and compare it, as audits do.
#[derive(Debug)]
pub struct Entries {
    pub(super) log: LogClient,
    pub(super) stream: Streaming<pb::ReadEntriesResponse>,
    pub(super) next: u64,
    pub(super) end: u64,
    pub(super) checkpoint: Option<SignedCheckpoint>,
}

impl Entries {
    /// The next entry, contiguous with the one before and true to its leaf's commitment; none after the last.
    pub async fn next(&mut self) -> Result<Option<pb::Entry>, LogError> {
        if self.checkpoint.is_some() {
            return Ok(None);
        }
        let ended = LogError::Answer("the entries end without a checkpoint");
        let pb::ReadEntriesResponse { entry, checkpoint } =
            self.stream.message().await?.ok_or(ended)?;
        let Some(entry) = entry else {
            let checkpoint = self.log.verified(&checkpoint)?;
            let last = if self.end == 0 {
                checkpoint.checkpoint().size
            } else {
                self.end
            };
            if self.next != last || checkpoint.checkpoint().size < last {
                return Err(LogError::Answer(
                    "the checkpoint does not cover the entries asked for",
                ));
            }
            self.checkpoint = Some(checkpoint);
            return Ok(None);
        };
        if entry.index != self.next {
            return Err(LogError::Answer("an entry is missing or out of order"));
        }
        check_commitment(&entry)?;
        self.next += 1;
        Ok(Some(entry))
    }

    /// The signed checkpoint that covers the entries, once all have come.
    pub fn checkpoint(&self) -> Option<&SignedCheckpoint> {
        self.checkpoint.as_ref()
    }
}

/// A record that is shown must be the one that the leaf commits to.
fn check_commitment(entry: &pb::Entry) -> Result<(), LogError> {
    let leaf = Leaf::from_bytes(&entry.leaf)?;
    if entry.withheld || entry.record_pruned {
        return Ok(());
    }
    let salt = entry.salt.as_slice().try_into();
    let salt = salt.map_err(|_| LogError::Answer("an entry's salt has not 32 bytes"))?;
    if commitment(leaf.entry_type, salt, &entry.record) != leaf.commitment {
        return Err(LogError::Answer(
            "an entry's record is not the one in the tree",
        ));
    }
    Ok(())
}
