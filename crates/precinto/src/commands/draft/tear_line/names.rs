//! What the parties of an alert are called, and whether a text says it.

use precinto_alert::limits::LINE_CHARS_MAX;
use precinto_alert::lookup::{Identifier, Kind};
use serde_json::Value;

/// Where a party says who it is. Its city and its country are no name.
const CALLED: [&[&str]; 8] = [
    &["name"],
    &["also_known_as"],
    &["address", "lines"],
    &["phones"],
    &["emails"],
    &["tax_ids", "number"],
    &["account", "number"],
    &["ip_addresses"],
];

/// How many of these are what it is called; the others are where it is, and its numbers.
const NAMED: usize = 2;

/// What a firm's name ends with, and what people leave away when they speak of it.
const FORMS: [&str; 32] = [
    "SA",
    "S",
    "A",
    "DE",
    "CV",
    "C",
    "V",
    "RL",
    "SC",
    "SAPI",
    "SAS",
    "SRL",
    "LTDA",
    "LLC",
    "LLP",
    "LP",
    "INC",
    "LTD",
    "CO",
    "CORP",
    "LIMITED",
    "COMPANY",
    "CORPORATION",
    "INCORPORATED",
    "PTE",
    "PVT",
    "GMBH",
    "MBH",
    "AG",
    "KG",
    "BV",
    "NV",
];

/// Whose name stands on what they carry, and in its numbers: a carrier is nobody that an extract would give away.
const CARRIERS: [&str; 2] = ["CARRIER", "POSTAL_OPERATOR"];

/// What is shorter may mean anything.
const LETTERS_MIN: usize = 4;
/// Where a sign is a word: two of them are a name.
const SIGNS_MIN: usize = 2;
/// From here on the signs of China, Japan and Korea.
const SIGNS_FROM: char = '\u{2E80}';
/// Names of so many words are met in any order: manifests write the surname first.
const ANY_ORDER: std::ops::RangeInclusive<usize> = 2..=4;

/// The names of all parties.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<Name>);

/// A name without its legal form: its words, and all of them without blanks.
#[derive(Debug)]
struct Name {
    words: Vec<String>,
    joined: String,
}

impl Names {
    /// Of the parties as a draft writes them.
    #[cfg(any(test, fuzzing))]
    pub(super) fn of(parties: &Value) -> Self {
        let mut names = Self::default();
        names.add(parties);
        names
    }

    /// Those of another version's parties as well.
    pub(super) fn add(&mut self, parties: &Value) {
        for party in parties.as_array().into_iter().flatten() {
            let role = party.get("role").and_then(Value::as_str);
            let carries = role.is_some_and(|role| CARRIERS.contains(&role));
            let called = CALLED.iter().skip(if carries { NAMED } else { 0 });
            for path in called {
                collect(party, path, &mut self.0);
            }
        }
    }

    /// Whether the text says one of them, however it is written: capitals, accents, punctuation, the order of its words and an
    /// English possessive aside.
    pub(super) fn stand_in(&self, text: &str) -> bool {
        let words = words(text);
        let joined = words.concat();
        self.0.iter().any(|name| name.is_said(&words, &joined))
    }
}

impl Name {
    /// `None` when hardly anything is left of the text.
    fn of(text: &str) -> Option<Self> {
        let mut words = words(text);
        while words.len() > 1
            && words
                .last()
                .is_some_and(|last| FORMS.contains(&last.as_str()))
        {
            words.pop();
        }
        let joined = words.concat();
        let is_signs = joined.contains(|c| c >= SIGNS_FROM);
        let least = if is_signs { SIGNS_MIN } else { LETTERS_MIN };
        (joined.chars().count() >= least).then_some(Self { words, joined })
    }

    fn is_said(&self, words: &[String], joined: &str) -> bool {
        if !self.joined.is_ascii() {
            // Not every script sets blanks between words.
            return joined.contains(&self.joined);
        }
        let begins = |from| words.get(from..).is_some_and(|rest| self.begins(rest));
        (0..words.len()).any(begins) || self.in_any_order(words)
    }

    /// Whether the words begin with it, wherever they set their blanks.
    fn begins(&self, words: &[String]) -> bool {
        let mut rest = self.joined.as_str();
        for word in words {
            match rest.strip_prefix(word.as_str()) {
                Some("") => return true,
                Some(left) => rest = left,
                None => return is_of(word, rest),
            }
        }
        false
    }

