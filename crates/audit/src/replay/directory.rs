//! The directory as an auditor needs it: the parts of all sides, and whom each kind of recipient stands for.
//!
//! Read leniently, because only what decides about delivery, and about the next part, matters here; that the text is one that
//! a gateway may take is asked beside that.

mod file;
mod law;

use crate::finding::said;
use file::{Agency, File, Group, Node, Officer, Topic, fault, foreign};
use law::Law;
use precinto_alert::Detail;
use precinto_alert::code::CommodityClass;
use precinto_alert::id::{AgencyId, Side};
use precinto_alert::statement::Recipient;
use precinto_merkle::note::{Kind, NoteVerifier};
use precinto_policy::{Floor, Rules};
use precinto_proto::v1 as pb;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// One side's part, as its stewards signed it.
pub(super) struct Part {
    /// Its place in the row of its side's parts, from 1.
    pub(super) version: u64,
    /// The digest of the part before, in hexadecimal; none in the first.
    pub(super) previous: Option<String>,
    /// Whose signatures make the next part count, as SPIFFE ids.
    pub(super) stewards: BTreeSet<String>,
    /// How many of them.
    pub(super) stewards_needed: usize,
    /// NODE codes, with the node of each as a SPIFFE id.
    pub(super) codes: BTreeMap<String, String>,
    /// Nodes as SPIFFE ids, with the keys by which they cosign.
    pub(super) witnesses: Vec<(String, NoteVerifier)>,
    /// What it says of others than its own side, the first of it.
    pub(super) foreign: Option<String>,
    /// What it says that no part may say, the first of it; not asked of one that is foreign.
    pub(super) fault: Option<Detail>,
    /// By what it judges who may have what.
    law: Law,
    agencies: BTreeSet<String>,
    /// Officers as SPIFFE ids, with their nodes as SPIFFE ids.
    officers: BTreeMap<String, Vec<String>>,
    /// Agencies, with the officers who are asked in their place, as SPIFFE ids.
    alternates: BTreeMap<String, Vec<String>>,
    /// Agencies, with the group that is told when nobody answers.
    escalation: BTreeMap<String, String>,
    /// What it lists, and marks as joint with other sides or not: `group` or `topic`, and the name.
    pub(super) lists: BTreeMap<(&'static str, String), bool>,
    groups: BTreeMap<String, BTreeSet<String>>,
    topics: BTreeMap<String, BTreeSet<String>>,
}

/// The parts of all sides that a record names, together: a group is the union of what each says of it.
#[derive(Default)]
pub(super) struct Directory {
    parts: Vec<Arc<Part>>,
    /// The rules that the parts make together, put together when somebody first asks; none if one of them has a policy that is
    /// none.
    rules: OnceLock<Option<Rules>>,
}

/// Who is entitled to delivery, sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Entitled {
    /// As side/agency.
    pub(super) agencies: Vec<String>,
    /// As SPIFFE ids.
    pub(super) nodes: Vec<String>,
}

impl Part {
    /// Reads the TOML text that was signed for `side`.
    pub(super) fn parse(text: &[u8], side: &Side) -> Result<Self, String> {
        let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
        let file: File = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let foreign = foreign(&file, side);
        let law = Law::of(side, file.policy.as_deref());
        let fault = foreign.is_none().then(|| fault(text)).flatten();
        let fault = fault.or_else(|| law.fault());
        let File {
            side: _,
            version,
            previous,
            stewards,
            stewards_needed,
            policy: _,
            agency,
            group,
            topic,
        } = file;
        let mut part = Self {
            version,
            previous,
            stewards: stewards.into_iter().collect(),
            stewards_needed,
            codes: BTreeMap::new(),
            witnesses: Vec::new(),
            foreign,
            fault,
            law,
            agencies: BTreeSet::new(),
            officers: BTreeMap::new(),
            alternates: BTreeMap::new(),
            escalation: BTreeMap::new(),
            lists: BTreeMap::new(),
            groups: BTreeMap::new(),
            topics: BTreeMap::new(),
        };
        for agency in agency {
            part.agency(agency);
        }
        for Group {
            name,
            members,
            joint,
        } in group
        {
            part.lists.insert(("group", name.clone()), joint);
            part.groups.entry(name).or_default().extend(members);
        }
        for Topic {
            name,
            subscribers,
            joint,
        } in topic
        {
            part.lists.insert(("topic", name.clone()), joint);
            part.topics.entry(name).or_default().extend(subscribers);
        }
        Ok(part)
    }

    /// One key for two nodes would be one hand that passes for two witnesses.
    fn witness(&mut self, node: String, witness: Option<&str>) {
        let Some(text) = witness else { return };
        let known = |key: &NoteVerifier| {
            let mut witnesses = self.witnesses.iter();
            witnesses.find_map(|(other, known)| known.has_key_of(key).then_some(other))
        };
        let fault = match NoteVerifier::parse(text) {
            Ok(key) if key.kind() == Kind::Cosigner => match known(&key) {
                None => return self.witnesses.push((node, key)),
                Some(other) => said!(
                    "the witness key of {node} is that of {other}",
                    "la llave de testigo de {node} es la de {other}"
                ),
            },
            _ => said!(
                "the witness key of {node} is none for cosignatures",
                "la llave de testigo de {node} no es para cofirmas"
            ),
        };
        self.fault.get_or_insert(fault);
    }

