//! The fold: verified entries one by one, into what each alert of the period has come to.

use super::Scope;
use super::part::Part;
use super::wait::{Bounds, Wait};
use crate::verified::{Overdue, Said, Told, Verified};
use precinto_alert::case::{Case, Step};
use precinto_alert::clock::Clocks;
use precinto_alert::code::{
    AckLevel, ActionVerdict, CommodityClass, MessageStatus, MessageType, OverdueStep, Precedence,
    RecallMeasure,
};
use precinto_alert::id::{AgencyId, AlertId, MessageId, Side};
use precinto_alert::{Statement, reason};
use precinto_proto::v1 as pb;
use prost::Message as _;
use std::collections::{BTreeMap, BTreeSet};

/// Everything counted so far.
#[derive(Debug, Default)]
pub(super) struct Fold {
    taken: u64,
    pub(super) sides: BTreeSet<Side>,
    pub(super) alerts: BTreeMap<AlertId, Alert>,
    /// Reused message ids in the period, by side.
    pub(super) reused: BTreeMap<Side, u64>,
}

/// An alert of the period, and what was said about it.
#[derive(Debug)]
pub(super) struct Alert {
    pub(super) from: AgencyId,
    pub(super) status: MessageStatus,
    pub(super) precedence: Precedence,
    pub(super) commodities: BTreeSet<CommodityClass>,
    /// Indicators that it named in any version, by the numbers of their codes.
    pub(super) indicators: BTreeSet<i32>,
    /// Agencies of other sides.
    pub(super) parts: BTreeMap<AgencyId, Part>,
    pub(super) questions: BTreeMap<MessageId, Question>,
    /// Messages that a REJECT of another side was about: the two sides, and its reasons.
    pub(super) rejections: Vec<(Side, Side, Vec<String>)>,
    pub(super) cancelled: bool,
    pub(super) recalled: Option<(RecallMeasure, u64)>,
    /// Agencies of other sides that were sent anything of it, and the confirmations of its recall.
    pub(super) holders: BTreeMap<AgencyId, Vec<(RecallMeasure, u64)>>,
    /// Bodies that could not be read, by whose words they are.
    pub(super) unread: Vec<AgencyId>,
    /// Steps that the gateway took because nobody had answered in time: who waited, who was late, at which level, which step.
    pub(super) overdue: BTreeMap<(Side, Side, AckLevel, OverdueStep), u64>,
    /// Since when nobody waits for anything any more, milliseconds since 1970 UTC.
    over_ms: Option<u64>,
    case: Case,
    clocks: Clocks,
}

/// An RFI, RFS or `ACTION_REQUEST` to agencies of another side.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) by: AgencyId,
    /// Who was asked.
    pub(super) asked: BTreeMap<AgencyId, Asked>,
}

/// An agency that was asked.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) wait: Wait,
    /// When it answered first, and how it answered in the end.
    pub(super) answer: Option<(u64, Option<ActionVerdict>)>,
}

impl Fold {
    /// Nothing counted; these sides are known already.
    pub(super) fn new(sides: impl Iterator<Item = Side>) -> Self {
        Self {
            sides: sides.collect(),
            ..Self::default()
        }
    }

    /// How many entries were taken in, counted or not.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// Takes in an entry.
    pub(super) fn take(&mut self, scope: &Scope, verified: &Verified) {
        self.taken += 1;
        let told = match &verified.said {
            Said::Message(told) => told,
            Said::Reused { sender } => {
                self.sides.insert(sender.side().clone());
                let counts = scope.period.holds(verified.time_ms);
                *self.reused.entry(sender.side().clone()).or_default() += u64::from(counts);
                return;
            }
            Said::Overdue(overdue) => return self.overdue(overdue),
        };
        self.sides.insert(told.statement.sender().side().clone());
        for agency in told.to.all() {
            if !self.sides.contains(agency.side()) {
                self.sides.insert(agency.side().clone());
            }
        }
        let Some(alert_id) = told.statement.alert_id() else {
            return;
        };
        if told.statement.message_type() == MessageType::Alert {
            let status = told.statement.status();
            let wanted = scope.status.is_none_or(|only| only == status);
            if wanted && scope.period.holds(verified.time_ms) {
                self.alerts
                    .entry(alert_id.clone())
                    .or_insert_with(|| Alert::new(told));
            }
        }
        // Whatever was said about an alert of another time is no part of these figures.
        if let Some(alert) = self.alerts.get_mut(alert_id) {
            alert.say(told, verified.time_ms);
        }
    }

