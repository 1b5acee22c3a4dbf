//! `send`: what is said on the command line and in files becomes drafts, drafts become signed statements, statements become receipts; whatever is refused says why.

mod batch;
mod check;
mod compose;
mod confirm;
mod defaults;
mod message;
mod queue;
mod report;
mod stream;

use crate::args::{Ready, Send, SendCommand, SendOptions};
use crate::config::{Material, Node};
use crate::counters::Numbers;
use crate::draft::{Draft, DraftError, typed_name};
use crate::exit::{Exit, Failure, Text};
use crate::files::{make_folder, write_public};
use crate::output::{Lang, Output};
use crate::words::Finding;
use crate::{clock, connect, runtime};
use batch::Batch;
use check::Found;
#[cfg(test)]
pub(crate) use check::tests::found_in;
use compose::{Composed, Composer};
pub(crate) use confirm::{confirm, queue_draft, sign_confirmation};
use defaults::Filled;
use precinto_alert::Violation;
use precinto_alert::limits::SUBMISSION_BYTES_MAX;
use precinto_client::{Connection, Signed, submit, validate};
use precinto_proto::v1 as pb;
use prost::Message as _;
use queue::Queue;
use report::{Meta, Report};
use serde_json::Value;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Runs `send …`.
pub(crate) fn run(args: &Send, output: Output) -> anyhow::Result<Exit> {
    let node = Node::from_args(&args.options.node)?;
    let material = Material::load(&node).map_err(Failure::from)?;
    let (drafts, Filled { works, refused }) = match &args.command {
        SendCommand::Other(Ready::Stream { window }) => {
            let options = &args.options;
            if options.dry_run || options.validate_only || options.sign_only.is_some() {
                let only = (
                    "a stream sends: --dry-run, --validate-only and --sign-only are for single messages",
                    "un flujo envía: --dry-run, --validate-only y --sign-only son para mensajes sueltos",
                );
                return Err(Failure::usage(only).into());
            }
            if let Some(queue) = Queue::of(&node, options)? {
                return queue.stream(&material, output);
            }
            let window = usize::from(*window);
            let stream = stream::run(&node, &material, &args.options, window, output);
            return runtime::run(stream);
        }
        SendCommand::Other(Ready::Signed { files }) => {
            let signed: Vec<_> = files
                .iter()
                .map(|file| read_signed(file, args.options.dry_run))
                .collect::<Result<_, _>>()?;
            let all = Numbered {
                all: signed,
                by: None,
            };
            return deliver((&node, &material), &args.options, output, || Ok(all));
        }
        SendCommand::Message(message) => {
            let mut drafts = message::drafts(message)?;
            let filled = defaults::fill(&mut drafts, &node, &args.options, output)?;
            message::state(&mut drafts, &node.identity);
            (drafts, filled)
        }
    };
    // What is queued is not asked about first: the gateway need not be there.
    let queues = Queue::of(&node, &args.options)?.is_some();
    let ask = Some(&material).filter(|_| args.options.sign_only.is_none() && !queues);
    let mut ended = None;
    let mut compose = || -> anyhow::Result<Numbered<'_>> {
        let mut by = Composer::new(&node, &material, &args.options, 1)?;
        by.carried_out(&works);
        let all = match by.all_or_none(|by| batch::compose(by, (&drafts, &refused), ask, output))? {
            Batch::Sound(composed) => composed,
            Batch::Rehearsed(composed, broken) => {
                ended = broken;
                composed
            }
            Batch::Broken(exit) => {
                ended = Some(exit);
                Vec::new()
            }
        };
        Ok(Numbered { all, by: Some(by) })
    };
    if let Some(path) = &args.options.sign_only {
        let all = compose()?.finished()?;
        return match ended {
            Some(exit) => Ok(exit),
            None => keep_signed(path, all, output),
        };
    }
    let exit = deliver((&node, &material), &args.options, output, compose)?;
    Ok(ended.unwrap_or(exit))
}

