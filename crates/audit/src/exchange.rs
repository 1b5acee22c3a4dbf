//! Every communication of some agencies, or of some of their officers, with counterparts abroad, one by one.
//!
//! Mexico's National Security Law asks state and municipal officials to report each exchange with a foreign agent within a
//! term (article 70: three days, to the foreign ministry and the ministry of security; both are settings, because the law
//! changes). The list names each message that the log holds with the term that runs from its entry. What a message says is
//! not in the list: who, with whom, when, of which kind, and under which numbers it is found again.

use crate::reciprocity::{Basis, Period};
use crate::report::Report;
use crate::verified::{Said, Told, Verified};
use precinto_alert::code::{Coded, MessageStatus};
use precinto_alert::id::{AgencyId, OfficerId};
use precinto_alert::statement::Recipient;
use serde::Serialize;
use std::collections::BTreeSet;

/// What is to be listed.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Messages that the log took in then.
    pub period: Period,
    /// Whose; every other side is abroad for them.
    pub agencies: BTreeSet<AgencyId>,
    /// Only messages that one of these signed or was named in as a recipient; empty means all of the agencies'.
    pub officers: BTreeSet<OfficerId>,
    /// Only messages meant this way; all of them if nothing is said.
    pub status: Option<MessageStatus>,
    /// How long the report of a message may take, milliseconds from its entry.
    pub term_ms: u64,
}

/// The list in the making: takes verified entries in the order of the log.
#[derive(Debug)]
pub struct Exchange {
    scope: Scope,
    taken: u64,
    messages: Vec<Communication>,
}

/// The list: `precinto.report.exchange/v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exchanges {
    /// `precinto.report.exchange/v1`.
    pub schema: &'static str,
    /// Messages from this time on, milliseconds since 1970 UTC.
    pub from_ms: u64,
    /// Messages before this time.
    pub to_ms: u64,
    /// Whose, as `side/agency`.
    pub agencies: BTreeSet<String>,
    /// Only of these officers, as SPIFFE ids; empty means of the agencies.
    pub officers: BTreeSet<String>,
    /// The only status that was listed, by its code; none if all were.
    pub only_status: Option<&'static str>,
    /// How long the report of a message may take, milliseconds.
    pub term_ms: u64,
    /// What it was listed from.
    pub log: Basis,
    /// In the order of the log.
    pub messages: Vec<Communication>,
}

/// One communication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Communication {
    /// Its entry in the log.
    pub index: u64,
    /// When the log took it in, milliseconds since 1970 UTC.
    pub time_ms: u64,
    /// Until when it is to be reported, milliseconds since 1970 UTC.
    pub due_ms: u64,
    /// Whether one of the agencies sent it; else it was sent to them.
    pub sent: bool,
    /// Which of the agencies sent or received it.
    pub agencies: BTreeSet<String>,
    /// The agencies abroad that received or sent it.
    pub counterparts: BTreeSet<String>,
    /// What it is for, by its code.
    pub message_type: &'static str,
    /// How it was meant, by its code.
    pub status: &'static str,
    /// The alert it belongs to.
    pub alert_id: Option<String>,
    /// Its id, as a UUID.
    pub message_id: String,
    /// Officers of the agencies who signed it or whom it names as recipients, as SPIFFE ids.
    pub officers: BTreeSet<String>,
}

impl Exchange {
    /// Nothing listed yet.
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            taken: 0,
            messages: Vec::new(),
        }
    }

    /// Takes in the next entry.
    pub fn take(&mut self, verified: &Verified) {
        self.taken += 1;
        if let Said::Message(told) = &verified.said
            && self.scope.period.holds(verified.time_ms)
        {
            self.messages.extend(self.scope.message(verified, told));
        }
    }

    /// The list, with what the audit of the same log came to.
    pub fn finish(self, audit: &Report) -> Exchanges {
        let Self {
            scope,
            taken,
            messages,
        } = self;
        Exchanges {
            schema: "precinto.report.exchange/v1",
            from_ms: scope.period.from_ms,
            to_ms: scope.period.to_ms,
            agencies: names(&scope.agencies),
            officers: names(&scope.officers),
            only_status: scope.status.map(Coded::name),
            term_ms: scope.term_ms,
            log: Basis::new(audit, taken),
            messages,
        }
    }
}

impl Scope {
    /// The message as a row; none if it crossed no border or concerns nobody that is asked for.
    fn message(&self, verified: &Verified, told: &Told) -> Option<Communication> {
        let statement = &told.statement;
        if self.status.is_some_and(|only| only != statement.status()) {
            return None;
        }
        let sender = statement.sender().agency();
        let sent = self.agencies.contains(sender);
        let ours: BTreeSet<&AgencyId> = if sent {
            BTreeSet::from([sender])
        } else {
            let received = told
                .to
                .all()
                .filter(|agency| self.agencies.contains(agency));
            received
                .filter(|agency| agency.side() != sender.side())
                .collect()
        };
        let abroad: BTreeSet<&AgencyId> = if sent {
            let others = told.to.all();
            others
                .filter(|agency| agency.side() != sender.side())
                .collect()
        } else {
            BTreeSet::from([sender])
        };
        let officers = Self::officers_in(told, &ours);
        let concerned = self.officers.is_empty() || !officers.is_disjoint(&self.officers);
        if ours.is_empty() || abroad.is_empty() || !concerned {
            return None;
        }
        Some(Communication {
            index: verified.index,
            time_ms: verified.time_ms,
            due_ms: verified.time_ms.saturating_add(self.term_ms),
            sent,
            agencies: names(ours),
            counterparts: names(abroad),
            message_type: statement.message_type().name(),
            status: statement.status().name(),
            alert_id: statement.alert_id().map(ToString::to_string),
            message_id: statement.message_id().to_string(),
            officers: names(officers),
        })
    }

    /// Officers of `ours` who signed the message, or to whom it was sent by name.
    fn officers_in(told: &Told, ours: &BTreeSet<&AgencyId>) -> BTreeSet<OfficerId> {
        let named = told.statement.recipients().iter();
        let named = named.filter_map(|recipient| match recipient {
            Recipient::Officer(officer) => Some(officer),
            _ => None,
        });
        let all = told.officers.iter().chain(named);
        all.filter(|officer| ours.contains(officer.agency()))
            .cloned()
            .collect()
    }
}

fn names<T: ToString>(all: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    all.into_iter().map(|one| one.to_string()).collect()
}

#[cfg(test)]
mod tests;
