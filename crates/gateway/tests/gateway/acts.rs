//! What is read, exported, made and deleted, and who comes back with a revoked certificate: each is an entry of the log by the time
//! that it is answered, and where nothing was given there is none.

use precinto_merkle::leaf::{EntryType, Leaf};
use precinto_proto::v1 as pb;
use precinto_proto::v1::ActKind as K;
use prost::Message as _;
use rcgen::{ExtendedKeyUsagePurpose as Eku, PKCS_ECDSA_P256_SHA256};

use crate::harness::pki::{HOUR_MS, REVOKED};
use crate::harness::{AUDIT, LAX, NLU, Node, World};
use crate::records::submit;

const ANAM: &str = "mx.dev.invalid/anam";

impl Node {
    async fn log_size(&self) -> u64 {
        let request = pb::GetCheckpointRequest::default();
        let answer = self.log().get_checkpoint(request).await.unwrap();
        let checkpoint = answer.into_inner().checkpoint;
        checkpoint.lines().nth(1).unwrap().parse().unwrap()
    }

    /// The acts from this index on that the node may read, each with its index.
    pub(crate) async fn acts_since(&self, first: u64) -> Vec<(u64, pb::ActRecord)> {
        let entries = self.entries_by(pb::ReadEntriesRequest {
            first,
            acts_only: true,
            ..Default::default()
        });
        let mut acts = Vec::new();
        for entry in entries.await {
            let leaf = Leaf::from_bytes(&entry.leaf).unwrap();
            assert_eq!(leaf.entry_type == EntryType::Act, !entry.withheld);
            if !entry.withheld {
                let act = pb::ActRecord::decode(entry.record.as_slice()).unwrap();
                acts.push((entry.index, act));
            }
        }
        acts
    }

    async fn entries_by(&self, request: pb::ReadEntriesRequest) -> Vec<pb::Entry> {
        let mut answers = self.log().read_entries(request).await.unwrap().into_inner();
        let mut entries = Vec::new();
        while let Some(entry) = answers.message().await.unwrap().unwrap().entry {
            entries.push(entry);
        }
        entries
    }
}

