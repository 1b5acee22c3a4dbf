//! What is told of a replay: each message with another answer, whom it concerns, and the rules in their own words.

use super::super::rule;
use super::super::test::outcome;
use super::{Replay, Said};
use crate::clock;
use crate::output::{Mark, Output, printable};
use precinto_alert::code::{Coded, MessageType};
use precinto_policy::{Admission, Floor, Rules};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A message to which the other rules give another answer.
pub(super) struct Changed {
    pub(super) index: u64,
    time_ms: u64,
    message_type: MessageType,
    alert_id: Option<String>,
    from: String,
    /// Whether the other rules would let it in. In the log it stands, so by its own it mostly was.
    allowed: bool,
    /// What is refused and by which rules, as far as the answer was no.
    refusals: Vec<(Option<String>, Vec<String>)>,
    /// Where the texts of these rules are: of the directory's version at that time, for another may not have them.
    rules: Arc<Rules>,
}

impl Changed {
    pub(super) fn of(said: &Said, would: &Admission, other: &Arc<Rules>) -> Self {
        let refusals = would.refusals().iter().map(|one| {
            let rules = one.verdict.rules().map(str::to_owned);
            let receiver = one.receiver.as_ref().map(ToString::to_string);
            (receiver, rules.collect())
        });
        Self {
            index: said.index,
            time_ms: said.time_ms,
            message_type: said.statement.message_type(),
            alert_id: said.statement.alert_id().map(ToString::to_string),
            from: said.statement.sender().to_string(),
            allowed: would.allowed(),
            refusals: refusals.collect(),
            rules: Arc::clone(other),
        }
    }

    fn to_json(&self) -> Value {
        let refusals = self.refusals.iter().map(|(receiver, by)| {
            let by = by.iter().map(|id| rule::to_json(Some(&self.rules), id));
            json!({ "receiver": receiver, "rules": by.collect::<Vec<Value>>() })
        });
        json!({
            "index": self.index,
            "logged_at": clock::rfc3339_ms(self.time_ms),
            "type": self.message_type.name(),
            "alert_id": self.alert_id,
            "from": self.from,
            "allowed": self.allowed,
            "refusals": refusals.collect::<Vec<Value>>(),
        })
    }

    fn lines(&self, output: Output) -> Vec<String> {
        let lang = output.lang();
        let mark = output.mark(if self.allowed { Mark::Good } else { Mark::Bad });
        let (index, what) = (self.index, outcome(self.allowed, lang));
        let when = clock::rfc3339_ms(self.time_ms);
        let kind = self.message_type.label(lang.texts());
        let alert = self.alert_id.as_deref().unwrap_or_default();
        let from = lang.pick("from", "de");
        let head = format!("{kind} {alert} {from} {}", self.from);
        let mut lines = vec![format!(
            "{mark} #{index} {when} {}: {what}",
            printable(head.trim())
        )];
        lines.extend(self.refusals.iter().map(|(receiver, by)| {
            let by = by.join(", ");
            let line = match receiver {
                None => lang.pick(
                    format!("may not be said: {by}"),
                    format!("no puede decirse: {by}"),
                ),
                Some(to) => lang.pick(format!("not to {to}: {by}"), format!("no a {to}: {by}")),
            };
            format!("     {}", printable(&line))
        }));
        lines
    }
}

impl Replay<'_> {
    pub(super) fn to_json(&self) -> Value {
        let changed = self.changed.iter().map(Changed::to_json);
        json!({
            "schema": "precinto.policy.replay/v1",
            "audited": false,
            "floor": Floor::NEWEST.name(),
            "asked": self.asked,
            "unasked": self.unasked,
            "changed": self.changes,
            "messages": changed.collect::<Vec<Value>>(),
        })
    }

    /// Each message, and at the end the rules that refuse, each once and in its own words, the newest if these have changed.
    pub(super) fn lines(&self, output: Output) -> Vec<String> {
        let mut lines: Vec<String> = self
            .changed
            .iter()
            .flat_map(|one| one.lines(output))
            .collect();
        let by = self.changed.iter().flat_map(|one| {
            let ids = one.refusals.iter().flat_map(|(_, ids)| ids);
            ids.map(|id| (id, &*one.rules))
        });
        let by: BTreeMap<&String, &Rules> = by.collect();
        for (id, rules) in by {
            lines.extend(rule::lines(Some(rules), id, output.lang()));
        }
        lines
    }

    pub(super) fn sum_up(&self, output: Output) {
        let lang = output.lang();
        let (asked, changed, unasked) = (self.asked, self.changes, self.unasked);
        output.talk(lang.pick(
            format!("{asked} messages asked about, {changed} of them with another answer than by the rules of their day"),
            format!("{asked} mensajes consultados, {changed} con otra respuesta que la de las reglas de su día"),
        ));
        if unasked > 0 {
            output.say(&lang.pick(
                format!("{unasked} more could not be asked about: this reader is not shown enough of them, or a side has sent no alert yet that says of which country it is (--country SIDE=MX says it)"),
                format!("{unasked} más no pudieron consultarse: a este lector no se le muestra lo suficiente, o un lado aún no ha enviado una alerta que diga de qué país es (--country LADO=MX lo dice)"),
            ));
        }
        let told = u64::try_from(self.changed.len()).unwrap_or(u64::MAX);
        if told < changed {
            output.say(&lang.pick(
                format!("only the first {told} are told"),
                format!("solo se listan los primeros {told}"),
            ));
        }
    }
}
