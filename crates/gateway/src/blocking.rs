//! Where work goes that waits for the disk or computes for long: away from the async workers.

use std::cell::Cell;

use tokio::task::JoinHandle;

thread_local! {
    static INLINE: Cell<bool> = const { Cell::new(false) };
}

/// For simulations only: what runs on this thread has no other threads from now on, so that the same is done in the same order each
/// time. Work that blocks is then a task as any other, and holds up everybody.
pub fn stay_on_this_thread() {
    INLINE.set(true);
}

/// Whether [`stay_on_this_thread`] was said here.
pub(crate) fn is_inline() -> bool {
    INLINE.get()
}

/// Does `work` on a thread that may block.
pub(crate) fn spawn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    if is_inline() {
        tokio::spawn(async move { work() })
    } else {
        tokio::task::spawn_blocking(work)
    }
}
