//! Policies of sides and the written floor, through the door: who may say what to whom, now and with what is in the log already.

use std::time::Duration;

use precinto_alert::code::{DisseminationVerdict, MessageType, Tlp};
use precinto_gateway::limits::WITHHELD_EVERY_MS;
use precinto_merkle::leaf::{EntryType, Leaf};
use precinto_merkle::receipt::Receipt;
use precinto_proto::v1 as pb;
use prost::Message as _;
use tonic_types::StatusExt as _;

use crate::cases::{mexico, told};
use crate::desks::with_more_desks;
use crate::harness::parts::MX;
use crate::harness::{AUDIT, LAX, NLU, Node, World, reason};

const ANAM: &str = "mx.dev.invalid/anam";
const CBP: &str = "us.dev.invalid/cbp";
const DEA: &str = "us.dev.invalid/dea";
const HQ: &str = "spiffe://us.dev.invalid/agency/dea/node/hq";

/// Where a part's own settings end.
const LINE: &str = "stewards_needed = 1\n";

/// The same, with this policy behind it.
fn with(policy: &str) -> String {
    format!("{LINE}policy = \'\'\'\n{policy}\n\'\'\'\n")
}

const NO_FUEL: &str = r#"@id("no-fuel")
forbid (principal, action in Action::"Obtain", resource)
when { resource.commodities.contains(CommodityClass::"ILLICIT_FUEL") };"#;

const NOTHING: &str = r#"@id("nothing")
forbid (principal in Side::"mx.dev.invalid", action in Action::"Obtain", resource);"#;

fn party() -> Vec<pb::Party> {
    vec![pb::Party {
        role: pb::PartyRole::Carrier.into(),
        name: "Ejemplo, S. A.".to_owned(),
        ..Default::default()
    }]
}

fn record(answer: &pb::SubmitResponse) -> pb::StatementRecord {
    let receipt = answer.receipt.as_ref().unwrap();
    pb::StatementRecord::decode(receipt.record.as_ref()).unwrap()
}

/// The newest act that the node may read.
async fn last_act(node: &Node) -> pb::ActRecord {
    let size: u64 = node.size().await.parse().unwrap();
    let request = pb::ReadEntriesRequest {
        first: size - 1,
        ..Default::default()
    };
    let mut entries = node.log().read_entries(request).await.unwrap().into_inner();
    let entry = entries.message().await.unwrap().unwrap().entry.unwrap();
    pb::ActRecord::decode(entry.record.as_slice()).unwrap()
}

impl Node {
    /// What every node sees of the log: of each entry the type, and when it was taken.
    pub(crate) async fn leaves(&self) -> Vec<(EntryType, u64)> {
        let request = pb::ReadEntriesRequest {
            leaves_only: true,
            ..Default::default()
        };
        let entries = self.log().read_entries(request).await.unwrap();
        let mut entries = entries.into_inner();
        let mut leaves = Vec::new();
        while let Some(answer) = entries.message().await.unwrap() {
            leaves.extend(answer.entry.map(|entry| {
                let leaf = Leaf::from_bytes(&entry.leaf).unwrap();
                (leaf.entry_type, leaf.time_ms)
            }));
        }
        leaves
    }
}

