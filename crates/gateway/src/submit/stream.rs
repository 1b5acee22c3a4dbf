//! The pipelined stream: several submissions are checked at once, committed in the order in which they came, and
//! answered in that order.
//!
//! One task for each stream. A message passes through three queues, which together hold at most [`PIPELINE_MAX`]:
//! *checking* (each on a task of its own, so that one stream can use every core), *committing* (in the ledger's hands)
//! and *done* (until the sender takes the answer). Its share of the process's budget is given back when it is durable, not
//! when its sender reads on: who does not read holds up only himself. A refusal is an answer like any other.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use precinto_alert::Reason;
use precinto_alert::id::NodeId;
use precinto_proto::v1 as pb;
use prost::Message as _;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tonic::{Code, Status, Streaming};

use super::metered::Share;
use super::service::refuse;
use super::{Checked, Held, Submissions, SubmitError};
use crate::accept::Line;
use crate::answers::{self, Answers};
use crate::limits::{PIPELINE_MAX, PROGRESS_TIMEOUT, SUBMIT_IDLE_MAX};
use crate::open_streams::StreamPlace;
use crate::status::{Refusal, raised_below};

/// What goes back for one message.
type Answer = Result<pb::SubmitStreamResponse, Status>;

/// What comes in.
pub(super) struct Inbound {
    pub(super) requests: Streaming<pb::SubmitStreamRequest>,
    /// What was taken of the budget for the message that is coming in.
    pub(super) share: Share,
}

/// Begins to read `inbound`; what comes out are its answers, in the order of the requests.
pub(super) fn start(
    submissions: Arc<Submissions>,
    line: Line,
    caller: NodeId,
    place: StreamPlace,
    inbound: Inbound,
) -> Answers<pb::SubmitStreamResponse> {
    // Answers that no longer count against the window are few: the queue before it is the real one.
    let (queue, answers) = answers::answers(ANSWERS_AHEAD);
    let pipeline = Pipeline::new(submissions, caller, queue);
    tokio::spawn(async move {
        let _place = place;
        pipeline.run(&line, inbound).await;
    });
    answers
}

struct Pipeline {
    submissions: Arc<Submissions>,
    caller: NodeId,
    answers: answers::Queue<pb::SubmitStreamResponse>,
    /// Since when the sender has taken no answer that was there for it.
    untaken: Instant,
    /// Read, and waiting for room in the process.
    waiting: Option<Waiting>,
    checking: VecDeque<Checking>,
    /// Checked, and waiting for the certificates behind it to be logged; nothing overtakes it.
    logging: Option<Pin<Box<dyn Future<Output = Outcome> + Send>>>,
    committing: VecDeque<Committing>,
    done: VecDeque<Answer>,
}

struct Waiting {
    request: pb::SubmitRequest,
    room: Pin<Box<dyn Future<Output = Option<Held>> + Send>>,
}

struct Checking {
    message_id: Vec<u8>,
    check: JoinHandle<Result<Checked, SubmitError>>,
    held: Option<Held>,
}

struct Committing {
    message_id: Vec<u8>,
    commit: Commit,
    _held: Option<Held>,
}

type Commit = Pin<Box<dyn Future<Output = Result<pb::SubmitResponse, SubmitError>> + Send>>;

/// Why no more is read.
enum End {
    /// The caller has said all, or has been silent for long.
    Done,
    /// The caller is gone.
    Gone,
    /// The caller takes no answers.
    Slow,
    /// The gateway shuts down, or the connection is old: what was read is answered.
    Leaving,
    /// A message could not be read.
    Broken(Status),
}

impl Pipeline {
    fn new(
        submissions: Arc<Submissions>,
        caller: NodeId,
        answers: answers::Queue<pb::SubmitStreamResponse>,
    ) -> Self {
        Self {
            submissions,
            caller,
            answers,
            untaken: Instant::now(),
            waiting: None,
            checking: VecDeque::new(),
            logging: None,
            committing: VecDeque::new(),
            done: VecDeque::new(),
        }
    }

    async fn run(mut self, line: &Line, inbound: Inbound) {
        let end = self.take_all(line, inbound).await;
        let end = match end {
            End::Gone | End::Slow => end,
            _ => self.finish().await.err().unwrap_or(end),
        };
        // What was appended stays appended, answered or not; the sender asks again and gets the same receipts.
        let is_slow = matches!(end, End::Slow);
        let Self { answers, .. } = self;
        if let Some(status) = closing_status(end) {
            answers.end_with(status);
        }
        if is_slow {
            line.cut_after_last_word().await;
        }
    }

