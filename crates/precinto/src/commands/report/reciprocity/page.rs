//! The page: the answer of a minute first, then each figure with its drawing, both directions side by side.

mod how;
mod overdue;
mod rest;

use super::super::draw::{axis, bar, no_times, shares, times};
use super::super::page::{Head, escape, section};
use super::super::words::{length, period, side};
use super::glance::{Row, glance, notice};
use super::{Counted, counts, level_name, nobody, title, way};
use crate::output::Lang;
use how::how_counted;
use precinto_alert::code::{Coded, IndicatorCode};
use precinto_audit::reciprocity::{Direction, Figures, IndicatorFigures, LevelFigures};
use rest::the_rest;

/// The whole page.
pub(in super::super) fn page(figures: &Figures, lang: Lang) -> String {
    let mut sections = Vec::new();
    for pair in figures.directions.chunks(2) {
        sections.extend(of_pair(pair, lang));
    }
    if figures.directions.is_empty() {
        sections.push(format!("<p>{}</p>", escape(nobody(lang))));
    }
    sections.push(how_counted(lang));
    let sides: Vec<&str> = figures
        .directions
        .iter()
        .map(|way| way.from.as_str())
        .collect();
    let about = format!(
        "{} · {}",
        sides.join(" · "),
        period(figures.from_ms, figures.to_ms)
    );
    let head = Head {
        title: title(lang).to_owned(),
        about,
        log: &figures.log,
        notice: notice(figures, lang),
    };
    super::super::page::page(&head, &sections, lang)
}

fn of_pair(pair: &[Direction], lang: Lang) -> Vec<String> {
    let mut sections = vec![section(
        lang.pick("At a glance", "De un vistazo"),
        lang.pick(
            "Each column is one direction: the side that alerts, then the side that answers. “Half in” is of those who answered.",
            "Cada columna es un sentido: la parte que alerta y la que responde. «La mitad en» se refiere a quienes respondieron.",
        ),
        &table("pair glance", pair, "", &rows_of(&glance(pair, lang)), lang),
    )];
    sections.push(fates(pair, lang));
    sections.push(speeds(pair, lang));
    sections.extend(overdue::section_of(pair, lang));
    sections.extend(counted(pair, lang));
    sections.push(indicators(pair, lang));
    sections.push(the_rest(pair, lang));
    sections
}

/// A table with a column for each direction.
fn table(class: &str, pair: &[Direction], first: &str, rows: &str, lang: Lang) -> String {
    let head = pair.iter().enumerate().map(|(at, way_of)| {
        let (from, to) = (side(&way_of.from), side(&way_of.to));
        let who = lang.pick(
            format!("{from} alerts, {to} answers"),
            format!("{from} alerta, {to} responde"),
        );
        format!(
            "<th class=\"head{at}\">{}<small>{}</small></th>",
            escape(&way(way_of)),
            escape(&who)
        )
    });
    format!(
        "<table class=\"{class}\">\n<thead><tr><th>{}</th>{}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n",
        escape(first),
        head.collect::<String>()
    )
}

fn rows_of(rows: &[Row]) -> String {
    let one = |row: &Row| {
        let cells = row.cells.iter().map(|cell| {
            let (figure, note) = (escape(&cell.figure), escape(&cell.note));
            format!("<td><strong>{figure}</strong><small>{note}</small></td>")
        });
        tr(row.label, "", cells)
    };
    rows.iter().map(one).collect()
}

fn tr(label: &str, code: &str, cells: impl Iterator<Item = String>) -> String {
    let code = match code {
        "" => String::new(),
        code => format!(" <span class=\"code\">{}</span>", escape(code)),
    };
    let label = escape(label);
    format!(
        "<tr><th>{label}{code}</th>{}</tr>\n",
        cells.collect::<String>()
    )
}