    fn overdue(&mut self, overdue: &Overdue) {
        let (waits, late) = (overdue.sender.side(), overdue.missed.agency.side());
        self.sides.extend([waits.clone(), late.clone()]);
        if let Some(alert) = self.alerts.get_mut(&overdue.alert_id) {
            let missed = &overdue.missed;
            let what = (waits.clone(), late.clone(), missed.level, missed.step);
            *alert.overdue.entry(what).or_default() += 1;
        }
    }
}

impl Alert {
    fn new(told: &Told) -> Self {
        let statement = &told.statement;
        Self {
            from: statement.sender().agency().clone(),
            status: statement.status(),
            precedence: statement.precedence().unwrap_or(Precedence::Unspecified),
            commodities: BTreeSet::new(),
            indicators: BTreeSet::new(),
            parts: BTreeMap::new(),
            questions: BTreeMap::new(),
            rejections: Vec::new(),
            cancelled: false,
            recalled: None,
            holders: BTreeMap::new(),
            unread: Vec::new(),
            overdue: BTreeMap::new(),
            over_ms: None,
            case: Case::default(),
            clocks: Clocks::default(),
        }
    }

    /// What bounds its time in a log that ends at `end_ms`.
    pub(super) fn bounds(&self, end_ms: u64) -> Bounds {
        Bounds {
            over_ms: self.over_ms,
            end_ms,
        }
    }

    /// Takes in a message about it.
    fn say(&mut self, told: &Told, time_ms: u64) {
        use MessageType as T;
        let statement = &told.statement;
        let by = statement.sender().agency();
        let is_originator = *by == self.from;
        self.follow(told, time_ms);
        self.answer(statement, time_ms);
        match statement.message_type() {
            T::Alert | T::Amend if is_originator => self.version(told, time_ms),
            T::Cancel if is_originator => self.cancelled = true,
            T::Recall if is_originator => self.recall(statement, time_ms),
            T::RecallConfirm => {
                let held = self.holders.get_mut(by);
                let taken = held.zip(statement.recall_measure());
                if let Some((confirmations, measure)) = taken {
                    confirmations.push((measure, time_ms));
                }
            }
            T::Transfer => self.add_part(statement, statement.transfer_to(), time_ms),
            T::Rfi | T::Rfs | T::ActionRequest => self.ask(told, time_ms),
            T::Reject => self.reject(statement),
            T::Outcome => self.outcome(told),
            _ => {}
        }
        let other = told.to.all().filter(|to| to.side() != self.from.side());
        for holder in other {
            if !self.holders.contains_key(holder) {
                self.holders.insert(holder.clone(), Vec::new());
            }
        }
    }

    /// Case and clocks take it in. The table of deadlines holds for each alert, whatever rules let it in.
    fn follow(&mut self, told: &Told, time_ms: u64) {
        if let Some(step) = Step::new(&told.statement, told.to.clone()) {
            self.case.apply(step);
        }
        self.clocks.take(&told.statement, time_ms, "");
        self.over_ms = self.case.is_over().then(|| self.over_ms.unwrap_or(time_ms));
    }

