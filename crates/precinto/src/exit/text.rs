//! A sentence for people in English and in Spanish, written side by side where something goes wrong.

use crate::output::Lang;
use std::fmt;

/// A sentence in both languages; in one where it is somebody else's, as the words of the operating system are, or where
/// the language was chosen before.
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

    /// With another line below it in each language.
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

impl From<String> for Text {
    fn from(only: String) -> Self {
        Self::new(only, None)
    }
}

impl From<&str> for Text {
    fn from(only: &str) -> Self {
        Self::new(only, None)
    }
}

impl From<&String> for Text {
    fn from(only: &String) -> Self {
        Self::new(only, None)
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
        let foreign = Text::from("os error 2").about("a.xml");
        assert_eq!(foreign.pick(Lang::Es), "a.xml: os error 2");
        assert_eq!(foreign.spanish(), None);
    }
}