/// What became of each level: shares of all addressees.
fn fates(pair: &[Direction], lang: Lang) -> String {
    let names = [
        ("good", lang.pick("in time", "a tiempo")),
        ("late", lang.pick("late", "tarde")),
        ("bad", lang.pick("missed", "sin respuesta, plazo vencido")),
        ("open", lang.pick("still open", "en plazo")),
        ("over", lang.pick("no longer asked for", "ya no se pide")),
    ];
    let rows: String = (0..3)
        .filter_map(|at| {
            let label = level_name(pair.first()?.levels.get(at)?, lang);
            let cells = pair
                .iter()
                .filter_map(|way| way.levels.get(at))
                .map(|level| {
                    let counts = [
                        level.in_time,
                        level.late,
                        level.missed,
                        level.open,
                        level.ended,
                    ];
                    let parts = counts.iter().zip(names);
                    let parts: Vec<_> = parts
                        .map(|(count, (class, name))| (*count, class, name))
                        .collect();
                    format!("<td>{}</td>", or_dash(shares(&parts)))
                });
            Some(tr(label, "", cells))
        })
        .collect();
    let legend = legend(&names);
    section(
        lang.pick("Answered in time?", "¿Se respondió a tiempo?"),
        lang.pick(
            "Every alert for every addressee, by what became of it at each level; the deadline follows from the urgency.",
            "Cada alerta por cada destinatario, según lo que pasó en cada nivel; el plazo depende de la urgencia.",
        ),
        &format!("{}{legend}", table("pair", pair, lang.pick("Level", "Nivel"), &rows, lang)),
    )
}

fn or_dash(drawing: String) -> String {
    if drawing.is_empty() {
        "–".to_owned()
    } else {
        drawing
    }
}

fn legend(names: &[(&str, &str)]) -> String {
    let one = |(class, name): &(&str, &str)| {
        format!(
            "<svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"{class}\" width=\"10\" height=\"10\"/></svg>{}",
            escape(name)
        )
    };
    format!(
        "<p class=\"legend\">{}</p>\n",
        names.iter().map(one).collect::<String>()
    )
}

/// How long it took, against the deadline of each precedence.
fn speeds(pair: &[Direction], lang: Lang) -> String {
    let empty = "<tr><th></th>".to_owned();
    let axes = pair.iter().map(|_| format!("<td>{}</td>", axis()));
    let axes: String = axes.collect();
    let mut rows = format!("{empty}{axes}</tr>\n");
    for precedence in ["P1", "P2", "P3", "P4"] {
        for at in 0..3 {
            let levels: Vec<Option<&LevelFigures>> = pair
                .iter()
                .map(|way| level_of(way, precedence, at))
                .collect();
            let Some(any) = levels.iter().flatten().next() else {
                continue;
            };
            let label = format!("{precedence} · {}", level_name(any, lang));
            let within = lang.pick("within", "plazo:");
            let deadline = any.deadline_ms.map_or_else(String::new, length);
            let cells = levels.iter().enumerate();
            let cells = cells.map(|(way, level)| format!("<td>{}</td>", speed(*level, way, lang)));
            rows += &tr(&label, &format!("{within} {deadline}"), cells);
        }
    }
    let explained = lang.pick(
        "Filled: half of those who answered took at most so long. Hollow: nine of ten. The black line is the deadline of the \
         table; the last moment to act on the goods can make it earlier.",
        "Punto lleno: la mitad de quienes respondieron tardó eso o menos. Punto hueco: nueve de cada diez. La línea negra es el \
         plazo de la tabla; el último momento para actuar sobre la mercancía puede adelantarlo.",
    );
    section(
        lang.pick("How fast?", "¿Qué tan rápido?"),
        explained,
        &table(
            "pair",
            pair,
            lang.pick("Urgency · level", "Urgencia · nivel"),
            &rows,
            lang,
        ),
    )
}

fn level_of<'a>(way: &'a Direction, precedence: &str, at: usize) -> Option<&'a LevelFigures> {
    let mut all = way.by_precedence.iter();
    let found = all.find(|one| one.precedence == precedence)?;
    found.levels.get(at)
}

