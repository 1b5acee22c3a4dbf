//! One valid statement of every type, and what happens when each rule is broken.

use super::*;
use crate::code::{RecipientKind, SignerRole, Tlp, UsePermission};
use crate::id::OfficerId;
use crate::limits::{BODY_BYTES_MAX, ENVELOPE_BYTES_MAX};
use crate::reason::name;
use prost::Message as _;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const CREATED_MS: u64 = 1_795_000_000_000;

fn signer(key: u8, role: SignerRole) -> pb::SignerRef {
    pb::SignerRef {
        key_id: vec![key; 32],
        role: role as i32,
        alg: 1,
    }
}

/// A valid statement of that type, with nothing that the type does not demand.
pub(crate) fn valid(message_type: MessageType) -> pb::Statement {
    use MessageType as T;
    let mut statement = pb::Statement {
        message_id: vec![7; 16],
        r#type: message_type as i32,
        sender: "spiffe://us.dev.invalid/agency/cbp/node/lax".into(),
        log_origin: "gw.dev.invalid/log/2026".into(),
        required_signers: vec![signer(1, SignerRole::Node)],
        recipients: vec![pb::RecipientRef {
            kind: RecipientKind::Agency as i32,
            name: "mx.dev.invalid/sat".into(),
        }],
        created_ms: CREATED_MS,
        expires_ms: CREATED_MS + DAY_MS,
        sender_seq: 1,
        refers_to: vec![8; 16],
        status: MessageStatus::Actual as i32,
        alert_id: "US-CBPLAX-2026-000123B".into(),
        alert_version: 1,
        handling: Some(pb::Handling {
            tlp: Tlp::AmberStrict as i32,
            ..Default::default()
        }),
        ..Default::default()
    };
    own_code(message_type, &mut statement);
    if matches!(message_type, T::Alert | T::Amend) {
        statement.commodities = vec![CommodityClass::IllicitDrug as i32];
        statement.protected_bag = ProtectedBag::None as i32;
    }
    if matches!(
        message_type,
        T::Alert | T::Amend | T::Rfi | T::Rfs | T::ActionRequest
    ) {
        statement.precedence = Precedence::P2 as i32;
    }
    if matches!(
        message_type,
        T::Alert
            | T::Amend
            | T::Rfi
            | T::Rfs
            | T::ActionRequest
            | T::DisseminationRequest
            | T::Transfer
    ) {
        statement.authority = AuthorityCode::CustomsAgreement as i32;
    }
    if matches!(
        message_type,
        T::Alert
            | T::Amend
            | T::Rfi
            | T::RfiResponse
            | T::Rfs
            | T::RfsResult
            | T::DisseminationRequest
            | T::Comment
    ) {
        with_body(&mut statement);
    }
    statement
}

/// Fills in what only that type carries.
fn own_code(message_type: MessageType, statement: &mut pb::Statement) {
    use MessageType as T;
    match message_type {
        T::Alert => statement.refers_to.clear(),
        T::Amend => statement.alert_version = 2,
        T::SystemNotice => {
            statement.refers_to.clear();
            statement.alert_id.clear();
            statement.alert_version = 0;
            statement.status = MessageStatus::System as i32;
            statement.notice_kind = NoticeKind::Outage as i32;
        }
        T::Ack => statement.ack_level = AckLevel::Node as i32,
        T::Recall => {
            statement.recall_measure = RecallMeasure::Erase as i32;
            statement.recall_ground = RecallGround::Error as i32;
        }
        T::RecallConfirm => statement.recall_measure = RecallMeasure::Erase as i32,
        T::Reject => statement.reject_reasons = vec![Reason::SigBad as i32],
        T::Assessment => statement.assessment = AssessmentResult::Risk as i32,
        T::ActionRequest => statement.actions = vec![ActionCode::Hold as i32],
        T::ActionResponse => {
            statement.verdict = ActionVerdict::Accepted as i32;
            statement.actions = vec![ActionCode::Hold as i32];
        }
        T::HoldSet | T::HoldStatus | T::HoldRelease => {
            let lifted = message_type == T::HoldRelease;
            statement.hold_kind = HoldKind::Screening as i32;
            statement.hold_state = if lifted {
                HoldState::Lifted
            } else {
                HoldState::InPlace
            } as i32;
        }
        T::Outcome => statement.outcome_code = OutcomeCode::NegativeInspection as i32,
        T::DisseminationRequest => statement.release_to = vec!["MX".into()],
        T::DisseminationDecision => {
            statement.dissemination = DisseminationVerdict::Granted as i32;
            statement.release_to = vec!["mx.dev.invalid/fgr".into()];
        }
        T::Link => {
            statement.linked_alerts = vec!["MX-CMX01-2026-000001M".into()];
            statement.link_kind = LinkKind::SameParty as i32;
        }
        T::Transfer => statement.transfer_to = "us.dev.invalid/dea".into(),
        _ => {}
    }
}

