//! Tasks that end with whoever started them, and whose end is noticed.

use tokio::task::JoinHandle;

/// A task that ends with whoever started it.
pub(super) struct AbortOnDrop(pub(super) JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// When a task has ended; without one, never.
pub(super) async fn ended(task: Option<&mut AbortOnDrop>) {
    match task {
        // However it ended.
        Some(AbortOnDrop(task)) => drop(task.await),
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn a_task_that_ends_early_is_noticed_and_one_that_is_not_wanted_never_ends() {
        let mut short = AbortOnDrop(tokio::spawn(async {}));
        ended(Some(&mut short)).await;
        let mut long = AbortOnDrop(tokio::spawn(std::future::pending()));
        for task in [Some(&mut long), None] {
            let waits = tokio::time::timeout(Duration::from_millis(20), ended(task));
            assert!(waits.await.is_err());
        }
    }
}
