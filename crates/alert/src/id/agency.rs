//! Sides and agencies.

use std::fmt;
use std::str::FromStr;

use super::{IdError, is_label, is_label_of};
use crate::limits::SIDE_BYTES_MAX;

/// One side of the exchange, named by its SPIFFE trust domain: `us.dev.invalid`.
///
/// Lower-case host name, at most 128 bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Side(String);

impl Side {
    /// The trust domain.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Side {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.len() > SIDE_BYTES_MAX {
            return Err(IdError::Length {
                max: SIDE_BYTES_MAX,
            });
        }
        if text.as_bytes().split(|b| *b == b'.').all(is_label_of) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError::Shape {
                expected: "us.dev.invalid",
            })
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One agency of one side, written `us.dev.invalid/cbp`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgencyId {
    side: Side,
    agency: String,
}

impl AgencyId {
    /// Names `agency` of `side`; the name is 1 to 63 lower-case letters, digits and inner hyphens.
    pub fn new(side: Side, agency: &str) -> Result<Self, IdError> {
        if is_label(agency) {
            Ok(Self {
                side,
                agency: agency.to_owned(),
            })
        } else {
            Err(IdError::Shape {
                expected: "us.dev.invalid/cbp",
            })
        }
    }

    /// Its side.
    pub fn side(&self) -> &Side {
        &self.side
    }

    /// Its name within the side.
    pub fn agency(&self) -> &str {
        &self.agency
    }
}

impl FromStr for AgencyId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (side, agency) = text.split_once('/').ok_or(IdError::Shape {
            expected: "us.dev.invalid/cbp",
        })?;
        Self::new(side.parse()?, agency)
    }
}

impl fmt::Display for AgencyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.side, self.agency)
    }
}
