//! What is kept in memory and for how long. What may follow what is tested in `alert::case`, and through the door.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use precinto_alert::case::Case;
use precinto_alert::code::{
    AuthorityCode, CommodityClass, MessageType, PayloadProtection, Precedence, ProtectedBag,
};
use precinto_ledger::clock::ManualClock;
use precinto_ledger::testing::entry;
use prost::Message as _;

use super::*;
use crate::test_ledger;

fn alert_id(number: u32) -> AlertId {
    AlertId::compose("US", "CBPLAX", 2026, number).unwrap()
}

/// Whom the alerts are for, as a record says it.
fn anam() -> pb::ResolvedRecipient {
    pb::ResolvedRecipient {
        agencies: vec!["mx.dev.invalid/anam".to_owned()],
        ..Default::default()
    }
}

/// Alert `number`, to ANAM.
pub(crate) fn alert(number: u32, precedence: Precedence) -> pb::Statement {
    policy::tests::stated(|statement| {
        statement.alert_id = alert_id(number).to_string();
        statement.message_id = vec![u8::try_from(number).unwrap(); 16];
        statement.r#type = MessageType::Alert.into();
        statement.ack_level = 0;
        statement.refers_to = Vec::new();
        statement.precedence = precedence.into();
        statement.commodities = vec![CommodityClass::IllicitFuel.into()];
        statement.protected_bag = ProtectedBag::None.into();
        statement.authority = AuthorityCode::CustomsAgreement.into();
        statement.languages = vec!["en".to_owned()];
        statement.payload_protection = PayloadProtection::Clear.into();
        statement.body = Some(pb::BodyRef {
            digest: vec![1; 32],
            size: 1,
            plaintext_commitment: vec![2; 32],
        });
    })
}

/// Such an alert as the log has it, signed by nobody.
pub(crate) fn logged(number: u32, precedence: Precedence) -> Entry {
    let decision = pb::Decision {
        policy: precinto_policy::Floor::NEWEST.name().to_owned(),
        ..Default::default()
    };
    let record = pb::StatementRecord {
        recipients: vec![anam()],
        decision: Some(decision),
        ..Default::default()
    };
    let envelope = pb::Envelope {
        payload: alert(number, precedence).encode_to_vec(),
        ..Default::default()
    };
    let key = [u8::try_from(number).unwrap(); 32];
    let (record, envelope) = (record.encode_to_vec(), envelope.encode_to_vec());
    precinto_ledger::testing::unverified(key, &record, &envelope, b"")
}

fn place(number: u32) -> Place {
    let statement = Statement::decode(&alert(number, Precedence::P4).encode_to_vec()).unwrap();
    Place::of(&statement, &[anam()]).unwrap()
}

#[test]
fn an_index_finds_every_entry_of_a_case_and_hardly_any_other() {
    let mut index = Index::default();
    for entry in 0..10_000 {
        index.insert(&alert_id(u32::try_from(entry % 1000).unwrap()), entry);
    }
    for number in 0..1000 {
        let candidates = index.candidates(&alert_id(number));
        let own = (0..10).map(|turn| turn * 1000 + u64::from(number));
        assert!(own.clone().all(|entry| candidates.contains(&entry)));
        assert!(candidates.is_sorted());
        // A thousand cases in 2^28 places: two that share one are rare, three practically never meet.
        assert!(candidates.len() <= 20, "{candidates:?}");
    }
}

#[test]
fn cases_make_room_for_others_but_not_while_somebody_is_at_work_on_them() {
    let mut loaded = Loaded::with_room(3);
    for number in 1..=5 {
        let id = alert_id(number);
        loaded.put_and_hold(&id, Case::default());
        loaded.take(&id, place(number).step);
        loaded.let_go(&id);
        if number > 1 {
            loaded.let_go(&id);
        }
        if number == 4 {
            assert!(loaded.hold(&alert_id(3)));
            loaded.let_go(&alert_id(3));
        }
    }
    let there =
        |loaded: &Loaded| -> Vec<u32> { (1..=6).filter(|n| loaded.has(&alert_id(*n))).collect() };
    assert_eq!(
        there(&loaded),
        [1, 3, 5],
        "on its way; used again; the newest"
    );
    assert!(loaded.holds(&alert_id(1), &place(1).step));
    loaded.withdraw(&alert_id(1), place(1).step.message_id());
    loaded.let_go(&alert_id(1));
    assert_eq!(there(&loaded), [3, 5], "never said");
    loaded.put_and_hold(&alert_id(6), Case::default());
    assert_eq!(there(&loaded), [3, 5, 6]);
    loaded.let_go(&alert_id(6));
    assert_eq!(there(&loaded), [3, 5], "nobody ever said anything in it");
}

#[tokio::test]
async fn an_entry_that_nobody_waits_for_any_more_is_part_of_its_case_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(1_000));
    let (ledger, owner) = test_ledger::open(folder.path(), clock);
    let cases = Arc::new(Cases::default());
    let said = entry([9; 32], b"record", b"content", b"");
    {
        let seat = cases.seat(&ledger, place(1)).await.unwrap();
        let mut call = pin!(cases.append(&ledger, said, Some(seat)));
        let first = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(first.is_pending());
    }
    // The caller has hung up. The log has the entry in any case.
    let mut published = ledger.published();
    published.wait_for(|log| log.size == 1).await.unwrap();
    assert_eq!(cases.candidates(&ledger, &alert_id(1)).unwrap(), [0]);
    let second = cases.seat(&ledger, place(1)).await.unwrap();
    second
        .judge()
        .expect("what is said already is no second ALERT");
    let inner = cases.lock();
    assert!(inner.on_their_way.is_empty() && inner.abandoned.is_empty());
    assert_eq!(inner.index.candidates(&alert_id(1)), [0]);
    drop(inner);
    owner.stop().unwrap();
}
