//! `audit log`: replays a log with code of its own, and says what does not add up.

mod compare;

use crate::args::{AuditCommand, AuditLog, JudgedBy};
use crate::config::{Material, Node};
use crate::exit::{Exit, Failure, Text};
use crate::output::Output;
use crate::{clock, connect, runtime};
use indicatif::ProgressBar;
use precinto_alert::id::IdError;
use precinto_audit::{
    Expect, Held, LogKey, Replay, Report, SideRoots, Verdict, Verified, audit_folder_telling,
};
use precinto_client::{LogClient, Refusal};
use precinto_envelope::pem;
use precinto_merkle::note::NoteVerifier;
use precinto_proto::v1 as pb;
use precinto_proto::v1::log_service_client::LogServiceClient;
use std::path::{Path, PathBuf};

/// The largest answer with one entry that is taken.
const ENTRY_BYTES_MAX: usize = 1024 * 1024;

/// How many pieces of outside evidence are read at most.
const HELD_MAX: usize = 1_000_000;

/// The largest file of a folder of evidence: a receipt has a few kilobytes.
const HELD_BYTES_MAX: u64 = 64 * 1024;

/// Runs `audit …`.
pub(crate) fn run(command: &AuditCommand, output: Output) -> anyhow::Result<Exit> {
    match command {
        AuditCommand::Log(args) => log(args, output),
        AuditCommand::Compare(args) => compare::run(args, output),
    }
}

fn log(args: &AuditLog, output: Output) -> anyhow::Result<Exit> {
    let report = examine(args.dir.as_deref(), &args.by, &mut drop, output)?;
    output.result(&report, || {
        let text = report.text(output.lang().texts());
        text.lines().map(str::to_owned).collect()
    })?;
    Ok(exit_of(report.verdict()))
}

/// Who hears of each entry with which nothing is wrong.
pub(super) type Told<'a> = &'a mut dyn FnMut(Verified);

/// Whom the auditor believes: each side's roots, if they are given, and the witnesses.
type Trusted = (Option<Vec<SideRoots>>, Vec<NoteVerifier>);

/// Audits the log in this folder, or without one that of the node's gateway; `told` hears of every verified entry.
pub(super) fn examine(
    dir: Option<&Path>,
    by: &JudgedBy,
    told: Told<'_>,
    output: Output,
) -> anyhow::Result<Report> {
    let held = read_held(&by.against)?;
    let trust = by.trust.as_deref().map(read_trust).transpose()?;
    let trusted = (trust, read_witnesses(&by.policy)?);
    match dir {
        Some(dir) => of_folder((by, dir), trusted, held, told, output),
        None => of_gateway(by, trusted, held, told, output),
    }
}

/// The exit code of a verdict.
pub(super) fn exit_of(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Clean => Exit::Done,
        Verdict::Findings => Exit::VerificationFailed,
        Verdict::Inconclusive => Exit::Inconclusive,
    }
}

fn of_folder(
    (by, dir): (&JudgedBy, &Path),
    (trust, witnesses): Trusted,
    held: Vec<Held>,
    told: Told<'_>,
    output: Output,
) -> anyhow::Result<Report> {
    let key = match &by.vkey {
        Some(vkey) => LogKey::Given(read_vkey(vkey)?),
        None => LogKey::BesideTheLog,
    };
    let expect = Expect {
        key,
        trust,
        witnesses,
        now_ms: clock::now_ms(),
    };
    let bar = output.progress(0, "replaying");
    let report = audit_folder_telling(dir, expect, held, told, &mut |progress| {
        bar.set_length(progress.bytes_total);
        bar.set_position(progress.bytes_read);
    });
    bar.finish_and_clear();
    report.map_err(|error| {
        let what = Text::cause(error, "no se puede auditar");
        Failure::new(Exit::Inconclusive, what).into()
    })
}

