//! How often who may act, and that nothing is done which the log does not take: for each kind of act, through what does it.

use pb::log_service_server::LogService as _;
use pb::record_service_server::RecordService as _;
use pb::subscription_service_server::SubscriptionService as _;
use precinto_ledger::clock::ManualClock;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Status};
use tonic_types::StatusExt as _;

use super::*;
use crate::accept::Line;
use crate::authenticate::Caller;
use crate::cases::Cases;
use crate::certificates::Certificates;
use crate::limits::{CONFLICT_WINDOW, CONFLICTS_PER_NODE_MAX};
use crate::prove::LogHandler;
use crate::records::RecordHandler;
use crate::registry::InForce;
use crate::registry::tests::example;
use crate::subscribe::store::Store;
use crate::subscribe::{Feed, SubscriptionHandler};
use crate::test_ledger;
use crate::witness::Witnesses;

const NODE: &str = "spiffe://us.dev.invalid/agency/cbp/node/lax";
const GATEWAY: &str = "spiffe://us.dev.invalid/gateway/gw1";

fn act(kind: pb::ActKind, actor: &str) -> pb::ActRecord {
    pb::ActRecord {
        kind: kind.into(),
        actor: actor.to_owned(),
        subject: "desk".to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_nodes_acts_are_rationed_and_the_gateways_own_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(1_000_000));
    let (ledger, owner) = test_ledger::open(folder.path(), Arc::<ManualClock>::clone(&clock));
    let acts = Acts::new(ledger.clone(), clock);
    let sought = act(pb::ActKind::SubscriptionSought, NODE);
    let changed = act(pb::ActKind::TrustChanged, GATEWAY);
    for expected in 0..u64::from(CONFLICTS_PER_NODE_MAX) {
        assert_eq!(acts.record(sought.clone()).await, Ok(expected));
    }
    let refused = acts.clone().record(sought).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::Overloaded);
    let retry = refused.to_status().get_details_retry_info().unwrap();
    let rest = Some(CONFLICT_WINDOW);
    assert_eq!(retry.retry_delay, rest, "what is left of the window");
    let index = acts.record(changed).await.unwrap();
    assert_eq!(index, u64::from(CONFLICTS_PER_NODE_MAX));
    let entry = ledger.read(index).unwrap();
    let record = pb::ActRecord::decode(entry.record()).unwrap();
    assert_eq!((record.act_id.len(), record.actor.as_str()), (16, GATEWAY));
    for nobody in ["", "desk", "spiffe://us.dev.invalid/agency/cbp/officer/lee"] {
        let refused = acts.record(act(pb::ActKind::TrustChanged, nobody)).await;
        assert_eq!(refused.unwrap_err().reason(), Reason::Internal, "{nobody}");
    }
    owner.stop().unwrap();
}

#[tokio::test]
async fn a_log_that_takes_nothing_gives_no_index_for_any_kind() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(1_000_000));
    let (ledger, owner) = test_ledger::open(folder.path(), Arc::<ManualClock>::clone(&clock));
    let acts = Acts::new(ledger, clock);
    owner.stop().unwrap();
    let kinds = (0..1_000).filter_map(|number| pb::ActKind::try_from(number).ok());
    for kind in kinds {
        let refused = acts.record(act(kind, GATEWAY)).await.unwrap_err();
        assert_eq!(refused.reason(), Reason::Draining, "{kind:?}");
    }
}

#[tokio::test]
async fn who_keeps_the_id_of_an_act_and_tries_again_gets_the_same_entry() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(1_000_000));
    let (ledger, owner) = test_ledger::open(folder.path(), Arc::<ManualClock>::clone(&clock));
    let acts = Acts::new(ledger, clock);
    let changed = act(pb::ActKind::CredentialChanged, GATEWAY);
    let kept = pb::ActRecord {
        act_id: vec![7; 16],
        ..changed.clone()
    };
    for (record, index) in [(&kept, 0), (&kept, 0), (&changed, 1), (&changed, 2)] {
        assert_eq!(acts.record(record.clone()).await, Ok(index));
    }
    owner.stop().unwrap();
}

/// The reason of a refused call.
fn reason(status: &Status) -> String {
    status.get_details_error_info().unwrap().reason
}

/// As it comes from NODE.
fn from_node<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    let caller = Caller::for_tests(NODE.parse().unwrap());
    request.extensions_mut().insert(Line::for_tests(caller));
    request
}

/// The handlers of what is an act, over a log with one statement for NODE.
struct Handlers {
    records: RecordHandler,
    log: LogHandler,
    subscriptions: SubscriptionHandler,
    store: Arc<Store>,
}

