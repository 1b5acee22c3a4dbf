//! What an amendment changed and no row shows: looked for one difference at a time, so that a change that is seen hides no other.

use crate::output::Lang;
use crate::words::of_alert;
use serde_json::Value;
use std::collections::BTreeSet;

/// So many differences are looked at for themselves. Of more it is said that there is more: each costs the rows of a whole alert.
const LOOKED_AT: usize = 128;

/// Whether something changed that makes no difference to any row.
pub(super) fn changes_unseen([old, new]: &[Value; 2], lang: Lang) -> bool {
    let mut places = Vec::new();
    differing(old, new, "", &mut places);
    if places.len() > LOOKED_AT {
        return true;
    }
    let rows = [old, new].map(|content| of_alert(content, lang));
    // What shows only beside something else is seen from one of the two sides.
    places.iter().any(|place| {
        of_alert(&with(old, place, new), lang) == rows[0]
            && of_alert(&with(new, place, old), lang) == rows[1]
    })
}

/// The places where two values differ, as JSON pointers; a list that grew or shrank is one place.
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
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                differing(old, new, &format!("{place}/{index}"), places);
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
    } else if let Some((holder, name)) = place.rsplit_once('/')
        && let Some(Value::Object(holder)) = mixed.pointer_mut(holder)
    {
        drop(match theirs {
            Some(theirs) => holder.insert(name.to_owned(), theirs.clone()),
            None => holder.remove(name),
        });
    }
    mixed
}
