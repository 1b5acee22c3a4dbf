//! The extracts of one's own alert that are still in force, and what to type when the whole is amended or taken back: nobody who
//! has an extract hears of that by the whole.

use super::own_copy;
use crate::exit::Failure;
use crate::output::Output;
use precinto_alert::Statement;
use precinto_alert::case::View;
use precinto_alert::code::{Coded as _, MessageType};
use precinto_alert::id::AlertId;
use precinto_client::copy::{Extract, HeldCase, OwnCopy, Standing};

/// What has become of the whole.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fate<'a> {
    /// There is a newer version.
    Amended,
    /// Its originator needs it no longer.
    Cancelled,
    /// It is not to be used: the measure and the ground, as drafts write them.
    Recalled { measure: &'a str, ground: &'a str },
}

/// The extracts of a case that are still in force; none when the copy's agency is not its originator.
pub(crate) fn of(case: &HeldCase, view: &View, copy: &OwnCopy) -> Result<Vec<Extract>, Failure> {
    if view.originator.as_ref() != Some(copy.agency()) {
        return Ok(Vec::new());
    }
    let extracts = copy.extracts_of(&case.alert_id);
    extracts.map_err(|error| own_copy::failed(&error))
}

/// The command that does to an extract what was done to the whole.
pub(crate) fn command(whole: &AlertId, extract: &Extract, fate: Fate<'_>) -> String {
    let id = &extract.alert_id;
    match fate {
        Fate::Amended => {
            format!("precinto draft tear-line {whole} > FILE; precinto send amend FILE {id}")
        }
        Fate::Cancelled => format!("precinto send cancel {id}"),
        Fate::Recalled { measure, ground } => {
            format!("precinto send recall {id} --measure {measure} --ground {ground}")
        }
    }
}

/// The commands by which the extracts would follow the whole to where it stands now.
pub(crate) fn left_behind(case: &HeldCase, extracts: &[Extract]) -> Vec<String> {
    let recall = case.messages.iter().rev();
    let mut recall = recall.filter(|held| held.statement.message_type() == MessageType::Recall);
    let recall = recall.next().map(|held| &held.statement);
    let fate = match Standing::of(case) {
        Standing::Recalled => Fate::Recalled {
            measure: recall
                .and_then(Statement::recall_measure)
                .map_or("…", |code| code.name()),
            ground: recall
                .and_then(Statement::recall_ground)
                .map_or("…", |code| code.name()),
        },
        Standing::Cancelled => Fate::Cancelled,
        Standing::Open | Standing::Closed => Fate::Amended,
    };
    let newest = case.newest_alert().map_or(0, |newest| newest.index);
    let is_behind = |extract: &&Extract| !matches!(fate, Fate::Amended) || extract.index < newest;
    let behind = extracts.iter().filter(is_behind);
    behind
        .map(|extract| command(&case.alert_id, extract, fate))
        .collect()
}

/// Says to whoever amends the whole, or takes it back, that the extracts do not follow by themselves.
pub(crate) fn tell(whole: &AlertId, extracts: &[Extract], fate: Fate<'_>, output: Output) {
    for extract in extracts {
        let (id, command) = (&extract.alert_id, command(whole, extract, fate));
        output.say(&output.lang().pick(
            format!("{id}, an extract of it, stays in force as it is; after this:  {command}"),
            format!("{id}, extracto de ella, sigue vigente como está; después de esto:  {command}"),
        ));
    }
}
