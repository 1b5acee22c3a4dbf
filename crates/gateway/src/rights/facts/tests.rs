//! What is read of an entry in parts is what would be read of all of it.

use precinto_alert::Statement;
use precinto_ledger::clock::ManualClock;
use precinto_ledger::testing::unverified;

use super::*;
use crate::policy::tests::stated;
use crate::registry::tests::{example, hostile};

const ANAM: &str = "mx.dev.invalid/anam";

/// The entry of this statement to the ANAM, with this body, under these rules.
async fn entry(said: &pb::Statement, rules: &str, body: &[u8]) -> Arc<StoredEntry> {
    let record = pb::StatementRecord {
        recipients: vec![pb::ResolvedRecipient {
            agencies: vec![ANAM.to_owned()],
            ..Default::default()
        }],
        decision: Some(pb::Decision {
            policy: rules.to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    recorded(said, &record, body).await
}

async fn recorded(
    said: &pb::Statement,
    record: &pb::StatementRecord,
    body: &[u8],
) -> Arc<StoredEntry> {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(1_000));
    let (ledger, owner) = crate::test_ledger::open(folder.path(), clock);
    let envelope = pb::Envelope {
        payload: said.encode_to_vec(),
        ..Default::default()
    };
    let (record, content) = (record.encode_to_vec(), envelope.encode_to_vec());
    let written = ledger.append(unverified([1; 32], &record, &content, body));
    let entry = written.await.unwrap().proven.entry;
    drop(ledger);
    owner.stop().unwrap();
    entry
}

fn read(entry: &Arc<StoredEntry>) -> Option<Told> {
    let directory = example();
    Told::read(entry, |agency| directory.asked(agency))
}

#[tokio::test]
async fn what_is_read_in_parts_is_what_the_statement_says() {
    let directory = example();
    let (cbp, anam): (AgencyId, AgencyId) =
        ("us.dev.invalid/cbp".parse().unwrap(), ANAM.parse().unwrap());
    let alert = |message: &mut pb::Statement| {
        message.r#type = MessageType::Alert.into();
        message.ack_level = 0;
        message.refers_to.clear();
        message.precedence = Precedence::P2.into();
        message.commodities = vec![
            CommodityClass::IllicitDrug.into(),
            CommodityClass::Firearm.into(),
        ];
        message.authority = AuthorityCode::CustomsAgreement.into();
        message.protected_bag = ProtectedBag::None.into();
        message.languages = vec!["en".to_owned()];
        message.payload_protection = 1;
        message.body = Some(pb::BodyRef {
            digest: vec![1; 32],
            size: 9,
            plaintext_commitment: vec![1; 32],
        });
        let handling = message.handling.as_mut().unwrap();
        handling.tlp = Tlp::Amber.into();
        handling.marks = vec!["US:LES".to_owned()];
        handling.use_code = UseCode::H2.into();
        handling.releasable_to = vec!["MX".to_owned(), "us.dev.invalid/oig/unit".to_owned()];
    };
    let plain = |_: &mut pb::Statement| {};
    for said in [stated(plain), stated(alert)] {
        let statement = Statement::decode(&said.encode_to_vec()).unwrap();
        let addressees = Addressees {
            agencies: [anam.clone()].into(),
            ..Default::default()
        };
        let whole = Facts::of(
            &statement,
            directory.asked(&cbp).unwrap(),
            false,
            addressees,
        );
        let told = read(&entry(&said, "floor/5", b"").await).unwrap();
        assert_eq!(told.facts, whole);
    }
}

#[tokio::test]
async fn what_is_no_statement_of_anybody_here_is_for_nobody() {
    let stranger =
        stated(|message| message.sender = "spiffe://x.dev.invalid/agency/a/node/b".into());
    assert_eq!(read(&entry(&stranger, "floor/5", b"").await), None);
    let odd = stated(|message| message.handling.as_mut().unwrap().tlp = 99);
    assert_eq!(read(&entry(&odd, "floor/5", b"").await), None);
}

/// Whether a hostile directory lets the ANAM have this entry, delivered and looked up.
async fn lets(change: impl FnOnce(&mut pb::Statement, &mut pb::StatementRecord)) -> [bool; 2] {
    let directory = hostile();
    let mut said = stated(|_| ());
    let mut record = pb::StatementRecord {
        recipients: vec![pb::ResolvedRecipient {
            agencies: vec![ANAM.to_owned()],
            ..Default::default()
        }],
        ..Default::default()
    };
    change(&mut said, &mut record);
    let entry = recorded(&said, &record, b"").await;
    let anam = directory.asked(&ANAM.parse().unwrap()).unwrap();
    [Act::Receive, Act::Read].map(|act| {
        let ask = || matches!(judge(&directory, &anam, act, &entry), Verdict::Allowed);
        let once = ask();
        assert_eq!(ask(), once, "asked again");
        once
    })
}

#[tokio::test]
async fn no_policy_of_a_side_opens_the_floor_to_a_delivery() {
    const NOBODY: [bool; 2] = [false; 2];
    assert_eq!(lets(|_, _| ()).await, [true; 2]);
    let bag = lets(|said, _| said.protected_bag = ProtectedBag::Diplomatic.into());
    assert_eq!(bag.await, NOBODY);
    let marked = |mark: &'static str| {
        lets(move |said, _| said.handling.as_mut().unwrap().marks = vec![mark.to_owned()])
    };
    assert_eq!(marked("US:SECRET").await, NOBODY);
    assert_eq!(marked("US:LES").await, [true; 2]);
    let red = lets(|said, _| said.handling.as_mut().unwrap().tlp = Tlp::Red.into());
    assert_eq!(red.await, NOBODY);
    let third = lets(|_, record| record.recipients[0].agencies[0] = "mx.dev.invalid/sat".into());
    assert_eq!(third.await, NOBODY);
    let released = |to: &'static str| {
        lets(move |said, _| said.handling.as_mut().unwrap().releasable_to = vec![to.to_owned()])
    };
    assert_eq!(released("US").await, NOBODY);
    assert_eq!(released("MX").await, [true; 2]);
    let onward = |released_by| {
        lets(move |_, record| {
            record.onward = vec![pb::Onward {
                agency: ANAM.to_owned(),
                released_by,
            }];
        })
    };
    assert_eq!(onward(0).await, NOBODY);
    assert_eq!(onward(7).await, [true; 2]);
    let nominal = |goods: CommodityClass| {
        lets(move |said, record| {
            record.nominal = true;
            said.commodities = vec![goods.into()];
        })
    };
    assert_eq!(nominal(CommodityClass::Firearm).await, [true; 2]);
    assert_eq!(nominal(CommodityClass::Unspecified).await, NOBODY);
    let failed = lets(|said, _| said.handling.as_mut().unwrap().tlp = 0);
    assert_eq!(failed.await, NOBODY, "a rule could not be evaluated");
}

