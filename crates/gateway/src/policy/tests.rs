//! Each rule of the floor: a statement that passes, and the same one a step too far.

use precinto_alert::code::{AckLevel, MessageStatus, MessageType, RecipientKind, SignerRole};
use prost::Message as _;

use super::*;
use crate::registry::tests::example;

const ANAM: &str = "mx.dev.invalid/anam";

/// A valid acknowledgement by the American node, changed.
pub(crate) fn statement(change: impl FnOnce(&mut pb::Statement)) -> Statement {
    Statement::decode(&stated(change).encode_to_vec()).unwrap()
}

/// The same as it goes over the wire.
pub(crate) fn stated(change: impl FnOnce(&mut pb::Statement)) -> pb::Statement {
    let mut statement = pb::Statement {
        message_id: vec![7; 16],
        r#type: MessageType::Ack.into(),
        sender: "spiffe://us.dev.invalid/agency/cbp/node/lax".into(),
        log_origin: "gw.dev.invalid/log/2026".into(),
        required_signers: vec![pb::SignerRef {
            key_id: vec![1; 32],
            role: SignerRole::Node.into(),
            alg: 1,
        }],
        recipients: vec![pb::RecipientRef {
            kind: RecipientKind::Agency.into(),
            name: ANAM.into(),
        }],
        created_ms: 1_000,
        expires_ms: 2_000,
        sender_seq: 1,
        refers_to: vec![8; 16],
        status: MessageStatus::Exercise.into(),
        alert_id: "US-CBPLAX-2026-000123B".into(),
        alert_version: 1,
        handling: Some(pb::Handling {
            tlp: Tlp::AmberStrict.into(),
            ..Default::default()
        }),
        ack_level: AckLevel::Node.into(),
        ..Default::default()
    };
    change(&mut statement);
    statement
}

fn decide(statement: &Statement) -> Result<Vec<pb::ResolvedRecipient>, Vec<Reason>> {
    admit(statement.sender(), statement, None, &example())
        .map(Admitted::into_recipients)
        .map_err(|objections| {
            objections
                .into_iter()
                .map(|objection| objection.reason)
                .collect()
        })
}

fn to(kind: RecipientKind, name: &str) -> Vec<pb::RecipientRef> {
    vec![pb::RecipientRef {
        kind: kind.into(),
        name: name.into(),
    }]
}

#[test]
fn the_plain_case_names_whom_the_directory_means() {
    let recipients = decide(&statement(|_| ())).unwrap();
    assert_eq!(recipients[0].agencies, [ANAM]);
    assert_eq!(recipients[0].requested.as_ref().unwrap().name, ANAM);
}

#[test]
fn a_node_speaks_for_its_own_agency_only() {
    let statement = statement(|_| ());
    let other: NodeId = "spiffe://us.dev.invalid/agency/oig/node/audit"
        .parse()
        .unwrap();
    let objections = admit(&other, &statement, None, &example()).unwrap_err();
    assert_eq!(objections[0].reason, Reason::SenderMismatch);
}

#[test]
fn red_goes_to_named_officers_and_their_nodes() {
    let officer = "spiffe://mx.dev.invalid/agency/anam/officer/herrera";
    let red = |recipients| {
        statement(|s| {
            s.handling.as_mut().unwrap().tlp = Tlp::Red.into();
            s.recipients = recipients;
        })
    };
    let recipients = decide(&red(to(RecipientKind::Officer, officer))).unwrap();
    assert!(recipients[0].agencies.is_empty());
    assert_eq!(
        recipients[0].nodes,
        ["spiffe://mx.dev.invalid/agency/anam/node/nlu"]
    );
    let unknown = "spiffe://mx.dev.invalid/agency/anam/officer/nobody";
    assert_eq!(
        decide(&red(to(RecipientKind::Officer, unknown))),
        Err(vec![Reason::RecipientUnknown])
    );
}