    /// Answers what is in hand.
    async fn finish(&mut self) -> Result<(), End> {
        while self.in_hand() > 0 {
            self.proceed().await?;
        }
        Ok(())
    }

    /// Reads until there is a reason to end, and keeps what was read moving.
    async fn take_all(&mut self, line: &Line, mut inbound: Inbound) -> End {
        let submissions = Arc::clone(&self.submissions);
        let silence = tokio::time::sleep(SUBMIT_IDLE_MAX);
        tokio::pin!(silence);
        loop {
            let has_room = self.waiting.is_none() && self.in_hand() < PIPELINE_MAX;
            tokio::select! {
                biased;
                () = submissions.draining.cancelled() => return End::Leaving,
                () = line.leaving() => return End::Leaving,
                // What is in hand goes on before more is read.
                proceeded = self.proceed(), if self.in_hand() > 0 => {
                    if let Err(end) = proceeded {
                        return end;
                    }
                }
                read = inbound.requests.message(), if has_room => match read {
                    Ok(Some(request)) => {
                        silence.as_mut().reset(Instant::now() + SUBMIT_IDLE_MAX);
                        self.take(request.submission.unwrap_or_default(), &inbound.share);
                    }
                    Ok(None) => return End::Done,
                    Err(status) => return End::Broken(status),
                },
                () = &mut silence, if self.in_hand() == 0 => return End::Done,
            }
        }
    }

    /// How many messages have been read and not been answered.
    fn in_hand(&self) -> usize {
        usize::from(self.waiting.is_some())
            + self.checking.len()
            + usize::from(self.logging.is_some())
            + self.committing.len()
            + self.done.len()
    }

    /// Takes one step with whatever can go on; an error when nobody listens to the answers any more. Cancel-safe:
    /// whatever was not finished is still in its queue.
    async fn proceed(&mut self) -> Result<(), End> {
        let Self {
            submissions,
            caller,
            answers,
            untaken,
            waiting,
            checking,
            logging,
            committing,
            done,
        } = self;
        tokio::select! {
            biased;
            place = answers.place(), if !done.is_empty() => match (place, done.pop_front()) {
                (Some(place), Some(answer)) => {
                    place.send(answer);
                    *untaken = Instant::now();
                }
                _ => return Err(End::Gone),
            },
            () = tokio::time::sleep_until(*untaken + PROGRESS_TIMEOUT), if !done.is_empty() => return Err(End::Slow),
            answered = oldest_commit(committing, caller), if !committing.is_empty() => {
                if done.is_empty() {
                    *untaken = Instant::now();
                }
                done.push_back(answered);
            }
            logged = logged(logging), if logging.is_some() => {
                *logging = None;
                committing.push_back(commit(submissions, logged));
            }
            checked = oldest_check(checking), if logging.is_none() && !checking.is_empty() => {
                match checked {
                    Outcome { checked: Ok(checked), message_id, held } if !submissions.is_trust_logged(&checked) => {
                        *logging = Some(log_trust(submissions, checked, message_id, held));
                    }
                    outcome => committing.push_back(commit(submissions, outcome)),
                }
            }
            held = room(waiting), if waiting.is_some() => {
                if let Some(Waiting { request, .. }) = waiting.take() {
                    checking.push_back(check(submissions, caller, request, held));
                }
            }
        }
        Ok(())
    }

    /// Starts the check of a message; one that came in the same frame as the one before waits for room in the process.
    fn take(&mut self, request: pb::SubmitRequest, share: &Share) {
        let budget = &self.submissions.budget;
        let bytes = request.encoded_len();
        if let Some(held) = share.take(bytes).or_else(|| budget.try_take(bytes)) {
            let checking = check(&self.submissions, &self.caller, request, Some(held));
            self.checking.push_back(checking);
        } else {
            let budget = budget.clone();
            let room = Box::pin(async move { budget.take(bytes).await });
            self.waiting = Some(Waiting { request, room });
        }
    }
}

fn check(
    submissions: &Arc<Submissions>,
    caller: &NodeId,
    request: pb::SubmitRequest,
    held: Option<Held>,
) -> Checking {
    let message_id = message_id(&request);
    let announced = submissions.ledger.announce();
    let (submissions, caller) = (Arc::clone(submissions), caller.clone());
    let check = tokio::spawn(async move { submissions.check(&caller, request, announced) });
    Checking {
        message_id,
        check,
        held,
    }
}