impl World {
    /// What the log says to have been withheld from the ANAM of what the other side sent, in each of the acts that say so, once there
    /// are so many of them.
    async fn withheld(&self, count: usize) -> Vec<Vec<pb::WithheldEntries>> {
        let audit = self.node(AUDIT).await;
        let look = async || {
            let acts = audit.acts_since(0).await.into_iter();
            let acts = acts.map(|(_, act)| act);
            let is_it = |act: &pb::ActRecord| {
                act.kind() == pb::ActKind::DeliveryWithheld
                    && (&*act.subject, &*act.party) == ("mx.dev.invalid", "us.dev.invalid")
            };
            let acts = acts.filter(is_it).map(|act| act.withheld);
            acts.collect::<Vec<_>>()
        };
        let all = async {
            loop {
                let acts = look().await;
                if acts.len() >= count {
                    return acts;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let all = tokio::time::timeout(Duration::from_mins(1), all).await;
        all.expect("what is withheld is recorded beside it")
    }
}

/// What is in one act.
fn listed(act: &[pb::WithheldEntries]) -> Vec<u64> {
    let withheld = act.iter();
    withheld.flat_map(|one| one.indexes.clone()).collect()
}

/// The indexes of what the node may read.
async fn readable(node: &Node) -> Vec<u64> {
    let page = node.list(pb::ListRecordsRequest::default()).await.unwrap();
    page.records.iter().map(|record| record.index).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_side_forbids_is_refused_and_told_with_the_rule_and_whose_it_is() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    let first = world.offered(MX);
    let old = lax.alert(1, 1, &[]);
    let before = record(&lax.send(&old).await.unwrap()).decision.unwrap();
    assert_eq!(
        (&*before.policy, &*before.rules),
        ("floor/5", &["default-permit".to_owned()][..])
    );
    assert_eq!(before.policy_digest.len(), 32);
    let forbids = mexico(&world, &nlu, &first, LINE, &with(NO_FUEL)).await;
    let alert = lax.alert(2, 1, &[]);
    let status = lax.send(&alert).await.unwrap_err();
    assert_eq!(reason(&status), "POLICY_DENIED");
    let bad = status.get_details_bad_request().unwrap();
    let one = &bad.field_violations[0];
    assert_eq!(
        (&*one.field, &*one.reason),
        ("recipients[0]", "POLICY_DENIED")
    );
    let said = "for mx.dev.invalid/anam, forbidden by no-fuel (the policy of mx.dev.invalid)";
    assert!(one.description.contains(said), "{}", one.description);
    let act = last_act(&lax).await;
    assert_eq!(act.reason(), pb::Reason::PolicyDenied);
    let refused = act.decision.unwrap();
    assert_eq!(refused.rules, ["mx.dev.invalid#no-fuel"]);
    assert_ne!(refused.policy_digest, before.policy_digest);
    // What is withdrawn is let through; and without the policy it is as before.
    let recall = lax.recall((1, &old.id), &[ANAM]);
    let recalled = record(&lax.send(&recall).await.unwrap()).decision.unwrap();
    assert_eq!(recalled.rules, ["default-permit"]);
    mexico(&world, &nlu, &forbids, &with(NO_FUEL), LINE).await;
    let after = record(&lax.send(&alert).await.unwrap()).decision.unwrap();
    assert_eq!(after, before);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_policy_does_not_come_into_force() {
    let mut world = World::start().await;
    let nlu = world.node(NLU).await;
    let first = world.offered(MX);
    let text = crate::harness::parts::next(&first, |text| {
        text.replacen(
            LINE,
            &with("@id(\"x\") forbid (principal, action, resource) when { resource.x };"),
            1,
        )
    });
    let part = world.pki.part(&text);
    for validate_only in [true, false] {
        let applied = nlu.apply_bytes(part.bytes().to_vec(), validate_only).await;
        let status = applied.unwrap_err();
        let bad = status.get_details_bad_request().unwrap();
        let one = &bad.field_violations[0];
        assert_eq!(
            (&*one.field, &*one.reason),
            ("mx.dev.invalid.policy", "POLICY_INVALID")
        );
        let said = &one.description;
        assert!(said.contains("line 1, column "), "{said}");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_stream_keeps_to_a_policy_that_was_tightened_and_a_withdrawal_arrives() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    let alerts = [lax.alert(1, 1, &[]), lax.alert(2, 1, &[])];
    nlu.create("desk").await;
    let mut watch = nlu.watch("desk", 1).await;
    for alert in &alerts {
        lax.send(alert).await.unwrap();
    }
    let first = watch.delivery().await;
    let before = world.offered(MX);
    let forbids = mexico(&world, &nlu, &before, LINE, &with(NO_FUEL)).await;
    watch.ack(first.index).await;
    assert!(watch.is_quiet().await, "forbidden by now");
    assert_eq!(readable(&nlu).await, [0_u64; 0]);
    assert_eq!(readable(&nlu).await, [0_u64; 0], "asked again");
    // Both have been withheld by now, one at delivery and at reading, the other at reading: each is said once, and at a time that
    // hangs on neither.
    assert_eq!(world.withheld(0).await.len(), 0);
    world.clock.advance(WITHHELD_EVERY_MS);
    let [act] = &world.withheld(1).await[..] else {
        panic!("in one act");
    };
    let [said] = &act[..] else {
        panic!("by one verdict: {act:?}");
    };
    assert_eq!(said.indexes, [first.index, first.index + 1]);
    assert_eq!(said.agency, ANAM);
    let decision = said.decision.as_ref().unwrap();
    assert_eq!(decision.rules, ["mx.dev.invalid#no-fuel"]);
    let recall = lax.recall((2, &alerts[1].id), &[ANAM]);
    lax.send(&recall).await.unwrap();
    let told = watch.delivery().await;
    assert!(
        told.index > first.index + 1,
        "who was cut off is told of the withdrawal"
    );
    watch.ack(told.index).await;
    // What was withheld is not delivered later; whoever wants it goes back to it, or looks it up.
    mexico(&world, &nlu, &forbids, &with(NO_FUEL), LINE).await;
    assert!(watch.is_quiet().await, "covered");
    assert_eq!(readable(&nlu).await.len(), 3);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_withheld_is_told_when_the_rules_have_gone_and_when_the_gateway_stops() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    let alerts = [lax.alert(1, 1, &[]), lax.alert(2, 1, &[])];
    let first = world.offered(MX);
    lax.send(&alerts[0]).await.unwrap();
    let forbids = mexico(&world, &nlu, &first, LINE, &with(NO_FUEL)).await;
    // A subscription passes it by: for what it is, there is no next time.
    nlu.create("desk").await;
    let mut watch = nlu.watch("desk", 1).await;
    assert!(watch.is_quiet().await, "forbidden");
    let loose = mexico(&world, &nlu, &forbids, &with(NO_FUEL), LINE).await;
    let [index] = readable(&nlu).await[..] else {
        panic!("it may be read again");
    };
    assert_eq!(world.withheld(0).await.len(), 0, "its time has not come");
    world.clock.advance(WITHHELD_EVERY_MS);
    let [act] = &world.withheld(1).await[..] else {
        panic!("once");
    };
    let [said] = &act[..] else {
        panic!("by one verdict: {act:?}");
    };
    assert_eq!((&said.indexes[..], &*said.agency), (&[index][..], ANAM));
    let decision = said.decision.as_ref().unwrap();
    assert_eq!(decision.rules, ["mx.dev.invalid#no-fuel"]);
    // Nor does the clock have to come to it before a stop.
    lax.send(&alerts[1]).await.unwrap();
    assert_eq!(watch.delivery().await.index, readable(&nlu).await[1]);
    mexico(&world, &nlu, &loose, LINE, &with(NO_FUEL)).await;
    assert_eq!(readable(&nlu).await, [0_u64; 0]);
    assert_eq!(world.withheld(1).await.len(), 1);
    world.stop().await;
    world.resume().await;
    let acts = world.withheld(2).await;
    let [first, last] = &acts[..] else {
        panic!("one at the stop");
    };
    assert_eq!(listed(first), [index]);
    // The first is forbidden by the same rules again, and was told.
    let [second] = listed(last)[..] else {
        panic!("{last:?}");
    };
    assert!(second > index);
    world.stop().await;
}

/// What every node of a gateway sees of its log, when a node of the ANAM asks for what was sent to it, or to another agency, and is
/// forbidden.
async fn leaves_after_asking(is_addressed: bool) -> Vec<(EntryType, u64)> {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    let to = if is_addressed { ANAM } else { CBP };
    let notice = lax.notice(to);
    let answer = lax.submit(&notice).await.unwrap();
    let receipt = Receipt::parse(&answer.receipt.unwrap().proof).unwrap();
    let first = world.offered(MX);
    let forbids = mexico(&world, &nlu, &first, LINE, &with(NOTHING)).await;
    nlu.create("desk").await;
    let mut watch = nlu.watch("desk", 1).await;
    assert!(watch.is_quiet().await);
    drop(watch);
    for _ in 0..2 {
        assert_eq!(readable(&nlu).await, [0_u64; 0]);
        let request = pb::GetReceiptRequest {
            index: receipt.index,
            ..Default::default()
        };
        let status = nlu.log().get_receipt(request).await.unwrap_err();
        assert_eq!(status.code(), tonic::Code::NotFound);
        let before = nlu.leaves().await.len();
        world.clock.advance(WITHHELD_EVERY_MS);
        let written = async {
            while nlu.leaves().await.len() < before + 4 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let written = tokio::time::timeout(Duration::from_mins(1), written).await;
        written.expect("one act for each two sides");
    }
    mexico(&world, &nlu, &forbids, &with(NOTHING), LINE).await;
    world.stop().await;
    world.resume().await;
    let nlu = world.node(NLU).await;
    let leaves = nlu.leaves().await;
    world.stop().await;
    leaves
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_looks_the_same_whether_something_was_withheld_from_who_asks_or_was_not_for_it() {
    let addressed = leaves_after_asking(true).await;
    let others = leaves_after_asking(false).await;
    assert_eq!(addressed, others);
    let acts = addressed.iter().filter(|leaf| leaf.0 == EntryType::Act);
    assert!(acts.count() >= 12, "twice by the clock and at the stop");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_policy_opens_what_the_floor_forbids() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    let first = world.offered(MX);
    let hostile = with("@id(\"all\") permit (principal, action, resource);");
    let open = mexico(&world, &nlu, &first, LINE, &hostile).await;
    let plain = lax.alert(1, 1, &[]);
    let let_in = record(&lax.send(&plain).await.unwrap()).decision.unwrap();
    assert_eq!(let_in.rules, ["default-permit", "mx.dev.invalid#all"]);
    let mut kept = lax.of_case(MessageType::Alert, (2, &[]), ANAM);
    kept.handling.as_mut().unwrap().releasable_to = vec!["US".to_owned()];
    let kept = lax.alert_as(kept);
    let one = |reason: &str| [("recipients[0]".to_owned(), reason.to_owned())];
    assert_eq!(lax.broken(&kept).await, one("RECIPIENT_NOT_RELEASABLE"));
    let act = last_act(&lax).await.decision.unwrap();
    assert_eq!(act.rules, ["floor-release"]);
    let nominal = lax.of_case(MessageType::Alert, (3, &[]), ANAM);
    let nominal = lax.alert_about(nominal, party());
    let answer = record(&lax.send(&nominal).await.unwrap());
    assert!(answer.nominal);
    // The law of the ANAM is said to be another: neither new ones, nor those in the log.
    assert_eq!(readable(&nlu).await.len(), 2);
    let purposes =
        "purposes = [\"ILLICIT_DRUG\", \"CHEMICAL_PRECURSOR\", \"FIREARM\", \"ILLICIT_FUEL\"]\n";
    mexico(&world, &nlu, &open, purposes, "").await;
    assert_eq!(readable(&nlu).await.len(), 1);
    let nominal = lax.of_case(MessageType::Alert, (4, &[]), ANAM);
    let nominal = lax.alert_about(nominal, party());
    assert_eq!(lax.broken(&nominal).await, one("PURPOSE_MISSING"));
    world.stop().await;
}

/// The ANAM asks and the CBP agrees that an agency may have what this message of a case says; the index of its word.
pub(crate) async fn release(
    lax: &mut Node,
    nlu: &mut Node,
    (number, about): (u32, &[u8]),
    to: &str,
) -> u64 {
    let mut ask = nlu.of_case(MessageType::DisseminationRequest, (number, about), CBP);
    ask.authority = pb::AuthorityCode::CustomsAgreement.into();
    ask.release_to = vec![to.to_owned()];
    let content = pb::DisseminationContent {
        purpose: Some(pb::Text {
            language: "en".to_owned(),
            text: "it knows the consignee".to_owned(),
        }),
        ..Default::default()
    };
    let ask = nlu.with_content(ask, content.encode_to_vec());
    nlu.send(&ask).await.unwrap();
    let mut word = lax.of_case(MessageType::DisseminationDecision, (number, &ask.id), ANAM);
    word.dissemination = DisseminationVerdict::Granted.into();
    word.release_to = vec![to.to_owned()];
    let word = lax.send(&lax.said(word)).await.unwrap();
    Receipt::parse(&word.receipt.unwrap().proof).unwrap().index
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_said_is_passed_on_by_its_word_alone() {
    let mut world = with_more_desks().await;
    let (mut lax, mut nlu) = (world.node(LAX).await, world.node(NLU).await);
    let dea = world.node(HQ).await;
    let mut alert = lax.of_case(MessageType::Alert, (1, &[]), ANAM);
    alert.handling.as_mut().unwrap().tlp = Tlp::Amber.into();
    let alert = lax.alert_as(alert);
    lax.send(&alert).await.unwrap();
    let forward = nlu.acknowledge((1, &alert.id), CBP);
    let forward = {
        let mut said = pb::Statement::decode(
            pb::Envelope::decode(forward.request.envelope.as_slice())
                .unwrap()
                .payload
                .as_slice(),
        )
        .unwrap();
        said.recipients.push(pb::RecipientRef {
            kind: pb::RecipientKind::Agency.into(),
            name: DEA.to_owned(),
        });
        nlu.said(said)
    };
    let refused = [("recipients[1]".to_owned(), "ONWARD_RELEASE".to_owned())];
    assert_eq!(nlu.broken(&forward).await, refused);
    let act = last_act(&nlu).await;
    assert_eq!(act.decision.unwrap().rules, ["floor-originator-control"]);
    let released_by = release(&mut lax, &mut nlu, (1, &alert.id), DEA).await;
    let answer = nlu.send(&forward).await.unwrap();
    assert_eq!(told(&answer), [CBP, DEA]);
    let expected = pb::Onward {
        agency: DEA.to_owned(),
        released_by,
    };
    assert_eq!(record(&answer).onward, [expected]);
    assert_eq!(readable(&dea).await.len(), 1);
    world.stop().await;
}
