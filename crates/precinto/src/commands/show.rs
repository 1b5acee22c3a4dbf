//! `show`: the story of a case, as far as this agency was told it.

mod grade;
mod json;
mod next;
mod story;

pub(crate) use json::summary;
pub(crate) use story::Patience;
#[cfg(any(test, fuzzing))]
pub(crate) use story::{Unseen, changes_unseen};
pub(crate) use story::{absent, content};

use super::{extracts, own_copy};
use crate::args::Show;
use crate::clock;
use crate::config::Node;
use crate::exit::{Exit, Failure};
use crate::files::keep_receipt;
use crate::output::Output;
use grade::Grades;
use precinto_alert::case::View;
use precinto_alert::id::{AgencyId, AlertId, IdError, MessageId, NodeId};
use precinto_client::copy::{BodyState, Extract, Held, HeldCase, OwnCopy, RecallWork, Standing};
use std::path::Path;

/// Digits of the number in an alert id, with the check character.
const NUMBER_LETTERS: usize = 7;

/// A case with what is needed to tell it.
struct Told<'a> {
    held: &'a HeldCase,
    view: View,
    /// The agency that was told.
    own: &'a AgencyId,
    /// Whose copy it is: each node answers for its own.
    node: &'a NodeId,
    /// What was done here about a recall.
    work: Option<RecallWork>,
    /// The agency's own extracts of it, wherever they stand.
    extracts: Vec<Extract>,
    /// What its receipts are worth.
    grades: Grades,
    /// Every entry below this index that concerns the agency is known.
    position: u64,
    /// When that was so.
    as_of_ms: u64,
    now_ms: u64,
    /// How much of what changed is still looked at for what no row shows.
    patience: Patience,
}

impl Told<'_> {
    /// Whether the case is open and past the last useful moment of its newest version.
    fn is_expired(&self) -> bool {
        Standing::of(self.held) == Standing::Open && self.view.is_expired(self.now_ms)
    }
}

/// Runs `show …`.
pub(crate) fn run(args: &Show, output: Output) -> anyhow::Result<Exit> {
    let node = Node::from_args(&args.copy.node)?;
    let copy = own_copy::opened(&node, args.copy.offline, output)?;
    let alert = wanted(&args.alert, &copy)?;
    let case = copy
        .case(&alert)
        .map_err(|error| own_copy::failed(&error))?;
    let Some(held) = case else {
        let called = copy.overdue_of(&alert);
        let called = called.map_err(|error| own_copy::failed(&error))?;
        if !called.is_empty() {
            let lines = || story::called_upon(&alert, &called, output);
            output.result(&json::called_upon(&alert, copy.agency(), &called), lines)?;
            return Ok(Exit::Done);
        }
        return Err(unknown(&alert).into());
    };
    let work = copy.recall_work(&alert);
    let view = held.case.view();
    let told = Told {
        extracts: extracts::of(&held, &view, &copy)?,
        view,
        held: &held,
        own: copy.agency(),
        node: &node.identity,
        work: work.map_err(|error| own_copy::failed(&error))?,
        grades: Grades::of(&node, &copy, &held)?,
        position: copy.position(),
        as_of_ms: copy.as_of_ms().unwrap_or_default(),
        now_ms: clock::now_ms(),
        patience: Patience::default(),
    };
    if let Some(folder) = &args.receipts {
        keep_receipts(folder, &held, output)?;
    }
    output.result(&json::of(&told), || story::lines(&told, output))?;
    Ok(Exit::Done)
}

/// The alert that is meant: by its id, as it is written or as it is read over the telephone, or by one of its messages.
pub(crate) fn wanted(text: &str, copy: &OwnCopy) -> Result<AlertId, Failure> {
    if let Ok(message) = text.parse::<MessageId>() {
        let held = copy.message(message);
        let held = held.map_err(|error| own_copy::failed(&error))?;
        let alert = held.and_then(|held| held.statement.alert_id().cloned());
        return alert.ok_or_else(|| unknown(&message));
    }
    let full = written_out(text);
    full.parse().map_err(|error: IdError| {
        let misread = matches!(error, IdError::CheckDigit { .. });
        let failure = Failure::usage(if misread {
            (
                format!("\"{full}\" is no alert id: its check character does not fit"),
                format!("\"{full}\" no es un folio de alerta: su carácter de control no corresponde"),
            )
        } else {
            (
                format!("\"{full}\" is no alert id: CC-NODE-YYYY-NNNNNN and a check character"),
                format!("\"{full}\" no es un folio de alerta: CC-NODO-AAAA-NNNNNN y un carácter de control"),
            )
        });
        let meant = meant(text, &full, copy);
        if meant.is_empty() {
            return failure.next((
                "precinto find TEXT  looks for anything else; precinto list  shows what there is",
                "precinto find TEXTO  busca todo lo demás; precinto list  muestra lo que hay",
            ));
        }
        let meant = meant.join(", ");
        failure.next((format!("perhaps {meant}"), format!("quizá {meant}")))
    })
}

