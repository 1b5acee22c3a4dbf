//! The two languages in which the project speaks to people.

/// A language of labels and error texts. Codes need no translation; free text is never translated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Spanish, as written in Mexico.
    Es,
}
