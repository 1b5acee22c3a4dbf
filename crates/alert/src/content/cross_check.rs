//! Fields that do not fit each other. Every one of these only warns: the difference may itself be the finding.
//!
//! Compared is what a table or plain arithmetic can tell. Not compared, because no list for it is compiled in: quantities
//! against the limits of the dangerous goods regulations, and carriers of every prefix.

use super::party::in_role;
use crate::code::{AwbKind, IncbTable, PartyRole, ShipmentChannel, TransportMode};
use crate::country::may_be_same;
use crate::limits::{AIR_PIECE_KG_MAX, POSTAL_PIECE_KG_MAX};
use crate::quantity::{Decimal, exceeds, heavier_than};
use crate::violation::{At, Findings};
use crate::{Lang, Reason, airline, airport, dangerous_goods, substance as table};
use precinto_proto::v1 as pb;

/// Words in a description of goods that speak of a consolidation.
const CONSOLIDATION: [&str; 3] = ["consolidat", "consolidad", "consol "];

/// What all of them begin with: nearly no description has it, and then nobody looks further.
const CONSOL: &[u8] = b"consol";

/// One shipment against itself and against its parties; `position` counts from 1.
pub(super) fn shipment(
    found: &mut Findings,
    at: &At<'_>,
    shipment: &pb::Shipment,
    parties: &[pb::Party],
    position: usize,
) {
    consolidation(found, at, shipment);
    piece_weight(found, at, shipment);
    carrier_of_waybill(found, at, shipment);
    dangerous_weight(found, at, shipment);
    postal_country(found, at, shipment, parties, position);
    destination_state(found, at, shipment, parties, position);
}

/// Signs of a consolidation on a waybill that is not said to be one.
fn consolidation(found: &mut Findings, at: &At<'_>, shipment: &pb::Shipment) {
    let kind = AwbKind::try_from(shipment.awb_kind);
    if shipment.master_awb.is_empty() || kind == Ok(AwbKind::Consolidation) {
        return;
    }
    let houses = shipment.house_awbs.len();
    let many = houses > usize::from(kind == Ok(AwbKind::House));
    let said = shipment.goods_description.as_ref().is_some_and(|goods| {
        let speaks = goods
            .text
            .as_bytes()
            .windows(CONSOL.len())
            .any(|part| part.eq_ignore_ascii_case(CONSOL));
        speaks && {
            let words = format!("{} ", goods.text.to_lowercase());
            CONSOLIDATION.iter().any(|word| words.contains(word))
        }
    });
    if many || said {
        let detail = (
            "house waybills or words of a consolidation, and the kind is not 741",
            "hay guías house o palabras de consolidación, y el tipo no es 741",
        );
        found.warn(at.field("awb_kind"), Reason::MissingConsolIndi, detail);
    }
}

fn piece_weight(found: &mut Findings, at: &At<'_>, shipment: &pb::Shipment) {
    let Some(pb::Quantity { value, unit }) = &shipment.gross_weight else {
        return;
    };
    let post = shipment.channel == ShipmentChannel::Post as i32;
    let by_air = matches!(
        TransportMode::try_from(shipment.mode),
        Ok(TransportMode::Air | TransportMode::Unspecified)
    );
    let (limit_kg, by, by_es) = match (post, by_air) {
        (true, _) => (POSTAL_PIECE_KG_MAX, "by post", "por correo"),
        (false, true) => (AIR_PIECE_KG_MAX, "by air", "por vía aérea"),
        (false, false) => return,
    };
    let limit = limit_kg * u64::from(shipment.pieces.max(1));
    if Decimal::parse(value).is_some_and(|amount| heavier_than(amount, unit, limit)) {
        let detail = (
            format!("more than {limit_kg} kg a piece {by}"),
            format!("más de {limit_kg} kg por bulto {by_es}"),
        );
        found.warn(at.field("gross_weight"), Reason::WeightMismatch, detail);
    }
}

/// Only where the list knows both the prefix and the carrier: nothing follows from what it does not know.
fn carrier_of_waybill(found: &mut Findings, at: &At<'_>, shipment: &pb::Shipment) {
    let first = shipment.route.as_ref().and_then(|route| route.legs.first());
    let prefix = shipment.master_awb.get(..3).and_then(airline::of_prefix);
    let (Some(leg), Some((iata, icao))) = (first, prefix) else {
        return;
    };
    let carrier = leg.carrier.as_str();
    if ![iata, icao].contains(&carrier) && airline::is_known(carrier) {
        let detail = (
            format!("these waybills are those of {iata}"),
            format!("estas guías son de {iata}"),
        );
        found.warn(at.field("master_awb"), Reason::AwbCarrierMismatch, detail);
    }
}

/// A part heavier than the whole.
fn dangerous_weight(found: &mut Findings, at: &At<'_>, shipment: &pb::Shipment) {
    let Some(gross) = &shipment.gross_weight else {
        return;
    };
    for (index, goods) in shipment.dangerous_goods.iter().enumerate() {
        if goods
            .quantity
            .as_ref()
            .is_some_and(|part| exceeds((&part.value, &part.unit), (&gross.value, &gross.unit)))
        {
            let at = at.item("dangerous_goods", index);
            let detail = (
                "heavier than the whole shipment",
                "pesa más que el envío completo",
            );
            found.warn(at.field("quantity"), Reason::WeightMismatch, detail);
        }
    }
}

