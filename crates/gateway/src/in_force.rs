//! The terms in force, who exists and whose certificates count, and the order between decisions and their change.
//!
//! Who only reads asks for [`InForce::now`]. Who decides what becomes an entry holds the terms ([`InForce::hold`]) until
//! that entry is in the log's queue; the next ones come into force only when nobody holds those before, and the entries that
//! say so are logged in between. So what stands before such an entry in the log was decided without it, and what stands
//! after it by it: an auditor can demand that every record names the newest parts and revocation lists before it.
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

use precinto_envelope::trust::TrustStore;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, watch};

use crate::registry::Directory;

/// By what is decided at one moment.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Who exists.
    pub directory: Arc<Directory>,
    /// Whose certificates count.
    pub trust: Arc<TrustStore>,
}

/// A handle to the terms in force; clones show the same.
#[derive(Debug, Clone)]
pub struct InForce {
    current: watch::Receiver<Terms>,
    deciding: Arc<RwLock<()>>,
}

/// The terms by which something is being decided, of which most ask the directory. While they are held, no others come into
/// force.
#[derive(Debug)]
pub struct Held {
    terms: Terms,
    _deciding: OwnedRwLockReadGuard<()>,
}

/// A place in the row of those who want to hold the terms, which resolves when they do; dropped, it is given up.
pub type Turn = Pin<Box<dyn Future<Output = Held> + Send>>;

/// The one who may put other terms in force.
#[derive(Debug)]
pub(crate) struct Seat {
    current: watch::Sender<Terms>,
    deciding: Arc<RwLock<()>>,
}

/// Nobody decides anything; the next terms may come into force.
pub(crate) struct Change<'a> {
    seat: &'a Seat,
    _alone: OwnedRwLockWriteGuard<()>,
}

impl Terms {
    /// Whether these are those, and not only alike.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.directory, &other.directory) && Arc::ptr_eq(&self.trust, &other.trust)
    }
}

impl InForce {
    /// Nothing but this directory for as long as the process lives; for tests.
    #[cfg(test)]
    pub(crate) fn for_ever(directory: Directory) -> Self {
        Seat::for_tests(directory).in_force()
    }

    /// The directory of this moment.
    pub fn now(&self) -> Arc<Directory> {
        Arc::clone(&self.current.borrow().directory)
    }

    /// Whose certificates count at this moment.
    pub fn trust(&self) -> Arc<TrustStore> {
        Arc::clone(&self.current.borrow().trust)
    }

    /// The terms of this moment, which stay in force until they are let go. To be held shortly: whoever puts the next ones
    /// in force waits for it, and everybody else behind him.
    ///
    /// The place in the row is taken by the call, not when the turn is first waited for. It may be held from then on
    /// already, so a turn that nobody waits for holds up the others too.
    pub fn hold(&self) -> Turn {
        let (current, deciding) = (self.current.clone(), Arc::clone(&self.deciding));
        let turn = async move {
            let deciding = deciding.read_owned().await;
            let terms = current.borrow().clone();
            Held {
                terms,
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

    /// Whether others have come into force since this handle last looked with [`InForce::look`].
    pub(crate) fn has_news(&self) -> bool {
        self.current.has_changed().unwrap_or_default()
    }

    /// The terms of this moment, of which this handle now knows.
    pub(crate) fn look(&mut self) -> Terms {
        self.current.borrow_and_update().clone()
    }

    /// Resolves when there are some that this handle does not know of; cancel-safe.
    pub(crate) async fn news(&mut self) {
        if self.current.changed().await.is_err() {
            // Nobody can put others in force any more.
            std::future::pending::<()>().await;
        }
    }
}

impl Deref for Held {
    type Target = Directory;

    fn deref(&self) -> &Directory {
        &self.terms.directory
    }
}

impl Held {
    /// Who exists, and by which rules it is decided.
    pub fn directory(&self) -> &Arc<Directory> {
        &self.terms.directory
    }

    /// Whose certificates count for what is being decided.
    pub fn trust(&self) -> &Arc<TrustStore> {
        &self.terms.trust
    }
}

impl Seat {
    pub(crate) fn new(terms: Terms) -> Self {
        Self {
            current: watch::Sender::new(terms),
            deciding: Arc::default(),
        }
    }

    /// With this directory, and nobody whose certificates count.
    #[cfg(test)]
    pub(crate) fn for_tests(directory: Directory) -> Self {
        let trust = TrustStore::new(Vec::new()).expect("no side stands there twice");
        Self::new(Terms {
            directory: Arc::new(directory),
            trust: Arc::new(trust),
        })
    }

    pub(crate) fn terms(&self) -> Terms {
        self.current.borrow().clone()
    }

    pub(crate) fn in_force(&self) -> InForce {
        InForce {
            current: self.current.subscribe(),
            deciding: Arc::clone(&self.deciding),
        }
    }

    /// Waits until nobody holds the terms, but not for longer than `at_most`: what others decide is not kept waiting by
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
    /// Puts the next terms in force. What is new in them MUST be in the log, synced.
    pub(crate) fn put_in_force(self, terms: Terms) {
        self.seat.current.send_replace(terms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::tests::example;

    #[tokio::test(start_paused = true)]
    async fn who_asked_before_a_change_does_not_wait_for_it() {
        let seat = Seat::for_tests(example());
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
        let seat = Seat::for_tests(example());
        let in_force = seat.in_force();
        let change = seat.change(Duration::ZERO).await.unwrap();
        let waiting = in_force.hold();
        drop(change);
        drop((waiting, in_force.hold()));
        assert!(seat.change(Duration::ZERO).await.is_some());
    }
}
