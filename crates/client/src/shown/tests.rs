//! Honest proofs, proofs that do not fit, and a branch under the same key.

use super::*;
use crate::connection::Connection;
use crate::test_gateway::TestGateway;

async fn log_of(entries: u64) -> TestGateway {
    let gateway = TestGateway::start().await;
    gateway.fill(entries);
    gateway
}

async fn client(gateway: &TestGateway) -> LogClient {
    let connection = Connection::open(&gateway.settings, &gateway.clock).await;
    LogClient::new(&connection.unwrap())
}

fn checkpoint(gateway: &TestGateway, size: u64) -> SignedCheckpoint {
    gateway.state().log.checkpoint(size)
}

fn proof(gateway: &TestGateway, sizes: [u64; 2]) -> Vec<Vec<u8>> {
    gateway.state().log.consistency(sizes[0], sizes[1])
}

/// What a gateway is asked that shows no proofs.
fn is_mute(gateway: &TestGateway) {
    gateway.state().unproven.extend(0..16);
}

#[tokio::test]
async fn what_comes_with_its_proof_is_held_against_the_largest_without_a_question() {
    let ours = log_of(9).await;
    let log = client(&ours).await;
    is_mute(&ours);
    let mut shown = Shown::since(Some(&checkpoint(&ours, 3)));
    // Larger, smaller as what comes again, the same, and larger than the largest rather than the last.
    for (size, sizes) in [(5, [3, 5]), (4, [4, 5]), (5, [5, 5]), (9, [5, 9])] {
        let offered = checkpoint(&ours, size);
        let proof = proof(&ours, sizes);
        shown.goes_on(&offered, &proof, &log).await.unwrap();
    }
    assert_eq!(shown.size(), 9);
    // A proof from what was not the largest is none, and the gateway shows no other.
    let offered = checkpoint(&ours, 8);
    let proof = proof(&ours, [5, 8]);
    shown.goes_on(&offered, &proof, &log).await.unwrap_err();
}

#[tokio::test]
async fn what_comes_without_a_proof_that_fits_is_asked_for() {
    let ours = log_of(9).await;
    let log = client(&ours).await;
    let mut shown = Shown::default();
    for (size, proof) in [
        (4, Vec::new()),
        (6, Vec::new()),
        (7, vec![vec![7; 32]]),
        (8, vec![vec![7; 31]]),
        (2, proof(&ours, [3, 4])),
    ] {
        let offered = checkpoint(&ours, size);
        shown.goes_on(&offered, &proof, &log).await.unwrap();
    }
    assert_eq!(shown.size(), 8);
}

#[tokio::test]
async fn a_branch_under_the_same_key_is_a_contradiction_whatever_comes_with_it() {
    let ours = log_of(9).await;
    let log = client(&ours).await;
    let mut branch = ours.state().log.branch(2);
    for seq in 100..107 {
        branch.append(&ours.notice(seq));
    }
    for size in [3, 5, 7] {
        let mut shown = Shown::since(Some(&checkpoint(&ours, 5)));
        let offered = branch.checkpoint(size);
        let [old, new] = [size.min(5), size.max(5)];
        for proof in [proof(&ours, [old, new]), branch.consistency(old, new)] {
            let lie = shown.goes_on(&offered, &proof, &log).await;
            assert!(
                matches!(lie, Err(AcceptError::Contradiction(_))),
                "{size}: {lie:?}"
            );
        }
        assert_eq!(shown.size(), 5, "a lie is not what counts from now on");
    }
}
