//! What of the statements that it may see a subscriber wants to see.
//!
//! A filter reads the signed statement only, never a body: bodies get sealed, and deleted. What a statement does not say
//! cannot hold it back, so that a desk for P1 alerts hears of their recall, which states no precedence. And what is held
//! back is covered all the same: a filter narrows what is delivered, never what is accounted for.

use precinto_alert::code::{Coded, CommodityClass, MessageStatus, MessageType, Precedence};
use precinto_alert::id::{AgencyId, AlertId};
use precinto_alert::{Detail, Reason, Violation};
use precinto_ledger::StoredEntry;
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use prost::Message as _;

use crate::limits::{FILTER_AGENCIES_MAX, FILTER_ALERTS_MAX, FILTER_CODES_MAX};
use crate::status::Refusal;

#[cfg(test)]
mod tests;

/// A checked filter, in the one form that equal filters share: what is in a list is sorted, and there once. The default lets
/// everything through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter(pb::Filter);

impl Filter {
    /// Reads a filter from the wire; everything that is wrong with it at once. Absent is the one that lets all through.
    pub fn read(filter: Option<pb::Filter>) -> Result<Self, Refusal> {
        let mut filter = filter.unwrap_or_default();
        let mut wrong = Vec::new();
        let pb::Filter {
            types,
            at_least,
            commodities,
            sender_agencies,
            statuses,
            alert_ids,
        } = &mut filter;
        codes::<MessageType>("types", types, &mut wrong);
        if *at_least != 0 {
            codes::<Precedence>("at_least", &mut vec![*at_least], &mut wrong);
        }
        codes::<CommodityClass>("commodities", commodities, &mut wrong);
        let from = ("sender_agencies", FILTER_AGENCIES_MAX);
        names::<AgencyId>(from, sender_agencies, &mut wrong);
        codes::<MessageStatus>("statuses", statuses, &mut wrong);
        names::<AlertId>(("alert_ids", FILTER_ALERTS_MAX), alert_ids, &mut wrong);
        if wrong.is_empty() {
            Ok(Self(filter))
        } else {
            Err(Refusal::violations(wrong))
        }
    }

    /// As it goes over the wire; none for the one that lets everything through.
    pub fn to_wire(&self) -> Option<pb::Filter> {
        (!self.lets_all_through()).then(|| self.0.clone())
    }

    /// Whether it is the default. Every entry is asked about, so by lengths: to compare empty lists with empty lists takes a
    /// tenth of what a delivery costs, on processors whose masked loads stumble over the addresses of empty ones.
    fn lets_all_through(&self) -> bool {
        let pb::Filter {
            types,
            at_least,
            commodities,
            sender_agencies,
            statuses,
            alert_ids,
        } = &self.0;
        [types, commodities, statuses]
            .iter()
            .all(|codes| codes.is_empty())
            && *at_least == 0
            && sender_agencies.is_empty()
            && alert_ids.is_empty()
    }

    /// Whether an entry that its reader may see is one that it wants to see.
    ///
    /// What is not a statement passes, and so does a statement that was deleted by law: nobody can tell any more, and to
    /// hide a deletion is worse than to show one too many.
    pub fn passes(&self, entry: &StoredEntry) -> bool {
        if self.lets_all_through()
            || entry.leaf().entry_type != EntryType::Statement
            || entry.record_pruned()
        {
            return true;
        }
        let envelope = Payload::decode(entry.content()).unwrap_or_default();
        // Admission has read every statement in the log, so it is one.
        let stated = Stated::decode(envelope.payload.as_slice()).unwrap_or_default();
        self.wants(&stated)
    }

