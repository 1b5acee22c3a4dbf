//! The desk: takes deliveries in, while the line goes on listening.
//!
//! ```text
//! what comes ── urgent first ──> staged, held, answered ──┬──> urgent lane:   program, API, taken
//!                                                         └──> routine lane:  program, API, taken
//! ```
//!
//! Each is staged and answered before any program has a look at it. Each lane takes one after the other, so a program that takes
//! its time, or hangs, delays what is behind it in its own lane: the agency may have one program at work in each. Only where nothing
//! is run for a delivery, and it waits for whoever takes it by the API, many of a lane lie there at once: how many of them somebody
//! has in hand is their affair. Its queues hold what the gateway may have unsettled at once, so they never fill.

mod hands;
mod lanes;
mod tray;
mod work;

use super::counter::{Lane, Window};
use crate::config::Run;
use crate::counters::Counters;
use crate::exit::Text;
use hands::Hands;
use precinto_client::inbox::{Item, Reception, ReceptionError};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
pub(super) use tray::{Coming, Tray, tray};
pub(super) use work::{Done, URGENT_AT_LEAST, URGENT_TYPES, Work};

/// After how long a delivery that was not taken comes again the first time; each time after that, twice as long.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// The longest such delay: what a gateway grants at most.
const AGAIN_AFTER_MAX: Duration = Duration::from_hours(1);

/// What it takes to take a delivery in.
pub(super) struct Desk {
    /// Where deliveries go.
    pub(super) reception: Arc<Reception>,
    /// The agent's settings.
    pub(super) run: Run,
    /// The node's state folder, where its numbers are.
    pub(super) state: PathBuf,
    /// Where those get deliveries who take them by the API, if they are to.
    pub(super) window: Option<Window>,
    /// Cancelled when nothing more is to be begun.
    pub(super) stop: CancellationToken,
}

impl Desk {
    /// Takes in what comes until it is to stop, and says of each what became of it. What is in hand then is finished; what waits
    /// behind it comes again.
    pub(super) async fn work(self, coming: Coming, done: mpsc::Sender<Done>) {
        let hands = Arc::new(Hands::default());
        let desk = Arc::new(self);
        // As many may be staged and wait for their lane as may come.
        let (staged, ready) = tray(coming.room());
        let (urgent, routine) = ready.lanes();
        tokio::join!(
            desk.stage_all(coming, staged, &done),
            desk.hand_over_all(&hands, (Lane::Urgent, urgent), &done),
            desk.hand_over_all(&hands, (Lane::Routine, routine), &done),
        );
    }

    /// Has everything that comes on disk and answered, and gives it to its lane.
    async fn stage_all(&self, mut coming: Coming, staged: Tray, done: &mpsc::Sender<Done>) {
        loop {
            let work = tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                work = coming.next() => work,
            };
            let Some(work) = work else { return };
            let told = match self.stage(&work).await {
                Ok(None) => {
                    // There is room for all that may come.
                    if staged.put(work) {
                        continue;
                    }
                    return;
                }
                Ok(Some(withheld)) => work.taken(withheld),
                Err(why) => work.not_taken(why),
            };
            if done.send(told).await.is_err() {
                return;
            }
        }
    }

    /// Steps 1 to 3 of `precinto_client::inbox`. For what was taken before, nothing is left but what was left out: then whether it
    /// was withheld.
    async fn stage(&self, work: &Work) -> Result<Option<bool>, Text> {
        let Work { item, json, .. } = work;
        if self.on_disk(item, Reception::has).await? {
            self.on_disk(item, Reception::finish).await?;
            return self.on_disk(item, Reception::withholds).await.map(Some);
        }
        let (staged, state) = (Arc::clone(json), self.state.clone());
        self.on_disk(item, move |reception, item| {
            reception.stage(item, &staged)?;
            reception.hold(item, || {
                let number = Counters::open(&state, 1).and_then(|mut counters| counters.sequence());
                number.map_err(std::io::Error::other)
            })
        })
        .await
        .map(|()| None)
    }

    /// Does one step where waiting for the disk holds up nobody else.
    async fn on_disk<T: Send + 'static>(
        &self,
        item: &Arc<Item>,
        step: impl FnOnce(&Reception, &Item) -> Result<T, ReceptionError> + Send + 'static,
    ) -> Result<T, Text> {
        let (reception, item) = (Arc::clone(&self.reception), Arc::clone(item));
        let done = tokio::task::spawn_blocking(move || step(&reception, &item)).await;
        let done = done.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        done.map_err(|error| of_reception(&error))
    }
}

/// Why it was not taken in, in both languages; the cause is the library's.
fn of_reception(error: &ReceptionError) -> Text {
    let es = match error {
        ReceptionError::Inbox(_) => "no se puede usar el registro de entregas",
        ReceptionError::HandOver(_) => "no se puede escribir en la carpeta de entrega",
        ReceptionError::Outbox(_) => "no se puede poner el acuse en la cola de salida",
        ReceptionError::Answer(_) => "no se puede firmar el acuse",
        ReceptionError::Confirmation(_) => "no se puede firmar la confirmación",
        ReceptionError::Counter(_) => "no se pueden leer o escribir los contadores del nodo",
    };
    Text::cause(error, es)
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
    fn why_it_was_not_taken_is_said_in_both_languages() {
        use crate::output::Lang;
        let full = ReceptionError::HandOver(std::io::Error::other("no space"));
        let why = of_reception(&full);
        assert_eq!(
            why.pick(Lang::En),
            "the hand-over folder cannot be written: no space"
        );
        let es = why.spanish().unwrap_or_default();
        assert!(es.starts_with("no se puede escribir"), "{es}");
    }

    #[test]
    fn what_could_not_be_taken_comes_again_ever_later() {
        let secs: Vec<u64> = [0, 1, 2, 3, 10, u32::MAX]
            .map(|attempt| again_after(attempt).as_secs())
            .into();
        assert_eq!(secs, [10, 10, 20, 40, 3600, 3600]);
    }
}
