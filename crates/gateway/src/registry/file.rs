//! The directory's file as it is written, and how it becomes a directory: every name checked, every problem reported.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use precinto_alert::id::{AgencyId, Identity, NodeId, OfficerId};
use precinto_envelope::crypto::sha256;
use precinto_merkle::note::{Kind, NoteVerifier};
use serde::Deserialize;

use super::{Directory, Names, SideCountry, Standby};
use crate::limits::{
    AGENCIES_MAX, ALTERNATES_MAX, GROUPS_MAX, NODES_PER_AGENCY_MAX, OFFICERS_PER_AGENCY_MAX,
    WITNESSES_MAX,
};

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    auditors: Vec<String>,
    agency: Vec<AgencyFile>,
    #[serde(default)]
    group: Vec<GroupFile>,
    #[serde(default)]
    topic: Vec<TopicFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgencyFile {
    id: String,
    name_en: String,
    name_es: String,
    #[serde(default)]
    node: Vec<NodeFile>,
    #[serde(default)]
    officer: Vec<OfficerFile>,
    #[serde(default)]
    alternates: Vec<String>,
    escalation: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeFile {
    name: String,
    code: String,
    witness: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfficerFile {
    id: String,
    nodes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupFile {
    name: String,
    members: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicFile {
    name: String,
    subscribers: Vec<String>,
}

/// The directory while it is being read, with what is wrong so far.
pub(super) struct Builder {
    pub(super) directory: Directory,
    pub(super) problems: Vec<String>,
}

impl Builder {
    pub(super) fn new(text: &str, sides: &[SideCountry]) -> Self {
        let pair = |known: &SideCountry| (known.side.clone(), known.country.clone());
        let directory = Directory {
            text: text.to_owned(),
            digest: sha256(&[text.as_bytes()]),
            countries: sides.iter().map(pair).collect(),
            agencies: BTreeMap::new(),
            nodes: BTreeMap::new(),
            codes: BTreeMap::new(),
            officers: BTreeMap::new(),
            witnesses: BTreeMap::new(),
            standbys: BTreeMap::new(),
            groups: BTreeMap::new(),
            topics: BTreeMap::new(),
            auditors: BTreeSet::new(),
        };
        Self {
            directory,
            problems: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, file: File) {
        let File {
            auditors,
            agency,
            group,
            topic,
        } = file;
        self.at_most("agencies", agency.len(), AGENCIES_MAX);
        self.at_most("groups", group.len(), GROUPS_MAX);
        self.at_most("topics", topic.len(), GROUPS_MAX);
        for agency in agency {
            self.agency(agency);
        }
        for GroupFile { name, members } in group {
            let members = self.members(&name, &members);
            if self
                .directory
                .groups
                .insert(name.clone(), members)
                .is_some()
            {
                self.wrong(format_args!("the group {name} stands twice"));
            }
        }
        for TopicFile { name, subscribers } in topic {
            let members = self.members(&name, &subscribers);
            if self
                .directory
                .topics
                .insert(name.clone(), members)
                .is_some()
            {
                self.wrong(format_args!("the topic {name} stands twice"));
            }
        }
        self.escalation_groups();
        for auditor in auditors {
            match Identity::parse(&auditor) {
                Ok(identity) => {
                    self.directory.auditors.insert(identity);
                }
                Err(error) => self.wrong(format_args!("the auditor {auditor:?}: {error}")),
            }
        }
    }

    fn agency(&mut self, file: AgencyFile) {
        let AgencyFile {
            id,
            name_en,
            name_es,
            node,
            officer,
            alternates,
            escalation,
        } = file;
        let agency: AgencyId = match id.parse() {
            Ok(agency) => agency,
            Err(error) => return self.wrong(format_args!("the agency {id:?}: {error}")),
        };
        if !self.directory.countries.contains_key(agency.side()) {
            return self.wrong(format_args!("the agency {id}: no [[side]] has that domain"));
        }
        let names = Names {
            english: name_en,
            spanish: name_es,
        };
        if self
            .directory
            .agencies
            .insert(agency.clone(), names)
            .is_some()
        {
            return self.wrong(format_args!("the agency {id} stands twice"));
        }
        self.at_most(&id, node.len(), NODES_PER_AGENCY_MAX);
        self.at_most(&id, officer.len(), OFFICERS_PER_AGENCY_MAX);
        for node in node {
            self.node(&agency, node);
        }
        for officer in officer {
            self.officer(&agency, officer);
        }
        self.at_most(&id, alternates.len(), ALTERNATES_MAX);
        self.standby(agency, &alternates, escalation);
    }

    /// The agency's officers stand in the directory by now.
    fn standby(&mut self, agency: AgencyId, alternates: &[String], escalation: Option<String>) {
        let mut known = BTreeSet::new();
        for id in alternates {
            match OfficerId::new(agency.clone(), id) {
                Ok(officer) if self.directory.officers.contains_key(&officer) => {
                    known.insert(officer);
                }
                _ => self.wrong(format_args!(
                    "the alternate {id:?}: {agency} has no such officer"
                )),
            }
        }
        let standby = Standby {
            alternates: known.into_iter().collect(),
            escalation,
        };
        if standby != Standby::default() {
            self.directory.standbys.insert(agency, standby);
        }
    }

    /// Groups may stand anywhere in the file, so this comes last.
    fn escalation_groups(&mut self) {
        let Directory {
            standbys, groups, ..
        } = &self.directory;
        for (agency, standby) in standbys {
            if let Some(group) = &standby.escalation
                && !groups.contains_key(group)
            {
                self.problems.push(format!(
                    "the escalation of {agency}: no group {group:?} in this directory"
                ));
            }
        }
    }

    fn node(&mut self, agency: &AgencyId, file: NodeFile) {
        let NodeFile {
            name,
            code,
            witness,
        } = file;
        let node = match NodeId::new(agency.clone(), &name) {
            Ok(node) => node,
            Err(error) => {
                return self.wrong(format_args!("the node {name:?} of {agency}: {error}"));
            }
        };
        if !is_code(&code) {
            return self.wrong(format_args!(
                "the code {code:?} of {node}: must be 2 to 8 capital letters or digits"
            ));
        }
        if let Some(owner) = self.directory.codes.insert(code.clone(), node.clone()) {
            // Two owners of one code could issue the same alert id.
            self.wrong(format_args!(
                "the code {code} belongs to both {owner} and {node}"
            ));
        }
        if self.directory.nodes.insert(node.clone(), code).is_some() {
            self.wrong(format_args!("the node {node} stands twice"));
        }
        if let Some(vkey) = witness {
            self.witness(node, &vkey);
        }
    }

    /// A cosignature does not name its cosigner, so a key that two nodes share would speak for both.
    fn witness(&mut self, node: NodeId, vkey: &str) {
        let key = match NoteVerifier::parse(vkey) {
            Ok(key) if key.kind() == Kind::Cosigner => key,
            Ok(_) => {
                return self.wrong(format_args!(
                    "the witness key of {node}: must be one for cosignatures, of type 4"
                ));
            }
            Err(error) => {
                return self.wrong(format_args!("the witness key of {node}: {error}"));
            }
        };
        let mut others = self.directory.witnesses.iter();
        if let Some((other, _)) = others.find(|(_, known)| known.has_key_of(&key)) {
            let problem = format!("{other} and {node} have the same witness key");
            return self.problems.push(problem);
        }
        self.directory.witnesses.insert(node, key);
        if self.directory.witnesses.len() > WITNESSES_MAX {
            self.wrong(format_args!("more than {WITNESSES_MAX} witness keys"));
        }
    }

    fn officer(&mut self, agency: &AgencyId, file: OfficerFile) {
        let OfficerFile { id, nodes } = file;
        let officer = match OfficerId::new(agency.clone(), &id) {
            Ok(officer) => officer,
            Err(error) => {
                return self.wrong(format_args!("the officer {id:?} of {agency}: {error}"));
            }
        };
        let mut known = BTreeSet::new();
        for name in nodes {
            match NodeId::new(agency.clone(), &name) {
                Ok(node) if self.directory.nodes.contains_key(&node) => {
                    known.insert(node);
                }
                _ => self.wrong(format_args!(
                    "the officer {officer}: {agency} has no node {name:?}"
                )),
            }
        }
        let nodes = known.into_iter().collect();
        if self
            .directory
            .officers
            .insert(officer.clone(), nodes)
            .is_some()
        {
            self.wrong(format_args!("the officer {officer} stands twice"));
        }
    }

    fn members(&mut self, list: &str, names: &[String]) -> Vec<AgencyId> {
        if !is_list_name(list) {
            self.wrong(format_args!(
                "{list:?}: must be lower-case letters, digits or hyphens"
            ));
        }
        let mut members = BTreeSet::new();
        for name in names {
            match name.parse::<AgencyId>() {
                Ok(agency) if self.directory.agencies.contains_key(&agency) => {
                    members.insert(agency);
                }
                _ => self.wrong(format_args!("{list}: no agency {name:?} in this directory")),
            }
        }
        members.into_iter().collect()
    }

    fn at_most(&mut self, what: &str, count: usize, max: usize) {
        if count > max {
            self.wrong(format_args!("{what}: {count} are more than {max}"));
        }
    }

    fn wrong(&mut self, problem: fmt::Arguments<'_>) {
        self.problems.push(problem.to_string());
    }
}

fn is_list_name(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(inside)
}

/// The NODE part of alert ids.
fn is_code(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    (2..=8).contains(&text.len()) && text.bytes().all(inside)
}
