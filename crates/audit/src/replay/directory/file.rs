//! The text of a part as far as an auditor reads it, and what is wrong with one by itself.

use crate::finding::said;
use precinto_alert::directory::{self, PartError};
use precinto_alert::id::{AgencyId, Identity, Side};
use precinto_alert::{Detail, Lang, Violation};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct File {
    pub(super) side: String,
    pub(super) version: u64,
    pub(super) previous: Option<String>,
    #[serde(default)]
    pub(super) stewards: Vec<String>,
    #[serde(default = "one")]
    pub(super) stewards_needed: usize,
    pub(super) policy: Option<String>,
    #[serde(default)]
    pub(super) agency: Vec<Agency>,
    #[serde(default)]
    pub(super) group: Vec<Group>,
    #[serde(default)]
    pub(super) topic: Vec<Topic>,
}

const fn one() -> usize {
    1
}

#[derive(Deserialize)]
pub(super) struct Agency {
    pub(super) id: String,
    #[serde(default)]
    pub(super) node: Vec<Node>,
    #[serde(default)]
    pub(super) officer: Vec<Officer>,
    #[serde(default)]
    pub(super) alternates: Vec<String>,
    pub(super) escalation: Option<String>,
    #[serde(default)]
    pub(super) purposes: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) code: String,
    pub(super) witness: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Officer {
    pub(super) id: String,
    #[serde(default)]
    pub(super) nodes: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Group {
    pub(super) name: String,
    #[serde(default)]
    pub(super) members: Vec<String>,
    #[serde(default)]
    pub(super) joint: bool,
}

#[derive(Deserialize)]
pub(super) struct Topic {
    pub(super) name: String,
    #[serde(default)]
    pub(super) subscribers: Vec<String>,
    #[serde(default)]
    pub(super) joint: bool,
}

/// What a text says that no part may say, the first of it, by the rules that every gateway goes by. Its place in the row is told
/// by itself.
pub(super) fn fault(text: &str) -> Option<Detail> {
    let problems = match directory::Part::parse(text) {
        Ok(_) => return None,
        Err(PartError::Content(problems)) => problems,
        Err(error) => return Some(said!("{error}", "(en inglés) {error}")),
    };
    let is_of_row = |problem: &&Violation| ["version", "previous"].contains(&&*problem.field);
    let problem = problems.iter().find(|one| !is_of_row(one))?;
    let (field, detail) = (&problem.field, &problem.detail);
    let (en, es) = (detail.text(Lang::En), detail.text(Lang::Es));
    Some(said!("{field}: {en}", "{field}: {es}"))
}

/// What a part says of others than its own side, the first of it.
pub(super) fn foreign(file: &File, side: &Side) -> Option<String> {
    let own = |agency: &str| matches!(agency.parse::<AgencyId>(), Ok(one) if one.side() == side);
    let own_identity =
        |identity: &str| matches!(Identity::parse(identity), Ok(one) if one.side() == side);
    let agencies = file.agency.iter().map(|agency| &agency.id);
    let members = file.group.iter().flat_map(|group| &group.members);
    let subscribers = file.topic.iter().flat_map(|topic| &topic.subscribers);
    let agencies = agencies.chain(members).chain(subscribers);
    // Auditors may be of another side: what they may read is only what is of this one.
    let mut people = file.stewards.iter();
    if file.side != side.as_str() {
        return Some(file.side.clone());
    }
    let mut agencies = agencies.filter(|agency| !own(agency));
    let other = agencies.next();
    let other = other.or_else(|| people.find(|identity| !own_identity(identity)));
    other.cloned()
}
