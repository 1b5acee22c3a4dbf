//! Who a certificate is for: nodes, officers and gateways, as SPIFFE ids.

use std::fmt;
use std::str::FromStr;

use super::{AgencyId, IdError, Side, is_label};
use crate::limits::IDENTITY_BYTES_MAX;

const SCHEME: &str = "spiffe://";
const NODE: &str = "spiffe://us.dev.invalid/agency/cbp/node/lax";
const OFFICER: &str = "spiffe://us.dev.invalid/agency/cbp/officer/ramirez";
const GATEWAY: &str = "spiffe://us.dev.invalid/gateway/gw1";

/// A machine of an agency: `spiffe://us.dev.invalid/agency/cbp/node/lax`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    agency: AgencyId,
    node: String,
}

impl NodeId {
    /// Names `node` of `agency`; the name is 1 to 63 lower-case letters, digits and inner hyphens.
    pub fn new(agency: AgencyId, node: &str) -> Result<Self, IdError> {
        if is_label(node) {
            Ok(Self {
                agency,
                node: node.to_owned(),
            })
        } else {
            Err(IdError::Shape { expected: NODE })
        }
    }

    /// Its agency.
    pub fn agency(&self) -> &AgencyId {
        &self.agency
    }

    /// Its side.
    pub fn side(&self) -> &Side {
        self.agency.side()
    }

    /// Its name within the agency.
    pub fn node(&self) -> &str {
        &self.node
    }
}

impl FromStr for NodeId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.parse()? {
            Identity::Node(node) => Ok(node),
            Identity::Officer(_) | Identity::Gateway(_) => Err(IdError::Shape { expected: NODE }),
        }
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (side, agency) = (self.side(), self.agency.agency());
        write!(f, "{SCHEME}{side}/agency/{agency}/node/{}", self.node)
    }
}

/// A person who answers for content: `spiffe://us.dev.invalid/agency/cbp/officer/ramirez`.
///
/// The id is a pseudonym that the agency gives out, because statements stay in the log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfficerId {
    agency: AgencyId,
    officer: String,
}

impl OfficerId {
    /// Names `officer` of `agency`; the name is 1 to 63 lower-case letters, digits and inner hyphens.
    pub fn new(agency: AgencyId, officer: &str) -> Result<Self, IdError> {
        if is_label(officer) {
            Ok(Self {
                agency,
                officer: officer.to_owned(),
            })
        } else {
            Err(IdError::Shape { expected: OFFICER })
        }
    }

    /// The officer's agency.
    pub fn agency(&self) -> &AgencyId {
        &self.agency
    }

    /// The officer's side.
    pub fn side(&self) -> &Side {
        self.agency.side()
    }

    /// The officer's id within the agency.
    pub fn officer(&self) -> &str {
        &self.officer
    }
}

impl FromStr for OfficerId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.parse()? {
            Identity::Officer(officer) => Ok(officer),
            Identity::Node(_) | Identity::Gateway(_) => Err(IdError::Shape { expected: OFFICER }),
        }
    }
}

impl fmt::Display for OfficerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (side, agency) = (self.side(), self.agency.agency());
        write!(f, "{SCHEME}{side}/agency/{agency}/officer/{}", self.officer)
    }
}

/// A gateway as one side knows it: `spiffe://us.dev.invalid/gateway/gw1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GatewayId {
    side: Side,
    name: String,
}

impl GatewayId {
    /// Names gateway `name` for `side`; the name is 1 to 63 lower-case letters, digits and inner hyphens.
    pub fn new(side: Side, name: &str) -> Result<Self, IdError> {
        if is_label(name) {
            Ok(Self {
                side,
                name: name.to_owned(),
            })
        } else {
            Err(IdError::Shape { expected: GATEWAY })
        }
    }

    /// The side under whose root this name stands.
    pub fn side(&self) -> &Side {
        &self.side
    }

    /// The gateway's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl FromStr for GatewayId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.parse()? {
            Identity::Gateway(gateway) => Ok(gateway),
            Identity::Node(_) | Identity::Officer(_) => Err(IdError::Shape { expected: GATEWAY }),
        }
    }
}

impl fmt::Display for GatewayId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/gateway/{}", self.side, self.name)
    }
}

/// Any of the three.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    /// A machine of an agency.
    Node(NodeId),
    /// A person of an agency.
    Officer(OfficerId),
    /// A gateway.
    Gateway(GatewayId),
}

impl Identity {
    /// Reads a SPIFFE id; anything but one of the three forms, letter by letter, is an error.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.len() > IDENTITY_BYTES_MAX {
            return Err(IdError::Length {
                max: IDENTITY_BYTES_MAX,
            });
        }
        // Most of them are nodes.
        let shape = IdError::Shape { expected: NODE };
        let rest = text.strip_prefix(SCHEME).ok_or(shape)?;
        let (side, rest) = rest.split_once('/').ok_or(shape)?;
        let (kind, rest) = rest.split_once('/').ok_or(shape)?;
        match kind {
            "gateway" => GatewayId::new(side.parse()?, rest).map(Self::Gateway),
            "agency" => {
                let (agency, rest) = rest.split_once('/').ok_or(shape)?;
                // A further slash would stand in the name, which has none.
                let (role, name) = rest.split_once('/').ok_or(shape)?;
                let agency = || AgencyId::new(side.parse()?, agency);
                match role {
                    "node" => NodeId::new(agency()?, name).map(Self::Node),
                    "officer" => OfficerId::new(agency()?, name).map(Self::Officer),
                    _ => Err(shape),
                }
            }
            _ => Err(shape),
        }
    }

    /// The side it belongs to.
    pub fn side(&self) -> &Side {
        match self {
            Self::Node(node) => node.side(),
            Self::Officer(officer) => officer.side(),
            Self::Gateway(gateway) => gateway.side(),
        }
    }

    /// The agency it belongs to; gateways belong to none.
    pub fn agency(&self) -> Option<&AgencyId> {
        match self {
            Self::Node(node) => Some(node.agency()),
            Self::Officer(officer) => Some(officer.agency()),
            Self::Gateway(_) => None,
        }
    }
}

impl FromStr for Identity {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(node) => node.fmt(f),
            Self::Officer(officer) => officer.fmt(f),
            Self::Gateway(gateway) => gateway.fmt(f),
        }
    }
}
