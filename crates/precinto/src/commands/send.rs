//! `send`: drafts become signed statements, statements become receipts; whatever is refused says why.

mod compose;
mod report;
mod shapes;
mod stream;

use crate::args::{Send, SendCommand, SendOptions};
use crate::config::{Material, Node};
use crate::draft::Draft;
use crate::exit::{Exit, Failure};
use crate::files::{make_folder, write_public};
use crate::output::Output;
use crate::{clock, connect, runtime};
use compose::Composer;
use precinto_client::{Connection, Signed, submit, validate};
use precinto_proto::v1 as pb;
use prost::Message as _;
use report::{Meta, Report, save_receipt};
use std::path::{Path, PathBuf};

/// Runs `send …`.
pub(crate) fn run(args: &Send, output: Output) -> anyhow::Result<Exit> {
    let node = Node::from_args(&args.options.node)?;
    let material = Material::load(&node).map_err(Failure::from)?;
    let drafts = match &args.command {
        SendCommand::Stream { window } => {
            if args.options.dry_run || args.options.sign_only.is_some() {
                let only = "a stream sends: --dry-run and --sign-only are for drafts in files";
                return Err(Failure::usage(only).into());
            }
            let window = usize::from(*window);
            let stream = stream::run(&node, &material, &args.options, window, output);
            return runtime::run(stream);
        }
        SendCommand::Signed { files } => {
            let signed = files
                .iter()
                .map(|file| read_signed(file))
                .collect::<Result<_, _>>()?;
            return runtime::run(send_all(&material, signed, &args.options, output));
        }
        SendCommand::Alert { files } => files
            .iter()
            .map(|file| read_draft(file))
            .collect::<Result<_, _>>()?,
        SendCommand::Ack(ack) => vec![shapes::ack(ack, &node.identity)],
        SendCommand::Outcome(outcome) => vec![shapes::outcome(outcome, &node.identity)],
    };
    let mut composer = Composer::new(&node, &material, &args.options, 1)?;
    let signed = compose_all(&mut composer, &drafts);
    composer.finish()?;
    let signed = signed?;
    if let Some(path) = &args.options.sign_only {
        return keep_signed(path, signed, output);
    }
    runtime::run(send_all(&material, signed, &args.options, output))
}

fn compose_all(
    composer: &mut Composer<'_>,
    drafts: &[serde_json::Value],
) -> anyhow::Result<Vec<Outgoing>> {
    let compose = |value| {
        let draft = Draft::read(value, clock::now_ms())
            .map_err(|error| Failure::usage(format!("the draft cannot be read:\n  {error}")))?;
        composer.compose(draft)
    };
    drafts.iter().map(compose).collect()
}

/// A signed message with what is said about it.
struct Outgoing {
    signed: Signed,
    meta: Meta,
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
        let report = send_one(&connection, outgoing, options).await?;
        report.print(output)?;
        if exit == Exit::Done {
            exit = report.exit();
        }
    }
    Ok(exit)
}

async fn send_one(
    connection: &Connection,
    outgoing: &Outgoing,
    options: &SendOptions,
) -> anyhow::Result<Report> {
    let Outgoing { signed, meta } = outgoing;
    let sent_us = clock::now_us();
    let watch = clock::Stopwatch::start();
    if options.dry_run {
        let checked = validate(connection, signed).await;
        return Ok(Report::checked(meta, checked));
    }
    let answer = submit(connection, signed).await;
    let mut report = Report::of(meta, sent_us, watch.elapsed(), &answer);
    if let (Ok(accepted), Some(folder)) = (&answer, &options.receipts) {
        report.receipt = Some(save_receipt(folder, meta, &accepted.receipt)?);
    }
    Ok(report)
}

fn read_draft(path: &Path) -> anyhow::Result<serde_json::Value> {
    let text = crate::config::read_text(path)?;
    let draft = Draft::parse_file(path, &text);
    draft.map_err(|error| Failure::usage(format!("{}: {error:#}", path.display())).into())
}

fn read_signed(path: &Path) -> anyhow::Result<Outgoing> {
    let refuse = |what: String| {
        Failure::usage(format!("{}: {what}", path.display()))
            .next("write one with --sign-only FILE")
    };
    let bytes = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let request = pb::SubmitRequest::decode(bytes.as_slice())
        .map_err(|error| refuse(format!("not a signed submission: {error}")))?;
    let signed = Signed::from_request(request).map_err(|error| refuse(error.to_string()))?;
    let meta = Meta::of(
        &signed,
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned()),
    );
    Ok(Outgoing { signed, meta })
}

/// Writes signed submissions: one into the file named, several into a folder of that name.
fn keep_signed(path: &Path, all: Vec<Outgoing>, output: Output) -> anyhow::Result<Exit> {
    let several = all.len() > 1;
    if several {
        make_folder(path)?;
    }
    for outgoing in all {
        let file: PathBuf = if several {
            path.join(format!("{}.signed", outgoing.meta.message_id))
        } else {
            path.to_owned()
        };
        write_public(&file, outgoing.signed.request().encode_to_vec())?;
        Report::signed(&outgoing.meta, &file).print(output)?;
    }
    Ok(Exit::Done)
}
