//! `report`: the log is audited, and what was verified is counted or listed; as text, JSON, CSV and a page for people.

mod draw;
pub(crate) mod exchange;
mod page;
mod reciprocity;
mod words;

use super::audit::{Told, examine, exit_of};
use crate::args::{ReportArgs, ReportCommand, ReportExchange};
use crate::config::Node;
use crate::exit::{Exit, Failure, Text};
use crate::files;
use crate::output::Output;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use precinto_alert::id::{AgencyId, OfficerId};
use precinto_audit::exchange::Exchange;
use precinto_audit::reciprocity::{Period, Reciprocity};
use precinto_audit::{Report, exchange as exchanges, reciprocity as figures};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

/// Runs `report …`.
pub(crate) fn run(command: &ReportCommand, output: Output) -> anyhow::Result<Exit> {
    match command {
        ReportCommand::Reciprocity(args) => on_reciprocity(args, output),
        ReportCommand::Exchange(args) => on_exchange(args, output),
        ReportCommand::Rules => {
            output.verbatim(exchange::EXAMPLE)?;
            Ok(Exit::Done)
        }
    }
}

fn on_reciprocity(args: &ReportArgs, output: Output) -> anyhow::Result<Exit> {
    let mut reciprocity = Reciprocity::new(figures::Scope {
        period: period(args)?,
        status: args.status.map(Into::into),
        sides: known_sides(args)?,
    });
    let audit = audited(args, &mut |entry| reciprocity.take(&entry), output)?;
    let figures = reciprocity.finish(&audit);
    let lang = output.lang();
    if let Some(file) = &args.html {
        files::write_public(file, reciprocity::page(&figures, lang))?;
    }
    if let Some(file) = &args.csv {
        files::write_public(file, reciprocity::csv(&figures)?)?;
    }
    output.result(&figures, || reciprocity::text(&figures, lang))?;
    Ok(exit_of(audit.verdict()))
}

fn on_exchange(args: &ReportExchange, output: Output) -> anyhow::Result<Exit> {
    let rules = exchange::Rules::load(args.rules.as_deref())?;
    let officers: BTreeSet<OfficerId> = parsed("officer", &args.officer)?;
    let mut exchange = Exchange::new(exchanges::Scope {
        period: period(&args.report)?,
        agencies: agencies(args, &officers)?,
        officers,
        status: args.report.status.map(Into::into),
        term_ms: rules.term_ms(),
    });
    let audit = audited(&args.report, &mut |entry| exchange.take(&entry), output)?;
    let list = exchange.finish(&audit);
    let lang = output.lang();
    if let Some(file) = &args.report.html {
        files::write_public(file, exchange::page(&list, &rules, lang))?;
    }
    if let Some(file) = &args.report.csv {
        files::write_public(file, exchange::csv(&list)?)?;
    }
    if output.is_text() {
        for line in exchange::text(&list, &rules, lang) {
            output.line(line)?;
        }
    } else {
        output.json(&exchange::json(&list, &rules))?;
    }
    Ok(exit_of(audit.verdict()))
}

/// Audits the log that the arguments name; `told` hears of every entry that was verified.
fn audited(args: &ReportArgs, told: Told<'_>, output: Output) -> anyhow::Result<Report> {
    examine(args.journal.as_deref(), &args.by, told, output)
}

/// The sides of the node's own configuration: those that say nothing at all have their noughts.
fn known_sides(args: &ReportArgs) -> anyhow::Result<Vec<precinto_alert::id::Side>> {
    if args.journal.is_some() {
        return Ok(Vec::new());
    }
    let node = Node::from_args(&args.by.node)?;
    let sides = node.sides.iter().map(|side| side.domain.parse());
    Ok(sides.collect::<Result<_, _>>()?)
}

fn agencies(
    args: &ReportExchange,
    officers: &BTreeSet<OfficerId>,
) -> anyhow::Result<BTreeSet<AgencyId>> {
    let mut agencies: BTreeSet<AgencyId> = parsed("agency", &args.agency)?;
    if agencies.is_empty() {
        agencies.extend(officers.iter().map(|officer| officer.agency().clone()));
    }
    if agencies.is_empty() && args.report.journal.is_none() {
        let node = Node::from_args(&args.report.by.node)?;
        agencies.insert(node.identity.agency().clone());
    }
    if agencies.is_empty() {
        let what = (
            "whose exchanges? name an agency or an officer",
            "¿de quién son las comunicaciones? indique una dependencia o un oficial",
        );
        return Err(Failure::usage(what)
            .next(Text::same("--agency mx.dev.invalid/anam"))
            .into());
    }
    Ok(agencies)
}

fn parsed<T: FromStr<Err: Display> + Ord>(
    flag: &str,
    texts: &[String],
) -> Result<BTreeSet<T>, Failure> {
    let one = |text: &String| {
        let parsed = text.parse();
        parsed.map_err(|error| {
            Failure::usage(Text::cause(
                format!("--{flag}: {error}"),
                "no se entiende el valor",
            ))
        })
    };
    texts.iter().map(one).collect()
}

fn period(args: &ReportArgs) -> Result<Period, Failure> {
    let from_ms = moment("from", &args.from, 0)?;
    let to_ms = moment("to", &args.to, 1)?;
    if to_ms <= from_ms {
        let what = ("--to lies before --from", "--to es anterior a --from");
        return Err(Failure::usage(what));
    }
    Ok(Period { from_ms, to_ms })
}

/// A time, or the beginning of a day and so many days later. Never relative to now: the same command gives the same report.
fn moment(flag: &str, text: &str, days_later: i64) -> Result<u64, Failure> {
    let of_day = || {
        let day: Date = text.parse().ok()?;
        let day = day.checked_add(Span::new().days(days_later)).ok()?;
        let midnight = day.to_zoned(TimeZone::UTC).ok()?;
        Some(midnight.timestamp())
    };
    // A time is longer than a day, and a day alone is no time.
    let time = match text.len() {
        ..=10 => of_day(),
        _ => text.parse::<Timestamp>().ok(),
    };
    let ms = time.and_then(|time| u64::try_from(time.as_millisecond()).ok());
    ms.ok_or_else(|| {
        Failure::usage((
            format!("--{flag}: \"{text}\" is neither a day (2026-11-01) nor a time (2026-11-01T06:00:00Z)"),
            format!("--{flag}: «{text}» no es un día (2026-11-01) ni una hora (2026-11-01T06:00:00Z)"),
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_when_the_next_begins_and_nothing_is_relative_to_now() {
        let day = 86_400_000;
        let first = moment("from", "2026-11-01", 0).unwrap();
        assert_eq!(first, 1_793_491_200_000);
        assert_eq!(moment("to", "2026-11-01", 1).unwrap(), first + day);
        assert_eq!(
            moment("to", "2026-11-01T06:00:00Z", 1).unwrap(),
            first + day / 4
        );
        assert_eq!(
            moment("to", "2026-11-01T00:00:00-06:00", 1).unwrap(),
            first + day / 4
        );
        for wrong in [
            "-48h",
            "now",
            "2026-13-01",
            "",
            "1969-01-01",
            "2026-11-01 06:00",
        ] {
            assert!(moment("to", wrong, 1).is_err(), "{wrong}");
        }
    }
}
