//! What may have been meant: one slip undone, to be shown to a person and never applied.

/// Candidates for one identifier. A list that nobody reads helps nobody.
pub const CANDIDATES_MAX: usize = 5;

/// Digits taken for each other in handwriting and on smudged labels.
const ALIKE: [(char, char); 9] = [
    ('0', '6'),
    ('0', '8'),
    ('1', '7'),
    ('2', '7'),
    ('3', '8'),
    ('4', '9'),
    ('5', '6'),
    ('6', '8'),
    ('7', '9'),
];

/// Texts that pass and differ from `text` by one slip, in this order: the check character itself, which stands `behind`
/// characters from the end; two neighbours exchanged; a digit taken for one that looks like it; any other digit.
pub(crate) fn candidates(
    text: &str,
    behind: usize,
    expected: char,
    passes: impl Fn(&str) -> bool,
) -> Vec<String> {
    let original: Vec<char> = text.chars().collect();
    let mut found = Found {
        passes,
        texts: Vec::new(),
    };
    let check = original.len().checked_sub(behind + 1);
    if let Some(place) = check {
        found.consider(&with(&original, place, expected));
    }
    // Hyphens are not typed out of order: neighbours are the characters on either side of one.
    let places: Vec<usize> = original
        .iter()
        .enumerate()
        .filter(|(_, c)| c.is_alphanumeric())
        .map(|(place, _)| place)
        .collect();
    for (left, right) in places.iter().zip(places.iter().skip(1)) {
        let mut swapped = original.clone();
        swapped.swap(*left, *right);
        if swapped != original {
            found.consider(&swapped);
        }
    }
    for looking_alike in [true, false] {
        for (place, right) in original.iter().enumerate() {
            if !right.is_ascii_digit() {
                continue;
            }
            for other in ('0'..='9').filter(|other| other != right) {
                if is_alike(*right, other) == looking_alike {
                    found.consider(&with(&original, place, other));
                }
            }
        }
    }
    found.texts
}

struct Found<P> {
    passes: P,
    texts: Vec<String>,
}

impl<P: Fn(&str) -> bool> Found<P> {
    fn consider(&mut self, changed: &[char]) {
        if self.texts.len() == CANDIDATES_MAX {
            return;
        }
        let changed: String = changed.iter().collect();
        if !self.texts.contains(&changed) && (self.passes)(&changed) {
            self.texts.push(changed);
        }
    }
}

fn with(original: &[char], place: usize, character: char) -> Vec<char> {
    let mut changed = original.to_vec();
    if let Some(slot) = changed.get_mut(place) {
        *slot = character;
    }
    changed
}

fn is_alike(one: char, other: char) -> bool {
    ALIKE.contains(&(one.min(other), one.max(other)))
}