    fn agency(&mut self, agency: Agency) {
        let Agency {
            id,
            node,
            officer,
            alternates,
            escalation,
            purposes,
        } = agency;
        self.law.entitles(&id, &purposes);
        if let Some((side, name_of)) = id.split_once('/') {
            let of_agency = format!("spiffe://{side}/agency/{name_of}");
            for Node {
                name,
                code,
                witness,
            } in node
            {
                let node = format!("{of_agency}/node/{name}");
                self.codes.insert(code, node.clone());
                self.witness(node, witness.as_deref());
            }
            for Officer { id: officer, nodes } in officer {
                let nodes = nodes.iter().map(|node| format!("{of_agency}/node/{node}"));
                let officer = format!("{of_agency}/officer/{officer}");
                self.officers.insert(officer, sorted(nodes));
            }
            let officer = |name: &String| format!("{of_agency}/officer/{name}");
            let stand_in = sorted(alternates.iter().map(officer));
            self.alternates.insert(id.clone(), stand_in);
        }
        self.escalation
            .extend(escalation.map(|group| (id.clone(), group)));
        self.agencies.insert(id);
    }
}

impl Entitled {
    /// The agency itself, listed or not.
    pub(super) fn agency(agency: &AgencyId) -> Self {
        Self {
            agencies: vec![agency.to_string()],
            nodes: Vec::new(),
        }
    }

    /// As a record has it, but for what was asked.
    pub(super) fn to_record(&self) -> pb::ResolvedRecipient {
        pb::ResolvedRecipient {
            requested: None,
            agencies: self.agencies.clone(),
            nodes: self.nodes.clone(),
        }
    }
}

impl Directory {
    /// Puts the parts together, one of each side.
    pub(super) fn of(parts: Vec<Arc<Part>>) -> Self {
        let rules = OnceLock::new();
        Self { parts, rules }
    }

    /// The newest floor with the policies of the parts; nobody if one of them has a text that is none, which is told of the part.
    pub(super) fn rules(&self) -> Option<&Rules> {
        let together = || {
            let sites = self.parts.iter().filter_map(|part| part.law.site());
            let sites: Result<Vec<_>, ()> = sites.collect();
            Some(Rules::new(Floor::NEWEST, sites.ok()?))
        };
        self.rules.get_or_init(together).as_ref()
    }

    /// The texts of the sides' policies.
    pub(super) fn policies(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| part.law.text())
    }

    /// For which kinds of goods the agency's law lets it process data about persons.
    pub(super) fn purposes(&self, agency: &AgencyId) -> BTreeSet<CommodityClass> {
        let mut parts = self.parts.iter();
        let known = parts.find_map(|part| part.law.purposes(agency));
        known.cloned().unwrap_or_default()
    }

    /// The officers who are asked when this agency does not answer.
    pub(super) fn alternates(&self, agency: &str) -> &[String] {
        let known = self
            .parts
            .iter()
            .find_map(|part| part.alternates.get(agency));
        known.map_or(&[], Vec::as_slice)
    }

    /// The nodes of an officer.
    pub(super) fn nodes_of(&self, officer: &str) -> &[String] {
        let known = self
            .parts
            .iter()
            .find_map(|part| part.officers.get(officer));
        known.map_or(&[], Vec::as_slice)
    }

    /// Whether the officer is listed.
    pub(super) fn has_officer(&self, officer: &str) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|part| part.officers.contains_key(officer))
    }

    /// The node that may issue alert ids with this NODE part, as a SPIFFE id.
    pub(super) fn node_of_code(&self, code: &str) -> Option<&str> {
        let mut parts = self.parts.iter();
        parts
            .find_map(|part| part.codes.get(code))
            .map(String::as_str)
    }

    /// The agencies that are told when they do not answer either, sorted.
    pub(super) fn escalation(&self, agency: &str) -> Vec<String> {
        let mut parts = self.parts.iter();
        let group = parts.find_map(|part| part.escalation.get(agency));
        let members = group.and_then(|group| self.members(group, |part| &part.groups));
        members.unwrap_or_default()
    }

    /// Whom a recipient stands for. A message to a group or a topic does not come back to the sender's own agency.
    pub(super) fn resolve(&self, recipient: &Recipient, sender: &AgencyId) -> Option<Entitled> {
        let agencies = |agencies: Vec<String>| Entitled {
            agencies,
            nodes: Vec::new(),
        };
        let others = |mut members: Vec<String>| {
            let sender = sender.to_string();
            members.retain(|member| *member != sender);
            agencies(members)
        };
        Some(match recipient {
            Recipient::Agency(agency) => {
                let agency = agency.to_string();
                let known = self
                    .parts
                    .iter()
                    .any(|part| part.agencies.contains(&agency));
                agencies(known.then(|| vec![agency])?)
            }
            Recipient::Group(name) => others(self.members(name, |part| &part.groups)?),
            Recipient::Topic(name) => others(self.members(name, |part| &part.topics)?),
            Recipient::Officer(officer) => {
                let officer = officer.to_string();
                let mut parts = self.parts.iter();
                let nodes = parts.find_map(|part| part.officers.get(&officer))?.clone();
                Entitled {
                    agencies: Vec::new(),
                    nodes,
                }
            }
        })
    }

    /// The members of a list on all sides, sorted; none if no side has a list of that name.
    fn members(
        &self,
        name: &str,
        lists: impl Fn(&Part) -> &BTreeMap<String, BTreeSet<String>>,
    ) -> Option<Vec<String>> {
        let mut known = self
            .parts
            .iter()
            .filter_map(|part| lists(part).get(name))
            .peekable();
        known.peek()?;
        Some(sorted(known.flatten().cloned()))
    }
}

fn sorted(names: impl IntoIterator<Item = String>) -> Vec<String> {
    names
        .into_iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}