fn of_gateway(
    by: &JudgedBy,
    (trust, witnesses): Trusted,
    held: Vec<Held>,
    told: Told<'_>,
    output: Output,
) -> anyhow::Result<Report> {
    let node = Node::from_args(&by.node)?;
    let material = Material::load(&node).map_err(Failure::from)?;
    let key = match &by.vkey {
        Some(vkey) => read_vkey(vkey)?,
        None => node.log.clone(),
    };
    let trust = trust.map_or_else(|| trust_of(&node), Ok)?;
    let expect = Expect {
        key: LogKey::Given(key),
        trust: Some(trust),
        witnesses,
        now_ms: clock::now_ms(),
    };
    let bar = output.progress(0, "replaying");
    let mut replay = Replay::new(expect, held);
    replay.keep_verified();
    let report = runtime::run(stream(&material, replay, told, &bar));
    bar.finish_and_clear();
    report
}

async fn stream(
    material: &Material,
    mut replay: Replay,
    told: Told<'_>,
    bar: &ProgressBar,
) -> anyhow::Result<Report> {
    let connection = connect::open(material).await?;
    let log = LogClient::new(&connection);
    let checkpoint = log.checkpoint(0).await;
    let checkpoint = checkpoint.map_err(|error| connect::log_failed(&error))?;
    bar.set_length(checkpoint.checkpoint().size);
    // The bare stream: an audit judges every byte itself, and must also see what our own client would refuse.
    let everything = pb::ReadEntriesRequest {
        first: 0,
        end: 0,
        leaves_only: false,
        acts_only: false,
    };
    let mut reader =
        LogServiceClient::new(connection.channel()).max_decoding_message_size(ENTRY_BYTES_MAX);
    let refused = |status| connect::refused(&Refusal::from_status(&status));
    let answers = reader.read_entries(everything).await;
    let mut answers = answers.map_err(refused)?.into_inner();
    // The checkpoint ends the reading. Entries without it are half a log, and prove nothing against whom they came from.
    let mut complete = false;
    while let Some(answer) = answers.message().await.map_err(refused)? {
        complete = !answer.checkpoint.is_empty();
        replay.step(precinto_audit::from_wire(answer));
        replay.take_verified().into_iter().for_each(&mut *told);
        bar.set_position(replay.entries());
    }
    if !complete {
        return Err(cut_short(replay.entries()).into());
    }
    let (report, rest) = replay.finish_telling();
    rest.into_iter().for_each(told);
    Ok(report)
}

/// The gateway has ended the reading in the middle: that is no verdict.
fn cut_short(entries: u64) -> Failure {
    Failure::new(
        Exit::Inconclusive,
        (
            format!("the gateway ended the reading after {entries} entries, without the checkpoint over them"),
            format!("la pasarela terminó la lectura tras {entries} entradas, sin el punto de control que las cubre"),
        ),
    )
    .next((
        "audit again; if it stays so, ask for the data folder:  precinto audit log DIR",
        "audite de nuevo; si continúa así, pida la carpeta de datos:  precinto audit log DIR",
    ))
}

/// Roots and revocation lists of the auditor's own configuration.
fn trust_of(node: &Node) -> anyhow::Result<Vec<SideRoots>> {
    let sides = node.sides.iter().map(|side| {
        let roots = read_pem(&side.roots, pem::certificates)?;
        let crls = read_pem(&side.crls, pem::revocation_lists)?;
        Ok(SideRoots {
            side: side.domain.parse()?,
            roots,
            crls,
        })
    });
    sides.collect()
}

/// A folder of trust: one folder a side, named by its trust domain, with PEM files of roots and revocation lists.
fn read_trust(dir: &Path) -> anyhow::Result<Vec<SideRoots>> {
    let refuse = |what: Text| {
        Failure::new(Exit::Inconclusive, what.about(dir.display())).next((
            "a folder of trust holds one folder for each side, named by its trust domain, with PEM files",
            "una carpeta de confianza contiene una carpeta por lado, con el nombre de su dominio de confianza y archivos PEM",
        ))
    };
    let mut sides = Vec::new();
    for place in sorted(dir).map_err(|error| refuse(Text::io(&error)))? {
        let name = place
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if !place.is_dir() {
            continue;
        }
        let side = name
            .parse()
            .map_err(|error: IdError| refuse(Text::from(error.detail()).about(&name)))?;
        let (mut roots, mut crls) = (Vec::new(), Vec::new());
        for file in sorted(&place).map_err(|error| refuse(Text::io(&error)))? {
            let text = crate::config::read_text(&file)?.into_bytes();
            roots.extend(pem::certificates(&text).unwrap_or_default());
            crls.extend(pem::revocation_lists(&text).unwrap_or_default());
        }
        sides.push(SideRoots { side, roots, crls });
    }
    if sides.iter().all(|side| side.roots.is_empty()) {
        return Err(refuse(
            (
                "no root certificate in it",
                "no contiene ningún certificado raíz",
            )
                .into(),
        )
        .into());
    }
    Ok(sides)
}

