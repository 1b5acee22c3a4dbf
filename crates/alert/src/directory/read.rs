//! A part's text as it is written, and how it becomes a part: every name checked, every problem reported.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Agency, Part, PartError};
use crate::Reason;
use crate::id::{AgencyId, Side};
use crate::limits::{AGENCIES_MAX, GROUPS_MAX, PART_BYTES_MAX, POLICY_BYTES_MAX, VIOLATIONS_MAX};
use crate::violation::{Detail, Violation, at_most};

mod agency;
mod names;

/// The text as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    side: String,
    version: u64,
    previous: Option<String>,
    stewards: Vec<String>,
    #[serde(default = "one")]
    stewards_needed: usize,
    #[serde(default)]
    auditors: Vec<String>,
    policy: Option<String>,
    #[serde(default)]
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
    #[serde(default)]
    purposes: Vec<String>,
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
    #[serde(default)]
    joint: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicFile {
    name: String,
    subscribers: Vec<String>,
    #[serde(default)]
    joint: bool,
}

fn one() -> usize {
    1
}

pub(super) fn parse(text: &str) -> Result<Part, PartError> {
    if text.len() > PART_BYTES_MAX {
        return Err(PartError::Size { bytes: text.len() });
    }
    let file: File = toml::from_str(text).map_err(|error| PartError::Syntax {
        message: error.to_string(),
    })?;
    let mut problems = Problems::default();
    let side: Side = match file.side.parse() {
        Ok(side) => side,
        // Without it nothing else can be judged.
        Err(error) => {
            problems.add("side", Reason::FieldFormat, error.detail());
            return Err(PartError::Content(problems.0));
        }
    };
    let reader = Reader { side, problems };
    let (part, problems) = reader.part(file);
    if problems.0.is_empty() {
        Ok(part)
    } else {
        Err(PartError::Content(problems.0))
    }
}

/// What is wrong so far.
#[derive(Default)]
struct Problems(Vec<Violation>);

impl Problems {
    fn add(&mut self, field: impl Into<String>, reason: Reason, detail: impl Into<Detail>) {
        if self.0.len() < VIOLATIONS_MAX {
            self.0.push(Violation {
                field: field.into(),
                reason,
                detail: detail.into(),
                proposals: Vec::new(),
            });
        }
    }

    fn at_most(&mut self, field: &str, count: usize, max: usize) {
        if count > max {
            self.add(field, Reason::ValueRange, at_most(max));
        }
    }

    fn twice(&mut self, field: &str) {
        let detail = ("stands twice", "aparece dos veces");
        self.add(field, Reason::Repeated, detail);
    }
}

/// The part while it is being read.
struct Reader {
    side: Side,
    problems: Problems,
}

impl Reader {
    fn part(mut self, file: File) -> (Part, Problems) {
        let previous = self.previous(file.version, file.previous.as_deref());
        self.problems
            .at_most("agency", file.agency.len(), AGENCIES_MAX);
        self.problems.at_most("group", file.group.len(), GROUPS_MAX);
        self.problems.at_most("topic", file.topic.len(), GROUPS_MAX);
        let mut agencies = BTreeMap::new();
        for agency in file.agency {
            let field = format!("agency[{}]", agency.id);
            if let Some((id, agency)) = self.agency(&field, agency)
                && agencies.insert(id, agency).is_some()
            {
                self.problems.twice(&field);
            }
        }
        self.somebody_can_change_it(&agencies);
        self.codes_and_witnesses(&agencies);
        let is_joint = |group: &&GroupFile| group.joint;
        let joint_groups = file.group.iter().filter(is_joint);
        let joint_groups = joint_groups.map(|group| group.name.clone()).collect();
        let is_joint = |topic: &&TopicFile| topic.joint;
        let joint_topics = file.topic.iter().filter(is_joint);
        let joint_topics = joint_topics.map(|topic| topic.name.clone()).collect();
        let groups = file.group.into_iter().map(|g| (g.name, g.members));
        let groups = self.lists("group", groups, &agencies);
        let topics = file.topic.into_iter().map(|t| (t.name, t.subscribers));
        let topics = self.lists("topic", topics, &agencies);
        self.escalations(&agencies, &groups);
        let stewards = self.stewards(&file.stewards, file.stewards_needed, &agencies);
        let auditors = self.auditors(&file.auditors);
        let policy = self.policy(file.policy);
        let part = Part {
            side: self.side,
            version: file.version,
            previous,
            stewards,
            agencies,
            groups,
            topics,
            joint_groups,
            joint_topics,
            auditors,
            policy,
        };
        (part, self.problems)
    }

