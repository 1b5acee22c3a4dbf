//! What a proof is worth: computed here, from a policy that came by a trusted way, never read from what the gateway says.

use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::note::{NoteVerifier, VerifiedSignature};
use precinto_merkle::policy::{Grade, Policy};
use precinto_merkle::receipt::{Receipt, ReceiptError};
use precinto_proto::v1 as pb;

/// On whose word a checkpoint rests.
#[derive(Debug, Clone)]
pub struct Graded {
    /// What it is worth under the policy.
    pub grade: Grade,
    /// Who of the policy's witnesses has cosigned it, and when.
    pub cosignatures: Vec<VerifiedSignature>,
}

/// Grades a receipt of the log with the key `log`: everything that [`Receipt::verify`] checks, and the cosignatures.
pub fn of_receipt(
    receipt: &pb::Receipt,
    log: &NoteVerifier,
    policy: &Policy,
) -> Result<Graded, ReceiptError> {
    let read = Receipt::parse(&receipt.proof)?;
    let checkpoint = read.checkpoint(log)?;
    read.verify_under(&checkpoint, &receipt.record)?;
    of_checkpoint(&checkpoint, policy)
}

/// Grades a checkpoint whose signature by the log was verified.
pub fn of_checkpoint(
    checkpoint: &SignedCheckpoint,
    policy: &Policy,
) -> Result<Graded, ReceiptError> {
    Ok(Graded {
        grade: policy.grade(checkpoint)?,
        cosignatures: checkpoint.cosignatures(policy.witnesses())?,
    })
}
