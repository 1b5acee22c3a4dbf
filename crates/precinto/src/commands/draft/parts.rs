//! What the parts of a draft are put together with: fields, lines of text, and notes about what was left out.

use crate::output::Lang;
use serde_json::{Map, Value};

/// Items of one list that are taken over; `alert::limits::LIST_MAX` is the same.
pub(super) const ITEMS_MAX: usize = precinto_alert::limits::LIST_MAX;

/// Collects what cannot be taken over, in the language of whoever reads it.
#[derive(Debug)]
pub(super) struct Notes {
    lang: Lang,
    /// One sentence each.
    pub(super) lines: Vec<String>,
}

impl Notes {
    /// None yet.
    pub(super) fn new(lang: Lang) -> Self {
        Self {
            lang,
            lines: Vec::new(),
        }
    }

    /// Notes something, with what the file says of it.
    pub(super) fn add(&mut self, en: &str, es: &str, said: &str) {
        if self.lines.len() < ITEMS_MAX {
            let what = self.lang.pick(en, es);
            self.lines.push(format!("{what}: {}", line(said)));
        }
    }
}

/// One line of text: whitespace and control characters become single blanks, and it is as long as a line may be.
pub(super) fn line(text: &str) -> String {
    let words = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    line.chars()
        .take(precinto_alert::limits::LINE_CHARS_MAX)
        .collect()
}

/// An object of these fields, without those that are null.
pub(super) fn fields(of: &[(&str, Value)]) -> Map<String, Value> {
    let said = of.iter().filter(|(_, value)| !value.is_null());
    said.map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

/// Puts a field into an object.
pub(super) fn put(into: &mut Map<String, Value>, name: &str, value: impl Into<Value>) {
    drop(into.insert(name.to_owned(), value.into()));
}
