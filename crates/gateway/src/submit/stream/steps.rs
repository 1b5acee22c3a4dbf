//! The steps of a message through a stream: checked on a task of its own, its certificates logged, committed, settled.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use precinto_alert::id::NodeId;
use precinto_proto::v1 as pb;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tonic::Status;

use super::put_off::{Named, PutOff};
use crate::submit::metered::Room;
use crate::submit::{Checked, Held, Submissions, SubmitError};

/// What goes back for one message.
pub(super) type Answer = Result<pb::SubmitStreamResponse, Status>;

/// Certificates on their way into the log, and the message behind them.
pub(super) type Logging = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A message that has been read, and has no room in the process as yet.
pub(super) struct Waiting {
    pub(super) request: pb::SubmitRequest,
    pub(super) room: Room,
}

/// A message on a task that checks it, with its room.
pub(super) struct Checking {
    named: Named,
    check: JoinHandle<(Result<Checked, SubmitError>, Option<Held>)>,
}

/// A message in the ledger's hands, with its room; or one that was refused before.
pub(super) struct Committing {
    message_id: Vec<u8>,
    commit: Commit,
    _held: Option<Held>,
}

type Commit = Pin<Box<dyn Future<Output = Result<pb::SubmitResponse, SubmitError>> + Send>>;

/// Starts the check of a message; without room it is not looked at. To be called in the order of the messages: here, and
/// not in the task, each takes its turn with the directory, so that none waits for one behind it.
pub(super) fn check(
    submissions: &Arc<Submissions>,
    caller: &NodeId,
    request: pb::SubmitRequest,
    held: Option<Held>,
) -> Checking {
    let named = Named::of(&request);
    let announced = submissions.ledger.announce();
    let held = held.map(|held| (held, submissions.directory.hold()));
    let (submissions, caller) = (Arc::clone(submissions), caller.clone());
    let check = tokio::spawn(async move {
        let Some((held, turn)) = held else {
            return (Err(SubmitError::NoRoom), None);
        };
        let checked = match submissions.let_in(&caller, &request, &held) {
            Ok(()) => submissions.check(&caller, request, announced, turn).await,
            Err(error) => Err(error),
        };
        (checked, Some(held))
    });
    Checking { named, check }
}

/// A message whose check has finished.
pub(super) struct Outcome {
    pub(super) named: Named,
    pub(super) held: Option<Held>,
    pub(super) checked: Result<Checked, SubmitError>,
}

impl Outcome {
    /// What becomes of a message whose turn it is: put off as well, if it is behind one of its case that was.
    pub(super) fn in_turn(mut self, put_off: &mut PutOff, now: Instant) -> Self {
        if put_off.holds(&self.named, now) {
            self.checked = Err(SubmitError::Behind);
        }
        self
    }
}

pub(super) fn log_trust(
    submissions: &Arc<Submissions>,
    checked: Checked,
    named: Named,
    held: Option<Held>,
) -> Logging {
    let submissions = Arc::clone(submissions);
    Box::pin(async move {
        let checked = submissions.log_trust(&checked).await.map(|()| checked);
        Outcome {
            named,
            held,
            checked,
        }
    })
}

pub(super) async fn logged(logging: &mut Option<Logging>) -> Outcome {
    match logging {
        Some(logging) => logging.as_mut().await,
        None => std::future::pending().await,
    }
}

/// Puts one checked message into the ledger's queue.
pub(super) fn commit(
    submissions: &Arc<Submissions>,
    put_off: &mut PutOff,
    outcome: Outcome,
) -> Committing {
    let Outcome {
        named,
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
    let mut is_put_off = false;
    if let Poll::Ready(answer) = commit
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        is_put_off = answer.as_ref().is_err_and(SubmitError::is_passing);
        commit = Box::pin(std::future::ready(answer));
    }
    let message_id = named.message_id.clone();
    // What the ledger cannot take comes to light at once, before the next one is committed.
    put_off.note(named, is_put_off, Instant::now());
    Committing {
        message_id,
        commit,
        _held: held,
    }
}

pub(super) async fn room(waiting: &mut Option<Waiting>) -> Option<Held> {
    match waiting {
        Some(waiting) => waiting.room.as_mut().await,
        None => std::future::pending().await,
    }
}

/// The oldest check, when it has finished.
pub(super) async fn oldest_check(checking: &mut VecDeque<Checking>) -> Outcome {
    let Some(oldest) = checking.front_mut() else {
        return std::future::pending().await;
    };
    // A check that panicked is our bug; the sender may try again.
    let lost = (Err(SubmitError::Lost), None);
    let (checked, held) = (&mut oldest.check).await.unwrap_or(lost);
    let named = std::mem::take(&mut oldest.named);
    checking.pop_front();
    Outcome {
        named,
        held,
        checked,
    }
}

/// The answer to the oldest message in the ledger's hands, when it is durable or refused.
pub(super) async fn oldest_commit(
    committing: &mut VecDeque<Committing>,
    submissions: &Submissions,
    caller: &NodeId,
) -> Answer {
    let Some(oldest) = committing.front_mut() else {
        return std::future::pending().await;
    };
    let answer = oldest.commit.as_mut().await;
    let message_id = std::mem::take(&mut oldest.message_id);
    committing.pop_front();
    let (accepted, refused) = match answer {
        Ok(response) => (Some(response), Vec::new()),
        Err(error) => (None, submissions.refuse(caller, error).details().to_vec()),
    };
    Ok(pb::SubmitStreamResponse {
        message_id,
        accepted,
        refused,
    })
}

/// Waits for the log, whose answers nobody waits for any more: until then its queue holds what was sent, and the budget
/// must know of it.
pub(super) async fn settle(logging: Option<Logging>, committing: VecDeque<Committing>) {
    if let Some(logging) = logging {
        drop(logging.await);
    }
    for Committing { commit, _held, .. } in committing {
        drop(commit.await);
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;
    use crate::limits::IN_FLIGHT_BYTES_PER_NODE_MAX;
    use crate::submit::Budget;
    use crate::submit::in_flight::tests::node;

    #[tokio::test(start_paused = true)]
    async fn room_comes_back_when_the_log_has_answered_and_not_before() {
        let lax = Budget::default().of(&node("lax"));
        let all = || lax.try_take(IN_FLIGHT_BYTES_PER_NODE_MAX);
        let (log, answer) = oneshot::channel::<()>();
        let commit = Committing {
            message_id: Vec::new(),
            commit: Box::pin(async move {
                answer.await.unwrap();
                Err(SubmitError::Lost)
            }),
            _held: all(),
        };
        let settled = tokio::spawn(settle(None, VecDeque::from([commit])));
        tokio::task::yield_now().await;
        assert!(all().is_none());
        log.send(()).unwrap();
        settled.await.unwrap();
        assert!(all().is_some());
    }
}