#[test]
fn whatever_is_read_is_part_of_what_entries_have_in_common() {
    let record = Record {
        recipients: vec![pb::ResolvedRecipient::default(); 2],
        nominal: true,
        onward: vec![pb::Onward::default()],
    };
    let stated = Stated {
        r#type: 1,
        sender: "x".to_owned(),
        status: 1,
        precedence: 1,
        commodities: vec![1, 2],
        handling: Some(pb::Handling::default()),
        authority: 1,
        protected_bag: 1,
    };
    for (bytes, tags) in [
        (record.encode_to_vec(), &Record::TAGS[..]),
        (stated.encode_to_vec(), &Stated::TAGS[..]),
    ] {
        let mut room = [0; LIKENESS_BYTES_MAX];
        let mut taken = Taken::into_room(&mut room);
        take_fields(&bytes, tags, &mut taken).unwrap();
        assert_eq!(taken.done(), bytes, "a field is read that is no part of it");
    }
}

#[tokio::test]
async fn entries_are_alike_only_if_everything_that_is_read_is_the_same() {
    let of = async |change: fn(&mut pb::Statement)| {
        let mut room = [0; LIKENESS_BYTES_MAX];
        match Likeness::of(&*entry(&stated(change), "floor/5", b"").await, &mut room) {
            Likeness::Words(words) => Some(words.to_vec()),
            Likeness::Index(_) => None,
        }
    };
    let base = of(|_| ()).await;
    assert!(base.is_some());
    let same = of(|said| {
        said.message_id = vec![9; 16];
        said.sender_seq = 7_000;
    });
    assert_eq!(same.await, base);
    let changes: [fn(&mut pb::Statement); 4] = [
        |said| said.handling.as_mut().unwrap().tear_line ^= true,
        |said| said.commodities.push(CommodityClass::IllicitFuel.into()),
        |said| said.sender.push('x'),
        |said| said.protected_bag = ProtectedBag::Diplomatic.into(),
    ];
    for change in changes {
        assert_ne!(of(change).await, base);
    }
    let large = of(|said| said.sender = "x".repeat(2_000));
    assert_eq!(large.await, None);
}
