//! A node that subscribes: it takes what it is delivered, once, settles it, and holds the gateway to its word.

use std::sync::Arc;

use precinto_client::subscribe::LinkDown;
use precinto_client::{Delivery, Event, Pin, SubscribeOptions, Subscriber};

use crate::fixture::{Place, fixture};
use crate::sender::{RETRY, called};
use crate::world::World;

/// One life of the node.
pub(crate) async fn live(world: Arc<World>, place: &'static Place) -> turmoil::Result {
    let settings = fixture().settings(place);
    let pin = Pin::open(world.home(place).join("pin"), &settings.log)?;
    let options = SubscribeOptions {
        retry: RETRY,
        credit: world.plan.credit,
        with_proofs: world.plan.with_proofs,
        ..SubscribeOptions::named("desk")
    };
    let mut subscriber = Subscriber::new(settings, world.clock(), options, pin);
    // The last delivery of this line, and how many are not settled.
    let (mut last, mut unsettled) = (None, 0);
    loop {
        let event = subscriber.next().await?;
        let pause = world.state().slow.get(place.name).copied();
        if let Some(pause) = pause {
            tokio::time::sleep(pause).await;
        }
        match event {
            Event::Connected {
                settled, position, ..
            } => {
                world.note(
                    place.name,
                    format_args!("connected: settled {settled}, position {position}"),
                );
                (last, unsettled) = (None, 0);
                raise(&world, place, settled);
            }
            Event::Delivery(delivery) => {
                judge(&world, place, last, &delivery);
                last = Some(delivery.index);
                let name = called(delivery.statement.message_id().as_bytes());
                let (index, attempt) = (delivery.index, delivery.attempt);
                world.note(
                    place.name,
                    format_args!("delivery {index}: {name}, attempt {attempt}"),
                );
                take(&world, place, index, &name);
                unsettled += 1;
                if index % 2 == world.plan.settles_every_other || unsettled == world.plan.credit {
                    unsettled = 0;
                    // If the line is down just now, it comes again.
                    subscriber
                        .ack_up_to(index)
                        .await
                        .unwrap_or_else(|LinkDown| world.note(place.name, "not settled"));
                }
            }
            Event::CaughtUp { settled, .. } => {
                world.note(place.name, "caught up");
                raise(&world, place, settled);
            }
            Event::Heartbeat { settled, .. } => raise(&world, place, settled),
            Event::Disconnected {
                reason, retry_in, ..
            } => world.note(
                place.name,
                format_args!("lost the line: {reason:?}, {retry_in:?}"),
            ),
            Event::Overdue(_) => world.accuse(format!("{}: nothing has a deadline", place.name)),
            Event::Unbelievable(what) => world.accuse(format!("{}: {what:?}", place.name)),
        }
    }
}

/// The durable floor: what the gateway says of it never goes back.
fn raise(world: &World, place: &Place, settled: u64) {
    let mut state = world.state();
    let floor = state.floors.entry(place.name).or_default();
    if settled < *floor {
        let wrong = format!(
            "{}: the cursor went from {floor} back to {settled}",
            place.name
        );
        state.wrong.push(wrong);
    } else {
        *floor = settled;
    }
}

/// Order on the line, nothing again below the floor, and nothing for others.
fn judge(world: &World, place: &Place, last: Option<u64>, delivery: &Delivery) {
    let index = delivery.index;
    let floor = world.state().floors.get(place.name).copied();
    let floor = floor.unwrap_or_default();
    if index < floor {
        world.accuse(format!(
            "{}: {index} again, settled below {floor}",
            place.name
        ));
    }
    if last.is_some_and(|last| index <= last) {
        world.accuse(format!("{}: {index} after {last:?}", place.name));
    }
    let agency = place.agency_id();
    let is_ours = delivery.record.recipients.iter();
    if !is_ours
        .flat_map(|one| &one.agencies)
        .any(|one| *one == agency)
    {
        world.accuse(format!("{}: {index} is for others", place.name));
    }
}

/// What a desk has taken once stays the same for ever.
fn take(world: &World, place: &Place, index: u64, name: &str) {
    let mut state = world.state();
    let taken = state.taken.entry(place.name).or_default();
    let before = taken.insert(index, name.to_owned());
    let wrong = match before {
        Some(before) if before != name => {
            format!("{}: {index} was {before}, is {name}", place.name)
        }
        None if taken.values().filter(|one| *one == name).count() > 1 => {
            format!("{}: {name} at two places", place.name)
        }
        _ => return,
    };
    state.wrong.push(wrong);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::DESKS;
    use crate::plan::Plan;

    #[test]
    fn a_cursor_that_goes_back_is_seen() {
        let world = World::new(Plan::quiet(1));
        for settled in [3, 3, 7] {
            raise(&world, &DESKS[0], settled);
        }
        raise(&world, &DESKS[1], 2);
        assert!(world.state().wrong.is_empty());
        raise(&world, &DESKS[0], 6);
        assert_eq!(world.state().wrong.len(), 1);
    }

    #[test]
    fn a_message_at_two_places_and_two_at_one_are_seen() {
        let world = World::new(Plan::quiet(1));
        take(&world, &DESKS[0], 9, "lax#1");
        take(&world, &DESKS[0], 9, "lax#1");
        take(&world, &DESKS[1], 9, "lax#1");
        assert!(world.state().wrong.is_empty());
        take(&world, &DESKS[0], 11, "lax#1");
        take(&world, &DESKS[0], 9, "lax#2");
        assert_eq!(world.state().wrong.len(), 2);
    }
}
