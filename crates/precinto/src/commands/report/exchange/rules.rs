//! To whom exchanges are reported, and within how many days: a small TOML file, because laws change.

use crate::config::read_text;
use crate::exit::{Failure, Text};
use crate::output::Lang;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What counts when nobody gives a file, and the example to start from.
///
/// ```toml
/// days = 3
/// law = { en = "National Security Law, article 70", es = "Ley de Seguridad Nacional, artículo 70" }
/// [[recipient]]
/// short = "SRE"
/// name = { en = "Foreign Ministry", es = "Secretaría de Relaciones Exteriores" }
/// ```
pub(in super::super) const EXAMPLE: &str = include_str!("rules.toml");

/// To whom, within how many days, and by which law.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rules {
    /// Days of 24 hours from the entry in the log.
    days: u16,
    law: Pair,
    recipient: Vec<Recipient>,
}

/// Who is told.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Recipient {
    short: String,
    name: Pair,
}

/// A name in both languages.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    en: String,
    es: String,
}

impl Rules {
    /// Those of the file, or the example's.
    pub(in super::super) fn load(file: Option<&Path>) -> Result<Self, Failure> {
        let text = match file {
            Some(file) => read_text(file)?,
            None => EXAMPLE.to_owned(),
        };
        let name = file.map_or_else(String::new, |file| format!("{}: ", file.display()));
        Self::parse(&text, &name)
    }

    /// Reads a text; `name` stands before what is said of it.
    pub(crate) fn parse(text: &str, name: &str) -> Result<Self, Failure> {
        let next = || Text::same("precinto report rules > article-70.toml");
        let rules: Self = toml::from_str(text).map_err(|error| {
            let what = format!("{name}{}", error.message());
            Failure::usage(Text::cause(what, "las reglas no se pueden usar")).next(next())
        })?;
        let fits = (1..=DAYS_MAX).contains(&rules.days)
            && (1..=RECIPIENTS_MAX).contains(&rules.recipient.len());
        if !fits {
            let what = (
                format!(
                    "{name}days must be 1 to {DAYS_MAX}, and there must be 1 to {RECIPIENTS_MAX} recipients"
                ),
                format!(
                    "{name}days debe ser de 1 a {DAYS_MAX}, y debe haber de 1 a {RECIPIENTS_MAX} destinatarios"
                ),
            );
            return Err(Failure::usage(what).next(next()));
        }
        Ok(rules)
    }

    /// The term, milliseconds.
    pub(crate) fn term_ms(&self) -> u64 {
        u64::from(self.days) * 86_400_000
    }

    /// What is asked for, and of whom it is asked to tell, in a sentence.
    pub(crate) fn sentence(&self, lang: Lang) -> String {
        let all: Vec<String> = self.recipients(lang).collect();
        format!("{} {}", self.demand(lang), all.join(", "))
    }

    /// What is asked for.
    pub(super) fn demand(&self, lang: Lang) -> String {
        let (days, law) = (self.days, lang.pick(&self.law.en, &self.law.es));
        lang.pick(
            format!("{law}: to be reported in writing within {days} days to"),
            format!("{law}: debe informarse por escrito en {days} días a"),
        )
    }

    /// Those who are told, by their full names.
    pub(super) fn recipients(&self, lang: Lang) -> impl Iterator<Item = String> {
        self.recipient.iter().map(move |one| {
            let name = lang.pick(&one.name.en, &one.name.es);
            format!("{name} ({})", one.short)
        })
    }

    /// The short names of those who are told.
    pub(crate) fn short_names(&self) -> String {
        let all: Vec<&str> = self
            .recipient
            .iter()
            .map(|one| one.short.as_str())
            .collect();
        all.join(", ")
    }
}

/// Beyond a year nobody would call it a term.
const DAYS_MAX: u16 = 366;
/// So many fit a line.
const RECIPIENTS_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_article_70_in_both_languages() {
        let rules = Rules::load(None).unwrap();
        assert_eq!(rules.term_ms(), 3 * 86_400_000);
        assert_eq!(rules.short_names(), "SRE, SSPC");
        assert!(rules.sentence(Lang::En).contains("within 3 days"));
        assert!(rules.sentence(Lang::Es).contains("artículo 70"));
    }

    #[test]
    fn unknown_keys_and_terms_without_sense_are_refused() {
        let parse = |text: &str| toml::from_str::<Rules>(text);
        assert!(parse(&EXAMPLE.replace("days = 3", "days = 3\nweeks = 1")).is_err());
        assert!(parse(&EXAMPLE.replace("days = 3", "")).is_err());
    }
}
