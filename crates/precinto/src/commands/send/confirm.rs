//! Confirmations of recalls that were carried out in the node's own copy: sent, or signed for whoever queues them.

use super::batch::{self, Batch};
use super::compose::{Composed, Composer};
use super::{Numbered, defaults, deliver, message};
use crate::args::SendOptions;
use crate::clock;
use crate::commands::outbox;
use crate::config::{Material, Node};
use crate::draft::Draft;
use crate::exit::{Exit, Failure, Text};
use crate::output::Output;
use crate::words::Finding;
use precinto_alert::violation::Violation;
use precinto_client::Signed;
use precinto_client::copy::RecallWork;
use precinto_client::outbox::{Put, Turn};
use std::collections::BTreeMap;

/// Sends the signed confirmation of each recall that was carried out here.
pub(crate) fn confirm(
    node: &Node,
    done: &[RecallWork],
    officers: &[String],
    output: Output,
) -> anyhow::Result<Exit> {
    let material = Material::load(node).map_err(Failure::from)?;
    let options = SendOptions::confirming(officers);
    let mut drafts: Vec<_> = done.iter().map(defaults::confirmation).collect();
    message::state(&mut drafts, &node.identity);
    let mut ended = None;
    let compose = || -> anyhow::Result<Numbered<'_>> {
        let mut by = Composer::new(node, &material, &options, 1)?;
        by.carried_out(done);
        // Each for itself: what one originator's gateway says keeps no other confirmation back.
        let all = match by
            .all_or_none(|by| batch::compose(by, (&drafts, &BTreeMap::new()), None, output))?
        {
            Batch::Sound(composed) | Batch::Rehearsed(composed, _) => composed,
            Batch::Broken(exit) => {
                ended = Some(exit);
                Vec::new()
            }
        };
        Ok(Numbered { all, by: Some(by) })
    };
    let exit = deliver((node, &material), &options, output, compose)?;
    Ok(ended.unwrap_or(exit))
}

/// Numbers and signs the confirmation of one recall, by the node alone and with what it works by. Within the outbox's turn, so that numbers and places go
/// up together.
pub(crate) fn sign_confirmation(
    by @ (node, _): (&Node, &Material),
    work: &RecallWork,
    output: Output,
) -> anyhow::Result<Signed> {
    let mut draft = defaults::confirmation(work);
    message::state(std::slice::from_mut(&mut draft), &node.identity);
    let draft = Draft::read_in(&draft, clock::now_ms(), output.lang());
    let draft = draft.map_err(|error| {
        let es = "no se puede leer el borrador";
        Failure::new(Exit::Failed, Text::cause(error, es))
    })?;
    let composed = with_composer(by, std::slice::from_ref(work), |composer| {
        let composed = composer.compose_checked(draft);
        composer.finish()?;
        composed
    });
    let Composed { outgoing, found } = composed?;
    if found.errors.is_empty() {
        return Ok(outgoing.signed);
    }
    let mut text = Text::from((
        "the confirmation breaks rules:",
        "la confirmación incumple reglas:",
    ));
    for one in &found.errors {
        text.add_line(&Finding::from(one).said(output.lang()));
    }
    Err(Failure::new(Exit::Failed, text).into())
}

/// Numbers and signs a draft by the node alone, with what it works by, and puts it into the outbox, or says what breaks rules in it. What does not go in
/// takes no number.
pub(crate) fn queue_draft(
    by: (&Node, &Material),
    turn: &mut Turn<'_>,
    draft: Draft,
) -> anyhow::Result<Result<(Signed, Put), Vec<Violation>>> {
    with_composer(by, &[], |composer| {
        let (Composed { outgoing, found }, put) = composer.compose_into(turn, draft)?;
        let put = put.map_err(|error| outbox::failed(&error))?;
        Ok(match put {
            Some(put) => Ok((outgoing.signed, put)),
            None => Err(found.errors),
        })
    })
}

/// Does something with the numbers of a node that signs alone.
fn with_composer<T>(
    (node, material): (&Node, &Material),
    works: &[RecallWork],
    work: impl FnOnce(&mut Composer<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let options = SendOptions::confirming(&[]);
    let mut composer = Composer::new(node, material, &options, 1)?;
    composer.carried_out(works);
    work(&mut composer)
}
