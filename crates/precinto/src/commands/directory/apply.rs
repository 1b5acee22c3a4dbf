//! `directory apply`: a signed part brought to the gateway; believed to be in force when the log's receipt says so.

use super::propose::read_signed;
use super::{Desk, change, doubted, failed};
use crate::args::DirectoryApply;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::runtime;
use precinto_alert::directory::{Change, changes};
use precinto_client::directory::{Applied, believe};
use precinto_envelope::directory::SignedPart;
use precinto_envelope::hex;
use serde_json::json;
use std::sync::Arc;

/// Runs `directory apply`.
pub(super) fn run(args: &DirectoryApply, output: Output) -> anyhow::Result<Exit> {
    let (settings, material) = Desk::material(&args.node)?;
    let signed = Arc::new(read_signed(&args.file)?);
    runtime::run(async {
        let mut desk = Desk::open(&settings, &material).await?;
        let side = signed.part().side();
        if *side != desk.side {
            let (file, own) = (args.file.display(), &desk.side);
            return Err(Failure::usage((
                format!("{file}: is the part of {side}, and this node is of {own}"),
                format!("{file}: es la parte de {side}, y este nodo es de {own}"),
            ))
            .into());
        }
        let before = desk.own().await?;
        let is_in_force = before.signed.digest() == signed.digest();
        let changes = if is_in_force {
            Vec::new()
        } else {
            let trust = &material.settings.trust;
            believe(&signed, Some(&before.signed), trust, clock::now_ms()).map_err(|doubt| {
                let why = doubted(&doubt).about(args.file.display());
                Failure::coded(doubt.reason(), why)
            })?;
            changes(Some(before.part()), signed.part())
        };
        let applied = desk
            .client
            .apply(&signed, args.dry_run, &mut desk.seen)
            .await;
        let applied = applied.map_err(|error| failed(&error))?;
        tell(&signed, &changes, &applied, output)?;
        Ok(Exit::Done)
    })
}

fn tell(
    signed: &SignedPart,
    changes: &[Change],
    applied: &Applied,
    output: Output,
) -> anyhow::Result<()> {
    let lang = output.lang();
    let part = signed.part();
    let (side, version) = (part.side(), part.version());
    let index = applied.held.as_ref().map(|held| held.index);
    let said = json!({
        "schema": "precinto.directory.applied/v1",
        "ok": true,
        "side": side.to_string(),
        "version": version,
        "digest": hex(signed.digest()),
        "index": index,
        "in_force": applied.held.is_some(),
        "duplicate": applied.duplicate,
        "changes": change::to_json(changes),
    });
    output.result(&said, || {
        let mut lines = vec![match (index, applied.duplicate) {
            (Some(index), true) => lang.pick(
                format!("{side}: version {version} was in force already, entry {index} of the log"),
                format!(
                    "{side}: la versión {version} ya estaba vigente, entrada {index} de la bitácora"
                ),
            ),
            (Some(index), false) => lang.pick(
                format!("{side}: version {version} is in force, entry {index} of the log"),
                format!(
                    "{side}: la versión {version} está vigente, entrada {index} de la bitácora"
                ),
            ),
            (None, _) => lang.pick(
                format!("{side}: the gateway would take version {version}; nothing was changed"),
                format!("{side}: la pasarela aceptaría la versión {version}; no se cambió nada"),
            ),
        }];
        if !applied.duplicate {
            lines.extend(change::lines(changes, part, lang));
        }
        lines
    })?;
    Ok(())
}
