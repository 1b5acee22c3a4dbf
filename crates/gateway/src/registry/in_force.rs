//! The directory in force, and the order between decisions and its change.
//!
//! Who only reads asks for [`InForce::now`]. Who decides what becomes an entry holds the directory ([`InForce::hold`]) until
//! that entry is in the log's queue; the next one comes into force only when nobody holds the one before, and its entry is
//! logged in between. So what stands before a part's entry in the log was decided without it, and what stands after it by
//! it: an auditor can demand that every record names the newest parts before it.
//!
//! Nobody waits in a circle. Whoever asks to hold, or to change, stands in one row from that moment on, and waits only for
//! those before him. Who holds it waits for no one in the row but, on a stream, for the messages before his own, and a
//! stream asks in the order of its messages. So whatever anybody waits for stands further in front.

use std::future::{Future, ready};
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, watch};

use super::Directory;

/// A handle to the directory in force; clones show the same.
#[derive(Debug, Clone)]
pub struct InForce {
    current: watch::Receiver<Arc<Directory>>,
    deciding: Arc<RwLock<()>>,
}

/// The directory by which something is being decided. While it is held, no other comes into force.
#[derive(Debug)]
pub struct Held {
    directory: Arc<Directory>,
    _deciding: OwnedRwLockReadGuard<()>,
}

/// A place in the row of those who want to hold the directory, which resolves when they do; dropped, it is given up.
pub type Turn = Pin<Box<dyn Future<Output = Held> + Send>>;

/// The one who may put another directory in force.
#[derive(Debug)]
pub(crate) struct Seat {
    current: watch::Sender<Arc<Directory>>,
    deciding: Arc<RwLock<()>>,
}

/// Nobody decides anything; the next directory may come into force.
pub(crate) struct Change<'a> {
    seat: &'a Seat,
    _alone: OwnedRwLockWriteGuard<()>,
}

impl InForce {
    /// Nothing but this directory for as long as the process lives; for tests.
    #[cfg(test)]
    pub(crate) fn for_ever(directory: Directory) -> Self {
        Seat::new(directory).in_force()
    }

    /// The directory of this moment.
    pub fn now(&self) -> Arc<Directory> {
        Arc::clone(&self.current.borrow())
    }

    /// The directory of this moment, which stays in force until it is let go. To be held shortly: whoever puts the next one
    /// in force waits for it, and everybody else behind him.
    ///
    /// The place in the row is taken by the call, not when the turn is first waited for. It may be held from then on
    /// already, so a turn that nobody waits for holds up the others too.
    pub fn hold(&self) -> Turn {
        let (current, deciding) = (self.current.clone(), Arc::clone(&self.deciding));
        let turn = async move {
            let deciding = deciding.read_owned().await;
            let directory = Arc::clone(&current.borrow());
            Held {
                directory,
                _deciding: deciding,
            }
        };
        // The first poll takes the place; a task that has used up its share of the worker would be put off without one.
        let mut turn: Turn = Box::pin(tokio::task::unconstrained(turn));
        match turn.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(held) => Box::pin(ready(held)),
            Poll::Pending => turn,
        }
    }

    /// Whether another one has come into force since this handle last looked with [`InForce::look`].
    pub(crate) fn has_news(&self) -> bool {
        self.current.has_changed().unwrap_or_default()
    }

    /// The directory of this moment, of which this handle now knows.
    pub(crate) fn look(&mut self) -> Arc<Directory> {
        Arc::clone(&self.current.borrow_and_update())
    }

    /// Resolves when there is one that this handle does not know of; cancel-safe.
    pub(crate) async fn news(&mut self) {
        if self.current.changed().await.is_err() {
            // Nobody can put another one in force any more.
            std::future::pending::<()>().await;
        }
    }
}

impl Deref for Held {
    type Target = Directory;

    fn deref(&self) -> &Directory {
        &self.directory
    }
}

impl Seat {
    pub(crate) fn new(directory: Directory) -> Self {
        Self {
            current: watch::Sender::new(Arc::new(directory)),
            deciding: Arc::default(),
        }
    }

    pub(crate) fn in_force(&self) -> InForce {
        InForce {
            current: self.current.subscribe(),
            deciding: Arc::clone(&self.deciding),
        }
    }

    /// Waits until nobody holds the directory, but not for longer than `at_most`: what others decide is not kept waiting by
    /// one decision that does not end.
    pub(crate) async fn change(&self, at_most: Duration) -> Option<Change<'_>> {
        let alone = Arc::clone(&self.deciding).write_owned();
        let alone = tokio::time::timeout(at_most, alone).await.ok()?;
        Some(Change {
            seat: self,
            _alone: alone,
        })
    }
}

impl Change<'_> {
    /// Puts the next directory in force. Its new part MUST be in the log, synced.
    pub(crate) fn put_in_force(self, directory: Arc<Directory>) {
        self.seat.current.send_replace(directory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::tests::example;

    #[tokio::test(start_paused = true)]
    async fn who_asked_before_a_change_does_not_wait_for_it() {
        let seat = Seat::new(example());
        let in_force = seat.in_force();
        // Of two messages the second has its check behind it first, and is committed after the first.
        let first = in_force.hold();
        let second = in_force.hold().await;
        let change =
            tokio::spawn(async move { seat.change(Duration::from_secs(5)).await.is_some() });
        tokio::task::yield_now().await;
        let third = in_force.hold();
        let began = tokio::time::Instant::now();
        drop(first.await);
        drop(second);
        assert!(change.await.unwrap(), "it waited for who waited for it");
        drop(third.await);
        assert_eq!(began.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_is_given_up_holds_up_nobody() {
        let seat = Seat::new(example());
        let in_force = seat.in_force();
        let change = seat.change(Duration::ZERO).await.unwrap();
        let waiting = in_force.hold();
        drop(change);
        drop((waiting, in_force.hold()));
        assert!(seat.change(Duration::ZERO).await.is_some());
    }
}
