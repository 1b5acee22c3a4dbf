//! English or Spanish: which one a person reads. Codes and field names never change with it.

use crate::args::environment;
use precinto_alert::Lang as Texts;

/// The language of texts for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Lang {
    /// English.
    En,
    /// Spanish.
    Es,
}

impl Lang {
    /// The locale's language: Spanish when it begins with `es`, else English.
    pub(crate) fn from_locale() -> Self {
        Self::of_locale(&environment::locale())
    }

    fn of_locale(locale: &str) -> Self {
        if locale == "es" || locale.starts_with("es_") || locale.starts_with("es.") {
            Self::Es
        } else {
            Self::En
        }
    }

    /// The text in this language.
    pub(crate) fn pick<T>(self, en: T, es: T) -> T {
        match self {
            Self::En => en,
            Self::Es => es,
        }
    }

    /// The same language, as the catalogue of reasons and the code tables name it.
    pub(crate) fn texts(self) -> Texts {
        self.pick(Texts::En, Texts::Es)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_decides() {
        assert_eq!(Lang::of_locale("es_MX.UTF-8"), Lang::Es);
        assert_eq!(Lang::of_locale("es"), Lang::Es);
        assert_eq!(Lang::of_locale("est_EE"), Lang::En);
        assert_eq!(Lang::of_locale("C"), Lang::En);
        assert_eq!(Lang::of_locale(""), Lang::En);
    }
}
