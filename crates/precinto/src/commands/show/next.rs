//! What the agency itself should do next about a case, as commands that can be typed.

use super::Told;
use crate::commands::extracts::left_behind;
use crate::output::Lang;
use precinto_alert::case::State;
use precinto_alert::code::{ActionVerdict, MessageType};
use precinto_client::copy::{RecallWork, Standing};

/// The commands, the most urgent first; none when nothing is due. Whoever waits for an answer comes before an extract that says what
/// the whole no longer does; an extract of what was recalled comes before everything else.
pub(super) fn steps(told: &Told<'_>, lang: Lang) -> Vec<String> {
    let extracts = left_behind(told.held, &told.view, &told.extracts, lang);
    let due = of_case(told);
    let (first, last) = match Standing::of(told.held) {
        Standing::Recalled => (extracts, due),
        Standing::Open | Standing::Closed | Standing::Cancelled => (due, extracts),
    };
    first.into_iter().chain(last).collect()
}

/// What the case itself waits for.
fn of_case(told: &Told<'_>) -> Vec<String> {
    let id = &told.held.alert_id;
    let mut steps = Vec::new();
    let due =
        |work: &RecallWork| !work.confirmed_by.contains(told.node) && work.originator != *told.own;
    if told.work.as_ref().is_some_and(due) {
        return vec!["precinto sync --confirm-recalls".to_owned()];
    }
    if matches!(
        Standing::of(told.held),
        Standing::Recalled | Standing::Cancelled
    ) {
        return steps;
    }
    let part = told.view.parts.get(told.own);
    let untaken = |state| matches!(state, State::Relayed | State::Delivered);
    if part.is_some_and(|part| untaken(part.state)) {
        steps.push(format!(
            "precinto send ack {id} --level person --officer ID"
        ));
    }
    let due = told
        .view
        .questions
        .values()
        .filter(|question| question.open.contains(told.own));
    for question in due {
        let verb = match question.message_type {
            MessageType::Rfi => "rfi-response {} --answer \"1=…\"",
            MessageType::Rfs => "rfs-result {} --screened WAYBILL=XRY@TIME",
            MessageType::ActionRequest => "action-response {} --verdict ACCEPTED --action …",
            MessageType::DisseminationRequest => "dissemination-decision {} --verdict GRANTED",
            _ => continue,
        };
        steps.push(format!("precinto send {}", verb.replace("{}", id.as_str())));
    }
    let asked = told.held.newest_alert();
    let asked = asked.is_some_and(|alert| !alert.statement.actions().is_empty());
    let unanswered = |verdict| matches!(verdict, None | Some(ActionVerdict::MoreTime));
    let begun = |state| state < State::ActionAccepted;
    let owes = part.is_some_and(|part| begun(part.state) && unanswered(part.verdict));
    if asked && owes && steps.is_empty() {
        steps.push(format!(
            "precinto send action-response {id} --verdict ACCEPTED --action …"
        ));
    }
    let ended = part.is_none_or(|part| part.state >= State::Closed || part.verdict.is_none());
    if steps.is_empty() && !ended && part.is_some_and(|part| part.state < State::HandedOver) {
        let acts = part.is_some_and(|part| {
            matches!(
                part.verdict,
                Some(ActionVerdict::Accepted | ActionVerdict::Partial)
            )
        });
        if acts {
            steps.push(format!("precinto send outcome {id} --code … --final"));
        }
    }
    steps
}
