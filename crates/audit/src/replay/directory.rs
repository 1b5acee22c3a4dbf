//! The gateway's directory as an auditor needs it: whom each kind of recipient stands for.
//!
//! Read leniently, because only the parts that decide about delivery matter here.

use precinto_alert::id::AgencyId;
use precinto_alert::statement::Recipient;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// A directory's agencies, officers, groups and topics.
pub(super) struct Directory {
    agencies: BTreeSet<String>,
    /// Officers as SPIFFE ids, with their nodes as SPIFFE ids.
    officers: BTreeMap<String, Vec<String>>,
    /// Agencies, with the officers who are asked in their place, as SPIFFE ids.
    alternates: BTreeMap<String, Vec<String>>,
    /// Agencies, with the group that is told when nobody answers.
    escalation: BTreeMap<String, String>,
    groups: BTreeMap<String, Vec<String>>,
    topics: BTreeMap<String, Vec<String>>,
}

/// Who is entitled to delivery, sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Entitled {
    /// As side/agency.
    pub(super) agencies: Vec<String>,
    /// As SPIFFE ids.
    pub(super) nodes: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    agency: Vec<Agency>,
    #[serde(default)]
    group: Vec<Group>,
    #[serde(default)]
    topic: Vec<Topic>,
}

#[derive(Deserialize)]
struct Agency {
    id: String,
    #[serde(default)]
    officer: Vec<Officer>,
    #[serde(default)]
    alternates: Vec<String>,
    escalation: Option<String>,
}

#[derive(Deserialize)]
struct Officer {
    id: String,
    #[serde(default)]
    nodes: Vec<String>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    #[serde(default)]
    members: Vec<String>,
}

#[derive(Deserialize)]
struct Topic {
    name: String,
    #[serde(default)]
    subscribers: Vec<String>,
}

impl Directory {
    /// Reads the TOML text of a TRUST entry.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
        let File {
            agency,
            group,
            topic,
        } = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let (mut officers, mut stand_in) = (BTreeMap::new(), BTreeMap::new());
        let mut escalation = BTreeMap::new();
        for Agency {
            id,
            officer,
            alternates,
            escalation: group,
        } in &agency
        {
            escalation.extend(group.iter().map(|group| (id.clone(), group.clone())));
            let Some((side, name_of)) = id.split_once('/') else {
                continue;
            };
            for Officer { id: officer, nodes } in officer {
                let of_agency = format!("spiffe://{side}/agency/{name_of}");
                let nodes = nodes.iter().map(|node| format!("{of_agency}/node/{node}"));
                officers.insert(format!("{of_agency}/officer/{officer}"), sorted(nodes));
            }
            let officer =
                |name: &String| format!("spiffe://{side}/agency/{name_of}/officer/{name}");
            stand_in.insert(id.clone(), sorted(alternates.iter().map(officer)));
        }
        Ok(Self {
            agencies: agency.into_iter().map(|agency| agency.id).collect(),
            officers,
            alternates: stand_in,
            escalation,
            groups: group
                .into_iter()
                .map(|group| (group.name, sorted(group.members)))
                .collect(),
            topics: topic
                .into_iter()
                .map(|topic| (topic.name, sorted(topic.subscribers)))
                .collect(),
        })
    }

    /// The officers who are asked when this agency does not answer.
    pub(super) fn alternates(&self, agency: &str) -> &[String] {
        self.alternates.get(agency).map_or(&[], Vec::as_slice)
    }

    /// The nodes of an officer.
    pub(super) fn nodes_of(&self, officer: &str) -> &[String] {
        self.officers.get(officer).map_or(&[], Vec::as_slice)
    }

    /// The agencies that are told when they do not answer either.
    pub(super) fn escalation(&self, agency: &str) -> &[String] {
        let group = self.escalation.get(agency);
        let members = group.and_then(|group| self.groups.get(group));
        members.map_or(&[], Vec::as_slice)
    }

    /// Whom a recipient stands for. A message to a group or a topic does not come back to the sender's own agency.
    pub(super) fn resolve(&self, recipient: &Recipient, sender: &AgencyId) -> Option<Entitled> {
        let agencies = |agencies: Vec<String>| Entitled {
            agencies,
            nodes: Vec::new(),
        };
        let others = |members: &Vec<String>| {
            let sender = sender.to_string();
            agencies(
                members
                    .iter()
                    .filter(|member| **member != sender)
                    .cloned()
                    .collect(),
            )
        };
        Some(match recipient {
            Recipient::Agency(agency) => {
                agencies(vec![self.agencies.get(&agency.to_string())?.clone()])
            }
            Recipient::Group(name) => others(self.groups.get(name)?),
            Recipient::Topic(name) => others(self.topics.get(name)?),
            Recipient::Officer(officer) => {
                let nodes = self.officers.get(&officer.to_string())?.clone();
                Entitled {
                    agencies: Vec::new(),
                    nodes,
                }
            }
        })
    }
}

fn sorted(names: impl IntoIterator<Item = String>) -> Vec<String> {
    names
        .into_iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}
