//! The directory: which agencies, nodes and officers exist, and whom a recipient's name stands for.
//!
//! Each side signs its own part ([`precinto_alert::directory`], [`precinto_envelope::directory`]); all of them together are
//! the directory. Every part that counts is an entry of the log before anything relies on it, so an auditor can repeat every
//! resolution. What is in force changes while the gateway runs ([`crate::in_force`]): whoever decides something holds one
//! directory for the whole of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use precinto_alert::Violation;
use precinto_alert::directory::{Names, Standby};
use precinto_alert::id::{AgencyId, Identity, NodeId, OfficerId, Side};
use precinto_alert::statement::Recipient;
use precinto_envelope::directory::SignedPart;
use precinto_merkle::note::NoteVerifier;
use precinto_policy::{self as policy, Agencies, Rules};
use precinto_proto::v1 as pb;

pub(crate) mod codes;
mod combine;
pub mod keeper;
pub mod offered;
pub(crate) mod start;
#[cfg(test)]
pub(crate) mod tests;

pub use crate::in_force::{Held, InForce};
use crate::rights::EntryFacts;

/// A side and its country: what `releasable_to` and alert ids name.
#[derive(Debug, Clone)]
pub struct SideCountry {
    /// The trust domain.
    pub side: Side,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// Everybody who may be named, and nobody else.
#[derive(Debug)]
pub struct Directory {
    parts: BTreeMap<Side, Arc<SignedPart>>,
    countries: BTreeMap<Side, String>,
    agencies: BTreeMap<AgencyId, Names>,
    nodes: BTreeSet<NodeId>,
    codes: BTreeMap<String, NodeId>,
    officers: BTreeMap<OfficerId, Vec<NodeId>>,
    witnesses: BTreeMap<NodeId, NoteVerifier>,
    /// Who is asked when an agency does not answer.
    standbys: BTreeMap<AgencyId, Standby>,
    groups: BTreeMap<String, Vec<AgencyId>>,
    topics: BTreeMap<String, Vec<AgencyId>>,
    /// Auditors, each with the sides whose parts name it.
    auditors: BTreeMap<Identity, BTreeSet<Side>>,
    /// The floor and each side's policy.
    rules: Arc<Rules>,
    /// Agencies as the rules see them.
    asked: Agencies,
    /// What the rules need to know of entries, as far as somebody has asked.
    facts: EntryFacts,
}

/// Who is entitled to a statement on account of one recipient; both lists sorted and without repeats.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Agencies: each of their nodes.
    pub agencies: Vec<AgencyId>,
    /// Named nodes: those of a named officer.
    pub nodes: Vec<NodeId>,
}

/// What an identity may read as an auditor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audits {
    /// No part names it.
    Nothing,
    /// Some parts name it: what their sides are a party of.
    Sides(BTreeSet<Side>),
    /// Every side's part names it: the whole log.
    Everything,
}

impl Directory {
    /// What these parts say together, one of each side of this gateway; everything in which they contradict each other.
    ///
    /// Their signatures and their place behind the parts before are the caller's to have checked.
    pub fn combine(
        parts: impl IntoIterator<Item = Arc<SignedPart>>,
        sides: &[SideCountry],
    ) -> Result<Self, Vec<Violation>> {
        combine::combine(parts, sides)
    }

    /// The same with another part in the place of the one of its side.
    pub fn with(&self, part: &Arc<SignedPart>) -> Result<Self, Vec<Violation>> {
        let side = part.part().side();
        let others = self
            .parts
            .values()
            .filter(|other| other.part().side() != side);
        let parts: Vec<_> = others.map(Arc::clone).chain([Arc::clone(part)]).collect();
        let pair = |(side, country): (&Side, &String)| SideCountry {
            side: side.clone(),
            country: country.clone(),
        };
        let sides: Vec<SideCountry> = self.countries.iter().map(pair).collect();
        combine::combine(parts, &sides)
    }

    /// The floor and each side's policy, which are in force with it. They remember their verdicts; another directory has others.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// Whether these rules may keep from somebody what is in the log for it: a side has a policy, or another part than its first,
    /// which may say less of an agency than was said when a message was let in. It hangs on nothing that is in the log for anybody.
    pub(crate) fn may_withhold(&self) -> bool {
        let mut parts = self.parts.values().map(|part| part.part());
        parts.any(|part| part.policy().is_some() || part.version() > 1)
    }

