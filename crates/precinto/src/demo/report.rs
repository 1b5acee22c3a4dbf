//! The report: what went where, how long each step took, what was refused, and the verdict.

mod latency;
mod text;

use super::attacks::Attack;
use super::play::{Message, Record};
use super::proof::Proof;
use super::stage::Stage;
use crate::exit::{Exit, Text};
use crate::output::Output;
use latency::Latency;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// Everything that is to be reported.
pub(crate) struct Report {
    record: Record,
    names: Vec<String>,
    rows_refused: BTreeMap<&'static str, u64>,
    attacks: Vec<Attack>,
    log_unchanged: bool,
    proof: Option<Proof>,
}

/// The object for machines.
#[derive(Debug, Serialize)]
struct Summary<'a> {
    schema: &'static str,
    ok: bool,
    /// Statements that the log holds.
    submitted: usize,
    /// Messages and rows that were refused.
    refused: u64,
    refused_by_reason: BTreeMap<String, u64>,
    /// Deliveries, each to one subscriber.
    delivered: usize,
    /// Deliveries that had to be, and were not.
    undelivered: usize,
    /// Signed acknowledgements that the log holds.
    acknowledged: usize,
    receipts_verified: usize,
    /// Messages spoilt on purpose, and how many of them met the reason that follows from what was done.
    faults: Faults,
    attacks: &'a [Attack],
    audit: Option<&'a super::proof::Audit>,
    latency_ms: Latency,
    seconds: f64,
    /// What must not have happened.
    wrong: Vec<Text>,
}

#[derive(Debug, Serialize)]
struct Faults {
    seeded: usize,
    as_expected: usize,
}

impl Report {
    /// A report of what was played on a stage.
    pub(crate) fn new(
        record: Record,
        rows_refused: BTreeMap<&'static str, u64>,
        stage: &Stage,
    ) -> Self {
        let names = stage.nodes.iter().map(|node| node.name.clone()).collect();
        Self {
            record,
            names,
            rows_refused,
            attacks: Vec::new(),
            log_unchanged: true,
            proof: None,
        }
    }

    /// Adds what was tried and had to be refused, and whether the log stayed as it was.
    pub(crate) fn attacked(&mut self, attacks: Vec<Attack>, log_unchanged: bool) {
        (self.attacks, self.log_unchanged) = (attacks, log_unchanged);
    }

    /// Adds the proof.
    pub(crate) fn proven(&mut self, proof: Proof) {
        self.proof = Some(proof);
    }

    /// Prints it; the exit code says whether all is as it should be.
    pub(crate) fn print(
        &self,
        took: Duration,
        story: bool,
        output: Output,
    ) -> anyhow::Result<Exit> {
        let summary = self.summary(took);
        output.result(&summary, || text::lines(self, &summary, story, output))?;
        Ok(if summary.ok {
            Exit::Done
        } else {
            Exit::VerificationFailed
        })
    }

    fn messages(&self) -> impl Iterator<Item = &Message> {
        self.record
            .order
            .iter()
            .filter_map(|id| self.record.messages.get(id))
    }

    fn name(&self, node: usize) -> &str {
        self.names.get(node).map_or("?", String::as_str)
    }

