//! A case for machines: codes and times as the log has them, texts in no language but their own.

use super::Told;
use super::story::content;
use crate::clock::rfc3339_ms;
use crate::commands::extracts::behind;
use crate::draft::statement_json;
use crate::words::{Finding, late_json, part_state, standing};
use precinto_alert::case::{Hold, Late, Part, Question, Recall, View};
use precinto_alert::code::{Coded, HoldKind};
use precinto_alert::id::{AgencyId, AlertId, MessageId};
use precinto_alert::statement::Statement;
use precinto_client::Overdue;
use precinto_client::copy::{BodyState, CaseSummary, Extract, Held, RecallWork, Standing};
use precinto_envelope::hex;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A whole case.
pub(super) fn of(told: &Told<'_>) -> Value {
    let messages = told.held.messages.iter();
    let messages: Vec<Value> = messages.map(|held| message(held, told)).collect();
    let newest = told.held.newest_alert();
    let mut case = stand(&told.view, Standing::of(told.held), told.now_ms);
    let told_to = json!({
        "schema": "precinto.case/v1",
        "alert_id": told.held.alert_id.to_string(),
        "agency": told.own.to_string(),
        "position": told.position,
        "as_of": rfc3339_ms(told.as_of_ms),
        "newest_alert": newest.map(|alert| alert.index),
        "last_action": newest.and_then(|alert| alert.statement.last_action_ms()).map(rfc3339_ms),
        "missed_deadlines": told.held.overdue.iter().map(late_json).collect::<Vec<_>>(),
        "witnessed": told.grades.json(),
        "extracts": extracts(told),
        "recall_here": told.work.as_ref().map(work),
        "acknowledgements": acknowledgements(told),
        "messages": messages,
    });
    extend(&mut case, told_to);
    case
}

/// The agency's own extracts, and which of them have yet to follow the whole.
fn extracts(told: &Told<'_>) -> Vec<Value> {
    let (_, behind) = behind(told.held, &told.view, &told.extracts);
    let one = |extract: &Extract| {
        json!({
            "alert_id": extract.alert_id.to_string(),
            "standing": standing(extract.standing).0,
            "recalled": name(extract.recalled),
            "behind": behind.contains(&extract),
        })
    };
    told.extracts.iter().map(one).collect()
}

/// Who has it since when at which level, in the order of the log. The message at that index has the proof: its receipt, the record
/// that this commits to, and the signed bytes whose id the record names.
fn acknowledgements(told: &Told<'_>) -> Vec<Value> {
    let said = told.held.messages.iter();
    let said = said.filter(|held| held.statement.ack_level().is_some());
    let one = |held: &Held| {
        let statement = &held.statement;
        let signers = held.signers.iter().map(|one| one.identity.to_string());
        json!({
            "agency": statement.sender().agency().to_string(),
            "level": name(statement.ack_level()),
            "since": rfc3339_ms(held.time_ms),
            "signers": signers.collect::<Vec<_>>(),
            "refers_to": statement.refers_to().map(|id| id.to_string()),
            "message_id": statement.message_id().to_string(),
            "index": held.index,
        })
    };
    said.map(one).collect()
}

/// One case of a list.
pub(crate) fn summary(case: &CaseSummary, now_ms: u64) -> Value {
    let said = case.alert.as_ref().map(|alert| &alert.statement);
    let commodities = said.map_or(&[][..], |said| said.commodities());
    let mut object = stand(&case.view, case.standing, now_ms);
    let rest = json!({
        "schema": "precinto.case_summary/v1",
        "alert_id": case.alert_id.to_string(),
        "status": said.map(|said| said.status().name()),
        "precedence": said.and_then(Statement::precedence).map(Coded::name),
        "commodities": commodities.iter().map(|one| one.name()).collect::<Vec<_>>(),
        "last_action": said.and_then(Statement::last_action_ms).map(rfc3339_ms),
        "opened": rfc3339_ms(case.opened_ms),
        "newest": {
            "index": case.newest_index,
            "time": rfc3339_ms(case.newest_ms),
            "type": case.newest_type.name(),
        },
        "message_count": case.messages,
    });
    extend(&mut object, rest);
    object
}

fn extend(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}

/// Where a case stands at `now_ms`, whoever is told. An open one is expired when its last useful moment is past; it stays open.
fn stand(view: &View, stands: Standing, now_ms: u64) -> Value {
    let (code, _) = standing(stands);
    let parts = view.parts.iter().map(part).collect::<Vec<_>>();
    let questions = view.questions.iter().map(question).collect::<Vec<_>>();
    json!({
        "standing": code,
        "expires": view.expires_ms.map(rfc3339_ms),
        "expired": stands == Standing::Open && view.is_expired(now_ms),
        "originator": view.originator.as_ref().map(ToString::to_string),
        "version": view.version,
        "parts": parts,
        "questions": questions,
        "holds": view.holds.iter().map(hold).collect::<Vec<_>>(),
        "recall": view.recall.as_ref().map(recall),
        "late": view.late.iter().map(late).collect::<Vec<_>>(),
        "escalated": view.escalated().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "disputes": view.disputes.iter().map(dispute).collect::<Vec<_>>(),
    })
}

