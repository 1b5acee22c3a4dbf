//! Each rule of the floor: a statement that passes, and the same one a step too far.

use precinto_alert::code::ProtectedBag;
use precinto_alert::code::{AckLevel, MessageStatus, MessageType, RecipientKind, SignerRole, Tlp};
use precinto_alert::handling::Release;
use precinto_policy::{Facts, Passage};
use prost::Message as _;

use super::*;
use crate::registry::tests::{example, hostile};

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

/// What code and written rules together say to a statement that another's information is not passed on by.
fn judge(
    carrier: &str,
    statement: &Statement,
) -> Result<Vec<pb::ResolvedRecipient>, Vec<Violation>> {
    let directory = example();
    let Resolution {
        recipients,
        mut objections,
    } = resolve(statement, None, &directory);
    let said = (&carrier.parse().unwrap(), statement, false);
    let asked = ask(&directory, said, &recipients, &[]).unwrap();
    objections.extend(asked.objections);
    if objections.is_empty() {
        Ok(recipients)
    } else {
        Err(objections)
    }
}

fn decide(statement: &Statement) -> Result<Vec<pb::ResolvedRecipient>, Vec<Reason>> {
    let judged = judge("us.dev.invalid/cbp", statement);
    judged.map_err(|objections| objections.iter().map(|one| one.reason).collect())
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
    let objections = judge("us.dev.invalid/oig", &statement).unwrap_err();
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
    let objections = judge("us.dev.invalid/cbp", &all).unwrap_err();
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

/// Facts that nothing is forbidden by, changed: which reasons a sender of the CBP is told if the ANAM is to get it, where both
/// sides' policies permit everything.
fn hostile_says(carrier: &str, passage: Passage, change: impl FnOnce(&mut Facts)) -> Vec<Reason> {
    let directory = hostile();
    let known = |agency: &str| directory.asked(&agency.parse().unwrap()).unwrap();
    let recipients = [pb::ResolvedRecipient {
        agencies: vec![ANAM.to_owned()],
        ..Default::default()
    }];
    let addressees = Addressees::of(&recipients);
    let originator = known("us.dev.invalid/cbp");
    let mut facts = Facts::of(&statement(|_| ()), originator, false, addressees);
    change(&mut facts);
    let receivers = [(known(ANAM), passage)];
    let asked = asked::ask_about(
        &directory,
        (&known(carrier), &facts),
        &receivers,
        &recipients,
    );
    assert_eq!(asked.decision.policy, "floor/5");
    assert_eq!(asked.decision.policy_digest, directory.rules().digest());
    let told = if asked.allowed() {
        vec!["mx.dev.invalid#all", "us.dev.invalid#all"]
    } else {
        asked
            .decision
            .rules
            .iter()
            .map(|rule| {
                assert!(rule.starts_with("floor-"), "{rule}");
                rule.as_str()
            })
            .collect()
    };
    assert_eq!(asked.decision.rules, told);
    asked.objections.iter().map(|one| one.reason).collect()
}

#[test]
fn no_policy_of_a_side_opens_the_floor_to_a_submission() {
    const CBP: &str = "us.dev.invalid/cbp";
    let direct = |change: fn(&mut Facts)| hostile_says(CBP, Passage::Direct, change);
    assert_eq!(direct(|_| ()), []);
    let other = hostile_says("us.dev.invalid/oig", Passage::Direct, |_| ());
    assert_eq!(other, [Reason::SenderMismatch]);
    let bag = direct(|facts| facts.protected_bag = Some(ProtectedBag::Diplomatic));
    assert_eq!(bag, [Reason::DiplomaticBag]);
    let secret = direct(|facts| facts.marks = ["US:SECRET".to_owned()].into());
    assert_eq!(secret, [Reason::ClassifiedRefused]);
    let red = direct(|facts| facts.tlp = Tlp::Red);
    assert_eq!(red, [Reason::HandlingConflict]);
    let third = direct(|facts| facts.addressees.clear());
    assert_eq!(third, [Reason::RecipientNotReleasable]);
    let released = direct(|facts| facts.releasable_to = vec![Release::Country("US".to_owned())]);
    assert_eq!(released, [Reason::RecipientNotReleasable]);
    let onward = hostile_says(CBP, Passage::Onward, |_| ());
    assert_eq!(onward, [Reason::OnwardRelease]);
    assert_eq!(hostile_says(CBP, Passage::OnwardReleased, |_| ()), []);
    let nominal = direct(|facts| facts.names_persons = true);
    assert_eq!(nominal, [Reason::PurposeMissing], "about no goods at all");
}

#[test]
fn what_cannot_be_judged_is_refused() {
    let directory = example();
    let cbp = directory
        .asked(&"us.dev.invalid/cbp".parse().unwrap())
        .unwrap();
    let mut facts = Facts::of(
        &statement(|_| ()),
        cbp.clone(),
        false,
        Addressees::default(),
    );
    facts.tlp = Tlp::Unspecified;
    let asked = asked::ask_about(&directory, (&cbp, &facts), &[], &[]);
    let reasons: Vec<Reason> = asked.objections.iter().map(|one| one.reason).collect();
    assert_eq!(reasons, [Reason::PolicyError]);
    assert!(!asked.allowed());
}
