//! What a stream has shown of the log to who listens, and the proof that the next goes on from it.

use precinto_ledger::Ledger;

/// The size of the largest checkpoint that was shown. The proofs save the other end a question for each; it decides by them, or by
/// what it asks itself, what it believes.
#[derive(Debug, Default)]
pub(crate) struct Shown(u64);

impl Shown {
    /// Begins with what the other end says that it holds.
    pub(crate) fn since(size: u64) -> Self {
        Self(size)
    }

    /// A checkpoint of `size` entries is shown for which the other end asks for itself.
    pub(crate) fn reach(&mut self, size: u64) {
        self.0 = self.0.max(size);
    }

    /// The consistency proof between the largest checkpoint before and the one of `size` entries that is shown now, the smaller one
    /// first; empty if there is nothing to prove, or no such tree.
    pub(crate) fn proof<T: From<Vec<u8>>>(&mut self, size: u64, ledger: &Ledger) -> Vec<T> {
        let (old, new) = (self.0.min(size), self.0.max(size));
        self.0 = new;
        if old == new {
            return Vec::new();
        }
        let proof = ledger.consistency(old, new).unwrap_or_default();
        proof.iter().map(|hash| hash.to_vec().into()).collect()
    }
}
