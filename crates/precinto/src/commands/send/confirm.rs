//! Confirmations of recalls that were carried out in the node's own copy: sent, or signed for whoever queues them.

use super::batch::{self, Batch};
use super::compose::{Composed, Composer};
use super::{defaults, deliver, message};
use crate::args::SendOptions;
use crate::clock;
use crate::config::{Material, Node};
use crate::draft::Draft;
use crate::exit::{Exit, Failure, Text};
use crate::output::Output;
use crate::words::Finding;
use precinto_alert::violation::Violation;
use precinto_client::Signed;
use precinto_client::copy::RecallWork;

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
    let compose = || -> anyhow::Result<Vec<Composed>> {
        let mut composer = Composer::new(node, &material, &options, 1)?;
        composer.carried_out(done);
        // Each for itself: what one originator's gateway says keeps no other confirmation back.
        let batch = batch::compose(&mut composer, &drafts, None, output);
        composer.finish()?;
        Ok(match batch? {
            Batch::Sound(composed) | Batch::Rehearsed(composed, _) => composed,
            Batch::Broken(exit) => {
                ended = Some(exit);
                Vec::new()
            }
        })
    };
    let exit = deliver((node, &material), &options, output, compose)?;
    Ok(ended.unwrap_or(exit))
}

/// Numbers and signs the confirmation of one recall, by the node alone. Within the outbox's turn, so that numbers and places go
/// up together.
pub(crate) fn sign_confirmation(
    node: &Node,
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
    let signed = sign(node, std::slice::from_ref(work), draft)?;
    signed.map_err(|found| {
        let mut text = Text::from((
            "the confirmation breaks rules:",
            "la confirmación incumple reglas:",
        ));
        for one in &found {
            text.add_line(&Finding::from(one).said(output.lang()));
        }
        Failure::new(Exit::Failed, text).into()
    })
}

/// Numbers and signs a draft by the node alone, or says what breaks rules in it. Within the outbox's turn, as
/// [`sign_confirmation`].
pub(crate) fn sign_draft(
    node: &Node,
    draft: Draft,
) -> anyhow::Result<Result<Signed, Vec<Violation>>> {
    sign(node, &[], draft)
}

fn sign(
    node: &Node,
    works: &[RecallWork],
    draft: Draft,
) -> anyhow::Result<Result<Signed, Vec<Violation>>> {
    let material = Material::load(node).map_err(Failure::from)?;
    let options = SendOptions::confirming(&[]);
    let mut composer = Composer::new(node, &material, &options, 1)?;
    composer.carried_out(works);
    let composed = composer.compose_checked(draft);
    composer.finish()?;
    let Composed { outgoing, found } = composed?;
    Ok(if found.errors.is_empty() {
        Ok(outgoing.signed)
    } else {
        Err(found.errors)
    })
}
