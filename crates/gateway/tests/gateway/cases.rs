//! The life of a case at the door: what may not follow is refused with its reason, however it comes, and after a restart.

use precinto_alert::code::{
    AckLevel, AuthorityCode, CommodityClass, FuelProduct, MessageType, PayloadProtection,
    Precedence, ProtectedBag, RecallGround, RecallMeasure, RecipientKind, Tlp,
};
use precinto_alert::content::media_type;
use precinto_alert::id::{AlertId, MessageId};
use precinto_envelope::body::build_body;
use precinto_envelope::directory::SignedPart;
use precinto_merkle::receipt::Receipt;
use precinto_proto::v1 as pb;
use prost::Message as _;
use tonic::Status;
use tonic_types::StatusExt as _;

use crate::harness::parts::{MX, next};
use crate::harness::{LAX, NLU, Node, World, reason};
use crate::refuse::refused_since;
use crate::rules::release;

const ANAM: &str = "mx.dev.invalid/anam";
const CBP: &str = "us.dev.invalid/cbp";
const OIG: &str = "us.dev.invalid/oig";

/// A statement that is signed and can be sent again.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) id: Vec<u8>,
    pub(crate) request: pb::SubmitRequest,
}

impl Node {
    /// Alert `number` of this node to ANAM; version 1, or an amendment of the one before.
    pub(crate) fn alert(&mut self, number: u32, version: u32, before: &[u8]) -> Said {
        let message_type = match version {
            1 => MessageType::Alert,
            _ => MessageType::Amend,
        };
        let statement = self.of_case(message_type, (number, before), ANAM);
        self.alert_as(pb::Statement {
            alert_version: version,
            ..statement
        })
    }

    /// With all that an alert has beyond its place in the case.
    pub(crate) fn alert_as(&self, statement: pb::Statement) -> Said {
        self.alert_about(statement, Vec::new())
    }

    /// The same, and these parties.
    pub(crate) fn alert_about(
        &self,
        mut statement: pb::Statement,
        parties: Vec<pb::Party>,
    ) -> Said {
        statement.precedence = Precedence::P4.into();
        statement.commodities = vec![CommodityClass::IllicitFuel.into()];
        statement.protected_bag = ProtectedBag::None.into();
        statement.authority = AuthorityCode::CustomsAgreement.into();
        let content = pb::AlertContent {
            narrative: vec![pb::Text {
                language: "en".to_owned(),
                text: "waste oil declared, diesel suspected".to_owned(),
            }],
            fuels: vec![pb::Fuel {
                declared: FuelProduct::Additive.into(),
                suspected: FuelProduct::Diesel.into(),
                ..Default::default()
            }],
            parties,
            ..Default::default()
        };
        self.with_content(statement, content.encode_to_vec())
    }

