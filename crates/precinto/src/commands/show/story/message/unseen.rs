//! What an amendment changed and no row shows: looked for one difference at a time, so that a change that is seen hides no other.

use crate::output::Lang;
use crate::words::of_alert;
use serde_json::Value;
use std::cell::Cell;
use std::collections::BTreeSet;

/// So many differences are looked at for themselves. Of more it is said that there is more: each costs the rows of a whole alert.
const LOOKED_AT: usize = 128;

/// How much is looked at for one story, in values of a content and the length of their texts: whoever amends a large alert often keeps nobody from reading it.
#[derive(Debug)]
pub(crate) struct Patience(Cell<usize>);

impl Default for Patience {
    fn default() -> Self {
        Self(Cell::new(PATIENCE))
    }
}

/// A text of so many bytes costs about what a value does.
const LETTERS: usize = 64;

/// Some hundred amendments of a usual alert, a few of the largest that there can be.
const PATIENCE: usize = 400_000;

impl Patience {
    /// Whether so much is left; then it is taken.
    fn takes(&self, cost: usize) -> bool {
        let left = self.0.get().checked_sub(cost);
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }
}

/// What changed and no row shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unseen {
    /// Nothing.
    Nothing,
    /// Something did.
    Something,
    /// Something changed, and nobody has looked whether every bit of it is seen.
    Unlooked,
}

/// Whether something changed that makes no difference to any row.
pub(crate) fn changes_unseen([old, new]: &[Value; 2], patience: &Patience, lang: Lang) -> Unseen {
    let mut places = Vec::new();
    differing(old, new, "", &mut places);
    // For each place the rows of both sides, and the values that they are made of.
    let cost = places.len() * (values(old) + values(new)) * 2;
    if places.is_empty() {
        return Unseen::Nothing;
    }
    if places.len() > LOOKED_AT || !patience.takes(cost) {
        return Unseen::Unlooked;
    }
    let rows = [old, new].map(|content| of_alert(content, lang));
    // What shows only beside something else is seen from one of the two sides.
    let is_unseen = |place: &String| {
        of_alert(&with(old, place, new), lang) == rows[0]
            && of_alert(&with(new, place, old), lang) == rows[1]
    };
    if places.iter().any(is_unseen) {
        Unseen::Something
    } else {
        Unseen::Nothing
    }
}

/// How many values there are in a value; a long text is worth several.
fn values(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(values).sum(),
        Value::Object(fields) => fields.values().map(values).sum(),
        Value::String(text) => text.len() / LETTERS,
        _ => 0,
    }
}

/// The places where two values differ, as JSON pointers. What a list has more than the other one is one place, that of its first.
fn differing(old: &Value, new: &Value, place: &str, places: &mut Vec<String>) {
    match (old, new) {
        // One more than are looked at tells that there are more.
        _ if old == new || places.len() > LOOKED_AT => {}
        (Value::Object(old), Value::Object(new)) => {
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                let place = format!("{place}/{name}");
                match (old.get(name), new.get(name)) {
                    (Some(old), Some(new)) => differing(old, new, &place, places),
                    _ => places.push(place),
                }
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                differing(old, new, &format!("{place}/{index}"), places);
            }
            if old.len() != new.len() {
                places.push(format!("{place}/{}", old.len().min(new.len())));
            }
        }
        _ => places.push(place.to_owned()),
    }
}

/// A value that is as another one in one place.
fn with(value: &Value, place: &str, other: &Value) -> Value {
    let mut mixed = value.clone();
    let theirs = other.pointer(place);
    if let (Some(mine), Some(theirs)) = (mixed.pointer_mut(place), theirs) {
        mine.clone_from(theirs);
        return mixed;
    }
    let Some((holder, name)) = place.rsplit_once('/') else {
        return mixed;
    };
    match (mixed.pointer_mut(holder), other.pointer(holder)) {
        (Some(Value::Object(holder)), _) => drop(match theirs {
            Some(theirs) => holder.insert(name.to_owned(), theirs.clone()),
            None => holder.remove(name),
        }),
        // The end of the list, from there on.
        (Some(Value::Array(mine)), Some(Value::Array(theirs))) => {
            let shared = mine.len().min(theirs.len());
            mine.truncate(shared);
            mine.extend(theirs.iter().skip(shared).cloned());
        }
        _ => {}
    }
    mixed
}