/// What a mistyped id may have been: the cases of the own copy among the readings, or all readings when there is none. The
/// first is that the check character was left out.
fn meant(text: &str, full: &str, copy: &OwnCopy) -> Vec<String> {
    let mut readings = Vec::new();
    let text = text.trim().to_uppercase();
    if let Some((head, number)) = text.rsplit_once('-')
        && number.len() < NUMBER_LETTERS
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        let bare = format!("{head}-{number:0>width$}", width = NUMBER_LETTERS - 1);
        match format!("{bare}0").parse::<AlertId>() {
            Ok(whole) => readings.push(whole.to_string()),
            Err(IdError::CheckDigit { expected }) => readings.push(format!("{bare}{expected}")),
            Err(_) => {}
        }
    }
    for one in AlertId::proposals(full) {
        if !readings.contains(&one) {
            readings.push(one);
        }
    }
    let is_held = |one: &&String| {
        let id = one.parse::<AlertId>();
        id.is_ok_and(|id| copy.case(&id).is_ok_and(|case| case.is_some()))
    };
    let held: Vec<String> = readings.iter().filter(is_held).cloned().collect();
    if held.is_empty() { readings } else { held }
}

/// Capitals, and the zeros that nobody reads out: `us-cbplax-2026-1v` is `US-CBPLAX-2026-000001V`.
fn written_out(text: &str) -> String {
    let text = text.trim().to_uppercase();
    match text.rsplit_once('-') {
        Some((head, number)) if number.len() < NUMBER_LETTERS => {
            format!("{head}-{number:0>NUMBER_LETTERS$}")
        }
        _ => text,
    }
}

/// Nothing of it is in the own copy.
pub(crate) fn unknown(what: &impl std::fmt::Display) -> Failure {
    Failure::new(
        Exit::NotFound,
        (
            format!("this agency holds nothing of {what}"),
            format!("esta dependencia no tiene nada de {what}"),
        ),
    )
    .next((
        "precinto list  shows what it holds",
        "precinto list  muestra lo que tiene",
    ))
}

/// Writes each receipt, named by the log's index: a message's id is its sender's choice.
fn keep_receipts(folder: &Path, held: &HeldCase, output: Output) -> anyhow::Result<()> {
    // The record of what was recalled went with its content: a proof without it proves nothing to anybody.
    let is_whole = |one: &&Held| {
        let recalled = matches!(one.body, BodyState::Quarantined | BodyState::Erased);
        !recalled && !one.receipt.record.is_empty()
    };
    let mut count = 0;
    for one in held.messages.iter().filter(is_whole) {
        keep_receipt(folder, &receipt_name(one), &one.receipt)?;
        count += 1;
    }
    let (en, es) = ("receipts written to", "recibos escritos en");
    let what = output.lang().pick(en, es);
    output.talk(format!("{count} {what} {}", folder.display()));
    let left_out = held.messages.len() - count;
    if left_out > 0 {
        output.talk(output.lang().pick(
            format!("{left_out} left out: their content was recalled"),
            format!("{left_out} omitidos: su contenido fue retirado"),
        ));
    }
    Ok(())
}

fn receipt_name(held: &Held) -> String {
    format!("{}-{}", held.index, held.statement.message_id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_read_over_the_telephone() {
        assert_eq!(written_out(" us-cbplax-2026-1v "), "US-CBPLAX-2026-000001V");
        assert_eq!(
            written_out("US-CBPLAX-2026-000001V"),
            "US-CBPLAX-2026-000001V"
        );
        assert_eq!(written_out("nonsense"), "NONSENSE");
    }
}
