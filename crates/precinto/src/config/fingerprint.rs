//! Whether the files that a node's certificates, keys and trust come from have changed: they are renewed while it runs.

use super::Node;
use std::path::Path;
use std::time::SystemTime;

/// When each of them was changed last; nothing for one that cannot be looked at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(Vec<Option<SystemTime>>);

impl Fingerprint {
    /// As they are now.
    pub(crate) fn of(node: &Node) -> Self {
        let pairs = std::iter::once(&node.tls).chain(&node.signing);
        let pairs = pairs.flat_map(|pair| [&pair.certificate, &pair.key]);
        let trust = node
            .sides
            .iter()
            .flat_map(|side| side.roots.iter().chain(&side.crls));
        let witness = node.witness.iter();
        let changed = |path: &Path| {
            std::fs::metadata(path)
                .and_then(|found| found.modified())
                .ok()
        };
        let all = pairs.chain(trust).chain(witness);
        Self(all.map(|path| changed(path)).collect())
    }

    /// Whether one of them is another than it was.
    pub(crate) fn has_changed(&self, node: &Node) -> bool {
        *self != Self::of(node)
    }
}
