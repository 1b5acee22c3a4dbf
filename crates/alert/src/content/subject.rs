//! What it is about: substances, firearms, fuels.

use super::cross_check;
use super::field::{
    coded, country, decimal, is_blank, lines_of, list, present, quantity, required, said,
    shipment_positions, temperature, text,
};
use super::goods_code::{tariff_code, un_number};
use super::identifier::{CARTA_PORTE, DEA_CODE, FFL, PEDIMENTO, TRACE, checked, structured};
use crate::Reason;
use crate::check_digit::Scheme;
use crate::code::{
    BallisticSystem, Confidence, FirearmKind, FuelContainer, FuelProduct, IdentificationMethod,
    IncbTable, SerialState, SubstanceClass, SubstanceForm, UsChemicalList,
};
use crate::limits::{FIREARMS_MAX, FUELS_MAX, LIST_MAX, SUBSTANCES_MAX};
use crate::quantity::{Dimension, dimension};
use crate::violation::{At, Findings};
use precinto_proto::v1 as pb;

const PERCENT_100_MICROS: u64 = 100_000_000;

/// The three lists as they stand in an alert and in an outcome; `shipments` is how many the message has.
pub(super) fn check_all(
    found: &mut Findings,
    at: &At<'_>,
    (substances, firearms, fuels): (&[pb::Substance], &[pb::Firearm], &[pb::Fuel]),
    shipments: usize,
) {
    for (index, item) in list(found, at, "substances", substances, SUBSTANCES_MAX) {
        let at = at.item("substances", index);
        shipment_positions(found, &at, &item.shipments, shipments);
        substance(found, &at, item);
    }
    for (index, item) in list(found, at, "firearms", firearms, FIREARMS_MAX) {
        let at = at.item("firearms", index);
        shipment_positions(found, &at, &item.shipments, shipments);
        firearm(found, &at, item);
    }
    for (index, item) in list(found, at, "fuels", fuels, FUELS_MAX) {
        let at = at.item("fuels", index);
        shipment_positions(found, &at, &item.shipments, shipments);
        fuel(found, &at, item);
    }
}

fn substance(found: &mut Findings, at: &At<'_>, substance: &pb::Substance) {
    let pb::Substance {
        substance_class,
        shipments: _,
        cas_number,
        incb_table,
        us_list,
        dea_code,
        mx_list,
        inn,
        names,
        hs_code,
        un_number: number,
        form,
        quantity: amount,
        purity_percent,
        identifications,
        pen_reference,
        remark,
    } = substance;
    required::<SubstanceClass>(found, at.field("substance_class"), *substance_class);
    let cas_field = at.field("cas_number");
    checked(
        found,
        cas_field,
        cas_number,
        &Scheme::CAS,
        Reason::CasCheckDigit,
    );
    cross_check::substance(found, at, substance);
    coded::<IncbTable>(found, at.field("incb_table"), *incb_table);
    coded::<UsChemicalList>(found, at.field("us_list"), *us_list);
    coded::<SubstanceForm>(found, at.field("form"), *form);
    for (index, name) in list(found, at, "names", names, LIST_MAX) {
        text(found, at.item("names", index), Some(name));
    }
    tariff_code(found, at.field("hs_code"), hs_code, false);
    un_number(found, at.field("un_number"), number);
    quantity(
        found,
        at.field("quantity"),
        amount.as_ref(),
        &[Dimension::Mass, Dimension::Volume, Dimension::Count],
    );
    let counted = amount
        .as_ref()
        .is_some_and(|amount| dimension(&amount.unit) == Some(Dimension::Count));
    if counted && *form == 0 {
        found.error(
            at.field("form"),
            Reason::FieldMissing,
            (
                "for a count, say of what form the pieces are",
                "si se cuentan piezas, indique su forma",
            ),
        );
    }
    purity(found, at.field("purity_percent"), purity_percent);
    identification_list(found, at, identifications);
    structured(found, at.field("dea_code"), dea_code, &DEA_CODE);
    lines_of(
        found,
        at,
        &[
            ("mx_list", mx_list),
            ("inn", inn),
            ("pen_reference", pen_reference),
            ("remark", remark),
        ],
    );
}

