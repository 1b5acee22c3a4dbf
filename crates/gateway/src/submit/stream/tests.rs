//! A sender that takes no answers. The rest is tested through the door.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use precinto_alert::id::Identity;
use precinto_ledger::clock::ManualClock;
use tokio_stream::StreamExt as _;
use tokio_util::sync::CancellationToken;
use tonic_types::RpcStatusExt as _;

use super::*;
use crate::acts::Acts;
use crate::authenticate::Caller;
use crate::certificates::Certificates;
use crate::in_force::Seat;
use crate::limits::{IN_FLIGHT_BYTES_PER_NODE_MAX, IN_FLIGHT_MAX};
use crate::metrics::Counts;
use crate::quota::Quotas;
use crate::ration::Ration;
use crate::registry::InForce;
use crate::submit::in_flight::tests::node_of;
use crate::submit::{Budget, Refusals};
use crate::test_ledger;

fn submissions(folder: &std::path::Path) -> (Submissions, precinto_ledger::OwnerHandle) {
    let directory = InForce::for_ever(crate::registry::tests::example());
    submissions_by(folder, directory)
}

fn submissions_by(
    folder: &std::path::Path,
    directory: InForce,
) -> (Submissions, precinto_ledger::OwnerHandle) {
    let clock = Arc::new(ManualClock::new(1_000));
    let ledger_clock = Arc::clone(&clock);
    let (ledger, owner) = test_ledger::open(folder, ledger_clock);
    let submissions = Submissions {
        certificates: Arc::new(Certificates::new(ledger.clone())),
        refusals: Refusals::new(Acts::new(ledger.clone(), Arc::<ManualClock>::clone(&clock))),
        ledger,
        directory,
        origin: test_ledger::ORIGIN.to_owned(),
        cases: Arc::default(),
        conflicts: Ration::default(),
        quotas: Quotas::default(),
        counts: Counts::default(),
        clock,
        draining: CancellationToken::new(),
    };
    (submissions, owner)
}

fn lax() -> NodeId {
    "spiffe://us.dev.invalid/agency/cbp/node/lax"
        .parse()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn who_takes_no_answers_is_given_up_and_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let (submissions, owner) = submissions(folder.path());
    let caller = lax();
    let (queue, answers) = answers::answers(ANSWERS_AHEAD);
    let share = Share::new(Budget::default().of(&caller));
    let mut pipeline = Pipeline::new(Arc::new(submissions), caller, queue);
    tokio::time::sleep(2 * PROGRESS_TIMEOUT).await;
    let began = Instant::now();
    for _ in 0..ANSWERS_AHEAD + 5 {
        // Refused for want of an envelope; the answer counts like any other.
        pipeline.take(pb::SubmitRequest::default(), &share);
    }
    let end = pipeline.finish().await.unwrap_err();
    assert!(matches!(end, End::Slow));
    let waited = began.elapsed();
    assert!(
        (PROGRESS_TIMEOUT..2 * PROGRESS_TIMEOUT).contains(&waited),
        "{waited:?}"
    );
    let Pipeline { answers: queue, .. } = pipeline;
    queue.end_with(closing_status(end).unwrap());
    let told: Vec<_> = answers.collect().await;
    assert_eq!(told.len(), ANSWERS_AHEAD + 1);
    assert_eq!(
        told.last().unwrap().as_ref().unwrap_err().code(),
        Code::Unavailable
    );
    owner.stop().unwrap();
}

/// A thousand messages at once, and then nothing; how many of them were read.
struct Eager(Arc<AtomicUsize>);

impl http_body::Body for Eager {
    type Data = bytes::Bytes;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, Status>>> {
        if self.0.fetch_add(1, Ordering::SeqCst) == 1_000 {
            return Poll::Pending;
        }
        // An empty message: its flag and its length.
        let message = http_body::Frame::data(bytes::Bytes::from_static(&[0; 5]));
        Poll::Ready(Some(Ok(message)))
    }
}

