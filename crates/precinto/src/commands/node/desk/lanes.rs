//! The lanes behind the desk: each hands over what is staged, in its order, to the agency's program and whoever takes by the API.

use super::hands::{Hand, Hands};
use super::{Desk, Done, Work};
use crate::commands::node::counter::{CREDIT_MAX, Lane, Window};
use crate::commands::node::program;
use crate::config::Run;
use crate::exit::Text;
use precinto_client::inbox::Reception;
use precinto_proto::v1 as pb;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::{JoinError, JoinSet};

impl Desk {
    /// How many of one lane may be under way: a program runs for one at a time.
    fn at_once(&self) -> usize {
        if self.window.is_some() && self.run.command.is_empty() {
            CREDIT_MAX
        } else {
            1
        }
    }

    /// Hands over what comes in a lane until the desk is to stop.
    pub(super) async fn hand_over_all(
        self: &Arc<Self>,
        hands: &Arc<Hands>,
        (lane, mut ready): (Lane, mpsc::Receiver<Work>),
        done: &mpsc::Sender<Done>,
    ) {
        let room = Arc::new(Semaphore::new(self.at_once()));
        // Ended with this, whatever they are at. No more than the gateway leaves unsettled.
        let mut under_way = JoinSet::new();
        let all = async {
            loop {
                let Ok(place) = Arc::clone(&room).acquire_owned().await else {
                    return;
                };
                let Some(work) = ready.recv().await else {
                    return;
                };
                let one = One {
                    desk: Arc::clone(self),
                    work,
                    lane,
                    done: done.clone(),
                };
                let (laid, is_laid) = oneshot::channel();
                if let Some(hand) = hands.begin(lane, one.work.matter()).await {
                    under_way.spawn(one.hand_over(hand, place, laid));
                } else {
                    // It holds nobody up, and its place is the next one's.
                    drop((place, laid));
                    under_way.spawn(one.wait(Arc::clone(hands), Arc::clone(&room)));
                }
                // The next one begins when this one lies at the API, or was not to: they lie there in their order.
                drop(is_laid.await);
                while let Some(ended) = under_way.try_join_next() {
                    go_on(ended);
                }
            }
        };
        tokio::select! {
            biased;
            () = self.stop.cancelled() => {}
            () = all => {}
        }
        // What is in hand is finished.
        while let Some(ended) = under_way.join_next().await {
            go_on(ended);
        }
    }

    /// Steps 4 to 6: program, API, taken, released. Whether it was withheld.
    /// `laid` is dropped as soon as the next one may begin.
    async fn take(
        &self,
        work: &Work,
        (lane, hand): (Lane, &Hand),
        laid: oneshot::Sender<()>,
    ) -> Result<bool, Text> {
        let item = &work.item;
        let withheld = self.on_disk(item, Reception::withholds).await?;
        if !withheld {
            tokio::select! {
                biased;
                () = hand.cut.cancelled() => return Err((
                    "something more urgent about its alert has come",
                    "llegó algo más urgente sobre su alerta",
                ).into()),
                handed_over = self.hand_over(work, lane, laid) => handed_over?,
            }
        }
        self.on_disk(item, Reception::take).await.map(|()| withheld)
    }

    /// To the program, and behind it to whoever takes it by the API. Dropping it ends the program.
    async fn hand_over(
        &self,
        work: &Work,
        lane: Lane,
        laid: oneshot::Sender<()>,
    ) -> Result<(), Text> {
        let Run {
            command,
            command_limit,
            ..
        } = &self.run;
        let ran = program::run(command, *command_limit, &work.json).await;
        ran.map_err(|error| Text::cause(error, "el programa no la tomó"))?;
        match &self.window {
            Some(window) => self.by_api(window, work, lane, laid).await,
            None => Ok(()),
        }
    }

    /// Waits until somebody has taken it by the API; when the agent stops, nobody has.
    async fn by_api(
        &self,
        window: &Window,
        work: &Work,
        lane: Lane,
        laid: oneshot::Sender<()>,
    ) -> Result<(), Text> {
        let delivery = pb::TakeDeliveriesResponse {
            delivery: Some(work.bytes.clone()),
            json: String::from_utf8_lossy(&work.json).into_owned(),
        };
        let lies = window.lay((lane, work.index()), delivery);
        drop(laid);
        tokio::select! {
            biased;
            settled = lies.settled() => settled,
            () = self.stop.cancelled() => Err(("the agent stops", "el agente se detiene").into()),
        }
    }
}

/// One delivery in its lane.
struct One {
    desk: Arc<Desk>,
    work: Work,
    lane: Lane,
    done: mpsc::Sender<Done>,
}

impl One {
    /// Hands it over, and says what became of it. `laid` is dropped as soon as the next one may begin.
    async fn hand_over(self, hand: Hand, place: OwnedSemaphorePermit, laid: oneshot::Sender<()>) {
        let Self {
            desk,
            work,
            lane,
            done,
        } = self;
        let told = match desk.take(&work, (lane, &hand), laid).await {
            Ok(withheld) => work.taken(withheld),
            Err(why) => work.not_taken(why),
        };
        drop((hand, place));
        // Whoever wants to know is gone only when everything ends.
        drop(done.send(told).await);
    }