    fn in_any_order(&self, words: &[String]) -> bool {
        let count = self.words.len();
        if !ANY_ORDER.contains(&count) {
            return false;
        }
        let mut name: Vec<&str> = self.words.iter().map(String::as_str).collect();
        name.sort_unstable();
        words.windows(count).any(|words| {
            let mut here: Vec<&str> = words.iter().map(String::as_str).collect();
            let last = here.last().copied().unwrap_or_default();
            let own = name.iter().find(|own| is_of(last, own));
            if let (Some(own), Some(place)) = (own, here.last_mut()) {
                *place = own;
            }
            here.sort_unstable();
            here == name
        })
    }
}

/// Whether the word is the other one's possessive, whose apostrophe is gone by now: `TRADINGS`.
fn is_of(word: &str, owner: &str) -> bool {
    word.strip_prefix(owner) == Some("S")
}

fn collect(value: &Value, path: &[&str], names: &mut Vec<Name>) {
    match (value, path) {
        (Value::Array(items), _) => {
            for item in items {
                collect(item, path, names);
            }
        }
        (Value::Object(fields), [first, rest @ ..]) => {
            if let Some(inside) = fields.get(*first) {
                collect(inside, rest, names);
            }
        }
        (Value::String(text), []) => names.extend(Name::of(text)),
        _ => {}
    }
}

/// The words of a text in the normal form of names.
fn words(text: &str) -> Vec<String> {
    let pieces = text.split_whitespace().flat_map(pieces);
    let words = pieces.filter_map(|word| Identifier::new(Kind::Party, word));
    let words = words.flat_map(|word| {
        let parts: Vec<String> = word.value().split(' ').map(str::to_owned).collect();
        parts
    });
    words.collect()
}

/// A word of which the normal form can be had: a script without blanks makes very long ones.
fn pieces(mut word: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let end = word.char_indices().nth(LINE_CHARS_MAX);
        let (piece, rest) = word.split_at(end.map_or(word.len(), |(at, _)| at));
        word = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_is_known_however_it_is_written() {
        let names = Names::of(&json!([
            { "role": "CONSIGNEE", "name": "Comercializadora Ejercicio, S.A. de C.V.", "also_known_as": ["El Güero"],
              "address": { "lines": ["Calle Ejemplo 45"], "city": "Tecámac" }, "phones": ["+525555550100"],
              "emails": ["ventas@ejercicio.invalid"], "tax_ids": [{ "kind": "MX_RFC", "number": "ABC010101AB1" }],
              "account": { "issuer": "DHL", "number": "96-1234" } },
            { "role": "CARRIER", "name": "Estafeta", "emails": ["juan@estafeta.invalid"] },
            { "role": "POSTAL_OPERATOR", "name": "Correos" },
            { "role": "BROKER", "name": "Juan Pérez" },
            { "role": "SHIPPER", "name": "深圳市化工有限公司", "also_known_as": ["Foo Chemie GmbH", "XY"] },
        ]));
        for said in [
            "COMERCIALIZADORA EJERCICIO has imported none before",
            "La comercializadora  ejercicio, de nuevo",
            "known as «el guero»",
            "at calle ejemplo 45.",
            "call +52 55 5555 0100",
            "wrote from Ventas@Ejercicio.invalid, twice",
            "RFC ABC-010101-AB1",
            "account 961234",
            "Comercializadora Ejercicio's drums",
            "COMERCIALIZADORA EJERCICIO’S",
            "PEREZ, JUAN",
            "Perez Juan's drums",
            "深圳市化工有限公司样品",
            "bought of foo chemie",
            "juan@estafeta.invalid",
        ] {
            assert!(names.stand_in(said), "{said}");
        }
        for said in [
            "a comercializadora of Tecámac",
            "96123456 pieces",
            "XY, DHL, Calle Ejemplo 451",
            "Estafeta, Correos",
            "Pérez and Juan",
            "Juana Perez",
            "Comercializadora Ejercicios2",
            "化工样品",
            "",
        ] {
            assert!(!names.stand_in(said), "{said}");
        }
        let long = "样".repeat(LINE_CHARS_MAX - 3) + "深圳市化工有限公司";
        assert!(names.stand_in(&long), "a word longer than a line");
        assert!(!Names::default().stand_in("anything"));
    }
}
