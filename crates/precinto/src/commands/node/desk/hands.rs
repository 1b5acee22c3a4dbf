//! Which alerts each lane of the desk has in hand: what is urgent about an alert cuts off what is being handed over about the same
//! one, and what comes again of it while its recall is being handed over waits behind that. So nobody hears of an alert after its recall
//! because a program was slow, or had refused it once.

use super::super::counter::Lane;
use precinto_alert::id::AlertId;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What both have in hand.
#[derive(Debug, Default)]
pub(super) struct Hands(watch::Sender<InHand>);

/// By a number of its own for each.
#[derive(Debug, Default)]
struct InHand {
    /// Beside the alert, where in the log the recall of it stands that this is; none of another message.
    urgent: BTreeMap<u64, (AlertId, Option<u64>)>,
    routine: BTreeMap<u64, (AlertId, CancellationToken)>,
    last: u64,
}

/// What is to be handed over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Matter<'a> {
    /// The alert that it is about.
    pub(super) alert: Option<&'a AlertId>,
    /// Where in the log it stands.
    pub(super) index: u64,
    /// It is a recall.
    pub(super) recalls: bool,
}

/// What becomes of a wish to begin.
#[derive(Debug)]
enum Begins {
    /// It may, under this number.
    Now(u64),
    /// The other lane has something in hand about its alert.
    Later,
    /// It comes behind its recall.
    Never,
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
    /// Waits until the other lane has nothing in hand about this alert, which for an urgent one is cut off. `None` for what is urgent
    /// and older than a recall of its alert that is in hand: it would lie behind it. See [`Self::recall_is_done`].
    pub(super) async fn begin(self: &Arc<Self>, lane: Lane, matter: Matter<'_>) -> Option<Hand> {
        let mut changes = self.0.subscribe();
        let mut hand = Hand {
            hands: Arc::clone(self),
            number: None,
            cut: CancellationToken::new(),
        };
        let Some(alert) = matter.alert else {
            return Some(hand);
        };
        loop {
            let mut begins = Begins::Later;
            self.0.send_if_modified(|now| {
                begins = now.begin(lane, alert, matter, &hand.cut);
                matches!(begins, Begins::Now(_))
            });
            match begins {
                Begins::Now(number) => {
                    hand.number = Some(number);
                    return Some(hand);
                }
                Begins::Never => return None,
                // It ends only with the sender, which is ours.
                Begins::Later => drop(changes.changed().await),
            }
        }
    }

    /// Waits until no recall that stands behind it in the log is in hand: the inbox knows then whether it was handed over.
    pub(super) async fn recall_is_done(&self, matter: Matter<'_>) {
        let mut changes = self.0.subscribe();
        // It ends only with the sender, which is ours.
        drop(changes.wait_for(|now| !now.is_behind(matter)).await);
    }
}

impl InHand {
    /// Whether a recall of its alert is in hand that stands behind it in the log. A recall lies behind none.
    fn is_behind(&self, matter: Matter<'_>) -> bool {
        let is_later = |recall: &u64| *recall > matter.index;
        let mut recalls = self
            .urgent
            .values()
            .filter(|(one, _)| !matter.recalls && matter.alert == Some(one));
        recalls.any(|(_, recall)| recall.as_ref().is_some_and(is_later))
    }

    fn begin(
        &mut self,
        lane: Lane,
        alert: &AlertId,
        matter: Matter<'_>,
        cut: &CancellationToken,
    ) -> Begins {
        match lane {
            Lane::Urgent => {
                if self.is_behind(matter) {
                    return Begins::Never;
                }
                let theirs = self.routine.values().filter(|(one, _)| one == alert);
                let mut waits = false;
                for (_, cut) in theirs {
                    cut.cancel();
                    waits = true;
                }
                if waits {
                    return Begins::Later;
                }
                self.last += 1;
                let recall = matter.recalls.then_some(matter.index);
                drop(self.urgent.insert(self.last, (alert.clone(), recall)));
            }
            Lane::Routine if self.urgent.values().any(|(one, _)| one == alert) => {
                return Begins::Later;
            }
            Lane::Routine => {
                self.last += 1;
                let theirs = (alert.clone(), cut.clone());
                drop(self.routine.insert(self.last, theirs));
            }
        }
        Begins::Now(self.last)
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

    fn matter(index: u64, alert: Option<&AlertId>) -> Matter<'_> {
        Matter {
            alert,
            index,
            recalls: false,
        }
    }