    /// Waits until the recall of its alert, which it lies behind, is in nobody's hand any more. Then it is put away, or, if nobody
    /// took the recall, handed over before that comes again. Waiting is no attempt; when the desk stops, it comes again.
    async fn wait(self, hands: Arc<Hands>, room: Arc<Semaphore>) {
        let stop = self.desk.stop.clone();
        let began = async {
            loop {
                hands.recall_is_done(self.work.matter()).await;
                let place = Arc::clone(&room).acquire_owned().await.ok()?;
                if let Some(hand) = hands.begin(self.lane, self.work.matter()).await {
                    return Some((hand, place));
                }
            }
        };
        let began = tokio::select! {
            biased;
            () = stop.cancelled() => None,
            began = began => began,
        };
        if let Some((hand, place)) = began {
            let (laid, _) = oneshot::channel();
            self.hand_over(hand, place, laid).await;
        }
    }
}

/// A task's panic is ours.
fn go_on(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        std::panic::resume_unwind(error.into_panic());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::commands::node::counter::{Counter, counter};
    use precinto_alert::id::AlertId;
    use precinto_client::Clock;
    use precinto_client::inbox::Inbox;
    use precinto_client::outbox::Outbox;
    use std::collections::BTreeSet;
    use std::path::Path;
    use std::time::Duration;
    use tokio_util::sync::CancellationToken;

    /// A desk whose deliveries are taken by the API alone.
    fn desk(folder: &Path, window: Window) -> Desk {
        let reception = Reception {
            inbox: Arc::new(Inbox::open(folder.join("inbox.redb"), "gw.test/log").unwrap()),
            folder: None,
            outbox: Outbox::open(folder).unwrap(),
            author: None,
            clock: Clock::new(clock::now_ms),
            confirms_recalls: true,
        };
        Desk {
            reception: Arc::new(reception),
            run: Run {
                subscription: "agent".to_owned(),
                hand_over: None,
                command: Vec::new(),
                command_limit: Duration::ZERO,
                receipts: false,
                confirm_recalls: true,
                api: true,
                api_deliveries: true,
            },
            state: folder.to_owned(),
            window: Some(window),
            stop: CancellationToken::new(),
        }
    }

    /// What lies at the counter, once so many do.
    async fn lying(counter: &Counter, count: usize) -> Vec<u64> {
        let mut changes = counter.changes();
        loop {
            let mut there = BTreeSet::new();
            while let Some((index, _)) = counter.next(&there, CREDIT_MAX) {
                there.insert(index);
            }
            if there.len() >= count {
                return there.into_iter().collect();
            }
            changes.changed().await.unwrap();
        }
    }

    #[tokio::test]
    async fn what_comes_again_behind_its_recall_is_no_attempt_and_goes_on_when_that_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let (window, counter) = counter();
        let desk = Arc::new(desk(folder.path(), window));
        let stop = desk.stop.clone();
        let [one, other] = [1, 2].map(|n| AlertId::compose("US", "DEAHQ", 2026, n).unwrap());
        let (put, ready) = mpsc::channel(CREDIT_MAX);
        let (done, mut told) = mpsc::channel(CREDIT_MAX);
        let hands = Arc::new(Hands::default());
        let lane = tokio::spawn(async move {
            let lane = (Lane::Urgent, ready);
            desk.hand_over_all(&hands, lane, &done).await;
        });
        put.send(Work::about(8, &one, true)).await.unwrap();
        assert_eq!(lying(&counter, 1).await, [8]);
        // It comes again while nobody takes the recall, and keeps nobody waiting who stands behind it.
        put.send(Work::about(7, &one, false)).await.unwrap();
        put.send(Work::about(9, &other, false)).await.unwrap();
        assert_eq!(lying(&counter, 2).await, [8, 9]);
        assert!(told.try_recv().is_err(), "it was not taken, or tried");
        counter.settle(8, Ok(()));
        let taken = told.recv().await.unwrap();
        assert!(matches!(taken, Done::Taken { index: 8, .. }), "{taken:?}");
        // It goes on by itself: as this inbox knows of no recall, to the counter.
        assert_eq!(lying(&counter, 2).await, [7, 9]);
        // What still waits when the desk stops ends with it, unsaid.
        put.send(Work::about(6, &other, true)).await.unwrap();
        assert_eq!(lying(&counter, 3).await, [6, 7, 9]);
        put.send(Work::about(5, &other, false)).await.unwrap();
        put.send(Work::about(10, &one, false)).await.unwrap();
        assert_eq!(lying(&counter, 4).await, [6, 7, 9, 10]);
        stop.cancel();
        lane.await.unwrap();
        let mut left = Vec::new();
        while let Some(done) = told.recv().await {
            let Done::NotTaken { index, .. } = done else {
                panic!("nobody took {done:?}");
            };
            left.push(index);
        }
        left.sort_unstable();
        assert_eq!(left, [6, 7, 9, 10], "what somebody could have had in hand");
    }
}
