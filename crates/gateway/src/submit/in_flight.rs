//! What the process holds of submissions at once: one budget of messages and bytes for everybody.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::{IN_FLIGHT_BYTES_MAX, IN_FLIGHT_MAX};

/// The budget. Who finds it spent waits; a stream that waits is not read, and so its sender waits too.
#[derive(Debug, Clone)]
pub struct Budget {
    messages: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
}

/// One submission's share; given back when dropped.
#[derive(Debug)]
pub struct Held {
    _message: OwnedSemaphorePermit,
    bytes: OwnedSemaphorePermit,
}

impl Held {
    /// Gives back what is held beyond `bytes`.
    pub fn shrink(&mut self, bytes: usize) {
        let keep = usize::try_from(share(bytes)).unwrap_or(usize::MAX);
        let excess = self.bytes.num_permits().saturating_sub(keep);
        drop(self.bytes.split(excess));
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            messages: Arc::new(Semaphore::new(IN_FLIGHT_MAX)),
            bytes: Arc::new(Semaphore::new(IN_FLIGHT_BYTES_MAX)),
        }
    }
}

impl Budget {
    /// Room for a message of `bytes`, if there is any at once.
    pub fn try_take(&self, bytes: usize) -> Option<Held> {
        let message = Arc::clone(&self.messages).try_acquire_owned().ok()?;
        let bytes = Arc::clone(&self.bytes)
            .try_acquire_many_owned(share(bytes))
            .ok()?;
        Some(Held {
            _message: message,
            bytes,
        })
    }

    /// Waits for room for a message of `bytes`. `None` only if the process is ending.
    pub async fn take(&self, bytes: usize) -> Option<Held> {
        // Always the message first: who waits for bytes holds a message, and those that hold both finish.
        let message = Arc::clone(&self.messages).acquire_owned().await.ok()?;
        let bytes = Arc::clone(&self.bytes)
            .acquire_many_owned(share(bytes))
            .await
            .ok()?;
        Some(Held {
            _message: message,
            bytes,
        })
    }
}

fn share(bytes: usize) -> u32 {
    u32::try_from(bytes.min(IN_FLIGHT_BYTES_MAX)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_spent_and_comes_back() {
        let budget = Budget::default();
        let large = IN_FLIGHT_BYTES_MAX / 2 + 1;
        let held = budget.try_take(large).unwrap();
        assert!(budget.try_take(large).is_none(), "bytes");
        drop(held);
        let held: Vec<_> = (0..IN_FLIGHT_MAX)
            .map(|_| budget.try_take(1).unwrap())
            .collect();
        assert!(budget.try_take(1).is_none(), "messages");
        drop(held);
        assert!(budget.try_take(large).is_some());
    }
}
