//! The id of one message.

use std::fmt;
use std::str::FromStr;

use super::IdError;

const SHAPE: IdError = IdError::Shape {
    expected: "0192f0c1-7a3e-7c54-9b1d-2f6a8e4c0d13",
};

/// 16 bytes chosen by the sending node, a UUID of version 7 or a ULID; with the sender, the key of idempotency.
///
/// Shown as a hyphenated lower-case UUID, which is its only accepted spelling. Never all zero, so that an id that was
/// never filled in cannot pass for one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId([u8; 16]);

impl MessageId {
    /// Takes 16 bytes that are not all zero.
    pub fn new(bytes: [u8; 16]) -> Result<Self, IdError> {
        if bytes == [0; 16] {
            Err(SHAPE)
        } else {
            Ok(Self(bytes))
        }
    }

    /// Takes a slice of exactly 16 bytes that are not all zero.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, IdError> {
        Self::new(bytes.try_into().map_err(|_| SHAPE)?)
    }

    /// The 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl FromStr for MessageId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let id = Self::new(uuid::Uuid::try_parse(text).map_err(|_| SHAPE)?.into_bytes())?;
        // The parser also takes capitals, braces and URNs; an id has one spelling.
        if id.to_string() == text {
            Ok(id)
        } else {
            Err(SHAPE)
        }
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        uuid::Uuid::from_bytes(self.0).hyphenated().fmt(f)
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageId({self})")
    }
}
