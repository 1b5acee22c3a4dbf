//! Rules that came when logs had been written without them: what is new is refused, what a log holds is read and flagged.

use super::*;
use crate::code::IndicatorCode;
use crate::limits::LINE_CHARS_MAX;

/// With exactly these what is new is refused; what a log holds is flagged with them, and read.
fn expect(content: &impl Message, statement: &Statement, expected: &[&str]) {
    assert_eq!(refusals(content, statement), expected);
    let bytes = content.encode_to_vec();
    let media_type = media_type(statement.message_type());
    let (read, unknown) = Content::decode_lenient(media_type, &bytes, statement).unwrap();
    let warnings = read.warnings().iter();
    let flagged: Vec<_> = warnings
        .map(|one| format!("{} {}", one.field, name(one.reason)))
        .collect();
    assert_eq!(flagged, expected);
    assert!(!unknown);
}

fn indicator(code: IndicatorCode) -> pb::Indicator {
    pb::Indicator {
        code: code as i32,
        strength: 2,
        ..Default::default()
    }
}

#[test]
fn an_indicator_stands_once_in_an_alert_and_in_an_assessment() {
    use IndicatorCode::{Hi01, Id01};
    let mut content = alert();
    let suspicion = content.suspicion.get_or_insert_default();
    suspicion.indicators = vec![indicator(Id01), indicator(Hi01), indicator(Id01)];
    let repeated = "content.suspicion.indicators[2].code REPEATED";
    expect(&content, &alert_statement(), &[repeated]);
    let assessed = statement(MessageType::Assessment, |_| {});
    let mut content = pb::AssessmentContent {
        indicators: vec![indicator(Hi01), indicator(Hi01)],
        ..Default::default()
    };
    let repeated = "content.indicators[1].code REPEATED";
    expect(&content, &assessed, &[repeated]);
    content.indicators.truncate(1);
    expect(&content, &assessed, &[]);
}

#[test]
fn an_indicator_proves_right_or_wrong_once() {
    use IndicatorCode::{Hi01, Id01};
    let said = |all: &[(IndicatorCode, bool)]| pb::OutcomeContent {
        indicator_feedback: all
            .iter()
            .map(|(code, confirmed)| pb::IndicatorFeedback {
                code: *code as i32,
                confirmed: *confirmed,
            })
            .collect(),
        ..Default::default()
    };
    let found = statement(MessageType::Outcome, |_| {});
    expect(&said(&[(Id01, true), (Hi01, false)]), &found, &[]);
    let repeated = "content.indicator_feedback[1].code REPEATED";
    for again in [true, false] {
        expect(&said(&[(Id01, true), (Id01, again)]), &found, &[repeated]);
    }
}

#[test]
fn a_code_that_is_missing_is_not_one_said_twice() {
    use IndicatorCode::Unspecified;
    let assessed = statement(MessageType::Assessment, |_| {});
    let content = pb::AssessmentContent {
        indicators: vec![indicator(Unspecified); 2],
        ..Default::default()
    };
    let missing = |list: &str| [0, 1].map(|n| format!("content.{list}[{n}].code FIELD_MISSING"));
    assert_eq!(refusals(&content, &assessed), missing("indicators"));
    let found = statement(MessageType::Outcome, |_| {});
    let content = pb::OutcomeContent {
        indicator_feedback: vec![pb::IndicatorFeedback::default(); 2],
        ..Default::default()
    };
    assert_eq!(refusals(&content, &found), missing("indicator_feedback"));
}

#[test]
fn an_item_that_says_nothing_is_refused_and_read_in_a_log() {
    let mut content = alert();
    content.parties[0].emails = vec![String::new()];
    let blank = "content.parties[0].emails[0] FIELD_MISSING";
    expect(&content, &alert_statement(), &[blank]);
}

#[test]
fn a_question_is_answered_once() {
    let answer = |number| pb::Answer {
        number,
        text: words("yes"),
        withheld: false,
    };
    let answered = statement(MessageType::RfiResponse, |_| {});
    let mut content = pb::ResponseContent {
        answers: vec![answer(1), answer(2)],
        ..Default::default()
    };
    expect(&content, &answered, &[]);
    content.answers.push(answer(1));
    expect(&content, &answered, &["content.answers[2].number REPEATED"]);
}

