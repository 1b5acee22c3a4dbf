//! The agency's own copy, opened and brought up to date: what `show`, `list`, `find`, `match` and `send` answer from.
//!
//! A gateway that cannot be reached is no reason to leave a duty officer without an answer: the copy is asked as it is,
//! and stderr says as of when. A gateway that can be reached and is not what it should be is another matter.

use crate::args::CopyArgs;
use crate::clock;
use crate::config::{Material, Node};
use crate::exit::{Exit, Failure};
use crate::files::make_folder;
use crate::output::{Lang, Output, printable};
use crate::words::{minute, span};
use crate::{connect, runtime};
use precinto_alert::reason as catalogue;
use precinto_client::Connection;
use precinto_client::copy::{CopyError, OwnCopy, SyncError, Synced};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;

/// How long another command of the same node may hold the copy.
const BUSY_PATIENCE: Duration = Duration::from_secs(10);

/// How often it is tried again meanwhile.
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// With so many entries still to come a bar is shown.
const WORTH_A_BAR: u64 = 500;

/// The copy of the node that the arguments name.
pub(crate) fn of_args(args: &CopyArgs, output: Output) -> anyhow::Result<OwnCopy> {
    let node = Node::from_args(&args.node)?;
    opened(&node, args.offline, output)
}

/// The node's own copy, brought up to date unless `offline`; without a gateway as it is, which stderr then says.
pub(crate) fn opened(node: &Node, offline: bool, output: Output) -> anyhow::Result<OwnCopy> {
    runtime::run(async {
        let mut copy = open(node).await?;
        if offline {
            never_fetched(&copy, output.lang())?;
            return Ok(copy);
        }
        let material = Material::load(node).map_err(Failure::from)?;
        let fetched = match connect::open(&material).await {
            Ok(connection) => fetch(&mut copy, &connection, output).await,
            Err(failure) => Err(failure),
        };
        match fetched {
            Ok(synced) => tell(&synced, &copy, output)?,
            Err(failure) if failure.exit == Exit::Unreachable && copy.as_of_ms().is_some() => {
                stale(&copy, &failure, output);
            }
            Err(failure) => return Err(failure.into()),
        }
        Ok(copy)
    })
}

/// Opens the copy; another command of the same node may be at work in it.
pub(crate) async fn open(node: &Node) -> anyhow::Result<OwnCopy> {
    make_folder(&node.state)?;
    let until = Instant::now() + BUSY_PATIENCE;
    loop {
        let path = path_of(node);
        let opened = OwnCopy::open(path, node.log.name(), node.identity.agency());
        match opened {
            Err(CopyError::Busy { .. }) if Instant::now() < until => {
                tokio::time::sleep(BUSY_PAUSE).await;
            }
            Err(error) => return Err(failed(&error).into()),
            Ok(copy) => return Ok(copy),
        }
    }
}

/// Where it is kept.
pub(crate) fn path_of(node: &Node) -> PathBuf {
    node.state.join("copy.redb")
}

/// Brings the copy up to date, with a bar when that takes long.
pub(crate) async fn fetch(
    copy: &mut OwnCopy,
    connection: &Connection,
    output: Output,
) -> Result<Synced, Failure> {
    let what = output.lang().pick("fetching", "descargando");
    let mut bar = None;
    let synced = copy
        .sync(connection, |done, total| {
            if total.saturating_sub(done) > WORTH_A_BAR && bar.is_none() {
                bar = Some(output.progress(total, what));
            }
            if let Some(bar) = &bar {
                bar.set_length(total);
                bar.set_position(done);
            }
        })
        .await;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    synced.map_err(|error| sync_failed(&error))
}

/// What a person must know even if they asked for something else.
pub(crate) fn tell(synced: &Synced, copy: &OwnCopy, output: Output) -> Result<(), Failure> {
    let lang = output.lang();
    for one in &synced.unbelievable {
        let not = lang.pick("NOT BELIEVED, entry", "NO SE CREE, entrada");
        let reason = catalogue::name(one.reason);
        let detail = printable(&one.detail);
        output.talk(format!("{not} {}: {reason}: {detail}", one.index));
    }
    for alert in &synced.quarantined {
        let (en, es) = (
            "RECALLED, and out of use here:",
            "RETIRADA, y fuera de uso aquí:",
        );
        output.talk(format!("{} {alert}", lang.pick(en, es)));
    }
    if synced.quarantined.is_empty() {
        return Ok(());
    }
    let due = copy.recalls_to_confirm().map_err(|error| failed(&error))?;
    if !due.is_empty() {
        let next = lang.pick("confirm with", "confirme con");
        output.talk(format!("  {next}:  precinto sync --confirm-recalls"));
    }
    Ok(())
}

/// Says as of when the answer is.
fn stale(copy: &OwnCopy, failure: &Failure, output: Output) {
    let lang = output.lang();
    let (en, es) = (
        "the gateway cannot be reached; this is the state of",
        "no se puede contactar al gateway; este es el estado al",
    );
    let as_of = copy.as_of_ms().unwrap_or_default();
    let since = span(clock::now_ms(), as_of, lang);
    output.talk(format!(
        "{} {} ({since})\n  {failure}",
        lang.pick(en, es),
        minute(as_of)
    ));
}

fn never_fetched(copy: &OwnCopy, lang: Lang) -> Result<(), Failure> {
    if copy.as_of_ms().is_some() {
        return Ok(());
    }
    let (en, es) = (
        "this node has no copy yet",
        "este nodo todavía no tiene copia",
    );
    let next = lang.pick(
        "fetch it once:  precinto sync",
        "descárguela una vez:  precinto sync",
    );
    Err(Failure::usage(lang.pick(en, es)).next(next))
}

/// What a failure of the copy itself comes to.
pub(crate) fn failed(error: &CopyError) -> Failure {
    match error {
        CopyError::PageKey(_) => Failure::usage(chain(error)),
        _ => Failure::new(Exit::Failed, chain(error)),
    }
}

fn sync_failed(error: &SyncError) -> Failure {
    match error {
        SyncError::Gateway(error) => connect::log_failed(error),
        SyncError::Copy(error) => failed(error),
        _ => match error.reason() {
            Some(reason) => Failure::coded(reason, chain(error)),
            None => Failure::new(Exit::Failed, chain(error)),
        },
    }
}

/// An error with everything that caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
