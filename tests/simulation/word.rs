//! How a desk holds the gateway to its word: no repeat below a floor, no floor that falls back, nothing out of order, nothing for
//! others, and what was taken once stays what it is.

use precinto_client::{Delivery, Overdue};

use crate::desk::Line;
use crate::fixture::Place;
use crate::world::{Move, World};

/// A stream is open. Behind a move it begins there.
pub(crate) fn arrive(world: &World, place: &Place, settled: u64) {
    let mut state = world.state();
    if let Some(Move::Done(to)) = state.moves.get(place.name).copied() {
        let _done = state.moves.remove(place.name);
        // Whether what was just said is of before or of after, nobody knows.
        let _before = state.floors.insert(place.name, to);
        return;
    }
    drop(state);
    raise(world, place, settled);
}

/// The durable floor: what the gateway says of it never goes back.
pub(crate) fn raise(world: &World, place: &Place, settled: u64) {
    let mut state = world.state();
    if state.moves.contains_key(place.name) {
        return;
    }
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

/// Order on the line, nothing again below the floor, and nothing that came after the desk's certificate was revoked.
pub(crate) fn judge_order(world: &World, place: &Place, line: &mut Line, index: u64, attempt: u32) {
    let state = world.state();
    let floor = state.floors.get(place.name).copied().unwrap_or_default();
    let is_moved = state.moves.contains_key(place.name);
    let revoked = state.revoked.get(place.name).copied();
    drop(state);
    if index < floor && !is_moved {
        world.accuse(format!(
            "{}: {index} again, settled below {floor}",
            place.name
        ));
    }
    let closed_from = revoked.and_then(|revoked| revoked.closed_from);
    if closed_from.is_some_and(|from| index >= from) {
        world.accuse(format!("{}: {index} is not for the revoked", place.name));
    }
    match line.put_back.remove(&index) {
        Some(before) if attempt == before + 1 => {}
        Some(before) => world.accuse(format!(
            "{}: {index}, attempt {attempt} after {before}",
            place.name
        )),
        None if line.last.is_some_and(|last| index <= last) => {
            world.accuse(format!("{}: {index} after {:?}", place.name, line.last));
        }
        None => line.last = Some(index),
    }
}

/// Nothing for others.
pub(crate) fn judge_rights(world: &World, place: &Place, delivery: &Delivery) {
    let agency = place.agency_id();
    let is_ours = delivery.record.recipients.iter();
    if !is_ours
        .flat_map(|one| &one.agencies)
        .any(|one| *one == agency)
    {
        world.accuse(format!("{}: {} is for others", place.name, delivery.index));
    }
}

/// A missed deadline that concerns the desk's agency.
pub(crate) fn take_overdue(world: &World, place: &Place, overdue: &Overdue) {
    let agency = place.agency_id();
    let is_ours = overdue.concerns(&agency.parse().expect("an agency"));
    if !is_ours {
        world.accuse(format!("{}: {} is for others", place.name, overdue.index));
    }
    let mut state = world.state();
    let overdues = state.overdue.entry(place.name).or_default();
    let _again = overdues.insert(overdue.index);
}

/// What a desk has taken once stays the same for ever.
pub(crate) fn take(world: &World, place: &Place, index: u64, name: &str) {
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
