//! What a pin keeps, and what it notices.

use super::*;
use crate::test_gateway::TestGateway;

async fn log_of(entries: u64) -> TestGateway {
    let gateway = TestGateway::start().await;
    gateway.fill(entries);
    gateway
}

#[tokio::test]
async fn a_pin_survives_in_its_file_and_only_as_this_logs_word() {
    let gateway = log_of(3).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");
    let log = gateway.state().log.verifier();
    let newest = gateway.state().log.checkpoint(3);

    let mut pin = Pin::open(&path, &log).unwrap();
    assert!(pin.newest().is_none());
    pin.advance(newest.clone()).await.unwrap();
    assert_eq!(Pin::open(&path, &log).unwrap().newest(), Some(&newest));

    let another = log_of(0).await.state().log.verifier();
    assert!(matches!(
        Pin::open(&path, &another),
        Err(PinError::Damaged { .. })
    ));
    File::create(&path)
        .unwrap()
        .write_all(b"something else")
        .unwrap();
    assert!(matches!(
        Pin::open(&path, &log),
        Err(PinError::Damaged { .. })
    ));
    let files = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(files, 1, "no temporary file is left");
}

#[tokio::test]
async fn a_log_that_goes_back_or_forks_is_noticed() {
    let (ours, forked) = (log_of(5).await, log_of(9).await);
    let checkpoint = |of: &TestGateway, size| of.state().log.checkpoint(size);
    let mut pin = Pin::memory();
    assert_eq!(pin.judge(&checkpoint(&ours, 4)), Ok(Step::First));
    pin.advance(checkpoint(&ours, 4)).await.unwrap();

    assert_eq!(pin.judge(&checkpoint(&ours, 4)), Ok(Step::Known));
    assert_eq!(
        pin.judge(&checkpoint(&ours, 5)),
        Ok(Step::Prove { from: 4 })
    );
    let smaller = pin.judge(&checkpoint(&ours, 3)).unwrap_err();
    assert_eq!(smaller.kind, ContradictionKind::Smaller);
    let two_roots = pin.judge(&checkpoint(&forked, 4)).unwrap_err();
    assert_eq!(two_roots.kind, ContradictionKind::TwoRoots);
    assert_eq!(
        two_roots.pinned,
        checkpoint(&ours, 4),
        "both are kept as evidence"
    );

    let proof = |of: &TestGateway, new| -> Vec<Hash> {
        let hashes = of.state().log.consistency(4, new);
        hashes
            .into_iter()
            .map(|hash| hash.try_into().unwrap())
            .collect()
    };
    pin.check(&checkpoint(&ours, 5), &proof(&ours, 5)).unwrap();
    let fork = pin
        .check(&checkpoint(&forked, 9), &proof(&forked, 9))
        .unwrap_err();
    assert_eq!(
        fork.kind,
        ContradictionKind::NotAnExtension(ProofError::Root)
    );
    let unproven = pin.check(&checkpoint(&ours, 5), &[]).unwrap_err();
    assert!(matches!(
        unproven.kind,
        ContradictionKind::NotAnExtension(_)
    ));
}

#[tokio::test]
async fn an_empty_log_may_grow_into_anything_without_a_proof() {
    let gateway = log_of(2).await;
    let mut pin = Pin::memory();
    let empty = gateway.state().log.checkpoint(0);
    pin.advance(empty).await.unwrap();
    let grown = gateway.state().log.checkpoint(2);
    assert_eq!(pin.judge(&grown), Ok(Step::First));
    pin.check(&grown, &[]).unwrap();
}
