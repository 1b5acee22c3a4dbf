//! Where a case stands, and how far each addressee has come.

use super::Label;
use crate::output::Lang;
use precinto_alert::case::State;
use precinto_alert::code::AckLevel;
use precinto_client::copy::Standing;

/// A case as a whole; code for machines, label for people.
pub(crate) fn standing(standing: Standing) -> (&'static str, Label) {
    match standing {
        Standing::Open => ("OPEN", ("open", "abierta")),
        Standing::Closed => ("CLOSED", ("closed", "concluida")),
        Standing::Cancelled => ("CANCELLED", ("cancelled", "cancelada")),
        Standing::Recalled => ("RECALLED", ("recalled", "retirada")),
    }
}

/// An addressee's part; code for machines, label for people.
pub(crate) fn part_state(state: State) -> (&'static str, Label) {
    match state {
        State::Relayed => ("RELAYED", ("not acknowledged", "sin acuse")),
        State::Delivered => (
            "DELIVERED",
            ("received by the node", "recibida por el nodo"),
        ),
        State::Acknowledged => (
            "ACKNOWLEDGED",
            ("taken by a person", "tomada por una persona"),
        ),
        State::Assessing => ("ASSESSING", ("being assessed", "en evaluación")),
        State::Referred => ("REFERRED", ("waits for an answer", "espera respuesta")),
        State::ActionAccepted => ("ACTION_ACCEPTED", ("action accepted", "acción aceptada")),
        State::Declined => ("DECLINED", ("declined", "rehusada")),
        State::Unable => ("UNABLE", ("unable", "imposible")),
        State::Acted => ("ACTED", ("acted upon", "atendida con acción")),
        State::HandedOver => ("HANDED_OVER", ("handed over", "trasladada")),
        State::OutcomeReported => ("OUTCOME_REPORTED", ("outcome reported", "con resultado")),
        State::Closed => ("CLOSED", ("closed", "concluida")),
    }
}

/// The same where there is little room.
pub(crate) fn part_in_short(state: State) -> Label {
    match state {
        State::Relayed => ("no ack", "sin acuse"),
        State::Delivered => ("at the node", "en el nodo"),
        State::Acknowledged => ("taken", "tomada"),
        State::Assessing => ("assessing", "en evaluación"),
        State::Referred => ("has asked", "preguntó"),
        State::ActionAccepted => ("accepted", "aceptada"),
        State::Acted => ("acted", "atendida"),
        State::OutcomeReported => ("has outcome", "con resultado"),
        State::Declined | State::Unable | State::HandedOver | State::Closed => part_state(state).1,
    }
}

/// The four levels of acknowledgement, ticked as far as they are reached: `node ✓  person ✓  assessed –  acted –`.
pub(crate) fn level_marks(reached: Option<AckLevel>, lang: Lang) -> String {
    let levels = [
        (AckLevel::Node, ("node", "nodo")),
        (AckLevel::Person, ("person", "persona")),
        (AckLevel::Assessed, ("assessed", "evaluada")),
        (AckLevel::Acted, ("acted", "atendida")),
    ];
    let marks = levels.map(|(level, (en, es))| {
        let mark = if reached >= Some(level) { '✓' } else { '–' };
        format!("{} {mark}", lang.pick(en, es))
    });
    marks.join("  ")
}
