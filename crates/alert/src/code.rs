//! Codes and what to call them in two languages.
//!
//! The coded vocabularies are the generated enums of `code.proto`, used as they are: a second set of the same names could
//! only differ. What is added here is how a code is read from foreign bytes, and for each vocabulary one table of labels.
//! The vocabularies that people act on also say, for each code, an example and what to do next; those that merely
//! describe goods, parties and places have labels alone, because `tablets` needs no instructions.
//!
//! To add a code: its value in `code.proto`, then its row in the table of the same name below this module. The tests
//! fail until both are there, in both languages.

mod action;
mod answer;
mod case;
mod crosswalk;
mod family;
mod goods;
mod grade;
mod handling;
mod indicator;
mod message;
mod outcome;
mod shipment;

pub use crosswalk::{Equivalent, nearest};
pub use family::{Coded, FAMILIES, Family, Row, TABLES, Version, sharing_name};
pub use grade::{to_admiralty, to_siena};
pub use handling::MARKS;
pub use indicator::{SOURCES, Source, sources_of};

pub use precinto_proto::v1::{
    AckLevel, ActionCode, ActionVerdict, AssessmentResult, AuthorityCode, AwbKind, BallisticSystem,
    CommodityClass, Confidence, DisseminationVerdict, EvaluationScale, FirearmKind, FuelContainer,
    FuelProduct, HoldKind, HoldState, IdentificationMethod, IncbTable, IndicatorCode,
    InformationGrade, LabelIdentifierKind, LinkKind, MessageStatus, MessageType, NoticeKind,
    OutcomeCode, OverdueStep, PartyRole, PayloadProtection, Precedence, ProtectedBag, RecallGround,
    RecallMeasure, RecipientKind, ScreeningExemption, ScreeningMethod, SealCondition,
    SecurityStatus, SeizureForm, SerialState, ShipmentChannel, SignerRole, SourceGrade,
    SubstanceClass, SubstanceForm, TariffSystem, TaxIdKind, Tlp, TransportMode, UsChemicalList,
    UseCode, UsePermission, VerdictGround,
};

use crate::Reason;
use crate::violation::{At, Findings, at_most};

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
            (
                format!("{raw} is not in the table"),
                format!("{raw} no está en la tabla"),
            ),
        );
    }
    code
}

/// As [`read`], but there must be one.
pub(crate) fn require<T: TryFrom<i32>>(found: &mut Findings, at: At<'_>, raw: i32) -> Option<T> {
    if raw == 0 {
        found.error(at, Reason::FieldMissing, ("mandatory", "es obligatorio"));
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
        found.error(at.field(name), Reason::FieldTooLong, at_most(max));
    }
    if !raw.is_sorted_by(|a, b| a < b) {
        found.error(
            at.field(name),
            Reason::Repeated,
            (
                "ascending by number, none twice",
                "en orden ascendente por número, sin repetir",
            ),
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
