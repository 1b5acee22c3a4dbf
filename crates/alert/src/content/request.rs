//! The content of requests and of the answers to them.

use super::alert::actions;
use super::block::{attachments, local_time};
use super::field::{coded, line, list, required, required_text, text};
use crate::Reason;
use crate::code::{ActionCode, ActionVerdict, MessageType, ScreeningMethod, VerdictGround};
use crate::limits::LIST_MAX;
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
            waybill,
            method,
            note,
        } = screening;
        line(found, at.field("waybill"), waybill);
        coded::<ScreeningMethod>(found, at.field("method"), *method);
        text(found, at.field("note"), note.as_ref());
    }
    actions(found, at, requested_actions, statement.actions());
    text(found, at.field("purpose"), purpose.as_ref());
    text(found, at.field("authority_text"), authority_text.as_ref());
    attachments(found, at, files, 0);
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
            waybill,
            method,
            time,
            threat_item: _,
            action_taken,
        } = screening;
        line(found, at.field("waybill"), waybill);
        required::<ScreeningMethod>(found, at.field("method"), *method);
        local_time(found, at.field("time"), time.as_ref());
        text(found, at.field("action_taken"), action_taken.as_ref());
    }
    for (index, answer) in list(found, at, "actions", single, LIST_MAX) {
        let at = at.item("actions", index);
        let pb::ActionAnswer {
            code,
            verdict,
            ground,
            note,
        } = answer;
        required::<ActionCode>(found, at.field("code"), *code);
        required::<ActionVerdict>(found, at.field("verdict"), *verdict);
        coded::<VerdictGround>(found, at.field("ground"), *ground);
        text(found, at.field("note"), note.as_ref());
    }
    text(found, at.field("remark"), remark.as_ref());
    line(
        found,
        at.field("responsible_function"),
        responsible_function,
    );
    attachments(found, at, files, 0);
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
