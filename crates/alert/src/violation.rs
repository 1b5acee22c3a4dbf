//! What is wrong with a message: field, coded reason, and where possible the remedy; everything at once.

mod detail;

pub use detail::Detail;
pub(crate) use detail::{NAMED_TWICE, at_most, not_of_the_form};

use std::fmt;

use crate::Reason;
use crate::limits::VIOLATIONS_MAX;
use crate::reason::{GrpcCode, entry};

/// One thing wrong, or worth flagging, in one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field as in the interface: `handling.tlp`, `recipients[2].name`; in the body it begins with
    /// `content.`, as in `content.shipments[0].master_awb`.
    pub field: String,
    /// The coded reason; its texts are in [`crate::reason`].
    pub reason: Reason,
    /// What exactly, in both languages. Never quotes free text of the message.
    pub detail: Detail,
    /// Values that would pass and may have been meant, the likeliest first, at most
    /// [`CANDIDATES_MAX`](crate::check_digit::CANDIDATES_MAX). To be shown; nothing is ever corrected silently.
    pub proposals: Vec<String>,
}

/// In English, as logs and errors are; people are shown [`Detail::text`] in their language.
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}: {}",
            self.field,
            crate::reason::name(self.reason),
            self.detail
        )
    }
}

/// A message that is refused: everything that breaks a rule, and what would have been flagged had nothing else been wrong.
///
/// Both together, because whoever mends the one shall not hear of the other only then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// What it is refused for; never empty.
    pub errors: Vec<Violation>,
    /// What alone would not keep it out.
    pub warnings: Vec<Violation>,
}

/// The reason that stands for all of them in the status of an answer.
///
/// A refusal that correcting a field does not cure (a diplomatic bag, a gap in versions) must not hide behind
/// `FIELD_INVALID`; the first of those wins.
pub fn headline(violations: &[Violation]) -> Reason {
    violations
        .iter()
        .map(|violation| violation.reason)
        .find(|reason| entry(*reason).code != GrpcCode::InvalidArgument)
        .unwrap_or(Reason::FieldInvalid)
}

/// How many rules a message breaks, for an error that stands for all of them.
pub(crate) fn rules_broken(count: usize) -> Detail {
    (
        format!("{count} rules broken"),
        format!("reglas infringidas: {count}"),
    )
        .into()
}

/// Where in the message a check is looking; made into text only when something is wrong there.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    parent: Option<&'a Self>,
    name: &'a str,
    index: Option<usize>,
}

impl<'a> At<'a> {
    pub(crate) const fn root(name: &'a str) -> Self {
        Self {
            parent: None,
            name,
            index: None,
        }
    }

    pub(crate) fn field<'b>(&'b self, name: &'b str) -> At<'b> {
        At {
            parent: Some(self),
            name,
            index: None,
        }
    }

    pub(crate) fn item<'b>(&'b self, name: &'b str, index: usize) -> At<'b> {
        At {
            parent: Some(self),
            name,
            index: Some(index),
        }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The root of a statement has no name of its own.
        if let Some(parent) = self.parent.filter(|parent| !parent.name.is_empty()) {
            write!(f, "{parent}.")?;
        }
        f.write_str(self.name)?;
        self.index.map_or(Ok(()), |index| write!(f, "[{index}]"))
    }
}

/// Collects what the checks of one message find.
#[derive(Default)]
pub(crate) struct Findings {
    errors: Vec<Violation>,
    warnings: Vec<Violation>,
    in_log: bool,
}

impl Findings {
    /// For a message that a log holds: it may be older than some rule, and stays readable.
    pub(crate) fn of_log() -> Self {
        Self {
            in_log: true,
            ..Self::default()
        }
    }

    /// The message is refused on account of this.
    pub(crate) fn error(&mut self, at: At<'_>, reason: Reason, detail: impl Into<Detail>) {
        push(&mut self.errors, at, reason, detail.into(), Vec::new());
    }

    /// A rule that came when logs had been written without it: it keeps out what is new, and flags what a log holds.
    ///
    /// A rule of content is added by this, not by [`Self::error`], or older messages could be neither shown nor audited.
    pub(crate) fn refuse_new(&mut self, at: At<'_>, reason: Reason, detail: impl Into<Detail>) {
        if self.in_log {
            self.warn(at, reason, detail);
        } else {
            self.error(at, reason, detail);
        }
    }

    /// As [`Self::error`], with values that would pass.
    pub(crate) fn propose(
        &mut self,
        at: At<'_>,
        reason: Reason,
        detail: impl Into<Detail>,
        values: Vec<String>,
    ) {
        push(&mut self.errors, at, reason, detail.into(), values);
    }

    /// The message is accepted, and this is flagged.
    pub(crate) fn warn(&mut self, at: At<'_>, reason: Reason, detail: impl Into<Detail>) {
        push(&mut self.warnings, at, reason, detail.into(), Vec::new());
    }

    /// As [`Self::warn`], with values that would not be flagged.
    pub(crate) fn suggest(
        &mut self,
        at: At<'_>,
        reason: Reason,
        detail: impl Into<Detail>,
        values: Vec<String>,
    ) {
        push(&mut self.warnings, at, reason, detail.into(), values);
    }

    /// The warnings if nothing was refused, else both lists.
    pub(crate) fn finish(self) -> Result<Vec<Violation>, Broken> {
        let Self {
            errors, warnings, ..
        } = self;
        if errors.is_empty() {
            Ok(warnings)
        } else {
            Err(Broken { errors, warnings })
        }
    }
}

fn push(
    list: &mut Vec<Violation>,
    at: At<'_>,
    reason: Reason,
    detail: Detail,
    proposals: Vec<String>,
) {
    if list.len() < VIOLATIONS_MAX {
        list.push(Violation {
            field: at.to_string(),
            reason,
            detail,
            proposals,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violation(reason: Reason) -> Violation {
        Violation {
            field: "f".into(),
            reason,
            detail: Detail::default(),
            proposals: Vec::new(),
        }
    }

    #[test]
    fn paths_read_as_in_the_interface() {
        let statement = At::root("");
        assert_eq!(
            statement.field("handling").field("tlp").to_string(),
            "handling.tlp"
        );
        let content = At::root("content");
        assert_eq!(
            content.item("shipments", 2).field("pieces").to_string(),
            "content.shipments[2].pieces"
        );
    }

    #[test]
    fn a_refusal_that_no_correction_cures_is_the_headline() {
        let digit = violation(Reason::AwbCheckDigit);
        let bag = violation(Reason::DiplomaticBag);
        assert_eq!(headline(std::slice::from_ref(&digit)), Reason::FieldInvalid);
        assert_eq!(headline(&[digit, bag]), Reason::DiplomaticBag);
    }

    #[test]
    fn hostile_messages_do_not_make_endless_lists() {
        let mut findings = Findings::default();
        for index in 0..10_000 {
            findings.error(
                At::root("").item("x", index),
                Reason::FieldFormat,
                ("wrong", "mal"),
            );
        }
        assert_eq!(findings.finish().unwrap_err().errors.len(), VIOLATIONS_MAX);
    }
}
