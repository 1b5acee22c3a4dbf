//! The last moments of goods, from what their routes say: until when something can be done, and until when it is of use to know.
//!
//! This is the decision for the data model's open point 15.5, the cut-offs. They go by how goods are carried, not by who
//! carries them: carriers publish acceptance times for shippers, one for each station and season, and none says when its
//! build-up is past stopping. What does not fly has no cut-off, because a truck or a container is stopped at the gate.

use crate::code::{ShipmentChannel, TransportMode};
use crate::limits::{CUT_OFF_CARGO_MS, CUT_OFF_PARCEL_MS, DELIVERY_WINDOW_MS};
use precinto_proto::v1 as pb;

/// Last moment to act on the goods of an alert, milliseconds since 1970 UTC, as seen at `as_of_ms`.
///
/// Of every shipment: the first departure, estimated or else scheduled, less its cut-off; the last arrival; the delivery. The
/// earliest of all those that lie ahead. What has departed or arrived by the route's own word, and what is past at
/// `as_of_ms`, is no moment any more: then the next one counts. `None` when the routes name none that lies ahead.
pub fn last_action(alert: &pb::AlertContent, as_of_ms: u64) -> Option<u64> {
    let moments = alert.shipments.iter().flat_map(|shipment| {
        let route = shipment.route.as_ref();
        let load_ms = route.and_then(departure_ms).map(|departure_ms| {
            let cut_off_ms = cut_off_ms(shipment);
            departure_ms.saturating_sub(cut_off_ms)
        });
        [
            load_ms,
            route.and_then(arrival_ms),
            route.and_then(delivery_ms),
        ]
    });
    moments
        .flatten()
        .filter(|moment_ms| *moment_ms > as_of_ms)
        .min()
}

/// Last instant at which the alert is of use, milliseconds since 1970 UTC: the delivery, or where that is not stated the last
/// arrival and [`DELIVERY_WINDOW_MS`]; of several shipments the latest. `None` unless each of them says one of the two.
pub fn last_useful(alert: &pb::AlertContent) -> Option<u64> {
    let instants = alert.shipments.iter().map(|shipment| {
        let route = shipment.route.as_ref()?;
        let leg = route.legs.last();
        let arrived = leg.and_then(|leg| at(leg.actual_arrival.as_ref()));
        let arrival_ms = arrived.or_else(|| arrival_ms(route));
        let of_use_ms = arrival_ms.map(|ms| ms.saturating_add(DELIVERY_WINDOW_MS));
        delivery_ms(route).or(of_use_ms)
    });
    // One that is unknown makes all of them unknown.
    instants
        .reduce(|one, other| Some(one?.max(other?)))
        .flatten()
}

/// When the first leg is to depart; `None` once anything of the route has happened.
fn departure_ms(route: &pb::Route) -> Option<u64> {
    let has_left = |leg: &pb::Leg| {
        at(leg.actual_departure.as_ref()).is_some() || at(leg.actual_arrival.as_ref()).is_some()
    };
    if route.legs.iter().any(has_left) {
        return None;
    }
    let leg = route.legs.first()?;
    at(leg.estimated_departure.as_ref()).or_else(|| at(leg.scheduled_departure.as_ref()))
}

/// When the last leg is to arrive; `None` once it has.
fn arrival_ms(route: &pb::Route) -> Option<u64> {
    let leg = route.legs.last()?;
    if at(leg.actual_arrival.as_ref()).is_some() {
        return None;
    }
    at(leg.estimated_arrival.as_ref()).or_else(|| at(leg.scheduled_arrival.as_ref()))
}

fn delivery_ms(route: &pb::Route) -> Option<u64> {
    at(route.delivery.as_ref())
}

/// Of a stated moment; 0 is none.
fn at(time: Option<&pb::LocalTime>) -> Option<u64> {
    time.map(|time| time.utc_ms).filter(|ms| *ms != 0)
}

