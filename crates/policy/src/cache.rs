//! Verdicts that were given before. What is asked is the key, all of it; the rules never change, so nothing here grows old: other
//! rules begin with nothing remembered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::limits::VERDICTS_MAX;
use crate::{Outcome, Verdict};

/// Shared by all who ask; the lock is held for a look, never while a question is decided.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    verdicts: Mutex<HashMap<Box<[u8]>, Arc<Verdict>>>,
}

impl Cache {
    /// The verdict on that question, decided now if it was not before.
    pub(crate) fn get(&self, key: Box<[u8]>, decide: impl FnOnce() -> Verdict) -> Arc<Verdict> {
        if let Some(verdict) = self.lock().get(&key) {
            return Arc::clone(verdict);
        }
        let verdict = Arc::new(decide());
        if verdict.outcome() == Outcome::Failed {
            // What failed for want of something is not everybody's answer.
            return verdict;
        }
        let mut verdicts = self.lock();
        if verdicts.len() >= VERDICTS_MAX {
            verdicts.clear();
        }
        verdicts.insert(key, Arc::clone(&verdict));
        verdict
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Box<[u8]>, Arc<Verdict>>> {
        // Whole after every step: whoever died in the middle left nothing half done.
        self.verdicts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
