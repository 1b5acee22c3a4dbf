//! The last moment to act, as stated and as the route gives it.

use super::*;

const HOUR: u64 = 3_600_000;

/// What is flagged when an alert whose goods depart ten hours after it was made states a last moment, in hours; and the
/// moment that its route gives.
fn flagged(stated: Option<u64>) -> (Vec<String>, Option<u64>) {
    let said = statement(MessageType::Alert, |s| {
        s.last_action_ms = stated.map_or(0, |hours| s.created_ms + hours * HOUR);
        s.expires_ms = s.created_ms + 1_000 * HOUR;
    });
    let at = |hours: u64| {
        Some(pb::LocalTime {
            utc_ms: said.created_ms() + hours * HOUR,
            offset_minutes: -360,
        })
    };
    let place = Some(pb::Place {
        airport: "MEX".into(),
        ..Default::default()
    });
    let mut content = alert();
    content.shipments[0].route = Some(pb::Route {
        legs: vec![pb::Leg {
            departure: place.clone(),
            arrival: place,
            scheduled_departure: at(10),
            scheduled_arrival: at(14),
            ..Default::default()
        }],
        ..Default::default()
    });
    let of_route = last_action(&content, said.created_ms());
    let of_route = of_route.map(|ms| (ms - said.created_ms()) / HOUR);
    let accepted = decode(&content, &said).unwrap();
    let shown = |v: &Violation| format!("{} {}: {}", v.field, name(v.reason), v.detail);
    (accepted.warnings().iter().map(shown).collect(), of_route)
}

#[test]
fn a_last_moment_later_than_the_route_allows_is_flagged() {
    assert_eq!(flagged(Some(8)), (vec![], Some(8)));
    assert_eq!(flagged(Some(3)), (vec![], Some(8)));
    assert_eq!(flagged(None), (vec![], Some(8)));
    let expected = "last_action_ms TIME_ORDER: 60 min later than the route allows: departure less cut-off, arrival \
                    or delivery";
    assert_eq!(flagged(Some(9)), (vec![expected.to_owned()], Some(8)));
}
