//! The figures as machines get them: `precinto.report.reciprocity/v1`, codes and counts, nothing in words.

use crate::report::{Report, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;

/// Everything that a report on reciprocity says. Lists are in the order of codes and names, so equal logs give equal bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// `precinto.report.reciprocity/v1`.
    pub schema: &'static str,
    /// Alerts from this time on, milliseconds since 1970 UTC.
    pub from_ms: u64,
    /// Alerts before this time.
    pub to_ms: u64,
    /// The only status that was counted, by its code; none if all were.
    pub only_status: Option<&'static str>,
    /// What it was counted from.
    pub log: Basis,
    /// One for each side towards each other side, both ways of a pair next to each other.
    pub directions: Vec<Direction>,
}

/// What log it was, and what an audit of it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Basis {
    /// The log's name.
    pub origin: Option<String>,
    /// One past the last index.
    pub tree_size: u64,
    /// The root over all entries, base64; none if there was a hole.
    pub root: Option<String>,
    /// Time of the last entry: as far as the log goes. Milliseconds since 1970 UTC.
    pub last_ms: Option<u64>,
    /// What the audit came to.
    pub verdict: Verdict,
    /// How many findings there are of each kind, by its code.
    pub findings: BTreeMap<&'static str, u64>,
    /// Messages, reused ids and missed deadlines that were verified.
    pub verified: u64,
    /// Those that could not be, and are in no figure.
    pub left_out: u64,
    /// Entries that are missing, or of which not even the type can be read: what they hold is in no figure.
    pub missing: u64,
}

/// What one side told another, and what the other made of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Direction {
    /// The side that alerts, by its trust domain.
    pub from: String,
    /// The side that is alerted.
    pub to: String,
    /// Alerts to at least one agency of the other side.
    pub alerts: u64,
    /// Parts: each alert for each agency of the other side.
    pub parts: u64,
    /// Alerts by how they were meant.
    pub by_status: BTreeMap<&'static str, u64>,
    /// Alerts by kind of goods; one can be about several.
    pub by_commodity: BTreeMap<&'static str, u64>,
    /// Levels of acknowledgement: NODE, PERSON, ASSESSED, ACTED.
    pub levels: Vec<LevelFigures>,
    /// The same by precedence, for those that occur.
    pub by_precedence: Vec<PrecedenceFigures>,
    /// Parts by the newest outcome that the agency reported.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// Parts without any outcome as yet.
    pub without_outcome: u64,
    /// Parts in which the newest outcome judged the alert's quality, 1 to 5.
    pub judged: u64,
    /// The sum of these judgements.
    pub quality_sum: u64,
    /// Indicators that the alerts named, or that outcomes judged.
    pub indicators: Vec<IndicatorFigures>,
    /// Bodies of alerts and outcomes that could not be read: their indicators are not counted.
    pub unread_bodies: u64,
    /// Questions and requests of the alerting side, or of the other, to the side they were asked of: here those that `from`
    /// asked of `to`.
    pub requests: Answers,
    /// What the gateway did because nobody had answered in time: by level and step, those that occur.
    pub overdue: Vec<OverdueFigures>,
    /// Alerts that the originator no longer needed.
    pub cancelled: u64,
    /// Alerts that it took back.
    pub recalls: Recalls,
    /// What the other side refused, and what the gateway did.
    pub refusals: Refusals,
}

/// How fast a level was reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LevelFigures {
    /// Its code.
    pub level: &'static str,
    /// By the table, milliseconds; only where all have one precedence, and the level has a deadline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u64>,
    /// Reached at its deadline or before; for ACTED, reached at all.
    pub in_time: u64,
    /// Reached after it.
    pub late: u64,
    /// Not reached, and the deadline was over.
    pub missed: u64,
    /// Not reached, and the deadline was to come; for ACTED, not reached.
    pub open: u64,
    /// Not reached in time, and no longer asked for by then.
    pub ended: u64,
    /// Half of those reached took at most so long, milliseconds.
    pub p50_ms: Option<u64>,
    /// Nine of ten of those reached took at most so long, milliseconds.
    pub p90_ms: Option<u64>,
}

