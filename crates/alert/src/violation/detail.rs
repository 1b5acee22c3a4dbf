//! One sentence of a rule in both languages, written side by side where the rule stands.

use std::borrow::Cow;
use std::fmt;

use crate::Lang;

/// What exactly is wrong in a field, in English and in Spanish.
///
/// There is no way to make one from a single text, so no rule can be written without its Spanish: `("at most 9", "9 como
/// máximo")`, or two `format!` where a value stands in the sentence. Fixed texts are not copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    en: Cow<'static, str>,
    es: Cow<'static, str>,
}

impl Detail {
    /// The sentence in that language; empty where the reason's own text says it all.
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Es => &self.es,
        }
    }

    /// Whether there is nothing to add to the reason's own text.
    pub fn is_empty(&self) -> bool {
        self.en.is_empty()
    }
}

/// English first, then Spanish.
impl<En, Es> From<(En, Es)> for Detail
where
    En: Into<Cow<'static, str>>,
    Es: Into<Cow<'static, str>>,
{
    fn from((en, es): (En, Es)) -> Self {
        let (en, es) = (en.into(), es.into());
        // Both have words of their own around the same values, so this depends on the source text alone.
        debug_assert_ne!(en, es, "the same in both languages");
        Self { en, es }
    }
}

/// For a second mention in a list.
pub(crate) const NAMED_TWICE: (&str, &str) = ("named twice", "se indica dos veces");

/// For an identifier of another form than this example's.
pub(crate) fn not_of_the_form(example: &str) -> Detail {
    (
        format!("not of the form {example}"),
        format!("no tiene la forma {example}"),
    )
        .into()
}

/// For a list that is too long.
pub(crate) fn at_most(max: usize) -> Detail {
    (format!("at most {max}"), format!("{max} como máximo")).into()
}

/// In English, as logs and errors are.
impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

#[cfg(test)]
mod tests;
