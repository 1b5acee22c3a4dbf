//! Where a case or an addressee's part of it stands, for people and for machines: no code of a message, but of what follows from
//! all of them, as `show` and `list` say it.

mod told;

use super::Both;
use crate::output::Lang;
use crate::words::{Label, Stand};
use serde::Serialize;
use told::{Told, told};

/// What the family of states is called.
pub(super) const FAMILY: &str = "state";

/// What people call it.
pub(super) const TITLE: Label = ("state of a case", "estado de un caso");

#[derive(Serialize)]
pub(super) struct Explained {
    schema: &'static str,
    family: &'static str,
    title: Both,
    code: &'static str,
    /// `case` or `part`: an addressee's.
    of: &'static str,
    label: Both,
    example: Both,
    next: Both,
}

pub(super) fn explained(stand: Stand) -> Explained {
    let Told {
        label,
        example,
        next,
    } = told(stand);
    Explained {
        schema: "precinto.state/v1",
        family: FAMILY,
        title: both(TITLE),
        code: stand.name(),
        of: of(stand).0,
        label: both(label),
        example: both(example),
        next: both(next),
    }
}

pub(super) fn text(stand: Stand, lang: Lang) -> Vec<String> {
    let row = |en: &str, es: &str, value: Label| {
        let name = lang.pick(en, es);
        format!("  {name:<11} {}", lang.pick(value.0, value.1))
    };
    let Told {
        label,
        example,
        next,
    } = told(stand);
    vec![
        format!("{}  ({})", stand.name(), lang.pick(TITLE.0, TITLE.1)),
        format!("  {}", lang.pick(label.0, label.1)),
        row("example", "ejemplo", example),
        row("next", "siguiente", next),
        row("of", "de", of(stand).1),
    ]
}

/// What it means.
pub(super) fn label(stand: Stand, lang: Lang) -> &'static str {
    let (en, es) = told(stand).label;
    lang.pick(en, es)
}

fn both((en, es): Label) -> Both {
    Both { en, es }
}

/// Whose state it is.
fn of(stand: Stand) -> (&'static str, Label) {
    match stand {
        Stand::Part(_) => (
            "part",
            (
                "one addressee's part of a case",
                "la parte de un destinatario en un caso",
            ),
        ),
        _ => ("case", ("a case as a whole", "un caso en su conjunto")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_state_says_something_of_its_own() {
        let mut said = BTreeSet::new();
        for stand in Stand::ALL {
            let Told {
                label,
                example,
                next: (en, es),
            } = told(stand);
            for text in [label.0, label.1, example.0, example.1] {
                assert!(said.insert(text), "{}: {text}", stand.name());
            }
            assert!(!en.is_empty() && !es.is_empty() && en != es);
        }
    }
}
