//! The route of a waybill: its ends and its legs, with the times that say which clock they mean.

use super::parts::{ITEMS_MAX, Notes, fields, line, put};
use crate::xml::Element;
use serde_json::{Map, Value, json};

/// Where the goods come from, where they go, and the legs in between.
pub(super) fn route(shipment: &mut Map<String, Value>, goods: &Element, notes: &mut Notes) {
    let mut route = Map::new();
    let ends = [
        ("origin", "OriginLocation/ID"),
        ("destination", "FinalDestinationLocation/ID"),
    ];
    for (name, path) in ends {
        if let Some(place) = goods.text_at(path).and_then(place) {
            put(&mut route, name, place);
        }
    }
    let movements = goods.all("SpecifiedLogisticsTransportMovement");
    let mut movements: Vec<&Element> = movements.take(ITEMS_MAX).collect();
    let order = |leg: &&Element| {
        leg.text_at("SequenceNumeric")
            .and_then(|n| n.parse::<u32>().ok())
    };
    movements.sort_by_key(|leg| order(leg).unwrap_or(u32::MAX));
    let legs: Vec<Value> = movements
        .into_iter()
        .filter_map(|movement| leg(movement, notes))
        .collect();
    if !legs.is_empty() {
        put(&mut route, "legs", legs);
    }
    if !route.is_empty() {
        put(shipment, "route", route);
    }
}

fn leg(movement: &Element, notes: &mut Notes) -> Option<Value> {
    let flight = movement.text_at("ID").map(line).unwrap_or_default();
    let end = |path| movement.text_at(path).and_then(place);
    let departure = end("DepartureEvent/OccurrenceDepartureLocation/ID");
    let arrival = end("ArrivalEvent/OccurrenceArrivalLocation/ID");
    if departure.is_none() || arrival.is_none() {
        notes.add(
            "a leg without departure or arrival",
            "un tramo sin salida o sin llegada",
            &flight,
        );
        return None;
    }
    let mode = match movement.text_at("ModeCode") {
        Some("1") => json!("SEA"),
        Some("2") => json!("RAIL"),
        Some("3") => json!("ROAD"),
        Some("4") => json!("AIR"),
        _ => Value::Null,
    };
    let carrier = movement.text_at("UsedLogisticsTransportMeans/Name");
    let carrier = carrier.filter(|name| (2..=3).contains(&name.len()));
    let mut leg = fields(&[
        ("mode", mode),
        ("carrier", json!(carrier)),
        ("departure", json!(departure)),
        ("arrival", json!(arrival)),
    ]);
    if !flight.is_empty() {
        put(&mut leg, "flight", flight.clone());
    }
    let times = [
        (
            "scheduled_departure",
            "DepartureEvent/ScheduledOccurrenceDateTime",
        ),
        (
            "actual_departure",
            "DepartureEvent/ActualOccurrenceDateTime",
        ),
        (
            "scheduled_arrival",
            "ArrivalEvent/ScheduledOccurrenceDateTime",
        ),
        ("actual_arrival", "ArrivalEvent/ActualOccurrenceDateTime"),
    ];
    for (name, path) in times {
        let Some(said) = movement.text_at(path) else {
            continue;
        };
        let moment = said.parse::<jiff::Timestamp>().ok();
        if moment.is_some_and(|moment| moment.as_millisecond() > 0) {
            put(&mut leg, name, said);
        } else {
            notes.add(
                &format!("{name} of {flight}, without its offset from UTC"),
                &format!("{name} de {flight}, sin su diferencia respecto a UTC"),
                said,
            );
        }
    }
    Some(Value::Object(leg))
}

/// An airport by its three or four letters, or a UN/LOCODE by its five characters.
fn place(code: &str) -> Option<Value> {
    let capitals = code
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    match code.len() {
        3 | 4 if capitals => Some(json!({ "airport": code })),
        5 if capitals => Some(json!({ "locode": code })),
        _ => None,
    }
}
