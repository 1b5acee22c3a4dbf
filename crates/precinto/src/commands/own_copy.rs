//! The agency's own copy, opened and brought up to date: what `show`, `list`, `find`, `match` and `send` answer from.
//!
//! A gateway that cannot be reached is no reason to leave a duty officer without an answer: the copy is asked as it is,
//! and stderr says as of when. A gateway that can be reached and is not what it should be is another matter.

use crate::args::CopyArgs;
use crate::clock;
use crate::config::{Material, Node, load_policy};
use crate::exit::{Exit, Failure, Text};
use crate::files::{make_folder, write_durable};
use crate::output::{Output, printable};
use crate::words::{minute, span};
use crate::{connect, runtime};
use precinto_alert::id::AlertId;
use precinto_alert::reason::{self as catalogue, Reason};
use precinto_client::Connection;
use precinto_client::copy::{CopyError, OwnCopy, SyncError, Synced};
use precinto_client::pin::Contradiction;
use precinto_envelope::hex;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::Instant;

/// How long another command of the same node may hold the copy.
const BUSY_PATIENCE: Duration = Duration::from_secs(10);

/// How often it is tried again meanwhile.
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// With so many entries still to come a bar is shown.
const WORTH_A_BAR: u64 = 500;

/// So many digits of a checkpoint's root tell its file from another of the same size.
const ROOT_DIGITS: usize = 16;

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
            never_fetched(&copy)?;
            return Ok(copy);
        }
        let material = Material::load(node).map_err(Failure::from)?;
        let fetched = match connect::open(&material).await {
            Ok(connection) => fetch(&mut copy, node, &connection, output).await,
            Err(failure) => Err(failure),
        };
        match fetched {
            Ok(synced) => tell(&synced, &copy, node, output)?,
            Err(failure) if failure.exit == Exit::Unreachable && copy.as_of_ms().is_some() => {
                stale(&copy, &failure, output);
                out_of_use(copy.recalled_untold(), output);
            }
            Err(failure) => {
                out_of_use(copy.recalled_untold(), output);
                return Err(failure.into());
            }
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
        let opened = OwnCopy::open(
            path,
            node.log.name(),
            node.identity.agency(),
            clock::now_ms(),
        );
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

/// Brings the copy up to date, and by the node's policy what in it is witnessed, with a bar when that takes long. Of a log that
/// contradicts itself both checkpoints are kept.
pub(crate) async fn fetch(
    copy: &mut OwnCopy,
    node: &Node,
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
    let failed = |error| match &error {
        SyncError::Contradiction(contradiction) => contradicted(contradiction, &node.state),
        _ => sync_failed(&error),
    };
    let synced = synced.map_err(failed)?;
    // A policy that cannot be read is told where a grade is: no reason to go without the messages.
    let policy = node.policy.as_deref().map(load_policy);
    if let Some(Ok(policy)) = policy
        && let Err(error) = copy.sync_witnessed(connection, &policy).await
    {
        // Told here, or nobody hears of it.
        out_of_use(&synced.quarantined, output);
        return Err(failed(error));
    }
    Ok(synced)
}

/// Writes both checkpoints, each signed by the log, into the state folder: together they prove what the log did. What is
/// there already stays as it is.
pub(crate) fn contradicted(contradiction: &Contradiction, folder: &Path) -> Failure {
    let said = chain(contradiction);
    let Contradiction {
        pinned, offered, ..
    } = contradiction;
    let mut kept = Vec::new();
    for note in [pinned, offered] {
        let checkpoint = note.checkpoint();
        let root = hex(checkpoint.root.as_ref());
        let root = root.get(..ROOT_DIGITS).unwrap_or(&root);
        let name = format!("contradiction-{}-{root}.checkpoint", checkpoint.size);
        let path = folder.join(name);
        let written = if matches!(path.try_exists(), Ok(true)) {
            Ok(())
        } else {
            write_durable(&path, note.note())
        };
        kept.push(match written {
            Ok(()) => path.display().to_string(),
            // The evidence itself, then, rather than nothing.
            Err(error) => format!("{error:#}\n{}", note.note()),
        });
    }
    let kept = kept.join("\n");
    Failure::coded(
        Reason::LogInconsistent,
        (
            format!("{said}\nboth checkpoints are kept as evidence:\n{kept}"),
            format!(
                "la bitácora se contradice ({said})\nambos puntos de control se guardan como evidencia:\n{kept}"
            ),
        ),
    )
}

/// What a person must know even if they asked for something else.
pub(crate) fn tell(
    synced: &Synced,
    copy: &OwnCopy,
    node: &Node,
    output: Output,
) -> Result<(), Failure> {
    let lang = output.lang();
    for one in &synced.unbelievable {
        let not = lang.pick("NOT BELIEVED, entry", "NO SE CREE, entrada");
        let reason = catalogue::name(one.reason);
        let detail = printable(&one.detail);
        output.talk(format!("{not} {}: {reason}: {detail}", one.index));
    }
    for one in &synced.pruned {
        let alert = one.alert_id.as_ref().map(ToString::to_string);
        let (index, alert) = (one.index, alert.unwrap_or_default());
        output.talk(lang.pick(
            format!("entry {index} {alert}: the gateway says that its content was deleted by law; nothing proves it"),
            format!("entrada {index} {alert}: la pasarela dice que su contenido se suprimió conforme a la ley; nada lo prueba"),
        ));
    }
    out_of_use(&synced.quarantined, output);
    // Every time, until it is done: the run that carried it out may have been another command's. What another node of the
    // agency has confirmed says nothing about this one's copy.
    let due = copy.recalls_to_confirm_as(&node.identity);
    let due = due.map_err(|error| failed(&error))?;
    if !due.is_empty() {
        let next = lang.pick("confirm with", "confirme con");
        output.talk(format!("  {next}:  precinto sync --confirm-recalls"));
    }
    Ok(())
}

/// Says which alerts were recalled, also when not everything could be fetched.
pub(crate) fn out_of_use(recalled: &[AlertId], output: Output) {
    let (en, es) = (
        "RECALLED, and out of use here:",
        "RETIRADA, y fuera de uso aquí:",
    );
    for alert in recalled {
        output.talk(format!("{} {alert}", output.lang().pick(en, es)));
    }
}

/// Says as of when the answer is.
fn stale(copy: &OwnCopy, failure: &Failure, output: Output) {
    let lang = output.lang();
    let (en, es) = (
        "the gateway cannot be reached; this is the state of",
        "no se puede contactar a la pasarela; este es el estado al",
    );
    let as_of = copy.as_of_ms().unwrap_or_default();
    let since = span(clock::now_ms(), as_of, lang);
    output.talk(format!("{} {} ({since})", lang.pick(en, es), minute(as_of)));
    let why = failure.message.pick(lang);
    output.talk(format!("  {}", printable(why)));
}

fn never_fetched(copy: &OwnCopy) -> Result<(), Failure> {
    if copy.as_of_ms().is_some() {
        return Ok(());
    }
    Err(Failure::usage((
        "this node has no copy yet",
        "este nodo todavía no tiene copia",
    ))
    .next((
        "fetch it once:  precinto sync",
        "descárguela una vez:  precinto sync",
    )))
}

/// What a failure of the copy itself comes to.
pub(crate) fn failed(error: &CopyError) -> Failure {
    match error {
        CopyError::PageKey(_) => Failure::usage(told(error)),
        _ => Failure::new(Exit::Failed, told(error)),
    }
}

/// What went wrong with the copy, in both languages.
fn told(error: &CopyError) -> Text {
    let en = chain(error);
    let es = match error {
        CopyError::Busy { .. } => "otro proceso está usando la copia propia; repita cuando termine",
        CopyError::Damaged { .. } => {
            "la copia propia está dañada; bórrela y descárguela de nuevo; conserve los archivos que terminan en .pin"
        }
        CopyError::Other { .. } => {
            "la copia propia es de otra bitácora, dependencia o formato; bórrela y descárguela de nuevo, o indique otra carpeta de estado; conserve los archivos que terminan en .pin"
        }
        CopyError::Io { .. } => "no se puede leer o escribir la copia propia",
        CopyError::PageKey(_) => "esa no es la clave de una página; empiece de nuevo sin ella",
    };
    let es = format!("{es} ({en})");
    Text::from((en, es))
}

fn sync_failed(error: &SyncError) -> Failure {
    match error {
        SyncError::Gateway(error) => connect::log_failed(error),
        SyncError::Copy(error) => failed(error),
        _ => {
            let en = chain(error);
            if let Some(reason) = error.reason() {
                return Failure::caused(reason, en);
            }
            let es = format!("no se pudo actualizar la copia propia ({en})");
            Failure::new(Exit::Failed, (en, es))
        }
    }
}

/// An error with everything that caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Lang;
    use precinto_client::pin::ContradictionKind;
    use precinto_envelope::crypto::SigningKey;
    use precinto_merkle::checkpoint::{Checkpoint, Origin};
    use precinto_merkle::note::NoteSigner;

    #[test]
    fn both_checkpoints_of_a_log_that_forked_are_kept_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::from_ed25519_seed([7; 32]);
        let signer = NoteSigner::new("gw.dev.invalid/log/2026", key).unwrap();
        let signed = |root: u8| {
            let checkpoint = Checkpoint {
                origin: Origin::parse("gw.dev.invalid/log/2026").unwrap(),
                size: 9,
                root: [root; 32],
            };
            checkpoint.sign(&signer).unwrap()
        };
        let contradiction = Contradiction {
            pinned: signed(1),
            offered: signed(2),
            kind: ContradictionKind::TwoRoots,
        };
        let failure = contradicted(&contradiction, folder.path());
        assert_eq!(failure.exit, Exit::VerificationFailed);
        for (note, root) in [
            (&contradiction.pinned, "01"),
            (&contradiction.offered, "02"),
        ] {
            let name = format!("contradiction-9-{}.checkpoint", root.repeat(8));
            let kept = std::fs::read_to_string(folder.path().join(&name)).unwrap();
            assert_eq!(kept, note.note());
            for lang in [Lang::En, Lang::Es] {
                assert!(failure.message.pick(lang).contains(&name), "{failure}");
            }
        }
    }
}
