//! `sync`: the own copy brought up to date by itself, and recalls that were carried out here confirmed.

use super::{own_copy, send};
use crate::args::Sync;
use crate::clock;
use crate::config::{Material, Node};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::{connect, runtime};
use precinto_alert::reason as catalogue;
use precinto_client::copy::{OwnCopy, RecallWork, Synced};
use serde_json::{Value, json};

/// Runs `sync`.
pub(crate) fn run(args: &Sync, output: Output) -> anyhow::Result<Exit> {
    let node = Node::from_args(&args.node)?;
    let (synced, due) = fetched(&node, output)?;
    let exit = if synced.unbelievable.is_empty() {
        Exit::Done
    } else {
        Exit::VerificationFailed
    };
    if !args.confirm_recalls {
        return Ok(exit);
    }
    if due.is_empty() {
        let (en, es) = (
            "no recall waits for a confirmation",
            "ningún retiro espera confirmación",
        );
        output.talk(output.lang().pick(en, es));
        return Ok(exit);
    }
    let confirmed = send::confirm(&node, &due, &args.officer, output)?;
    if confirmed == Exit::Done {
        // So that the copy knows that it was confirmed.
        fetched(&node, output)?;
    }
    Ok(if exit == Exit::Done { confirmed } else { exit })
}

/// Brings the copy up to date and says what came; answers with the recalls to confirm.
fn fetched(node: &Node, output: Output) -> anyhow::Result<(Synced, Vec<RecallWork>)> {
    let material = Material::load(node).map_err(Failure::from)?;
    runtime::run(async {
        let mut copy = own_copy::open(node).await?;
        let connection = connect::open(&material).await?;
        let synced = own_copy::fetch(&mut copy, &connection, output).await?;
        own_copy::tell(&synced, &copy, output)?;
        let due = copy.recalls_to_confirm();
        let due = due.map_err(|error| own_copy::failed(&error))?;
        report(&synced, &copy, &due, output)?;
        Ok((synced, due))
    })
}

fn report(
    synced: &Synced,
    copy: &OwnCopy,
    due: &[RecallWork],
    output: Output,
) -> anyhow::Result<()> {
    if output.is_text() {
        let lang = output.lang();
        let (taken, position) = (synced.taken, synced.position);
        output.line(lang.pick(
            format!("up to date at entry {position}; {taken} new"),
            format!("al día en la entrada {position}; {taken} nuevas"),
        ))?;
        return Ok(());
    }
    let unbelievable: Vec<Value> = synced
        .unbelievable
        .iter()
        .map(|one| {
            json!({ "index": one.index, "reason": catalogue::name(one.reason), "detail": one.detail })
        })
        .collect();
    let names = |all: &[precinto_alert::id::AlertId]| -> Vec<String> {
        all.iter().map(ToString::to_string).collect()
    };
    let due = due.iter().map(|work| work.alert_id.to_string());
    output.json_line(&json!({
        "schema": "precinto.sync/v1",
        "agency": copy.agency().to_string(),
        "position": synced.position,
        "as_of": copy.as_of_ms().map(clock::rfc3339_ms),
        "taken": synced.taken,
        "unbelievable": unbelievable,
        "quarantined": names(&synced.quarantined),
        "to_confirm": due.collect::<Vec<_>>(),
    }))?;
    Ok(())
}
