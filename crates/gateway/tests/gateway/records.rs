//! What was said, for its parties: a page at a time, one by one, and for nobody else.

use precinto_alert::code::{AckLevel, MessageType, RecipientKind, Tlp};
use precinto_alert::id::AlertId;
use precinto_envelope::crypto::sha256;
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::receipt::Receipt;
use precinto_proto::v1 as pb;
use prost::Message as _;
use tonic::Status;
use tonic::transport::Channel;

use crate::desks::{JFK, with_more_desks};
use crate::harness::{AUDIT, GHOST, LAX, NLU, Node, World, reason};

const CBP: &str = "us.dev.invalid/cbp";
const OIG: &str = "us.dev.invalid/oig";
const ANAM: &str = "mx.dev.invalid/anam";

impl Node {
    fn records(&self) -> pb::record_service_client::RecordServiceClient<Channel> {
        pb::record_service_client::RecordServiceClient::new(self.channel.clone())
    }

    async fn get(&self, request: pb::GetRecordRequest) -> Result<pb::Record, Status> {
        let answer = self.records().get_record(request).await?;
        Ok(answer.into_inner().record.unwrap())
    }

    pub(crate) async fn at(&self, index: u64) -> Result<pb::Record, Status> {
        let request = pb::GetRecordRequest {
            index,
            ..Default::default()
        };
        self.get(request).await
    }

    pub(crate) async fn list(
        &self,
        request: pb::ListRecordsRequest,
    ) -> Result<pb::ListRecordsResponse, Status> {
        let answer = self.records().list_records(request).await?;
        Ok(answer.into_inner())
    }

    /// Everything that the node may read, in pages of `page_size`.
    pub(crate) async fn read_all(
        &self,
        world: &World,
        page_size: u32,
        alert_id: &str,
    ) -> Vec<pb::Record> {
        let mut request = pb::ListRecordsRequest {
            page_size,
            alert_id: alert_id.to_owned(),
            ..Default::default()
        };
        let mut all = Vec::new();
        loop {
            let page = self.list(request.clone()).await.unwrap();
            assert!(page.records.len() <= page_size as usize);
            let covered =
                SignedCheckpoint::verify(page.checkpoint.as_bytes(), &world.verifier).unwrap();
            assert!(page.next_index <= covered.checkpoint().size);
            for record in page.records {
                verify(&record, world);
                assert!(record.index < page.next_index);
                all.push(record);
            }
            if page.next_page_token.is_empty() {
                assert_eq!(page.next_index, covered.checkpoint().size);
                assert!(all.is_sorted_by(|one, next| one.index < next.index));
                return all;
            }
            request.page_token = page.next_page_token;
        }
    }

    /// A notice that only an officer's own nodes get.
    pub(crate) fn red(&mut self, to: &str) -> pb::Statement {
        let mut statement = self.notice(ANAM);
        statement.recipients[0] = pb::RecipientRef {
            kind: RecipientKind::Officer.into(),
            name: to.to_owned(),
        };
        statement.handling = Some(pb::Handling {
            tlp: Tlp::Red.into(),
            ..Default::default()
        });
        statement
    }
}

/// A record holds what its receipt proves.
fn verify(record: &pb::Record, world: &World) {
    let receipt = record.receipt.as_ref().unwrap();
    let parsed = Receipt::parse(&receipt.proof).unwrap();
    let verified = parsed.verify(&world.verifier, &receipt.record).unwrap();
    assert_eq!(verified.index(), record.index);
    let recorded = pb::StatementRecord::decode(receipt.record.as_ref()).unwrap();
    assert_eq!(recorded.envelope_digest, sha256(&[&record.envelope]));
    match said(record).body {
        Some(reference) => assert_eq!(reference.digest, sha256(&[&record.body])),
        None => assert!(record.body.is_empty()),
    }
}

pub(crate) fn ids(records: &[pb::Record]) -> Vec<Vec<u8>> {
    records
        .iter()
        .map(|record| said(record).message_id)
        .collect()
}

pub(crate) fn said(record: &pb::Record) -> pb::Statement {
    let envelope = pb::Envelope::decode(record.envelope.as_slice()).unwrap();
    pb::Statement::decode(envelope.payload.as_slice()).unwrap()
}

pub(crate) async fn submit(node: &Node, statement: &pb::Statement) -> u64 {
    let receipt = node.submit(statement).await.unwrap().receipt.unwrap();
    Receipt::parse(&receipt.proof).unwrap().index
}

