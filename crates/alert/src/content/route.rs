//! Routes: legs, places, offices, and whether times and places chain.
//!
//! Airports, places of UN/LOCODE, carriers and customs offices are looked up, and an airport or a LOCODE that lies in another
//! country than the one beside it is flagged. No list of them is complete, so what is not in one is never refused.

use super::block::local_time;
use super::field::{coded, country, line, lines_of, list, subdivision};
use super::identifier::{
    ADUANA, AIRPORT, CARRIER, FLIGHT, LOCODE, US_PORT, postal_code, structured,
};
use crate::code::TransportMode;
use crate::limits::LIST_MAX;
use crate::violation::{At, Findings};
use crate::{Reason, airline, airport, country as countries, customs_office, place_code};
use precinto_proto::v1 as pb;

/// `by_air`: how legs travel that do not say it themselves.
pub(super) fn check(found: &mut Findings, at: &At<'_>, route: &pb::Route, by_air: bool) {
    let pb::Route {
        legs,
        origin,
        destination,
        customs_offices,
        delivery,
    } = route;
    for (index, item) in list(found, at, "legs", legs, LIST_MAX) {
        leg(found, &at.item("legs", index), item, by_air);
    }
    chain(found, at, legs);
    place(found, at.field("origin"), origin.as_ref());
    place(found, at.field("destination"), destination.as_ref());
    for (index, office) in list(found, at, "customs_offices", customs_offices, LIST_MAX) {
        let at = at.item("customs_offices", index);
        let pb::CustomsOffice {
            country: code,
            code: office,
            name,
        } = office;
        country(found, at.field("country"), code);
        lines_of(found, &at, &[("code", office), ("name", name)]);
        customs_code(found, at.field("code"), code, office);
    }
    local_time(found, at.field("delivery"), delivery.as_ref());
}

/// An office's code, by the form of its country; empty is absent.
fn customs_code(found: &mut Findings, at: At<'_>, country: &str, office: &str) {
    let form = match country {
        "US" => &US_PORT,
        "MX" => &ADUANA,
        _ => return,
    };
    if (form.fits)(office) && customs_office::is_listed(country, office) == Some(false) {
        let detail = (
            "its first two digits are of no office in the list, which is not complete",
            "sus dos primeros dígitos no son de ninguna aduana de la lista, que no es completa",
        );
        found.warn(at, Reason::CustomsOfficeUnknown, detail);
    } else {
        structured(found, at, office, form);
    }
}

fn leg(found: &mut Findings, at: &At<'_>, leg: &pb::Leg, by_air: bool) {
    let pb::Leg {
        mode,
        carrier,
        flight,
        departure,
        arrival,
        scheduled_departure,
        estimated_departure,
        actual_departure,
        scheduled_arrival,
        estimated_arrival,
        actual_arrival,
    } = leg;
    coded::<TransportMode>(found, at.field("mode"), *mode);
    let flies = match TransportMode::try_from(*mode) {
        Ok(TransportMode::Unspecified) => by_air,
        mode => mode == Ok(TransportMode::Air),
    };
    if flies {
        structured(found, at.field("carrier"), carrier, &CARRIER);
        if (CARRIER.fits)(carrier) && !airline::is_known(carrier) {
            let detail = (
                "not in the list, which is not complete",
                "no está en la lista, que no es completa",
            );
            found.warn(at.field("carrier"), Reason::CarrierUnknown, detail);
        }
        flight_number(found, at.field("flight"), flight, carrier);
    } else {
        lines_of(found, at, &[("carrier", carrier), ("flight", flight)]);
    }
    for (name, end) in [("departure", departure), ("arrival", arrival)] {
        if end.is_none() {
            found.error(
                at.field(name),
                Reason::InvalidRouting,
                (
                    "a leg has a departure and an arrival",
                    "un tramo tiene salida y llegada",
                ),
            );
        }
        place(found, at.field(name), end.as_ref());
    }
    for (name, time) in [
        ("scheduled_departure", scheduled_departure),
        ("estimated_departure", estimated_departure),
        ("actual_departure", actual_departure),
        ("scheduled_arrival", scheduled_arrival),
        ("estimated_arrival", estimated_arrival),
        ("actual_arrival", actual_arrival),
    ] {
        local_time(found, at.field(name), time.as_ref());
    }
    // Like with like: a flight that is late departs after the time at which it should have arrived.
    for (name, start, end) in [
        ("scheduled_arrival", scheduled_departure, scheduled_arrival),
        ("estimated_arrival", estimated_departure, estimated_arrival),
        ("actual_arrival", actual_departure, actual_arrival),
    ] {
        if is_before(end.as_ref(), start.as_ref()) {
            let detail = (
                "before the departure of the same leg",
                "anterior a la salida del mismo tramo",
            );
            found.warn(at.field(name), Reason::InvalidRouting, detail);
        }
    }
}

/// A flight with its carrier; the bare number is what people write, so the whole is proposed.
fn flight_number(found: &mut Findings, at: At<'_>, flight: &str, carrier: &str) {
    let bare = (1..=4).contains(&flight.len()) && flight.bytes().all(|b| b.is_ascii_digit());
    if bare && (2..=3).contains(&carrier.len()) {
        found.propose(
            at,
            Reason::InvalidRouting,
            ("the number with its carrier", "el número con su aerolínea"),
            vec![format!("{carrier}{flight}")],
        );
    } else {
        structured(found, at, flight, &FLIGHT);
    }
}