    fn wants(&self, stated: &Stated) -> bool {
        let is_one_of = |set: &[i32], code: i32| set.is_empty() || set.contains(&code);
        is_one_of(&self.0.types, stated.r#type)
            && is_one_of(&self.0.statuses, stated.status)
            && self.is_urgent(stated.precedence)
            && self.concerns(&stated.commodities)
            && self.comes_from(&stated.sender)
            && self.is_about(stated)
    }

    fn is_urgent(&self, precedence: i32) -> bool {
        // The number of a more urgent one is smaller.
        precedence == 0 || self.0.at_least == 0 || precedence <= self.0.at_least
    }

    fn concerns(&self, classes: &[i32]) -> bool {
        self.0.commodities.is_empty()
            || classes.is_empty()
            || classes
                .iter()
                .any(|class| self.0.commodities.contains(class))
    }

    fn comes_from(&self, sender: &str) -> bool {
        let is_of = |agency: &String| {
            let (side, name) = agency.split_once('/').unwrap_or_default();
            let rest = sender.strip_prefix("spiffe://");
            let rest = rest.and_then(|rest| rest.strip_prefix(side));
            let rest = rest.and_then(|rest| rest.strip_prefix("/agency/"));
            let rest = rest.and_then(|rest| rest.strip_prefix(name));
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        self.0.sender_agencies.is_empty() || self.0.sender_agencies.iter().any(is_of)
    }

    fn is_about(&self, stated: &Stated) -> bool {
        let is_meant = |id: &String| self.0.alert_ids.contains(id);
        self.0.alert_ids.is_empty()
            || is_meant(&stated.alert_id)
            || stated.linked_alerts.iter().any(is_meant)
    }

    /// One line of a cursor's file, for operators: `type=ALERT,AMEND at-least=P2`; empty for the one that lets all through.
    pub(crate) fn to_line(&self) -> String {
        let pb::Filter {
            types,
            at_least,
            commodities,
            sender_agencies,
            statuses,
            alert_ids,
        } = &self.0;
        let at_least = Some(at_least).filter(|least| **least != 0);
        let parts = [
            ("type", named::<MessageType>(types)),
            ("at-least", named::<Precedence>(at_least)),
            ("commodity", named::<CommodityClass>(commodities)),
            ("from", sender_agencies.clone()),
            ("status", named::<MessageStatus>(statuses)),
            ("alert", alert_ids.clone()),
        ];
        let said = parts.iter().filter(|(_, values)| !values.is_empty());
        let said: Vec<String> = said
            .map(|(name, values)| format!("{name}={}", values.join(",")))
            .collect();
        said.join(" ")
    }

    /// Reads [`Self::to_line`] strictly.
    pub(crate) fn of_line(line: &str) -> Option<Self> {
        let mut wire = pb::Filter::default();
        for part in line.split_ascii_whitespace() {
            let (name, values) = part.split_once('=')?;
            let values = values.split(',');
            let texts = || values.clone().map(str::to_owned).collect();
            match name {
                "type" => wire.types = numbers::<MessageType>(values)?,
                "at-least" => wire.at_least = *numbers::<Precedence>(values)?.first()?,
                "commodity" => wire.commodities = numbers::<CommodityClass>(values)?,
                "from" => wire.sender_agencies = texts(),
                "status" => wire.statuses = numbers::<MessageStatus>(values)?,
                "alert" => wire.alert_ids = texts(),
                _ => return None,
            }
        }
        Self::read(Some(wire)).ok()
    }
}

/// Checks the codes of one vocabulary, and makes a set of them.
fn codes<C: Coded>(field: &str, codes: &mut Vec<i32>, wrong: &mut Vec<Violation>) {
    if codes.len() > FILTER_CODES_MAX {
        wrong.push(too_long(field, FILTER_CODES_MAX));
    }
    let is_known = |code: &i32| *code != 0 && C::try_from(*code).is_ok();
    if let Some(unknown) = codes.iter().find(|code| !is_known(code)) {
        let detail = (
            format!("{unknown} is not in the table"),
            format!("{unknown} no está en la tabla"),
        );
        wrong.push(violation(field, Reason::CodeUnknown, detail));
    }
    codes.sort_unstable();
    codes.dedup();
}

/// Checks identifiers of one kind, at most `max`, and makes a set of them.
fn names<N: std::str::FromStr<Err: std::fmt::Display>>(
    (field, max): (&str, usize),
    names: &mut Vec<String>,
    wrong: &mut Vec<Violation>,
) {
    if names.len() > max {
        wrong.push(too_long(field, max));
    }
    if names
        .iter()
        .take(max)
        .any(|name| name.parse::<N>().is_err())
    {
        let detail = (
            "one of them has not its form",
            "uno de ellos no tiene su forma",
        );
        wrong.push(violation(field, Reason::FieldFormat, detail));
    }
    names.sort_unstable();
    names.dedup();
}

fn too_long(field: &str, max: usize) -> Violation {
    let detail = (format!("at most {max}"), format!("{max} como máximo"));
    violation(field, Reason::FieldTooLong, detail)
}

fn violation(field: &str, reason: Reason, detail: impl Into<Detail>) -> Violation {
    Violation {
        field: format!("filter.{field}"),
        reason,
        detail: detail.into(),
        proposals: Vec::new(),
    }
}

fn named<'a, C: Coded>(numbers: impl IntoIterator<Item = &'a i32>) -> Vec<String> {
    let names = numbers.into_iter().filter_map(|number| {
        let code = C::try_from(*number).ok()?;
        Some(code.name().to_owned())
    });
    names.collect()
}

fn numbers<'a, C: Coded>(names: impl Iterator<Item = &'a str>) -> Option<Vec<i32>> {
    names
        .map(|name| C::from_name(name).map(Into::into))
        .collect()
}

/// The part of an `Envelope` that holds the statement.
#[derive(Clone, PartialEq, prost::Message)]
struct Payload {
    #[prost(bytes = "vec", tag = "2")]
    payload: Vec<u8>,
}

/// The part of a `Statement` that filters read; the rest is skipped unread.
#[derive(Clone, PartialEq, prost::Message)]
struct Stated {
    #[prost(int32, tag = "2")]
    r#type: i32,
    #[prost(string, tag = "3")]
    sender: String,
    #[prost(int32, tag = "14")]
    status: i32,
    #[prost(string, tag = "15")]
    alert_id: String,
    #[prost(int32, tag = "17")]
    precedence: i32,
    #[prost(int32, repeated, tag = "18")]
    commodities: Vec<i32>,
    #[prost(string, repeated, tag = "27")]
    linked_alerts: Vec<String>,
}
