//! Who is told of each batch that was committed: for figures, and nothing else.

use std::fmt::{self, Debug};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// A batch that has been committed.
#[derive(Debug, Clone, Copy)]
pub struct Commit {
    /// How many entries it holds.
    pub entries: usize,
    /// How long its data sync took.
    pub sync: Duration,
}

/// At most one onlooker; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Onlooker(Arc<OnceLock<See>>);

type See = Box<dyn Fn(Commit) + Send + Sync>;

impl Onlooker {
    /// Has `see` told from now on, unless another one is told already.
    pub(crate) fn set(&self, see: impl Fn(Commit) + Send + Sync + 'static) {
        self.0.get_or_init(|| Box::new(see));
    }

    pub(crate) fn tell(&self, commit: Commit) {
        if let Some(see) = self.0.get() {
            see(commit);
        }
    }
}

impl Debug for Onlooker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Onlooker")
    }
}
