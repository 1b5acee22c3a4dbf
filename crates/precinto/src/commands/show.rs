//! `show`: the story of a case, as far as this agency was told it.

mod json;
mod next;
mod story;

pub(crate) use json::summary;
pub(crate) use story::content;

use super::own_copy;
use crate::args::Show;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::files::keep_receipt;
use crate::output::{Lang, Output};
use precinto_alert::case::View;
use precinto_alert::id::{AgencyId, AlertId, IdError, MessageId};
use precinto_client::copy::{BodyState, Held, HeldCase, OwnCopy, RecallWork};
use std::path::Path;

/// Digits of the number in an alert id, with the check character.
const NUMBER_LETTERS: usize = 7;

/// A case with what is needed to tell it.
struct Told<'a> {
    held: &'a HeldCase,
    view: View,
    /// The agency that was told.
    own: &'a AgencyId,
    /// What was done here about a recall.
    work: Option<RecallWork>,
    /// Every entry below this index that concerns the agency is known.
    position: u64,
    /// When that was so.
    as_of_ms: u64,
    now_ms: u64,
}

/// Runs `show …`.
pub(crate) fn run(args: &Show, output: Output) -> anyhow::Result<Exit> {
    let copy = own_copy::of_args(&args.copy, output)?;
    let alert = wanted(&args.alert, &copy, output.lang())?;
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
        return Err(unknown(&alert, output.lang()).into());
    };
    let work = copy.recall_work(&alert);
    let told = Told {
        view: held.case.view(),
        held: &held,
        own: copy.agency(),
        work: work.map_err(|error| own_copy::failed(&error))?,
        position: copy.position(),
        as_of_ms: copy.as_of_ms().unwrap_or_default(),
        now_ms: clock::now_ms(),
    };
    if let Some(folder) = &args.receipts {
        keep_receipts(folder, &held, output)?;
    }
    output.result(&json::of(&told), || story::lines(&told, output))?;
    Ok(Exit::Done)
}

/// The alert that is meant: by its id, as it is written or as it is read over the telephone, or by one of its messages.
fn wanted(text: &str, copy: &OwnCopy, lang: Lang) -> Result<AlertId, Failure> {
    if let Ok(message) = text.parse::<MessageId>() {
        let held = copy.message(message);
        let held = held.map_err(|error| own_copy::failed(&error))?;
        let alert = held.and_then(|held| held.statement.alert_id().cloned());
        return alert.ok_or_else(|| unknown(&message, lang));
    }
    let full = written_out(text);
    full.parse().map_err(|error| {
        let (en, es) = (
            "is no alert id: CC-NODE-YYYY-NNNNNN and a check character",
            "no es un folio de alerta: CC-NODO-AAAA-NNNNNN y un carácter de control",
        );
        let failure = Failure::usage(format!("\"{full}\" {}", lang.pick(en, es)));
        let meant = match error {
            IdError::CheckDigit { .. } => AlertId::proposals(&full),
            _ => Vec::new(),
        };
        if meant.is_empty() {
            return failure.next(lang.pick(
                "precinto find TEXT  looks for anything else; precinto list  shows what there is",
                "precinto find TEXTO  busca todo lo demás; precinto list  muestra lo que hay",
            ));
        }
        let perhaps = lang.pick("perhaps", "quizá");
        failure.next(format!("{perhaps} {}", meant.join(", ")))
    })
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

fn unknown(what: &impl std::fmt::Display, lang: Lang) -> Failure {
    let (en, es) = (
        "this agency holds nothing of",
        "esta dependencia no tiene nada de",
    );
    let next = lang.pick(
        "precinto list  shows what it holds",
        "precinto list  muestra lo que tiene",
    );
    Failure::new(Exit::NotFound, format!("{} {what}", lang.pick(en, es))).next(next)
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