#[test]
fn an_order_to_recall_and_its_confirmation_have_fields_of_their_own() {
    let done = Some(pb::LocalTime {
        utc_ms: 1_795_000_000_000,
        offset_minutes: -360,
    });
    let order = pb::RecallContent {
        remark: words("why"),
        order_reference: "ORDER-1".into(),
        ..Default::default()
    };
    let confirmation = pb::RecallContent {
        remark: words("what was done"),
        copies: 3,
        done,
        responsible_function: "records officer".into(),
        ..Default::default()
    };
    let recall = statement(MessageType::Recall, |_| {});
    let confirmed = statement(MessageType::RecallConfirm, |_| {});
    expect(&order, &recall, &[]);
    expect(&confirmation, &confirmed, &[]);
    expect(
        &order,
        &confirmed,
        &["content.order_reference FIELD_UNEXPECTED"],
    );
    expect(
        &confirmation,
        &recall,
        &[
            "content.copies FIELD_UNEXPECTED",
            "content.done FIELD_UNEXPECTED",
            "content.responsible_function FIELD_UNEXPECTED",
        ],
    );
    let mut without_time = confirmation;
    without_time.done = None;
    expect(&without_time, &confirmed, &["content.done FIELD_MISSING"]);
    // Nothing was found here, or nobody says how much.
    without_time.copies = 0;
    expect(&without_time, &confirmed, &[]);
}

#[test]
fn a_withdrawal_says_why_and_has_no_room_for_what_it_takes_back() {
    let long = |count: usize| words(&"x".repeat(count));
    let recall = |remark| pb::RecallContent {
        remark,
        ..Default::default()
    };
    let cancel = |remark| pb::CancelContent { remark };
    let (most, more) = (LINE_CHARS_MAX, LINE_CHARS_MAX + 1);
    let too_long = &["content.remark.text FIELD_TOO_LONG"];
    for kind in [MessageType::Recall, MessageType::RecallConfirm] {
        let said = statement(kind, |_| {});
        expect(&recall(long(most)), &said, &[]);
        expect(&recall(long(more)), &said, too_long);
    }
    let said = statement(MessageType::Cancel, |_| {});
    expect(&cancel(long(most)), &said, &[]);
    expect(&cancel(long(more)), &said, too_long);
    let said = statement(MessageType::Ack, |_| {});
    let ack = pb::AckContent {
        remark: long(more),
        ..Default::default()
    };
    expect(&ack, &said, &[]);
}

#[test]
fn what_is_held_can_be_counted_and_weighed() {
    let held = |pieces, weight| pb::HoldContent {
        pieces,
        weight: Some(kilograms(weight).unwrap()),
        ..Default::default()
    };
    let hold = statement(MessageType::HoldSet, |_| {});
    expect(&held(99_999, "0.5"), &hold, &[]);
    expect(&pb::HoldContent::default(), &hold, &[]);
    expect(
        &held(100_000, "0.0"),
        &hold,
        &[
            "content.pieces VALUE_RANGE",
            "content.weight.value INVALID_WEIGHT",
        ],
    );
}

#[test]
fn only_what_can_have_been_taken_has_a_form_of_seizure() {
    let with = |code: OutcomeCode| {
        statement(MessageType::Outcome, |said| {
            said.outcome_code = code as i32;
        })
    };
    let content = pb::OutcomeContent {
        seizure_form: SeizureForm::UsDetention as i32,
        ..Default::default()
    };
    let unexpected = "content.seizure_form FIELD_UNEXPECTED";
    for nothing in [
        OutcomeCode::NegativeInspection,
        OutcomeCode::NotLocated,
        OutcomeCode::NoJurisdiction,
    ] {
        expect(&content, &with(nothing), &[unexpected]);
    }
    for detained in [
        OutcomeCode::Seized,
        OutcomeCode::Partial,
        OutcomeCode::PendingLab,
        OutcomeCode::Returned,
    ] {
        expect(&content, &with(detained), &[]);
    }
}