/// Everything that is wrong with a draft that cannot be read, and what would be flagged: what could be read is checked as well.
fn unreadable(
    composer: &mut Composer<'_>,
    draft: &Value,
    now_ms: u64,
    error: DraftError,
) -> Failure {
    let DraftError { problems, rest } = error;
    let spanish = Draft::read_in(draft, now_ms, Lang::Es);
    let spanish = spanish.map_or_else(|error| error.problems, |_| Vec::new());
    let rest = rest.and_then(|draft| composer.rehearse(*draft).ok());
    let Found { errors, warnings } = rest.map(|rest| rest.found).unwrap_or_default();
    let is_new = |one: &&Violation| !told(&problems, &one.field);
    let said = |one: &Violation, lang: Lang| Finding::from(one).said_of_draft(lang);
    let mut text = Text::from(("the draft has mistakes:", "el borrador tiene errores:"));
    for (en, es) in problems.iter().zip(spanish) {
        text = text.and_line((en.as_str(), es));
    }
    for one in errors.iter().filter(is_new) {
        text = text.and_line((said(one, Lang::En), said(one, Lang::Es)));
    }
    for one in warnings.iter().filter(is_new) {
        let [en, es] = [Lang::En, Lang::Es].map(|lang| report::warning(&said(one, lang), lang));
        text = text.and_line((en, es));
    }
    Failure::usage(text).next((
        "precinto explain CODE  tells more of a code; precinto config example alert  shows a complete draft",
        "precinto explain CÓDIGO  dice más de un código; precinto config example alert  muestra un borrador completo",
    ))
}

/// Whether one of the problems is about this field: what could not be read is now missing as well, or half there.
fn told(problems: &[String], field: &str) -> bool {
    let typed = typed_name(field);
    let field = typed.as_deref().unwrap_or(field);
    problems.iter().any(|problem| {
        let path = problem.split(": ").next().unwrap_or_default();
        let path = path.strip_suffix("_ms").unwrap_or(path);
        !path.is_empty() && (begins(field, path) || begins(path, field))
    })
}

/// Whether a path is another one, or lies within it: `to[1]` in `to`, and not `total` in `to`.
fn begins(path: &str, with: &str) -> bool {
    let rest = path.strip_prefix(with);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Says of each message what became of it: sent, queued, checked, or refused on this machine before anything left it.
///
/// What goes into the outbox is numbered and signed within its turn, so that numbers and places go up together.
fn deliver<'a>(
    (node, material): (&'a Node, &Material),
    options: &'a SendOptions,
    output: Output,
    compose: impl FnOnce() -> anyhow::Result<Numbered<'a>>,
) -> anyhow::Result<Exit> {
    if let Some(queue) = Queue::of(node, options)? {
        return queue.deliver(output, compose);
    }
    let (exit, sound) = sorted(compose()?.finished()?, options, output)?;
    // What was signed elsewhere is judged one by one, as at the gateway.
    if sound.is_empty() {
        return Ok(exit);
    }
    let sent = runtime::run(send_all(material, sound, options, output))?;
    Ok(if exit == Exit::Done { sent } else { exit })
}

/// Those that may go; of the others it has been told what is wrong, or that nothing is.
fn sorted(
    all: Vec<Composed>,
    options: &SendOptions,
    output: Output,
) -> anyhow::Result<(Exit, Vec<Outgoing>)> {
    let mut exit = Exit::Done;
    let mut sound = Vec::new();
    for Composed { outgoing, found } in all {
        if options.dry_run || !found.errors.is_empty() {
            let report = Report::found(&outgoing.meta, &found);
            report.print(output)?;
            if exit == Exit::Done {
                exit = report.exit();
            }
        } else {
            sound.push(outgoing);
        }
    }
    Ok((exit, sound))
}

/// A signed message with what is said about it.
struct Outgoing {
    signed: Signed,
    meta: Meta,
    /// What it was numbered with here; nothing, for what was signed elsewhere.
    numbers: Numbers,
}

/// Signed messages, and who has numbered them here: whatever does not go gives its numbers back.
struct Numbered<'a> {
    all: Vec<Composed>,
    by: Option<Composer<'a>>,
}

impl Numbered<'_> {
    /// All of them, when none is kept back any more.
    fn finished(self) -> anyhow::Result<Vec<Composed>> {
        if let Some(mut by) = self.by {
            by.finish()?;
        }
        Ok(self.all)
    }
}

