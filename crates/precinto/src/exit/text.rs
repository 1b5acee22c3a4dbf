//! A sentence for people in English and in Spanish, written side by side where something goes wrong.

use crate::output::Lang;
use precinto_alert::{Detail, Lang as Texts};
use serde::{Serialize, Serializer};
use std::fmt;
use std::io;

/// A sentence in both languages; in one where it is somebody else's, as the words of the operating system are, or where
/// the language was chosen before. Only a pair becomes a `Text` by itself, so that what was written in English alone does not
/// build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    en: String,
    es: Option<String>,
}

impl Text {
    /// A sentence that came from elsewhere, with its Spanish where there is one.
    pub(crate) fn new(en: impl Into<String>, es: Option<String>) -> Self {
        let en = en.into();
        Self { en, es }
    }

    /// What has no language: a path, a command to type, a line that a protocol defines.
    pub(crate) fn same(text: impl fmt::Display) -> Self {
        Self::new(text.to_string(), None)
    }

    /// A cause that is told in English only, as those of libraries are; in Spanish behind a sentence that says what it means.
    pub(crate) fn cause(cause: impl fmt::Display, es: impl fmt::Display) -> Self {
        Self::from((cause.to_string(), format!("{es}: {cause}")))
    }

    /// Chosen by the language before: what a value says of itself in the reader's language.
    pub(crate) fn chosen(text: impl Into<String>) -> Self {
        Self::new(text, None)
    }

    /// What the operating system answered; what happens every day is said in both languages, the rest in its own words.
    pub(crate) fn io(error: &io::Error) -> Self {
        use io::ErrorKind as Kind;
        let known = match error.kind() {
            Kind::NotFound => (
                "there is no such file or folder",
                "no existe ese archivo o carpeta",
            ),
            Kind::PermissionDenied => ("this user may not", "este usuario no tiene permiso"),
            Kind::IsADirectory => ("it is a folder", "es una carpeta"),
            Kind::NotADirectory => ("it is no folder", "no es una carpeta"),
            Kind::StorageFull => ("the disk is full", "el disco está lleno"),
            Kind::ReadOnlyFilesystem => ("the disk is read-only", "el disco es de solo lectura"),
            Kind::InvalidData => ("it is no text in UTF-8", "no es texto en UTF-8"),
            Kind::AddrInUse => ("the address is in use", "la dirección ya está en uso"),
            _ => return Self::same(error),
        };
        Self::from(known)
    }

    /// In that language, or in the only one there is.
    pub(crate) fn pick(&self, lang: Lang) -> &str {
        let es = self.es.as_deref().unwrap_or(&self.en);
        lang.pick(&self.en, es)
    }

    /// In Spanish, where it says something of its own.
    pub(crate) fn spanish(&self) -> Option<&str> {
        self.es.as_deref()
    }

    /// Behind the name of what it is about: `waybill.xml: larger than 8 MiB`.
    #[must_use]
    pub(crate) fn about(self, name: impl fmt::Display) -> Self {
        Self {
            en: format!("{name}: {}", self.en),
            es: self.es.map(|es| format!("{name}: {es}")),
        }
    }

    /// Behind a sentence that says in each language what it means here: `cannot read it: the disk is full`.
    #[must_use]
    pub(crate) fn behind(self, en: impl fmt::Display, es: impl fmt::Display) -> Self {
        let (en_cause, es_cause) = (self.pick(Lang::En), self.pick(Lang::Es));
        Self::from((format!("{en}: {en_cause}"), format!("{es}: {es_cause}")))
    }

    /// With another line below it, in its own words in each language.
    #[must_use]
    pub(crate) fn and_line(self, line: impl Into<Self>) -> Self {
        let line = line.into();
        let es = format!("{}\n  {}", self.pick(Lang::Es), line.pick(Lang::Es));
        Self::from((format!("{}\n  {}", self.en, line.en), es))
    }

    /// With the same line below it in each language.
    pub(crate) fn add_line(&mut self, line: &str) {
        for text in std::iter::once(&mut self.en).chain(self.es.as_mut()) {
            text.push_str("\n  ");
            text.push_str(line);
        }
    }
}

/// English first, then Spanish.
impl<En: Into<String>, Es: Into<String>> From<(En, Es)> for Text {
    fn from((en, es): (En, Es)) -> Self {
        Self::new(en, Some(es.into()))
    }
}

impl From<Detail> for Text {
    fn from(detail: Detail) -> Self {
        Self::from((detail.text(Texts::En), detail.text(Texts::Es)))
    }
}

/// In English, as machines read it.
impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.en)
    }
}

/// In English, as logs and machines read it.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_gets_its_own_sentence_about_the_same_thing() {
        let mut text = Text::from(("too large", "demasiado grande")).about("a.xml");
        assert_eq!(text.pick(Lang::En), "a.xml: too large");
        assert_eq!(text.pick(Lang::Es), "a.xml: demasiado grande");
        text.add_line("TLP");
        assert_eq!(text.spanish(), Some("a.xml: demasiado grande\n  TLP"));
        let foreign = Text::same("os error 2").about("a.xml");
        assert_eq!(foreign.pick(Lang::Es), "a.xml: os error 2");
        assert_eq!(foreign.spanish(), None);
    }
}
