//! The drafts of one command, checked together before one of them is numbered or sent: all of them go, or none does.
//!
//! So the same command can be given again once what was wrong is mended: nothing is said twice, and no number is used up
//! for what never was said. A dry run has nothing to keep back, and says of each draft what it found.

use super::compose::{Composed, Composer};
use super::report::Report;
use super::unreadable;
use crate::clock;
use crate::draft::Draft;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use serde_json::Value;

/// What became of the drafts of one command.
pub(super) enum Batch {
    /// Each of them signed. One alone may still break a rule: that is told where it would have been sent.
    Sound(Vec<Composed>),
    /// A dry run: those that could be read, and how it ends for those that could not, of which it has been told.
    Rehearsed(Vec<Composed>, Option<Exit>),
    /// Something is wrong with one of them, of which it has been told; none is sent.
    Broken(Exit),
}

/// Reads, checks, numbers and signs.
pub(super) fn compose(
    composer: &mut Composer<'_>,
    drafts: &[Value],
    output: Output,
) -> anyhow::Result<Batch> {
    if let [draft] = drafts {
        let composed = one(composer, draft, output, Composer::compose_checked)?;
        return Ok(Batch::Sound(vec![composed]));
    }
    let mut rehearsed = Vec::new();
    for draft in drafts {
        let composed = match one(composer, draft, output, Composer::rehearse) {
            Ok(composed) => Ok(composed),
            // Not a fault of this draft, then of all of them.
            Err(error) => Err(error.downcast::<Failure>()?),
        };
        rehearsed.push((tag(draft), composed));
    }
    if composer.is_rehearsal() {
        return dry(rehearsed, output);
    }
    let wrong = |composed: &Result<Composed, Failure>| {
        let sound = composed.as_ref().map(|one| one.found.errors.is_empty());
        !sound.unwrap_or(false)
    };
    if rehearsed.iter().any(|(_, composed)| wrong(composed)) {
        return refuse(rehearsed, output).map(Batch::Broken);
    }
    let drafts = drafts.iter();
    let composed = drafts.map(|draft| one(composer, draft, output, Composer::compose_checked));
    composed.collect::<Result<_, _>>().map(Batch::Sound)
}

fn one<'a>(
    composer: &mut Composer<'a>,
    draft: &Value,
    output: Output,
    compose: impl FnOnce(&mut Composer<'a>, Draft) -> anyhow::Result<Composed>,
) -> anyhow::Result<Composed> {
    match Draft::read_in(draft, clock::now_ms(), output.lang()) {
        Ok(draft) => compose(composer, draft),
        Err(error) => Err(unreadable(composer, error, output).into()),
    }
}

/// The draft's own tag, or the name of its file.
fn tag(draft: &Value) -> Option<String> {
    let tag = draft.get("tag").and_then(Value::as_str);
    tag.map(str::to_owned)
}

type Rehearsed = (Option<String>, Result<Composed, Failure>);

fn dry(rehearsed: Vec<Rehearsed>, output: Output) -> anyhow::Result<Batch> {
    let (mut sound, mut exit) = (Vec::new(), None);
    for (tag, composed) in rehearsed {
        match composed {
            Ok(composed) => sound.push(composed),
            Err(failure) => {
                Report::unreadable(tag, &failure).print(output)?;
                exit = exit.or(Some(failure.exit));
            }
        }
    }
    Ok(Batch::Rehearsed(sound, exit))
}

/// Says of each what is wrong with it, and of the others that they were kept back.
fn refuse(rehearsed: Vec<Rehearsed>, output: Output) -> anyhow::Result<Exit> {
    let mut exit = None;
    for (tag, composed) in rehearsed {
        let report = match &composed {
            Ok(Composed { found, .. }) if found.errors.is_empty() => {
                if !output.is_text() {
                    let kept = "not sent: another draft of the same command is wrong";
                    let failure = Failure::new(Exit::Failed, kept);
                    Report::unreadable(tag, &failure).print(output)?;
                }
                continue;
            }
            Ok(Composed { outgoing, found }) => Report::found(&outgoing.meta, found),
            Err(failure) => Report::unreadable(tag, failure),
        };
        report.print(output)?;
        exit = exit.or_else(|| Some(report.exit()));
    }
    output.talk(output.lang().pick(
        "nothing was sent; mend what is wrong and give the same command again",
        "no se envió nada; corrija lo señalado y repita el mismo comando",
    ));
    Ok(exit.unwrap_or(Exit::Failed))
}
