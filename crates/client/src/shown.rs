//! What a gateway has shown of the log on one stream: each receipt's checkpoint is held against the largest one before it, so that no
//! entry is believed that stands on a branch of its own.
//!
//! A receipt alone proves that the log's key has signed for the entry. Whoever has stolen the key can sign for an entry that nobody
//! else will ever see; that one tree holds it *and* everything that was shown before and after is what is asked here.

use crate::extends::extends;
use crate::log::{LogClient, hashes};
use crate::pin::{AcceptError, agree};
use precinto_merkle::checkpoint::SignedCheckpoint;

/// Nothing came with a checkpoint.
pub(crate) const NO_PROOF: &[[u8; 32]] = &[];

/// The largest checkpoint shown so far. Every other that was shown is of a tree that it goes on from.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    largest: Option<SignedCheckpoint>,
}

impl Shown {
    /// Begins with what was verified before, if anything was.
    pub(crate) fn since(verified: Option<&SignedCheckpoint>) -> Self {
        Self {
            largest: verified.cloned(),
        }
    }

    /// Number of entries under the largest checkpoint shown so far; 0 when nothing was shown.
    pub(crate) fn size(&self) -> u64 {
        self.largest
            .as_ref()
            .map_or(0, |largest| largest.checkpoint().size)
    }

    /// Holds `offered`, larger or smaller, against what was shown before. The consistency `proof` that came with it saves a question;
    /// where it does not fit, `log` is asked for one, which decides.
    ///
    /// Cancel-safe: what has not been held against the rest has not been shown.
    pub(crate) async fn goes_on(
        &mut self,
        offered: &SignedCheckpoint,
        proof: &[impl AsRef<[u8]>],
        log: &LogClient,
    ) -> Result<(), AcceptError> {
        if let Some(largest) = &self.largest {
            if !is_proven(largest, offered, proof) {
                agree(largest, offered, log).await?;
            }
            if offered.checkpoint().size <= largest.checkpoint().size {
                return Ok(());
            }
        }
        self.largest = Some(offered.clone());
        Ok(())
    }
}

/// Whether the proof alone shows that the two are of one growing log.
fn is_proven(one: &SignedCheckpoint, other: &SignedCheckpoint, proof: &[impl AsRef<[u8]>]) -> bool {
    let (one, other) = (one.checkpoint(), other.checkpoint());
    let (old, new) = if one.size < other.size {
        (one, other)
    } else {
        (other, one)
    };
    if old.size == new.size {
        return old.root == new.root;
    }
    hashes(proof).is_ok_and(|proof| extends(old, new, &proof).is_ok())
}

#[cfg(test)]
mod tests;
