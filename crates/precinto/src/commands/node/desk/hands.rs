//! Which alert each lane of the desk has in hand: what is urgent about an alert cuts off what is being handed over about the same
//! one, so that nobody hears of an alert after its recall because a program was slow.

use precinto_alert::id::AlertId;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// A way through the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Lane {
    /// For what cannot wait: see [`super::Work::is_urgent`].
    Urgent,
    /// For everything else, in the order in which it came.
    Routine,
}

/// What both have in hand.
#[derive(Debug, Default)]
pub(super) struct Hands(watch::Sender<InHand>);

#[derive(Debug, Default)]
struct InHand {
    urgent: Option<AlertId>,
    routine: Option<(AlertId, CancellationToken)>,
}

/// A lane's right to hand something over about an alert, until it is dropped.
#[derive(Debug)]
pub(super) struct Hand<'a> {
    hands: &'a Hands,
    lane: Lane,
    /// Cancelled when something more urgent about the same alert has come.
    pub(super) cut: CancellationToken,
}

impl Hands {
    /// Waits until the other lane has nothing in hand about this alert, which for an urgent one is cut off.
    pub(super) async fn begin(&self, lane: Lane, alert: Option<&AlertId>) -> Hand<'_> {
        let mut changes = self.0.subscribe();
        let cut = CancellationToken::new();
        loop {
            let begins = self.0.send_if_modified(|now| now.begin(lane, alert, &cut));
            if begins || alert.is_none() {
                let hands = self;
                return Hand { hands, lane, cut };
            }
            // It ends only with the sender, which is ours.
            drop(changes.changed().await);
        }
    }
}

impl InHand {
    fn begin(&mut self, lane: Lane, alert: Option<&AlertId>, cut: &CancellationToken) -> bool {
        let Some(alert) = alert else { return false };
        match lane {
            Lane::Urgent => {
                let other = self.routine.as_ref().filter(|(one, _)| one == alert);
                if let Some((_, theirs)) = other {
                    theirs.cancel();
                    return false;
                }
                self.urgent = Some(alert.clone());
            }
            Lane::Routine if self.urgent.as_ref() == Some(alert) => return false,
            Lane::Routine => self.routine = Some((alert.clone(), cut.clone())),
        }
        true
    }
}

impl Drop for Hand<'_> {
    fn drop(&mut self) {
        self.hands.0.send_modify(|now| match self.lane {
            Lane::Urgent => now.urgent = None,
            Lane::Routine => now.routine = None,
        });
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
        let hands = Hands::default();
        let [one, other] = [1, 2].map(|number| AlertId::compose("US", "DEAHQ", 2026, number));
        let (one, other) = (one.unwrap(), other.unwrap());
        let slow = hands.begin(Lane::Routine, Some(&one)).await;
        drop(hands.begin(Lane::Urgent, Some(&other)).await);
        drop(hands.begin(Lane::Urgent, None).await);
        assert!(!slow.cut.is_cancelled());
        let mut urgent = pin!(hands.begin(Lane::Urgent, Some(&one)));
        assert!(by_now(&mut urgent).await.is_none());
        assert!(slow.cut.is_cancelled());
        drop(slow);
        let urgent = by_now(&mut urgent).await.expect("its turn");
        // What was cut off comes again, and waits.
        let mut again = pin!(hands.begin(Lane::Routine, Some(&one)));
        assert!(by_now(&mut again).await.is_none());
        drop(urgent);
        let again = by_now(&mut again).await.expect("its turn");
        assert!(!again.cut.is_cancelled());
    }
}
