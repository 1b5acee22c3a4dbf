//! From flags to what a subscription is: its filter, and a place in the log.

use crate::args::DefinitionArgs;
use crate::commands::list::{coded, parsed, time};
use crate::exit::Failure;
use crate::output::Lang;
use precinto_alert::code::{Coded, CommodityClass, MessageStatus, MessageType, Precedence};
use precinto_alert::id::{AgencyId, AlertId, IdError};
use precinto_client::subscribe::Start;
use precinto_proto::v1 as pb;

/// The filter that the flags describe; the one that lets everything through when there are none.
pub(crate) fn filter_of(args: &DefinitionArgs) -> Result<pb::Filter, Failure> {
    let at_least = coded::<Precedence>("at-least", args.at_least.as_ref())?;
    Ok(pb::Filter {
        types: codes::<MessageType>("type", &args.types)?,
        at_least: at_least.map_or(0, Into::into),
        commodities: codes::<CommodityClass>("commodity", &args.commodity)?,
        sender_agencies: ids::<AgencyId>("from-agency", &args.from_agency)?,
        statuses: codes::<MessageStatus>("status", &args.status)?,
        alert_ids: ids::<AlertId>("alert", &args.alert)?,
    })
}

/// A place in the log as people write it.
pub(crate) fn place_of(flag: &str, text: &str, lang: Lang) -> Result<Start, Failure> {
    match text {
        "first" => return Ok(Start::First),
        "now" => return Ok(Start::Now),
        _ => {}
    }
    if let Ok(index) = text.parse() {
        return Ok(Start::Index(index));
    }
    time(text, lang).map(Start::Time).map_err(|what| {
        Failure::usage((
            format!("{flag}: first, now, an index of the log, or: {what}"),
            format!("{flag}: first, now, un índice de la bitácora, o: {what}"),
        ))
    })
}

fn codes<C: Coded>(flag: &str, texts: &[String]) -> Result<Vec<i32>, Failure> {
    let read = |text| coded::<C>(flag, Some(text)).map(|code| code.map_or(0, Into::into));
    texts.iter().map(read).collect()
}

/// Identifiers in the form that the log has them.
fn ids<T>(flag: &str, texts: &[String]) -> Result<Vec<String>, Failure>
where
    T: std::str::FromStr<Err = IdError> + ToString,
{
    let read = |text| {
        parsed::<T>(flag, Some(text)).map(|id| id.map_or_else(String::new, |id| id.to_string()))
    };
    texts.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_what_a_person_means() {
        let place = |text| place_of("WHERE", text, Lang::En);
        assert_eq!(place("first").unwrap(), Start::First);
        assert_eq!(place("now").unwrap(), Start::Now);
        assert_eq!(place("0").unwrap(), Start::Index(0));
        assert_eq!(place("1200").unwrap(), Start::Index(1200));
        assert_eq!(place("2026-11-22").unwrap(), Start::Time(1_795_305_600_000));
        assert!(matches!(place("-48h").unwrap(), Start::Time(_)));
        for wrong in ["", "last", "-1", "12x"] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }
}
