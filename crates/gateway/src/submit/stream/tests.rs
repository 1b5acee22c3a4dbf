//! A sender that takes no answers. The rest is tested through the door.

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use precinto_alert::id::Identity;
use precinto_ledger::clock::ManualClock;
use tokio_stream::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::authenticate::Caller;
use crate::certificates::Certificates;
use crate::limits::IN_FLIGHT_BYTES_PER_NODE_MAX;
use crate::registry::InForce;
use crate::registry::in_force::Seat;
use crate::submit::{Budget, ConflictQuota};
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
        ledger,
        trust: Arc::new(precinto_envelope::trust::TrustStore::new(Vec::new()).unwrap()),
        directory,
        origin: test_ledger::ORIGIN.to_owned(),
        cases: Arc::default(),
        conflicts: ConflictQuota::default(),
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

#[tokio::test(start_paused = true)]
async fn a_message_has_its_turn_with_the_directory_before_its_check_begins() {
    let folder = tempfile::tempdir().unwrap();
    let seat = Seat::new(crate::registry::tests::example());
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