async fn send_all(
    material: &Material,
    all: Vec<Outgoing>,
    options: &SendOptions,
    output: Output,
) -> anyhow::Result<Exit> {
    let connection = connect::open(material).await?;
    let mut exit = Exit::Done;
    for outgoing in &all {
        let (report, kept) = send_one(&connection, outgoing, options).await;
        // Before anything else: whatever becomes of its receipt, the message is said.
        report.print(output)?;
        let mut ended = report.exit();
        if let Err(failure) = &kept {
            output.warn(failure);
            ended = failure.exit;
        }
        if exit == Exit::Done {
            exit = ended;
        }
    }
    Ok(exit)
}

async fn send_one(
    connection: &Connection,
    outgoing: &Outgoing,
    options: &SendOptions,
) -> (Report, Result<(), Failure>) {
    let Outgoing { signed, meta, .. } = outgoing;
    let sent_us = clock::now_us();
    let watch = clock::Stopwatch::start();
    if options.validate_only {
        let checked = validate(connection, signed).await;
        return (Report::checked(meta, checked), Ok(()));
    }
    let answer = submit(connection, signed).await;
    let mut report = Report::of(meta, sent_us, watch.elapsed(), &answer);
    let folder = options.receipts.as_deref();
    let kept = match &answer {
        Ok(accepted) => report::keep(&mut report, folder, &accepted.receipt),
        Err(_) => Ok(()),
    };
    (report, kept)
}

/// Signed in another place and perhaps at another time: the gateway judges it, unless a dry run is asked for.
fn read_signed(path: &Path, dry_run: bool) -> anyhow::Result<Composed> {
    let refuse = |what: Text| {
        Failure::usage(what.about(path.display())).next((
            "write one with --sign-only FILE",
            "escriba uno con --sign-only ARCHIVO",
        ))
    };
    let bytes = read_at_most(path, SUBMISSION_BYTES_MAX);
    let bytes = bytes.map_err(|error| refuse(Text::io(&error)))?;
    let signed = parse_signed(&bytes).map_err(refuse)?;
    let meta = Meta::of(
        &signed,
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned()),
    );
    let found = if dry_run {
        check::check(&signed, clock::now_ms())
    } else {
        Found::default()
    };
    let outgoing = Outgoing {
        signed,
        meta,
        numbers: Numbers::default(),
    };
    Ok(Composed { outgoing, found })
}

/// What a dry run finds in such a file: its errors and its warnings.
#[cfg(any(test, fuzzing))]
pub(crate) fn dry_run_of(bytes: &[u8], now_ms: u64) -> Result<[Vec<Violation>; 2], Text> {
    let Found { errors, warnings } = check::check(&parse_signed(bytes)?, now_ms);
    Ok([errors, warnings])
}

/// The beginning of a file, one byte more than `most` at the most: whoever takes up to `most` sees that it is longer.
fn read_at_most(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    let mut within = File::open(path)?.take(most.saturating_add(1));
    within.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A submission as `--sign-only` writes it.
fn parse_signed(bytes: &[u8]) -> Result<Signed, Text> {
    if bytes.len() > SUBMISSION_BYTES_MAX {
        return Err(Text::from((
            format!("not a signed submission: more than {SUBMISSION_BYTES_MAX} bytes"),
            format!("no es un envío firmado: más de {SUBMISSION_BYTES_MAX} bytes"),
        )));
    }
    let request = pb::SubmitRequest::decode(bytes).map_err(|error| {
        Text::from((
            format!("not a signed submission: {error}"),
            format!("no es un envío firmado: {error}"),
        ))
    })?;
    Signed::from_request(request).map_err(|error| Text::cause(error, "no es un envío firmado"))
}

/// Writes signed submissions: one into the file named, several into a folder of that name.
fn keep_signed(path: &Path, all: Vec<Composed>, output: Output) -> anyhow::Result<Exit> {
    let several = all.len() > 1;
    if several {
        make_folder(path)?;
    }
    let mut exit = Exit::Done;
    for Composed { outgoing, found } in all {
        if !found.errors.is_empty() {
            let report = Report::found(&outgoing.meta, &found);
            report.print(output)?;
            exit = report.exit();
            continue;
        }
        let file: PathBuf = if several {
            path.join(format!("{}.signed", outgoing.meta.message_id))
        } else {
            path.to_owned()
        };
        write_public(&file, outgoing.signed.request().encode_to_vec())?;
        Report::signed(&outgoing.meta, &file).print(output)?;
    }
    Ok(exit)
}