fn kinds(acts: &[(u64, pb::ActRecord)]) -> Vec<K> {
    acts.iter().map(|(_, act)| act.kind()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_is_in_the_log_by_then_and_an_empty_page_is_not() {
    let mut world = World::start().await;
    let (mut lax, nlu, audit) = (
        world.node(LAX).await,
        world.node(NLU).await,
        world.node(AUDIT).await,
    );
    let mut said = Vec::new();
    for _ in 0..3 {
        let notice = lax.notice(ANAM);
        said.push(submit(&lax, &notice).await);
    }
    let before = lax.log_size().await;
    let page = |first_index| pb::ListRecordsRequest {
        page_size: 2,
        first_index,
        ..Default::default()
    };
    let first = nlu.list(page(0)).await.unwrap();
    assert_eq!(
        lax.log_size().await,
        before + 1,
        "by the time of the answer"
    );
    let second = nlu.list(page(first.next_index)).await.unwrap();
    nlu.at(said[0]).await.unwrap();
    assert_eq!(lax.log_size().await, before + 3);
    // Whoever goes on asking for what is new hears that there is nothing, and the log does not grow by it.
    let mut next = second.next_index;
    for _ in 0..3 {
        let page = nlu.list(page(next)).await.unwrap();
        assert!(page.records.is_empty());
        next = page.next_index;
    }
    nlu.at(before).await.unwrap_err();
    assert_eq!((next, lax.log_size().await), (before + 3, before + 3));

    let acts = audit.acts_since(before).await;
    let read = acts.iter().map(|(_, act)| {
        assert_eq!((act.kind(), act.actor.as_str()), (K::RecordsRead, NLU));
        assert_eq!((act.via(), act.act_id.len()), (pb::ActVia::Call, 16));
        (act.indexes.clone(), act.from_index, act.to_index, act.count)
    });
    let expected = [
        (said[..2].to_vec(), said[0], said[1] + 1, 2),
        (said[2..].to_vec(), said[2], said[2] + 1, 1),
        (said[..1].to_vec(), said[0], said[0] + 1, 1),
    ];
    assert_eq!(read.collect::<Vec<_>>(), expected);
    // The reader may know what it has read, and others may not know it.
    assert_eq!(nlu.acts_since(before).await.len(), 3);
    let of_others = lax.entries_by(pb::ReadEntriesRequest {
        first: before,
        ..Default::default()
    });
    assert!(of_others.await.iter().all(|entry| entry.withheld));
    assert_eq!(lax.log_size().await, before + 3, "to read that is no act");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_is_in_the_log_before_it_leaves_and_who_follows_comes_to_an_end() {
    let mut world = World::start().await;
    let (mut lax, audit, nlu) = (
        world.node(LAX).await,
        world.node(AUDIT).await,
        world.node(NLU).await,
    );
    let base = lax.log_size().await;
    lax.submit_many(ANAM, 5).await;
    let before = lax.log_size().await;
    let from = |first, leaves_only| pb::ReadEntriesRequest {
        first,
        leaves_only,
        ..Default::default()
    };
    // What is for everybody, and leaves, are given to whoever asks.
    for node in [&audit, &nlu] {
        let leaves = node.entries_by(from(0, true)).await;
        assert!(leaves.iter().all(|entry| entry.withheld));
    }
    let trust = pb::ReadEntriesRequest {
        end: base,
        ..Default::default()
    };
    let trust = audit.entries_by(trust).await;
    assert!(trust.iter().all(|entry| !entry.withheld));
    assert_eq!(lax.log_size().await, before);

    let all = audit.entries_by(from(0, false)).await;
    assert!(all.iter().all(|entry| !entry.withheld));
    let after = lax.log_size().await;
    assert!(after > before);
    // Several follow the log, each reading what the others have caused.
    let (mut of_audit, mut of_nlu) = (after, 0);
    for round in 0..4 {
        of_nlu += nlu.entries_by(from(of_nlu, false)).await.len() as u64;
        of_audit += audit.entries_by(from(of_audit, false)).await.len() as u64;
        if round > 0 {
            assert_eq!(lax.log_size().await, of_audit, "nothing more");
        }
    }
    let acts = audit.acts_since(before).await;
    let by = |name: &str| -> (u64, u64) {
        let of_name = acts.iter().filter(|(_, act)| act.actor == name);
        let exported = of_name.inspect(|(index, act)| {
            assert_eq!(act.kind(), K::LogExported);
            assert!(act.from_index < act.to_index && act.to_index <= *index);
        });
        exported.fold((0, 0), |(acts, count), (_, act)| {
            (acts + 1, count + act.count)
        })
    };
    // The certificates of the sender come with its first statement, and are for everybody.
    let ((_, by_audit), (_, by_nlu)) = (by(AUDIT), by(NLU));
    assert_eq!((by_audit, by_nlu), (5, 5));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_makes_and_deletes_a_subscription_is_in_the_log() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    lax.submit_many(ANAM, 2).await;
    let before = lax.log_size().await;
    let create = |name: &str, start: pb::StartPosition| pb::CreateSubscriptionRequest {
        name: name.to_owned(),
        start: start.into(),
        ..Default::default()
    };
    let now = create("desk", pb::StartPosition::Now);
    for _ in 0..2 {
        let made = nlu.subscriptions().create_subscription(now.clone()).await;
        made.unwrap();
    }
    let refused = [
        create("desk", pb::StartPosition::First),
        create("No Name", pb::StartPosition::First),
    ];
    for request in refused {
        let made = nlu.subscriptions().create_subscription(request).await;
        made.unwrap_err();
    }
    let delete = |name: &str| pb::DeleteSubscriptionRequest {
        name: name.to_owned(),
    };
    let mut subscriptions = nlu.subscriptions();
    let deleted = subscriptions.delete_subscription(delete("desk"));
    deleted.await.unwrap();
    for (node, name) in [(&nlu, "desk"), (&lax, "desk")] {
        let deleted = node.subscriptions().delete_subscription(delete(name)).await;
        deleted.unwrap_err();
    }
    assert_eq!(
        lax.log_size().await,
        before + 2,
        "what changed nothing is none"
    );
    let acts = nlu.acts_since(before).await;
    assert_eq!(
        kinds(&acts),
        [K::SubscriptionCreated, K::SubscriptionDeleted]
    );
    for (_, act) in &acts {
        assert_eq!((act.actor.as_str(), act.subject.as_str()), (NLU, "desk"));
    }
    assert_eq!((acts[0].1.to_index, acts[1].1.from_index), (before, before));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_with_a_revoked_certificate_is_in_the_log_once_an_hour() {
    let mut world = World::start().await;
    let audit = world.node(AUDIT).await;
    let before = audit.log_size().await;
    let algorithm = &PKCS_ECDSA_P256_SHA256;
    let revoked = world
        .pki
        .us
        .issue(LAX, None, Eku::ClientAuth, algorithm, REVOKED);
    let mut digests = Vec::new();
    for hour in 1..=2 {
        for _ in 0..3 {
            let line = world.connect(&revoked).await;
            // The client has heard of it, or hears of it with its first call.
            if let Ok(channel) = line {
                let mut log = pb::log_service_client::LogServiceClient::new(channel);
                let call = log.get_checkpoint(pb::GetCheckpointRequest::default());
                call.await.unwrap_err();
            }
        }
        let request = pb::GetCheckpointRequest {
            min_size: before + hour,
            ..Default::default()
        };
        audit.log().get_checkpoint(request).await.unwrap();
        assert_eq!(audit.log_size().await, before + hour);
        world.clock.advance(HOUR_MS);
    }
    for (_, act) in audit.acts_since(before).await {
        assert_eq!(act.kind(), K::ConnectionRefused);
        assert_eq!(act.actor, "spiffe://us.dev.invalid/gateway/gw1");
        assert_eq!(
            (act.party.as_str(), act.reason()),
            (LAX, pb::Reason::CertRevoked)
        );
        digests.push(act.certificate);
    }
    assert_eq!(
        digests,
        [revoked.digest().to_vec(), revoked.digest().to_vec()]
    );
    world.stop().await;
}