fn purity(found: &mut Findings, at: At<'_>, percent: &str) {
    let purity = decimal(found, at, percent);
    if purity.is_some_and(|purity| purity.micros() > PERCENT_100_MICROS) {
        found.error(at, Reason::ValueRange, ("0 to 100", "de 0 a 100"));
    }
}

fn identification_list(found: &mut Findings, at: &At<'_>, identifications: &[pb::Identification]) {
    for (index, identification) in list(found, at, "identifications", identifications, LIST_MAX) {
        let at = at.item("identifications", index);
        let pb::Identification {
            method,
            confidence,
            reference,
        } = identification;
        required::<IdentificationMethod>(found, at.field("method"), *method);
        coded::<Confidence>(found, at.field("confidence"), *confidence);
        lines_of(found, &at, &[("reference", reference)]);
    }
}

fn firearm(found: &mut Findings, at: &At<'_>, firearm: &pb::Firearm) {
    let pb::Firearm {
        kind,
        shipments: _,
        make,
        model,
        calibre,
        action,
        serial_state,
        serial_verbatim,
        serial_normalised,
        importer_mark,
        country_of_manufacture,
        quantity: _,
        ammunition,
        parts,
        trace_reference,
        trace_status,
        ffl_number,
        ballistic_references,
        recovered: _,
        hs_code,
        un_number: number,
    } = firearm;
    required::<FirearmKind>(found, at.field("kind"), *kind);
    coded::<SerialState>(found, at.field("serial_state"), *serial_state);
    lines_of(
        found,
        at,
        &[
            ("make", make),
            ("model", model),
            ("calibre", calibre),
            ("action", action),
            ("importer_mark", importer_mark),
            ("trace_status", trace_status),
        ],
    );
    serial(
        found,
        at,
        *serial_state,
        (serial_verbatim, serial_normalised),
    );
    structured(found, at.field("trace_reference"), trace_reference, &TRACE);
    structured(found, at.field("ffl_number"), ffl_number, &FFL);
    country(
        found,
        at.field("country_of_manufacture"),
        country_of_manufacture,
    );
    tariff_code(found, at.field("hs_code"), hs_code, false);
    un_number(found, at.field("un_number"), number);
    for (index, rounds) in list(found, at, "ammunition", ammunition, LIST_MAX) {
        let at = at.item("ammunition", index);
        let pb::Ammunition { calibre, count } = rounds;
        said(found, at, !is_blank(calibre) || *count != 0);
        lines_of(found, &at, &[("calibre", calibre)]);
    }
    part_list(found, at, parts);
    for (index, reference) in list(
        found,
        at,
        "ballistic_references",
        ballistic_references,
        LIST_MAX,
    ) {
        ballistic(found, &at.item("ballistic_references", index), reference);
    }
}

/// Numbers of eTrace.
pub(super) fn trace_references(found: &mut Findings, at: &At<'_>, numbers: &[String]) {
    for (index, number) in list(found, at, "trace_references", numbers, LIST_MAX) {
        present(found, at.item("trace_references", index), number);
        structured(found, at.item("trace_references", index), number, &TRACE);
    }
}

/// The serial number as it stands, and the same for searching: capitals, no blanks. O and 0, I and 1 are never merged,
/// because both occur in serial numbers.
fn serial(found: &mut Findings, at: &At<'_>, state: i32, (verbatim, normal): (&str, &str)) {
    lines_of(
        found,
        at,
        &[("serial_verbatim", verbatim), ("serial_normalised", normal)],
    );
    let state = SerialState::try_from(state);
    let field = at.field("serial_verbatim");
    match state {
        Ok(SerialState::Obliterated | SerialState::None) if !verbatim.is_empty() => {
            found.error(
                field,
                Reason::FieldUnexpected,
                ("there is none to be read", "no hay ninguno que leer"),
            );
        }
        Ok(SerialState::Readable) if verbatim.is_empty() => {
            found.error(
                field,
                Reason::FieldMissing,
                (
                    "it is said to be readable: write it as it stands",
                    "se indicó que es legible: anótelo tal como aparece",
                ),
            );
        }
        _ => {}
    }
    if normal.is_empty() {
        return;
    }
    let expected: String = verbatim
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_uppercase)
        .collect();
    if normal != expected {
        found.propose(
            at.field("serial_normalised"),
            Reason::FieldFormat,
            (
                "the serial number in capitals, without blanks",
                "el número de serie en mayúsculas, sin espacios",
            ),
            Some(expected)
                .filter(|text| !text.is_empty())
                .into_iter()
                .collect(),
        );
    }
}