    /// With this content as its body.
    pub(crate) fn with_content(&self, mut statement: pb::Statement, content: Vec<u8>) -> Said {
        let id = MessageId::from_slice(&statement.message_id).unwrap();
        let key_id = self.signing.digest();
        let media_type = media_type(statement.r#type());
        let (body, reference) = build_body(id, key_id, media_type, content);
        statement.languages = vec!["en".to_owned()];
        statement.payload_protection = PayloadProtection::Clear.into();
        statement.body = Some(reference);
        let request = pb::SubmitRequest {
            body,
            ..self.sign(&statement)
        };
        Said {
            id: statement.message_id,
            request,
        }
    }

    pub(crate) fn of_case(
        &mut self,
        message_type: MessageType,
        (number, about): (u32, &[u8]),
        to: &str,
    ) -> pb::Statement {
        let alert_id = AlertId::compose("US", "CBPLAX", 2026, number).unwrap();
        pb::Statement {
            refers_to: about.to_vec(),
            alert_id: alert_id.to_string(),
            alert_version: 1,
            ..self.statement(message_type, to)
        }
    }

    pub(crate) fn acknowledge(&mut self, case: (u32, &[u8]), to: &str) -> Said {
        let statement = pb::Statement {
            ack_level: AckLevel::Node.into(),
            ..self.of_case(MessageType::Ack, case, to)
        };
        self.said(statement)
    }

    pub(crate) fn recall(&mut self, case: (u32, &[u8]), to: &[&str]) -> Said {
        let agency = |name: &&str| pb::RecipientRef {
            kind: RecipientKind::Agency.into(),
            name: (*name).to_owned(),
        };
        let statement = pb::Statement {
            recall_measure: RecallMeasure::Erase.into(),
            recall_ground: RecallGround::Error.into(),
            recipients: to.iter().map(agency).collect(),
            ..self.of_case(MessageType::Recall, case, ANAM)
        };
        self.said(statement)
    }

    pub(crate) fn said(&self, statement: pb::Statement) -> Said {
        Said {
            request: self.sign(&statement),
            id: statement.message_id,
        }
    }

    pub(crate) async fn send(&self, said: &Said) -> Result<pb::SubmitResponse, Status> {
        let answer = self.submissions().submit(said.request.clone()).await;
        answer.map(tonic::Response::into_inner)
    }

    pub(crate) async fn refused(&self, said: &Said) -> String {
        reason(&self.send(said).await.unwrap_err())
    }

    /// Which fields a refusal names, and why each.
    pub(crate) async fn broken(&self, said: &Said) -> Vec<(String, String)> {
        let status = self.send(said).await.unwrap_err();
        let bad = status.get_details_bad_request().unwrap();
        let all = bad.field_violations.into_iter();
        all.map(|one| (one.field, one.reason)).collect()
    }

    pub(crate) async fn size(&self) -> String {
        let request = pb::GetCheckpointRequest::default();
        let checkpoint = self.log().get_checkpoint(request).await.unwrap();
        let note = checkpoint.into_inner().checkpoint;
        note.lines().nth(1).unwrap().to_owned()
    }
}

fn index_of(answer: &pb::SubmitResponse) -> u64 {
    let receipt = answer.receipt.as_ref().unwrap();
    Receipt::parse(&receipt.proof).unwrap().index
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_followed_from_alert_to_recall_across_a_restart() {
    let mut world = World::start().await;
    let (mut lax, mut nlu) = (world.node(LAX).await, world.node(NLU).await);
    let alert = lax.alert(1, 1, &[]);
    let early = nlu.acknowledge((1, &alert.id), CBP);
    assert_eq!(nlu.refused(&early).await, "ALERT_UNKNOWN");
    lax.send(&alert).await.unwrap();
    nlu.send(&early).await.unwrap();
    let amended = lax.alert(1, 2, &alert.id);
    lax.send(&amended).await.unwrap();
    let gap = lax.alert(1, 4, &amended.id);
    assert_eq!(lax.refused(&gap).await, "VERSION_GAP");
    world.stop().await;

    world.resume().await;
    let signing = (lax.signing, nlu.signing);
    (lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    (lax.signing, nlu.signing) = signing;
    let stale = lax.alert(1, 2, &alert.id);
    assert_eq!(lax.refused(&stale).await, "VERSION_GAP");
    let second = lax.alert(1, 1, &[]);
    assert_eq!(lax.refused(&second).await, "ALERT_ID_REUSED");
    // Somebody whom the originator never addressed.
    release(&mut lax, &mut nlu, (1, &amended.id), OIG).await;
    let told = nlu.acknowledge((1, &amended.id), OIG);
    nlu.send(&told).await.unwrap();
    let before = lax.size().await;
    let short = lax.recall((1, &amended.id), &[ANAM]);
    assert_eq!(lax.refused(&short).await, "RECIPIENT_REQUIRED");
    let refused = refused_since(&lax, &before).await;
    assert_eq!(refused, ["RECIPIENT_REQUIRED"], "and nothing else");
    let recall = lax.recall((1, &amended.id), &[ANAM, OIG]);
    lax.send(&recall).await.unwrap();
    let late = lax.alert(1, 3, &amended.id);
    assert_eq!(lax.refused(&late).await, "RECALLED_ALERT");
    let confirm = pb::Statement {
        recall_measure: RecallMeasure::Erase.into(),
        ..nlu.of_case(MessageType::RecallConfirm, (1, &recall.id), CBP)
    };
    nlu.send(&nlu.said(confirm)).await.unwrap();
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_amendments_at_once_one_gets_in() {
    const DESKS: usize = 4;
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let mut newest = lax.alert(1, 1, &[]);
    lax.send(&newest).await.unwrap();
    let mut lines = Vec::new();
    for _ in 0..DESKS {
        lines.push(world.node(LAX).await.channel);
    }
    for version in 2..12 {
        let mut calls = tokio::task::JoinSet::new();
        for line in &lines {
            let said = lax.alert(1, version, &newest.id);
            let mut client =
                pb::submission_service_client::SubmissionServiceClient::new(line.clone());
            calls.spawn(async move { (client.submit(said.request.clone()).await, said) });
        }
        let mut accepted = Vec::new();
        for (answer, said) in calls.join_all().await {
            match answer {
                Ok(_) => accepted.push(said),
                Err(status) => assert_eq!(reason(&status), "VERSION_GAP"),
            }
        }
        assert_eq!(accepted.len(), 1, "version {version}");
        newest = accepted.pop().unwrap();
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_one_case_follow_each_other_on_a_stream() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let (mut sent, mut expected) = (Vec::new(), Vec::new());
    for number in 1..=20 {
        let alert = lax.alert(number, 1, &[]);
        let second = lax.alert(number, 2, &alert.id);
        let third = lax.alert(number, 3, &second.id);
        let cancel = lax.of_case(MessageType::Cancel, (number, &third.id), ANAM);
        let cancel = lax.said(cancel);
        let late = lax.alert(number, 4, &third.id);
        sent.extend([alert, second, third, cancel, late]);
        expected.extend([None, None, None, None, Some("ALERT_CANCELLED")]);
    }
    let requests = sent.iter().map(|said| pb::SubmitStreamRequest {
        submission: Some(said.request.clone()),
    });
    let requests = tokio_stream::iter(requests.collect::<Vec<_>>());
    let answers = lax.submissions().submit_stream(requests).await.unwrap();
    let mut answers = answers.into_inner();
    let mut indexes = Vec::new();
    for (said, expected) in sent.iter().zip(expected) {
        let answer = answers.message().await.unwrap().unwrap();
        assert_eq!(answer.message_id, said.id);
        let refused = tonic_types::pb::Status::decode(answer.refused.as_slice()).unwrap();
        let status = Status::with_details(
            refused.code.into(),
            refused.message,
            answer.refused.clone().into(),
        );
        let refused = (!answer.refused.is_empty()).then(|| reason(&status));
        assert_eq!(refused.as_deref(), expected);
        indexes.extend(answer.accepted.as_ref().map(index_of));
    }
    assert!(indexes.is_sorted(), "{indexes:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_its_first_receipt_whatever_became_of_the_case() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let alert = lax.alert(1, 1, &[]);
    let first = lax.send(&alert).await.unwrap();
    let amended = lax.alert(1, 2, &alert.id);
    let second = lax.send(&amended).await.unwrap();
    let recall = lax.recall((1, &alert.id), &[ANAM]);
    lax.send(&recall).await.unwrap();
    for (said, answer) in [(&alert, &first), (&amended, &second)] {
        let again = lax.send(said).await.unwrap();
        assert_eq!((again.duplicate, &again.receipt), (true, &answer.receipt));
    }
    // Also when both come at once, before there is a first receipt.
    for number in 2..20 {
        let alert = lax.alert(number, 1, &[]);
        let (one, other) = tokio::join!(lax.send(&alert), lax.send(&alert));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(one.receipt, other.receipt);
        assert!(one.duplicate != other.duplicate);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_id_opens_one_case_however_fast_it_is_used_again() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    for number in 1..20 {
        let mut alerts = Vec::new();
        for number in [2 * number, 2 * number + 1] {
            let mut statement = lax.of_case(MessageType::Alert, (number, &[]), ANAM);
            statement.message_id = vec![u8::try_from(number / 2).unwrap(); 16];
            alerts.push((number, lax.alert_as(statement)));
        }
        let [(one, first), (other, second)] = <[_; 2]>::try_from(alerts).unwrap();
        let answers = tokio::join!(lax.send(&first), lax.send(&second));
        let (there, absent, refused) = match answers {
            (Ok(_), Err(refused)) => (one, other, refused),
            (Err(refused), Ok(_)) => (other, one, refused),
            both => panic!("one of two: {both:?}"),
        };
        assert_eq!(reason(&refused), "MESSAGE_ID_REUSED");
        let next = lax.alert(absent, 2, &first.id);
        assert_eq!(lax.refused(&next).await, "ALERT_UNKNOWN");
        let next = lax.alert(there, 2, &first.id);
        lax.send(&next).await.unwrap();
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn validating_asks_the_case_and_a_refusal_leaves_not_even_a_certificate() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let alert = lax.alert(1, 1, &[]);
    lax.send(&alert).await.unwrap();
    let before = lax.size().await;
    let validate = |said: &Said| pb::SubmitRequest {
        validate_only: true,
        ..said.request.clone()
    };
    let good = validate(&lax.alert(1, 2, &alert.id));
    let bad = validate(&lax.alert(1, 3, &alert.id));
    let mut client = lax.submissions();
    for _ in 0..2 {
        client.submit(good.clone()).await.unwrap();
    }
    assert_eq!(
        reason(&client.submit(bad).await.unwrap_err()),
        "VERSION_GAP"
    );
    // The same node with a new certificate that the log does not know.
    let mut renewed = world.node(LAX).await;
    let gap = renewed.alert(1, 3, &alert.id);
    for _ in 0..2 {
        assert_eq!(renewed.refused(&gap).await, "VERSION_GAP");
    }
    let refused = refused_since(&lax, &before).await;
    assert_eq!(refused, ["VERSION_GAP"], "once, and none for a question");
    world.stop().await;
}

/// The Mexican part with this change, in force.
pub(crate) async fn mexico(
    world: &World,
    nlu: &Node,
    before: &SignedPart,
    from: &str,
    to: &str,
) -> SignedPart {
    assert!(before.text().contains(from), "{from}");
    let part = world
        .pki
        .part(&next(before, |text| text.replacen(from, to, 1)));
    nlu.apply(&part).await.unwrap();
    part
}

/// A withdrawal of case `number` from these.
fn withdrawal(
    node: &mut Node,
    message_type: MessageType,
    case: (u32, &[u8]),
    to: &[(RecipientKind, &str)],
) -> Said {
    let mut statement = node.of_case(message_type, case, ANAM);
    if message_type == MessageType::Recall {
        statement.recall_measure = RecallMeasure::Erase.into();
        statement.recall_ground = RecallGround::Error.into();
    }
    let one = |(kind, name): &(RecipientKind, &str)| pb::RecipientRef {
        kind: (*kind).into(),
        name: (*name).to_owned(),
    };
    statement.recipients = to.iter().map(one).collect();
    if to.iter().all(|(kind, _)| *kind == RecipientKind::Officer) {
        statement.handling.as_mut().unwrap().tlp = Tlp::Red.into();
    }
    node.said(statement)
}

/// Whom the log says that it is for: agencies and nodes.
pub(crate) fn told(answer: &pb::SubmitResponse) -> Vec<String> {
    let receipt = answer.receipt.as_ref().unwrap();
    let record = pb::StatementRecord::decode(receipt.record.as_ref()).unwrap();
    let all = record.recipients.into_iter();
    all.flat_map(|to| to.agencies.into_iter().chain(to.nodes))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_names_whom_its_case_reached_and_nobody_who_was_invented() {
    const SAT: &str = "mx.dev.invalid/sat";
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    let group = "[[group]]\n";
    let listed = format!("[[agency]]\nid = \"{SAT}\"\nname_en = \"Tax\"\nname_es = \"SAT\"\n\n");
    let first = world.offered(MX);
    let with = mexico(&world, &nlu, &first, group, &format!("{listed}{group}")).await;
    let agency = |name: &'static str| (RecipientKind::Agency, name);
    let mut alert = lax.of_case(MessageType::Alert, (1, &[]), ANAM);
    alert.recipients.push(pb::RecipientRef {
        kind: RecipientKind::Agency.into(),
        name: SAT.to_owned(),
    });
    let alert = lax.alert_as(alert);
    lax.send(&alert).await.unwrap();
    let other = lax.alert(2, 1, &[]);
    lax.send(&other).await.unwrap();
    mexico(&world, &nlu, &with, &listed, "").await;

    for said in [MessageType::Cancel, MessageType::Recall] {
        let invented = [agency(ANAM), agency("mx.dev.invalid/amam"), agency(SAT)];
        let invented = withdrawal(&mut lax, said, (1, &alert.id), &invented);
        let unknown = "RECIPIENT_UNKNOWN";
        assert_eq!(
            lax.broken(&invented).await,
            [("recipients[1]".to_owned(), unknown.to_owned())]
        );
        // It was an agency once, and this case never reached it.
        let of_other = withdrawal(&mut lax, said, (2, &other.id), &[agency(ANAM), agency(SAT)]);
        assert_eq!(
            lax.broken(&of_other).await,
            [("recipients[1]".to_owned(), unknown.to_owned())]
        );
        let right = withdrawal(&mut lax, said, (1, &alert.id), &[agency(ANAM), agency(SAT)]);
        assert_eq!(told(&lax.send(&right).await.unwrap()), [ANAM, SAT]);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_red_alert_is_withdrawn_from_officers_who_have_left_or_moved() {
    const LOPEZ: &str = "spiffe://mx.dev.invalid/agency/anam/officer/lopez";
    const GDL: &str = "spiffe://mx.dev.invalid/agency/anam/node/gdl";
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    let officer = (RecipientKind::Officer, LOPEZ);
    let group = "[[group]]\n";
    let listed = "[[agency.officer]]\nid = \"lopez\"\nnodes = [\"nlu\"]\n\n";
    let desk = "[[agency.node]]\nname = \"gdl\"\ncode = \"ANAMGDL\"\n\n";
    let first = world.offered(MX);
    let with = mexico(
        &world,
        &nlu,
        &first,
        group,
        &format!("{listed}{desk}{group}"),
    )
    .await;
    let mut alerts = Vec::new();
    for number in 1..=2 {
        let mut red = lax.of_case(MessageType::Alert, (number, &[]), ANAM);
        red.recipients[0] = pb::RecipientRef {
            kind: RecipientKind::Officer.into(),
            name: LOPEZ.to_owned(),
        };
        red.handling.as_mut().unwrap().tlp = Tlp::Red.into();
        let red = lax.alert_as(red);
        assert_eq!(told(&lax.send(&red).await.unwrap()), [NLU]);
        alerts.push(red.id);
    }
    // The same officer at another desk: where the copies are, and where she is now.
    let elsewhere = listed.replace("nlu", "gdl");
    let moved = mexico(&world, &nlu, &with, listed, &elsewhere).await;
    let cancel = withdrawal(&mut lax, MessageType::Cancel, (1, &alerts[0]), &[officer]);
    assert_eq!(told(&lax.send(&cancel).await.unwrap()), [GDL, NLU]);
    let recall = withdrawal(&mut lax, MessageType::Recall, (1, &alerts[0]), &[officer]);
    assert_eq!(told(&lax.send(&recall).await.unwrap()), [GDL, NLU]);
    // And after she has left.
    mexico(&world, &nlu, &moved, &elsewhere, "").await;
    let never = "spiffe://mx.dev.invalid/agency/anam/officer/nobody";
    let never = [officer, (RecipientKind::Officer, never)];
    let never = withdrawal(&mut lax, MessageType::Recall, (2, &alerts[1]), &never);
    let unknown = |place: usize| {
        (
            format!("recipients[{place}]"),
            "RECIPIENT_UNKNOWN".to_owned(),
        )
    };
    assert_eq!(lax.broken(&never).await, [unknown(1)]);
    let recall = withdrawal(&mut lax, MessageType::Recall, (2, &alerts[1]), &[officer]);
    assert_eq!(told(&lax.send(&recall).await.unwrap()), [NLU]);
    // Nothing new is said to her.
    let mut alert = lax.of_case(MessageType::Alert, (3, &[]), ANAM);
    alert.recipients[0] = pb::RecipientRef {
        kind: RecipientKind::Officer.into(),
        name: LOPEZ.to_owned(),
    };
    let alert = lax.alert_as(alert);
    assert_eq!(lax.broken(&alert).await, [unknown(0)]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_party_goes_only_where_its_own_release_allows() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let party = |releasable_to: &[&str]| pb::Party {
        role: pb::PartyRole::Carrier.into(),
        name: "Ejemplo, S. A.".to_owned(),
        releasable_to: releasable_to.iter().map(|&to| to.to_owned()).collect(),
        ..Default::default()
    };
    let before = lax.size().await;
    let statement = lax.of_case(MessageType::Alert, (1, &[]), ANAM);
    let kept = [
        party(&["MX"]),
        party(&["US"]),
        party(&["us.dev.invalid/oig"]),
    ];
    let kept = lax.alert_about(statement, kept.to_vec());
    let status = lax.send(&kept).await.unwrap_err();
    assert_eq!(reason(&status), "RECIPIENT_NOT_RELEASABLE");
    let of_party = |place: usize| {
        let field = format!("content.parties[{place}].releasable_to");
        (field, "RECIPIENT_NOT_RELEASABLE".to_owned())
    };
    assert_eq!(lax.broken(&kept).await, [of_party(1), of_party(2)]);
    let bad = status.get_details_bad_request().unwrap();
    let said = &bad.field_violations[0].description;
    assert!(
        said.contains("send a tear-line, or leave the party out"),
        "{said}"
    );
    let refused = refused_since(&lax, &before).await;
    assert_eq!(refused, ["RECIPIENT_NOT_RELEASABLE"], "and nothing else");
    let statement = lax.of_case(MessageType::Alert, (1, &[]), ANAM);
    let open = [party(&["MX"]), party(&[]), party(&["US", ANAM])];
    let open = lax.alert_about(statement, open.to_vec());
    lax.send(&open).await.unwrap();
    world.stop().await;
}