    async fn begin(hands: &Arc<Hands>, lane: Lane, alert: Option<&AlertId>) -> Hand {
        let hand = hands.begin(lane, matter(1, alert)).await;
        hand.expect("nothing is recalled")
    }

    #[tokio::test]
    async fn what_comes_again_behind_its_recall_waits_for_it_and_holds_nobody_up() {
        let hands = Arc::new(Hands::default());
        let alert = |number| AlertId::compose("US", "DEAHQ", 2026, number).unwrap();
        let [one, other] = [1, 2].map(alert);
        let urgent =
            async |index, alert| hands.begin(Lane::Urgent, matter(index, Some(alert))).await;
        let first = urgent(7, &one).await.expect("nothing is recalled");
        let recall = Matter {
            recalls: true,
            ..matter(8, Some(&one))
        };
        let recall = hands.begin(Lane::Urgent, recall).await;
        let recall = recall.expect("it waits for nobody in its lane");
        drop(first);
        assert!(urgent(7, &one).await.is_none(), "behind its recall");
        assert!(urgent(7, &other).await.is_some(), "another alert");
        assert!(urgent(9, &one).await.is_some(), "said after the recall");
        // A recall of before goes beside it: whoever acts on the one hears of the other too.
        let older = Matter {
            recalls: true,
            ..matter(6, Some(&one))
        };
        assert!(hands.begin(Lane::Urgent, older).await.is_some());
        let mut late = pin!(hands.recall_is_done(matter(7, Some(&one))));
        assert!(by_now(&mut late).await.is_none(), "it is in hand");
        let mut other = pin!(hands.recall_is_done(matter(7, Some(&other))));
        assert!(by_now(&mut other).await.is_some(), "of another alert");
        drop(recall);
        assert!(by_now(&mut late).await.is_some());
        assert!(urgent(7, &one).await.is_some(), "the inbox knows by now");
    }

    #[tokio::test]
    async fn what_is_urgent_cuts_off_the_same_alert_and_goes_beside_any_other() {
        let hands = Arc::new(Hands::default());
        let alert = |number| AlertId::compose("US", "DEAHQ", 2026, number).unwrap();
        let [one, other, three] = [1, 2, 3].map(alert);
        let slow = begin(&hands, Lane::Routine, Some(&one)).await;
        let beside = begin(&hands, Lane::Routine, Some(&one)).await;
        let spared = begin(&hands, Lane::Routine, Some(&three)).await;
        drop(begin(&hands, Lane::Urgent, Some(&other)).await);
        drop(begin(&hands, Lane::Urgent, None).await);
        assert!(!slow.cut.is_cancelled());
        let mut urgent = pin!(begin(&hands, Lane::Urgent, Some(&one)));
        assert!(by_now(&mut urgent).await.is_none());
        assert!(slow.cut.is_cancelled() && beside.cut.is_cancelled());
        assert!(!spared.cut.is_cancelled(), "about another alert");
        drop(slow);
        assert!(by_now(&mut urgent).await.is_none(), "there is one more");
        drop(beside);
        let urgent = by_now(&mut urgent).await.expect("its turn");
        // What was cut off comes again, and waits.
        let mut again = pin!(begin(&hands, Lane::Routine, Some(&one)));
        assert!(by_now(&mut again).await.is_none());
        drop(urgent);
        let again = by_now(&mut again).await.expect("its turn");
        assert!(!again.cut.is_cancelled());
    }
}
