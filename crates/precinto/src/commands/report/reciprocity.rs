//! Reciprocity in words: what stands in the text and on the page, and the same figures for a spreadsheet.

mod glance;
mod page;
mod spreadsheet;

pub(super) use page::page;
pub(super) use spreadsheet::csv;

use super::words::{Caution, basis, clipped, indented, length, percent, period, side};
use crate::output::{Align, Lang, Table, printable};
use glance::{glance, notice};
use precinto_alert::code::{AckLevel, Coded, CommodityClass, IndicatorCode, OutcomeCode};
use precinto_alert::reason;
use precinto_audit::reciprocity::{Direction, Figures, LevelFigures};
use std::collections::BTreeMap;

/// The text for people.
pub(super) fn text(figures: &Figures, lang: Lang) -> Vec<String> {
    let mut lines = Caution::text(&figures.log, lang);
    lines.push(title(lang).to_owned());
    lines.push(format!("  {}", period(figures.from_ms, figures.to_ms)));
    lines.extend(indented(&basis(&figures.log, lang)));
    if let Some(notice) = notice(figures, lang) {
        lines.extend(indented(&notice));
    }
    for pair in figures.directions.chunks(2) {
        lines.push(String::new());
        lines.extend(of_pair(pair, lang));
    }
    if figures.directions.is_empty() {
        lines.push(nobody(lang).to_owned());
    }
    lines
}

fn title(lang: Lang) -> &'static str {
    lang.pick(
        "How each side answers the other",
        "Cómo responde cada parte a la otra",
    )
}

fn nobody(lang: Lang) -> &'static str {
    lang.pick(
        "The log holds nothing that one side told another.",
        "La bitácora no contiene nada que una parte haya dicho a otra.",
    )
}

fn of_pair(pair: &[Direction], lang: Lang) -> Vec<String> {
    let ways: Vec<String> = pair.iter().map(way).collect();
    let mut table = columns("", &ways);
    for row in glance(pair, lang) {
        let figures = row.cells.iter().map(|cell| cell.figure.clone());
        table.row(std::iter::once(row.label.to_owned()).chain(figures));
        if row.cells.iter().any(|cell| !cell.note.is_empty()) {
            let notes = row.cells.iter().map(|cell| cell.note.clone());
            table.row(std::iter::once(String::new()).chain(notes));
        }
    }
    let mut lines = table.lines();
    for (title, rows) in counts(pair, lang) {
        if rows.is_empty() {
            continue;
        }
        lines.push(String::new());
        let mut table = columns(title, &ways);
        for Counted {
            label,
            code,
            counts,
        } in rows
        {
            let cells = counts.iter().map(ToString::to_string);
            table.row(std::iter::once(format!("{code}  {}", clipped(label))).chain(cells));
        }
        lines.extend(table.lines());
    }
    lines.push(String::new());
    lines.extend(by_precedence(pair, lang));
    lines.into_iter().map(|line| printable(&line)).collect()
}

fn columns(first: &str, ways: &[String]) -> Table {
    let mut headings = vec![(first, Align::Left)];
    headings.extend(ways.iter().map(|way| (way.as_str(), Align::Left)));
    Table::new(&headings)
}

/// Times of each precedence and level against the table's deadline.
fn by_precedence(pair: &[Direction], lang: Lang) -> Vec<String> {
    let mut table = Table::new(&[
        (lang.pick("times", "tiempos"), Align::Left),
        ("", Align::Left),
        (lang.pick("level", "nivel"), Align::Left),
        (lang.pick("within", "plazo"), Align::Right),
        (lang.pick("in time", "a tiempo"), Align::Right),
        (lang.pick("half", "la mitad"), Align::Right),
        (lang.pick("9 of 10", "9 de 10"), Align::Right),
    ]);
    for direction in pair {
        for precedence in &direction.by_precedence {
            for level in precedence
                .levels
                .iter()
                .filter(|one| one.deadline_ms.is_some())
            {
                let time = |ms: Option<u64>| ms.map_or_else(|| "–".to_owned(), length);
                table.row([
                    way(direction),
                    precedence.precedence.to_owned(),
                    level_name(level, lang).to_owned(),
                    time(level.deadline_ms),
                    format!("{}/{}", level.in_time, level.due()),
                    time(level.p50_ms),
                    time(level.p90_ms),
                ]);
            }
        }
    }
    table.lines()
}

