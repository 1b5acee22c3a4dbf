//! What followed missed deadlines: a bar for each level and step that the log holds.

use super::super::super::draw::bar;
use super::super::super::page::section;
use super::{table, tr};
use crate::output::Lang;
use precinto_alert::clock::{LEVELS, STEPS};
use precinto_alert::code::{AckLevel, Coded, OverdueStep};
use precinto_audit::reciprocity::Direction;

/// The section; none if every deadline was kept.
pub(super) fn section_of(pair: &[Direction], lang: Lang) -> Option<String> {
    let all = LEVELS
        .iter()
        .flat_map(|level| STEPS.iter().map(move |step| (*level, *step)));
    let counted = all.map(|what| (what, pair.iter().map(|way| count(way, what)).collect()));
    let counted: Vec<((AckLevel, OverdueStep), Vec<u64>)> = counted.collect();
    let max = counted
        .iter()
        .flat_map(|(_, counts)| counts)
        .max()
        .copied()?;
    let rows = counted
        .iter()
        .filter(|(_, counts)| counts.iter().any(|count| *count > 0));
    let rows: String = rows
        .map(|((level, step), counts)| {
            let (level, step) = (level.label(lang.texts()), step.label(lang.texts()));
            let cells = counts.iter().enumerate();
            let cells =
                cells.map(|(way, count)| format!("<td>{}{count}</td>", bar(*count, max, way)));
            tr(&format!("{level} · {step}"), "", cells)
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let title = lang.pick(
        "What followed missed deadlines",
        "Qué siguió a los plazos vencidos",
    );
    let says = lang.pick(
        "As the gateway logged it: the addressee is asked again, then its alternates are asked, then the escalation group is told.",
        "Según lo anotó la pasarela: se vuelve a pedir al destinatario, luego a sus suplentes y luego se avisa al grupo de \
         escalamiento.",
    );
    let first = lang.pick("Level · step", "Nivel · paso");
    Some(section(
        title,
        says,
        &table("pair", pair, first, &rows, lang),
    ))
}

fn count(way: &Direction, (level, step): (AckLevel, OverdueStep)) -> u64 {
    let mut all = way.overdue.iter();
    let found = all.find(|one| one.level == level.name() && one.step == step.name());
    found.map_or(0, |one| one.count)
}
