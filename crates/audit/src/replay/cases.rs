//! Whether each message was allowed to follow what the log held of its case before it.

use std::collections::HashMap;

use super::clocks::{Calendar, Held, Late, Timed};
use super::countries::Countries;
use super::floor::{Asked, Withdrawal};
use super::keys::Keys;
use super::stated::claimed;
use crate::finding::{Finding, Kind, Place};
use precinto_alert::case::{Audience, Case, Names, Step};
use precinto_alert::floor::Rules;
use precinto_alert::id::AlertId;
use precinto_alert::reason;
use precinto_alert::{Statement, Violation};
use precinto_proto::v1 as pb;

/// What an entry is to a case.
pub(super) enum Part {
    /// Nothing: no statement.
    None,
    /// A statement that belongs to no case, let in by these rules.
    Outside(Rules, Option<Box<Asked>>),
    /// It cannot be read, so nobody knows of which case it is missing.
    Unreadable,
    /// A message of this case.
    Of(Box<Message>),
    /// A missed deadline of a case.
    Late(Box<Late>),
}

/// A message of a case.
pub(super) struct Message {
    alert_id: AlertId,
    step: Step,
    /// What it says about time, if it does, and where it stands.
    timed: Option<Box<Timed>>,
    /// When the log took it in.
    time_ms: u64,
    rules: Rules,
    /// What the floor asks beside the case, where the directory is known.
    asked: Option<Box<Asked>>,
    /// If it takes something back: whom from.
    withdrawal: Option<Box<Withdrawal>>,
}

/// What speaks against the step in its case, by these rules.
fn objection(rules: Rules, case: &Case, step: &Step) -> Option<Violation> {
    match rules {
        Rules::WithoutCases => None,
        Rules::OfAgencies => case.permits_agency(step).err(),
        Rules::OfNodes => case.permits_node(step).err(),
        Rules::All | Rules::Written => case.permits(step).err(),
    }
}

impl Part {
    /// The statement's part, sent to whom its record names.
    pub(super) fn of(
        statement: &Statement,
        record: &pb::StatementRecord,
        (index, time_ms): (u64, u64),
        (asked, withdrawal): (Option<Box<Asked>>, Option<Box<Withdrawal>>),
    ) -> Self {
        let rules = claimed(record);
        let Some(alert_id) = statement.alert_id() else {
            return Self::Outside(rules, asked);
        };
        // A name that is none is a finding of its own: the recipients are resolved again.
        let audience = Audience::of_recipients(&record.recipients);
        match Step::new(statement, audience) {
            Some(step) => Self::Of(Box::new(Message {
                alert_id: alert_id.clone(),
                step,
                timed: Timed::of(statement, record, index),
                time_ms,
                rules,
                asked,
                withdrawal,
            })),
            None => Self::Outside(rules, asked),
        }
    }
}

/// Every case of the log, as far as it was replayed.
#[derive(Default)]
pub(super) struct Cases {
    by_id: HashMap<AlertId, Held>,
    names: Names,
    clocks: Calendar,
    countries: Countries,
    /// An entry is missing, deleted or unreadable: what follows it may have been allowed by what it said.
    has_holes: bool,
    /// The newest rules that the log has claimed so far.
    newest: Option<Rules>,
    /// Messages that nobody has judged, because no case was asked when they were let in.
    let_in_unasked: Option<Run>,
    /// Messages whose deadlines nobody has judged, because no clock was kept when they were let in.
    let_in_unclocked: Option<Run>,
}

/// Messages under old rules. None of them follows newer rules, so they are the first of their log.
#[derive(Clone, Copy)]
struct Run {
    first: u64,
    last: u64,
    count: u64,
}

impl Run {
    fn extend(run: &mut Option<Self>, index: u64) {
        let run = run.get_or_insert(Self {
            first: index,
            last: index,
            count: 0,
        });
        run.last = index;
        run.count += 1;
    }

    fn finding(self, kind: fn(u64) -> Kind) -> Finding {
        let place = Place::whole_log().about(self.first, self.last.saturating_add(1));
        Finding::new(kind(self.count), place)
    }
}

