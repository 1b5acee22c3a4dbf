//! A list of cases, the newest first, a page at a time.

use super::read::{Held, HeldCase, load_case, with_overdue};
use super::store::{About, BODIES, CASES, MESSAGES, OPENED, damaged};
use super::{CopyError, OwnCopy};
use precinto_alert::case::{State, View};
use precinto_alert::code::{CommodityClass, MessageType, Precedence};
use precinto_alert::content::Form;
use precinto_alert::id::{AgencyId, AlertId, Side};
use precinto_alert::{Content, Statement};
use precinto_proto::v1 as pb;
use redb::ReadableDatabase;

/// Which cases; everything that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The originator's side.
    pub side: Option<Side>,
    /// An agency that originated it, or that is to act on it.
    pub agency: Option<AgencyId>,
    /// One of the newest version's commodity classes.
    pub commodity: Option<CommodityClass>,
    /// The newest version's precedence.
    pub precedence: Option<Precedence>,
    /// Where the case stands as a whole.
    pub standing: Option<Standing>,
    /// How far some addressee's part has come, exactly.
    pub part: Option<State>,
    /// Something that marks a case beside where it stands.
    pub mark: Option<Mark>,
    /// Open, and at this time past the last useful moment of its newest version, milliseconds since 1970-01-01 UTC.
    pub expired_ms: Option<u64>,
    /// Where a shipment of the newest version comes from: airport, UN/LOCODE, country or state, in any spelling of case.
    pub from: Option<String>,
    /// Where one goes to.
    pub to: Option<String>,
    /// Cases opened at this time or later, by the log's clock, milliseconds since 1970-01-01 UTC.
    pub since_ms: Option<u64>,
    /// Cases opened before this time.
    pub until_ms: Option<u64>,
}

/// What may be said of a case wherever it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Somebody's escalation group was told that there is no answer, and there still is none.
    Escalated,
    /// Somebody contests a message of the case.
    Disputed,
    /// There is more than one version of its alert.
    Amended,
    /// Goods are held, in whole or in part.
    OnHold,
}

impl Mark {
    fn is_on(self, view: &View) -> bool {
        match self {
            Self::Escalated => !view.escalated().is_empty(),
            Self::Disputed => !view.disputes.is_empty(),
            Self::Amended => view.version > 1,
            Self::OnHold => view.holds.values().any(|hold| hold.stands()),
        }
    }
}

/// Where a case stands as a whole. What was recalled is recalled, whatever else it is; a cancelled one is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Somebody may still have to act.
    Open,
    /// Every addressee's part has ended.
    Closed,
    /// The originator needs it no longer.
    Cancelled,
    /// Issued in error, or unlawfully.
    Recalled,
}

/// Which part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// [`Cases::next`] of the page before; `None` for the first one.
    pub after: Option<String>,
    /// How many at most; 0 is taken for 1.
    pub limit: usize,
}

/// A part of a list.
#[derive(Debug)]
pub struct Cases {
    /// The cases, the newest opened first.
    pub cases: Vec<CaseSummary>,
    /// The key of the next page; `None` on the last one.
    pub next: Option<String>,
}

/// One case in a list.
#[derive(Debug)]
pub struct CaseSummary {
    /// The case.
    pub alert_id: AlertId,
    /// Where it stands, as far as this agency was told.
    pub view: View,
    /// The same in one word.
    pub standing: Standing,
    /// How many messages the copy has of it.
    pub messages: usize,
    /// When the first of them was logged, milliseconds since 1970-01-01 UTC.
    pub opened_ms: u64,
    /// The newest one's index.
    pub newest_index: u64,
    /// When the newest one was logged.
    pub newest_ms: u64,
    /// What the newest one is.
    pub newest_type: MessageType,
    /// The newest version of the alert; `None` when this agency was sent none of them.
    pub alert: Option<Held>,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            after: None,
            limit: 100,
        }
    }
}

impl Standing {
    /// Where a case stands.
    pub fn of(held: &HeldCase) -> Self {
        let view = held.case.view();
        // Whoever was never sent the alert does not know who its originator is; the gateway has checked who recalled it.
        let is_recall = |held: &Held| held.statement.message_type() == MessageType::Recall;
        let unowned = view.originator.is_none() && held.messages.iter().any(is_recall);
        if view.recall.is_some() || unowned {
            Self::Recalled
        } else if view.is_cancelled {
            Self::Cancelled
        } else if view.is_closed {
            Self::Closed
        } else {
            Self::Open
        }
    }
}

impl CaseSummary {
    /// Whether it is open, and past the last useful moment of its newest version at `now_ms`, milliseconds since 1970-01-01 UTC.
    pub fn is_expired(&self, now_ms: u64) -> bool {
        self.standing == Standing::Open && self.view.is_expired(now_ms)
    }
}

