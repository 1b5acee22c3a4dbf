//! Whom a statement's record is for, read where it stands: every entry is asked for every subscriber, so nothing is copied.

use precinto_ledger::StoredEntry;

use super::fields::{Malformed, next_field};

/// Who a `StatementRecord` says that it is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Audience<'a>(&'a [u8]);

/// One name among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named<'a> {
    /// An agency as such, side/agency: every node of it.
    Agency(&'a str),
    /// A SPIFFE id: this node alone.
    Node(&'a str),
}

impl<'a> Audience<'a> {
    pub(super) fn of(entry: &'a StoredEntry) -> Self {
        Self(entry.record())
    }

    /// Whether it names somebody of whom this holds. A record that is no message is for nobody, whatever else it says.
    pub(super) fn names(self, is_meant: impl Fn(Named<'a>) -> bool) -> bool {
        self.any(is_meant).unwrap_or_default()
    }

    /// Whether it is for any agency as such, and not for named nodes only.
    pub(super) fn has_agencies(self) -> bool {
        self.names(|name| matches!(name, Named::Agency(_)))
    }

    /// The whole record is gone through, also behind the first that is meant: its form is part of the answer.
    fn any(self, is_meant: impl Fn(Named<'a>) -> bool) -> Result<bool, Malformed> {
        let (mut record, mut found) = (self.0, false);
        while let Some((tag, value)) = next_field(&mut record)? {
            if tag != RECIPIENTS {
                continue;
            }
            let mut recipient = value.ok_or(Malformed)?;
            while let Some((tag, value)) = next_field(&mut recipient)? {
                found |= match tag {
                    AGENCIES => is_meant(Named::Agency(text(value)?)),
                    NODES => is_meant(Named::Node(text(value)?)),
                    _ => false,
                };
            }
        }
        Ok(found)
    }
}

/// `StatementRecord.recipients`.
const RECIPIENTS: u32 = 3;
/// `ResolvedRecipient.agencies`.
const AGENCIES: u32 = 2;
/// `ResolvedRecipient.nodes`.
const NODES: u32 = 3;

fn text(value: Option<&[u8]>) -> Result<&str, Malformed> {
    str::from_utf8(value.ok_or(Malformed)?).map_err(|_| Malformed)
}

#[cfg(test)]
mod tests;