    fn summary(&self, took: Duration) -> Summary<'_> {
        let accepted: Vec<&Message> = self.messages().filter(|one| one.index.is_some()).collect();
        let missing = |one: &&Message| one.audience.len().saturating_sub(one.delivered_us.len());
        let wrong = self.wrong();
        let spoilt: Vec<&Message> = self.messages().filter(|one| one.fault.is_some()).collect();
        let refused_by_reason = self.refused_by_reason();
        Summary {
            schema: "precinto.demo/v1",
            ok: wrong.is_empty(),
            submitted: accepted.len(),
            refused: refused_by_reason.values().sum(),
            refused_by_reason,
            delivered: accepted.iter().map(|one| one.delivered_us.len()).sum(),
            undelivered: accepted.iter().map(missing).sum(),
            acknowledged: accepted.iter().filter(|one| one.kind == "ACK").count(),
            receipts_verified: self
                .proof
                .as_ref()
                .map_or(0, |proof| proof.receipts_verified),
            faults: Faults {
                seeded: spoilt.len(),
                as_expected: spoilt.iter().filter(|one| is_as_expected(one)).count(),
            },
            attacks: &self.attacks,
            audit: self.proof.as_ref().map(|proof| &proof.audit),
            latency_ms: Latency::of(&accepted),
            seconds: took.as_secs_f64(),
            wrong,
        }
    }

    /// Refusals by the reason that decided: of a spoilt message the one that follows from what was done to it.
    fn refused_by_reason(&self) -> BTreeMap<String, u64> {
        let mut reasons = BTreeMap::new();
        let mut add =
            |reason: &str, count: u64| *reasons.entry(reason.to_owned()).or_default() += count;
        for (reason, count) in &self.rows_refused {
            add(reason, *count);
        }
        for message in self.messages() {
            if let Some((reason, _)) = &message.refused {
                let fault = message.fault.as_ref().filter(|_| is_as_expected(message));
                add(fault.map_or(reason.as_str(), |fault| fault.reason), 1);
            }
        }
        for attack in self.attacks.iter().filter(|attack| attack.message) {
            add(&attack.reason, 1);
        }
        reasons
    }

    /// Everything that must not have happened, in words.
    fn wrong(&self) -> Vec<Text> {
        let mut wrong = self.record.wrong.clone();
        for message in self.messages() {
            let name = format!("{} {}", message.kind, message.tag);
            wrong.extend(wrong_answer(message, &name));
            if message.index.is_some() {
                let missing = message
                    .audience
                    .iter()
                    .filter(|node| !message.delivered_us.contains_key(node));
                wrong.extend(missing.map(|node| {
                    let node = self.name(*node);
                    Text::from((
                        format!("{name} did not reach {node}"),
                        format!("{name} no llegó a {node}"),
                    ))
                }));
            }
        }
        let open = self.attacks.iter().filter(|attack| !attack.is_refused());
        wrong.extend(open.map(|attack| {
            let (due, came) = (&attack.expected, &attack.reason);
            Text::from((
                format!("{due} was due, {came:?} came"),
                format!("se esperaba {due} y llegó {came:?}"),
            ))
            .about(attack.name)
        }));
        if !self.log_unchanged {
            wrong.push(Text::from((
                "the log grew by what nobody is known to have said",
                "la bitácora creció con lo que no se sabe quién dijo",
            )));
        }
        wrong.extend(self.wrong_proof());
        wrong
    }

    fn wrong_proof(&self) -> Vec<Text> {
        let Some(proof) = &self.proof else {
            return vec![Text::from(("nothing was proven", "no se demostró nada"))];
        };
        let receipts = proof.receipts_wrong.iter();
        let mut wrong: Vec<Text> = receipts
            .map(|what| Text::cause(what, "no se cree un recibo"))
            .collect();
        let due = self.messages().filter(|one| one.index.is_some()).count();
        if proof.receipts_verified != due {
            let verified = proof.receipts_verified;
            wrong.push(Text::from((
                format!("{due} receipts were due, {verified} verify"),
                format!("se esperaban {due} recibos y se verifican {verified}"),
            )));
        }
        if proof.audit.verdict != "clean" || proof.audit.findings > 0 {
            let verdict = &proof.audit.verdict;
            wrong.push(Text::from((
                format!("the audit's verdict is {verdict}"),
                format!("el veredicto de la auditoría es {verdict}"),
            )));
            wrong.extend(proof.audit.sentences.iter().map(Text::same));
        }
        wrong
    }
}

/// A message was answered as it should not have been, or not at all.
fn wrong_answer(message: &Message, name: &str) -> Option<Text> {
    let text = match (&message.fault, &message.refused) {
        (None, Some((reason, violations))) => (
            format!("{name} was refused: {reason} {violations:?}"),
            format!("{name} fue rechazado: {reason} {violations:?}"),
        ),
        (Some(fault), refused) if !is_as_expected(message) => (
            format!(
                "{name} had to be refused for {} {}, and was not: {refused:?}",
                fault.reason, fault.field
            ),
            format!(
                "{name} debía rechazarse por {} {} y no fue así: {refused:?}",
                fault.reason, fault.field
            ),
        ),
        (None, None) if message.index.is_none() => (
            format!("{name} has no answer"),
            format!("{name} no tiene respuesta"),
        ),
        _ => return None,
    };
    Some(text.into())
}

/// A spoilt message met the reason, at the field, that follow from what was done to it, and no other.
fn is_as_expected(message: &Message) -> bool {
    let (Some(fault), Some((reason, violations))) = (&message.fault, &message.refused) else {
        return false;
    };
    let named = |(field, reason): &(String, String)| field == fault.field && reason == fault.reason;
    if fault.field.is_empty() {
        reason == fault.reason
    } else {
        !violations.is_empty() && violations.iter().all(named)
    }
}