    /// What the sender's own part gains by the message: levels reached, a question answered.
    fn answer(&mut self, statement: &Statement, time_ms: u64) {
        let by = statement.sender().agency();
        let held = (&self.case, &self.clocks);
        if let Some(part) = self.parts.get_mut(by) {
            part.wait.look(held, statement, time_ms);
        }
        let is_answer = matches!(
            statement.message_type(),
            MessageType::RfiResponse | MessageType::RfsResult | MessageType::ActionResponse
        );
        let is_answer = is_answer && statement.verdict() != Some(ActionVerdict::MoreTime);
        for (id, question) in &mut self.questions {
            let Some(asked) = question.asked.get_mut(by) else {
                continue;
            };
            asked.wait.look(held, statement, time_ms);
            if is_answer && statement.refers_to() == Some(*id) {
                let first_ms = asked.answer.map_or(time_ms, |(first_ms, _)| first_ms);
                asked.answer = Some((first_ms, statement.verdict()));
            }
        }
    }

    fn version(&mut self, told: &Told, time_ms: u64) {
        let statement = &told.statement;
        self.commodities.extend(statement.commodities());
        for agency in told.to.all() {
            self.add_part(statement, Some(agency), time_ms);
        }
        match pb::AlertContent::decode(told.content.as_slice()) {
            Ok(content) if !told.content.is_empty() => {
                let suspicion = content.suspicion.unwrap_or_default();
                let named = suspicion.indicators.iter().map(|one| one.code);
                self.indicators.extend(named);
            }
            _ => self.unread.push(self.from.clone()),
        }
    }

    /// An agency of another side has become an addressee; what it was before stays as it is.
    fn add_part(&mut self, statement: &Statement, agency: Option<&AgencyId>, time_ms: u64) {
        let other = agency.filter(|agency| agency.side() != self.from.side());
        let Some(agency) = other.filter(|agency| !self.parts.contains_key(*agency)) else {
            return;
        };
        let held = (&self.case, &self.clocks);
        let wait = Wait::new(held, statement.message_id(), agency, time_ms);
        self.parts.insert(agency.clone(), Part::new(wait));
    }

    fn ask(&mut self, told: &Told, time_ms: u64) {
        let statement = &told.statement;
        let by = statement.sender().agency();
        let is_request = statement.message_type() == MessageType::ActionRequest;
        if is_request && *by == self.from {
            for agency in told.to.all() {
                self.add_part(statement, Some(agency), time_ms);
            }
        }
        let others = told.to.all().filter(|agency| agency.side() != by.side());
        let (id, held) = (statement.message_id(), (&self.case, &self.clocks));
        let asked = others.map(|agency| {
            let wait = Wait::new(held, id, agency, time_ms);
            (agency.clone(), Asked { wait, answer: None })
        });
        let question = Question {
            by: by.clone(),
            asked: asked.collect(),
        };
        self.questions.insert(id, question);
    }

    /// The strictest measure counts, from when it was asked for.
    fn recall(&mut self, statement: &Statement, time_ms: u64) {
        let asked = statement.recall_measure();
        let stricter = asked.filter(|measure| self.recalled.is_none_or(|(had, _)| *measure > had));
        if let Some(measure) = stricter {
            self.recalled = Some((measure, time_ms));
        }
    }

    fn reject(&mut self, statement: &Statement) {
        let by = statement.sender().side();
        let about = statement.refers_to().and_then(|id| self.case.message(id));
        let whose = about.map(|about| about.from().side());
        if let Some(whose) = whose.filter(|side| *side != by) {
            let reasons = statement.reject_reasons().iter();
            let reasons = reasons.map(|one| reason::name(*one).to_owned()).collect();
            self.rejections.push((whose.clone(), by.clone(), reasons));
        }
    }

    fn outcome(&mut self, told: &Told) {
        let by = told.statement.sender().agency();
        let Some(part) = self.parts.get_mut(by) else {
            return;
        };
        part.outcome = told.statement.outcome_code().or(part.outcome);
        match pb::OutcomeContent::decode(told.content.as_slice()) {
            Ok(content) => {
                part.quality = content.alert_quality.min(5);
                let feedback = content.indicator_feedback.iter();
                part.feedback
                    .extend(feedback.map(|one| (one.code, one.confirmed)));
            }
            Err(_) => self.unread.push(by.clone()),
        }
    }
}