#[test]
fn a_third_agency_gets_nothing() {
    let released = |release: &str, recipients| {
        let release = release.to_owned();
        statement(move |s| {
            s.handling.as_mut().unwrap().releasable_to = vec![release];
            s.recipients = recipients;
        })
    };
    let anam = || to(RecipientKind::Agency, ANAM);
    for release in ["MX", ANAM, "mx.dev.invalid/anam/analysis"] {
        assert!(decide(&released(release, anam())).is_ok(), "{release}");
    }
    for release in ["US", "us.dev.invalid/oig"] {
        let refused = decide(&released(release, anam()));
        assert_eq!(
            refused,
            Err(vec![Reason::RecipientNotReleasable]),
            "{release}"
        );
    }
    // A group does not open what an agency's name would not.
    let group = to(RecipientKind::Group, "air-cargo");
    assert_eq!(
        decide(&released("us.dev.invalid/oig", group)),
        Err(vec![Reason::RecipientNotReleasable])
    );
    let officer = "spiffe://mx.dev.invalid/agency/anam/officer/herrera";
    let refused = decide(&released("US", to(RecipientKind::Officer, officer)));
    assert_eq!(refused, Err(vec![Reason::RecipientNotReleasable]));
}

#[test]
fn every_recipient_is_considered_and_every_objection_named() {
    let all = statement(|s| {
        s.recipients.extend(to(RecipientKind::Topic, "nothing"));
        s.recipients
            .extend(to(RecipientKind::Agency, "mx.dev.invalid/sat"));
    });
    let objections = admit(all.sender(), &all, None, &example()).unwrap_err();
    let fields: Vec<&str> = objections
        .iter()
        .map(|objection| objection.field.as_str())
        .collect();
    assert_eq!(fields, ["recipients[1]", "recipients[2]"]);
}

/// What takes back an alert.
fn cancel(change: impl FnOnce(&mut pb::Statement)) -> Statement {
    statement(|s| {
        s.r#type = MessageType::Cancel.into();
        s.ack_level = 0;
        change(s);
    })
}

#[test]
fn an_agency_that_has_left_stops_no_withdrawal() {
    let departed = "mx.dev.invalid/departed";
    let both = |s: &mut pb::Statement| {
        s.recipients.extend(to(RecipientKind::Agency, departed));
    };
    let recipients = decide(&cancel(both)).unwrap();
    assert_eq!(recipients[0].agencies, [ANAM]);
    let requested = recipients[1].requested.as_ref().unwrap();
    assert_eq!(requested.name, departed);
    assert!(recipients[1].agencies.is_empty() && recipients[1].nodes.is_empty());
    // Nothing new is said to it, and a side that never was has no agencies.
    assert_eq!(
        decide(&statement(both)),
        Err(vec![Reason::RecipientUnknown])
    );
    let nowhere = cancel(|s| s.recipients = to(RecipientKind::Agency, "nowhere.invalid/anam"));
    assert_eq!(decide(&nowhere), Err(vec![Reason::RecipientUnknown]));
}

#[test]
fn an_alert_is_taken_back_though_its_node_has_left() {
    let with = |stem: &str| {
        let check = precinto_alert::check_digit::mod37_36(&stem.replace('-', "")).unwrap();
        let alert_id = format!("{stem}{check}");
        move |s: &mut pb::Statement| s.alert_id = alert_id
    };
    // Whether it is the agency's own the rules of its case say, which know who sent it.
    for code in ["CBPLAX", "NOBODY"] {
        assert!(decide(&cancel(with(&format!("US-{code}-2026-000001")))).is_ok());
    }
    for code in ["ANAMNLU", "CBPLAX"] {
        let refused = decide(&cancel(with(&format!("MX-{code}-2026-000001"))));
        assert_eq!(refused, Err(vec![Reason::AlertIdNotYours]), "{code}");
    }
    // An acknowledgement carries the id it was given.
    assert!(decide(&statement(with("MX-ANAMNLU-2026-000001"))).is_ok());
}
