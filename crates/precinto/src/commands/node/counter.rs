//! How a delivery gets from the desk to whoever takes deliveries by the API: over a counter, what is urgent first, then in the order
//! of the log.
//!
//! The desk lays deliveries down, and each lies there until it is settled or the desk takes it back. When nobody is there, or whoever
//! was there has gone, it lies there for the next one: only what somebody could not take is an attempt.
//!
//! The desk takes everything back whenever a session ends, and lays it down again in the next. What a taker has in hand stays there
//! meanwhile, and what they say of it is kept: nobody is handed a second time what they have taken. What the desk does not lay down
//! again, because it was put away, keeps its word until its taker goes, which harms nobody.

use crate::exit::Text;
use precinto_proto::v1 as pb;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::{Mutex, oneshot, watch};

/// A way through the desk; what is to be done first comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    /// For what cannot wait: a message of precedence P1 or P2, a recall, or a deadline that was missed for such a message.
    Urgent,
    /// For everything else, in the order in which it came.
    Routine,
}

/// Deliveries that one stream may have in hand at once: as many as the gateway leaves unsettled in each lane.
pub(super) const CREDIT_MAX: usize = 64;

/// By lane, the urgent one first, then by index.
type Place = (Lane, u64);

/// What a taker says of a delivery.
type Verdict = Result<(), Text>;

/// The counter itself.
#[derive(Debug, Default)]
struct Board {
    /// What lies there. Bounded: the desk lays down no more than [`CREDIT_MAX`] of each lane.
    lying: BTreeMap<Place, Offer>,
    /// What was said of deliveries that the desk had taken back, by index; at most [`SAID_MAX`].
    said: BTreeMap<u64, Verdict>,
}

/// As much as lies there at most: what is beyond that comes again, as it would if nothing were kept.
const SAID_MAX: usize = 2 * CREDIT_MAX;

impl Board {
    fn keep(&mut self, index: u64, verdict: Verdict) {
        drop(self.said.insert(index, verdict));
        if self.said.len() > SAID_MAX {
            drop(self.said.pop_first());
        }
    }
}

/// A delivery on the counter.
#[derive(Debug)]
struct Offer {
    delivery: Arc<pb::TakeDeliveriesResponse>,
    /// Whether it was taken, or why not.
    settle: oneshot::Sender<Verdict>,
}

/// The desk's side.
#[derive(Debug, Clone)]
pub(super) struct Window(Arc<watch::Sender<Board>>);

/// The takers' side.
#[derive(Debug, Clone)]
pub(super) struct Counter {
    board: Arc<watch::Sender<Board>>,
    /// Held by the one who takes: one at a time.
    pub(super) taker: Arc<Mutex<()>>,
}

/// A delivery that the desk has laid down; taken back when this is dropped.
#[derive(Debug)]
pub(super) struct Laid {
    board: Arc<watch::Sender<Board>>,
    place: Place,
    settled: oneshot::Receiver<Verdict>,
}

/// A counter, and its window.
pub(super) fn counter() -> (Window, Counter) {
    let board = Arc::new(watch::Sender::new(Board::default()));
    let counter = Counter {
        board: Arc::clone(&board),
        taker: Arc::default(),
    };
    (Window(board), counter)
}

impl Window {
    /// Lays a delivery down. The desk has each index once. It is settled at once if somebody who had it in hand has said meanwhile
    /// what became of it.
    pub(super) fn lay(
        &self,
        (lane, index): (Lane, u64),
        delivery: pb::TakeDeliveriesResponse,
    ) -> Laid {
        let (settle, settled) = oneshot::channel();
        let delivery = Arc::new(delivery);
        self.0.send_modify(|board| match board.said.remove(&index) {
            Some(verdict) => drop(settle.send(verdict)),
            None => drop(
                board
                    .lying
                    .insert((lane, index), Offer { delivery, settle }),
            ),
        });
        Laid {
            board: Arc::clone(&self.0),
            place: (lane, index),
            settled,
        }
    }
}

impl Laid {
    /// Waits until somebody has taken it, or has said why not.
    pub(super) async fn settled(mut self) -> Result<(), Text> {
        let settled = (&mut self.settled).await;
        // It is settled when it leaves the counter, and only we take it back.
        settled.unwrap_or_else(|_| Err(("the API has ended", "la API terminó").into()))
    }
}

impl Drop for Laid {
    fn drop(&mut self) {
        self.board.send_if_modified(|board| {
            // Said, and not heard any more.
            if let Ok(verdict) = self.settled.try_recv() {
                board.keep(self.place.1, verdict);
            }
            board.lying.remove(&self.place).is_some()
        });
    }
}

impl Counter {
    /// Tells of what is laid down from now on.
    pub(super) fn changes(&self) -> watch::Receiver<impl Sized + use<>> {
        self.board.subscribe()
    }

    /// The next delivery for a taker who has these in hand and may have `credit`; of more than one, the last is kept for what is
    /// urgent, so that it waits for nothing that is not.
    pub(super) fn next(
        &self,
        in_hand: &BTreeSet<u64>,
        credit: usize,
    ) -> Option<(u64, Arc<pb::TakeDeliveriesResponse>)> {
        let board = self.board.borrow();
        let room = credit.saturating_sub(in_hand.len());
        let mut next = board
            .lying
            .iter()
            .filter(|(place, _)| !in_hand.contains(&place.1));
        let ((lane, index), offer) = next.next()?;
        let needed = if *lane == Lane::Routine && credit > 1 {
            2
        } else {
            1
        };
        (room >= needed).then(|| (*index, Arc::clone(&offer.delivery)))
    }

