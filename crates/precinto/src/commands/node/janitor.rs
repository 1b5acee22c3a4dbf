//! Keeps small what an agent leaves on disk: receipts of what was sent, and what it remembers of what it took in.
//!
//! Both go after a month; never what still waits, is unanswered, or is not settled at the gateway.

use super::keeper::Kept;
use crate::clock;
use crate::exit::{Exit, Failure, Text};
use precinto_client::inbox::Inbox;
use precinto_client::outbox::Outbox;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval};

/// How often.
const EVERY: Duration = Duration::from_hours(1);

/// Tidies now and every hour until it is dropped, and tells what cannot be. `settled` tells below which index everything is settled, durably.
pub(super) async fn tidy(
    outbox: Outbox,
    inbox: Arc<Inbox>,
    settled: watch::Receiver<u64>,
    told: mpsc::Sender<Kept>,
) {
    let mut every = interval(EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        let (outbox, inbox, settled) = (outbox.clone(), Arc::clone(&inbox), *settled.borrow());
        let once = move || {
            let now_ms = clock::now_ms();
            outbox
                .forget_sent(now_ms)
                .map_err(|error| error.to_string())?;
            let forgotten = inbox.forget(settled, now_ms);
            forgotten.map_err(|error| error.to_string())
        };
        // The thread itself ends early only with the process.
        if let Ok(Err(error)) = tokio::task::spawn_blocking(once).await {
            let es = "no se puede borrar lo que ya no hace falta";
            let failure = Failure::new(Exit::Failed, Text::cause(error, es));
            if told.send(Kept::Untidy(failure)).await.is_err() {
                return;
            }
        }
    }
}
