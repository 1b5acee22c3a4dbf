//! Whether one tree begins with another: the rule by which a log is held to what it has shown before.

use precinto_merkle::checkpoint::Checkpoint;
use precinto_merkle::hash::Hash;
use precinto_merkle::{ProofError, consistency};

/// Whether `proof` shows that the tree of `new` begins with that of `old`. Any tree begins with the empty one.
pub(crate) fn extends(
    old: &Checkpoint,
    new: &Checkpoint,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old.size == 0 {
        return if proof.is_empty() {
            Ok(())
        } else {
            Err(ProofError::Length)
        };
    }
    consistency::verify(old.size, new.size, &old.root, &new.root, proof)
}
