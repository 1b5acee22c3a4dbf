//! Keeps the agency's own copy up to date, so that `show`, `list`, `find` and `send` have what they need when the line is cut.
//!
//! A recall is carried out in the copy by that. Whether it is confirmed is a person's decision: of what was handed over to the
//! agency's other systems this node knows nothing, and it must not sign that it does.

use crate::commands::own_copy;
use crate::config::{Material, Node};
use crate::connect;
use crate::exit::{Exit, Failure, Text};
use crate::output::Output;
use precinto_alert::id::AlertId;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep, timeout};

/// The shortest pause between two looks at the gateway.
const PAUSE_MIN: Duration = Duration::from_secs(2);

/// Opening a large copy takes a while, because all of it is checked: the pause is so many times as long.
const PAUSE_FACTOR: u32 = 20;

/// It is brought up to date so often though nothing seems to have come.
const AT_LEAST_EVERY: Duration = Duration::from_mins(5);

/// What came of one look.
#[derive(Debug)]
pub(super) enum Kept {
    /// The copy is up to date; these alerts were recalled, and are out of use in it.
    Fresh {
        /// Recalled since the last look.
        recalled: Vec<AlertId>,
    },
    /// It is as it was.
    Failed(Failure),
}

/// Brings the copy up to date whenever `wake` is notified, and now and then, until it is dropped.
pub(super) async fn keep(node: Node, output: Output, wake: Arc<Notify>, told: mpsc::Sender<Kept>) {
    loop {
        let began = Instant::now();
        let kept = match once(&node, output).await {
            Ok(recalled) => Kept::Fresh { recalled },
            Err(failure) => Kept::Failed(failure),
        };
        if told.send(kept).await.is_err() {
            return;
        }
        sleep(PAUSE_MIN.max(began.elapsed() * PAUSE_FACTOR)).await;
        // Too early or in time, the next look is due.
        drop(timeout(AT_LEAST_EVERY, wake.notified()).await);
    }
}

async fn once(node: &Node, output: Output) -> Result<Vec<AlertId>, Failure> {
    let material = Material::load(node)?;
    // The line first: the copy is not held while nobody answers.
    let connection = connect::open(&material).await?;
    let mut copy = own_copy::open(node).await.map_err(as_failure)?;
    let synced = own_copy::fetch(&mut copy, node, &connection, output).await?;
    Ok(synced.quarantined)
}

fn as_failure(error: anyhow::Error) -> Failure {
    error.downcast().unwrap_or_else(|error| {
        Failure::new(
            Exit::Failed,
            Text::cause(format!("{error:#}"), "falla imprevista"),
        )
    })
}