impl LevelFigures {
    /// Parts whose clock has run out or was met: what the share in time is of.
    pub fn due(&self) -> u64 {
        self.in_time + self.late + self.missed
    }

    /// Whole per cent in time, rounded down, so that 100 means all; none if nothing was due.
    pub fn percent_in_time(&self) -> Option<u64> {
        (self.in_time * 100).checked_div(self.due())
    }
}

/// The alerts of one precedence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PrecedenceFigures {
    /// Its code.
    pub precedence: &'static str,
    /// Alerts that were opened with it.
    pub alerts: u64,
    /// How fast each level was reached.
    pub levels: Vec<LevelFigures>,
}

/// How often an indicator proved right.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct IndicatorFigures {
    /// Its code.
    pub indicator: &'static str,
    /// Alerts of this direction that named it, in any version.
    pub named: u64,
    /// Parts whose newest word about it is that it proved right.
    pub right: u64,
    /// Parts whose newest word about it is that it proved wrong.
    pub wrong: u64,
}

/// Questions (RFI, RFS) and requests for action, each for each agency asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Answers {
    /// How many.
    pub asked: u64,
    /// Answered at the time asked for or before; by the table of the precedence where none was.
    pub in_time: u64,
    /// Answered after it.
    pub late: u64,
    /// Not answered, and the time was over.
    pub missed: u64,
    /// Not answered, and the time was to come.
    pub open: u64,
    /// Not answered in time, and the case was cancelled, recalled or closed before.
    pub ended: u64,
    /// Half of the answers took at most so long, milliseconds.
    pub p50_ms: Option<u64>,
    /// Nine of ten of them took at most so long, milliseconds.
    pub p90_ms: Option<u64>,
    /// Answers to requests for action by verdict, asking for more time left out.
    pub verdicts: BTreeMap<&'static str, u64>,
}

/// Steps after a missed deadline (OVERDUE entries about the period's alerts): `from` waited, an agency of `to` was late.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OverdueFigures {
    /// The level that was not reached in time, by its code.
    pub level: &'static str,
    /// What followed, by its code; each deadline has every step once at most, the second request first.
    pub step: &'static str,
    /// How often: each message for each agency.
    pub count: u64,
}

/// Alerts taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Recalls {
    /// How many alerts.
    pub alerts: u64,
    /// Confirmed as asked for: each alert for each agency of the other side that was ever sent anything of it.
    pub confirmed: u64,
    /// Not confirmed, or not as strictly as asked for.
    pub outstanding: u64,
    /// Half of the confirmations took at most so long, milliseconds.
    pub p50_ms: Option<u64>,
}

/// What was not accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Refusals {
    /// REJECT messages of the other side about what this side sent.
    pub rejected: u64,
    /// Their reasons; one message can have several.
    pub reasons: BTreeMap<String, u64>,
    /// Message ids that this side used twice (CONFLICT entries of the period), whomever they were meant for.
    pub reused_ids: u64,
}

impl Basis {
    /// What an audit came to, and how much of its log was handed on as verified.
    pub(crate) fn new(audit: &Report, verified: u64) -> Self {
        let held = audit.statements + audit.conflicts + audit.overdue;
        let read = held + audit.trust_items + audit.acts + audit.unknown;
        Self {
            origin: audit.origin.clone(),
            tree_size: audit.tree_size,
            root: audit.root().map(str::to_owned),
            last_ms: audit.last_ms,
            verdict: audit.verdict(),
            findings: audit.counts.clone(),
            verified,
            left_out: held.saturating_sub(verified),
            missing: audit.tree_size.saturating_sub(read),
        }
    }
}
