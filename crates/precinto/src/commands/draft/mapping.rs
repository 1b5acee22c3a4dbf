//! From a row to a draft: the mapping file is a draft with blanks, and every blank names a column.

use crate::output::Lang;
use csv::StringRecord;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a mapping file says, its blanks resolved to columns.
pub(super) struct Mapping {
    draft: Value,
    /// Position of a column to the values whose rows are no alert.
    skip: BTreeMap<usize, Vec<String>>,
    /// Position of a column to its values and what they are called here.
    codes: BTreeMap<usize, BTreeMap<String, String>>,
    headers: BTreeMap<String, usize>,
    lang: Lang,
}

impl Mapping {
    /// Reads a mapping for a table with these columns; says what is wrong with it.
    pub(super) fn read(map: &Value, headers: &StringRecord, lang: Lang) -> Result<Self, String> {
        let headers = headers.iter().enumerate();
        let headers: BTreeMap<String, usize> = headers
            .map(|(position, name)| (name.to_owned(), position))
            .collect();
        let mut mapping = Self {
            draft: Value::Null,
            skip: BTreeMap::new(),
            codes: BTreeMap::new(),
            headers,
            lang,
        };
        let object = lang.pick("an object is expected", "se espera un objeto");
        for (key, value) in map.as_object().ok_or(object)? {
            match key.as_str() {
                "draft" => mapping.draft = value.clone(),
                "skip" => {
                    for (column, values) in columns(value, "skip", object)? {
                        let values = values.as_array().into_iter().flatten().map(text);
                        let values = values.collect();
                        let position = mapping.column(column)?;
                        drop(mapping.skip.insert(position, values));
                    }
                }
                "codes" => {
                    for (column, values) in columns(value, "codes", object)? {
                        let values = values.as_object().into_iter().flatten();
                        let values = values.map(|(from, to)| (from.clone(), text(to)));
                        let values = values.collect();
                        let position = mapping.column(column)?;
                        drop(mapping.codes.insert(position, values));
                    }
                }
                _ => {
                    let none = lang.pick("no such key; there are", "no existe esa clave; hay");
                    return Err(format!("{key}: {none}: draft, skip, codes"));
                }
            }
        }
        if !mapping.draft.is_object() {
            return Err(format!("draft: {object}"));
        }
        mapping.check(&mapping.draft)?;
        Ok(mapping)
    }

    /// The draft of a row; `None` when its row is to be skipped, an error when a value has no translation.
    pub(super) fn apply(&self, row: &StringRecord) -> Result<Option<Value>, String> {
        let is = |position: &usize, values: &Vec<String>| {
            let value = row.get(*position).unwrap_or_default().trim();
            values.iter().any(|one| one == value)
        };
        if self
            .skip
            .iter()
            .any(|(position, values)| is(position, values))
        {
            return Ok(None);
        }
        let filled = self.fill(&self.draft, row)?;
        Ok(Some(filled.unwrap_or_else(|| Value::Object(Map::new()))))
    }

    /// A value with its blanks filled; `None` when nothing is left of it.
    fn fill(&self, value: &Value, row: &StringRecord) -> Result<Option<Value>, String> {
        Ok(match value {
            Value::String(text) => self.fill_text(text, row)?.map(Value::String),
            Value::Array(items) => {
                let mut filled = Vec::new();
                for item in items {
                    filled.extend(self.fill(item, row)?);
                }
                (items.is_empty() || !filled.is_empty()).then_some(Value::Array(filled))
            }
            Value::Object(fields) => {
                let mut filled = Map::new();
                for (name, value) in fields {
                    if let Some(value) = self.fill(value, row)? {
                        drop(filled.insert(name.clone(), value));
                    }
                }
                (fields.is_empty() || !filled.is_empty()).then_some(Value::Object(filled))
            }
            other => Some(other.clone()),
        })
    }

    /// `None` when it has blanks, and all of them are empty.
    fn fill_text(&self, text: &str, row: &StringRecord) -> Result<Option<String>, String> {
        let mut filled = String::new();
        let (mut blanks, mut empty) = (0, 0);
        for piece in pieces(text) {
            match piece {
                Piece::Words(words) => filled.push_str(words),
                Piece::Blank(column) => {
                    let position = self.column(column)?;
                    let value = row.get(position).unwrap_or_default().trim();
                    blanks += 1;
                    empty += usize::from(value.is_empty());
                    filled.push_str(self.translated(column, position, value)?);
                }
            }
        }
        Ok((blanks == 0 || empty < blanks).then_some(filled))
    }

    fn translated<'a>(
        &'a self,
        column: &str,
        position: usize,
        value: &'a str,
    ) -> Result<&'a str, String> {
        let Some(codes) = self.codes.get(&position).filter(|_| !value.is_empty()) else {
            return Ok(value);
        };
        codes.get(value).map(String::as_str).ok_or_else(|| {
            let none = self
                .lang
                .pick("has no code in the mapping", "no tiene código en el mapeo");
            format!("{column}: \"{value}\" {none}")
        })
    }

    fn column(&self, name: &str) -> Result<usize, String> {
        self.headers.get(name).copied().ok_or_else(|| {
            let names = || self.headers.keys().map(String::as_str);
            let none = self.lang.pick(
                "the file has no such column",
                "el archivo no tiene esa columna",
            );
            let question = self.lang.pick("did you mean", "¿quiso decir");
            match crate::config::closest(name, names()) {
                Some(meant) => format!("{{{name}}}: {none}; {question} {meant}?"),
                None => format!("{{{name}}}: {none}"),
            }
        })
    }

    /// Every blank names a column.
    fn check(&self, value: &Value) -> Result<(), String> {
        match value {
            Value::String(text) => pieces(text).try_for_each(|piece| match piece {
                Piece::Blank(column) => self.column(column).map(drop),
                Piece::Words(_) => Ok(()),
            }),
            Value::Array(items) => items.iter().try_for_each(|item| self.check(item)),
            Value::Object(fields) => fields.values().try_for_each(|value| self.check(value)),
            _ => Ok(()),
        }
    }
}

/// A part of a text with blanks.
enum Piece<'a> {
    Words(&'a str),
    Blank(&'a str),
}

/// `a {B} c` is `a `, the blank `B`, ` c`. A brace without its partner is itself.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((column, after)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'))
        {
            rest = after;
            return Some(Piece::Blank(column));
        }
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest
            .char_indices()
            .skip(1)
            .find_map(|(at, letter)| (letter == '{').then_some(at));
        let (words, after) = rest.split_at_checked(end.unwrap_or(rest.len()).max(first))?;
        rest = after;
        Some(Piece::Words(words))
    })
}

fn columns<'a>(value: &'a Value, key: &str, what: &str) -> Result<&'a Map<String, Value>, String> {
    let columns = value.as_object();
    columns.ok_or_else(|| format!("{key}: {what}"))
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
