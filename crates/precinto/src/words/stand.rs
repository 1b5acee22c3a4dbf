//! Where a case stands, and how far each addressee has come.

use super::{Label, minute, span};
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

/// What a list can be narrowed to: where a case stands as a whole, or how far any of its addressees has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stand {
    /// The case.
    Case(Standing),
    /// The case, when somebody has not answered in time and its escalation group was told.
    Escalated,
    /// The case, when somebody contests what was said in it.
    Disputed,
    /// The case, when it is open and past its last useful moment.
    Expired,
    /// The case, when there is more than one version of its alert.
    Amended,
    /// The case, when goods are held.
    OnHold,
    /// An addressee's part.
    Part(State),
}

impl Stand {
    /// All of them, the case's first.
    pub(crate) const ALL: [Self; 21] = [
        Self::Case(Standing::Open),
        Self::Case(Standing::Closed),
        Self::Case(Standing::Cancelled),
        Self::Case(Standing::Recalled),
        Self::Escalated,
        Self::Disputed,
        Self::Expired,
        Self::Amended,
        Self::OnHold,
        Self::Part(State::Relayed),
        Self::Part(State::Delivered),
        Self::Part(State::Acknowledged),
        Self::Part(State::Assessing),
        Self::Part(State::Referred),
        Self::Part(State::ActionAccepted),
        Self::Part(State::Declined),
        Self::Part(State::Unable),
        Self::Part(State::Acted),
        Self::Part(State::HandedOver),
        Self::Part(State::OutcomeReported),
        Self::Part(State::Closed),
    ];

    /// As a list shows it.
    pub(crate) fn label(self) -> Label {
        match self {
            Self::Case(case) => standing(case).1,
            Self::Escalated => ("escalated", "escalada"),
            Self::Disputed => ("disputed", "impugnada"),
            Self::Expired => ("expired", "vencida"),
            Self::Amended => ("amended", "modificada"),
            Self::OnHold => ("on hold", "con retención"),
            Self::Part(part) => part_in_short(part),
        }
    }

    /// As it is typed, in capitals: the code of the case or of the part. A part that is closed has another name than a case.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Case(case) => standing(case).0,
            Self::Escalated => "ESCALATED",
            Self::Disputed => "DISPUTED",
            Self::Expired => "EXPIRED",
            Self::Amended => "AMENDED",
            Self::OnHold => "ON_HOLD",
            Self::Part(State::Closed) => "ENDED",
            Self::Part(part) => part_state(part).0,
        }
    }

    /// Whether this code means it: its name, or what systems beside this one call it.
    pub(crate) fn is_called(self, code: &str) -> bool {
        self.name() == code || (self == Self::OnHold && code == "ON_HOLD_IN_PLACE")
    }
}

/// The first words about an open case of which nobody expects anything any more. It stays open: whoever still has something
/// to say of it may.
pub(crate) fn expired(expires_ms: u64, now_ms: u64, lang: Lang) -> String {
    let (_, (en, es)) = standing(Standing::Open);
    let word = Stand::Expired.label();
    let word = lang.pick(word.0, word.1).to_uppercase();
    let since = format!("{}, {}", minute(expires_ms), span(now_ms, expires_ms, lang));
    lang.pick(
        format!("{word}: still {en}, past its last useful moment ({since})"),
        format!("{word}: sigue {es}, ya pasó su último momento útil ({since})"),
    )
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Cli;
    use clap::CommandFactory as _;
    use std::collections::BTreeSet;

    #[test]
    fn what_is_past_its_last_useful_moment_says_since_when() {
        let expires = 1_700_000_000_000;
        assert_eq!(
            expired(expires, expires + 90 * 60_000, Lang::En),
            "EXPIRED: still open, past its last useful moment (2023-11-14 22:13Z, 1 h 30 min ago)"
        );
        assert_eq!(
            expired(expires, expires + 90 * 60_000, Lang::Es),
            "VENCIDA: sigue abierta, ya pasó su último momento útil (2023-11-14 22:13Z, hace 1 h 30 min)"
        );
    }

    #[test]
    fn every_state_can_be_asked_for_by_a_name_of_its_own_that_the_help_gives() {
        // A state that is added has to be named here, and so in the list.
        let next = |state: State| match state {
            State::Relayed => Some(State::Delivered),
            State::Delivered => Some(State::Acknowledged),
            State::Acknowledged => Some(State::Assessing),
            State::Assessing => Some(State::Referred),
            State::Referred => Some(State::ActionAccepted),
            State::ActionAccepted => Some(State::Declined),
            State::Declined => Some(State::Unable),
            State::Unable => Some(State::Acted),
            State::Acted => Some(State::HandedOver),
            State::HandedOver => Some(State::OutcomeReported),
            State::OutcomeReported => Some(State::Closed),
            State::Closed => None,
        };
        let states: Vec<Stand> = std::iter::successors(Some(State::Relayed), |one| next(*one))
            .map(Stand::Part)
            .collect();
        assert!(Stand::ALL.ends_with(&states));
        let names: BTreeSet<&str> = Stand::ALL.map(Stand::name).into();
        assert_eq!(names.len(), Stand::ALL.len());
        let cli = Cli::command();
        let list = cli.find_subcommand("list").unwrap();
        let state = list.get_arguments().find(|one| one.get_id() == "state");
        let help = state.unwrap().get_help().unwrap().to_string();
        let told: BTreeSet<&str> = help
            .split(|c: char| !c.is_alphanumeric() && c != '-')
            .collect();
        for name in names {
            let typed = name.to_lowercase().replace('_', "-");
            assert!(told.contains(typed.as_str()), "{typed}: {help}");
        }
    }
}
