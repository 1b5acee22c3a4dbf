//! Brings what waits in the outbox to the gateway: in order, over one stream, again and again until each has its answer.
//!
//! A line is opened when something waits and closed when nothing has come for a while, so that an idle node costs a gateway
//! nothing. Whatever ends the line, what was not answered is sent again as the same bytes.
//!
//! Order is more than the order of sending: a message may rest on the one before it. So once a message was put off (the
//! gateway is stopping, or overloaded), a refusal of one behind it says nothing about that one: it is sent again too.

mod patience;
mod receipts;

use super::error::OutboxError;
use super::refused::Refused;
use super::{Bell, Entry, Outbox};
use crate::author::Signed;
use crate::clock::Clock;
use crate::connection::{ConnectError, Connection, Settings};
use crate::heard::Common;
use crate::limits::{OUTBOX_ANSWER_MAX, OUTBOX_IDLE_MAX, OUTBOX_WINDOW};
use crate::log::LogError;
use crate::machine;
use crate::pin::{Contradiction, PinError};
use crate::pipeline::{self, Answer, PipelineAnswers, PipelineSender};
use crate::submit::{Accepted, SubmitError};
use crate::subscribe::Retry;
use crate::subscribe::backoff::Backoff;
use patience::{Patience, Verdict};
use precinto_alert::Reason;
use precinto_alert::id::{MessageId, NodeId};
use receipts::Receipts;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep_until, timeout};

/// Sends what an outbox holds. One for each outbox: its owner holds the agent's lock.
#[derive(Debug)]
pub struct Courier {
    outbox: Outbox,
    settings: Settings,
    clock: Clock,
    retry: Retry,
    backoff: Backoff,
    events: mpsc::Sender<CourierEvent>,
    patience: Patience,
    bell: Bell,
    heard: Receipts,
    hurry: Arc<Notify>,
    /// [`OUTBOX_ANSWER_MAX`].
    answer_max: Duration,
}

/// What a courier tells.
#[derive(Debug)]
pub enum CourierEvent {
    /// There is a line, and something to send.
    Connected,
    /// A message is in the log; its receipt is kept, and it has left the queue.
    Sent {
        /// Its place in the queue.
        entry: Entry,
        /// Where it stands.
        accepted: Box<Accepted>,
    },
    /// The gateway does not take a message; it is kept with the reason, and those behind it go on.
    Refused {
        /// Its place in the queue.
        entry: Entry,
        /// Why.
        refused: Box<Refused>,
    },
    /// Nothing can be sent now; it will be tried again.
    Waiting {
        /// The coded reason, if one was told.
        reason: Option<Reason>,
        /// One sentence.
        detail: String,
        /// The pause before the next attempt.
        retry_in: Duration,
    },
}

/// Why a courier stops; what waits stays where it is.
#[derive(Debug, thiserror::Error)]
pub enum CourierError {
    /// The gateway, or this node, is not believed.
    #[error(transparent)]
    Connect(ConnectError),
    /// The gateway claims to have taken a message and does not prove it. A person must look.
    #[error("message {id}: {cause}")]
    Disbelieved {
        /// Which.
        id: MessageId,
        /// What is wrong with the answer.
        #[source]
        cause: SubmitError,
    },
    /// The log contradicts itself: a receipt stands on a branch of its own.
    #[error(transparent)]
    Contradiction(#[from] Box<Contradiction>),
    /// Whether the log goes on from what it has shown before is asked, and this is no answer.
    #[error(transparent)]
    Unshown(LogError),
    /// What was heard of the log cannot be kept.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// The disk.
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    /// Nobody listens to what it tells.
    #[error("the agent has stopped")]
    Stopped,
}

/// Why a line is of no use for now.
#[derive(Debug)]
struct Lost {
    reason: Option<Reason>,
    detail: String,
    retry_after: Duration,
}

/// One line's worth of sending.
struct Session {
    sender: PipelineSender,
    answers: PipelineAnswers,
    /// Sent and not answered, in order, each with who sends it by its own word.
    flight: VecDeque<(Entry, String)>,
    /// Read from the folder and not sent yet, in order.
    backlog: VecDeque<Entry>,
    /// The highest place sent, while anything is unanswered.
    last: u64,
    put_off: Option<SubmitError>,
}

impl Courier {
    /// A courier for the `outbox` of `node`, which tells `events` what it does. Nothing happens before [`Courier::run`].
    pub fn new(
        node: NodeId,
        outbox: Outbox,
        settings: Settings,
        clock: Clock,
        retry: Retry,
        events: mpsc::Sender<CourierEvent>,
    ) -> Self {
        Self {
            bell: outbox.bell(),
            outbox,
            settings,
            clock,
            retry,
            backoff: Backoff::new(retry),
            events,
            patience: Patience::new(node),
            heard: Receipts::new(Common::default()),
            hurry: Arc::new(Notify::new()),
            answer_max: OUTBOX_ANSWER_MAX,
        }
    }