/// Each leg begins where the one before it ended, and not before that.
fn chain(found: &mut Findings, at: &At<'_>, legs: &[pb::Leg]) {
    for (index, (earlier, later)) in legs
        .iter()
        .zip(legs.iter().skip(1))
        .enumerate()
        .take(LIST_MAX)
    {
        let at = at.item("legs", index + 1);
        if let (Some(end), Some(start)) = (&earlier.arrival, &later.departure)
            && is_elsewhere(end, start)
        {
            let detail = (
                "another place than where the leg before it ends",
                "un lugar distinto de aquel donde termina el tramo anterior",
            );
            found.warn(at.field("departure"), Reason::InvalidRouting, detail);
        }
        for (name, end, start) in [
            (
                "scheduled_departure",
                &earlier.scheduled_arrival,
                &later.scheduled_departure,
            ),
            (
                "estimated_departure",
                &earlier.estimated_arrival,
                &later.estimated_departure,
            ),
            (
                "actual_departure",
                &earlier.actual_arrival,
                &later.actual_departure,
            ),
        ] {
            if is_before(start.as_ref(), end.as_ref()) {
                let detail = (
                    "before the leg before it ends",
                    "antes de que termine el tramo anterior",
                );
                found.warn(at.field(name), Reason::InvalidRouting, detail);
            }
        }
    }
}

fn is_before(one: Option<&pb::LocalTime>, other: Option<&pb::LocalTime>) -> bool {
    one.zip(other)
        .is_some_and(|(one, other)| one.utc_ms != 0 && one.utc_ms < other.utc_ms)
}

/// Two places that cannot be the same: by the finest code that both have. IATA and ICAO codes do not compare.
fn is_elsewhere(one: &pb::Place, other: &pb::Place) -> bool {
    let pairs = [
        (&one.airport, &other.airport),
        (&one.locode, &other.locode),
        (&one.country, &other.country),
    ];
    pairs
        .into_iter()
        .find(|(a, b)| !a.is_empty() && a.len() == b.len())
        .is_some_and(|(a, b)| !countries::may_be_same(a, b))
}

/// An airport of the right form that no list has.
fn listed(found: &mut Findings, at: &At<'_>, airport: &str, lies_in: Option<&str>) {
    if lies_in.is_none() && (AIRPORT.fits)(airport) {
        let detail = (
            "not in the list; a city's code, such as NYC, is not an airport's",
            "no está en la lista; la clave de una ciudad, como NYC, no es la de un aeropuerto",
        );
        found.warn(at.field("airport"), Reason::AirportUnknown, detail);
    }
}

/// An airport or a LOCODE that lies in another country than the one stated beside it.
fn same_country(
    found: &mut Findings,
    at: &At<'_>,
    (of_airport, locode): (Option<&str>, &str),
    country: &str,
) {
    let of_locode = || locode.get(..2).filter(|_| (LOCODE.fits)(locode));
    let lies_in = of_airport
        .or_else(of_locode)
        // Neither is a code of ISO 3166-1: Kosovo, and installations in international waters.
        .filter(|country| !["XK", "XZ"].contains(country));
    if let Some(lies_in) = lies_in.filter(|_| !country.is_empty())
        && !countries::may_be_same(lies_in, country)
    {
        let detail = (
            format!("the place lies in {lies_in}"),
            format!("el lugar está en {lies_in}"),
        );
        let proposals = vec![lies_in.to_owned()];
        found.suggest(
            at.field("country"),
            Reason::InvalidRouting,
            detail,
            proposals,
        );
    }
}

/// A place by as many codes as are known; `None` is absent.
pub(super) fn place(found: &mut Findings, at: At<'_>, place: Option<&pb::Place>) {
    let Some(pb::Place {
        airport,
        locode,
        country: code,
        subdivision: state,
        postal_code: postal,
        name,
    }) = place
    else {
        return;
    };
    if airport.is_empty() && locode.is_empty() && code.is_empty() {
        found.error(
            at,
            Reason::InvalidRouting,
            (
                "at least an airport, a LOCODE or a country",
                "al menos un aeropuerto, un LOCODE o un país",
            ),
        );
    }
    country(found, at.field("country"), code);
    structured(found, at.field("airport"), airport, &AIRPORT);
    structured(found, at.field("locode"), locode, &LOCODE);
    if (LOCODE.fits)(locode) && !place_code::is_listed(locode) {
        let detail = (
            "not in the list, which may be older than the place",
            "no está en la lista, que puede ser anterior al lugar",
        );
        found.warn(at.field("locode"), Reason::LocodeUnknown, detail);
    }
    let of_airport = airport::country_of(airport);
    listed(found, &at, airport, of_airport);
    same_country(found, &at, (of_airport, locode), code);
    subdivision(found, at.field("subdivision"), state, code);
    postal_code(found, at.field("postal_code"), postal, code);
    line(found, at.field("name"), name);
}
