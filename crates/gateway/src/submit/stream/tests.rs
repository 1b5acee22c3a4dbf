//! A sender that takes no answers. The rest is tested through the door.

use precinto_ledger::clock::ManualClock;
use tokio_stream::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::certificates::Certificates;
use crate::registry::InForce;
use crate::submit::{Budget, ConflictQuota};
use crate::test_ledger;

fn submissions(folder: &std::path::Path) -> (Submissions, precinto_ledger::OwnerHandle) {
    let clock = Arc::new(ManualClock::new(1_000));
    let ledger_clock = Arc::clone(&clock);
    let (ledger, owner) = test_ledger::open(folder, ledger_clock);
    let submissions = Submissions {
        certificates: Arc::new(Certificates::new(ledger.clone())),
        ledger,
        trust: Arc::new(precinto_envelope::trust::TrustStore::new(Vec::new()).unwrap()),
        directory: InForce::for_ever(crate::registry::tests::example()),
        origin: test_ledger::ORIGIN.to_owned(),
        cases: Arc::default(),
        conflicts: ConflictQuota::default(),
        clock,
        draining: CancellationToken::new(),
    };
    (submissions, owner)
}

#[tokio::test(start_paused = true)]
async fn who_takes_no_answers_is_given_up_and_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let (submissions, owner) = submissions(folder.path());
    let caller: NodeId = "spiffe://us.dev.invalid/agency/cbp/node/lax"
        .parse()
        .unwrap();
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
