//! The list that `keys dev` works from: sides, agencies, nodes, officers; read strictly, checked once.

use serde::Deserialize;
use std::collections::BTreeSet;

/// The profile of certs-dev, compiled in.
const BUILT_IN: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../certs-dev/profile.toml"
));

/// What to make.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// Lifetime of roots in days, 1 to 30.
    pub(crate) root_days: u32,
    /// Lifetime of leaves and revocation lists in days, 1 to 7.
    pub(crate) leaf_days: u32,
    /// The gateway.
    pub(crate) gateway: GatewayEntry,
    /// The sides.
    pub(crate) side: Vec<SideEntry>,
    /// Names that stand for several agencies.
    #[serde(default)]
    pub(crate) group: Vec<GroupEntry>,
    /// Names that agencies have subscribed to.
    #[serde(default)]
    pub(crate) topic: Vec<TopicEntry>,
}

/// The gateway.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GatewayEntry {
    /// The last part of its SPIFFE id.
    pub(crate) name: String,
    /// The log's origin.
    pub(crate) origin: String,
    /// Where it listens.
    pub(crate) listen: String,
}

/// One side.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SideEntry {
    /// Short name, for files.
    pub(crate) key: String,
    /// Trust domain; ends in `.dev.invalid`.
    pub(crate) domain: String,
    /// ISO 3166-1.
    pub(crate) country: String,
    /// The server name that selects this side's gateway certificate.
    pub(crate) server_name: String,
    /// Officers who sign its part of the directory, as `agency/officer`; at least one.
    pub(crate) stewards: Vec<String>,
    /// How many of them must sign, 1 or 2.
    #[serde(default = "one")]
    pub(crate) stewards_needed: usize,
    /// Its agencies.
    pub(crate) agency: Vec<AgencyEntry>,
}

/// One agency.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgencyEntry {
    /// Its name within the side.
    pub(crate) id: String,
    /// For people, in English.
    pub(crate) name_en: String,
    /// For people, in Spanish.
    pub(crate) name_es: String,
    /// True when its nodes may read every entry: each side's part names them.
    #[serde(default)]
    pub(crate) auditor: bool,
    /// Its nodes.
    #[serde(default)]
    pub(crate) node: Vec<NodeEntry>,
    /// Its officers.
    #[serde(default)]
    pub(crate) officer: Vec<OfficerEntry>,
    /// Officers who are asked when it does not answer in time.
    #[serde(default)]
    pub(crate) alternates: Vec<String>,
    /// The group that is told when they do not answer either.
    pub(crate) escalation: Option<String>,
    /// For which kinds of goods its law lets it process data about persons.
    #[serde(default)]
    pub(crate) purposes: Vec<String>,
}

/// One node.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NodeEntry {
    /// Its name within the agency.
    pub(crate) name: String,
    /// The NODE part of its alert ids.
    pub(crate) code: String,
    /// Which of its certificates are revoked: `tls`, `signing`.
    #[serde(default)]
    pub(crate) revoked: Vec<String>,
}

/// One officer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfficerEntry {
    /// Their id within the agency.
    pub(crate) id: String,
    /// The nodes where they read and sign.
    pub(crate) nodes: Vec<String>,
}

/// One group.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupEntry {
    /// Its name.
    pub(crate) name: String,
    /// Its agencies, `side/agency`.
    pub(crate) members: Vec<String>,
}

/// One topic.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TopicEntry {
    /// Its name.
    pub(crate) name: String,
    /// The agencies that have subscribed, `side/agency`.
    pub(crate) subscribers: Vec<String>,
}

/// One steward's signature is enough where the profile says nothing.
const fn one() -> usize {
    1
}

/// Why a profile cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProfileError {
    /// Not the TOML it should be.
    #[error("{0}")]
    Syntax(#[from] toml::de::Error),
    /// A value breaks a rule of development keys.
    #[error("{0}")]
    Rule(String),
}

impl Profile {
    /// The profile of certs-dev.
    pub(crate) fn built_in() -> Result<Self, ProfileError> {
        Self::parse(BUILT_IN)
    }

    /// Reads and checks a profile.
    pub(crate) fn parse(text: &str) -> Result<Self, ProfileError> {
        let profile: Self = toml::from_str(text)?;
        profile.check().map_err(ProfileError::Rule)?;
        Ok(profile)
    }

    /// Every node with its agency and side, in the profile's order.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (&SideEntry, &AgencyEntry, &NodeEntry)> {
        self.side.iter().flat_map(|side| {
            side.agency
                .iter()
                .flat_map(move |agency| agency.node.iter().map(move |node| (side, agency, node)))
        })
    }

    fn check(&self) -> Result<(), String> {
        if !(1..=30).contains(&self.root_days) || !(1..=7).contains(&self.leaf_days) {
            return Err("development roots live 1 to 30 days, leaves 1 to 7".to_owned());
        }
        let mut codes = BTreeSet::new();
        for side in &self.side {
            if !side.domain.ends_with(".dev.invalid") {
                return Err(format!(
                    "{}: a development trust domain ends in .dev.invalid",
                    side.domain
                ));
            }
            side.check_stewards()?;
        }
        for (_, agency, node) in self.nodes() {
            if !codes.insert(&node.code) {
                return Err(format!("{}: two nodes have this code", node.code));
            }
            let known = |what: &String| what == "tls" || what == "signing";
            if !node.revoked.iter().all(known) {
                let name = &node.name;
                return Err(format!(
                    "{}/{name}: revoked holds tls or signing",
                    agency.id
                ));
            }
        }
        Ok(())
    }
}

impl SideEntry {
    /// The SPIFFE id of an officer of this side, given as `agency/officer`.
    pub(crate) fn officer_id(&self, steward: &str) -> String {
        let (agency, officer) = steward.split_once('/').unwrap_or((steward, ""));
        format!("spiffe://{}/agency/{agency}/officer/{officer}", self.domain)
    }

    fn check_stewards(&self) -> Result<(), String> {
        let domain = &self.domain;
        let known = |steward: &String| {
            let mut officers = self.agency.iter().flat_map(|agency| {
                let of_agency = agency.officer.iter();
                of_agency.map(|officer| format!("{}/{}", agency.id, officer.id))
            });
            officers.any(|officer| officer == *steward)
        };
        if let Some(stranger) = self.stewards.iter().find(|steward| !known(steward)) {
            return Err(format!("{domain}: no officer {stranger} to be a steward"));
        }
        let most = self.stewards.len().min(2);
        if !(1..=most).contains(&self.stewards_needed) {
            return Err(format!(
                "{domain}: stewards_needed is 1 or 2, and at most the number of stewards"
            ));
        }
        Ok(())
    }
}
