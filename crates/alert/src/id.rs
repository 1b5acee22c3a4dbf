//! Identifiers, parsed once at the border: whoever holds one of these types holds a well-formed name.
//!
//! All of them are strict ASCII with a length limit and have exactly one spelling, so that comparing text is comparing
//! names. None says that the thing named exists: that is the directory's to say.

mod agency;
mod alert_id;
mod identity;
mod message_id;

pub use agency::{AgencyId, Side};
pub use alert_id::AlertId;
pub use identity::{GatewayId, Identity, NodeId, OfficerId};
pub use message_id::MessageId;

use crate::Reason;
use crate::limits::LABEL_BYTES_MAX;
use crate::violation::{Detail, not_of_the_form};

/// Why a text is not an identifier. Always the fault of whoever wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Longer than it may be.
    #[error("longer than {max} bytes")]
    Length {
        /// The limit.
        max: usize,
    },
    /// Not of the form that this kind of identifier has.
    #[error("not of the form {expected}")]
    Shape {
        /// The form, by an example.
        expected: &'static str,
    },
    /// The form is right and the check character is not: a character was misread or swapped.
    #[error("check character should be {expected}")]
    CheckDigit {
        /// The check character that the rest would have.
        expected: char,
    },
}

impl IdError {
    /// The coded reason of a violation with this cause.
    pub fn reason(self) -> Reason {
        match self {
            Self::Length { .. } => Reason::FieldTooLong,
            Self::Shape { .. } => Reason::FieldFormat,
            Self::CheckDigit { .. } => Reason::AlertIdCheckDigit,
        }
    }

    /// The same for a violation, in both languages.
    pub fn detail(self) -> Detail {
        match self {
            Self::Length { max } => (
                format!("longer than {max} bytes"),
                format!("más de {max} bytes"),
            )
                .into(),
            Self::Shape { expected } => not_of_the_form(expected),
            Self::CheckDigit { expected } => (
                format!("check character should be {expected}"),
                format!("el carácter de control debería ser {expected}"),
            )
                .into(),
        }
    }
}

/// Whether `text` may name a group, a topic or a subscription: 1 to 63 lower-case letters, digits and inner hyphens.
pub fn is_name(text: &str) -> bool {
    is_label(text)
}

/// Lower-case letters, digits and inner hyphens, as a host name's label: one spelling, no look-alikes by case.
fn is_label(text: &str) -> bool {
    is_label_of(text.as_bytes())
}

/// As [`is_label`], of bytes.
fn is_label_of(text: &[u8]) -> bool {
    (1..=LABEL_BYTES_MAX).contains(&text.len())
        && text
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
        && text.first() != Some(&b'-')
        && text.last() != Some(&b'-')
}

#[cfg(test)]
mod tests;
