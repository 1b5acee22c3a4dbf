//! What is asked of the rules when a message is let in, made of plain data: a gateway asks it before it logs the message, and an
//! auditor once more, each from what it knows itself of directory and case.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use precinto_alert::case::Onward;
use precinto_alert::directory::Part;
use precinto_alert::id::{AgencyId, NodeId, Side};
use precinto_proto::v1 as pb;

use crate::limits::RULES_TOLD_MAX;
use crate::{
    Addressees, Agency, Ask, Facts, Floor, Outcome, Passage, Policy, PolicyError, Rules, Verdict,
};

/// The agencies of all sides, as the rules see them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agencies {
    listed: BTreeMap<AgencyId, Agency>,
    countries: BTreeMap<Side, String>,
}

impl Agencies {
    /// Of these parts, each with its side's country.
    pub fn new<'a>(parts: impl IntoIterator<Item = (&'a Part, &'a str)>) -> Self {
        let mut agencies = Self::default();
        for (part, country) in parts {
            let side = part.side().clone();
            agencies.countries.insert(side, country.to_owned());
            let listed = part.agencies().iter().map(|(id, listed)| {
                let agency = Agency {
                    id: id.clone(),
                    country: country.to_owned(),
                    purposes: listed.purposes.clone(),
                };
                (id.clone(), agency)
            });
            agencies.listed.extend(listed);
        }
        agencies
    }

    /// The agency. One that its side does not list, or not any more, has no purposes; of a side that has no part there is none.
    pub fn of(&self, id: &AgencyId) -> Option<Agency> {
        if let Some(listed) = self.listed.get(id) {
            return Some(listed.clone());
        }
        let country = self.countries.get(id.side())?;
        Some(Agency {
            id: id.clone(),
            country: country.clone(),
            purposes: BTreeSet::new(),
        })
    }

    /// Those that are listed, sorted.
    pub fn listed(&self) -> impl Iterator<Item = &Agency> {
        self.listed.values()
    }
}

impl Rules {
    /// The floor and what each side's part holds; or whose policy is none, and why.
    pub fn of_parts<'a>(
        floor: Floor,
        parts: impl IntoIterator<Item = &'a Part>,
    ) -> Result<Self, (Side, PolicyError)> {
        let mut sites = Vec::new();
        for part in parts {
            if let Some(text) = part.policy() {
                let policy = Policy::parse(text);
                let policy = policy.map_err(|error| (part.side().clone(), error))?;
                sites.push((part.side().clone(), policy));
            }
        }
        Ok(Self::new(floor, sites))
    }
}

impl Addressees {
    /// Those whom a record names. A name that is none is left out; the gateway writes them from identifiers.
    pub fn of(recipients: &[pb::ResolvedRecipient]) -> Self {
        let agencies = recipients.iter().flat_map(|to| &to.agencies);
        let nodes = recipients.iter().flat_map(|to| &to.nodes);
        let nodes = nodes.filter_map(|name| name.parse::<NodeId>().ok());
        Self {
            agencies: agencies.filter_map(|name| name.parse().ok()).collect(),
            of_officers: nodes.map(|node| node.agency().clone()).collect(),
        }
    }

    /// All of them, each once, sorted.
    pub fn all(&self) -> BTreeSet<&AgencyId> {
        self.agencies.iter().chain(&self.of_officers).collect()
    }
}

impl Passage {
    /// How a message gets to an agency, if these get what is passed on.
    pub fn of(agency: &AgencyId, onward: &[Onward]) -> Self {
        match onward.iter().find(|onward| onward.agency == *agency) {
            None => Self::Direct,
            Some(onward) if onward.released_by.is_some() => Self::OnwardReleased,
            Some(_) => Self::Onward,
        }
    }
}

/// What all rules together say to a message that is to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    refusals: Vec<Refusal>,
    rules: BTreeSet<String>,
}

/// Something about it that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Who may not receive it; `None` if it may not be said at all.
    pub receiver: Option<AgencyId>,
    /// By which rules.
    pub verdict: Arc<Verdict>,
}

impl Admission {
    /// Asks whether `carrier` may put the message into the log, and whether each of these may receive it. It may be let in only
    /// if all of that is allowed.
    pub fn ask<'a>(
        rules: &Rules,
        carrier: &Agency,
        facts: &Facts,
        receivers: impl IntoIterator<Item = (&'a Agency, Passage)>,
    ) -> Self {
        let mut admission = Self {
            refusals: Vec::new(),
            rules: BTreeSet::new(),
        };
        let mut permits = BTreeSet::new();
        let mut take = |receiver: Option<&AgencyId>, verdict: Arc<Verdict>| {
            let told = verdict.rules().map(str::to_owned);
            if verdict.allowed() {
                permits.extend(told);
            } else {
                admission.rules.extend(told);
                let receiver = receiver.cloned();
                admission.refusals.push(Refusal { receiver, verdict });
            }
        };
        let inquiry = rules.about(facts);
        take(None, inquiry.decide(Ask::Submit { by: carrier }));
        for (by, passage) in receivers {
            let verdict = inquiry.decide(Ask::Receive { by, passage });
            take(Some(&by.id), verdict);
        }
        if admission.refusals.is_empty() {
            admission.rules = permits;
        }
        while admission.rules.len() > RULES_TOLD_MAX {
            admission.rules.pop_last();
        }
        admission
    }

    /// Whether it may be let in.
    pub fn allowed(&self) -> bool {
        self.refusals.is_empty()
    }

    /// Whether a rule could not be evaluated: raise an alarm.
    pub fn failed(&self) -> bool {
        let mut refusals = self.refusals.iter();
        refusals.any(|refusal| refusal.verdict.outcome() == Outcome::Failed)
    }

    /// What is refused: the message itself first, then by receiver in the order that they were asked for.
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// As the log keeps it: the rules that permit what was let in, those that forbid what was refused.
    pub fn to_record(&self, rules: &Rules) -> pb::Decision {
        pb::Decision {
            policy: rules.floor().name().to_owned(),
            policy_digest: rules.digest().to_vec(),
            rules: self.rules.iter().cloned().collect(),
        }
    }
}
