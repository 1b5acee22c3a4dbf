//! Names in a rule that the schema cannot list: sides, agencies, countries, marks.

use precinto_alert::code::MARKS;
use precinto_alert::country::is_country;
use precinto_alert::id::{AgencyId, Side};

use super::fault::Kind;

/// What is wrong with the name of a thing of that kind, if anything is. Kinds that the schema lists, or does not have, are Cedar's to
/// judge.
pub(super) fn misnamed(kind: &str, name: &str) -> Option<Kind> {
    let what = match kind {
        "Side" if name.parse::<Side>().is_err() => "Side",
        "Agency" if name.parse::<AgencyId>().is_err() => "Agency",
        "Country" if !is_country(name) => "Country",
        "Mark" if MARKS.find(name).is_none() => "Mark",
        "Message" => return Some(Kind::Message),
        _ => return None,
    };
    let name = name.to_owned();
    Some(Kind::Name { what, name })
}