#[tokio::test(flavor = "multi_thread")]
async fn each_party_reads_its_statements_in_the_order_of_the_log() {
    let mut world = World::start().await;
    let (mut lax, mut nlu) = (world.node(LAX).await, world.node(NLU).await);
    let audit = world.node(AUDIT).await;
    let (mut of_all, mut of_anam, mut of_oig) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..5 {
        let (to_anam, to_oig, to_cbp) = (lax.notice(ANAM), lax.notice(OIG), nlu.notice(CBP));
        for statement in [&to_anam, &to_oig] {
            submit(&lax, statement).await;
        }
        submit(&nlu, &to_cbp).await;
        let [one, two, three] = [to_anam, to_oig, to_cbp].map(|statement| statement.message_id);
        of_anam.extend([one.clone(), three.clone()]);
        of_oig.push(two.clone());
        of_all.extend([one, two, three]);
    }
    for page_size in [1, 3, 100] {
        assert_eq!(ids(&lax.read_all(&world, page_size, "").await), of_all);
        assert_eq!(ids(&nlu.read_all(&world, page_size, "").await), of_anam);
    }
    // The auditor's agency was sent some, and an auditor reads everything.
    assert!(of_oig.iter().all(|id| of_all.contains(id)));
    assert_eq!(ids(&audit.read_all(&world, 4, "").await), of_all);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_on_where_a_page_ended_also_after_a_restart() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    lax.submit_many(ANAM, 5).await;
    let ask = |page_token: &str, first_index| pb::ListRecordsRequest {
        page_size: 2,
        page_token: page_token.to_owned(),
        first_index,
        ..Default::default()
    };
    // Each page adds its own act to the log, and so has another checkpoint.
    let page = async |request| pb::ListRecordsResponse {
        checkpoint: String::new(),
        ..lax.list(request).await.unwrap()
    };
    let first = page(ask("", 0)).await;
    let second = page(ask(&first.next_page_token, 0)).await;
    assert_eq!(second.records.len(), 2);
    assert_ne!(first.records, second.records);
    let (with_token, by_index) = (ask(&first.next_page_token, 3), ask("", first.next_index));
    assert_eq!(page(by_index).await, second, "by index it is the same page");
    assert_eq!(page(with_token).await, second);
    world.stop().await;
    world.resume().await;
    let lax = world.node(LAX).await;
    let old = lax.list(ask(&second.next_page_token, 0)).await.unwrap_err();
    assert_eq!(reason(&old), "PAGE_TOKEN");
    let last = lax.list(ask("", second.next_index)).await.unwrap();
    assert_eq!(last.records.len(), 1);
    assert!(last.next_page_token.is_empty());
    // What comes behind it is that it was read, which is nothing to be listed, and ends there.
    let beyond = lax.list(ask("", last.next_index + 2)).await.unwrap_err();
    assert_eq!(reason(&beyond), "RANGE_INVALID");
    for _ in 0..2 {
        let nothing_yet = lax.list(ask("", last.next_index)).await.unwrap();
        assert_eq!(
            (nothing_yet.records.len(), nothing_yet.next_index),
            (0, last.next_index + 1)
        );
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_token_is_good_for_who_got_it_and_what_was_asked() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    lax.submit_many(ANAM, 3).await;
    let mut request = pb::ListRecordsRequest {
        page_size: 1,
        ..Default::default()
    };
    request.page_token = lax.list(request.clone()).await.unwrap().next_page_token;
    lax.list(request.clone()).await.unwrap();
    let foreign = nlu.list(request.clone()).await.unwrap_err();
    let mut of_a_case = request.clone();
    of_a_case.alert_id = AlertId::compose("US", "CBPLAX", 2026, 1)
        .unwrap()
        .to_string();
    let of_a_case = lax.list(of_a_case).await.unwrap_err();
    request.page_token = format!("A{}", request.page_token.split_off(1));
    let other = if request.page_token.get(12..13) == Some("-") {
        "_"
    } else {
        "-"
    };
    request.page_token.replace_range(12..13, other);
    let invented = lax.list(request.clone()).await.unwrap_err();
    request.page_token = "page 2".to_owned();
    let nonsense = lax.list(request).await.unwrap_err();
    for refused in [foreign, of_a_case, invented, nonsense] {
        assert_eq!(
            (refused.code(), reason(&refused).as_str()),
            (tonic::Code::InvalidArgument, "PAGE_TOKEN")
        );
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_statement_is_found_by_index_and_by_its_id() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    let (to_anam, to_oig) = (lax.notice(ANAM), lax.notice(OIG));
    let (index, hidden) = (submit(&lax, &to_anam).await, submit(&lax, &to_oig).await);
    let by_id = |message_id: &[u8], sender: &str| pb::GetRecordRequest {
        message_id: message_id.to_vec(),
        sender: sender.to_owned(),
        ..Default::default()
    };
    let record = nlu.at(index).await.unwrap();
    verify(&record, &world);
    assert_eq!(said(&record), to_anam);
    assert_eq!(
        nlu.get(by_id(&to_anam.message_id, LAX)).await.unwrap(),
        record
    );

    let absent = nlu.at(1_000_000).await.unwrap_err();
    assert_eq!(reason(&absent), "NOT_FOUND");
    for unreadable in [
        nlu.at(hidden).await,
        nlu.get(by_id(&to_oig.message_id, LAX)).await,
        nlu.get(by_id(&to_anam.message_id, NLU)).await,
        // A root certificate: not a statement.
        nlu.at(0).await,
    ] {
        let unreadable = unreadable.unwrap_err();
        assert_eq!(unreadable.message(), absent.message());
        assert_eq!(unreadable.details(), absent.details());
    }
    let with_index = pb::GetRecordRequest {
        index,
        ..by_id(&to_anam.message_id, LAX)
    };
    for (request, wanted) in [
        (by_id(&[7; 15], LAX), "FIELD_FORMAT"),
        (by_id(&[7; 16], "lax"), "FIELD_FORMAT"),
        (by_id(&[], LAX), "FIELD_MISSING"),
        (by_id(&[7; 16], ""), "FIELD_MISSING"),
        (with_index, "FIELD_UNEXPECTED"),
    ] {
        assert_eq!(reason(&nlu.get(request).await.unwrap_err()), wanted);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_reads_what_its_other_desk_has_sent_unless_it_is_for_named_nodes() {
    let mut world = with_more_desks().await;
    let (mut lax, jfk) = (world.node(LAX).await, world.node(JFK).await);
    let (nlu, audit) = (world.node(NLU).await, world.node(AUDIT).await);
    let (open, red) = (
        lax.notice(ANAM),
        lax.red("spiffe://mx.dev.invalid/agency/anam/officer/herrera"),
    );
    let (at_open, at_red) = (submit(&lax, &open).await, submit(&lax, &red).await);
    for party in [&lax, &nlu, &audit] {
        assert_eq!(said(&party.at(at_red).await.unwrap()), red);
        assert_eq!(party.read_all(&world, 100, "").await.len(), 2);
    }
    assert_eq!(said(&jfk.at(at_open).await.unwrap()), open);
    assert_eq!(reason(&jfk.at(at_red).await.unwrap_err()), "NOT_FOUND");
    assert_eq!(jfk.read_all(&world, 100, "").await.len(), 1);
    // The log service keeps to the same rights; by message id it finds the caller's own.
    let receipt = |message_id: &[u8], index| pb::GetReceiptRequest {
        message_id: message_id.to_vec(),
        index,
        ..Default::default()
    };
    jfk.log().get_receipt(receipt(&[], at_open)).await.unwrap();
    for not_its_own in [receipt(&[], at_red), receipt(&open.message_id, 0)] {
        let refused = jfk.log().get_receipt(not_its_own).await.unwrap_err();
        assert_eq!(reason(&refused), "NOT_FOUND");
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_can_be_of_one_case() {
    let mut world = World::start().await;
    let (mut lax, mut nlu) = (world.node(LAX).await, world.node(NLU).await);
    let mut told = Vec::new();
    for number in 1..=3 {
        let alert = lax.alert(number, 1, &[]);
        lax.send(&alert).await.unwrap();
        let ack = pb::Statement {
            ack_level: AckLevel::Node.into(),
            ..nlu.of_case(MessageType::Ack, (number, &alert.id), CBP)
        };
        submit(&nlu, &ack).await;
        lax.submit_many(ANAM, 1).await;
        told.push([alert.id, ack.message_id]);
    }
    let case = |number| {
        AlertId::compose("US", "CBPLAX", 2026, number)
            .unwrap()
            .to_string()
    };
    for page_size in [1, 100] {
        for (number, told) in (1..).zip(&told) {
            assert_eq!(
                ids(&nlu.read_all(&world, page_size, &case(number)).await),
                told
            );
            assert_eq!(
                ids(&lax.read_all(&world, page_size, &case(number)).await),
                told
            );
        }
    }
    assert!(lax.read_all(&world, 1, &case(4)).await.is_empty());
    world.stop().await;
    world.resume().await;
    let lax = world.node(LAX).await;
    assert_eq!(ids(&lax.read_all(&world, 1, &case(2)).await), told[1]);
    for (wrong, wanted) in [
        (case(1).replace("-2026-", "-2025-"), "ALERT_ID_CHECK_DIGIT"),
        ("case 1".to_owned(), "FIELD_FORMAT"),
    ] {
        let request = pb::ListRecordsRequest {
            alert_id: wrong,
            ..Default::default()
        };
        assert_eq!(reason(&lax.list(request).await.unwrap_err()), wanted);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_in_the_directory_reads_nothing() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let notice = lax.notice(ANAM);
    let index = submit(&lax, &notice).await;
    let ghost = world.node(GHOST).await;
    assert_eq!(reason(&ghost.at(index).await.unwrap_err()), "NODE_UNKNOWN");
    let listed = ghost.list(pb::ListRecordsRequest::default()).await;
    assert_eq!(reason(&listed.unwrap_err()), "NODE_UNKNOWN");
    world.stop().await;
}
