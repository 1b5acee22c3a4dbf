//! Keeps the agency's own copy up to date, so that `show`, `list`, `find` and `send` have what they need when the line is cut.
//!
//! A recall is carried out in the copy by that. Whether it is confirmed is as a rule a person's decision: of what was handed over to
//! the agency's other systems this node knows nothing, and it must not sign that it does. Where the settings say that those
//! systems do what is handed over to them (`confirm_recalls`), it is confirmed as soon as the recall was handed over as well.

use crate::commands::{own_copy, send};
use crate::config::{Material, Node};
use crate::connect;
use crate::exit::{Exit, Failure, Text};
use crate::output::Output;
use precinto_alert::id::AlertId;
use precinto_client::copy::RecallWork;
use precinto_client::inbox::{Confirming, Reception};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, timeout};

/// The shortest pause between two looks at the gateway.
const PAUSE_MIN: Duration = Duration::from_secs(2);

/// Bringing a large copy up to date takes a while, once a day because all of it is checked: the pause is so many times as long.
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
        /// Recalls whose confirmation was queued now.
        confirmed: Vec<AlertId>,
        /// Recalls that could not be confirmed.
        unconfirmed: Vec<Failure>,
    },
    /// It is as it was.
    Failed(Failure),
    /// What is no longer needed on disk could not be removed.
    Untidy(Failure),
}

/// Who wakes the keeper.
#[derive(Debug, Default)]
pub(super) struct Wake {
    /// Something has come.
    pub(super) news: Notify,
    /// A recall has come: nothing is waited for.
    pub(super) recall: Notify,
}

/// Keeps one node's copy.
pub(super) struct Keeper {
    /// Whose.
    pub(super) node: Node,
    /// What it works by.
    pub(super) material: Arc<Material>,
    /// For bars and language.
    pub(super) output: Output,
    /// Confirms recalls, if this agent does.
    pub(super) confirms: Option<Arc<Reception>>,
}

impl Keeper {
    /// Brings the copy up to date whenever it is woken, and now and then, until it is dropped.
    pub(super) async fn keep(self, wake: Arc<Wake>, told: mpsc::Sender<Kept>) {
        loop {
            let began = Instant::now();
            let kept = self.once().await.unwrap_or_else(Kept::Failed);
            if told.send(kept).await.is_err() {
                return;
            }
            let pause = PAUSE_MIN.max(began.elapsed() * PAUSE_FACTOR);
            let due = async {
                // Woken or not: what came meanwhile waits for the end of the pause.
                tokio::time::sleep(pause).await;
                drop(timeout(AT_LEAST_EVERY, wake.news.notified()).await);
            };
            tokio::select! {
                () = due => {}
                () = wake.recall.notified() => {}
            }
        }
    }

    async fn once(&self) -> Result<Kept, Failure> {
        let Self {
            node,
            material,
            output,
            ..
        } = self;
        // The line first: the copy is not held while nobody answers.
        let connection = connect::open(material).await?;
        let mut copy = own_copy::open(node).await.map_err(as_failure)?;
        let synced = own_copy::fetch(&mut copy, node, &connection, *output).await?;
        let (mut confirmed, mut unconfirmed) = (Vec::new(), Vec::new());
        if let Some(reception) = &self.confirms {
            let due = copy.recalls_to_confirm_as(&node.identity);
            let due = due.map_err(|error| own_copy::failed(&error))?;
            // Not held while that is done: a duty officer may want it.
            drop(copy);
            for work in due {
                let alert = work.alert_id.clone();
                match self.confirm(Arc::clone(reception), work).await {
                    Ok(Confirming::Queued(_)) => confirmed.push(alert),
                    Ok(Confirming::NotYet | Confirming::Before) => {}
                    // One that cannot be confirmed keeps no other back.
                    Err(failure) => unconfirmed.push(failure),
                }
            }
        }
        Ok(Kept::Fresh {
            recalled: synced.quarantined,
            confirmed,
            unconfirmed,
        })
    }

    /// Where waiting for the disk holds up nobody else.
    async fn confirm(
        &self,
        reception: Arc<Reception>,
        work: RecallWork,
    ) -> Result<Confirming, Failure> {
        let (node, output) = (self.node.clone(), self.output);
        let material = Arc::clone(&self.material);
        let alert = work.alert_id.clone();
        let confirm = move || {
            let about = (work.recall, work.measure);
            reception.confirm_recall(&work.alert_id, about, || {
                send::sign_confirmation((&node, &material), &work, output)
                    .map_err(|error| format!("{error:#}"))
            })
        };
        let done = tokio::task::spawn_blocking(confirm).await;
        let done = done.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        done.map_err(|error| {
            let es = "no se puede confirmar el retiro";
            Failure::new(Exit::Failed, Text::cause(error, es).about(alert))
        })
    }
}

fn as_failure(error: anyhow::Error) -> Failure {
    error.downcast().unwrap_or_else(|error| {
        Failure::new(
            Exit::Failed,
            Text::cause(format!("{error:#}"), "falla imprevista"),
        )
    })
}