/// The country that ends a postal item's number is where it was posted.
fn postal_country(
    found: &mut Findings,
    at: &At<'_>,
    shipment: &pb::Shipment,
    parties: &[pb::Party],
    position: usize,
) {
    let Some(posted) = shipment.postal_item_id.get(11..).filter(|c| c.len() == 2) else {
        return;
    };
    let mut countries = in_role(parties, PartyRole::Shipper, position)
        .filter_map(|shipper| shipper.address.as_ref())
        .map(|address| address.country.as_str())
        .filter(|country| !country.is_empty())
        .peekable();
    if countries.peek().is_some() && countries.all(|country| !may_be_same(country, posted)) {
        let detail = (
            "posted in another country than the shipper's",
            "se depositó en un país distinto del país del remitente",
        );
        found.warn(
            at.field("postal_item_id"),
            Reason::S10CountryMismatch,
            detail,
        );
    }
}

/// The state of the airport where the goods end against the consignee's: only where the list knows the airport and it lies in
/// the consignee's country, because from abroad goods go on by other means.
fn destination_state(
    found: &mut Findings,
    at: &At<'_>,
    shipment: &pb::Shipment,
    parties: &[pb::Party],
    position: usize,
) {
    let Some(route) = &shipment.route else {
        return;
    };
    let last = route.legs.len().saturating_sub(1);
    let landing = route.legs.last().and_then(|leg| leg.arrival.as_ref());
    let stated = route
        .destination
        .as_ref()
        .filter(|end| !end.airport.is_empty());
    let Some(end) = stated.or(landing) else {
        return;
    };
    let mut serves = in_role(parties, PartyRole::Consignee, position)
        .filter_map(|consignee| consignee.address.as_ref())
        .filter_map(|address| airport::serves(&end.airport, &address.subdivision))
        .peekable();
    if serves.peek().is_none() || serves.any(|served| served) {
        return;
    }
    let detail = (
        format!("{} lies in another state than the consignee", end.airport),
        format!("{} está en otra entidad que el consignatario", end.airport),
    );
    let (at, leg) = (at.field("route"), last);
    let (destination, leg) = (at.field("destination"), at.item("legs", leg));
    let arrival = leg.field("arrival");
    let place = if stated.is_some() {
        &destination
    } else {
        &arrival
    };
    found.warn(place.field("airport"), Reason::DestinationMismatch, detail);
}

/// A class of dangerous goods that is not its number's.
pub(super) fn class_of_number(found: &mut Findings, at: At<'_>, number: &str, class: &str) {
    let known = dangerous_goods::number(number).and_then(dangerous_goods::class_of);
    // `1.4` says less than `1.4S`, and nothing else.
    if let Some(known) = known.filter(|known| !known.starts_with(class)) {
        let detail = (
            format!("{number} is of class {known}"),
            format!("{number} es de la clase {known}"),
        );
        let proposals = vec![known.to_owned()];
        found.suggest(at, Reason::UnClassMismatch, detail, proposals);
    }
}

/// A number that no listed fuel travels under.
pub(super) fn fuel_number(found: &mut Findings, at: At<'_>, number: &str) {
    if dangerous_goods::number(number).is_some_and(|number| !dangerous_goods::is_fuel(number)) {
        let detail = (
            "not one of the UN numbers of fuels that we list",
            "no es uno de los números ONU de combustibles de la lista",
        );
        found.warn(at, Reason::UnClassMismatch, detail);
    }
}

/// A substance against the row of its CAS number.
pub(super) fn substance(found: &mut Findings, at: &At<'_>, substance: &pb::Substance) {
    let Some(row) = table::find(&substance.cas_number) else {
        return;
    };
    let (name, name_es) = (row.label(Lang::En), row.label(Lang::Es));
    let listed_under = |code: &str| {
        (
            format!("{name} is listed under {code}"),
            format!("{name_es} figura con {code}"),
        )
    };
    if let Some(hs) = row.hs()
        && substance.hs_code.len() == 6
        && substance.hs_code != hs
    {
        let (detail, values) = (listed_under(hs), vec![hs.to_owned()]);
        found.suggest(at.field("hs_code"), Reason::HsCasMismatch, detail, values);
    }
    if let (Some(listed), Some(stated)) = (row.un(), dangerous_goods::number(&substance.un_number))
        && listed != stated
    {
        let listed = format!("UN{listed:04}");
        let detail = listed_under(&listed);
        found.suggest(
            at.field("un_number"),
            Reason::UnCasMismatch,
            detail,
            vec![listed],
        );
    }
    let stated = IncbTable::try_from(substance.incb_table)
        .ok()
        .filter(|table| *table != IncbTable::Unspecified);
    if stated.is_some() && stated != row.list.incb_table() {
        let detail = match row.list.incb_table() {
            Some(IncbTable::I) => (
                format!("{name} is in table I"),
                format!("{name_es} está en el cuadro I"),
            ),
            Some(_) => (
                format!("{name} is in table II"),
                format!("{name_es} está en el cuadro II"),
            ),
            None => (
                format!("{name} is in neither table"),
                format!("{name_es} no está en ningún cuadro"),
            ),
        };
        found.warn(at.field("incb_table"), Reason::IncbTableMismatch, detail);
    }
}
