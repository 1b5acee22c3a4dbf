//! What an audit can find: one kind for each thing that does not add up, how grave it is, and where it stands.

use precinto_alert::Lang;
use serde::Serialize;
use std::fmt;

mod about;
mod class;
mod contradiction;
mod damage;
mod kind;
mod sentence;
pub(crate) use sentence::said;

pub use about::{Evidence, Part, Problem, Thing};
pub use class::Check;
pub use contradiction::Contradiction;
pub use damage::Damage;
pub use kind::Kind;

pub(crate) use about::pick;

/// One thing that an audit found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub place: Place,
}

/// How grave a finding is, and so what it does to the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; the verdict stays as it is.
    Note,
    /// Something could not be checked, because trust or data is missing: the verdict is at best inconclusive.
    Gap,
    /// Something is wrong: a log that was kept as it should be cannot show this.
    Fault,
}

/// Where a finding stands, as far as that can be said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Index of the entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// Where several entries are concerned: one past the last of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry_end: Option<u64>,
    /// Name of the file: a segment, the published checkpoint, or a piece of evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Byte in that file, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Bit of that byte, 0 for the lowest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bit: Option<u8>,
}

impl Finding {
    /// Of this kind, at this place.
    pub(crate) fn new(kind: impl Into<Kind>, place: Place) -> Self {
        let kind = kind.into();
        Self { kind, place }
    }

    /// How grave it is.
    pub fn severity(&self) -> Severity {
        self.kind.severity()
    }

    /// The kind's name for machines, for example `FLIPPED_BIT`; never changes its meaning.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl Place {
    /// Nowhere in particular: the log as a whole.
    pub fn whole_log() -> Self {
        Self::default()
    }

    /// An entry, without a file: it came over the wire.
    pub fn entry(index: u64) -> Self {
        Self {
            entry: Some(index),
            ..Self::default()
        }
    }

    /// A byte of a file.
    pub fn byte(file: &str, offset: u64) -> Self {
        Self {
            file: Some(file.to_owned()),
            offset: Some(offset),
            ..Self::default()
        }
    }

    /// A whole file.
    pub fn file(file: &str) -> Self {
        Self {
            file: Some(file.to_owned()),
            ..Self::default()
        }
    }

    /// The same place, and that the entries from `first` up to, not including, `end` are concerned.
    #[must_use]
    pub fn about(self, first: u64, end: u64) -> Self {
        let entry_end = (end > first.saturating_add(1)).then_some(end);
        Self {
            entry: Some(first),
            entry_end,
            ..self
        }
    }

    /// The same place, narrowed to one bit.
    #[must_use]
    pub fn with_bit(self, bit: u8) -> Self {
        Self {
            bit: Some(bit),
            ..self
        }
    }
}

impl Place {
    /// As a person would say it.
    pub fn text(&self, lang: Lang) -> String {
        let mut parts = Vec::new();
        match (self.entry, self.entry_end) {
            (Some(first), Some(end)) => {
                let last = end.saturating_sub(1);
                let (entries, to) = pick(lang, ("entries", "to"), ("entradas", "a"));
                parts.push(format!("{entries} {first} {to} {last}"));
            }
            (Some(entry), None) => {
                parts.push(format!("{} {entry}", pick(lang, "entry", "entrada")));
            }
            (None, _) => {}
        }
        parts.extend(self.file.clone());
        parts.extend(self.offset.map(|offset| format!("byte {offset}")));
        parts.extend(self.bit.map(|bit| format!("bit {bit}")));
        if parts.is_empty() {
            parts.push(pick(lang, "the log", "la bitácora").to_owned());
        }
        parts.join(", ")
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place.text(Lang::En), self.kind)
    }
}

impl Serialize for Finding {
    /// `{"code", "severity", "sentence", "sentence_es", "where": {"entry", "entry_end", "file", "offset", "bit"}}`, absent parts left out.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut finding = serializer.serialize_struct("Finding", 5)?;
        finding.serialize_field("code", self.code())?;
        finding.serialize_field("severity", &self.severity())?;
        let sentence = self.kind.sentence();
        finding.serialize_field("sentence", sentence.text(Lang::En))?;
        finding.serialize_field("sentence_es", sentence.text(Lang::Es))?;
        finding.serialize_field("where", &self.place)?;
        finding.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_as_a_person_would_say_it() {
        assert_eq!(Place::whole_log().text(Lang::En), "the log");
        assert_eq!(
            Place::byte("a.seg", 7).with_bit(3).text(Lang::En),
            "a.seg, byte 7, bit 3"
        );
        assert_eq!(
            Place::file("a.seg").about(4, 9).text(Lang::En),
            "entries 4 to 8, a.seg"
        );
        assert_eq!(
            Place::file("a.seg").about(4, 5).text(Lang::En),
            "entry 4, a.seg"
        );
        let spanish = Place::file("a.seg").about(4, 9).with_bit(3).text(Lang::Es);
        assert_eq!(spanish, "entradas 4 a 8, a.seg, bit 3");
        assert_eq!(Place::whole_log().text(Lang::Es), "la bitácora");
    }

    #[test]
    fn a_finding_tells_machines_code_severity_sentence_and_place() {
        let finding = Finding {
            kind: Damage::TornTail { bytes: 12 }.into(),
            place: Place::byte("a.seg", 7),
        };
        let json = serde_json::to_value(&finding).unwrap();
        assert_eq!(json["code"], "TORN_TAIL");
        assert_eq!(json["severity"], "note");
        assert_eq!(json["where"]["offset"], 7);
        assert!(json["where"].get("entry").is_none());
        assert!(json["sentence"].as_str().unwrap().contains("12 bytes are"));
        assert!(
            json["sentence_es"]
                .as_str()
                .unwrap()
                .contains("12 bytes son")
        );
    }
}
