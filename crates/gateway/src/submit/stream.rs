//! The pipelined stream: several submissions are checked at once, committed in the order in which they came, and
//! answered in that order.
//!
//! One task for each stream. A message passes through three queues, which together hold at most [`PIPELINE_MAX`]:
//! *checking* (each on a task of its own, so that one stream can use every core), *committing* (in the ledger's hands)
//! and *done* (until the sender takes the answer). Its room in the process's budget is given back when the log has answered,
//! not when its sender reads on or goes away: who does not read holds up only himself. A refusal is an answer like any other;
//! only what was put off holds up the rest of its case ([`put_off`]).

use std::collections::VecDeque;
use std::sync::Arc;

use precinto_alert::Reason;
use precinto_alert::id::NodeId;
use precinto_proto::v1 as pb;
use prost::Message as _;
use tokio::time::Instant;
use tonic::{Code, Status, Streaming};

use super::Submissions;
use super::metered::Share;
use crate::accept::Line;
use crate::answers::{self, Answers};
use crate::limits::{PIPELINE_MAX, PROGRESS_TIMEOUT, SUBMIT_IDLE_MAX};
use crate::open_streams::StreamPlace;
use crate::status::{Refusal, explained};
use put_off::PutOff;
use steps::{
    Answer, Checking, Committing, Logging, Outcome, Waiting, check, commit, log_trust, logged,
    oldest_check, oldest_commit, room, settle,
};

mod put_off;
mod steps;
#[cfg(test)]
mod tests;

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
    logging: Option<Logging>,
    committing: VecDeque<Committing>,
    done: VecDeque<Answer>,
    /// What must not be overtaken by what is behind it in its case.
    put_off: PutOff,
}

/// Why no more is read.
enum End {
    /// The caller has said all, or has been silent for long.
    Done,
    /// The caller is gone.
    Gone,
    /// The caller takes no answers.
    Slow,
    /// The caller would not be let in any more.
    Unwelcome(Reason),
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
            put_off: PutOff::default(),
        }
    }

    async fn run(mut self, line: &Line, inbound: Inbound) {
        let end = self.take_all(line, inbound).await;
        let end = match end {
            End::Gone | End::Slow | End::Unwelcome(_) => end,
            _ => self.finish().await.err().unwrap_or(end),
        };
        self.leave(end, line).await;
    }

    /// Says why it ends, and waits for what the log has in hand.
    async fn leave(self, end: End, line: &Line) {
        // What was appended stays appended, answered or not; the sender asks again and gets the same receipts.
        let is_slow = matches!(end, End::Slow);
        let Self {
            answers,
            checking,
            logging,
            committing,
            ..
        } = self;
        // What has only been checked goes no further, and must not keep the directory and its room meanwhile.
        drop(checking);
        if let Some(status) = closing_status(end) {
            answers.end_with(status);
        } else {
            drop(answers);
        }
        let last_word = async {
            if is_slow {
                line.cut_after_last_word().await;
            }
        };
        tokio::join!(last_word, settle(logging, committing));
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
                reason = line.unwelcome() => return End::Unwelcome(reason),
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
            put_off,
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
            answered = oldest_commit(committing, submissions, caller), if !committing.is_empty() => {
                if done.is_empty() {
                    *untaken = Instant::now();
                }
                done.push_back(answered);
            }
            logged = logged(logging), if logging.is_some() => {
                *logging = None;
                committing.push_back(commit(submissions, put_off, logged));
            }
            checked = oldest_check(checking), if logging.is_none() && !checking.is_empty() => {
                match checked.in_turn(put_off, Instant::now()) {
                    Outcome { checked: Ok(checked), named, held } if !submissions.is_trust_logged(&checked) => {
                        *logging = Some(log_trust(submissions, checked, named, held));
                    }
                    outcome => committing.push_back(commit(submissions, put_off, outcome)),
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
        let bytes = request.encoded_len();
        if let Some(held) = share.take(bytes) {
            let checking = check(&self.submissions, &self.caller, request, Some(held));
            self.checking.push_back(checking);
        } else {
            let room = share.wait(bytes);
            self.waiting = Some(Waiting { request, room });
        }
    }
}

fn closing_status(end: End) -> Option<Status> {
    match end {
        End::Done | End::Gone => None,
        End::Leaving => Some(Refusal::new(Reason::Draining).to_status()),
        End::Slow => Some(Refusal::new(Reason::Slow).to_status()),
        End::Unwelcome(reason) => Some(Refusal::new(reason).to_status()),
        // The peer reset the stream or the connection: there is nobody to tell.
        End::Broken(status) if matches!(status.code(), Code::Cancelled | Code::Unknown) => None,
        End::Broken(status) => Some(explained(status)),
    }
}

const ANSWERS_AHEAD: usize = 16;
