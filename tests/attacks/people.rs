//! What a message says of people stands neither in the gateway's own log, however much is logged, nor in what anybody is refused
//! with.

use precinto_alert::id::MessageId;
use precinto_client::Signed;
use precinto_envelope::body::build_body;
use precinto_proto::v1 as pb;
use precinto_proto::v1::record_service_client::RecordServiceClient;
use precinto_proto::v1::submission_service_client::SubmissionServiceClient;
use precinto_tests::{Messages, Node, Site, audit};
use prost::Message as _;

use crate::canary::{logging_to_a_file, text};
use crate::honest::Deliveries;

/// What a message says of people: no two have a word in common with anything else that is logged.
const PERSONAL: [&str; 7] = [
    "CANARIA QUETZALLI",
    "calle Xochipilli 77",
    "+525598765432",
    "QUCA8001019Q3",
    "quetzalli@canaria.example",
    "XQZ-77-42",
    "visto en la garita con su hermano",
];

/// The message with personal data in its content, changed further as told, signed again.
fn about_a_person(
    node: &Node,
    alert: &Signed,
    change: impl FnOnce(&mut pb::AlertContent),
) -> pb::SubmitRequest {
    let [name, street, phone, tax_id, email, plate, said] = PERSONAL;
    let mut content = pb::AlertContent {
        narrative: vec![pb::Text {
            language: "en".to_owned(),
            text: format!("{name}, {street}, {phone}, {tax_id}, {plate}: {said}"),
        }],
        fuels: vec![pb::Fuel {
            declared: pb::FuelProduct::Additive.into(),
            suspected: pb::FuelProduct::Diesel.into(),
            ..Default::default()
        }],
        ..Default::default()
    };
    content.parties = vec![pb::Party {
        role: pb::PartyRole::Consignee.into(),
        name: name.to_owned(),
        phones: vec![phone.to_owned()],
        emails: vec![email.to_owned()],
        address: Some(pb::Address {
            lines: vec![street.to_owned()],
            city: "Tijuana".to_owned(),
            country: "MX".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    }];
    change(&mut content);
    let mut statement = alert.statement();
    let message_id = MessageId::new(statement.message_id[..].try_into().expect("16 bytes"));
    let key_id = statement.required_signers.remove(0).key_id;
    let (body, reference) = build_body(
        message_id.expect("a message id"),
        key_id.try_into().expect("32 bytes"),
        "application/vnd.precinto.alert.v1+protobuf",
        content.encode_to_vec(),
    );
    let signed = node.resign(alert, |statement| statement.body = Some(reference));
    pb::SubmitRequest { body, ..signed }
}

fn party(content: &mut pb::AlertContent) -> &mut pb::Party {
    content.parties.first_mut().expect("a party")
}

/// Messages about a person that are refused, each for something else.
fn refused(node: &Node, messages: &mut Messages<'_>) -> Vec<pb::SubmitRequest> {
    let [name, _, phone, tax_id, ..] = PERSONAL;
    let mut about = |change: &dyn Fn(&mut pb::AlertContent)| {
        about_a_person(node, &messages.alert(10), |content| change(content))
    };
    let sound = about(&|_| ());
    let mut refused = vec![
        // Identifiers and texts that do not hold.
        about(&|content| party(content).phones = vec![phone.repeat(3)]),
        about(&|content| party(content).name = format!("{name}\u{1b}[31m")),
        about(&|content| party(content).name = name.repeat(400)),
        about(&|content| {
            let address = pb::Address {
                country: name.to_owned(),
                ..Default::default()
            };
            party(content).address = Some(address);
        }),
        about(&|content| {
            let tax_id = pb::TaxId {
                kind: pb::TaxIdKind::MxRfc.into(),
                number: tax_id.repeat(2),
                ..Default::default()
            };
            party(content).tax_ids = vec![tax_id];
        }),
        about(&|content| {
            for text in &mut content.narrative {
                name.clone_into(&mut text.language);
            }
        }),
        about(&|content| content.case_reference = name.repeat(400)),
    ];
    // A body that is another, half of one, or no body at all; a body in the envelope's place.
    for body in [
        about(&|_| ()).body,
        sound.body.iter().skip(7).copied().collect(),
        name.as_bytes().to_vec(),
    ] {
        refused.push(pb::SubmitRequest {
            body,
            ..sound.clone()
        });
    }
    for envelope in [sound.body.clone(), node.sign_bytes(sound.body.clone())] {
        refused.push(pb::SubmitRequest {
            envelope,
            ..sound.clone()
        });
    }
    refused
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_of_people_reaches_neither_the_log_nor_a_refusal() {
    let site = Site::new();
    let (mut shell, log) = logging_to_a_file(&site);
    shell.env("PRECINTO_LOG", "trace");
    let gateway = site.start_under(shell).expect("it starts");
    let node = site.node("us-cbp-lax", &gateway);
    let connection = node.connect().await;
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let mut submission = SubmissionServiceClient::new(connection.channel());
    // It is taken, delivered and read.
    let alert = messages.alert(10);
    let sound = about_a_person(&node, &alert, |_| ());
    submission.submit(sound).await.expect("accepted");
    let desk = site.node("mx-anam-mex", &gateway).connect().await;
    let mut deliveries = Deliveries::create(&desk, "desk").await;
    let index = deliveries.next().await;
    let mut records = RecordServiceClient::new(desk.channel());
    let request = pb::GetRecordRequest {
        index,
        ..Default::default()
    };
    records.get_record(request).await.expect("its recipient");
    // Another one under its id, and those that are no good.
    let again = about_a_person(&node, &alert, |_| ());
    let mut all = refused(&node, &mut messages);
    all.push(again);
    for (number, request) in all.into_iter().enumerate() {
        let status = submission.submit(request).await.expect_err("no good");
        let told = format!("{status:?} {}", String::from_utf8_lossy(status.details()));
        is_clean(&told, &format!("refusal {number}"));
    }
    drop((deliveries, connection, desk));
    assert!(gateway.stop().success());
    let text = text(&log);
    assert!(text.contains("TRACE"), "it tells all it can");
    is_clean(&text, "the log");
    audit(&site);
}

/// Nothing that was said of people stands in it, as it is, or as bytes are shown.
fn is_clean(text: &str, place: &str) {
    for personal in PERSONAL {
        let at = text.find(personal);
        let shown = at.map(|at| text.get(text.floor_char_boundary(at.saturating_sub(300))..at));
        assert_eq!(shown, None, "{personal} stands in {place} behind this");
        let as_numbers = format!("{:?}", personal.as_bytes());
        let as_numbers = as_numbers.trim_matches(['[', ']']);
        assert!(!text.contains(as_numbers), "{personal} in {place}");
    }
}
