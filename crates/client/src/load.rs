//! Load on a gateway: messages signed beforehand, a fixed number in flight, and how long each took.
//!
//! The messages are signed before the clock starts, and a batch's checkpoint is verified once for all its receipts;
//! otherwise it would be the client that is measured.

use crate::author::Signed;
use crate::connection::Connection;
use crate::pipeline;
use crate::submit::{Accepted, SubmitError, submit};
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How to press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Unanswered messages on each connection, at least 1.
    pub in_flight: usize,
    /// By which call.
    pub style: Style,
}

/// By which call messages are submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// One call for each message.
    Unary,
    /// One stream for each connection.
    Pipelined,
}

/// What came of it. Durations are from sending to the verified receipt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Messages offered.
    pub messages: usize,
    /// Accepted, each with a verified receipt.
    pub accepted: usize,
    /// Of those, accepted before.
    pub duplicates: usize,
    /// Refused by the gateway.
    pub refused: usize,
    /// Without an answer, because the line failed.
    pub lost: usize,
    /// From the first message to the last answer, in seconds.
    pub seconds: f64,
    /// Durable acknowledgements a second.
    pub accepted_per_second: f64,
    /// Median, in milliseconds.
    pub p50_ms: f64,
    /// 99th percentile, in milliseconds.
    pub p99_ms: f64,
    /// The longest, in milliseconds.
    pub max_ms: f64,
}

/// One message's outcome and duration.
type Sample = (Result<Accepted, SubmitError>, Duration);

/// Submits all `messages` over `connections`, each taking the next one as soon as it has room.
///
/// Fails only if a receipt proves nothing: then the figures would be of a gateway that lies.
pub async fn run(
    connections: &[Connection],
    messages: Vec<Signed>,
    load: Load,
) -> Result<Report, SubmitError> {
    let queue = Queue::new(messages);
    let started = Instant::now();
    let mut workers = JoinSet::new();
    for connection in connections {
        match load.style {
            Style::Unary => {
                for _ in 0..load.in_flight.max(1) {
                    workers.spawn(call(connection.clone(), queue.clone()));
                }
            }
            Style::Pipelined => {
                workers.spawn(stream(connection.clone(), queue.clone(), load.in_flight));
            }
        }
    }
    let mut samples = Vec::new();
    while let Some(finished) = workers.join_next().await {
        let part = finished.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        samples.extend(part?);
    }
    report(samples, started.elapsed())
}

/// The messages still to be sent, shared by all workers.
#[derive(Clone)]
struct Queue(Arc<Mutex<std::vec::IntoIter<Signed>>>);

impl Queue {
    fn new(messages: Vec<Signed>) -> Self {
        Self(Arc::new(Mutex::new(messages.into_iter())))
    }

    fn next(&self) -> Option<Signed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next()
    }
}

async fn call(connection: Connection, queue: Queue) -> Result<Vec<Sample>, SubmitError> {
    let mut samples = Vec::new();
    while let Some(signed) = queue.next() {
        let sent = Instant::now();
        let outcome = submit(&connection, &signed).await;
        samples.push((outcome, sent.elapsed()));
    }
    Ok(samples)
}

async fn stream(
    connection: Connection,
    queue: Queue,
    window: usize,
) -> Result<Vec<Sample>, SubmitError> {
    let (mut sender, mut answers) = pipeline::open(&connection, window).await?;
    let send = async move {
        while let Some(signed) = queue.next() {
            if sender.send(signed).await.is_err() {
                break; // the answers tell why
            }
        }
    };
    let receive = async move {
        let mut samples = Vec::new();
        while let Some(answer) = answers.next().await {
            samples.push((answer.outcome, answer.round_trip));
        }
        samples
    };
    let ((), samples) = tokio::join!(send, receive);
    Ok(samples)
}

fn report(samples: Vec<Sample>, elapsed: Duration) -> Result<Report, SubmitError> {
    let messages = samples.len();
    let (mut accepted, mut duplicates, mut refused, mut lost) = (0, 0, 0, 0);
    let mut round_trips = Vec::with_capacity(messages);
    for (outcome, round_trip) in samples {
        match outcome {
            Ok(answer) => {
                accepted += 1;
                duplicates += usize::from(answer.duplicate);
                round_trips.push(round_trip);
            }
            Err(SubmitError::Refused(_)) => refused += 1,
            Err(SubmitError::Lost(_)) => lost += 1,
            Err(lie @ (SubmitError::Receipt(_) | SubmitError::Answer)) => return Err(lie),
        }
    }
    round_trips.sort_unstable();
    let seconds = elapsed.as_secs_f64();
    Ok(Report {
        messages,
        accepted,
        duplicates,
        refused,
        lost,
        seconds,
        accepted_per_second: f64::from(u32::try_from(accepted).unwrap_or(u32::MAX))
            / seconds.max(1e-9),
        p50_ms: percentile_ms(&round_trips, 50),
        p99_ms: percentile_ms(&round_trips, 99),
        max_ms: percentile_ms(&round_trips, 100),
    })
}

/// The smallest duration that `percent` of all do not exceed (nearest rank); 0 if there are none.
fn percentile_ms(sorted: &[Duration], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted
        .get(rank - 1)
        .map_or(0.0, |duration| duration.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_gateway::TestGateway;

    #[tokio::test]
    async fn both_styles_submit_every_message_once() {
        let gateway = TestGateway::start().await;
        let connections = [gateway.connect().await, gateway.connect().await];
        for (round, style) in [Style::Unary, Style::Pipelined].into_iter().enumerate() {
            let first = round as u64 * 40 + 1;
            let messages = (first..first + 40).map(|seq| gateway.notice(seq)).collect();
            let report = run(
                &connections,
                messages,
                Load {
                    in_flight: 5,
                    style,
                },
            )
            .await
            .unwrap();
            assert_eq!((report.messages, report.accepted, report.lost), (40, 40, 0));
            assert_eq!(gateway.state().log.size(), first + 39);
            assert!(
                report.p50_ms > 0.0 && report.p50_ms <= report.p99_ms,
                "{report:?}"
            );
        }
    }

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let sorted: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        let ms: Vec<_> = [50, 99, 100]
            .map(|percent| percentile_ms(&sorted, percent).round())
            .into();
        assert_eq!(ms, [100.0, 198.0, 200.0]);
        assert!(percentile_ms(&[], 50).abs() < f64::EPSILON);
        assert!((percentile_ms(&sorted[..1], 99) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn refused_and_lost_messages_are_counted_and_not_timed() {
        let refusal = || Box::new(crate::Refusal::of_the_line("gone"));
        let samples = vec![
            (Err(SubmitError::Refused(refusal())), Duration::from_secs(1)),
            (Err(SubmitError::Lost(refusal())), Duration::from_secs(1)),
        ];
        let report = report(samples, Duration::from_secs(2)).unwrap();
        assert_eq!(
            (
                report.messages,
                report.accepted,
                report.refused,
                report.lost
            ),
            (2, 0, 1, 1)
        );
        assert!(report.max_ms.abs() < f64::EPSILON);
        let lie = vec![(Err(SubmitError::Answer), Duration::ZERO)];
        assert_eq!(
            super::report(lie, Duration::from_secs(1)),
            Err(SubmitError::Answer)
        );
    }
}