    /// Says what became of a delivery in hand. What the desk has taken back, it hears when it lays it down again.
    pub(super) fn settle(&self, index: u64, settled: Verdict) {
        self.board.send_if_modified(|board| {
            let offer = [Lane::Urgent, Lane::Routine]
                .iter()
                .find_map(|lane| board.lying.remove(&(*lane, index)));
            let was_there = offer.is_some();
            match offer.map(|offer| offer.settle.send(settled.clone())) {
                Some(Ok(())) => {}
                Some(Err(_)) | None => board.keep(index, settled),
            }
            was_there
        });
    }

    /// Whoever took deliveries has gone: what they said, and the desk did not ask for again, means nothing to the next one.
    pub(super) fn forget(&self) {
        self.board.send_if_modified(|board| {
            board.said.clear();
            false
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lay(window: &Window, lane: Lane, index: u64) -> Laid {
        window.lay((lane, index), pb::TakeDeliveriesResponse::default())
    }

    /// Everything that a taker with such credit is handed, who has nothing in hand before.
    fn handed(counter: &Counter, credit: usize) -> Vec<u64> {
        let mut in_hand = BTreeSet::new();
        let mut order = Vec::new();
        while let Some((index, _)) = counter.next(&in_hand, credit) {
            assert!(in_hand.insert(index), "twice");
            order.push(index);
        }
        order
    }

    #[tokio::test]
    async fn a_delivery_lies_there_until_somebody_settles_it() {
        let (window, counter) = counter();
        let laid = lay(&window, Lane::Routine, 7);
        // Whoever goes without a word has not taken it.
        for _ in 0..2 {
            assert_eq!(handed(&counter, 1), [7]);
        }
        counter.settle(7, Ok(()));
        assert!(handed(&counter, 1).is_empty());
        assert_eq!(laid.settled().await, Ok(()));
        let laid = lay(&window, Lane::Urgent, 8);
        let why = Text::same("no".to_owned());
        counter.settle(8, Err(why.clone()));
        assert_eq!(laid.settled().await, Err(why));
    }

    #[test]
    fn what_is_urgent_comes_first_and_has_a_place_of_its_own() {
        let (window, counter) = counter();
        let routine = [9, 3, 5].map(|index| lay(&window, Lane::Routine, index));
        assert_eq!(handed(&counter, 1), [3]);
        assert_eq!(handed(&counter, 2), [3]);
        assert_eq!(handed(&counter, 3), [3, 5]);
        assert_eq!(handed(&counter, CREDIT_MAX), [3, 5, 9]);
        let urgent = [8, 7].map(|index| lay(&window, Lane::Urgent, index));
        assert_eq!(handed(&counter, 1), [7]);
        assert_eq!(handed(&counter, 2), [7, 8]);
        assert_eq!(handed(&counter, 4), [7, 8, 3]);
        let in_hand = BTreeSet::from([3]);
        let next = counter.next(&in_hand, 2).map(|(index, _)| index);
        assert_eq!(next, Some(7), "past one that somebody holds");
        drop((routine, urgent));
    }

    #[test]
    fn what_the_desk_takes_back_is_handed_to_nobody() {
        let (window, counter) = counter();
        let mut changes = counter.changes();
        drop(lay(&window, Lane::Routine, 7));
        assert!(changes.has_changed().unwrap());
        changes.mark_unchanged();
        assert!(handed(&counter, 1).is_empty());
        let again = lay(&window, Lane::Routine, 7);
        assert_eq!(handed(&counter, 1), [7]);
        drop(again);
    }

    #[tokio::test]
    async fn what_is_said_while_the_desk_has_taken_it_back_counts_when_it_lies_there_again() {
        let (window, counter) = counter();
        let no = || Err(Text::same("no".to_owned()));
        for (index, said) in [(7, Ok(())), (8, no())] {
            drop(lay(&window, Lane::Routine, index));
            counter.settle(index, said.clone());
            let again = lay(&window, Lane::Routine, index);
            assert!(handed(&counter, CREDIT_MAX).is_empty(), "twice");
            assert_eq!(again.settled().await, said);
        }
        // Nor is it lost if the desk does not wait any more.
        let laid = lay(&window, Lane::Urgent, 9);
        counter.settle(9, Ok(()));
        drop(laid);
        let again = lay(&window, Lane::Urgent, 9);
        assert!(handed(&counter, CREDIT_MAX).is_empty(), "twice");
        assert_eq!(again.settled().await, Ok(()));
        // Once, and for nobody else.
        let again = lay(&window, Lane::Urgent, 9);
        assert_eq!(handed(&counter, CREDIT_MAX), [9]);
        drop(again);
        counter.settle(9, Ok(()));
        counter.forget();
        let again = lay(&window, Lane::Urgent, 9);
        assert_eq!(handed(&counter, CREDIT_MAX), [9]);
        drop(again);
    }

    #[test]
    fn no_more_is_kept_of_what_was_said_than_can_lie_there() {
        let (_window, counter) = counter();
        for index in 0..1_000 {
            counter.settle(index, Ok(()));
        }
        assert_eq!(counter.board.borrow().said.len(), SAID_MAX);
    }
}