    /// Has the checkpoint of every receipt agree with what others of the same node hear of the log.
    #[must_use]
    pub fn with_common(mut self, common: Common) -> Self {
        self.heard = Receipts::new(common);
        self
    }

    /// Whoever learns elsewhere that the gateway can be reached again wakes those who wait for this: a pause between two attempts
    /// then ends.
    pub fn hurry(&self) -> Arc<Notify> {
        Arc::clone(&self.hurry)
    }

    /// Sends for as long as it can. May be dropped at any moment: what was not settled is sent again next time.
    pub async fn run(mut self) -> CourierError {
        match self.work().await {
            Ok(never) => match never {},
            Err(error) => error,
        }
    }

    async fn work(&mut self) -> Result<Infallible, CourierError> {
        loop {
            while self.queue().await?.is_empty() {
                self.bell.rung().await;
            }
            let lost = match Connection::open(&self.settings, &self.clock).await {
                Ok(connection) => {
                    self.tell(CourierEvent::Connected).await?;
                    self.session(&connection).await?
                }
                Err(error) if error.is_transient() => Some(Lost {
                    reason: error.reason(),
                    detail: error.to_string(),
                    retry_after: Duration::ZERO,
                }),
                Err(error) => return Err(CourierError::Connect(error)),
            };
            if let Some(lost) = lost {
                self.pause(lost).await?;
            }
        }
    }

    /// As long as the gateway asks, or longer with each failure in a row.
    async fn pause(&mut self, lost: Lost) -> Result<(), CourierError> {
        let own = self.backoff.next(machine::dice());
        let retry_in = own.max(lost.retry_after.min(self.retry.max));
        self.tell(CourierEvent::Waiting {
            reason: lost.reason,
            detail: lost.detail,
            retry_in,
        })
        .await?;
        // In time or hurried, the next attempt is due.
        drop(timeout(retry_in, self.hurry.notified()).await);
        Ok(())
    }

    /// Sends over one line until it is of no use, or nothing has come for a while.
    async fn session(&mut self, connection: &Connection) -> Result<Option<Lost>, CourierError> {
        let (sender, answers) = match pipeline::open(connection, OUTBOX_WINDOW).await {
            Ok(opened) => opened,
            Err(error) => return Ok(Some(Lost::of(&error))),
        };
        let mut session = Session {
            sender,
            answers,
            flight: VecDeque::new(),
            backlog: VecDeque::new(),
            last: 0,
            put_off: None,
        };
        let mut idle_until = Instant::now() + OUTBOX_IDLE_MAX;
        let mut answer_until = Instant::now() + self.answer_max;
        loop {
            let nothing_asked = session.flight.is_empty();
            self.fill(&mut session).await?;
            if nothing_asked {
                answer_until = Instant::now() + self.answer_max;
            }
            if session.flight.is_empty()
                && let Some(error) = &session.put_off
            {
                return Ok(Some(Lost::of(error)));
            }
            let waits = !session.flight.is_empty();
            let looks = session.put_off.is_none() && session.flight.len() < OUTBOX_WINDOW;
            tokio::select! {
                // What has come counts before a deadline that it was waited for; what waits in the folder is looked for after
                // each answer anyway.
                biased;
                answer = session.answers.next(), if waits => {
                    let sent = session.flight.pop_front();
                    let (Some(sent), Some(answer)) = (sent, answer) else {
                        return Ok(Some(Lost::of(&session.answers.ended())));
                    };
                    self.answered(&mut session, sent, answer).await?;
                    if session.flight.is_empty() || self.heard.is_full() {
                        self.heard.agree(connection).await?;
                    }
                    idle_until = Instant::now() + OUTBOX_IDLE_MAX;
                    answer_until = Instant::now() + self.answer_max;
                }
                () = self.bell.rung(), if looks => {}
                () = sleep_until(idle_until), if !waits => return Ok(None),
                // Its pings are answered and we are not: another line, perhaps to another process.
                () = sleep_until(answer_until), if waits => return Ok(Some(Lost::silent())),
            }
        }
    }

