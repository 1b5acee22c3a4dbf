//! Counts that need no drawing.

use super::super::super::page::section;
use super::{table, tr};
use crate::output::Lang;
use precinto_audit::reciprocity::Direction;

/// The section that has them.
pub(super) fn the_rest(pair: &[Direction], lang: Lang) -> String {
    type Of = fn(&Direction) -> u64;
    let rows: [(&str, &str, Of); 11] = [
        (
            "Questions and requests asked",
            "Preguntas y solicitudes hechas",
            |way| way.requests.asked,
        ),
        ("… answered in time", "… contestadas a tiempo", |way| {
            way.requests.in_time
        }),
        ("… answered late", "… contestadas tarde", |way| {
            way.requests.late
        }),
        (
            "… not answered in time",
            "… sin respuesta, plazo vencido",
            |way| way.requests.missed,
        ),
        ("Alerts cancelled", "Alertas canceladas", |way| {
            way.cancelled
        }),
        ("Alerts recalled", "Alertas retiradas", |way| {
            way.recalls.alerts
        }),
        (
            "… confirmed by addressees",
            "… confirmadas por los destinatarios",
            |way| way.recalls.confirmed,
        ),
        (
            "… confirmations outstanding",
            "… confirmaciones pendientes",
            |way| way.recalls.outstanding,
        ),
        ("Messages rejected", "Mensajes rechazados", |way| {
            way.refusals.rejected
        }),
        (
            "Message ids used twice",
            "Identificadores de mensaje repetidos",
            |way| way.refusals.reused_ids,
        ),
        (
            "Bodies that could not be read",
            "Cuerpos que no se pudieron leer",
            |way| way.unread_bodies,
        ),
    ];
    let rows: String = rows
        .iter()
        .map(|(en, es, of)| {
            let cells = pair.iter().map(|way| format!("<td>{}</td>", of(way)));
            tr(lang.pick(en, es), "", cells)
        })
        .collect();
    section(
        lang.pick(
            "Questions, recalls, refusals",
            "Preguntas, retiros, rechazos",
        ),
        "",
        &table("pair", pair, "", &rows, lang),
    )
}