fn part_list(found: &mut Findings, at: &At<'_>, parts: &[pb::FirearmPart]) {
    for (index, part) in list(found, at, "parts", parts, LIST_MAX) {
        let at = at.item("parts", index);
        let pb::FirearmPart {
            kind,
            description,
            count: _,
        } = part;
        coded::<FirearmKind>(found, at.field("kind"), *kind);
        if *kind == 0 && is_blank(description) {
            let detail = ("its kind, or a description", "su clase o una descripción");
            found.error(at.field("kind"), Reason::FieldMissing, detail);
        }
        lines_of(found, &at, &[("description", description)]);
    }
}

fn ballistic(found: &mut Findings, at: &At<'_>, reference: &pb::BallisticReference) {
    let pb::BallisticReference {
        system,
        site,
        exhibit,
        lead_number,
        image_sha256,
    } = reference;
    let names_it = [site, exhibit, lead_number];
    let says = *system != 0 || names_it.iter().any(|text| !is_blank(text));
    said(found, *at, says || !image_sha256.is_empty());
    coded::<BallisticSystem>(found, at.field("system"), *system);
    lines_of(
        found,
        at,
        &[
            ("site", site),
            ("exhibit", exhibit),
            ("lead_number", lead_number),
        ],
    );
    if !image_sha256.is_empty() && image_sha256.len() != 32 {
        found.error(
            at.field("image_sha256"),
            Reason::FieldFormat,
            ("exactly 32 bytes", "exactamente 32 bytes"),
        );
    }
}

fn fuel(found: &mut Findings, at: &At<'_>, fuel: &pb::Fuel) {
    let pb::Fuel {
        shipments: _,
        declared,
        suspected,
        hs_code,
        un_number: number,
        volume,
        density_kg_m3,
        temperature: degrees,
        container,
        plate,
        sener_permit,
        cne_permit,
        carta_porte_id,
        pedimento,
        bill_of_lading,
        epa_id,
        tceq_id,
        origin,
        sample_reference,
    } = fuel;
    coded::<FuelProduct>(found, at.field("declared"), *declared);
    coded::<FuelProduct>(found, at.field("suspected"), *suspected);
    if *declared == 0 && *suspected == 0 {
        let detail = (
            "the product: suspected, declared or both",
            "el producto: el que se sospecha, el declarado o ambos",
        );
        found.error(at.field("suspected"), Reason::FieldMissing, detail);
    }
    coded::<FuelContainer>(found, at.field("container"), *container);
    tariff_code(found, at.field("hs_code"), hs_code, false);
    un_number(found, at.field("un_number"), number);
    quantity(
        found,
        at.field("volume"),
        volume.as_ref(),
        &[Dimension::Volume],
    );
    let permit = at.field("carta_porte_id");
    structured(found, permit, carta_porte_id, &CARTA_PORTE);
    structured(found, at.field("pedimento"), pedimento, &PEDIMENTO);
    cross_check::fuel_number(found, at.field("un_number"), number);
    decimal(found, at.field("density_kg_m3"), density_kg_m3);
    temperature(found, at.field("temperature"), degrees.as_ref());
    lines_of(
        found,
        at,
        &[
            ("plate", plate),
            ("sener_permit", sener_permit),
            ("cne_permit", cne_permit),
            ("bill_of_lading", bill_of_lading),
            ("epa_id", epa_id),
            ("tceq_id", tceq_id),
            ("origin", origin),
            ("sample_reference", sample_reference),
        ],
    );
}
