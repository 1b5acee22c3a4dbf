//! Exchanges in words: one row a message, with the date by which it is to be reported.

mod page;
mod rules;

pub(super) use page::page;
pub(super) use rules::EXAMPLE;
pub(crate) use rules::Rules;

use super::words::{Caution, basis, indented, period};
use crate::output::{Lang, printable};
use crate::words::minute;
use anyhow::Context;
use precinto_alert::code::{Coded, MessageStatus, MessageType};
use precinto_alert::id::OfficerId;
use precinto_audit::exchange::{Communication, Exchanges};
use serde_json::{Value, json};

/// The text for people.
pub(super) fn text(list: &Exchanges, rules: &Rules, lang: Lang) -> Vec<String> {
    let mut lines = Caution::text(&list.log, lang);
    lines.push(title(lang).to_owned());
    lines.push(format!("  {}", whose(list)));
    lines.push(format!("  {}", period(list.from_ms, list.to_ms)));
    lines.extend(indented(&basis(&list.log, lang)));
    lines.extend(indented(&format!("{}:", rules.demand(lang))));
    lines.extend(rules.recipients(lang).map(|name| format!("    {name}")));
    lines.push(String::new());
    if list.messages.is_empty() {
        lines.push(nothing(lang).to_owned());
    }
    let report_by = lang.pick("report by", "informar antes de");
    for message in &list.messages {
        let alert = message.alert_id.as_deref().unwrap_or_default();
        let counterparts = joined(&message.counterparts);
        lines.push(printable(&format!(
            "  #{}  {}  {}  {alert}",
            message.index,
            minute(message.time_ms),
            what(message, lang),
        )));
        lines.push(printable(&format!(
            "      {} {counterparts}",
            direction(message, lang)
        )));
        let due = format!("      {report_by} {}", minute(message.due_ms));
        let officers = officers(message);
        lines.push(match officers.as_str() {
            "" => due,
            names => printable(&format!("{due}; {names}")),
        });
    }
    lines
}

/// The list with whom it is for.
pub(super) fn json(list: &Exchanges, rules: &Rules) -> Value {
    let mut value = json!(list);
    if let Some(fields) = value.as_object_mut() {
        drop(fields.insert("rules".to_owned(), json!(rules)));
    }
    value
}

/// A line for each message; codes, times in RFC 3339.
pub(super) fn csv(list: &Exchanges) -> anyhow::Result<Vec<u8>> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record([
        "index",
        "logged",
        "report_by",
        "direction",
        "agencies",
        "counterparts",
        "type",
        "status",
        "alert_id",
        "message_id",
        "officers",
    ])?;
    for message in &list.messages {
        let time = crate::clock::rfc3339_ms;
        let way = if message.sent { "SENT" } else { "RECEIVED" };
        rows.write_record([
            message.index.to_string().as_str(),
            &time(message.time_ms),
            &time(message.due_ms),
            way,
            &joined(&message.agencies),
            &joined(&message.counterparts),
            message.message_type,
            message.status,
            message.alert_id.as_deref().unwrap_or_default(),
            &message.message_id,
            &joined(&message.officers),
        ])?;
    }
    rows.into_inner().context("the last lines of the CSV file")
}

fn title(lang: Lang) -> &'static str {
    lang.pick(
        "Exchanges with counterparts abroad",
        "Comunicaciones con contrapartes extranjeras",
    )
}

fn nothing(lang: Lang) -> &'static str {
    lang.pick(
        "The log holds no such message of this period.",
        "La bitácora no contiene ningún mensaje así en este periodo.",
    )
}

/// The agencies, and the officers if it is theirs alone.
fn whose(list: &Exchanges) -> String {
    let officers = list.officers.iter().map(|officer| short_officer(officer));
    let all: Vec<String> = list.agencies.iter().cloned().chain(officers).collect();
    all.join(", ")
}

fn direction(message: &Communication, lang: Lang) -> &'static str {
    if message.sent {
        lang.pick("sent to", "enviado a")
    } else {
        lang.pick("received from", "recibido de")
    }
}

/// The kind of message; that it is not in earnest stands before it.
fn what(message: &Communication, lang: Lang) -> String {
    let kind = MessageType::from_name(message.message_type);
    let kind = kind.map_or(message.message_type, |kind| kind.label(lang.texts()));
    let status = MessageStatus::from_name(message.status);
    let in_earnest = status == Some(MessageStatus::Actual);
    match status.filter(|_| !in_earnest) {
        Some(status) => format!("{}: {kind}", status.label(lang.texts()).to_uppercase()),
        None => kind.to_owned(),
    }
}

fn joined(names: &std::collections::BTreeSet<String>) -> String {
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    all.join(", ")
}

/// An officer of the agencies by name alone, as long as there is only one agency that it can be.
fn officers(message: &Communication) -> String {
    let one = |spiffe: &String| match spiffe.parse::<OfficerId>() {
        Ok(officer) if message.agencies.len() == 1 => officer.officer().to_owned(),
        _ => short_officer(spiffe),
    };
    let all: Vec<String> = message.officers.iter().map(one).collect();
    all.join(", ")
}

/// `hernandez (mx.dev.invalid/anam)`.
fn short_officer(spiffe: &str) -> String {
    spiffe.parse().map_or_else(
        |_| spiffe.to_owned(),
        |officer: OfficerId| format!("{} ({})", officer.officer(), officer.agency()),
    )
}

#[cfg(test)]
mod tests;