fn speed(level: Option<&LevelFigures>, way: usize, lang: Lang) -> String {
    let Some(level) = level else {
        return "–".to_owned();
    };
    let deadline = level.deadline_ms.unwrap_or(0);
    let Some((half, most)) = level.p50_ms.zip(level.p90_ms) else {
        let nobody = lang.pick("nobody as yet", "nadie todavía");
        return format!("{}<small>{nobody}</small>", no_times(deadline));
    };
    let said = lang.pick(
        format!("half in {}, nine of ten in {}", length(half), length(most)),
        format!(
            "la mitad en {}, nueve de diez en {}",
            length(half),
            length(most)
        ),
    );
    format!("{}<small>{said}</small>", times(half, most, deadline, way))
}

/// Goods, urgency, outcomes, reasons: a bar for each code that occurs.
fn counted(pair: &[Direction], lang: Lang) -> Vec<String> {
    let [goods, urgency, outcomes, _, reasons] = counts(pair, lang);
    let all = [
        (
            lang.pick("What the alerts were about", "De qué trataban las alertas"),
            goods,
        ),
        (
            lang.pick("How urgent they were", "Qué tan urgentes eran"),
            urgency,
        ),
        (
            lang.pick("What came of them", "Qué resultó de ellas"),
            outcomes,
        ),
        (
            lang.pick("Why something was refused", "Por qué se rechazó algo"),
            reasons,
        ),
    ];
    let shown = all.into_iter().filter(|(_, (_, rows))| !rows.is_empty());
    shown
        .map(|(title, (_, rows))| section(title, "", &table("pair", pair, "", &bars(&rows), lang)))
        .collect()
}

fn bars(rows: &[Counted]) -> String {
    let max = rows
        .iter()
        .flat_map(|row| &row.counts)
        .max()
        .copied()
        .unwrap_or(0);
    let one = |row: &Counted| {
        let cells = row.counts.iter().enumerate();
        let cells = cells.map(|(way, count)| format!("<td>{}{count}</td>", bar(*count, max, way)));
        tr(row.label, &row.code, cells)
    };
    rows.iter().map(one).collect()
}

/// Which indicators proved right, by those who looked.
fn indicators(pair: &[Direction], lang: Lang) -> String {
    let names = [
        ("good", lang.pick("proved right", "acertó")),
        ("bad", lang.pick("proved wrong", "falló")),
        (
            "open",
            lang.pick("named, not judged", "señalado, sin calificar"),
        ),
    ];
    let title = lang.pick(
        "Which indicators proved right?",
        "¿Qué indicadores acertaron?",
    );
    let rows: String = IndicatorCode::FAMILY
        .rows()
        .filter_map(|row| {
            let code = IndicatorCode::FAMILY.name_of(row);
            let found: Vec<Option<&IndicatorFigures>> = pair
                .iter()
                .map(|way| way.indicators.iter().find(|one| one.indicator == code))
                .collect();
            found.iter().flatten().next()?;
            let cells = found.iter().map(|one| {
                let drawn = one.map_or_else(String::new, |one| {
                    let judged = one.right + one.wrong;
                    let counts = [one.right, one.wrong, one.named.saturating_sub(judged)];
                    let parts = counts.iter().zip(names);
                    let parts: Vec<_> = parts
                        .map(|(count, (class, name))| (*count, class, name))
                        .collect();
                    shares(&parts)
                });
                format!("<td>{}</td>", or_dash(drawn))
            });
            Some(tr(row.label(lang.texts()), code, cells))
        })
        .collect();
    if rows.is_empty() {
        let none = lang.pick(
            "No alert named an indicator.",
            "Ninguna alerta señaló indicadores.",
        );
        return section(title, none, "");
    }
    let says = lang.pick(
        "By the recipients' outcomes: each indicator counts once for each addressee who judged it.",
        "Según los resultados de los destinatarios: cada indicador cuenta una vez por cada uno que lo calificó.",
    );
    section(
        title,
        says,
        &format!("{}{}", table("pair", pair, "", &rows, lang), legend(&names)),
    )
}
