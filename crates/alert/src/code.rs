//! Codes and what to call them in two languages.
//!
//! The coded vocabularies are the generated enums of `code.proto`, used as they are: a second set of the same names could
//! only differ. What is added here is how a code is read from foreign bytes, and one table of labels for each vocabulary
//! that people are shown.

mod action;
mod indicator;
mod message;
mod shipment;

pub use precinto_proto::v1::{
    AckLevel, ActionCode, ActionVerdict, AssessmentResult, AuthorityCode, AwbKind, BallisticSystem,
    CommodityClass, Confidence, DisseminationVerdict, EvaluationScale, FirearmKind, FuelContainer,
    FuelProduct, HoldKind, HoldState, IdentificationMethod, IncbTable, IndicatorCode,
    InformationGrade, LabelIdentifierKind, LinkKind, MessageStatus, MessageType, NoticeKind,
    OutcomeCode, PartyRole, PayloadProtection, Precedence, ProtectedBag, RecallGround,
    RecallMeasure, RecipientKind, ScreeningExemption, ScreeningMethod, SealCondition,
    SecurityStatus, SeizureForm, SerialState, ShipmentChannel, SignerRole, SourceGrade,
    SubstanceClass, SubstanceForm, TariffSystem, TaxIdKind, Tlp, TransportMode, UsChemicalList,
    UseCode, UsePermission, VerdictGround,
};

use crate::violation::{At, Findings};
use crate::{Lang, Reason};

/// One row of a table: code, English label, Spanish label.
pub type Label<T> = (T, &'static str, &'static str);

/// A vocabulary that people are shown.
pub trait Coded: Copy + PartialEq + Sized + 'static {
    /// What stands before every name in the interface, `PRECEDENCE_`.
    const PREFIX: &'static str;
    /// One row for every code but the unspecified one.
    const TABLE: &'static [Label<Self>];

    /// The name in the interface, with its prefix.
    fn full_name(self) -> &'static str;

    /// The code as people and machines write it: `P1`, `SEIZED`, `AMBER_STRICT`.
    fn name(self) -> &'static str {
        let full = self.full_name();
        full.strip_prefix(Self::PREFIX).unwrap_or(full)
    }

    /// What to call it.
    fn label(self, lang: Lang) -> &'static str {
        let row = Self::TABLE.iter().find(|(code, ..)| *code == self);
        match (row, lang) {
            (Some((_, english, _)), Lang::En) => english,
            (Some((.., spanish)), Lang::Es) => spanish,
            (None, Lang::En) => "not stated",
            (None, Lang::Es) => "sin indicar",
        }
    }

    /// The code of that name, written without its prefix.
    fn from_name(name: &str) -> Option<Self> {
        Self::TABLE
            .iter()
            .map(|(code, ..)| *code)
            .find(|code| code.name() == name)
    }
}

/// Reads a code; 0 is none, and an unknown number is an error.
pub(crate) fn read<T: TryFrom<i32>>(found: &mut Findings, at: At<'_>, raw: i32) -> Option<T> {
    if raw == 0 {
        return None;
    }
    let code = T::try_from(raw).ok();
    if code.is_none() {
        found.error(
            at,
            Reason::CodeUnknown,
            format!("{raw} is not in the table"),
        );
    }
    code
}

/// As [`read`], but there must be one.
pub(crate) fn require<T: TryFrom<i32>>(found: &mut Findings, at: At<'_>, raw: i32) -> Option<T> {
    if raw == 0 {
        found.error(at, Reason::FieldMissing, "mandatory");
    }
    read(found, at, raw)
}

/// Reads a list of codes that is a set: ascending, none twice, none unspecified.
pub(crate) fn read_set<T: TryFrom<i32>>(
    found: &mut Findings,
    at: &At<'_>,
    name: &str,
    raw: &[i32],
    max: usize,
) -> Vec<T> {
    if raw.len() > max {
        found.error(
            at.field(name),
            Reason::FieldTooLong,
            format!("at most {max}"),
        );
    }
    if !raw.is_sorted_by(|a, b| a < b) {
        found.error(
            at.field(name),
            Reason::Repeated,
            "ascending by number, none twice",
        );
    }
    raw.iter()
        .take(max)
        .enumerate()
        .filter_map(|(index, code)| require(found, at.item(name, index), *code))
        .collect()
}

#[cfg(test)]
mod tests;
