//! The content of requests and of the answers to them.

use super::alert::actions;
use super::block::{attachments, local_time};
use super::field::{coded, line, list, required, required_text, text};
use super::identifier::waybill;
use crate::Reason;
use crate::code::{self, ActionCode, ActionVerdict, MessageType, ScreeningMethod, VerdictGround};
use crate::limits::{LIST_MAX, SHIPMENTS_MAX};
use crate::statement::Statement;
use crate::violation::{At, Findings};
use precinto_proto::v1 as pb;

pub(super) fn request(
    found: &mut Findings,
    at: &At<'_>,
    content: &pb::RequestContent,
    statement: &Statement,
) {
    let pb::RequestContent {
        questions,
        screenings,
        requested_actions,
        purpose,
        authority_text,
        attachments: files,
    } = content;
    let needed = match statement.message_type() {
        MessageType::Rfi => Some(("questions", questions.is_empty())),
        MessageType::Rfs => Some(("screenings", screenings.is_empty())),
        _ => None,
    };
    missing(found, at, needed);
    for (index, question) in list(found, at, "questions", questions, LIST_MAX) {
        let pb::Question {
            number,
            text: words,
            field,
        } = question;
        let at = at.item("questions", index);
        if *number == 0
            || questions
                .iter()
                .take(index)
                .any(|earlier| earlier.number == *number)
        {
            found.error(
                at.field("number"),
                Reason::Repeated,
                ("from 1, none twice", "desde 1, sin repetir"),
            );
        }
        required_text(found, at.field("text"), words.as_ref());
        line(found, at.field("field"), field);
    }
    for (index, screening) in list(found, at, "screenings", screenings, LIST_MAX) {
        let at = at.item("screenings", index);
        let pb::ScreeningRequest {
            waybill: number,
            method,
            note,
            verbatim,
        } = screening;
        waybill(found, at.field("waybill"), number, *verbatim);
        coded::<ScreeningMethod>(found, at.field("method"), *method);
        text(found, at.field("note"), note.as_ref());
    }
    actions(found, at, requested_actions, statement.actions());
    text(found, at.field("purpose"), purpose.as_ref());
    text(found, at.field("authority_text"), authority_text.as_ref());
    attachments(found, at, files, SHIPMENTS_MAX);
}

pub(super) fn response(
    found: &mut Findings,
    at: &At<'_>,
    content: &pb::ResponseContent,
    statement: &Statement,
) {
    let pb::ResponseContent {
        answers,
        screenings,
        actions: single,
        remark,
        responsible_function,
        attachments: files,
    } = content;
    let needed = match statement.message_type() {
        MessageType::RfiResponse => Some(("answers", answers.is_empty())),
        MessageType::RfsResult => Some(("screenings", screenings.is_empty())),
        _ => None,
    };
    missing(found, at, needed);
    answer_list(found, at, answers);
    for (index, screening) in list(found, at, "screenings", screenings, LIST_MAX) {
        let at = at.item("screenings", index);
        let pb::ScreeningResult {
            waybill: number,
            method,
            time,
            threat_item: _,
            action_taken,
            verbatim,
        } = screening;
        waybill(found, at.field("waybill"), number, *verbatim);
        required::<ScreeningMethod>(found, at.field("method"), *method);
        if time.is_none() {
            let detail = ("when it was screened", "cuándo se inspeccionó");
            found.error(at.field("time"), Reason::FieldMissing, detail);
        }
        local_time(found, at.field("time"), time.as_ref());
        text(found, at.field("action_taken"), action_taken.as_ref());
    }
    single_actions(found, at, single, statement);
    text(found, at.field("remark"), remark.as_ref());
    line(
        found,
        at.field("responsible_function"),
        responsible_function,
    );
    attachments(found, at, files, SHIPMENTS_MAX);
}

/// What is said of single actions, which must fit what the statement says of all of them: the actions that it names are those
/// accepted, in whole or in part, and no others.
fn single_actions(
    found: &mut Findings,
    at: &At<'_>,
    answers: &[pb::ActionAnswer],
    statement: &Statement,
) {
    use ActionVerdict as V;
    for (index, answer) in list(found, at, "actions", answers, LIST_MAX) {
        let at = at.item("actions", index);
        let pb::ActionAnswer {
            code,
            verdict,
            ground,
            note,
        } = answer;
        let of_same = |earlier: &pb::ActionAnswer| earlier.code == *code;
        if answers.iter().take(index).any(of_same) {
            let detail = ("one answer for each action", "una respuesta por acción");
            found.error(at.field("code"), Reason::Repeated, detail);
        }
        let action = code::require::<ActionCode>(found, at.field("code"), *code);
        let verdict = code::require::<V>(found, at.field("verdict"), *verdict);
        if let Some((action, verdict)) = action.zip(verdict) {
            fits_statement(found, at.field("verdict"), (action, verdict), statement);
        }
        coded::<VerdictGround>(found, at.field("ground"), *ground);
        let explained = matches!(verdict, Some(V::Partial | V::Declined | V::Unable));
        if explained && *ground == 0 {
            let detail = ("this verdict demands it", "lo exige esta respuesta");
            found.error(at.field("ground"), Reason::FieldMissing, detail);
        }
        text(found, at.field("note"), note.as_ref());
    }
}

fn fits_statement(
    found: &mut Findings,
    at: At<'_>,
    (action, verdict): (ActionCode, ActionVerdict),
    statement: &Statement,
) {
    use ActionVerdict as V;
    let accepted = matches!(verdict, V::Accepted | V::Partial);
    let detail = if accepted && !statement.actions().contains(&action) {
        (
            "the statement does not name it among the actions accepted",
            "el mensaje no la incluye entre las acciones aceptadas",
        )
    } else if !accepted && statement.actions().contains(&action) {
        (
            "the statement names it among the actions accepted",
            "el mensaje la incluye entre las acciones aceptadas",
        )
    } else if verdict != V::Accepted && statement.verdict() == Some(V::Accepted) {
        (
            "the statement accepts everything: then it is PARTIAL",
            "el mensaje acepta todo: entonces es PARTIAL",
        )
    } else {
        return;
    };
    found.error(at, Reason::StatementMismatch, detail);
}

fn answer_list(found: &mut Findings, at: &At<'_>, answers: &[pb::Answer]) {
    for (index, answer) in list(found, at, "answers", answers, LIST_MAX) {
        let at = at.item("answers", index);
        let pb::Answer {
            number,
            text: words,
            withheld,
        } = answer;
        if *number == 0 {
            found.error(
                at.field("number"),
                Reason::FieldMissing,
                ("the number of the question", "el número de la pregunta"),
            );
        } else if answers
            .iter()
            .take(index)
            .any(|earlier| earlier.number == *number)
        {
            let detail = ("one answer for each question", "una respuesta por pregunta");
            found.refuse_new(at.field("number"), Reason::Repeated, detail);
        }
        if words.is_none() && !withheld {
            found.error(
                at.field("text"),
                Reason::FieldMissing,
                ("an answer, or withheld", "una respuesta, o withheld"),
            );
        }
        text(found, at.field("text"), words.as_ref());
    }
}

fn missing(found: &mut Findings, at: &At<'_>, needed: Option<(&str, bool)>) {
    if let Some((field, true)) = needed {
        found.error(
            at.field(field),
            Reason::FieldMissing,
            (
                "this type of message has at least one",
                "este tipo de mensaje lleva al menos uno",
            ),
        );
    }
}