/// A message whose check has finished.
struct Outcome {
    message_id: Vec<u8>,
    held: Option<Held>,
    checked: Result<Checked, SubmitError>,
}

fn log_trust(
    submissions: &Arc<Submissions>,
    checked: Checked,
    message_id: Vec<u8>,
    held: Option<Held>,
) -> Pin<Box<dyn Future<Output = Outcome> + Send>> {
    let submissions = Arc::clone(submissions);
    Box::pin(async move {
        let checked = submissions.log_trust(&checked).await.map(|()| checked);
        Outcome {
            message_id,
            held,
            checked,
        }
    })
}

async fn logged(logging: &mut Option<Pin<Box<dyn Future<Output = Outcome> + Send>>>) -> Outcome {
    match logging {
        Some(logging) => logging.as_mut().await,
        None => std::future::pending().await,
    }
}

/// Puts one checked message into the ledger's queue.
fn commit(submissions: &Arc<Submissions>, outcome: Outcome) -> Committing {
    let Outcome {
        message_id,
        held,
        checked,
    } = outcome;
    let submissions = Arc::clone(submissions);
    let mut commit: Commit = match checked {
        Ok(checked) => Box::pin(async move { submissions.commit(checked).await }),
        Err(error) => Box::pin(std::future::ready(Err(error))),
    };
    // The first poll queues the entry, behind those of this stream that came before it and into the same batch as they;
    // without it each would wait for its predecessor's sync. Who waits for the answer polls again, with a waker.
    if let Poll::Ready(answer) = commit
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        commit = Box::pin(std::future::ready(answer));
    }
    Committing {
        message_id,
        commit,
        _held: held,
    }
}

async fn room(waiting: &mut Option<Waiting>) -> Option<Held> {
    match waiting {
        Some(waiting) => waiting.room.as_mut().await,
        None => std::future::pending().await,
    }
}

/// The oldest check, when it has finished.
async fn oldest_check(checking: &mut VecDeque<Checking>) -> Outcome {
    let Some(oldest) = checking.front_mut() else {
        return std::future::pending().await;
    };
    // A check that panicked is our bug; the sender may try again.
    let checked = (&mut oldest.check).await.unwrap_or(Err(SubmitError::Lost));
    let message_id = std::mem::take(&mut oldest.message_id);
    let held = oldest.held.take();
    checking.pop_front();
    Outcome {
        message_id,
        held,
        checked,
    }
}

/// The answer to the oldest message in the ledger's hands, when it is durable or refused.
async fn oldest_commit(committing: &mut VecDeque<Committing>, caller: &NodeId) -> Answer {
    let Some(oldest) = committing.front_mut() else {
        return std::future::pending().await;
    };
    let answer = oldest.commit.as_mut().await;
    let message_id = std::mem::take(&mut oldest.message_id);
    committing.pop_front();
    let (accepted, refused) = match answer {
        Ok(response) => (Some(response), Vec::new()),
        Err(error) => (None, refuse(caller, &error.into()).details().to_vec()),
    };
    Ok(pb::SubmitStreamResponse {
        message_id,
        accepted,
        refused,
    })
}

fn closing_status(end: End) -> Option<Status> {
    match end {
        End::Done | End::Gone => None,
        End::Leaving => Some(Refusal::new(Reason::Draining).to_status()),
        End::Slow => Some(Refusal::new(Reason::Slow).to_status()),
        // The peer reset the stream or the connection: there is nobody to tell.
        End::Broken(status) if matches!(status.code(), Code::Cancelled | Code::Unknown) => None,
        End::Broken(status) => Some(Refusal::new(raised_below(&status)).to_status()),
    }
}

/// The message id as far as it can be told from the first bytes of a canonical statement: unverified, only to say which
/// request an answer belongs to.
fn message_id(request: &pb::SubmitRequest) -> Vec<u8> {
    let envelope = pb::Envelope::decode(request.envelope.as_slice()).unwrap_or_default();
    let payload = envelope.payload.as_slice();
    // Field 1, length-delimited, 16 bytes.
    let id = payload
        .strip_prefix(&[0x0a, 16])
        .and_then(|rest| rest.first_chunk::<16>());
    id.map(|id| id.to_vec()).unwrap_or_default()
}

const ANSWERS_AHEAD: usize = 16;

#[cfg(test)]
mod tests;
