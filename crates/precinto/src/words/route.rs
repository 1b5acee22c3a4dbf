//! Where a shipment goes: its legs with the best known times, its ends, the customs offices, its delivery.

use super::parts::Parts;
use super::when::best_time;
use super::{Rows, array, clock_time, labelled, text_of};
use crate::output::Lang;
use precinto_alert::code::TransportMode;
use serde_json::Value;

/// What is known of the route, the legs first.
pub(super) fn rows(shipment: &Value, lang: Lang) -> Rows {
    let Some(route) = shipment.get("route") else {
        return Rows::new();
    };
    let legs: Vec<&Value> = array(route, "legs").collect();
    let mut rows = Rows::new();
    rows.extend(
        legs.iter()
            .map(|one| (("route", "ruta"), leg(one, lang)))
            .chain(ends(route, &legs).map(|ends| (("from – to", "de – a"), ends))),
    );
    let offices = array(route, "customs_offices").map(|one| {
        let mut office = Parts::of(one, lang);
        office.plain(&["country", "code", "name"]);
        (("customs", "aduana"), office.with_blanks())
    });
    rows.extend(offices);
    let delivery = route.get("delivery").and_then(clock_time);
    rows.extend(delivery.map(|time| (("delivery", "entrega"), time)));
    rows
}

/// Where the goods were handed over and where they are meant to end, where the legs do not say so.
fn ends(route: &Value, legs: &[&Value]) -> Option<String> {
    let said = |own: &str| route.get(own).and_then(place_of);
    let of_leg = |leg: Option<&&Value>, end: &str| leg?.get(end).and_then(place_of);
    let origin = said("origin").filter(|it| of_leg(legs.first(), "departure").as_ref() != Some(it));
    let destination = said("destination");
    let destination = destination.filter(|it| of_leg(legs.last(), "arrival").as_ref() != Some(it));
    match (origin, destination) {
        (None, None) => None,
        (from, to) => Some(format!(
            "{} – {}",
            from.as_deref().unwrap_or("…"),
            to.as_deref().unwrap_or("…")
        )),
    }
}

fn leg(leg: &Value, lang: Lang) -> String {
    let end = |place: &str, time: &str| {
        let time = best_time(leg, time, lang).unwrap_or_default();
        let place = leg.get(place).and_then(place_of).unwrap_or_default();
        format!("{place} {time}").trim().to_owned()
    };
    let flight = text_of(leg, "flight").unwrap_or_default();
    let (from, to) = (end("departure", "departure"), end("arrival", "arrival"));
    let way = format!("{flight} {from} → {to}").trim().to_owned();
    let mut parts = Parts::of(leg, lang);
    parts.say([way]);
    // A flight number begins with its carrier.
    let carrier = text_of(leg, "carrier").filter(|carrier| !flight.starts_with(carrier.as_str()));
    parts.behind(("carrier", "transportista"), carrier);
    let mode = text_of(leg, "mode").map(|mode| labelled::<TransportMode>(&mode, lang));
    parts.say(mode);
    parts.with_commas()
}

/// From where to where, for one cell: `LAX–NLU`; empty when nothing is said.
pub(super) fn in_short(shipment: &Value) -> String {
    let Some(route) = shipment.get("route") else {
        return String::new();
    };
    let legs: Vec<&Value> = array(route, "legs").collect();
    let end = |own: &str, leg: Option<&&Value>, of_leg: &str| {
        let leg = leg.and_then(|leg| leg.get(of_leg)).and_then(short_place);
        leg.or_else(|| route.get(own).and_then(short_place))
    };
    let from = end("origin", legs.first(), "departure");
    let to = end("destination", legs.last(), "arrival");
    let ends: Vec<String> = from.into_iter().chain(to).collect();
    ends.join("–")
}

/// The shortest name of a place that says enough.
fn short_place(place: &Value) -> Option<String> {
    let names = ["airport", "locode", "name", "subdivision", "country"];
    names.iter().find_map(|name| text_of(place, name))
}

/// A place without what follows from the rest: nobody needs to be told in which country an airport is.
pub(super) fn place_of(place: &Value) -> Option<String> {
    let widening = ["airport", "locode", "subdivision", "country"];
    let code = widening.iter().find_map(|name| text_of(place, name));
    let parts = [text_of(place, "name"), code, text_of(place, "postal_code")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    Some(parts.join(", ")).filter(|said| !said.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_place_is_told_by_the_nearest_that_is_known() {
        let said = |place: Value| place_of(&place).unwrap_or_default();
        let country = json!({ "country": "MX" });
        assert_eq!(said(country), "MX");
        assert_eq!(
            said(json!({ "country": "MX", "subdivision": "MX-JAL" })),
            "MX-JAL"
        );
        let town = json!({ "country": "MX", "subdivision": "MX-TAM", "name": "Reynosa" });
        assert_eq!(said(town), "Reynosa, MX-TAM");
        let airport = json!({ "country": "MX", "locode": "MXNLU", "airport": "NLU" });
        assert_eq!(said(airport), "NLU");
        assert_eq!(said(json!({})), "");
    }

    #[test]
    fn the_ends_are_told_where_the_legs_say_something_else() {
        let shipment = |destination: &str| {
            json!({ "route": {
                "legs": [{ "departure": { "airport": "LAX" }, "arrival": { "airport": "NLU" } }],
                "destination": { "airport": destination },
            } })
        };
        let told = |destination| rows(&shipment(destination), Lang::En).pop().unwrap().1;
        assert_eq!(told("NLU"), "LAX → NLU");
        assert_eq!(told("GDL"), "… – GDL");
    }
}
