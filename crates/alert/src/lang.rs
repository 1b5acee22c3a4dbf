//! The two languages in which the project speaks to people, and the tags of the many in which people write.

/// A language of labels and error texts. Codes need no translation; free text is never translated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Spanish, as written in Mexico.
    Es,
}

/// Whether `tag` is a language, or a language and a region: `es`, `es-MX`. Two or three lower-case letters, then
/// optionally a hyphen and two capitals: the part of BCP 47 that the two sides need.
pub(crate) fn is_language(tag: &str) -> bool {
    let (language, region) = match tag.split_once('-') {
        Some((language, region)) => (language, Some(region)),
        None => (tag, None),
    };
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && region.is_none_or(|region| {
            region.len() == 2 && region.bytes().all(|b| b.is_ascii_uppercase())
        })
}
