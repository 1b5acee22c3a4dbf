//! An example for every reason: one case in which it is given, as its reader would meet it.

mod content;
mod message;
mod service;

use super::Reason;

/// One row: the reason, English, Spanish.
pub(super) type Example = (Reason, [&'static str; 2]);

/// Every row; the order is that of the files, not of the numbers.
pub(super) fn all() -> impl Iterator<Item = &'static Example> {
    [service::EXAMPLES, message::EXAMPLES, content::EXAMPLES]
        .into_iter()
        .flatten()
}

/// Rows as `Reason: "English", "Spanish";`.
macro_rules! examples {
    ($($reason:ident: $english:literal, $spanish:literal;)*) => {
        &[$((crate::Reason::$reason, [$english, $spanish])),*]
    };
}

use examples;
