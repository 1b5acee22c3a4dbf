//! The life of a case at the door: what may not follow is refused with its reason, however it comes, and after a restart.

use precinto_alert::code::{
    AckLevel, AuthorityCode, CommodityClass, FuelProduct, MessageType, PayloadProtection,
    Precedence, ProtectedBag, RecallGround, RecallMeasure, RecipientKind,
};
use precinto_alert::content::media_type;
use precinto_alert::id::{AlertId, MessageId};
use precinto_envelope::body::build_body;
use precinto_merkle::receipt::Receipt;
use precinto_proto::v1 as pb;
use prost::Message as _;
use tonic::Status;

use crate::harness::{LAX, NLU, Node, World, reason};

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
    pub(crate) fn alert_as(&self, mut statement: pb::Statement) -> Said {
        statement.precedence = Precedence::P4.into();
        statement.commodities = vec![CommodityClass::IllicitFuel.into()];
        statement.protected_bag = ProtectedBag::None.into();
        statement.authority = AuthorityCode::CustomsAgreement.into();
        statement.languages = vec!["en".to_owned()];
        statement.payload_protection = PayloadProtection::Clear.into();
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
            ..Default::default()
        };
        let id = MessageId::from_slice(&statement.message_id).unwrap();
        let key_id = self.signing.digest();
        let media_type = media_type(statement.r#type());
        let (body, reference) = build_body(id, key_id, media_type, content.encode_to_vec());
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
    let told = nlu.acknowledge((1, &amended.id), OIG);
    nlu.send(&told).await.unwrap();
    let before = lax.size().await;
    let short = lax.recall((1, &amended.id), &[ANAM]);
    assert_eq!(lax.refused(&short).await, "RECIPIENT_REQUIRED");
    assert_eq!(lax.size().await, before, "a refusal leaves no trace");
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
    assert_eq!(renewed.refused(&gap).await, "VERSION_GAP");
    assert_eq!(lax.size().await, before);
    world.stop().await;
}