impl Handlers {
    async fn new(folder: &std::path::Path, ledger: &Ledger, acts: Acts) -> Self {
        ledger.append(of_cbp()).await.unwrap();
        let (directory, draining) = (InForce::for_ever(example()), CancellationToken::new());
        let witnesses = Witnesses::open(folder, ledger.clone(), directory.clone());
        let witnesses = Arc::new(witnesses.unwrap());
        let cases = Arc::new(Cases::rebuild(ledger, |_| ()).unwrap());
        let store = Arc::new(Store::open(&folder.join("cursors"), 1).unwrap());
        let feed = Feed {
            ledger: ledger.clone(),
            clock: Arc::clone(&acts.clock),
            witnesses: Arc::clone(&witnesses),
            directory: directory.clone(),
            draining: draining.clone(),
        };
        let subscriptions = SubscriptionHandler::new(feed, Arc::clone(&store), acts.clone());
        let certificates = Arc::new(Certificates::new(ledger.clone()));
        let records = RecordHandler::new(ledger.clone(), directory.clone(), cases, acts.clone());
        let log = LogHandler::new(
            ledger.clone(),
            directory,
            certificates,
            witnesses,
            acts,
            draining,
        );
        Self {
            records,
            log,
            subscriptions,
            store,
        }
    }
}

fn of_cbp() -> Entry {
    let record = pb::StatementRecord {
        recipients: vec![pb::ResolvedRecipient {
            agencies: vec!["us.dev.invalid/cbp".to_owned()],
            ..Default::default()
        }],
        ..Default::default()
    };
    precinto_ledger::testing::unverified([1; 32], &record.encode_to_vec(), &said(), b"")
}

/// What NODE itself has said, so that no rule stands between it and the entry.
fn said() -> Vec<u8> {
    let statement = pb::Statement {
        sender: NODE.to_owned(),
        ..Default::default()
    };
    let envelope = pb::Envelope {
        payload: statement.encode_to_vec(),
        ..Default::default()
    };
    envelope.encode_to_vec()
}

#[tokio::test]
async fn nothing_is_given_made_or_deleted_that_the_log_does_not_take() {
    let folder = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(1_000_000));
    let (ledger, owner) = test_ledger::open(folder.path(), Arc::clone(&clock));
    // Acts go to a log of their own, so that it can stop while everything else is well.
    let other = tempfile::tempdir().unwrap();
    let (of_acts, its_owner) = test_ledger::open(other.path(), Arc::clone(&clock));
    let acts = Acts::new(of_acts, clock);

    let Handlers {
        records,
        log,
        subscriptions,
        store,
    } = Handlers::new(folder.path(), &ledger, acts).await;
    let node: NodeId = NODE.parse().unwrap();
    let get = || from_node(pb::GetRecordRequest::default());
    let list = || from_node(pb::ListRecordsRequest::default());
    let read = || from_node(pb::ReadEntriesRequest::default());
    let create = |name: &str| {
        from_node(pb::CreateSubscriptionRequest {
            name: name.to_owned(),
            ..Default::default()
        })
    };
    let delete = || {
        from_node(pb::DeleteSubscriptionRequest {
            name: "desk".to_owned(),
        })
    };
    // All of it is done while the log takes it.
    records.get_record(get()).await.unwrap();
    let listed = records.list_records(list()).await.unwrap().into_inner();
    assert_eq!(listed.records.len(), 1);
    let first = first_of(log.read_entries(read()).await.unwrap().into_inner());
    assert_eq!(first.await.unwrap().entry.unwrap().content, said());
    let made = subscriptions.create_subscription(create("desk"));
    made.await.unwrap();

    its_owner.stop().unwrap();
    let refused = records.get_record(get()).await.unwrap_err();
    assert_eq!(reason(&refused), "DRAINING", "GetRecord");
    let refused = records.list_records(list()).await.unwrap_err();
    assert_eq!(reason(&refused), "DRAINING", "ListRecords");
    let first = first_of(log.read_entries(read()).await.unwrap().into_inner());
    assert_eq!(reason(&first.await.unwrap_err()), "DRAINING", "ReadEntries");
    let refused = subscriptions.create_subscription(create("other")).await;
    assert_eq!(reason(&refused.unwrap_err()), "DRAINING", "Create");
    store.get(&node, "other").unwrap_err();
    let refused = subscriptions.delete_subscription(delete()).await;
    assert_eq!(reason(&refused.unwrap_err()), "DRAINING", "Delete");
    store.get(&node, "desk").unwrap();
    // What is no act goes on: who makes again what there is, who reads leaves, who is given nothing.
    let again = subscriptions.create_subscription(create("desk"));
    again.await.unwrap();
    let leaves = from_node(pb::ReadEntriesRequest {
        leaves_only: true,
        ..Default::default()
    });
    let first = first_of(log.read_entries(leaves).await.unwrap().into_inner());
    assert!(first.await.unwrap().entry.unwrap().withheld);
    let nothing = from_node(pb::ListRecordsRequest {
        first_index: 1,
        ..Default::default()
    });
    let listed = records.list_records(nothing).await.unwrap().into_inner();
    assert!(listed.records.is_empty());
    owner.stop().unwrap();
}

async fn first_of(
    mut answers: crate::answers::Answers<pb::ReadEntriesResponse>,
) -> Result<pb::ReadEntriesResponse, Status> {
    use tokio_stream::StreamExt as _;
    answers.next().await.unwrap()
}