pub(crate) fn with_body(statement: &mut pb::Statement) {
    statement.body = Some(pb::BodyRef {
        digest: vec![1; 32],
        size: 100,
        plaintext_commitment: vec![2; 32],
    });
    statement.payload_protection = PayloadProtection::Clear as i32;
    statement.languages = vec!["en-US".into(), "es-MX".into()];
}

fn every_type() -> impl Iterator<Item = MessageType> {
    (1..100).filter_map(|number| MessageType::try_from(number).ok())
}

fn decode(message: &pb::Statement) -> Result<Statement, StatementError> {
    Statement::decode(&message.encode_to_vec())
}

/// What a broken statement is refused for, as `field REASON`.
fn refusals(message: &pb::Statement) -> Vec<String> {
    match decode(message) {
        Ok(_) => Vec::new(),
        Err(StatementError::Violations(broken)) => broken
            .errors
            .iter()
            .map(|v| format!("{} {}", v.field, name(v.reason)))
            .collect(),
        Err(other) => panic!("{other}"),
    }
}

/// Breaks a valid statement of a type in one way, and expects exactly one violation.
fn broken(message_type: MessageType, expected: &str, damage: impl FnOnce(&mut pb::Statement)) {
    let mut message = valid(message_type);
    damage(&mut message);
    assert_eq!(refusals(&message), [expected], "{message_type:?}");
}

#[test]
fn a_statement_of_every_type_is_accepted() {
    assert_eq!(every_type().count(), 24);
    for message_type in every_type() {
        let statement = decode(&valid(message_type))
            .unwrap_or_else(|error| panic!("{message_type:?}: {error:?}"));
        assert_eq!(statement.message_type(), message_type);
        assert_eq!(statement.warnings(), []);
    }
}

#[test]
fn what_was_written_is_what_is_read() {
    let mut message = valid(MessageType::Ack);
    message.ack_level = AckLevel::Acted as i32;
    message.actions = vec![ActionCode::Hold as i32, ActionCode::K9 as i32];
    message.required_signers.push(pb::SignerRef {
        alg: 6,
        ..signer(2, SignerRole::Officer)
    });
    message.references = vec![vec![9; 16]];
    message.unit = "Cargo 4/B".into();
    message.ori = "CA0194200".into();
    let statement = decode(&message).unwrap();
    assert_eq!(statement.message_id().as_bytes(), &[7; 16]);
    assert_eq!(statement.sender().to_string(), message.sender);
    assert_eq!(statement.recipients()[0].to_string(), "mx.dev.invalid/sat");
    assert_eq!(statement.refers_to().unwrap().as_bytes(), &[8; 16]);
    assert_eq!(statement.references()[0].as_bytes(), &[9; 16]);
    assert_eq!(statement.alert_id().unwrap().node_code(), "CBPLAX");
    assert_eq!(statement.ack_level(), Some(AckLevel::Acted));
    assert_eq!(statement.actions(), [ActionCode::Hold, ActionCode::K9]);
    assert_eq!(
        (statement.unit(), statement.ori()),
        (Some("Cargo 4/B"), Some("CA0194200"))
    );
    assert_eq!(statement.node_signer().unwrap().key_id, [1; 32]);
    assert_eq!(
        statement
            .officer_signers()
            .map(|signer| signer.alg)
            .collect::<Vec<_>>(),
        [6]
    );
    assert_eq!(
        statement.handling().evidence_use(),
        UsePermission::Unspecified
    );
}