/// `US → MX`.
fn way(direction: &Direction) -> String {
    format!("{} → {}", side(&direction.from), side(&direction.to))
}

/// Who or what has reached a level, in a word.
fn level_name(level: &LevelFigures, lang: Lang) -> &'static str {
    AckLevel::from_name(level.level).map_or(level.level, |code| code.label(lang.texts()))
}

/// One code with its count in each direction.
struct Counted {
    label: &'static str,
    code: String,
    counts: Vec<u64>,
}

/// Everything that is counted by code: what it is, and the codes that occur in any direction, in the order of their tables.
fn counts(pair: &[Direction], lang: Lang) -> [(&'static str, Vec<Counted>); 5] {
    let by_precedence = |way: &Direction| {
        let all = way.by_precedence.iter();
        all.map(|one| (one.precedence, one.alerts)).collect()
    };
    [
        (
            lang.pick("alerts by goods", "alertas por mercancía"),
            of_family::<CommodityClass>(pair, |way| way.by_commodity.clone(), lang),
        ),
        (
            lang.pick("alerts by urgency", "alertas por urgencia"),
            of_family::<precinto_alert::code::Precedence>(pair, by_precedence, lang),
        ),
        (
            lang.pick("outcomes", "resultados"),
            of_family::<OutcomeCode>(pair, |way| way.outcomes.clone(), lang),
        ),
        (
            lang.pick("indicators that proved right", "indicadores acertados"),
            of_family::<IndicatorCode>(pair, right, lang),
        ),
        (
            lang.pick("reasons of refusals", "motivos de rechazo"),
            reasons(pair, lang),
        ),
    ]
}

fn right(way: &Direction) -> BTreeMap<&'static str, u64> {
    let judged = way.indicators.iter().filter(|one| one.right > 0);
    judged.map(|one| (one.indicator, one.right)).collect()
}

fn of_family<C: Coded>(
    pair: &[Direction],
    of: impl Fn(&Direction) -> BTreeMap<&'static str, u64>,
    lang: Lang,
) -> Vec<Counted> {
    let all: Vec<_> = pair.iter().map(of).collect();
    let rows = C::FAMILY.rows().map(|row| {
        let code = C::FAMILY.name_of(row);
        let counts = all.iter().map(|one| one.get(code).copied().unwrap_or(0));
        Counted {
            label: row.label(lang.texts()),
            code: code.to_owned(),
            counts: counts.collect(),
        }
    });
    rows.filter(|row| row.counts.iter().any(|count| *count > 0))
        .collect()
}

fn reasons(pair: &[Direction], lang: Lang) -> Vec<Counted> {
    let mut codes: Vec<&String> = pair
        .iter()
        .flat_map(|way| way.refusals.reasons.keys())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let row = |code: &String| Counted {
        label: reason::from_name(code).map_or("", |one| reason::entry(one).text(lang.texts())),
        code: code.clone(),
        counts: pair
            .iter()
            .map(|way| way.refusals.reasons.get(code).copied().unwrap_or(0))
            .collect(),
    };
    codes.into_iter().map(row).collect()
}

/// Whole per cent and what it is of, `93 % of 40`; a dash of nothing.
fn share(count: u64, of: u64, lang: Lang) -> String {
    (count * 100).checked_div(of).map_or_else(
        || "–".to_owned(),
        |share| format!("{} {} {of}", percent(share), lang.pick("of", "de")),
    )
}

#[cfg(test)]
mod tests;
