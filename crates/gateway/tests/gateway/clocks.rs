//! The clock: who has not answered in time is noted once, in the log, for both sides; before and after a restart.

use std::time::Duration;

use precinto_alert::code::{AckLevel, MessageType, OverdueStep, RecipientKind, Tlp};
use precinto_alert::id::AlertId;
use precinto_merkle::leaf::EntryType;
use precinto_merkle::receipt::Receipt;
use precinto_proto::v1 as pb;
use prost::Message as _;

use crate::cases::Said;
use crate::harness::parts::{MX, US, next};
use crate::harness::{AUDIT, LAX, NLU, Node, World, pki};

const CBP: &str = "us.dev.invalid/cbp";
const ANAM: &str = "mx.dev.invalid/anam";
const MINUTE_MS: u64 = 60_000;

impl Node {
    /// Acknowledges case `number`, whose alert is `about`.
    fn acks(&mut self, number: u32, about: &[u8]) -> pb::Statement {
        pb::Statement {
            ack_level: AckLevel::Node.into(),
            ..self.of_case(MessageType::Ack, (number, about), CBP)
        }
    }

    /// What is listed of a case: missed deadlines alone.
    async fn missed(&self, world: &World, number: u32) -> Vec<(u64, pb::OverdueRecord)> {
        let alert_id = AlertId::compose("US", "CBPLAX", 2026, number).unwrap();
        let request = pb::ListRecordsRequest {
            alert_id: alert_id.to_string(),
            ..Default::default()
        };
        let mut records = pb::record_service_client::RecordServiceClient::new(self.channel.clone());
        let listed = records.list_records(request).await.unwrap().into_inner();
        let all = listed.records.into_iter();
        let missed = all.filter(|record| record.kind() == pb::EntryKind::Overdue);
        missed.map(|record| overdue(&record, world)).collect()
    }
}

/// The time and the record of a missed deadline, proven by its receipt.
fn overdue(record: &pb::Record, world: &World) -> (u64, pb::OverdueRecord) {
    assert!(record.envelope.is_empty() && record.body.is_empty());
    let receipt = record.receipt.as_ref().unwrap();
    let parsed = Receipt::parse(&receipt.proof).unwrap();
    let verified = parsed.verify(&world.verifier, &receipt.record).unwrap();
    assert_eq!(verified.leaf().entry_type, EntryType::Overdue);
    assert_eq!(verified.index(), record.index);
    let time_ms = verified.leaf().time_ms;
    let record = pb::OverdueRecord::decode(receipt.record.as_ref()).unwrap();
    assert!(time_ms >= record.due_ms);
    (time_ms, record)
}

/// Waits until the log has so many entries.
async fn until_size(node: &Node, size: u64) -> u64 {
    let request = pb::GetCheckpointRequest {
        min_size: size,
        ..Default::default()
    };
    let answer = node.log().get_checkpoint(request).await.unwrap();
    let note = answer.into_inner().checkpoint;
    note.lines().nth(1).unwrap().parse().unwrap()
}

