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
        let mut officers = BTreeMap::new();
        for Agency { id, officer } in &agency {
            let Some((side, name)) = id.split_once('/') else {
                continue;
            };
            for Officer { id: officer, nodes } in officer {
                let of_agency = format!("spiffe://{side}/agency/{name}");
                let nodes = nodes.iter().map(|node| format!("{of_agency}/node/{node}"));
                officers.insert(format!("{of_agency}/officer/{officer}"), sorted(nodes));
            }
        }
        Ok(Self {
            agencies: agency.into_iter().map(|agency| agency.id).collect(),
            officers,
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