impl Cases {
    /// From here on nothing is objected to.
    pub(super) fn hole(&mut self) {
        self.has_holes = true;
        self.by_id = HashMap::new();
        self.clocks = Calendar::default();
    }

    /// Takes in the entry at this index; gives what speaks against its being there, and what should have been there
    /// before it. `keys` are those of the entries before.
    pub(super) fn follow(&mut self, index: u64, part: Part, keys: &Keys) -> Vec<Kind> {
        let (claimed, asked, message) = match part {
            Part::None => return Vec::new(),
            Part::Unreadable => {
                self.hole();
                return Vec::new();
            }
            Part::Late(_) if self.has_holes => return Vec::new(),
            Part::Late(late) => {
                let (time_ms, kind) = (late.time_ms, late.take(&mut self.by_id, &self.countries));
                let missing = self.clocks.pass(time_ms, &self.by_id);
                return kind.into_iter().chain(missing).collect();
            }
            Part::Outside(rules, asked) => (rules, asked, None),
            Part::Of(mut message) => (message.rules, message.asked.take(), Some(*message)),
        };
        let newest = self.newest.map_or(claimed, |newest| newest.max(claimed));
        self.newest = Some(newest);
        let mut kinds = Vec::new();
        if claimed < newest {
            kinds.push(Kind::RulesWentBack {
                claimed: claimed.name(),
                newest: newest.name(),
            });
        }
        if newest.ask_floor()
            && let Some(asked) = asked
        {
            kinds.extend(asked.judge(&mut self.countries));
            if newest.are_written() {
                let case = message.as_ref().filter(|_| !self.has_holes);
                let new = Case::default();
                let case = case.map(|message| {
                    let held = self.by_id.get(&message.alert_id);
                    (held.map_or(&new, |held| &held.case), &message.step)
                });
                kinds.extend(asked.judge_decision(&self.countries, case, keys));
            }
        }
        if let Some(message) = message {
            let time_ms = message.time_ms;
            kinds.extend(self.judge(index, message, newest));
            if !self.has_holes {
                kinds.extend(self.clocks.pass(time_ms, &self.by_id));
            }
        }
        kinds
    }

    fn judge(&mut self, index: u64, message: Message, rules: Rules) -> Vec<Kind> {
        if rules == Rules::WithoutCases {
            Run::extend(&mut self.let_in_unasked, index);
        }
        let waits = message.timed.as_ref().is_some_and(|timed| timed.waits());
        if waits && !rules.keep_clocks() {
            Run::extend(&mut self.let_in_unclocked, index);
        }
        if self.has_holes {
            return Vec::new();
        }
        let Message {
            alert_id,
            step,
            timed,
            time_ms,
            withdrawal,
            rules: _,
            asked: _,
        } = message;
        let step = self.names.share(step);
        let held = self.by_id.entry(alert_id.clone()).or_default();
        let withdrawal = withdrawal.filter(|_| rules.ask_floor());
        let misdirected = withdrawal.and_then(|withdrawal| withdrawal.judge(&held.case));
        let objection = objection(rules, &held.case, &step);
        held.case.apply(step);
        if let Some(timed) = timed
            && let Some(waits) = timed.take(held, time_ms)
        {
            self.clocks.enter(alert_id, waits, held);
        }
        let refused = objection.map(|objection| Kind::Refused {
            reason: reason::name(objection.reason),
            why: objection.to_string(),
        });
        misdirected.into_iter().chain(refused).collect()
    }

    /// Whether what an entry says of its case cannot be judged any more.
    pub(super) fn has_holes(&self) -> bool {
        self.has_holes
    }

    /// What nobody has judged.
    pub(super) fn unaudited(&self) -> Vec<Finding> {
        let cases = self
            .let_in_unasked
            .map(|run| run.finding(|count| Kind::CasesNotAudited { count }));
        let clocks = self
            .let_in_unclocked
            .map(|run| run.finding(|count| Kind::ClocksNotAudited { count }));
        cases.into_iter().chain(clocks).collect()
    }
}
