//! The drafts of one command, checked together before one of them is numbered or sent, here and at the gateway: while one of
//! them is wrong, none goes.
//!
//! So the same command can be given again once what was wrong is mended: nothing is said twice, and no number is used up
//! for what never was said. It is no transaction: what changes between the check and the sending, and what the gateway says
//! of a message about an alert of the same command, shows only when it is sent. Each then has its own report. A dry run has
//! nothing to keep back, and says of each draft what it found.

use super::compose::{Composed, Composer};
use super::report::Report;
use super::{Outgoing, unreadable};
use crate::config::Material;
use crate::draft::Draft;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::{clock, connect, runtime};
use precinto_client::validate;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What became of the drafts of one command.
pub(super) enum Batch {
    /// Each of them signed. One alone may still break a rule: that is told where it would have been sent.
    Sound(Vec<Composed>),
    /// A dry run: those that could be read, and how it ends for those that could not, of which it has been told.
    Rehearsed(Vec<Composed>, Option<Exit>),
    /// Something is wrong with one of them, of which it has been told; none is sent.
    Broken(Exit),
}

/// Reads, checks, numbers and signs. With a gateway to `ask`, several drafts are checked there as well beforehand. Those that were
/// `refused` already, by their places, are wrong like any other.
pub(super) fn compose(
    composer: &mut Composer<'_>,
    (drafts, refused): (&[Value], &BTreeMap<usize, Failure>),
    ask: Option<&Material>,
    output: Output,
) -> anyhow::Result<Batch> {
    if let [draft] = drafts {
        if let Some(failure) = refused.get(&0) {
            return Err(failure.clone().into());
        }
        let composed = one(composer, draft, Composer::compose_checked)?;
        return Ok(Batch::Sound(vec![composed]));
    }
    let mut rehearsed = Vec::new();
    for (place, draft) in drafts.iter().enumerate() {
        let composed = match refused.get(&place) {
            Some(failure) => Err(failure.clone()),
            None => match one(composer, draft, Composer::rehearse) {
                Ok(composed) => Ok(composed),
                // Not a fault of this draft, then of all of them.
                Err(error) => Err(error.downcast::<Failure>()?),
            },
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
        let verdicts = rehearsed.iter().map(verdict).collect();
        return refuse(verdicts, output).map(Batch::Broken);
    }
    if let Some(material) = ask {
        let verdicts = runtime::run(at_the_gateway(material, &rehearsed))?;
        if verdicts.iter().any(|(_, report)| report.is_some()) {
            return refuse(verdicts, output).map(Batch::Broken);
        }
    }
    let drafts = drafts.iter();
    let composed = drafts.map(|draft| one(composer, draft, Composer::compose_checked));
    composed.collect::<Result<_, _>>().map(Batch::Sound)
}

fn one<'a>(
    composer: &mut Composer<'a>,
    draft: &Value,
    compose: impl FnOnce(&mut Composer<'a>, Draft) -> anyhow::Result<Composed>,
) -> anyhow::Result<Composed> {
    let now_ms = clock::now_ms();
    match Draft::read(draft, now_ms) {
        Ok(draft) => compose(composer, draft),
        Err(error) => Err(unreadable(composer, draft, now_ms, error).into()),
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

/// What is wrong with a draft; nothing when it is sound.
type Verdict = (Option<String>, Option<Report>);

fn verdict((tag, composed): &Rehearsed) -> Verdict {
    let report = match composed {
        Ok(Composed { found, .. }) if found.errors.is_empty() => None,
        Ok(Composed { outgoing, found }) => Some(Report::found(&outgoing.meta, found)),
        Err(failure) => Some(Report::unreadable(tag.clone(), failure)),
    };
    (tag.clone(), report)
}

/// What the gateway would say of each. It cannot judge what is about an alert that is still to be sent.
async fn at_the_gateway(
    material: &Material,
    rehearsed: &[Rehearsed],
) -> anyhow::Result<Vec<Verdict>> {
    let connection = connect::open(material).await?;
    let (mut verdicts, mut cases) = (Vec::new(), BTreeSet::new());
    for (tag, composed) in rehearsed {
        let Ok(Composed { outgoing, .. }) = composed else {
            continue;
        };
        let Outgoing { signed, meta, .. } = outgoing;
        // A notice belongs to no case.
        let opens = meta.kind == "ALERT" || meta.alert_id.is_empty();
        let follows = !cases.insert(meta.alert_id.as_str()) && !opens;
        let report = if follows {
            None
        } else {
            let checked = validate(&connection, signed).await;
            checked.is_err().then(|| Report::checked(meta, checked))
        };
        verdicts.push((tag.clone(), report));
    }
    Ok(verdicts)
}

/// Says of each what is wrong with it, and of the others that they were kept back.
fn refuse(verdicts: Vec<Verdict>, output: Output) -> anyhow::Result<Exit> {
    let mut exit = None;
    for (tag, report) in verdicts {
        match report {
            Some(report) => {
                report.print(output)?;
                exit = exit.or_else(|| Some(report.exit()));
            }
            None if !output.is_text() => Report::kept_back(tag).print(output)?,
            None => {}
        }
    }
    output.talk(output.lang().pick(
        "nothing was sent; mend what is wrong and give the same command again",
        "no se envió nada; corrija lo señalado y repita el mismo comando",
    ));
    Ok(exit.unwrap_or(Exit::Failed))
}
