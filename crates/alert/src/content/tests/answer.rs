//! Screenings and single actions: which parcel, and whether the answer is the one that the statement gives.

use super::*;
use crate::code::{ActionVerdict, ScreeningMethod, VerdictGround};

fn asked(waybill: &str, verbatim: bool) -> Vec<String> {
    let content = pb::RequestContent {
        screenings: vec![pb::ScreeningRequest {
            waybill: waybill.into(),
            verbatim,
            ..Default::default()
        }],
        ..Default::default()
    };
    refusals(&content, &statement(MessageType::Rfs, |_| {}))
}

#[test]
fn what_shall_be_screened_is_checked_by_its_form() {
    let of_others = ["00012345678", "1-2345-678901"]; // eleven digits, and no master waybill
    for fair in ["020-12345675", "RB123456785GB", "H7781", "BL-2026-77"]
        .into_iter()
        .chain(of_others)
    {
        assert_eq!(asked(fair, false), [""; 0], "{fair}");
    }
    for (waybill, reason) in [
        ("", "MISSING_WBL_LINE"),
        ("  ", "MISSING_WBL_LINE"),
        ("865-48291167", "AWB_CHECK_DIGIT"),
        ("02012345675", "BAD_WBL_FORMAT"),
        ("020 1234 5675", "BAD_WBL_FORMAT"),
        ("RB123456786US", "S10_CHECK_DIGIT"),
        ("RB 123456785 GB", "FIELD_FORMAT"),
        ("RB123456785XX", "ISO3166_UNKNOWN"),
        ("7781/a", "INVALID_HOUSE_BILL_NBR"),
    ] {
        let expected = format!("content.screenings[0].waybill {reason}");
        assert_eq!(asked(waybill, false), [expected], "{waybill}");
    }
    for on_the_label in ["865-48291167", "RB123456786US", "7781/a"] {
        assert_eq!(asked(on_the_label, true), [""; 0], "{on_the_label}");
    }
    assert_eq!(
        asked(" ", true),
        ["content.screenings[0].waybill MISSING_WBL_LINE"]
    );
}

#[test]
fn a_screening_says_which_parcel_by_what_method_and_when() {
    let done = statement(MessageType::RfsResult, |_| {});
    let mut content = pb::ResponseContent {
        screenings: vec![pb::ScreeningResult::default()],
        ..Default::default()
    };
    let at = |rest: &str| format!("content.screenings[0].{rest}");
    assert_eq!(
        refusals(&content, &done),
        [
            at("waybill MISSING_WBL_LINE"),
            at("method FIELD_MISSING"),
            at("time FIELD_MISSING")
        ]
    );
    content.screenings[0] = pb::ScreeningResult {
        waybill: "865-48291167".into(),
        method: ScreeningMethod::Xry as i32,
        time: Some(pb::LocalTime {
            utc_ms: 1_795_000_000_000,
            offset_minutes: -360,
        }),
        ..Default::default()
    };
    assert_eq!(refusals(&content, &done), [at("waybill AWB_CHECK_DIGIT")]);
    content.screenings[0].verbatim = true;
    assert_eq!(refusals(&content, &done), [""; 0]);
}

/// What is wrong with these single answers under a statement that gives this verdict, on the hold if it accepts anything.
fn answered(
    verdict: ActionVerdict,
    singles: &[(ActionCode, ActionVerdict, VerdictGround)],
) -> Vec<String> {
    use ActionVerdict as V;
    let said = statement(MessageType::ActionResponse, |s| {
        let accepts = matches!(verdict, V::Accepted | V::Partial);
        s.verdict = verdict as i32;
        s.actions = if accepts {
            vec![ActionCode::Hold as i32]
        } else {
            Vec::new()
        };
        s.verdict_ground = match verdict {
            V::Accepted | V::MoreTime => 0,
            _ => BUSY as i32,
        };
    });
    let single = |(code, verdict, ground): &(ActionCode, V, VerdictGround)| pb::ActionAnswer {
        code: *code as i32,
        verdict: *verdict as i32,
        ground: *ground as i32,
        note: None,
    };
    let content = pb::ResponseContent {
        actions: singles.iter().map(single).collect(),
        ..Default::default()
    };
    refusals(&content, &said)
}

const NONE: VerdictGround = VerdictGround::Unspecified;
const BUSY: VerdictGround = VerdictGround::NoCapacity;

#[test]
fn single_answers_fit_the_statement() {
    use ActionCode::{Hold, K9, SampleTest};
    use ActionVerdict::{Accepted, Declined, MoreTime, Partial, Unable};
    let at = |index: usize, rest: &str| format!("content.actions[{index}].{rest}");
    assert_eq!(answered(Accepted, &[(Hold, Accepted, NONE)]), [""; 0]);
    let mixed = [
        (Hold, Accepted, NONE),
        (K9, Declined, BUSY),
        (SampleTest, MoreTime, NONE),
    ];
    assert_eq!(answered(Partial, &mixed), [""; 0]);
    assert_eq!(answered(Partial, &[(Hold, Partial, BUSY)]), [""; 0]);
    assert_eq!(answered(Declined, &[(K9, Unable, BUSY)]), [""; 0]);
    assert_eq!(
        answered(Accepted, &[(Hold, Declined, NONE), (K9, Accepted, NONE)]),
        [
            at(0, "verdict STATEMENT_MISMATCH"),
            at(0, "ground FIELD_MISSING"),
            at(1, "verdict STATEMENT_MISMATCH"),
        ]
    );
    assert_eq!(
        answered(Declined, &[(Hold, Partial, BUSY)]),
        [at(0, "verdict STATEMENT_MISMATCH")]
    );
    for refused in [(Hold, Declined, BUSY), (Hold, MoreTime, NONE)] {
        assert_eq!(
            answered(Partial, &[refused]),
            [at(0, "verdict STATEMENT_MISMATCH")]
        );
    }
    // Everything was accepted, and then not this.
    assert_eq!(
        answered(Accepted, &[(K9, Declined, BUSY)]),
        [at(0, "verdict STATEMENT_MISMATCH")]
    );
    assert_eq!(
        answered(Partial, &[(Hold, Accepted, NONE), (Hold, Accepted, NONE)]),
        [at(1, "code REPEATED")]
    );
}