/// How long before its first departure goods can no longer be kept from being loaded.
fn cut_off_ms(shipment: &pb::Shipment) -> u64 {
    let first = shipment.route.as_ref().and_then(|route| route.legs.first());
    let mode = match first.map_or(TransportMode::Unspecified, pb::Leg::mode) {
        TransportMode::Unspecified => shipment.mode(),
        own => own,
    };
    if !matches!(mode, TransportMode::Air | TransportMode::Unspecified) {
        return 0;
    }
    match shipment.channel() {
        ShipmentChannel::Express | ShipmentChannel::Post => CUT_OFF_PARCEL_MS,
        ShipmentChannel::Cargo | ShipmentChannel::Unspecified => CUT_OFF_CARGO_MS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: u64 = 1_795_000_000_000;
    const HOUR: u64 = 3_600_000;

    #[expect(clippy::unnecessary_wraps, reason = "fields of messages are options")]
    fn hour(hours: u64) -> Option<pb::LocalTime> {
        Some(pb::LocalTime {
            utc_ms: NOON + hours * HOUR,
            offset_minutes: -360,
        })
    }

    fn shipment(legs: Vec<pb::Leg>) -> pb::Shipment {
        pb::Shipment {
            route: Some(pb::Route {
                legs,
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    /// Two legs: off at 10 o'clock by the plan, in at 20.
    fn planned() -> pb::Shipment {
        let first = pb::Leg {
            scheduled_departure: hour(10),
            scheduled_arrival: hour(12),
            ..Default::default()
        };
        let last = pb::Leg {
            scheduled_departure: hour(14),
            scheduled_arrival: hour(20),
            ..Default::default()
        };
        shipment(vec![first, last])
    }

    fn alert(shipments: Vec<pb::Shipment>) -> pb::AlertContent {
        pb::AlertContent {
            shipments,
            ..Default::default()
        }
    }

    /// In hours after noon, as seen at that hour.
    fn last(shipments: Vec<pb::Shipment>, as_of: u64) -> Option<u64> {
        last_action(&alert(shipments), NOON + as_of * HOUR).map(|ms| (ms - NOON) / HOUR)
    }

    fn route(shipment: &mut pb::Shipment) -> &mut pb::Route {
        shipment.route.as_mut().unwrap()
    }

    #[test]
    fn the_earliest_of_departure_less_cut_off_arrival_and_delivery() {
        assert_eq!(last(vec![planned()], 0), Some(8));
        let mut parcel = planned();
        parcel.channel = ShipmentChannel::Express as i32;
        assert_eq!(last(vec![parcel.clone()], 0), Some(9));
        assert_eq!(last(vec![parcel, planned()], 0), Some(8));
        let mut by_road = planned();
        by_road.mode = TransportMode::Road as i32;
        assert_eq!(last(vec![by_road.clone()], 0), Some(10));
        route(&mut by_road).legs[0].mode = TransportMode::Air as i32;
        assert_eq!(last(vec![by_road], 0), Some(8));
        let mut early = planned();
        route(&mut early).legs[0].estimated_departure = hour(7);
        assert_eq!(last(vec![early], 0), Some(5));
        let mut picked_up = planned();
        route(&mut picked_up).delivery = hour(3);
        assert_eq!(last(vec![picked_up], 0), Some(3));
    }

    #[test]
    fn what_has_happened_is_no_moment_to_wait_for() {
        assert_eq!(last(vec![planned()], 9), Some(20));
        assert_eq!(last(vec![planned()], 20), None);
        let mut flying = planned();
        route(&mut flying).legs[1].actual_departure = hour(15);
        route(&mut flying).legs[1].estimated_arrival = hour(21);
        assert_eq!(last(vec![flying.clone()], 0), Some(21));
        route(&mut flying).legs[1].actual_arrival = hour(22);
        assert_eq!(last(vec![flying.clone()], 0), None);
        route(&mut flying).delivery = hour(30);
        assert_eq!(last(vec![flying], 0), Some(30));
        assert_eq!(last(vec![], 0), None);
        assert_eq!(last(vec![pb::Shipment::default()], 0), None);
    }

    #[test]
    fn absurd_times_are_answered_too() {
        let at = |utc_ms| {
            Some(pb::LocalTime {
                utc_ms,
                offset_minutes: 0,
            })
        };
        let mut odd = planned();
        route(&mut odd).legs[0].scheduled_departure = at(1);
        route(&mut odd).legs[1].scheduled_arrival = at(u64::MAX);
        let odd = alert(vec![odd]);
        assert_eq!(last_action(&odd, 0), Some(u64::MAX));
        assert_eq!(last_action(&odd, u64::MAX), None);
        assert_eq!(last_useful(&odd), Some(u64::MAX));
    }

    #[test]
    fn of_use_until_delivery_or_some_days_behind_the_arrival() {
        let useful = |shipments| last_useful(&alert(shipments)).map(|ms| (ms - NOON) / HOUR);
        assert_eq!(useful(vec![planned()]), Some(20 + 72));
        let mut arrived = planned();
        route(&mut arrived).legs[1].actual_arrival = hour(24);
        assert_eq!(useful(vec![arrived.clone()]), Some(24 + 72));
        assert_eq!(useful(vec![arrived.clone(), planned()]), Some(24 + 72));
        route(&mut arrived).delivery = hour(30);
        assert_eq!(useful(vec![arrived.clone()]), Some(30));
        assert_eq!(useful(vec![arrived, pb::Shipment::default()]), None);
        assert_eq!(useful(vec![]), None);
    }
}
