//! Routes: legs, places, offices.

use super::field::{coded, country, line, lines_of, list, local_time};
use crate::Reason;
use crate::code::TransportMode;
use crate::limits::LIST_MAX;
use crate::violation::{At, Findings};
use precinto_proto::v1 as pb;

pub(super) fn check(found: &mut Findings, at: &At<'_>, route: &pb::Route) {
    let pb::Route {
        legs,
        origin,
        destination,
        customs_offices,
        delivery,
    } = route;
    for (index, item) in list(found, at, "legs", legs, LIST_MAX) {
        leg(found, &at.item("legs", index), item);
    }
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
    }
    local_time(found, at.field("delivery"), delivery.as_ref());
}

fn leg(found: &mut Findings, at: &At<'_>, leg: &pb::Leg) {
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
    lines_of(found, at, &[("carrier", carrier), ("flight", flight)]);
    for (name, end) in [("departure", departure), ("arrival", arrival)] {
        if end.is_none() {
            found.error(
                at.field(name),
                Reason::InvalidRouting,
                "a leg has a departure and an arrival",
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
}

/// A place by as many codes as are known; `None` is absent.
pub(super) fn place(found: &mut Findings, at: At<'_>, place: Option<&pb::Place>) {
    let Some(pb::Place {
        airport,
        locode,
        country: code,
        subdivision,
        postal_code,
        name,
    }) = place
    else {
        return;
    };
    if airport.is_empty() && locode.is_empty() && code.is_empty() {
        found.error(
            at,
            Reason::InvalidRouting,
            "at least an airport, a LOCODE or a country",
        );
    }
    country(found, at.field("country"), code);
    for (field, text) in [
        ("airport", airport),
        ("locode", locode),
        ("subdivision", subdivision),
        ("postal_code", postal_code),
        ("name", name),
    ] {
        line(found, at.field(field), text);
    }
}