/// A message that is contested, and by whom.
fn dispute((about, who): (&MessageId, &BTreeSet<AgencyId>)) -> Value {
    let who: Vec<String> = who.iter().map(ToString::to_string).collect();
    json!({ "message_id": about.to_string(), "contested_by": who })
}

/// A deadline that was missed, and whether it has been made good.
fn late(late: &Late) -> Value {
    json!({
        "message_id": late.missed.message_id.to_string(),
        "agency": late.missed.agency.to_string(),
        "level": late.missed.level.name(),
        "step": late.missed.step.name(),
        "answered": late.is_answered,
    })
}

/// A case that this agency was sent nothing of, and is asked to step in.
pub(super) fn called_upon(alert: &AlertId, agency: &AgencyId, called: &[Overdue]) -> Value {
    json!({
        "schema": "precinto.called_upon/v1",
        "alert_id": alert.to_string(),
        "agency": agency.to_string(),
        "missed_deadlines": called.iter().map(late_json).collect::<Vec<_>>(),
    })
}

fn part((agency, part): (&AgencyId, &Part)) -> Value {
    json!({
        "agency": agency.to_string(),
        "state": part_state(part.state).0,
        "acknowledged": name(part.acknowledged),
        "version": part.version,
        "assessment": name(part.assessment),
        "verdict": name(part.verdict),
        "outcome": name(part.outcome),
    })
}

fn question((id, question): (&MessageId, &Question)) -> Value {
    let names =
        |all: &BTreeSet<AgencyId>| -> Vec<String> { all.iter().map(ToString::to_string).collect() };
    json!({
        "message_id": id.to_string(),
        "type": question.message_type.name(),
        "by": question.by.to_string(),
        "open": names(&question.open),
        "answered": names(&question.answered),
        "decision": name(question.decision),
    })
}

fn hold(((agency, kind), hold): (&(AgencyId, HoldKind), &Hold)) -> Value {
    json!({
        "agency": agency.to_string(),
        "kind": kind.name(),
        "state": hold.state.name(),
        "stands": hold.stands(),
    })
}

fn recall(recall: &Recall) -> Value {
    let confirmations = recall.confirmations.iter().map(|(agency, one)| {
        json!({
            "agency": agency.to_string(),
            "taken": name(one.taken),
            "outstanding": one.outstanding.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "done": one.is_done,
        })
    });
    json!({
        "measure": recall.measure.name(),
        "confirmations": confirmations.collect::<Vec<_>>(),
    })
}

/// What was done with the copies here.
fn work(work: &RecallWork) -> Value {
    json!({
        "measure": work.measure.name(),
        "copies": work.copies,
        "done": rfc3339_ms(work.done_ms),
        "confirmed": work.confirmed,
    })
}

fn message(held: &Held, told: &Told<'_>) -> Value {
    let said = &held.statement;
    let signers = held.signers.iter().map(|one| one.identity.to_string());
    let agencies = held.recipients.iter();
    let delivered = agencies.flat_map(|one| one.agencies.iter().chain(&one.nodes));
    json!({
        "index": held.index,
        "time": rfc3339_ms(held.time_ms),
        "message_id": said.message_id().to_string(),
        "type": said.message_type().name(),
        "sender": said.sender().to_string(),
        "signers": signers.collect::<Vec<_>>(),
        "delivered_to": delivered.collect::<Vec<_>>(),
        "refers_to": said.refers_to().map(|id| id.to_string()),
        "unknown_fields": held.unknown_fields,
        "statement": statement_json(&held.payload),
        "body": body(held.body),
        "content": content(held),
        "signed": hex(&held.payload),
        "record": hex(&held.receipt.record),
        "receipt": held.receipt.proof,
        "grade": told.grades.json_of(held.index),
        "warnings": held.warnings.iter().map(Finding::from).collect::<Vec<_>>(),
    })
}

/// What became of a body.
fn body(state: BodyState) -> &'static str {
    match state {
        BodyState::Present => "PRESENT",
        BodyState::None => "NONE",
        BodyState::Unreadable => "UNREADABLE",
        BodyState::Pruned => "PRUNED",
        BodyState::Quarantined => "QUARANTINED",
        BodyState::Erased => "ERASED",
    }
}

fn name<C: Coded>(code: Option<C>) -> Option<&'static str> {
    code.map(Coded::name)
}
