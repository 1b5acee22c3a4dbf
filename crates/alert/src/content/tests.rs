//! A valid alert and valid replies, and what happens when each rule is broken.

mod answer;
mod blank;
mod check;
mod last_action;
mod later;

use super::*;
use crate::code::{
    ActionCode, AwbKind, CommodityClass, FuelProduct, IndicatorCode, LabelIdentifierKind,
    OutcomeCode, PartyRole, Precedence, SeizureForm, SubstanceClass,
};
use crate::reason::name;
use crate::statement::tests::{valid, with_body};
use prost::Message;

#[expect(clippy::unnecessary_wraps, reason = "fields of messages are options")]
fn words(text: &str) -> Option<pb::Text> {
    Some(pb::Text {
        language: String::new(),
        text: text.into(),
    })
}

#[expect(clippy::unnecessary_wraps, reason = "fields of messages are options")]
fn kilograms(value: &str) -> Option<pb::Quantity> {
    Some(pb::Quantity {
        value: value.into(),
        unit: "KGM".into(),
    })
}

fn party(role: PartyRole, country: &str) -> pb::Party {
    pb::Party {
        role: role as i32,
        name: "Ejemplo, S. A.".into(),
        address: Some(pb::Address {
            city: "Ejemplo".into(),
            country: country.into(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn picture(shipments: &[u32]) -> pb::Attachment {
    pb::Attachment {
        sha256: vec![7; 32],
        size: 1,
        media_type: "image/jpeg".into(),
        shipments: shipments.to_vec(),
        ..Default::default()
    }
}

fn alert() -> pb::AlertContent {
    pb::AlertContent {
        shipments: vec![pb::Shipment {
            master_awb: "020-12345675".into(),
            pieces: 3,
            gross_weight: kilograms("41.5"),
            goods_description: words("machine parts"),
            ..Default::default()
        }],
        parties: vec![
            party(PartyRole::Shipper, "MX"),
            party(PartyRole::Consignee, "US"),
        ],
        substances: vec![pb::Substance {
            substance_class: SubstanceClass::Drug as i32,
            cas_number: "437-38-7".into(),
            ..Default::default()
        }],
        suspicion: Some(pb::Suspicion {
            indicators: vec![pb::Indicator {
                code: IndicatorCode::Do02 as i32,
                strength: 2,
                ..Default::default()
            }],
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn statement(message_type: MessageType, change: impl FnOnce(&mut pb::Statement)) -> Statement {
    let mut message = valid(message_type);
    with_body(&mut message);
    change(&mut message);
    Statement::decode(&message.encode_to_vec()).unwrap()
}

fn alert_statement() -> Statement {
    statement(MessageType::Alert, |_| {})
}

fn decode(content: &impl Message, statement: &Statement) -> Result<Content, ContentError> {
    Content::decode(
        media_type(statement.message_type()),
        &content.encode_to_vec(),
        statement,
    )
}

fn refusals(content: &impl Message, statement: &Statement) -> Vec<String> {
    match decode(content, statement) {
        Ok(_) => Vec::new(),
        Err(ContentError::Violations(broken)) => broken
            .errors
            .iter()
            .map(|v| format!("{} {}", v.field, name(v.reason)))
            .collect(),
        Err(other) => panic!("{other}"),
    }
}

/// Breaks a valid alert in one way, and expects exactly one violation.
fn broken(expected: &str, damage: impl FnOnce(&mut pb::AlertContent)) {
    let mut content = alert();
    damage(&mut content);
    assert_eq!(refusals(&content, &alert_statement()), [expected]);
}

#[test]
fn a_plain_alert_is_accepted() {
    let content = decode(&alert(), &alert_statement()).unwrap();
    assert_eq!(content.warnings(), []);
    assert_eq!(content.form(), &Form::Alert(Box::new(alert())));
}

#[test]
fn each_type_has_its_media_type() {
    let types: Vec<MessageType> = (1..100)
        .filter_map(|number| MessageType::try_from(number).ok())
        .collect();
    for message_type in types {
        let media_type = media_type(message_type);
        assert!(
            media_type.starts_with("application/vnd.precinto."),
            "{message_type:?}"
        );
        assert!(media_type.ends_with(".v1+protobuf"), "{message_type:?}");
        let statement = statement(message_type, |_| {});
        let wrong = Content::decode(
            "application/vnd.precinto.other.v1+protobuf",
            &[],
            &statement,
        );
        assert_eq!(
            wrong,
            Err(ContentError::MediaType {
                expected: media_type
            })
        );
    }
}

#[test]
fn mandatory_fields_of_a_shipment() {
    broken("content.shipments[0].master_awb MISSING_WBL_LINE", |a| {
        a.shipments[0].master_awb.clear();
    });
    broken("content.shipments[0].pieces MISSING_BILL_QTY", |a| {
        a.shipments[0].pieces = 0;
    });
    broken("content.shipments[0].pieces INVALID_BILL_QTY", |a| {
        a.shipments[0].pieces = 100_000;
    });
    broken("content.shipments[0].gross_weight MISSING_WEIGHT", |a| {
        a.shipments[0].gross_weight = None;
    });
    broken(
        "content.shipments[0].gross_weight.unit MISSING_WT_UNITS",
        |a| {
            a.shipments[0].gross_weight.as_mut().unwrap().unit.clear();
        },
    );
    broken("content.shipments[0].gross_weight.unit UNIT_UNKNOWN", |a| {
        a.shipments[0].gross_weight.as_mut().unwrap().unit = "LTR".into();
    });
    for bad in ["0", "0.000", "-1", "1e3", "heavy"] {
        broken(
            "content.shipments[0].gross_weight.value INVALID_WEIGHT",
            |a| {
                a.shipments[0].gross_weight = kilograms(bad);
            },
        );
    }
    broken(
        "content.shipments[0].goods_description.text MISSING_CARGO_DESC",
        |a| {
            a.shipments[0].goods_description = None;
        },
    );
    broken(
        "content.shipments[0].goods_description.text VAGUE_DESCRIPTION",
        |a| {
            a.shipments[0].goods_description = words("XXX");
        },
    );
    broken(
        "content.shipments[0].house_awbs MISSING_HOUSE_BILL_NBR",
        |a| {
            a.shipments[0].awb_kind = AwbKind::Consolidation as i32;
        },
    );
    broken(
        "content.shipments[0].house_awbs[0] INVALID_HOUSE_BILL_NBR",
        |a| {
            a.shipments[0].house_awbs = vec!["h123".into()];
        },
    );
    broken(
        "content.shipments[0].route.legs[0].departure INVALID_ROUTING",
        |a| {
            let arrival = Some(pb::Place {
                airport: "MEX".into(),
                ..Default::default()
            });
            let leg = pb::Leg {
                arrival,
                ..Default::default()
            };
            a.shipments[0].route = Some(pb::Route {
                legs: vec![leg],
                ..Default::default()
            });
        },
    );
}

#[test]
fn an_implausible_weight_is_flagged_not_refused() {
    let mut content = alert();
    content.shipments[0].gross_weight = kilograms("250000.5");
    let accepted = decode(&content, &alert_statement()).unwrap();
    assert_eq!(accepted.warnings()[0].reason, Reason::InvalidWeight);
}

#[test]
fn check_digits_are_errors_with_a_proposal() {
    broken("content.shipments[0].master_awb AWB_CHECK_DIGIT", |a| {
        a.shipments[0].master_awb = "020-12345676".into();
    });
    broken("content.shipments[0].master_awb BAD_WBL_FORMAT", |a| {
        a.shipments[0].master_awb = "02012345675".into();
    });
    broken("content.shipments[0].postal_item_id S10_CHECK_DIGIT", |a| {
        a.shipments[0].postal_item_id = "RB123456786US".into();
    });
    broken("content.shipments[0].postal_item_id ISO3166_UNKNOWN", |a| {
        a.shipments[0].postal_item_id = "RB123456785XX".into();
    });
    broken("content.substances[0].cas_number CAS_CHECK_DIGIT", |a| {
        a.substances[0].cas_number = "437-38-8".into();
    });
    let mut content = alert();
    content.shipments[0].master_awb = "020-12345676".into();
    content.shipments[0].postal_item_id = "RB123456786US".into();
    content.substances[0].cas_number = "437-38-8".into();
    let Err(ContentError::Violations(broken)) = decode(&content, &alert_statement()) else {
        panic!("refused");
    };
    let proposals: Vec<_> = broken
        .errors
        .iter()
        .filter_map(|v| v.proposals.first().map(String::as_str))
        .collect();
    assert_eq!(proposals, ["020-12345675", "RB123456785US", "437-38-7"]);
}

#[test]
fn an_identifier_that_is_wrong_on_the_label_travels_verbatim() {
    let mut content = alert();
    content.shipments[0].master_awb.clear();
    content.shipments[0].label_identifiers = vec![pb::LabelIdentifier {
        kind: LabelIdentifierKind::MasterAwb as i32,
        verbatim: "020-12345676".into(),
        remark: "last digit overwritten by hand".into(),
    }];
    assert_eq!(refusals(&content, &alert_statement()), [""; 0]);
    content.shipments[0].label_identifiers[0].verbatim = " ".into();
    assert_eq!(
        refusals(&content, &alert_statement()),
        [
            "content.shipments[0].master_awb MISSING_WBL_LINE",
            "content.shipments[0].label_identifiers[0].verbatim FIELD_MISSING"
        ]
    );
}

#[test]
fn shipper_and_consignee_are_named_or_said_to_be_absent() {
    broken("content.parties MISSING_CNE_NAME", |a| {
        a.parties.truncate(1);
    });
    broken("content.parties[1].name MISSING_CNE_NAME", |a| {
        a.parties[1].name.clear();
    });
    broken("content.parties[0].address MISSING_SHP_ADDR", |a| {
        a.parties[0].address.as_mut().unwrap().city.clear();
    });
    broken("content.parties[1].address.country MISSING_CNE_CTRY", |a| {
        a.parties[1].address.as_mut().unwrap().country.clear();
    });
    broken("content.parties[1].address.country ISO3166_UNKNOWN", |a| {
        a.parties[1].address.as_mut().unwrap().country = "UK".into();
    });
    let mut content = alert();
    content.parties[1] = pb::Party {
        role: PartyRole::Consignee as i32,
        not_stated: true,
        ..Default::default()
    };
    assert_eq!(refusals(&content, &alert_statement()), [""; 0]);
    content.parties[1].name = "Somebody".into();
    assert_eq!(
        refusals(&content, &alert_statement()),
        ["content.parties[1].not_stated FIELD_UNEXPECTED"]
    );
}

#[test]
fn who_is_not_stated_is_not_named() {
    let names = |content: &pb::AlertContent| {
        let bytes = content.encode_to_vec();
        let read = Content::decode(
            "application/vnd.precinto.alert.v1+protobuf",
            &bytes,
            &alert_statement(),
        );
        read.expect("an alert").names_persons()
    };
    let mut content = alert();
    assert!(names(&content));
    for party in &mut content.parties {
        *party = pb::Party {
            role: party.role,
            not_stated: true,
            ..Default::default()
        };
    }
    assert!(!names(&content));
}

#[test]
fn parties_belong_to_shipments() {
    let mut content = alert();
    content.shipments.push(content.shipments[0].clone());
    content.parties[1].shipments = vec![1];
    assert_eq!(
        refusals(&content, &alert_statement()),
        ["content.parties MISSING_CNE_NAME"]
    );
    content.parties[1].shipments = vec![1, 2];
    assert_eq!(refusals(&content, &alert_statement()), [""; 0]);
    content.parties[1].shipments = vec![1, 2, 3];
    assert_eq!(
        refusals(&content, &alert_statement()),
        ["content.parties[1].shipments[2] VALUE_RANGE"]
    );
}

#[test]
fn body_and_statement_fit_together() {
    broken("content.substances MISSING_SUBJECT", |a| {
        a.substances.clear();
    });
    broken("content.fuels STATEMENT_MISMATCH", |a| {
        a.fuels = vec![pb::Fuel {
            declared: FuelProduct::WasteOil as i32,
            ..Default::default()
        }];
    });
    broken(
        "content.requested_actions[0].code STATEMENT_MISMATCH",
        |a| {
            a.requested_actions = vec![pb::RequestedAction {
                code: ActionCode::Hold as i32,
                ..Default::default()
            }];
        },
    );
    broken("content.suspicion MISSING_SUSPICION", |a| {
        a.suspicion = None;
    });
    broken("content.narrative[0].language LANGUAGE_INVALID", |a| {
        a.narrative = vec![pb::Text {
            language: "fr".into(),
            text: "Rien".into(),
        }];
    });
    broken("content.narrative[1].language REPEATED", |a| {
        let text = pb::Text {
            language: "en-US".into(),
            text: "Twice".into(),
        };
        a.narrative = vec![
            pb::Text {
                language: String::new(),
                ..text.clone()
            },
            text,
        ];
    });
    let mixed = statement(MessageType::Alert, |s| {
        s.commodities = vec![
            CommodityClass::IllicitDrug as i32,
            CommodityClass::Firearm as i32,
        ];
        s.actions = vec![ActionCode::Hold as i32];
    });
    assert_eq!(
        refusals(&alert(), &mixed),
        ["content.firearms MISSING_SUBJECT"]
    );
}

#[test]
fn a_pattern_needs_no_shipment() {
    let mut content = alert();
    content.shipments.clear();
    content.parties.clear();
    assert_eq!(
        refusals(&content, &alert_statement()),
        ["content.shipments MISSING_SHIPMENT"]
    );
    let pattern = statement(MessageType::Alert, |s| s.precedence = Precedence::P4 as i32);
    assert_eq!(refusals(&content, &pattern), [""; 0]);
}

#[test]
fn a_tear_line_names_nobody() {
    let tear_line = statement(MessageType::Alert, |s| {
        s.handling.as_mut().unwrap().tear_line = true;
    });
    let mut content = alert();
    assert_eq!(
        refusals(&content, &tear_line),
        ["content.parties NOMINAL_DATA"]
    );
    content.parties.clear();
    assert_eq!(refusals(&content, &tear_line), [""; 0]);
    content.attachments = vec![picture(&[])];
    assert_eq!(
        refusals(&content, &tear_line),
        ["content.attachments NOMINAL_DATA"]
    );
}

#[test]
fn criminal_intelligence_states_its_suspicion() {
    let intelligence = statement(MessageType::Alert, |s| {
        let created_ms = s.created_ms;
        let handling = s.handling.as_mut().unwrap();
        handling.criminal_intelligence = true;
        handling.review_by_ms = created_ms + 1;
    });
    let mut content = alert();
    assert_eq!(
        refusals(&content, &intelligence),
        ["content.reasonable_suspicion NO_SUSPICION_STATEMENT"]
    );
    content.reasonable_suspicion = Some(pb::ReasonableSuspicion {
        statement: words("The same sender was seen twice."),
        approver_function: "watch commander".into(),
    });
    assert_eq!(refusals(&content, &intelligence), [""; 0]);
}

#[test]
fn counted_amounts_state_their_form() {
    broken("content.substances[0].form FIELD_MISSING", |a| {
        a.substances[0].quantity = Some(pb::Quantity {
            value: "30".into(),
            unit: "H87".into(),
        });
    });
    broken("content.substances[0].quantity.unit UNIT_UNKNOWN", |a| {
        a.substances[0].quantity = Some(pb::Quantity {
            value: "30".into(),
            unit: "pcs".into(),
        });
    });
    broken(
        "content.substances[0].quantity.value QUANTITY_INVALID",
        |a| {
            a.substances[0].quantity = kilograms("19.012999999999998");
        },
    );
    broken("content.substances[0].purity_percent VALUE_RANGE", |a| {
        a.substances[0].purity_percent = "100.1".into();
    });
}

#[test]
fn grades_are_those_of_their_scale() {
    use crate::code::{EvaluationScale, InformationGrade, SourceGrade};
    let graded = |scale: EvaluationScale, source: SourceGrade, information: InformationGrade| {
        let mut content = alert();
        content.suspicion.as_mut().unwrap().evaluation = Some(pb::Evaluation {
            scale: scale as i32,
            source: source as i32,
            information: information as i32,
        });
        refusals(&content, &alert_statement())
    };
    let (two, six) = (
        InformationGrade::InformationGrade2,
        InformationGrade::InformationGrade6,
    );
    assert_eq!(
        graded(EvaluationScale::Admiralty, SourceGrade::F, six),
        [""; 0]
    );
    assert_eq!(graded(EvaluationScale::Siena, SourceGrade::X, two), [""; 0]);
    let source = "content.suspicion.evaluation.source VALUE_RANGE";
    let information = "content.suspicion.evaluation.information VALUE_RANGE";
    assert_eq!(
        graded(EvaluationScale::Admiralty, SourceGrade::X, six),
        [source]
    );
    assert_eq!(
        graded(EvaluationScale::Siena, SourceGrade::F, six),
        [source, information]
    );
    let unscaled = graded(EvaluationScale::Unspecified, SourceGrade::A, two);
    assert_eq!(
        unscaled,
        ["content.suspicion.evaluation.scale FIELD_MISSING"]
    );
}

#[test]
fn lists_and_texts_have_limits() {
    broken("content.shipments[0].seals FIELD_TOO_LONG", |a| {
        let seal = pb::Seal {
            number: "MX-99120".into(),
            ..Default::default()
        };
        a.shipments[0].seals = vec![seal; 65];
    });
    broken("content.case_reference FIELD_TOO_LONG", |a| {
        a.case_reference = "ñ".repeat(501);
    });
    broken("content.case_reference FIELD_FORMAT", |a| {
        a.case_reference = "a\u{1b}[31m".into();
    });
    broken("content.narrative[0].text FIELD_TOO_LONG", |a| {
        a.narrative = vec![pb::Text {
            language: "es-MX".into(),
            text: "á".repeat(16_001),
        }];
    });
}

#[test]
fn outcomes_say_what_their_code_demands() {
    let seized = statement(MessageType::Outcome, |s| {
        s.outcome_code = OutcomeCode::Seized as i32;
    });
    let mut content = pb::OutcomeContent::default();
    assert_eq!(
        refusals(&content, &seized),
        ["content.seizure_form FIELD_MISSING"]
    );
    content.seizure_form = SeizureForm::MxAseguramiento as i32;
    content.alert_quality = 5;
    content.substances = alert().substances;
    assert_eq!(refusals(&content, &seized), [""; 0]);
    // Of the alert, which is not at hand: any position that one may have.
    content.substances[0].shipments = vec![1, 16];
    content.attachments = vec![picture(&[2])];
    assert_eq!(refusals(&content, &seized), [""; 0]);
    content.substances[0].shipments = vec![17];
    assert_eq!(
        refusals(&content, &seized),
        ["content.substances[0].shipments[0] VALUE_RANGE"]
    );
    content.substances[0].shipments.clear();
    content.substances[0].cas_number = "437-38-8".into();
    assert_eq!(
        refusals(&content, &seized),
        ["content.substances[0].cas_number CAS_CHECK_DIGIT"]
    );
    let referred = statement(MessageType::Outcome, |s| {
        s.outcome_code = OutcomeCode::ReferredTo as i32;
    });
    let empty = pb::OutcomeContent::default();
    assert_eq!(
        refusals(&empty, &referred),
        ["content.referred_to FIELD_MISSING"]
    );
}

#[test]
fn questions_and_answers_are_there() {
    let rfi = statement(MessageType::Rfi, |_| {});
    assert_eq!(
        refusals(&pb::RequestContent::default(), &rfi),
        ["content.questions FIELD_MISSING"]
    );
    let rfs_result = statement(MessageType::RfsResult, |_| {});
    assert_eq!(
        refusals(&pb::ResponseContent::default(), &rfs_result),
        ["content.screenings FIELD_MISSING"]
    );
    let action = statement(MessageType::ActionRequest, |_| {});
    assert_eq!(refusals(&pb::RequestContent::default(), &action), [""; 0]);
    let comment = statement(MessageType::Comment, |_| {});
    assert_eq!(
        refusals(&pb::CommentContent::default(), &comment),
        ["content.text FIELD_MISSING"]
    );
}

#[test]
fn content_is_canonical_too() {
    let statement = alert_statement();
    let mut bytes = alert().encode_to_vec();
    bytes.extend([0xfa, 0x3e, 0x01, 0x61]); // field 1007, one byte
    let media_type = media_type(MessageType::Alert);
    assert_eq!(
        Content::decode(media_type, &bytes, &statement),
        Err(ContentError::NonCanonical)
    );
    assert!(
        Content::decode_lenient(media_type, &bytes, &statement)
            .unwrap()
            .1
    );
    assert_eq!(
        Content::decode(media_type, &[0xff; 20], &statement)
            .unwrap_err()
            .reason(),
        Reason::Malformed
    );
}

#[test]
fn all_violations_are_reported_at_once() {
    let mut content = alert();
    content.shipments[0].master_awb = "020-12345676".into();
    content.shipments[0].pieces = 0;
    content.parties.truncate(1);
    content.substances.clear();
    let found = refusals(&content, &alert_statement());
    assert_eq!(found.len(), 4, "{found:?}");
}

#[test]
fn what_would_be_flagged_is_told_beside_what_is_wrong() {
    let mut content = alert();
    content.shipments[0].pieces = 0;
    content.shipments[0].gross_weight = kilograms("250000.5");
    let Err(ContentError::Violations(broken)) = decode(&content, &alert_statement()) else {
        panic!("refused");
    };
    let has_weight = |list: &[Violation]| list.iter().any(|v| v.reason == Reason::InvalidWeight);
    assert!(has_weight(&broken.warnings) && !has_weight(&broken.errors));
    let told: Vec<Reason> = broken.errors.into_iter().map(|v| v.reason).collect();
    assert_eq!(told, [Reason::MissingBillQty]);
}

/// The first refusal of an alert whose shipment weighs this, and what is proposed.
fn weighed(value: &str, unit: &str) -> (Reason, Vec<String>) {
    let mut content = alert();
    content.shipments[0].gross_weight = Some(pb::Quantity {
        value: value.into(),
        unit: unit.into(),
    });
    let Err(ContentError::Violations(broken)) = decode(&content, &alert_statement()) else {
        panic!("refused");
    };
    let first = broken.errors.into_iter().next().unwrap();
    (first.reason, first.proposals)
}

#[test]
fn what_people_write_for_a_weight_is_understood_and_proposed() {
    let proposed = |values: &[&str]| values.iter().map(|one| (*one).to_owned()).collect();
    for (unit, code) in [("KGS", "KGM"), ("kg", "KGM"), ("lb", "LBR")] {
        assert_eq!(
            weighed("618.4", unit),
            (Reason::UnitUnknown, proposed(&[code]))
        );
    }
    // A unit, and none of mass.
    assert_eq!(
        weighed("618.4", "gal"),
        (Reason::UnitUnknown, proposed(&[]))
    );
    let comma = (Reason::InvalidWeight, proposed(&["618.4"]));
    assert_eq!(weighed("618,4", "KGM"), comma);
    let either = (Reason::InvalidWeight, proposed(&["1234", "1.234"]));
    assert_eq!(weighed("1,234", "KGM"), either);
}

#[test]
fn damaged_bytes_never_panic() {
    let statement = alert_statement();
    let bytes = alert().encode_to_vec();
    for position in 0..bytes.len() {
        for flip in [0x01, 0x10, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[position] ^= flip;
            drop(Content::decode(
                media_type(MessageType::Alert),
                &changed,
                &statement,
            ));
        }
    }
}
