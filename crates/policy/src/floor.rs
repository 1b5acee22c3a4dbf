//! The floor: rules that hold for both sides and that no side's own policy can open. They only forbid.
//!
//! Every text that ever decided is kept, under its number, because an auditor repeats decisions years later. Up to `floor/4` the
//! floor was code alone.

use std::sync::LazyLock;

use crate::Policy;
use crate::load::Whose;

/// A text of the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Floor {
    /// The first in Cedar; the first that knows purposes and originator control.
    V5,
}

impl Floor {
    /// The newest text.
    pub const NEWEST: Self = Self::V5;

    /// As a record's decision names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::V5 => "floor/5",
        }
    }

    /// The rules, with a sentence in English and one in Spanish above each.
    pub fn text(self) -> &'static str {
        match self {
            Self::V5 => include_str!("floor/5.cedar"),
        }
    }

    /// The same, read.
    pub fn policy(self) -> &'static Policy {
        static V5: LazyLock<Policy> = LazyLock::new(|| {
            let read = Policy::read(Floor::V5.text(), Whose::Floor);
            read.expect("the floor is compiled in, and tested")
        });
        match self {
            Self::V5 => &V5,
        }
    }
}

#[cfg(test)]
mod tests;