/// Whose answers are not taken, of him no more is read than a pipeline holds: his own room never runs out before.
#[tokio::test(start_paused = true)]
async fn no_more_is_read_of_a_stream_than_its_pipeline_holds() {
    let folder = tempfile::tempdir().unwrap();
    let (submissions, owner) = submissions(folder.path());
    let (queue, _answers) = answers::answers(ANSWERS_AHEAD);
    let mut pipeline = Pipeline::new(Arc::new(submissions), lax(), queue);
    let line = Line::for_tests(Caller::for_tests(Identity::Node(lax())));
    let read = Arc::new(AtomicUsize::new(0));
    let decoder = tonic_prost::ProstDecoder::<pb::SubmitStreamRequest>::default();
    let body = tonic::body::Body::new(Eager(Arc::clone(&read)));
    let inbound = Inbound {
        requests: Streaming::new_request(decoder, body, None, None),
        share: Share::new(Budget::default().of(&lax())),
    };
    let taking = pipeline.take_all(&line, inbound);
    let ended = tokio::time::timeout(PROGRESS_TIMEOUT / 2, taking).await;
    assert!(ended.is_err(), "it waits for whoever takes the answers");
    let read = read.load(Ordering::SeqCst);
    let held = PIPELINE_MAX + ANSWERS_AHEAD;
    assert!(
        (PIPELINE_MAX..=held + 2).contains(&read),
        "{read} of {held}"
    );
    drop(pipeline);
    owner.stop().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_message_has_its_turn_with_the_directory_before_its_check_begins() {
    let folder = tempfile::tempdir().unwrap();
    let seat = Seat::for_tests(crate::registry::tests::example());
    let (submissions, owner) = submissions_by(folder.path(), seat.in_force());
    let share = Share::new(Budget::default().of(&lax()));
    let (queue, _answers) = answers::answers(ANSWERS_AHEAD);
    let mut pipeline = Pipeline::new(Arc::new(submissions), lax(), queue);
    pipeline.take(pb::SubmitRequest::default(), &share);
    let mut change = pin!(seat.change(Duration::from_secs(1)));
    let now = &mut Context::from_waker(Waker::noop());
    assert!(change.as_mut().poll(now).is_pending(), "it overtook it");
    assert!(change.await.is_some(), "its check has ended");
    drop(pipeline);
    owner.stop().unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_was_only_checked_keeps_nothing_during_the_last_word() {
    let folder = tempfile::tempdir().unwrap();
    let (submissions, owner) = submissions(folder.path());
    let budget = Budget::default().of(&lax());
    let share = Share::new(budget.clone());
    let (queue, _answers) = answers::answers(ANSWERS_AHEAD);
    let mut pipeline = Pipeline::new(Arc::new(submissions), lax(), queue);
    let body = vec![7; 1_000];
    let request = pb::SubmitRequest {
        body,
        ..Default::default()
    };
    pipeline.take(request, &share);
    tokio::task::yield_now().await;
    assert!(budget.try_take(IN_FLIGHT_BYTES_PER_NODE_MAX).is_none());
    let line = Line::for_tests(Caller::for_tests(Identity::Node(lax())));
    let leaving = tokio::spawn(async move { pipeline.leave(End::Slow, &line).await });
    tokio::task::yield_now().await;
    assert!(budget.try_take(IN_FLIGHT_BYTES_PER_NODE_MAX).is_some());
    assert!(!leaving.is_finished(), "the last word is not heard yet");
    leaving.await.unwrap();
    owner.stop().unwrap();
}

/// What the sender of messages of these precedences and cases is told of each, at once, while others have so much in flight.
async fn told(messages: &[(pb::Precedence, &str)], held_by_others: usize) -> Vec<Reason> {
    let folder = tempfile::tempdir().unwrap();
    let (submissions, owner) = submissions(folder.path());
    let budget = Budget::default();
    let others = (0..held_by_others).map(|number| {
        let other = budget.of(&node_of(&format!("a{number}"), "hq"));
        other.try_take(1).unwrap()
    });
    let _others: Vec<_> = others.collect();
    let share = Share::new(budget.of(&lax()));
    let (queue, answers) = answers::answers(ANSWERS_AHEAD);
    let mut pipeline = Pipeline::new(Arc::new(submissions), lax(), queue);
    for (number, (precedence, case)) in (1..).zip(messages) {
        let statement = pb::Statement {
            message_id: vec![number; 16],
            precedence: (*precedence).into(),
            alert_id: (*case).to_owned(),
            ..Default::default()
        };
        let envelope = pb::Envelope {
            payload: statement.encode_to_vec(),
            ..Default::default()
        };
        let envelope = envelope.encode_to_vec();
        let request = pb::SubmitRequest {
            envelope,
            ..Default::default()
        };
        pipeline.take(request, &share);
    }
    pipeline
        .finish()
        .await
        .unwrap_or_else(|_| panic!("it listens"));
    drop(pipeline);
    let answers: Vec<_> = answers.collect().await;
    owner.stop().unwrap();
    let reason = |refused: Vec<u8>| {
        let status = tonic_types::pb::Status::decode(refused.as_slice()).unwrap();
        let info = status.get_details_error_info().unwrap();
        precinto_alert::reason::from_name(&info.reason).unwrap()
    };
    answers
        .into_iter()
        .map(|answer| reason(answer.unwrap().refused))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn while_much_is_in_flight_what_can_wait_is_sent_away_and_what_is_urgent_goes_on() {
    use pb::Precedence::{P1, P4};
    let told_of = async |in_flight| told(&[(P4, "A"), (P1, "B")], in_flight).await;
    let calm = told_of(IN_FLIGHT_MAX / 2).await;
    assert!(!calm.contains(&Reason::Overloaded), "{calm:?}");
    let tight = told_of(IN_FLIGHT_MAX * 3 / 4 + 1).await;
    assert_eq!(tight, [Reason::Overloaded, calm[1]]);
}

#[tokio::test(start_paused = true)]
async fn what_is_behind_a_message_that_was_put_off_waits_if_it_is_of_its_case() {
    use pb::Precedence::{P1, P4};
    let messages = [(P4, "A"), (P1, "A"), (P1, "B"), (P1, "")];
    let calm = told(&messages, IN_FLIGHT_MAX / 2).await;
    assert!(!calm.contains(&Reason::Overloaded), "{calm:?}");
    let tight = told(&messages, IN_FLIGHT_MAX * 3 / 4 + 1).await;
    let late = Reason::Overloaded;
    assert_eq!(tight, [late, late, calm[2], calm[3]]);
}

/// A caller who says nothing, and does not go away.
struct Silent;

impl http_body::Body for Silent {
    type Data = bytes::Bytes;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, Status>>> {
        Poll::Pending
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_on_which_nobody_speaks_is_ended_after_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let (submissions, owner) = submissions(folder.path());
    let (queue, _answers) = answers::answers(ANSWERS_AHEAD);
    let mut pipeline = Pipeline::new(Arc::new(submissions), lax(), queue);
    let line = Line::for_tests(Caller::for_tests(Identity::Node(lax())));
    let decoder = tonic_prost::ProstDecoder::<pb::SubmitStreamRequest>::default();
    let body = tonic::body::Body::new(Silent);
    let inbound = Inbound {
        requests: Streaming::new_request(decoder, body, None, None),
        share: Share::new(Budget::default().of(&lax())),
    };
    let began = Instant::now();
    let end = tokio::time::timeout(2 * SUBMIT_IDLE_MAX, pipeline.take_all(&line, inbound));
    assert!(matches!(end.await.unwrap(), End::Done));
    assert_eq!(began.elapsed().as_secs(), SUBMIT_IDLE_MAX.as_secs());
    drop(pipeline);
    owner.stop().unwrap();
}
