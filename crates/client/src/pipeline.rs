//! Submitting many statements over one stream: a bounded window of unanswered ones, answers in the order of sending.
//!
//! A streamed message costs a fraction of a call, and the messages of a batch share one data sync. The window is the
//! queue between the two halves: a message takes a place when it is sent and gives it back when it is answered.

use crate::author::Signed;
use crate::connection::Connection;
use crate::limits::WINDOW_MAX;
use crate::refusal::Refusal;
use crate::submit::{Accepted, Expected, SubmitError, believe};
use precinto_alert::id::MessageId;
use precinto_proto::v1 as pb;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

/// The sending half. Dropping it ends the stream once everything sent has been answered.
#[derive(Debug)]
pub struct PipelineSender {
    requests: mpsc::Sender<pb::SubmitStreamRequest>,
    window: mpsc::Sender<Outstanding>,
}

/// The answering half.
#[derive(Debug)]
pub struct PipelineAnswers {
    connection: Connection,
    responses: Streaming<pb::SubmitStreamResponse>,
    window: mpsc::Receiver<Outstanding>,
    broken: Option<Refusal>,
}

/// The answer to one message.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Which message.
    pub message_id: MessageId,
    /// SHA-256 of its PAE.
    pub statement_id: [u8; 32],
    /// What became of it.
    pub outcome: Result<Accepted, SubmitError>,
    /// From taking a place in the window to the answer.
    pub round_trip: Duration,
}

/// A message that has not been answered yet.
#[derive(Debug)]
struct Outstanding {
    expected: Expected,
    since: Instant,
}

/// The stream is over: nothing more can be sent on it. The message was not sent; the answers say why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stream of submissions has ended")]
pub struct PipelineClosed;

/// Opens a pipelined stream with at most `window` unanswered messages (1 to [`WINDOW_MAX`], else the nearest).
pub async fn open(
    connection: &Connection,
    window: usize,
) -> Result<(PipelineSender, PipelineAnswers), SubmitError> {
    let places = window.clamp(1, WINDOW_MAX);
    let (requests, outbound) = mpsc::channel(places);
    let (window, expected) = mpsc::channel(places);
    let outbound = ReceiverStream::new(outbound);
    let responses = connection
        .submission()
        .submit_stream(outbound)
        .await?
        .into_inner();
    let answers = PipelineAnswers {
        connection: connection.clone(),
        responses,
        window: expected,
        broken: None,
    };
    Ok((PipelineSender { requests, window }, answers))
}

impl PipelineSender {
    /// Sends one message; waits while the window is full. Cancel-safe: a message is sent whole or not at all.
    pub async fn send(&mut self, signed: Signed) -> Result<(), PipelineClosed> {
        // Both places first, then both sends, which cannot wait: request and expectation never come apart.
        let expectation = self.window.reserve().await.map_err(|_| PipelineClosed)?;
        let request = self.requests.reserve().await.map_err(|_| PipelineClosed)?;
        expectation.send(Outstanding {
            expected: Expected::of(&signed),
            since: Instant::now(),
        });
        request.send(pb::SubmitStreamRequest {
            submission: Some(signed.into_request()),
        });
        Ok(())
    }
}

impl PipelineAnswers {
    /// The next answer, in the order of sending; none when all are in and the sender is gone.
    ///
    /// When the stream breaks, each unanswered message is answered as [`SubmitError::Lost`]: send the same bytes again
    /// on a new connection. Cancel-safe.
    pub async fn next(&mut self) -> Option<Answer> {
        if self.broken.is_none() {
            match self.responses.message().await {
                Ok(Some(response)) => match self.window.try_recv() {
                    Ok(outstanding) => return Some(self.answer(outstanding, response)),
                    Err(_) => self.end(Refusal::of_the_line(
                        "an answer came to nothing that was asked",
                    )),
                },
                Ok(None) => self.end(stream_ended()),
                Err(status) => self.end(status.into()),
            }
        }
        let outstanding = self.window.recv().await?;
        let lost = SubmitError::Lost(Box::new(self.broken.clone()?));
        Some(outstanding.answered(Err(lost)))
    }

    /// Why nothing more comes, once [`next`](Self::next) has given nothing although the sender is still there: the stream
    /// was over before the message in hand took its place in the window, so no answer tells it.
    pub fn ended(&self) -> SubmitError {
        let cause = self.broken.clone();
        SubmitError::Lost(Box::new(cause.unwrap_or_else(stream_ended)))
    }

    /// Nothing more can be sent, and whatever waits in the window is lost.
    fn end(&mut self, cause: Refusal) {
        self.window.close();
        self.broken = Some(cause);
    }

    fn answer(&mut self, outstanding: Outstanding, response: pb::SubmitStreamResponse) -> Answer {
        let expected = outstanding.expected;
        let pb::SubmitStreamResponse {
            message_id,
            accepted,
            refused,
        } = response;
        let unread = message_id.is_empty() && accepted.is_none();
        if message_id != expected.message_id.as_bytes() && !unread {
            // From here on nobody can tell which answer is whose.
            self.end(Refusal::of_the_line("the answers are out of order"));
            return outstanding.answered(Err(SubmitError::Answer));
        }
        let outcome = match (accepted, Refusal::from_status_bytes(&refused)) {
            (Some(accepted), _) if refused.is_empty() => {
                believe(&self.connection, expected, accepted)
            }
            (None, Ok(refusal)) if !refused.is_empty() => Err(refusal.into()),
            _ => Err(SubmitError::Answer),
        };
        outstanding.answered(outcome)
    }
}

fn stream_ended() -> Refusal {
    Refusal::of_the_line("the stream ended before the answer")
}

impl Outstanding {
    fn answered(self, outcome: Result<Accepted, SubmitError>) -> Answer {
        Answer {
            message_id: self.expected.message_id,
            statement_id: self.expected.statement_id(),
            outcome,
            round_trip: self.since.elapsed(),
        }
    }
}

#[cfg(test)]
mod tests;
