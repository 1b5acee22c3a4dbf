//! Proofs and reads: what anybody may have, what only parties and auditors may have.

use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::hash::leaf_hash;
use precinto_merkle::receipt::Receipt;
use precinto_merkle::{consistency, inclusion};
use precinto_proto::v1 as pb;
use prost::Message as _;

use crate::harness::{AUDIT, LAX, NLU, Node, World, reason};

const CBP: &str = "us.dev.invalid/cbp";
const ANAM: &str = "mx.dev.invalid/anam";

async fn read_all(node: &Node) -> (Vec<pb::Entry>, String) {
    let mut entries = Vec::new();
    let answers = node
        .log()
        .read_entries(pb::ReadEntriesRequest::default())
        .await
        .unwrap();
    let mut answers = answers.into_inner();
    loop {
        match answers
            .message()
            .await
            .unwrap()
            .expect("a checkpoint at the end")
        {
            pb::ReadEntriesResponse {
                entry: Some(entry), ..
            } => entries.push(entry),
            pb::ReadEntriesResponse { checkpoint, .. } => return (entries, checkpoint),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inclusion_and_consistency_verify() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    lax.submit_many(ANAM, 5).await;
    let old = lax
        .log()
        .get_checkpoint(pb::GetCheckpointRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(old.verifier_key, world.verifier.to_string());
    let old = SignedCheckpoint::verify(old.checkpoint.as_bytes(), &world.verifier).unwrap();
    let old = old.checkpoint().clone();
    lax.submit_many(ANAM, 5).await;
    let request = pb::GetConsistencyProofRequest {
        old_size: old.size,
        new_size: 0,
    };
    let answer = lax
        .log()
        .get_consistency_proof(request)
        .await
        .unwrap()
        .into_inner();
    let new = SignedCheckpoint::verify(answer.checkpoint.as_bytes(), &world.verifier).unwrap();
    let new = new.checkpoint().clone();
    assert_eq!(answer.new_size, new.size);
    let hash = |bytes: Vec<u8>| <[u8; 32]>::try_from(bytes).unwrap();
    let proof: Vec<_> = answer.proof.into_iter().map(hash).collect();
    consistency::verify(old.size, new.size, &old.root, &new.root, &proof).unwrap();

    let request = pb::GetInclusionProofRequest {
        index: 3,
        tree_size: new.size,
    };
    let answer = lax
        .log()
        .get_inclusion_proof(request)
        .await
        .unwrap()
        .into_inner();
    let path: Vec<_> = answer.path.into_iter().map(hash).collect();
    inclusion::verify(3, new.size, &leaf_hash(&answer.leaf), &path, &new.root).unwrap();

    for (index, tree_size) in [(new.size, 0), (0, new.size + 1)] {
        let request = pb::GetInclusionProofRequest { index, tree_size };
        let status = lax.log().get_inclusion_proof(request).await.unwrap_err();
        assert_eq!(reason(&status), "RANGE_INVALID");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_shown_to_parties_and_auditors_and_leaves_to_all() {
    let mut world = World::start().await;
    let (mut lax, mut nlu) = (world.node(LAX).await, world.node(NLU).await);
    let audit = world.node(AUDIT).await;
    lax.submit_many(ANAM, 1).await;
    nlu.submit_many("mx.dev.invalid/anam", 1).await;
    let shown = |entries: &[pb::Entry]| -> Vec<u8> {
        // The entry's type is the leaf's second byte.
        entries
            .iter()
            .filter(|entry| !entry.withheld)
            .map(|entry| entry.leaf[1])
            .collect()
    };
    let (everything, checkpoint) = read_all(&audit).await;
    SignedCheckpoint::verify(checkpoint.as_bytes(), &world.verifier).unwrap();
    let count = |kind: u8, types: &[u8]| types.iter().copied().filter(|of| *of == kind).count();
    let (all, of_lax, of_nlu) = (
        shown(&everything),
        shown(&read_all(&lax).await.0),
        shown(&read_all(&nlu).await.0),
    );
    assert_eq!(
        everything.len(),
        all.len(),
        "nothing is withheld from an auditor"
    );
    assert_eq!(
        (count(1, &all), count(1, &of_lax), count(1, &of_nlu)),
        (2, 1, 2)
    );
    // What trust rests on is for every listed node: two roots, two lists, two parts, two stewards, two signers.
    assert_eq!((count(4, &all), count(4, &of_lax)), (10, 10));
    assert!(
        read_all(&lax)
            .await
            .0
            .iter()
            .all(|entry| entry.leaf.len() == 50)
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn absent_and_forbidden_receipts_read_the_same() {
    let mut world = World::start().await;
    let (mut lax, mut nlu) = (world.node(LAX).await, world.node(NLU).await);
    let statement = lax.notice(CBP);
    let first = lax.submit(&statement).await.unwrap().receipt.unwrap();
    let index = Receipt::parse(&first.proof).unwrap().index;
    let get = |node: &Node, message_id: Vec<u8>, index: u64| {
        let mut log = node.log();
        async move {
            let request = pb::GetReceiptRequest {
                message_id,
                index,
                ..Default::default()
            };
            log.get_receipt(request)
                .await
                .map(|answer| answer.into_inner().receipt.unwrap())
        }
    };
    assert_eq!(
        get(&lax, statement.message_id.clone(), 0).await.unwrap(),
        first
    );
    assert_eq!(get(&lax, Vec::new(), index).await.unwrap(), first);
    let forbidden = get(&nlu, Vec::new(), index).await.unwrap_err();
    let absent = get(&nlu, Vec::new(), 1_000_000).await.unwrap_err();
    assert_eq!(reason(&forbidden), "NOT_FOUND");
    assert_eq!(forbidden.details(), absent.details());
    assert_eq!(forbidden.message(), absent.message());
    let foreign = get(&nlu, statement.message_id.clone(), 0)
        .await
        .unwrap_err();
    assert_eq!(foreign.details(), absent.details());
    nlu.submit_many(CBP, 1).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_served_by_digest() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    let statement = lax.notice(ANAM);
    let receipt = lax.submit(&statement).await.unwrap().receipt.unwrap();
    let record = pb::StatementRecord::decode(receipt.record.as_ref()).unwrap();
    let digests: Vec<_> = record
        .trust
        .iter()
        .map(|item| item.digest.clone())
        .collect();
    let request = pb::GetCertificatesRequest { digests };
    let items = nlu
        .log()
        .get_certificates(request)
        .await
        .unwrap()
        .into_inner()
        .items;
    let mut kinds: Vec<_> = items.iter().map(pb::TrustItem::kind).collect();
    kinds.sort();
    assert_eq!(
        kinds,
        [
            pb::TrustKind::Root,
            pb::TrustKind::Signer,
            pb::TrustKind::RevocationList,
            pb::TrustKind::Directory,
            pb::TrustKind::Directory
        ]
    );
    assert!(
        items
            .iter()
            .any(|item| item.content == lax.signing.der && item.side == "us.dev.invalid")
    );
    let request = pb::GetCertificatesRequest {
        digests: vec![vec![1; 31]],
    };
    assert_eq!(
        reason(&nlu.log().get_certificates(request).await.unwrap_err()),
        "FIELD_FORMAT"
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_cut_short_by_the_drain_do_not_look_complete() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    lax.submit_many(ANAM, 400).await;
    // More than the windows hold, so the rest waits until somebody reads.
    let answers = world
        .narrow_reader(&world.pki.tls_client(AUDIT))
        .await
        .read_entries(pb::ReadEntriesRequest::default())
        .await;
    let mut answers = answers.unwrap().into_inner();
    answers.message().await.unwrap().unwrap();
    let mut watch = lax.watch_readiness().await;
    world.begin_stop();
    // Told that the drain has begun, and only then reading on: otherwise all could be read before it begins.
    while let Ok(Some(_)) = watch.message().await {}
    let mut count = 1;
    let status = loop {
        match answers.message().await {
            Ok(Some(answer)) => assert!(answer.checkpoint.is_empty(), "cut short, it said"),
            Ok(None) => panic!("a stream of {count} entries looks complete"),
            Err(status) => break status,
        }
        count += 1;
    };
    assert_eq!(reason(&status), "DRAINING");
    assert!(count < 400);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_checkpoint_hears_of_the_drain() {
    let mut world = World::start().await;
    let mut log = world.node(LAX).await.log();
    let request = pb::GetCheckpointRequest {
        min_size: 1_000,
        ..Default::default()
    };
    let mut waiting = tokio::spawn(async move { log.get_checkpoint(request).await });
    let early = tokio::time::timeout(std::time::Duration::from_millis(300), &mut waiting).await;
    assert!(early.is_err());
    world.stop().await;
    let status = waiting.await.unwrap().unwrap_err();
    assert_eq!(reason(&status), "DRAINING");
}