    /// Sends what waits, as far as the window goes.
    async fn fill(&self, session: &mut Session) -> Result<(), CourierError> {
        if session.put_off.is_some() {
            return Ok(());
        }
        if session.backlog.is_empty() {
            if session.flight.is_empty() {
                // Everything sent was answered and has left the folder: whatever is there was not sent on this line.
                session.last = 0;
            }
            let queue = self.queue().await?.into_iter();
            session.backlog = queue.filter(|one| one.place > session.last).collect();
        }
        while session.flight.len() < OUTBOX_WINDOW {
            let Some(entry) = session.backlog.pop_front() else {
                return Ok(());
            };
            let Some(signed) = self.load(&entry).await? else {
                continue;
            };
            session.last = entry.place;
            let sender = signed.statement().sender;
            if session.sender.send(signed).await.is_err() {
                // The stream is over; it waits for the next line.
                let ended = session.answers.ended();
                session.put_off.get_or_insert(ended);
                return Ok(());
            }
            session.flight.push_back((entry, sender));
        }
        Ok(())
    }

    /// The message, or nothing: it is gone, or its file is not one, which is put aside.
    async fn load(&self, entry: &Entry) -> Result<Option<Signed>, CourierError> {
        let (outbox, wanted) = (self.outbox.clone(), entry.clone());
        match blocking(move || outbox.load(&wanted)).await {
            // One damaged file must not hold up every alert behind it.
            Err(error @ OutboxError::Damaged { .. }) => {
                let refused = Refused::damaged(entry.message_id, &error, self.clock.now_ms());
                self.put_aside(entry.clone(), refused).await?;
                Ok(None)
            }
            loaded => Ok(loaded?),
        }
    }

    async fn answered(
        &mut self,
        session: &mut Session,
        (entry, sender): (Entry, String),
        answer: Answer,
    ) -> Result<(), CourierError> {
        let error = match answer.outcome {
            Ok(accepted) => return self.sent(entry, accepted).await,
            Err(error) => error,
        };
        if matches!(error, SubmitError::Receipt(_) | SubmitError::Answer) {
            let id = entry.message_id;
            return Err(CourierError::Disbelieved { id, cause: error });
        }
        if session.put_off.is_some() {
            return Ok(());
        }
        let said = (entry.message_id, sender.as_str());
        match self.patience.judge(said, &error, self.clock.now_ms()) {
            Verdict::Again => {
                session.put_off = Some(error);
                Ok(())
            }
            Verdict::Aside(refused) => self.put_aside(entry, *refused).await,
        }
    }

    async fn sent(&mut self, entry: Entry, accepted: Accepted) -> Result<(), CourierError> {
        let (outbox, done) = (self.outbox.clone(), entry.clone());
        let receipt = accepted.receipt.clone();
        blocking(move || outbox.settle_sent(&done, &receipt)).await?;
        self.heard.has(&accepted.receipt);
        self.backoff.reset();
        let accepted = Box::new(accepted);
        self.tell(CourierEvent::Sent { entry, accepted }).await
    }

    async fn put_aside(&self, entry: Entry, refused: Refused) -> Result<(), CourierError> {
        let (outbox, done, why) = (self.outbox.clone(), entry.clone(), refused.clone());
        blocking(move || outbox.settle_refused(&done, &why)).await?;
        let refused = Box::new(refused);
        self.tell(CourierEvent::Refused { entry, refused }).await
    }

    async fn queue(&self) -> Result<Vec<Entry>, OutboxError> {
        let outbox = self.outbox.clone();
        blocking(move || outbox.queue()).await
    }

    async fn tell(&self, event: CourierEvent) -> Result<(), CourierError> {
        let told = self.events.send(event).await;
        told.map_err(|_| CourierError::Stopped)
    }
}

impl CourierError {
    /// The coded reason, if there is one.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Connect(error) => error.reason(),
            Self::Disbelieved { cause, .. } => cause.reason(),
            Self::Contradiction(_) => Some(Reason::LogInconsistent),
            Self::Unshown(error) => error.reason(),
            Self::Pin(_) | Self::Outbox(_) | Self::Stopped => None,
        }
    }
}

impl Lost {
    fn silent() -> Self {
        Self {
            reason: None,
            detail: "the gateway keeps the line open and does not answer".to_owned(),
            retry_after: Duration::ZERO,
        }
    }

    fn of(error: &SubmitError) -> Self {
        Self {
            reason: error.reason(),
            detail: error.to_string(),
            retry_after: error.retry_after().unwrap_or_default(),
        }
    }
}

/// Runs what waits for the disk where it holds up nobody else.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, OutboxError> + Send + 'static,
) -> Result<T, OutboxError> {
    let done = machine::blocking(work).await;
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

#[cfg(test)]
pub(super) mod tests;
