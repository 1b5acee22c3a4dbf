//! What a reader should know after a minute: one question a row, one direction a column.

use super::super::words::length;
use super::share;
use crate::output::Lang;
use precinto_alert::code::{Coded, MessageStatus, OverdueStep};
use precinto_audit::reciprocity::{Answers, Direction, Figures, LevelFigures};

/// One question and what each direction answers.
pub(super) struct Row {
    pub(super) label: &'static str,
    pub(super) cells: Vec<Cell>,
}

/// An answer: the figure, and what to know about it.
pub(super) struct Cell {
    pub(super) figure: String,
    pub(super) note: String,
}

impl Cell {
    fn new(figure: impl Into<String>, note: impl Into<String>) -> Self {
        Self {
            figure: figure.into(),
            note: note.into(),
        }
    }
}

/// Whether what was counted is meant in earnest: nobody may take an exercise for it.
pub(super) fn notice(figures: &Figures, lang: Lang) -> Option<String> {
    let of = |status: MessageStatus| -> u64 {
        let counts = figures
            .directions
            .iter()
            .map(|way| way.by_status.get(status.name()));
        counts.flatten().sum()
    };
    let alerts: u64 = figures.directions.iter().map(|way| way.alerts).sum();
    let (actual, exercise) = (of(MessageStatus::Actual), of(MessageStatus::Exercise));
    if alerts == actual {
        return None;
    }
    if alerts == exercise {
        let all = (
            "EXERCISE: no alert in this report was meant in earnest.",
            "EJERCICIO: ninguna alerta de este informe es real.",
        );
        return Some(lang.pick(all.0, all.1).to_owned());
    }
    let others = alerts - actual - exercise;
    Some(lang.pick(
        format!("Counted together: {actual} actual alerts, {exercise} exercises, {others} tests. --status actual counts the first alone."),
        format!("Se cuentan juntas: {actual} alertas reales, {exercise} de ejercicio, {others} de prueba. --status actual cuenta solo las primeras."),
    ))
}

/// The rows, for both ways of a pair.
pub(super) fn glance(pair: &[Direction], lang: Lang) -> Vec<Row> {
    type Of = fn(&Direction, Lang) -> Cell;
    let rows: [(&'static str, &'static str, Of); 10] = [
        ("Alerts", "Alertas", alerts),
        (
            "Received by the machine in time",
            "Recibidas por el equipo a tiempo",
            |way, lang| level(way, 0, lang),
        ),
        (
            "Taken by a person in time",
            "Tomadas por una persona a tiempo",
            |way, lang| level(way, 1, lang),
        ),
        ("Assessed in time", "Evaluadas a tiempo", |way, lang| {
            level(way, 2, lang)
        }),
        ("Had to be asked again", "Hubo que pedir de nuevo", overdue),
        ("Outcome reported", "Con resultado informado", outcomes),
        (
            "Indicators judged right",
            "Indicadores acertados",
            indicators,
        ),
        (
            "Questions and requests answered",
            "Preguntas y solicitudes contestadas",
            |way, lang| requests(&way.requests, lang),
        ),
        ("Recalls confirmed", "Retiros confirmados", recalls),
        ("Refused", "Rechazos", refusals),
    ];
    let row = |(en, es, of): (&'static str, &'static str, Of)| Row {
        label: lang.pick(en, es),
        cells: pair.iter().map(|way| of(way, lang)).collect(),
    };
    rows.into_iter().map(row).collect()
}

fn alerts(way: &Direction, lang: Lang) -> Cell {
    let parts = way.parts;
    let note = if parts == way.alerts {
        String::new()
    } else {
        lang.pick(
            format!("to {parts} addressees"),
            format!("a {parts} destinatarios"),
        )
    };
    Cell::new(way.alerts.to_string(), note)
}

fn level(way: &Direction, at: usize, lang: Lang) -> Cell {
    let Some(level) = way.levels.get(at) else {
        return Cell::new("–", "");
    };
    Cell::new(share(level.in_time, level.due(), lang), half(level, lang))
}

/// Missed deadlines that the log holds; each begins with a second request.
fn overdue(way: &Direction, lang: Lang) -> Cell {
    let of = |step: OverdueStep| -> u64 {
        let all = way.overdue.iter();
        let of_it = all.filter(|one| one.step == step.name());
        of_it.map(|one| one.count).sum()
    };
    let escalated = of(OverdueStep::EscalationGroup);
    let note = match escalated {
        0 => String::new(),
        _ => lang.pick(
            format!("{escalated} escalated"),
            format!("{escalated} hasta escalar"),
        ),
    };
    Cell::new(of(OverdueStep::SecondRequest).to_string(), note)
}

fn half(level: &LevelFigures, lang: Lang) -> String {
    level.p50_ms.map_or_else(String::new, |ms| within(ms, lang))
}

fn within(ms: u64, lang: Lang) -> String {
    format!("{} {}", lang.pick("half in", "la mitad en"), length(ms))
}

fn outcomes(way: &Direction, lang: Lang) -> Cell {
    let reported = way.parts - way.without_outcome;
    let of = |code: &str| way.outcomes.get(code).copied().unwrap_or(0);
    let seized = of("SEIZED") + of("PARTIAL");
    let note = match seized {
        0 => String::new(),
        _ => lang.pick(
            format!("{seized} seized"),
            format!("{seized} con aseguramiento"),
        ),
    };
    Cell::new(share(reported, way.parts, lang), note)
}

fn indicators(way: &Direction, lang: Lang) -> Cell {
    let right: u64 = way.indicators.iter().map(|one| one.right).sum();
    let wrong: u64 = way.indicators.iter().map(|one| one.wrong).sum();
    Cell::new(share(right, right + wrong, lang), "")
}

fn requests(asked: &Answers, lang: Lang) -> Cell {
    let answered = asked.in_time + asked.late;
    let note = asked.p50_ms.map_or_else(String::new, |ms| within(ms, lang));
    Cell::new(share(answered, asked.asked, lang), note)
}

fn recalls(way: &Direction, lang: Lang) -> Cell {
    let all = way.recalls.confirmed + way.recalls.outstanding;
    let note = match way.recalls.outstanding {
        0 => String::new(),
        out => lang.pick(format!("{out} outstanding"), format!("{out} sin confirmar")),
    };
    Cell::new(share(way.recalls.confirmed, all, lang), note)
}

fn refusals(way: &Direction, lang: Lang) -> Cell {
    let reused = way.refusals.reused_ids;
    let note = match reused {
        0 => String::new(),
        _ => lang.pick(
            format!("ids used twice: {reused}"),
            format!("ids repetidos: {reused}"),
        ),
    };
    Cell::new(way.refusals.rejected.to_string(), note)
}
