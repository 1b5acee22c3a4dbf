//! Which alerts each lane of the desk has in hand: what is urgent about an alert cuts off what is being handed over about the same
//! one, so that nobody hears of an alert after its recall because a program was slow.

use precinto_alert::id::AlertId;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// A way through the desk; what is to be done first comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Lane {
    /// For what cannot wait: see [`super::Work::is_urgent`].
    Urgent,
    /// For everything else, in the order in which it came.
    Routine,
}

/// What both have in hand.
#[derive(Debug, Default)]
pub(super) struct Hands(watch::Sender<InHand>);

/// By a number of its own for each.
#[derive(Debug, Default)]
struct InHand {
    urgent: BTreeMap<u64, AlertId>,
    routine: BTreeMap<u64, (AlertId, CancellationToken)>,
    last: u64,
}

/// A lane's right to hand something over about an alert, until it is dropped.
#[derive(Debug)]
pub(super) struct Hand {
    hands: Arc<Hands>,
    number: Option<u64>,
    /// Cancelled when something more urgent about the same alert has come.
    pub(super) cut: CancellationToken,
}

impl Hands {
    /// Waits until the other lane has nothing in hand about this alert, which for an urgent one is cut off.
    pub(super) async fn begin(self: &Arc<Self>, lane: Lane, alert: Option<&AlertId>) -> Hand {
        let mut changes = self.0.subscribe();
        let mut hand = Hand {
            hands: Arc::clone(self),
            number: None,
            cut: CancellationToken::new(),
        };
        loop {
            self.0.send_if_modified(|now| {
                hand.number = alert.and_then(|alert| now.begin(lane, alert, &hand.cut));
                hand.number.is_some()
            });
            if hand.number.is_some() || alert.is_none() {
                return hand;
            }
            // It ends only with the sender, which is ours.
            drop(changes.changed().await);
        }
    }
}

impl InHand {
    /// Its number, if it may begin.
    fn begin(&mut self, lane: Lane, alert: &AlertId, cut: &CancellationToken) -> Option<u64> {
        self.last += 1;
        match lane {
            Lane::Urgent => {
                let theirs = self.routine.values().filter(|(one, _)| one == alert);
                let mut waits = false;
                for (_, cut) in theirs {
                    cut.cancel();
                    waits = true;
                }
                if waits {
                    return None;
                }
                drop(self.urgent.insert(self.last, alert.clone()));
            }
            Lane::Routine if self.urgent.values().any(|one| one == alert) => return None,
            Lane::Routine => {
                let theirs = (alert.clone(), cut.clone());
                drop(self.routine.insert(self.last, theirs));
            }
        }
        Some(self.last)
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.hands.0.send_modify(|now| {
                now.urgent.remove(&number);
                now.routine.remove(&number);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::{Pin, pin};

    /// What it has come to by now, without waiting.
    async fn by_now<T>(future: &mut Pin<&mut impl Future<Output = T>>) -> Option<T> {
        tokio::select! {
            biased;
            done = future => Some(done),
            () = std::future::ready(()) => None,
        }
    }

    #[tokio::test]
    async fn what_is_urgent_cuts_off_the_same_alert_and_goes_beside_any_other() {
        let hands = Arc::new(Hands::default());
        let alert = |number| AlertId::compose("US", "DEAHQ", 2026, number).unwrap();
        let [one, other, three] = [1, 2, 3].map(alert);
        let slow = hands.begin(Lane::Routine, Some(&one)).await;
        let beside = hands.begin(Lane::Routine, Some(&one)).await;
        let spared = hands.begin(Lane::Routine, Some(&three)).await;
        drop(hands.begin(Lane::Urgent, Some(&other)).await);
        drop(hands.begin(Lane::Urgent, None).await);
        assert!(!slow.cut.is_cancelled());
        let mut urgent = pin!(hands.begin(Lane::Urgent, Some(&one)));
        assert!(by_now(&mut urgent).await.is_none());
        assert!(slow.cut.is_cancelled() && beside.cut.is_cancelled());
        assert!(!spared.cut.is_cancelled(), "about another alert");
        drop(slow);
        assert!(by_now(&mut urgent).await.is_none(), "there is one more");
        drop(beside);
        let urgent = by_now(&mut urgent).await.expect("its turn");
        // What was cut off comes again, and waits.
        let mut again = pin!(hands.begin(Lane::Routine, Some(&one)));
        assert!(by_now(&mut again).await.is_none());
        drop(urgent);
        let again = by_now(&mut again).await.expect("its turn");
        assert!(!again.cut.is_cancelled());
    }
}
