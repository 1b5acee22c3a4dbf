//! The content of every other kind of message.
//!
//! What is said of a shipment names its position in the alert. The alert is not at hand here and may be deleted, so that a
//! position can only be held to be one that an alert may have.

use super::alert::indicator_list;
use super::block::{attachments, contact, evaluation, local_time};
use super::field::{
    ABOVE_ZERO, coded, line, lines_of, list, quantity, required, required_text, text,
    withdrawal_remark,
};
use super::route::place;
use super::subject;
use crate::Reason;
use crate::code::{
    Confidence, DisseminationVerdict, IndicatorCode, MessageType, OutcomeCode, SeizureForm,
};
use crate::limits::{LIST_MAX, PIECES_MAX, SHIPMENTS_MAX};
use crate::quantity::{Decimal, Dimension};
use crate::statement::Statement;
use crate::violation::{At, Findings};
use precinto_proto::v1 as pb;

const ALERT_QUALITY_MAX: u32 = 5;

pub(super) fn cancel(found: &mut Findings, at: &At<'_>, content: &pb::CancelContent) {
    let pb::CancelContent { remark } = content;
    withdrawal_remark(found, at.field("remark"), remark.as_ref());
}

/// One content for the order and for its execution, each with fields of its own.
pub(super) fn recall(
    found: &mut Findings,
    at: &At<'_>,
    content: &pb::RecallContent,
    statement: &Statement,
) {
    let pb::RecallContent {
        remark,
        order_reference,
        copies,
        done,
        responsible_function,
    } = content;
    let is_order = statement.message_type() == MessageType::Recall;
    let of_other = [
        ("order_reference", !is_order && !order_reference.is_empty()),
        ("copies", is_order && *copies != 0),
        ("done", is_order && done.is_some()),
        (
            "responsible_function",
            is_order && !responsible_function.is_empty(),
        ),
    ];
    for (field, _) in of_other.iter().filter(|(_, is_there)| *is_there) {
        let detail = if is_order {
            (
                "belongs in the confirmation: RECALL_CONFIRM",
                "corresponde a la confirmación: RECALL_CONFIRM",
            )
        } else {
            (
                "belongs in the order: RECALL",
                "corresponde a la orden: RECALL",
            )
        };
        found.refuse_new(at.field(field), Reason::FieldUnexpected, detail);
    }
    if !is_order && *copies != 0 && done.is_none() {
        let detail = (
            "whoever counts copies says when they were dealt with",
            "quien cuenta copias indica cuándo se atendieron",
        );
        found.refuse_new(at.field("done"), Reason::FieldMissing, detail);
    }
    withdrawal_remark(found, at.field("remark"), remark.as_ref());
    local_time(found, at.field("done"), done.as_ref());
    lines_of(
        found,
        at,
        &[
            ("order_reference", order_reference),
            ("responsible_function", responsible_function),
        ],
    );
}

pub(super) fn ack(found: &mut Findings, at: &At<'_>, content: &pb::AckContent) {
    let pb::AckContent {
        remark,
        responsible_function,
        case_reference,
        contact: desk,
    } = content;
    text(found, at.field("remark"), remark.as_ref());
    lines_of(
        found,
        at,
        &[
            ("responsible_function", responsible_function),
            ("case_reference", case_reference),
        ],
    );
    contact(found, at.field("contact"), desk.as_ref());
}

pub(super) fn reject(found: &mut Findings, at: &At<'_>, content: &pb::RejectContent) {
    let pb::RejectContent { remark, fields } = content;
    text(found, at.field("remark"), remark.as_ref());
    for (index, item) in list(found, at, "fields", fields, LIST_MAX) {
        let at = at.item("fields", index);
        let pb::RejectedField { field, remark } = item;
        line(found, at.field("field"), field);
        text(found, at.field("remark"), remark.as_ref());
    }
}

pub(super) fn assessment(found: &mut Findings, at: &At<'_>, content: &pb::AssessmentContent) {
    let pb::AssessmentContent {
        remark,
        evaluation: grades,
        confidence,
        indicators,
        responsible_function,
    } = content;
    text(found, at.field("remark"), remark.as_ref());
    evaluation(found, at.field("evaluation"), grades.as_ref());
    coded::<Confidence>(found, at.field("confidence"), *confidence);
    indicator_list(found, at, indicators);
    line(
        found,
        at.field("responsible_function"),
        responsible_function,
    );
}