    /// The text alone: what it says is read where rules are known.
    fn policy(&mut self, text: Option<String>) -> Option<String> {
        let text = text?;
        if text.len() > POLICY_BYTES_MAX {
            let bytes = text.len();
            let detail = (
                format!(
                    "{bytes} bytes are more than the {POLICY_BYTES_MAX} that a policy may have"
                ),
                format!(
                    "{bytes} bytes superan los {POLICY_BYTES_MAX} que puede tener una política"
                ),
            );
            self.problems.add("policy", Reason::Size, detail);
        }
        Some(text)
    }

    fn previous(&mut self, version: u64, previous: Option<&str>) -> Option<[u8; 32]> {
        if version == 0 {
            let detail = ("the first is 1", "la primera es 1");
            self.problems.add("version", Reason::ValueRange, detail);
        }
        match (version, previous) {
            (0 | 1, None) => None,
            (0 | 1, Some(_)) => {
                let detail = (
                    "version 1 has none before it",
                    "antes de la versión 1 no hay ninguna",
                );
                self.problems
                    .add("previous", Reason::FieldUnexpected, detail);
                None
            }
            (_, None) => {
                let detail = (
                    "every version but the first names the one before",
                    "toda versión salvo la primera nombra a la anterior",
                );
                self.problems.add("previous", Reason::FieldMissing, detail);
                None
            }
            (_, Some(text)) => {
                let digest = sha256_of_hex(text);
                if digest.is_none() {
                    let detail = (
                        "must be 64 digits of lower-case hexadecimal",
                        "deben ser 64 dígitos hexadecimales en minúsculas",
                    );
                    self.problems.add("previous", Reason::FieldFormat, detail);
                }
                digest
            }
        }
    }

    /// An agency of this side, whether or not it is listed.
    fn own_agency(&mut self, field: &str, name: &str) -> Option<AgencyId> {
        match name.parse::<AgencyId>() {
            Ok(agency) if *agency.side() == self.side => Some(agency),
            Ok(_) => {
                self.foreign(field);
                None
            }
            Err(error) => {
                self.problems
                    .add(field, Reason::FieldFormat, error.detail());
                None
            }
        }
    }

    /// A part is applied by a node of its side: without any, no next one could be.
    fn somebody_can_change_it(&mut self, agencies: &BTreeMap<AgencyId, Agency>) {
        if agencies.values().all(|agency| agency.nodes.is_empty()) {
            let detail = (
                "no agency has a node: nobody could put the next version into force",
                "ninguna dependencia tiene un nodo: nadie podría poner en vigor la siguiente versión",
            );
            self.problems.add("agency", Reason::FieldMissing, detail);
        }
    }

    fn foreign(&mut self, field: &str) {
        let side = &self.side;
        let detail = (
            format!("is not of {side}, and each side speaks for itself alone"),
            format!("no es de {side}, y cada lado habla solo por sí mismo"),
        );
        self.problems.add(field, Reason::WrongSide, detail);
    }
}

fn sha256_of_hex(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let bytes: Option<Vec<u8>> = pairs
        .iter()
        .map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?))
        .collect();
    bytes?.try_into().ok()
}
