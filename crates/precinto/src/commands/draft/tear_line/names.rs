//! What the parties of an alert are called, and whether a text says it.

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

/// What a firm's name ends with, and what people leave away when they speak of it.
const FORMS: [&str; 16] = [
    "SA", "S", "A", "DE", "CV", "C", "V", "RL", "SC", "SAPI", "LLC", "INC", "LTD", "CO", "CORP",
    "LIMITED",
];

/// What is shorter may mean anything.
const LETTERS_MIN: usize = 4;

/// The names of all parties, each without blanks.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<String>);

impl Names {
    /// Of the parties as a draft writes them.
    pub(super) fn of(parties: &Value) -> Self {
        let mut names = Vec::new();
        for party in parties.as_array().into_iter().flatten() {
            for path in CALLED {
                collect(party, path, &mut names);
            }
        }
        Self(names)
    }

    /// Whether the text says one of them, however it is written: capitals, accents and punctuation aside.
    pub(super) fn stand_in(&self, text: &str) -> bool {
        let words = words(text);
        let is_said = |name: &String| {
            (0..words.len()).any(|from| {
                let mut rest = name.as_str();
                let mut here = words.iter().skip(from);
                while !rest.is_empty() {
                    let next = here
                        .next()
                        .and_then(|word| rest.strip_prefix(word.as_str()));
                    match next {
                        Some(left) => rest = left,
                        None => return false,
                    }
                }
                true
            })
        };
        self.0.iter().any(is_said)
    }
}

fn collect(value: &Value, path: &[&str], names: &mut Vec<String>) {
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
        (Value::String(text), []) => names.extend(named(text)),
        _ => {}
    }
}

/// A name without its legal form; `None` when hardly anything is left.
fn named(text: &str) -> Option<String> {
    let mut words = words(text);
    while words.len() > 1
        && words
            .last()
            .is_some_and(|last| FORMS.contains(&last.as_str()))
    {
        words.pop();
    }
    let name = words.concat();
    (name.chars().count() >= LETTERS_MIN).then_some(name)
}

/// The words of a text in the normal form of names.
fn words(text: &str) -> Vec<String> {
    let words = text.split_whitespace();
    let words = words.filter_map(|word| Identifier::new(Kind::Party, word));
    let words = words.flat_map(|word| {
        let parts: Vec<String> = word.value().split(' ').map(str::to_owned).collect();
        parts
    });
    words.collect()
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
            { "role": "CARRIER", "name": "XY" },
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
        ] {
            assert!(names.stand_in(said), "{said}");
        }
        for said in [
            "a comercializadora of Tecámac",
            "96123456 pieces",
            "XY, DHL, Calle Ejemplo 451",
            "",
        ] {
            assert!(!names.stand_in(said), "{said}");
        }
        assert!(!Names::default().stand_in("anything"));
    }
}