/// What was missed of the first alert, once it is so much: of the entries that one moment brings, which comes first is nobody's
/// promise.
async fn until_missed(node: &Node, world: &World, count: usize) -> Vec<(u64, pb::OverdueRecord)> {
    let all = async {
        loop {
            let missed = node.missed(world, 1).await;
            if missed.len() >= count {
                return missed;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let missed = tokio::time::timeout(Duration::from_mins(1), all).await;
    missed.expect("so many missed deadlines")
}

fn index_of(answer: &pb::SubmitResponse) -> u64 {
    let receipt = answer.receipt.as_ref().unwrap();
    Receipt::parse(&receipt.proof).unwrap().index
}

async fn sent(node: &Node, said: &Said) -> u64 {
    index_of(&node.send(said).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_deadline_is_noted_step_by_step_across_a_restart() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    let alert = lax.alert(1, 1, &[]);
    let index = sent(&lax, &alert).await;
    world.clock.advance(15 * MINUTE_MS - 1);
    // Something that is logged at this moment shows that the time has been looked at, and nothing noted.
    let other = lax.alert(2, 1, &[]);
    let size = sent(&lax, &other).await + 1;
    world.clock.advance(1);
    assert_eq!(until_size(&lax, size + 1).await, size + 1);

    let missed = lax.missed(&world, 1).await;
    assert_eq!(
        missed,
        nlu.missed(&world, 1).await,
        "both sides see the same"
    );
    let [(time_ms, first)] = &missed[..] else {
        panic!("{missed:?}");
    };
    assert_eq!(*time_ms, pki::NOW_MS + 15 * MINUTE_MS);
    assert_eq!((first.index, &first.message_id), (index, &alert.id));
    assert_eq!((first.sender.as_str(), first.agency.as_str()), (LAX, ANAM));
    assert_eq!(first.level(), AckLevel::Node);
    assert_eq!(first.step(), OverdueStep::SecondRequest);
    assert_eq!(first.due_ms, pki::NOW_MS + 15 * MINUTE_MS);
    assert_eq!(first.started_ms, pki::NOW_MS);
    assert_eq!(first.status(), pb::MessageStatus::Exercise);
    assert_eq!(first.contacts, [ANAM]);
    assert_eq!(first.agencies, [ANAM, CBP]);
    let digests = [MX, US].map(|side| world.offered(side).digest().to_vec());
    let named = first.trust.iter().map(|used| used.digest.clone());
    assert!(named.eq(digests), "the part of each side");

    // The gateway is away when the other two fall due, and says so as soon as it is back: each once, in order.
    world.stop().await;
    world.clock.advance(40 * MINUTE_MS);
    world.resume().await;
    let lax = world.node(LAX).await;
    // Two steps of each alert: the second one's clock began a quarter of an hour later.
    let size = until_size(&lax, size + 1 + 2 + 2).await;
    let missed = lax.missed(&world, 1).await;
    let steps: Vec<_> = missed.iter().map(|(_, record)| record.step()).collect();
    assert_eq!(
        steps,
        [
            OverdueStep::SecondRequest,
            OverdueStep::AlternateContact,
            OverdueStep::EscalationGroup
        ]
    );
    let (_, second) = &missed[1];
    assert_eq!(
        second.contacts,
        ["spiffe://mx.dev.invalid/agency/anam/officer/herrera"]
    );
    assert_eq!(second.nodes, [NLU]);
    let (_, third) = &missed[2];
    assert_eq!(third.contacts, [ANAM, CBP], "the members of air-cargo");
    assert!(missed.iter().all(|(_, record)| !record.nobody_listed));

    // Started once more, it repeats nothing, and what comes next is a person's deadline.
    world.stop().await;
    world.resume().await;
    let lax = world.node(LAX).await;
    world.clock.set(pki::NOW_MS + 24 * 60 * MINUTE_MS);
    // That the records above were read, the person's, and the last step of the second alert's node.
    assert_eq!(until_size(&lax, size + 3).await, size + 3);
    let missed = until_missed(&lax, &world, 4).await;
    let (_, person) = missed.last().unwrap();
    assert_eq!(person.level(), AckLevel::Person);
    assert_eq!(missed.len(), 4);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_in_time_is_never_called_late() {
    let mut world = World::start().await;
    let (mut lax, mut nlu) = (world.node(LAX).await, world.node(NLU).await);
    let (answered, silent) = (lax.alert(1, 1, &[]), lax.alert(2, 1, &[]));
    sent(&lax, &answered).await;
    let ack = nlu.acks(1, &answered.id);
    nlu.submit(&ack).await.unwrap();
    let size = sent(&lax, &silent).await + 1;
    world.clock.advance(15 * MINUTE_MS);
    assert_eq!(until_size(&lax, size + 1).await, size + 1);
    assert_eq!(nlu.missed(&world, 1).await, []);
    assert_eq!(nlu.missed(&world, 2).await.len(), 1);
    // An answer ends what had begun.
    let ack = nlu.acks(2, &silent.id);
    nlu.submit(&ack).await.unwrap();
    let third = lax.alert(3, 1, &[]);
    let size = sent(&lax, &third).await + 1;
    world.clock.advance(15 * MINUTE_MS);
    assert_eq!(until_size(&lax, size + 1).await, size + 1);
    assert_eq!(nlu.missed(&world, 2).await.len(), 1);
    assert_eq!(nlu.missed(&world, 3).await.len(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_a_named_officer_is_escalated_to_nobody_else() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    let audit = world.node(AUDIT).await;
    let mut red = lax.of_case(MessageType::Alert, (1, &[]), ANAM);
    red.recipients[0] = pb::RecipientRef {
        kind: RecipientKind::Officer.into(),
        name: "spiffe://mx.dev.invalid/agency/anam/officer/herrera".to_owned(),
    };
    red.handling = Some(pb::Handling {
        tlp: Tlp::Red.into(),
        ..Default::default()
    });
    let red = lax.alert_as(red);
    let size = sent(&lax, &red).await + 1;
    world.clock.advance(45 * MINUTE_MS);
    assert_eq!(until_size(&lax, size + 3).await, size + 3);
    let missed = nlu.missed(&world, 1).await;
    assert_eq!(missed, lax.missed(&world, 1).await);
    assert_eq!(
        missed,
        audit.missed(&world, 1).await,
        "an auditor reads everything"
    );
    for (_, record) in &missed {
        assert_eq!(record.agencies, [""; 0]);
        assert_eq!(record.nodes, [NLU, LAX]);
        assert_eq!(record.contacts, [ANAM]);
        let is_first = record.step() == OverdueStep::SecondRequest;
        assert_eq!(record.nobody_listed, !is_first);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_agency_outside_a_release_hears_of_a_missed_deadline() {
    const OIG: &str = "us.dev.invalid/oig";
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let audit = world.node(AUDIT).await;
    // A third agency in the group that is told when ANAM is silent.
    let us = world.pki.part(&next(&world.offered(US), |text| {
        let (own, third) = (format!("\"{CBP}\"]"), format!("\"{CBP}\", \"{OIG}\"]"));
        text.replace(&format!("members = [{own}"), &format!("members = [{third}"))
    }));
    lax.apply(&us).await.unwrap();
    let mut kept = lax.of_case(MessageType::Alert, (1, &[]), ANAM);
    kept.handling.as_mut().unwrap().releasable_to = vec!["MX".to_owned()];
    let kept = lax.alert_as(kept);
    let open = lax.alert(2, 1, &[]);
    sent(&lax, &kept).await;
    sent(&lax, &open).await;
    world.clock.advance(45 * MINUTE_MS);
    let overdue = async || {
        let leaves = lax.leaves().await.into_iter();
        leaves.filter(|leaf| leaf.0 == EntryType::Overdue).count()
    };
    // Others than entries of cases come as well, as the clock has been moved and a part has changed.
    let all = async {
        while overdue().await < 6 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let all = tokio::time::timeout(Duration::from_mins(1), all).await;
    all.expect("three for each case");
    for (number, contacts) in [(1, &[ANAM, CBP][..]), (2, &[ANAM, CBP, OIG])] {
        let missed = audit.missed(&world, number).await;
        let (_, third) = missed.last().unwrap();
        assert_eq!(third.step(), OverdueStep::EscalationGroup);
        assert_eq!(third.contacts, contacts, "case {number}");
        assert_eq!(third.agencies, contacts, "case {number}");
    }
    world.stop().await;
}