pub(super) fn hold(found: &mut Findings, at: &At<'_>, content: &pb::HoldContent) {
    let pb::HoldContent {
        place: held_at,
        time,
        hold_reference,
        pieces,
        weight,
        remark,
    } = content;
    if *pieces > PIECES_MAX {
        let detail = (
            format!("at most {PIECES_MAX}"),
            format!("como máximo {PIECES_MAX}"),
        );
        found.refuse_new(at.field("pieces"), Reason::ValueRange, detail);
    }
    let amount = weight
        .as_ref()
        .and_then(|weight| Decimal::parse(&weight.value));
    if amount.is_some_and(Decimal::is_zero) {
        let at = at.field("weight");
        found.refuse_new(at.field("value"), Reason::InvalidWeight, ABOVE_ZERO);
    }
    place(found, at.field("place"), held_at.as_ref());
    local_time(found, at.field("time"), time.as_ref());
    line(found, at.field("hold_reference"), hold_reference);
    quantity(
        found,
        at.field("weight"),
        weight.as_ref(),
        &[Dimension::Mass],
    );
    text(found, at.field("remark"), remark.as_ref());
}

pub(super) fn outcome(
    found: &mut Findings,
    at: &At<'_>,
    content: &pb::OutcomeContent,
    statement: &Statement,
) {
    let pb::OutcomeContent {
        seizure_form,
        substances,
        firearms,
        fuels,
        arrests: _,
        trace_references,
        laboratory_reference,
        alert_quality,
        indicator_feedback,
        referred_to,
        remark,
        time,
        place: found_at,
        case_reference,
        attachments: files,
    } = content;
    outcome_demands(found, at, content, statement.outcome_code());
    coded::<SeizureForm>(found, at.field("seizure_form"), *seizure_form);
    subject::check_all(found, at, (substances, firearms, fuels), SHIPMENTS_MAX);
    subject::trace_references(found, at, trace_references);
    lines_of(
        found,
        at,
        &[
            ("laboratory_reference", laboratory_reference),
            ("referred_to", referred_to),
            ("case_reference", case_reference),
        ],
    );
    if *alert_quality > ALERT_QUALITY_MAX {
        found.error(
            at.field("alert_quality"),
            Reason::ValueRange,
            (
                "1 to 5, or 0 for not judged",
                "de 1 a 5, o 0 si no se califica",
            ),
        );
    }
    feedback_list(found, at, indicator_feedback);
    text(found, at.field("remark"), remark.as_ref());
    local_time(found, at.field("time"), time.as_ref());
    place(found, at.field("place"), found_at.as_ref());
    attachments(found, at, files, SHIPMENTS_MAX);
}

/// Which indicators proved right, and which wrong: of each one word, because the figures of both sides count them.
fn feedback_list(found: &mut Findings, at: &At<'_>, said: &[pb::IndicatorFeedback]) {
    for (index, feedback) in list(found, at, "indicator_feedback", said, LIST_MAX) {
        let at = at.item("indicator_feedback", index);
        let pb::IndicatorFeedback { code, confirmed } = feedback;
        required::<IndicatorCode>(found, at.field("code"), *code);
        // No code at all is another mistake, and stands above.
        let mut earlier = said.iter().take(index).filter(|_| *code != 0);
        let detail = match earlier.find(|earlier| earlier.code == *code) {
            None => continue,
            Some(first) if first.confirmed == *confirmed => {
                ("each indicator once", "cada indicador una vez")
            }
            Some(_) => (
                "an indicator proved right or wrong, not both",
                "un indicador resultó acertado o erróneo, no ambas cosas",
            ),
        };
        found.refuse_new(at.field("code"), Reason::Repeated, detail);
    }
}