/// The DER of each section of a PEM text.
type Sections = Result<Vec<Vec<u8>>, pem::PemError>;

fn read_pem(paths: &[PathBuf], parse: fn(&[u8]) -> Sections) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    for path in paths {
        let text = crate::config::read_text(path)?;
        let sections = parse(text.as_bytes());
        let unusable = |error| {
            let what = Text::cause(error, "las raíces o listas de revocación no sirven");
            Failure::usage(what.about(path.display()))
        };
        found.extend(sections.map_err(unusable)?);
    }
    Ok(found)
}

/// The witnesses that these policies name, each once: both sides' policies name some of the same.
fn read_witnesses(policies: &[PathBuf]) -> anyhow::Result<Vec<NoteVerifier>> {
    let mut witnesses: Vec<NoteVerifier> = Vec::new();
    for file in policies {
        let policy = crate::config::load_policy(file).map_err(Failure::from)?;
        for key in policy.witnesses() {
            if !witnesses.contains(key) {
                witnesses.push(key.clone());
            }
        }
    }
    Ok(witnesses)
}

/// The key itself, or the name of a file that holds it.
fn read_vkey(given: &str) -> anyhow::Result<NoteVerifier> {
    let parsed = NoteVerifier::parse(given.trim());
    if let Ok(key) = parsed {
        return Ok(key);
    }
    let text = std::fs::read_to_string(given);
    let key = text
        .ok()
        .and_then(|text| NoteVerifier::parse(text.trim()).ok());
    key.ok_or_else(|| {
        Failure::usage((
            format!("\"{given}\" is no verifier key, and no file that holds one"),
            format!("\"{given}\" no es una llave verificadora ni un archivo que la contenga"),
        ))
        .next((
            "a key is one line: name+hash+base64",
            "una llave es una línea: nombre+hash+base64",
        ))
        .into()
    })
}

/// Receipts and checkpoints from files and folders; a record beside a receipt is no evidence of its own.
fn read_held(paths: &[PathBuf]) -> anyhow::Result<Vec<Held>> {
    let mut held = Vec::new();
    let mut pending: Vec<PathBuf> = paths.iter().rev().cloned().collect();
    while let Some(path) = pending.pop() {
        let refuse = |error: std::io::Error| {
            let path = path.display();
            let (en, es) = (
                format!("cannot read {path}"),
                format!("no se puede leer {path}"),
            );
            Failure::new(Exit::Inconclusive, Text::io(&error).behind(en, es))
        };
        if path.is_dir() {
            pending.extend(sorted(&path).map_err(refuse)?.into_iter().rev());
            continue;
        }
        let beside = path
            .extension()
            .is_some_and(|extension| extension == "record");
        if beside {
            continue;
        }
        if held.len() >= HELD_MAX
            || std::fs::metadata(&path).map_err(refuse)?.len() > HELD_BYTES_MAX
        {
            let what = Text::from((
                "too much evidence, or too large",
                "demasiada evidencia, o demasiado grande",
            ));
            return Err(Failure::usage(what.about(path.display())).into());
        }
        let bytes = std::fs::read(&path).map_err(refuse)?;
        held.push(Held {
            name: path.display().to_string(),
            bytes,
        });
    }
    Ok(held)
}

fn sorted(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries: std::io::Result<Vec<PathBuf>> = std::fs::read_dir(dir)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect();
    let mut entries = entries?;
    entries.sort();
    Ok(entries)
}
