//! "Did you mean": the known name nearest to one that is not known.

use crate::exit::Text;

/// The candidate that is at most a third of its length away from `unknown`; of several as near, one that begins with the same
/// letter, because the first letter is rarely the wrong one, and in codes it names the vocabulary.
pub(crate) fn closest<'a>(
    unknown: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let scored = candidates.into_iter().map(|name| {
        (
            distance(unknown, name),
            begins_otherwise(unknown, name),
            name,
        )
    });
    let (edits, _, name) = scored.min()?;
    (edits * 3 <= name.chars().count().max(3)).then_some(name)
}

fn begins_otherwise(one: &str, other: &str) -> bool {
    one.chars().next() != other.chars().next()
}

/// The text of a TOML error, with a suggestion when it is about an unknown field.
pub(crate) fn with_suggestion(error: &toml::de::Error) -> Text {
    let text = Text::cause(error.to_string().trim_end(), "no se puede usar");
    let mut quoted = error.message().split('`').skip(1).step_by(2);
    if !error.message().starts_with("unknown field") {
        return text;
    }
    let suggestion = quoted.next().and_then(|unknown| closest(unknown, quoted));
    match suggestion {
        Some(name) => text.and_line((
            format!("did you mean \"{name}\"?"),
            format!("¿quiso decir \"{name}\"?"),
        )),
        None => text,
    }
}

/// Levenshtein's distance in characters.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, left) in one.chars().enumerate() {
        let mut diagonal = line;
        let mut before = line + 1;
        for (cell, right) in row.iter_mut().skip(1).zip(&other) {
            let edited = (diagonal + usize::from(left != *right))
                .min(before + 1)
                .min(*cell + 1);
            diagonal = *cell;
            *cell = edited;
            before = edited;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(closest("gatway", ["gateway", "state"]), Some("gateway"));
        assert_eq!(closest("zzz", ["gateway", "state"]), None);
        assert_eq!(closest("H4", ["4", "H1", "H2", "P4"]), Some("H1"));
        assert_eq!(closest("P9", ["K9", "P1"]), Some("P1"));
    }
}
