//! One side's part of the directory: who exists there, and who is meant by the names of groups and topics.
//!
//! Each side says this of itself alone, and signs it; a part that names anybody of another side is no part. What is checked
//! here is the text by itself. Who has signed it is asked in `envelope`, what several parts say together in `gateway`.

mod change;
mod read;
#[cfg(test)]
mod tests;

pub use change::changes;
pub use precinto_proto::v1::{
    DirectoryChange as Change, DirectoryChangeKind as ChangeKind, DirectorySubject as Subject,
};

use std::collections::{BTreeMap, BTreeSet};

use crate::code::CommodityClass;
use crate::id::{AgencyId, Identity, NodeId, OfficerId, Side};
use crate::limits::PART_BYTES_MAX;
use crate::violation::{Violation, rules_broken};

/// A commented first part of the side `us.dev.invalid`.
///
/// ```
/// use precinto_alert::directory::{EXAMPLE_US, Part};
/// let part = Part::parse(EXAMPLE_US).expect("the example is valid");
/// assert_eq!((part.side().as_str(), part.version()), ("us.dev.invalid", 1));
/// assert_eq!(part.agencies().len(), 2);
/// ```
pub const EXAMPLE_US: &str = include_str!("directory/us.example.toml");

/// A first part of the side `mx.dev.invalid`, to go with [`EXAMPLE_US`].
pub const EXAMPLE_MX: &str = include_str!("directory/mx.example.toml");

/// What one side says of itself. Only [`Part::parse`] makes one, so all names in it are well-formed, of that side, and known
/// where they point to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    side: Side,
    version: u64,
    previous: Option<[u8; 32]>,
    stewards: Stewards,
    agencies: BTreeMap<AgencyId, Agency>,
    groups: BTreeMap<String, Vec<AgencyId>>,
    topics: BTreeMap<String, Vec<AgencyId>>,
    joint_groups: BTreeSet<String>,
    joint_topics: BTreeSet<String>,
    auditors: BTreeSet<Identity>,
    policy: Option<String>,
}

/// Who signs the next part of a side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stewards {
    /// Officers of the side, at least one.
    pub officers: BTreeSet<OfficerId>,
    /// How many of them it takes, at least one and at most all.
    pub needed: usize,
}

/// An agency as its side lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agency {
    /// What people call it.
    pub names: Names,
    /// Its nodes.
    pub nodes: BTreeMap<NodeId, Node>,
    /// Its officers, each with the nodes on which what is addressed to them arrives, sorted.
    pub officers: BTreeMap<OfficerId, Vec<NodeId>>,
    /// Who is asked when it does not answer in time.
    pub standby: Standby,
    /// For which kinds of goods its law lets it process data about persons; for none if it says nothing.
    pub purposes: BTreeSet<CommodityClass>,
}

/// What people call an agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// In English.
    pub english: String,
    /// In Spanish.
    pub spanish: String,
}

/// A node as its side lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The NODE part of the alert ids that it alone may issue: 2 to 8 capitals and digits.
    pub code: String,
    /// The key by which it cosigns checkpoints, if it is a witness: a C2SP verifier key, not read here.
    pub witness: Option<String>,
}

/// Who is asked when an agency does not answer in time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standby {
    /// Officers of the agency, sorted.
    pub alternates: Vec<OfficerId>,
    /// The group that is told when they do not answer either; the part lists it, be it without members of its own.
    pub escalation: Option<String>,
}

/// Why a text is no part of a directory; for whoever wrote it to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// Longer than [`PART_BYTES_MAX`].
    #[error("{bytes} bytes are more than the {PART_BYTES_MAX} that a part may have")]
    Size {
        /// How long it is.
        bytes: usize,
    },
    /// Not TOML, an unknown key, a missing key or a value of the wrong kind.
    #[error("{message}")]
    Syntax {
        /// What is wrong and where, in English, with the line.
        message: String,
    },
    /// Names that cannot be, all of them.
    #[error("{}: {}", rules_broken(.0.len()), listed(.0))]
    Content(Vec<Violation>),
}

fn listed(problems: &[Violation]) -> String {
    let texts: Vec<String> = problems
        .iter()
        .map(|problem| format!("{}: {}", problem.field, problem.detail))
        .collect();
    texts.join("; ")
}

impl Part {
    /// Reads a part. Unknown keys are refused; everything that is wrong with the names is reported at once.
    pub fn parse(text: &str) -> Result<Self, PartError> {
        read::parse(text)
    }

    /// The side that says this.
    pub fn side(&self) -> &Side {
        &self.side
    }

    /// 1 for the first, then one more each time.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// SHA-256 of the signed part before; none for the first.
    pub fn previous(&self) -> Option<&[u8; 32]> {
        self.previous.as_ref()
    }

    /// Who signs the next part.
    pub fn stewards(&self) -> &Stewards {
        &self.stewards
    }

    /// All agencies.
    pub fn agencies(&self) -> &BTreeMap<AgencyId, Agency> {
        &self.agencies
    }

    /// The groups with those members that are of this side, sorted.
    pub fn groups(&self) -> &BTreeMap<String, Vec<AgencyId>> {
        &self.groups
    }

    /// The topics with those subscribers that are of this side, sorted.
    pub fn topics(&self) -> &BTreeMap<String, Vec<AgencyId>> {
        &self.topics
    }

    /// Those of the groups that this side shares: the name stands for the members on all sides that mark it so.
    pub fn joint_groups(&self) -> &BTreeSet<String> {
        &self.joint_groups
    }

    /// Those of the topics that this side shares.
    pub fn joint_topics(&self) -> &BTreeSet<String> {
        &self.joint_topics
    }

    /// Who may read what somebody of this side is a party of; whom each side's part names reads every entry of the log.
    pub fn auditors(&self) -> &BTreeSet<Identity> {
        &self.auditors
    }

    /// The side's own rules, as text, at most [`POLICY_BYTES_MAX`](crate::limits::POLICY_BYTES_MAX) bytes: who understands them
    /// reads them (the crate `policy`). A part with a text that is no policy is a part all the same, and no gateway takes it.
    pub fn policy(&self) -> Option<&str> {
        self.policy.as_deref()
    }

    /// The agency of that name.
    pub fn agency(&self, agency: &AgencyId) -> Option<&Agency> {
        self.agencies.get(agency)
    }

    /// The node of that name.
    pub fn node(&self, node: &NodeId) -> Option<&Node> {
        self.agency(node.agency())?.nodes.get(node)
    }

    /// The nodes of an officer, sorted; none for an officer that is not listed.
    pub fn officer(&self, officer: &OfficerId) -> Option<&[NodeId]> {
        let nodes = self.agency(officer.agency())?.officers.get(officer)?;
        Some(nodes)
    }
}

impl Stewards {
    /// Whether these who signed are stewards, all of them, and enough.
    pub fn suffice<'a>(&self, mut signers: impl Iterator<Item = &'a OfficerId>) -> bool {
        let mut distinct = BTreeSet::new();
        signers.all(|officer| distinct.insert(officer) && self.officers.contains(officer))
            && distinct.len() >= self.needed
    }
}