    /// An agency as the rules see it; none of a side that is none here.
    pub fn asked(&self, agency: &AgencyId) -> Option<policy::Agency> {
        self.asked.of(agency)
    }

    /// What the rules need to know of entries.
    pub(crate) fn facts(&self) -> &EntryFacts {
        &self.facts
    }

    /// The sides of this gateway.
    pub fn sides(&self) -> impl Iterator<Item = &Side> {
        self.countries.keys()
    }

    /// The parts that it consists of, by side.
    pub fn parts(&self) -> impl Iterator<Item = (&Side, &Arc<SignedPart>)> {
        self.parts.iter()
    }

    /// The part of a side.
    pub fn part(&self, side: &Side) -> Option<&Arc<SignedPart>> {
        self.parts.get(side)
    }

    /// The parts, as a record that relies on them names them: one of each side, in the order of the sides.
    pub fn trust_refs(&self) -> impl Iterator<Item = pb::TrustRef> {
        self.parts.values().map(|part| pb::TrustRef {
            kind: pb::TrustKind::Directory.into(),
            digest: part.digest().to_vec(),
        })
    }

    /// All agencies, sorted, with their names.
    pub fn agencies(&self) -> impl Iterator<Item = (&AgencyId, &Names)> {
        self.agencies.iter()
    }

    /// Whether the node is listed.
    pub fn has_node(&self, node: &NodeId) -> bool {
        self.nodes.contains(node)
    }

    /// Whether the officer is listed.
    pub fn has_officer(&self, officer: &OfficerId) -> bool {
        self.officers.contains_key(officer)
    }

    /// What the caller may read as an auditor.
    ///
    /// A side opens what one of its own is a party of, which it could show to anybody anyway, and nothing else.
    pub fn audits(&self, identity: &Identity) -> Audits {
        match self.auditors.get(identity) {
            None => Audits::Nothing,
            Some(sides) if sides.iter().eq(self.countries.keys()) => Audits::Everything,
            Some(sides) => Audits::Sides(sides.clone()),
        }
    }

    /// The node that may issue alert ids with this NODE part.
    pub fn node_of_code(&self, code: &str) -> Option<&NodeId> {
        self.codes.get(code)
    }

    /// The key by which a node cosigns checkpoints, if it is a witness.
    pub fn witness_of(&self, node: &NodeId) -> Option<&NoteVerifier> {
        self.witnesses.get(node)
    }

    /// Who is asked when this agency does not answer in time; nobody for one that the directory says nothing of.
    pub fn standby(&self, agency: &AgencyId) -> Option<&Standby> {
        self.standbys.get(agency)
    }

    /// The nodes of an officer, sorted.
    pub fn nodes_of(&self, officer: &OfficerId) -> &[NodeId] {
        self.officers.get(officer).map_or(&[], Vec::as_slice)
    }

    /// The members of a group, sorted.
    pub fn group(&self, name: &str) -> &[AgencyId] {
        self.groups.get(name).map_or(&[], Vec::as_slice)
    }

    /// The country of a side.
    pub fn country(&self, side: &Side) -> Option<&str> {
        self.countries.get(side).map(String::as_str)
    }

    /// Whom a recipient stands for, `None` if the directory does not know it or it stands for nobody.
    ///
    /// A group or a topic does not stand for the sender's own agency: its message does not come back to it.
    pub fn resolve(&self, recipient: &Recipient, sender: &AgencyId) -> Option<Resolved> {
        let resolved = match recipient {
            Recipient::Agency(agency) => {
                let known = self.agencies.contains_key(agency).then(|| agency.clone())?;
                Resolved {
                    agencies: vec![known],
                    nodes: Vec::new(),
                }
            }
            Recipient::Group(name) => others(self.groups.get(name)?, sender),
            Recipient::Topic(name) => others(self.topics.get(name)?, sender),
            Recipient::Officer(officer) => Resolved {
                agencies: Vec::new(),
                nodes: self.officers.get(officer)?.clone(),
            },
        };
        (!resolved.agencies.is_empty() || !resolved.nodes.is_empty()).then_some(resolved)
    }
}

fn others(members: &[AgencyId], sender: &AgencyId) -> Resolved {
    let agencies = members
        .iter()
        .filter(|agency| *agency != sender)
        .cloned()
        .collect();
    Resolved {
        agencies,
        nodes: Vec::new(),
    }
}