impl OwnCopy {
    /// The cases that `filter` lets through, the newest opened first: an order that new messages do not change, so that no
    /// case is missed between two pages.
    pub fn cases(&self, filter: &Filter, page: &Page) -> Result<Cases, CopyError> {
        let path = &self.path;
        let below = match &page.after {
            None => u64::MAX,
            Some(key) => key.parse().map_err(|_| CopyError::PageKey(key.clone()))?,
        };
        let read = self.database.begin_read().about(path)?;
        let opened = read.open_table(OPENED).about(path)?;
        let tables = (
            &read.open_table(CASES).about(path)?,
            &read.open_table(MESSAGES).about(path)?,
            &read.open_table(BODIES).about(path)?,
        );
        let mut cases = Vec::new();
        for entry in opened.range(..below).about(path)?.rev() {
            let (index, name) = entry.about(path)?;
            let alert_id = name.value().parse::<AlertId>();
            let alert_id = alert_id.map_err(|error| damaged(path, error.to_string()))?;
            let held = load_case(&tables, &alert_id, path)?;
            let held = held.ok_or_else(|| damaged(path, format!("{alert_id} has no messages")))?;
            let held = with_overdue(held, &read, path)?;
            let Some(summary) = summary(held) else {
                continue;
            };
            // Opened in the order of the log, whose times do not go back.
            if filter
                .since_ms
                .is_some_and(|since| summary.opened_ms < since)
            {
                break;
            }
            if !filter.admits(&summary) {
                continue;
            }
            if cases.len() == page.limit.max(1) {
                let next = Some((index.value() + 1).to_string());
                return Ok(Cases { cases, next });
            }
            cases.push(summary);
        }
        Ok(Cases { cases, next: None })
    }
}

fn summary(held: HeldCase) -> Option<CaseSummary> {
    let view = held.case.view();
    let (first, last) = (held.messages.first()?, held.messages.last()?);
    let newest = held.newest_alert().map(|alert| alert.index);
    Some(CaseSummary {
        standing: Standing::of(&held),
        view,
        messages: held.messages.len(),
        opened_ms: first.time_ms,
        newest_index: last.index,
        newest_ms: last.time_ms,
        newest_type: last.statement.message_type(),
        alert_id: held.alert_id,
        alert: held
            .messages
            .into_iter()
            .find(|message| Some(message.index) == newest),
    })
}

impl Filter {
    fn admits(&self, case: &CaseSummary) -> bool {
        let view = &case.view;
        let statement = case.alert.as_ref().map(|alert| &alert.statement);
        let side_fits = |side: &Side| {
            let originator = view.originator.as_ref();
            originator.is_some_and(|agency| agency.side() == side)
        };
        let agency_fits = |agency: &AgencyId| {
            view.originator.as_ref() == Some(agency) || view.parts.contains_key(agency)
        };
        let commodity_fits = |class: &CommodityClass| {
            statement.is_some_and(|said| said.commodities().contains(class))
        };
        let precedence_fits =
            |wanted: &Precedence| statement.and_then(Statement::precedence) == Some(*wanted);
        self.side.as_ref().is_none_or(side_fits)
            && self.agency.as_ref().is_none_or(agency_fits)
            && self.commodity.as_ref().is_none_or(commodity_fits)
            && self.precedence.as_ref().is_none_or(precedence_fits)
            && self
                .standing
                .is_none_or(|standing| standing == case.standing)
            && self
                .part
                .is_none_or(|state| view.parts.values().any(|part| part.state == state))
            && self.mark.is_none_or(|mark| mark.is_on(view))
            && self.expired_ms.is_none_or(|now| case.is_expired(now))
            && self.until_ms.is_none_or(|until| case.opened_ms < until)
            && self.route_fits(case)
    }

    fn route_fits(&self, case: &CaseSummary) -> bool {
        if self.from.is_none() && self.to.is_none() {
            return true;
        }
        let content = case.alert.as_ref().and_then(|alert| alert.content.as_ref());
        let Some(Form::Alert(alert)) = content.map(Content::form) else {
            return false;
        };
        let routes = alert.shipments.iter().filter_map(|one| one.route.as_ref());
        let mut routes = routes.map(|route| (beginnings(route), ends(route)));
        let fits = |wanted: &Option<String>, places: &[&pb::Place]| {
            let Some(wanted) = wanted else { return true };
            places.iter().any(|place| lies_in(place, wanted))
        };
        routes.any(|(beginnings, ends)| fits(&self.from, &beginnings) && fits(&self.to, &ends))
    }
}

fn beginnings(route: &pb::Route) -> Vec<&pb::Place> {
    let first = route.legs.first().and_then(|leg| leg.departure.as_ref());
    route.origin.iter().chain(first).collect()
}

fn ends(route: &pb::Route) -> Vec<&pb::Place> {
    let last = route.legs.last().and_then(|leg| leg.arrival.as_ref());
    route.destination.iter().chain(last).collect()
}

/// Whether a place is what a person wrote: airport, UN/LOCODE, its country, or its state.
fn lies_in(place: &pb::Place, wanted: &str) -> bool {
    let country = place.locode.get(..2).unwrap_or_default();
    let names = [
        &*place.airport,
        &*place.locode,
        &*place.country,
        &*place.subdivision,
        country,
    ];
    names
        .iter()
        .any(|name| !name.is_empty() && name.eq_ignore_ascii_case(wanted.trim()))
}
