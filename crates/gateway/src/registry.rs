//! The directory: which agencies, nodes and officers exist, and whom a recipient's name stands for.
//!
//! One TOML file that both sides agree on. Its text is logged as a TRUST entry, so an auditor can repeat every
//! resolution. Unknown keys are refused; all problems are reported at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use precinto_alert::id::{AgencyId, Identity, NodeId, OfficerId, Side};
use precinto_alert::statement::Recipient;
use precinto_merkle::note::NoteVerifier;

use file::{Builder, File};

mod file;
#[cfg(test)]
pub(crate) mod tests;

/// A commented directory for the settings of [`crate::config::EXAMPLE`].
///
/// ```
/// use precinto_gateway::registry::{Directory, EXAMPLE, SideCountry};
/// let side = |domain: &str, country: &str| SideCountry { side: domain.parse().unwrap(), country: country.into() };
/// let sides = [side("us.dev.invalid", "US"), side("mx.dev.invalid", "MX")];
/// let directory = Directory::parse(EXAMPLE, "directory.toml".as_ref(), &sides).expect("the example is valid");
/// assert_eq!(directory.agencies().count(), 3);
/// ```
pub const EXAMPLE: &str = include_str!("registry/directory.example.toml");

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
    text: String,
    digest: [u8; 32],
    countries: BTreeMap<Side, String>,
    agencies: BTreeMap<AgencyId, Names>,
    nodes: BTreeMap<NodeId, String>,
    codes: BTreeMap<String, NodeId>,
    officers: BTreeMap<OfficerId, Vec<NodeId>>,
    witnesses: BTreeMap<NodeId, NoteVerifier>,
    /// Who is asked when an agency does not answer.
    standbys: BTreeMap<AgencyId, Standby>,
    groups: BTreeMap<String, Vec<AgencyId>>,
    topics: BTreeMap<String, Vec<AgencyId>>,
    auditors: BTreeSet<Identity>,
}

/// What people call an agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// In English.
    pub english: String,
    /// In Spanish.
    pub spanish: String,
}

/// Who is asked when an agency does not answer in time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standby {
    /// Officers of the agency, sorted.
    pub alternates: Vec<OfficerId>,
    /// The group that is told when they do not answer either.
    pub escalation: Option<String>,
}

/// Who is entitled to a statement on account of one recipient; both lists sorted and without repeats.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Agencies: each of their nodes.
    pub agencies: Vec<AgencyId>,
    /// Named nodes: those of a named officer.
    pub nodes: Vec<NodeId>,
}

/// Why a directory was refused; the operator's to mend.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Not TOML, an unknown key, a missing key or a value of the wrong kind. The text shows the line.
    #[error("{path}: {message}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        message: String,
    },
    /// Names that cannot be, all of them.
    #[error("{path}: {}", problems.join("; "))]
    Content {
        /// The file.
        path: PathBuf,
        /// One sentence each.
        problems: Vec<String>,
    },
}

impl Directory {
    /// Reads and checks the directory at `path` for the `sides` of this gateway.
    pub fn load(path: &Path, sides: &[SideCountry]) -> Result<Self, DirectoryError> {
        let text = crate::config::read_text(path).map_err(|source| DirectoryError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text, path, sides)
    }

    /// As [`Directory::load`], from the text of the file at `path`.
    pub fn parse(text: &str, path: &Path, sides: &[SideCountry]) -> Result<Self, DirectoryError> {
        let file: File = toml::from_str(text).map_err(|error| DirectoryError::Syntax {
            path: path.to_owned(),
            message: error.to_string(),
        })?;
        let mut builder = Builder::new(text, sides);
        builder.take(file);
        if builder.problems.is_empty() {
            Ok(builder.directory)
        } else {
            Err(DirectoryError::Content {
                path: path.to_owned(),
                problems: builder.problems,
            })
        }
    }

    /// The text it was read from: what the TRUST entry holds.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of [`Directory::text`].
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// All agencies, sorted, with their names.
    pub fn agencies(&self) -> impl Iterator<Item = (&AgencyId, &Names)> {
        self.agencies.iter()
    }

    /// Whether the node is listed.
    pub fn has_node(&self, node: &NodeId) -> bool {
        self.nodes.contains_key(node)
    }

    /// Whether the officer is listed.
    pub fn has_officer(&self, officer: &OfficerId) -> bool {
        self.officers.contains_key(officer)
    }

    /// Whether the caller may read everything.
    pub fn is_auditor(&self, identity: &Identity) -> bool {
        self.auditors.contains(identity)
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