/// What each outcome must say more than its code, and what it cannot say.
///
/// Whether the form is one of the sender's own law is not asked: a message does not say in which country its sender's side lies.
fn outcome_demands(
    found: &mut Findings,
    at: &At<'_>,
    content: &pb::OutcomeContent,
    code: Option<OutcomeCode>,
) {
    let demanded = match code {
        Some(OutcomeCode::Seized | OutcomeCode::Partial) => {
            Some(("seizure_form", content.seizure_form == 0))
        }
        Some(OutcomeCode::ReferredTo) => Some(("referred_to", content.referred_to.is_empty())),
        Some(OutcomeCode::NotInspected) => Some(("remark", content.remark.is_none())),
        _ => None,
    };
    if let Some((field, true)) = demanded {
        found.error(
            at.field(field),
            Reason::FieldMissing,
            ("this outcome demands it", "lo exige este resultado"),
        );
    }
    if content.seizure_form != 0 && code.is_some_and(took_nothing) {
        let detail = (
            "nothing was seized or detained with this outcome",
            "con este resultado no se aseguró ni se retuvo nada",
        );
        found.refuse_new(at.field("seizure_form"), Reason::FieldUnexpected, detail);
    }
}

/// Whether nobody can have laid hands on the goods by law. Detained goods may still be returned, released, tested, referred or let
/// run, and the form says how they were detained.
fn took_nothing(code: OutcomeCode) -> bool {
    use OutcomeCode as O;
    match code {
        O::NegativeInspection
        | O::NotLocated
        | O::AlreadyDeparted
        | O::AlreadyDelivered
        | O::NotPresented
        | O::NotInspected
        | O::NoJurisdiction => true,
        O::Unspecified
        | O::Seized
        | O::Partial
        | O::ControlledDelivery
        | O::Returned
        | O::ReleasedLegitimate
        | O::ReferredTo
        | O::PendingLab
        | O::Duplicate => false,
    }
}

pub(super) fn dissemination(
    found: &mut Findings,
    at: &At<'_>,
    content: &pb::DisseminationContent,
    statement: &Statement,
) {
    let pb::DisseminationContent {
        purpose,
        conditions,
        authority_text,
        remark,
    } = content;
    if statement.message_type() == MessageType::DisseminationRequest && purpose.is_none() {
        found.error(
            at.field("purpose"),
            Reason::FieldMissing,
            ("what for", "para qué"),
        );
    }
    if statement.dissemination() == Some(DisseminationVerdict::GrantedOnConditions)
        && conditions.is_none()
    {
        found.error(
            at.field("conditions"),
            Reason::FieldMissing,
            ("on what conditions", "en qué condiciones"),
        );
    }
    for (name, value) in [
        ("purpose", purpose),
        ("conditions", conditions),
        ("authority_text", authority_text),
        ("remark", remark),
    ] {
        text(found, at.field(name), value.as_ref());
    }
}

pub(super) fn link(found: &mut Findings, at: &At<'_>, content: &pb::LinkContent) {
    let pb::LinkContent { remark } = content;
    text(found, at.field("remark"), remark.as_ref());
}

pub(super) fn comment(found: &mut Findings, at: &At<'_>, content: &pb::CommentContent) {
    let pb::CommentContent {
        text: words,
        attachments: files,
    } = content;
    required_text(found, at.field("text"), words.as_ref());
    attachments(found, at, files, SHIPMENTS_MAX);
}

pub(super) fn transfer(found: &mut Findings, at: &At<'_>, content: &pb::TransferContent) {
    let pb::TransferContent {
        remark,
        contact: desk,
    } = content;
    text(found, at.field("remark"), remark.as_ref());
    contact(found, at.field("contact"), desk.as_ref());
}

pub(super) fn system_notice(found: &mut Findings, at: &At<'_>, content: &pb::SystemNoticeContent) {
    let pb::SystemNoticeContent {
        text: words,
        begins,
        ends,
        conveyance,
        place: arrived_at,
    } = content;
    text(found, at.field("text"), words.as_ref());
    local_time(found, at.field("begins"), begins.as_ref());
    local_time(found, at.field("ends"), ends.as_ref());
    line(found, at.field("conveyance"), conveyance);
    place(found, at.field("place"), arrived_at.as_ref());
}
