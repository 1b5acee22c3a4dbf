//! The identifiers of a shipment, with their check digits.

use crate::check_digit::{self, Scheme};
use crate::code::{AwbKind, LabelIdentifierKind};
use crate::content::field::{is_blank, line, lines_of, list, present, required};
use crate::content::identifier::{Structure, checked, house_bill, structured};
use crate::limits::LIST_MAX;
use crate::violation::{At, Findings};
use crate::{Reason, airline};
use precinto_proto::v1 as pb;

/// Whether anything identifies the shipment; an identifier that is wrong on the label does.
pub(super) fn identified(shipment: &pb::Shipment) -> bool {
    let texts = [
        &shipment.master_awb,
        &shipment.postal_item_id,
        &shipment.postal_receptacle_id,
        &shipment.dispatch_id,
    ];
    let lists = [
        &shipment.house_awbs,
        &shipment.container_ids,
        &shipment.other_references,
    ];
    let of_couriers = shipment.courier_tracking.iter().map(|held| &held.number);
    let on_labels = shipment.label_identifiers.iter().map(|held| &held.verbatim);
    texts
        .into_iter()
        .chain(lists.into_iter().flatten())
        .chain(of_couriers)
        .chain(on_labels)
        .any(|text| !is_blank(text))
}

pub(super) fn air_waybill(found: &mut Findings, at: &At<'_>, number: &str, stated: &str) {
    let field = at.field("master_awb");
    checked(found, field, number, &Scheme::AWB, Reason::AwbCheckDigit);
    let shaped = stated.len() == 3 && stated.bytes().all(|b| b.is_ascii_digit());
    if !stated.is_empty() && !(shaped && (number.is_empty() || number.starts_with(stated))) {
        let detail = (
            "three digits, the first ones of the waybill",
            "tres dígitos, los primeros de la guía",
        );
        found.error(at.field("airline_prefix"), Reason::BadWblFormat, detail);
        return;
    }
    // Of a number that is refused anyhow, nothing more is said.
    let sound = Scheme::AWB.check(number).is_ok();
    let (name, prefix) = match number.get(..3).filter(|_| sound) {
        Some(prefix) => ("master_awb", prefix),
        None => ("airline_prefix", stated),
    };
    if !prefix.is_empty() && airline::of_prefix(prefix).is_none() {
        let detail = (
            format!("{prefix} is not in the list, which is not complete"),
            format!("{prefix} no está en la lista, que no es completa"),
        );
        found.warn(at.field(name), Reason::AirlinePrefixUnknown, detail);
    }
}

pub(super) fn house_bills(found: &mut Findings, at: &At<'_>, numbers: &[String], kind: i32) {
    for (index, number) in list(found, at, "house_awbs", numbers, LIST_MAX) {
        house_bill(found, at.item("house_awbs", index), number);
    }
    if kind == AwbKind::Consolidation as i32 && numbers.is_empty() {
        found.error(
            at.field("house_awbs"),
            Reason::MissingHouseBillNbr,
            (
                "a consolidation lists them",
                "una consolidación las enumera",
            ),
        );
    }
}

/// Containers, each with its check digit.
pub(super) fn containers(found: &mut Findings, at: &At<'_>, numbers: &[String]) {
    for (index, number) in list(found, at, "container_ids", numbers, LIST_MAX) {
        let at = at.item("container_ids", index);
        present(found, at, number);
        checked(
            found,
            at,
            number,
            &Scheme::CONTAINER,
            Reason::ContainerCheckDigit,
        );
    }
}

/// Codes of one structure, none of them empty.
pub(super) fn structures(
    found: &mut Findings,
    at: &At<'_>,
    name: &str,
    codes: &[String],
    structure: &Structure,
) {
    for (index, code) in list(found, at, name, codes, LIST_MAX) {
        let at = at.item(name, index);
        present(found, at, code);
        structured(found, at, code, structure);
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
                ("as it stands on the label", "tal como está en la etiqueta"),
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
                found.error(
                    at.field(name),
                    Reason::FieldMissing,
                    ("carrier and number", "empresa y número"),
                );
            }
            line(found, at.field(name), text);
        }
        tracking_number(found, at.field("number"), carrier, number);
    }
}

/// The carrier's rule where one is public for a number of this form; a form that we do not know is flagged.
fn tracking_number(found: &mut Findings, at: At<'_>, carrier: &str, number: &str) {
    let bare: String = number.chars().filter(|c| !c.is_whitespace()).collect();
    if bare != number {
        found.propose(
            at,
            Reason::FieldFormat,
            ("without spaces", "sin espacios"),
            vec![bare],
        );
    } else if let Some(scheme) = check_digit::courier(carrier, number) {
        checked(found, at, number, scheme, Reason::CourierCheckDigit);
    } else if !number.is_empty() && check_digit::has_courier_rule(carrier) {
        found.warn(
            at,
            Reason::TrackingFormUnknown,
            (
                "no known form of this carrier's numbers; no digit was checked",
                "no es una forma conocida de esta empresa; no se verificó el dígito",
            ),
        );
    }
}
