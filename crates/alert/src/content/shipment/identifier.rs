//! The identifiers of a shipment, with their check digits.

use crate::Reason;
use crate::check_digit::{self, CheckError, replace_last};
use crate::code::{AwbKind, LabelIdentifierKind};
use crate::content::field::{line, lines_of, list, required};
use crate::country::is_country;
use crate::limits::LIST_MAX;
use crate::violation::{At, Findings};
use precinto_proto::v1 as pb;

/// Characters of a house air waybill number; the older C-IMP messages allowed twelve.
const HOUSE_AWB_BYTES_MAX: usize = 35;

/// Whether anything identifies the shipment; an identifier that is wrong on the label does.
pub(super) fn identified(shipment: &pb::Shipment) -> bool {
    let texts = [
        &shipment.master_awb,
        &shipment.postal_item_id,
        &shipment.postal_receptacle_id,
        &shipment.dispatch_id,
    ];
    texts.iter().any(|text| !text.is_empty())
        || !shipment.house_awbs.is_empty()
        || !shipment.courier_tracking.is_empty()
        || !shipment.container_ids.is_empty()
        || !shipment.label_identifiers.is_empty()
        || !shipment.other_references.is_empty()
}

pub(super) fn air_waybill(found: &mut Findings, at: &At<'_>, number: &str, airline: &str) {
    if !number.is_empty() {
        match check_digit::awb(number) {
            Ok(()) => {}
            Err(CheckError::Format { expected }) => {
                found.error(
                    at.field("master_awb"),
                    Reason::BadWblFormat,
                    format!("written {expected}"),
                );
            }
            Err(error @ CheckError::Digit { expected }) => {
                // The last digit may be right and another one wrong: a proposal, never a correction.
                let proposal = replace_last(number, expected);
                found.propose(
                    at.field("master_awb"),
                    Reason::AwbCheckDigit,
                    error.to_string(),
                    proposal,
                );
            }
        }
    }
    let shaped = airline.len() == 3 && airline.bytes().all(|b| b.is_ascii_digit());
    if !airline.is_empty() && !(shaped && (number.is_empty() || number.starts_with(airline))) {
        let detail = "three digits, the first ones of the waybill";
        found.error(at.field("airline_prefix"), Reason::BadWblFormat, detail);
    }
}

pub(super) fn house_bills(found: &mut Findings, at: &At<'_>, numbers: &[String], kind: i32) {
    for (index, number) in list(found, at, "house_awbs", numbers, LIST_MAX) {
        let fits = (1..=HOUSE_AWB_BYTES_MAX).contains(&number.len())
            && number
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
        if !fits {
            let detail = "1 to 35 capitals, digits and hyphens";
            found.error(
                at.item("house_awbs", index),
                Reason::InvalidHouseBillNbr,
                detail,
            );
        }
    }
    if kind == AwbKind::Consolidation as i32 && numbers.is_empty() {
        found.error(
            at.field("house_awbs"),
            Reason::MissingHouseBillNbr,
            "a consolidation lists them",
        );
    }
}

pub(super) fn postal_item(found: &mut Findings, at: At<'_>, number: &str) {
    if number.is_empty() {
        return;
    }
    match check_digit::s10(number) {
        Ok(()) => {}
        Err(CheckError::Format { expected }) => {
            found.error(at, Reason::FieldFormat, format!("written {expected}"));
            return;
        }
        Err(error @ CheckError::Digit { expected }) => {
            let proposal = number
                .split_at_checked(10)
                .zip(number.get(11..))
                .map(|((head, _), country)| format!("{head}{expected}{country}"));
            found.propose(
                at,
                Reason::S10CheckDigit,
                error.to_string(),
                proposal.unwrap_or_default(),
            );
        }
    }
    if !number.get(11..).is_some_and(is_country) {
        found.error(
            at,
            Reason::Iso3166Unknown,
            "the last two letters are no country",
        );
    }
}

/// Verbatim, mistakes included: only that something stands there, and that it says what it is meant to be.
pub(super) fn labels(found: &mut Findings, at: &At<'_>, labels: &[pb::LabelIdentifier]) {
    for (index, label) in list(found, at, "label_identifiers", labels, LIST_MAX) {
        let at = at.item("label_identifiers", index);
        let pb::LabelIdentifier {
            kind,
            verbatim,
            remark,
        } = label;
        required::<LabelIdentifierKind>(found, at.field("kind"), *kind);
        if verbatim.trim().is_empty() {
            found.error(
                at.field("verbatim"),
                Reason::FieldMissing,
                "as it stands on the label",
            );
        }
        lines_of(found, &at, &[("verbatim", verbatim), ("remark", remark)]);
    }
}

pub(super) fn tracking(found: &mut Findings, at: &At<'_>, numbers: &[pb::CourierTracking]) {
    for (index, tracking) in list(found, at, "courier_tracking", numbers, LIST_MAX) {
        let at = at.item("courier_tracking", index);
        let pb::CourierTracking { carrier, number } = tracking;
        for (name, text) in [("carrier", carrier), ("number", number)] {
            if text.is_empty() {
                found.error(at.field(name), Reason::FieldMissing, "carrier and number");
            }
            line(found, at.field(name), text);
        }
    }
}
