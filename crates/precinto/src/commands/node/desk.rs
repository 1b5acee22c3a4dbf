//! The desk: takes one delivery after the other in, while the line goes on listening.
//!
//! Its queue holds what the gateway may have unsettled at once, so it never fills, and a program that takes its time delays the
//! deliveries behind it and nothing else.

use super::program;
use crate::clock;
use crate::commands::watch::show;
use crate::config::Run;
use crate::counters::Counters;
use precinto_client::Delivery;
use precinto_client::inbox::{Item, Reception, ReceptionError};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// After how long a delivery that was not taken comes again the first time; each time after that, twice as long.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// The longest such delay: what a gateway grants at most.
const AGAIN_AFTER_MAX: Duration = Duration::from_hours(1);

/// What became of a delivery at the desk.
#[derive(Debug)]
pub(super) enum Done {
    /// It is the agency's, and may be settled.
    Taken {
        /// Its index in the log.
        index: u64,
        /// Which message, in a few words without any content.
        what: String,
    },
    /// It could not be taken; it must come again.
    NotTaken {
        /// Its index in the log.
        index: u64,
        /// When.
        delay: Duration,
        /// Why.
        why: String,
    },
}

/// One delivery for the desk.
#[derive(Debug)]
pub(super) struct Work {
    /// What is taken in.
    item: Arc<Item>,
    /// As the agency's systems read it.
    json: Arc<Vec<u8>>,
    /// Type and alert id: what may stand in a service's log.
    what: String,
    /// 1 for the first time on this subscription.
    attempt: u32,
}

impl Work {
    /// A delivery, as `watch -o json` prints it too.
    pub(super) fn of(delivery: &Delivery) -> Result<Self, serde_json::Error> {
        let mut json = serde_json::to_vec(&show::json(delivery, clock::now_us()))?;
        json.push(b'\n');
        Ok(Self {
            item: Arc::new(Item::of(delivery)),
            json: Arc::new(json),
            what: in_short(delivery),
            attempt: delivery.attempt,
        })
    }
}

/// What it takes to take a delivery in.
pub(super) struct Desk {
    /// Where deliveries go.
    pub(super) reception: Arc<Reception>,
    /// The agent's settings.
    pub(super) run: Run,
    /// The node's state folder, where its numbers are.
    pub(super) state: PathBuf,
}

impl Desk {
    /// Takes in what comes until nobody sends any more, and says of each what became of it.
    pub(super) async fn work(self, mut deliveries: mpsc::Receiver<Work>, done: mpsc::Sender<Done>) {
        while let Some(work) = deliveries.recv().await {
            let index = work.item.index;
            let told = match self.take(&work).await {
                Ok(()) => Done::Taken {
                    index,
                    what: work.what,
                },
                Err(why) => Done::NotTaken {
                    index,
                    delay: again_after(work.attempt),
                    why,
                },
            };
            if done.send(told).await.is_err() {
                return;
            }
        }
    }

    /// The order of `precinto_client::inbox`: staged, program, taken, released, answered.
    async fn take(&self, work: &Work) -> Result<(), String> {
        let Work { item, json, .. } = work;
        let known = self.on_disk(item, Reception::has).await?;
        if known {
            return self.on_disk(item, Reception::finish).await;
        }
        let staged = Arc::clone(json);
        self.on_disk(item, move |reception, item| reception.stage(item, &staged))
            .await?;
        let Run {
            command,
            command_limit,
            ..
        } = &self.run;
        let ran = program::run(command, *command_limit, json).await;
        ran.map_err(|error| error.to_string())?;
        let state = self.state.clone();
        self.on_disk(item, move |reception, item| {
            reception.take(item, || {
                let number = Counters::open(&state, 1).and_then(|mut counters| counters.sequence());
                number.map_err(std::io::Error::other)
            })
        })
        .await
    }

    /// Does one step where waiting for the disk holds up nobody else.
    async fn on_disk<T: Send + 'static>(
        &self,
        item: &Arc<Item>,
        step: impl FnOnce(&Reception, &Item) -> Result<T, ReceptionError> + Send + 'static,
    ) -> Result<T, String> {
        let (reception, item) = (Arc::clone(&self.reception), Arc::clone(item));
        let done = tokio::task::spawn_blocking(move || step(&reception, &item)).await;
        let done = done.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        done.map_err(|error| error.to_string())
    }
}

/// Type and alert id: what may stand in a service's log.
fn in_short(delivery: &Delivery) -> String {
    use precinto_alert::code::Coded as _;
    let said = &delivery.statement;
    let alert = said.alert_id().map(ToString::to_string);
    let name = said.message_type().name();
    alert.map_or_else(|| name.to_owned(), |alert| format!("{name} {alert}"))
}

/// 10 s, 20 s, 40 s … up to an hour; `attempt` counts from 1.
pub(super) fn again_after(attempt: u32) -> Duration {
    let doublings = attempt.saturating_sub(1).min(16);
    (AGAIN_AFTER * 2_u32.pow(doublings)).min(AGAIN_AFTER_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_taken_comes_again_ever_later() {
        let secs: Vec<u64> = [0, 1, 2, 3, 10, u32::MAX]
            .map(|attempt| again_after(attempt).as_secs())
            .into();
        assert_eq!(secs, [10, 10, 20, 40, 3600, 3600]);
    }
}