#[test]
fn a_field_that_a_type_demands_cannot_be_left_out() {
    type Erase = (&'static str, fn(&mut pb::Statement));
    let erasures: [Erase; 24] = [
        ("refers_to", |s| s.refers_to.clear()),
        ("alert_id", |s| s.alert_id.clear()),
        ("alert_version", |s| s.alert_version = 0),
        ("precedence", |s| s.precedence = 0),
        ("commodities", |s| s.commodities.clear()),
        ("authority", |s| s.authority = 0),
        ("protected_bag", |s| s.protected_bag = 0),
        ("linked_alerts", |s| s.linked_alerts.clear()),
        ("link_kind", |s| s.link_kind = 0),
        ("ack_level", |s| s.ack_level = 0),
        ("actions", |s| s.actions.clear()),
        ("verdict", |s| s.verdict = 0),
        ("assessment", |s| s.assessment = 0),
        ("outcome_code", |s| s.outcome_code = 0),
        ("reject_reasons", |s| s.reject_reasons.clear()),
        ("hold_kind", |s| s.hold_kind = 0),
        ("hold_state", |s| s.hold_state = 0),
        ("dissemination", |s| s.dissemination = 0),
        ("release_to", |s| s.release_to.clear()),
        ("recall_measure", |s| s.recall_measure = 0),
        ("recall_ground", |s| s.recall_ground = 0),
        ("transfer_to", |s| s.transfer_to.clear()),
        ("notice_kind", |s| s.notice_kind = 0),
        ("body", |s| {
            s.body = None;
            s.payload_protection = 0;
        }),
    ];
    for message_type in every_type() {
        for (field, erase) in erasures {
            let mut message = valid(message_type);
            erase(&mut message);
            if message == valid(message_type) {
                continue;
            }
            let found = refusals(&message);
            let demanded = found
                .iter()
                .any(|refusal| refusal.starts_with(&format!("{field} ")));
            assert!(demanded, "{message_type:?} without {field}: {found:?}");
        }
    }
    broken(MessageType::Alert, "authority NO_LEGAL_BASIS", |s| {
        s.authority = 0;
    });
    broken(MessageType::Comment, "body BODY_MISSING", |s| {
        s.body = None;
        s.payload_protection = 0;
    });
}

#[test]
fn a_field_that_does_not_belong_to_a_type_is_refused() {
    let alert = MessageType::Alert;
    broken(alert, "ack_level FIELD_UNEXPECTED", |s| {
        s.ack_level = AckLevel::Node as i32;
    });
    broken(alert, "outcome_code FIELD_UNEXPECTED", |s| {
        s.outcome_code = OutcomeCode::Seized as i32;
    });
    broken(alert, "refers_to FIELD_UNEXPECTED", |s| {
        s.refers_to = vec![8; 16];
    });
    broken(MessageType::Ack, "last_action_ms FIELD_UNEXPECTED", |s| {
        s.last_action_ms = CREATED_MS;
    });
    broken(MessageType::Ack, "protected_bag FIELD_UNEXPECTED", |s| {
        s.protected_bag = ProtectedBag::None as i32;
    });
    broken(
        MessageType::SystemNotice,
        "alert_id FIELD_UNEXPECTED",
        |s| {
            s.alert_id = "US-CBPLAX-2026-000123B".into();
        },
    );
    broken(
        MessageType::SystemNotice,
        "commodities FIELD_UNEXPECTED",
        |s| s.commodities = vec![1],
    );
}

#[test]
fn a_tear_line_names_the_message_it_was_taken_from() {
    let mut message = valid(MessageType::Alert);
    message.refers_to = vec![8; 16];
    message.handling.as_mut().unwrap().tear_line = true;
    assert!(decode(&message).unwrap().handling().tear_line());
}

#[test]
fn the_head_is_checked() {
    let alert = MessageType::Alert;
    broken(alert, "message_id FIELD_FORMAT", |s| {
        s.message_id = vec![0; 16];
    });
    broken(alert, "message_id FIELD_FORMAT", |s| {
        s.message_id = vec![7; 17];
    });
    broken(alert, "sender FIELD_FORMAT", |s| {
        s.sender = "spiffe://us.dev.invalid/gateway/gw1".into();
    });
    broken(alert, "log_origin FIELD_MISSING", |s| s.log_origin.clear());
    broken(alert, "log_origin FIELD_FORMAT", |s| {
        s.log_origin = "gw dev".into();
    });
    broken(alert, "log_origin FIELD_TOO_LONG", |s| {
        s.log_origin = "g".repeat(256);
    });
    broken(alert, "sender_seq FIELD_MISSING", |s| s.sender_seq = 0);
    broken(alert, "status FIELD_MISSING", |s| s.status = 0);
    broken(alert, "status CODE_UNKNOWN", |s| s.status = 77);
    broken(alert, "status FIELD_UNEXPECTED", |s| {
        s.status = MessageStatus::System as i32;
    });
    broken(MessageType::SystemNotice, "status FIELD_UNEXPECTED", |s| {
        s.status = MessageStatus::Actual as i32;
    });
    broken(alert, "expires_ms TIME_ORDER", |s| {
        s.expires_ms = s.created_ms;
    });
    broken(alert, "expires_ms VALUE_RANGE", |s| s.expires_ms = u64::MAX);
    broken(alert, "references[1] REPEATED", |s| {
        s.references = vec![vec![1; 16], vec![1; 16]];
    });
    broken(alert, "references FIELD_TOO_LONG", |s| {
        s.references = (1..=17).map(|n| vec![n; 16]).collect();
    });
    broken(alert, "unit FIELD_FORMAT", |s| s.unit = "Añil".into());
    broken(alert, "ori FIELD_TOO_LONG", |s| s.ori = "A".repeat(17));
    for unknown in [0, 99, -1] {
        let mut message = valid(alert);
        message.r#type = unknown;
        assert_eq!(refusals(&message), ["type INVALID_MESSAGE_TYPE"]);
    }
}

#[test]
fn signers_are_one_node_and_officers() {
    let alert = MessageType::Alert;
    let officer = |key| signer(key, SignerRole::Officer);
    broken(alert, "required_signers SIGNATURE_COUNT", |s| {
        s.required_signers = (1..=5).map(officer).collect();
    });
    broken(alert, "required_signers SIGNER_ROLE", |s| {
        s.required_signers = vec![officer(1)];
    });
    broken(alert, "required_signers SIGNER_ROLE", |s| {
        s.required_signers.push(signer(2, SignerRole::Node));
    });
    broken(
        alert,
        "required_signers[1].key_id SIGNATURE_REPEATED",
        |s| s.required_signers.push(officer(1)),
    );
    broken(alert, "required_signers[0].alg ALGORITHM_REFUSED", |s| {
        s.required_signers[0].alg = 6;
    });
    broken(alert, "required_signers[0].alg ALGORITHM_REFUSED", |s| {
        s.required_signers[0].alg = 0;
    });
    broken(alert, "required_signers[0].alg ALGORITHM_REFUSED", |s| {
        s.required_signers[0].alg = 4;
    });
    broken(alert, "required_signers[0].key_id FIELD_FORMAT", |s| {
        s.required_signers[0].key_id = vec![1; 31];
    });
    broken(alert, "required_signers[0].role SIGNER_ROLE", |s| {
        s.required_signers[0].role = 0;
    });
    let mut none = valid(alert);
    none.required_signers.clear();
    assert_eq!(refusals(&none), ["required_signers SIGNATURE_COUNT"]);
}

#[test]
fn only_an_officer_acknowledges_for_a_person() {
    for level in [AckLevel::Person, AckLevel::Assessed, AckLevel::Acted] {
        broken(MessageType::Ack, "required_signers OFFICER_REQUIRED", |s| {
            s.ack_level = level as i32;
        });
        let mut message = valid(MessageType::Ack);
        message.ack_level = level as i32;
        message
            .required_signers
            .push(signer(2, SignerRole::Officer));
        assert!(decode(&message).is_ok());
    }
}

#[test]
fn recipients_are_named_once_and_red_goes_to_officers() {
    let alert = MessageType::Alert;
    let to = |kind: RecipientKind, name: &str| pb::RecipientRef {
        kind: kind as i32,
        name: name.into(),
    };
    let officer = "spiffe://mx.dev.invalid/agency/sat/officer/ramirez";
    broken(alert, "recipients RECIPIENT_MISSING", |s| {
        s.recipients.clear();
    });
    broken(alert, "recipients[1].name RECIPIENT_REPEATED", |s| {
        s.recipients.push(s.recipients[0].clone());
    });
    broken(alert, "recipients[0].name FIELD_FORMAT", |s| {
        s.recipients[0].name = "sat".into();
    });
    broken(alert, "recipients[0].kind FIELD_MISSING", |s| {
        s.recipients[0].kind = 0;
    });
    broken(alert, "recipients[0].name FIELD_FORMAT", |s| {
        s.recipients[0] = to(RecipientKind::Topic, "Fentanyl");
    });
    broken(alert, "recipients FIELD_TOO_LONG", |s| {
        s.recipients = (0..33)
            .map(|n| to(RecipientKind::Group, &format!("g{n}")))
            .collect();
    });
    let red = |s: &mut pb::Statement| s.handling.as_mut().unwrap().tlp = Tlp::Red as i32;
    for kind in [RecipientKind::Group, RecipientKind::Topic] {
        broken(alert, "recipients[0] HANDLING_CONFLICT", |s| {
            red(s);
            s.recipients = vec![to(kind, "fentanyl"), to(RecipientKind::Officer, officer)];
        });
    }
    let mut message = valid(alert);
    red(&mut message);
    message.recipients = vec![to(RecipientKind::Officer, officer)];
    let statement = decode(&message).unwrap();
    let officer: OfficerId = officer.parse().unwrap();
    assert_eq!(statement.recipients(), [Recipient::Officer(officer)]);
}

#[test]
fn handling_is_enforced() {
    fn handling(s: &mut pb::Statement) -> &mut pb::Handling {
        s.handling.as_mut().unwrap()
    }
    let alert = MessageType::Alert;
    broken(alert, "handling HANDLING_MISSING", |s| s.handling = None);
    broken(alert, "handling.tlp HANDLING_MISSING", |s| {
        handling(s).tlp = 0;
    });
    broken(alert, "handling.tlp CODE_UNKNOWN", |s| handling(s).tlp = 9);
    broken(alert, "handling.marks[1] CLASSIFIED_REFUSED", |s| {
        handling(s).marks = vec!["US:LES".into(), "US:SECRET".into()];
    });
    broken(alert, "handling.marks[0] NOT_RELEASABLE", |s| {
        handling(s).marks = vec!["US:LES-NF".into()];
    });
    broken(alert, "handling.releasable_to[0] ISO3166_UNKNOWN", |s| {
        handling(s).releasable_to = vec!["XX".into()];
    });
    broken(alert, "handling.review_by_ms FIELD_MISSING", |s| {
        handling(s).criminal_intelligence = true;
    });
    broken(alert, "handling.review_by_ms FIELD_UNEXPECTED", |s| {
        handling(s).review_by_ms = CREATED_MS + 1;
    });
    broken(alert, "handling.review_by_ms VALUE_RANGE", |s| {
        handling(s).criminal_intelligence = true;
        handling(s).review_by_ms = CREATED_MS + 6 * 366 * DAY_MS;
    });
    broken(
        MessageType::ActionRequest,
        "actions HANDLING_CONFLICT",
        |s| {
            s.actions = vec![ActionCode::NotifyCarrier as i32];
            handling(s).do_not_contact_carrier = true;
        },
    );
}

#[test]
fn a_diplomatic_bag_is_refused_and_a_consular_one_is_flagged() {
    broken(MessageType::Alert, "protected_bag DIPLOMATIC_BAG", |s| {
        s.protected_bag = ProtectedBag::Diplomatic as i32;
    });
    let mut message = valid(MessageType::Alert);
    message.protected_bag = ProtectedBag::Diplomatic as i32;
    message.sender_seq = 0;
    assert_eq!(
        decode(&message).unwrap_err().reason(),
        Reason::DiplomaticBag,
        "not hidden behind another mistake"
    );
    message = valid(MessageType::Alert);
    message.protected_bag = ProtectedBag::Consular as i32;
    assert_eq!(
        decode(&message).unwrap().warnings()[0].reason,
        Reason::ConsularBag
    );
}

#[test]
fn versions_and_ids_of_alerts() {
    broken(MessageType::Alert, "alert_version VERSION_GAP", |s| {
        s.alert_version = 2;
    });
    broken(MessageType::Amend, "alert_version VERSION_GAP", |s| {
        s.alert_version = 1;
    });
    broken(MessageType::Alert, "alert_id ALERT_ID_CHECK_DIGIT", |s| {
        s.alert_id = "US-CBPLAX-2026-000132B".into();
    });
    broken(MessageType::Alert, "alert_id FIELD_FORMAT", |s| {
        s.alert_id = "US-CBPLAX-2026-123B".into();
    });
    broken(MessageType::Link, "linked_alerts REPEATED", |s| {
        s.linked_alerts = vec![s.alert_id.clone()];
    });
    broken(MessageType::Alert, "last_action_ms TIME_ORDER", |s| {
        s.last_action_ms = s.expires_ms + 1;
    });
}

#[test]
fn answers_are_whole() {
    let answer = MessageType::ActionResponse;
    broken(answer, "verdict_ground FIELD_MISSING", |s| {
        s.verdict = ActionVerdict::Partial as i32;
    });
    broken(answer, "actions FIELD_UNEXPECTED", |s| {
        s.verdict = ActionVerdict::Declined as i32;
        s.verdict_ground = VerdictGround::Law as i32;
    });
    broken(answer, "more_time_until_ms FIELD_MISSING", |s| {
        s.verdict = ActionVerdict::MoreTime as i32;
        s.actions.clear();
    });
    broken(MessageType::HoldRelease, "hold_state FIELD_FORMAT", |s| {
        s.hold_state = HoldState::InPlace as i32;
    });
    broken(MessageType::HoldSet, "hold_state FIELD_FORMAT", |s| {
        s.hold_state = HoldState::Lifted as i32;
    });
    broken(MessageType::Ack, "actions FIELD_UNEXPECTED", |s| {
        s.actions = vec![1];
    });
    for code in [
        OutcomeCode::Seized,
        OutcomeCode::Partial,
        OutcomeCode::NotInspected,
        OutcomeCode::ReferredTo,
    ] {
        broken(MessageType::Outcome, "body BODY_MISSING", |s| {
            s.outcome_code = code as i32;
        });
    }
    let decision = MessageType::DisseminationDecision;
    broken(decision, "release_to FIELD_UNEXPECTED", |s| {
        s.dissemination = DisseminationVerdict::Refused as i32;
    });
    broken(decision, "body BODY_MISSING", |s| {
        s.dissemination = DisseminationVerdict::GrantedOnConditions as i32;
    });
}

#[test]
fn a_body_states_language_and_protection() {
    let alert = MessageType::Alert;
    broken(alert, "languages FIELD_MISSING", |s| s.languages.clear());
    broken(alert, "languages[0] LANGUAGE_INVALID", |s| {
        s.languages[0] = "EN".into();
    });
    broken(alert, "languages FIELD_TOO_LONG", |s| {
        s.languages.push("fr".into());
    });
    broken(alert, "payload_protection PAYLOAD_PROTECTION", |s| {
        s.payload_protection = 0;
    });
    broken(alert, "payload_protection PAYLOAD_PROTECTION", |s| {
        s.payload_protection = PayloadProtection::Sealed as i32;
    });
    broken(
        MessageType::Ack,
        "payload_protection PAYLOAD_PROTECTION",
        |s| {
            s.payload_protection = PayloadProtection::Clear as i32;
        },
    );
    broken(alert, "body.size SIZE", |s| {
        s.body.as_mut().unwrap().size = BODY_BYTES_MAX as u64 + 1;
    });
    broken(alert, "body.size SIZE", |s| {
        s.body.as_mut().unwrap().size = 0;
    });
    broken(alert, "body.digest FIELD_FORMAT", |s| {
        s.body.as_mut().unwrap().digest.clear();
    });
}

#[test]
fn all_violations_are_reported_at_once() {
    let mut message = valid(MessageType::Alert);
    message.sender_seq = 0;
    message.handling = None;
    message.authority = 0;
    message.alert_id = "US-CBPLAX-2026-000132B".into();
    let mut found = refusals(&message);
    found.sort();
    assert_eq!(
        found,
        [
            "alert_id ALERT_ID_CHECK_DIGIT",
            "authority NO_LEGAL_BASIS",
            "handling HANDLING_MISSING",
            "sender_seq FIELD_MISSING",
        ]
    );
}

#[test]
fn only_the_canonical_encoding_is_admitted() {
    let canonical = valid(MessageType::Alert).encode_to_vec();
    let lenient = |bytes: &[u8]| Statement::decode_lenient(bytes).map(|read| read.unknown_fields);
    assert_eq!(lenient(&canonical), Ok(false));
    let unknown = [&canonical[..], &[0xfa, 0x3e, 0x01, 0x61]].concat(); // field 1007, one byte
    let twice = [&canonical[..], &[0x48, 0x01]].concat(); // sender_seq again, out of order
    let default = [&canonical[..], &[0xa0, 0x02, 0x00]].concat(); // final_outcome, written although false
    for other in [unknown, twice, default] {
        assert_eq!(Statement::decode(&other), Err(StatementError::NonCanonical));
        assert_eq!(lenient(&other), Ok(true), "flagged, and still read");
    }
}

#[test]
fn bytes_that_are_no_statement_are_refused_without_panic() {
    assert_eq!(
        Statement::decode(&[0xff; 40]).unwrap_err().reason(),
        Reason::Malformed
    );
    assert_eq!(
        Statement::decode(&vec![0; ENVELOPE_BYTES_MAX + 1])
            .unwrap_err()
            .reason(),
        Reason::Malformed
    );
    assert!(matches!(
        Statement::decode(&[]),
        Err(StatementError::Violations(_))
    ));
    let bytes = valid(MessageType::Alert).encode_to_vec();
    for cut in 0..bytes.len() {
        assert!(Statement::decode(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    for position in 0..bytes.len() {
        for flip in [0x01, 0x10, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[position] ^= flip;
            drop(Statement::decode(&changed));
            drop(Claim::read(&changed));
        }
    }
}

#[test]
fn a_claim_needs_no_more_than_its_own_fields() {
    let mut message = valid(MessageType::Alert);
    message.handling = None;
    let claim = Claim::read(&message.encode_to_vec()).unwrap();
    assert_eq!(claim.sender.to_string(), message.sender);
    assert_eq!(claim.signers.len(), 1);
    message.required_signers.clear();
    assert_eq!(
        Claim::read(&message.encode_to_vec()).unwrap_err().reason(),
        Reason::FieldInvalid
    );
}
