//! `send` by way of the outbox: durable before it says so, and plain about what is in the log and what is only queued.
//!
//! With `--queue`, always; and whenever the node's file has a `[run]` table, because two ways to the gateway at once would
//! bring messages there in another order than they were said. Then it waits a little for the log's answer, so that a person
//! who sends an alert on a good day sees its entry, and on a bad day that it is only queued.

use super::compose::{Composed, Composer};
use super::report::{self, Report};
use super::stream::{LINE_BYTES_MAX, read_line};
use super::{Numbered, Outgoing, sorted};
use crate::args::SendOptions;
use crate::clock::{self, Stopwatch};
use crate::commands::outbox::failed;
use crate::commands::running::is_running;
use crate::config::{Material, Node};
use crate::exit::{Exit, Failure, Text};
use crate::output::Output;
use precinto_client::outbox::{Fate, Outbox, OutboxError, Turn};
use precinto_client::receipt::{Proven, ReceiptVerifier};
use precinto_client::{Accepted, SubmitError};
use precinto_proto::v1 as pb;
use std::io::{BufRead, Read as _};
use std::time::Duration;
use tokio::time::timeout;

/// The outbox as a way to send.
pub(super) struct Queue<'a> {
    node: &'a Node,
    options: &'a SendOptions,
    outbox: Outbox,
}

impl<'a> Queue<'a> {
    /// The outbox, if this is to go through it.
    pub(super) fn of(node: &'a Node, options: &'a SendOptions) -> anyhow::Result<Option<Self>> {
        let sends = !options.dry_run && !options.validate_only && options.sign_only.is_none();
        if !sends || !(options.queue || node.run.is_some()) {
            return Ok(None);
        }
        crate::files::make_folder(&node.state)?;
        let outbox = Outbox::open(&node.state).map_err(|error| failed(&error))?;
        Ok(Some(Self {
            node,
            options,
            outbox,
        }))
    }

    /// Queues what `compose` signs, and says of each message whether it is in the log by now.
    pub(super) fn deliver(
        &self,
        output: Output,
        compose: impl FnOnce() -> anyhow::Result<Numbered<'a>>,
    ) -> anyhow::Result<Exit> {
        let watch = Stopwatch::start();
        let (exit, queued, left) = {
            let mut turn = self.outbox.turn().map_err(|error| failed(&error))?;
            let Numbered { all, by } = compose()?;
            let (exit, sound) = sorted(all, self.options, output)?;
            let (queued, left) = put_all(&mut turn, sound, by)?;
            (exit, queued, left)
        };
        let patience = self.patience(output, queued.is_empty());
        let mut told = exit;
        crate::runtime::run(async {
            for outgoing in &queued {
                let report = self.report(outgoing, watch, patience).await?;
                report.print(output)?;
                if told == Exit::Done {
                    told = report.exit();
                }
            }
            Ok(())
        })?;
        let Some(Left { all, error }) = left else {
            return Ok(told);
        };
        for outgoing in &all {
            not_queued(outgoing, &error).print(output)?;
        }
        let failure = failed(&error);
        if let Some(next) = &failure.next {
            output.talk(next.pick(output.lang()));
        }
        Ok(if told == Exit::Done {
            failure.exit
        } else {
            told
        })
    }

    /// Drafts from stdin, one JSON object a line: each queued, and said to be, before the next is read.
    pub(super) fn stream(&self, material: &Material, output: Output) -> anyhow::Result<Exit> {
        let mut exit = Exit::Done;
        let mut composer = Composer::new(self.node, material, self.options, 1)?;
        let mut stdin = std::io::stdin().lock();
        while let Some(line) = next_line(&mut stdin)? {
            let mut tag = None;
            let line = line.as_deref();
            if line.is_ok_and(|line| line.trim().is_empty()) {
                continue;
            }
            // Whatever is wrong is told of this line, under its tag; those behind it are read all the same.
            let report = match line {
                Ok(line) => self.take_line(&mut composer, line, &mut tag),
                Err(failure) => Err(failure.clone().into()),
            };
            let report = report.unwrap_or_else(|error| Report::unreadable(tag, &foreseen(error)));
            output.json_line(&report)?;
            if exit == Exit::Done {
                exit = report.exit();
            }
        }
        Ok(exit)
    }

    fn take_line(
        &self,
        composer: &mut Composer<'_>,
        line: &str,
        tag: &mut Option<String>,
    ) -> anyhow::Result<Report> {
        let draft = read_line(line, tag)?;
        let mut turn = self.outbox.turn().map_err(|error| failed(&error))?;
        let (Composed { outgoing, found }, put) = composer.compose_into(&mut turn, draft)?;
        Ok(match put {
            Ok(Some(_)) => Report::queued(&outgoing.meta),
            Ok(None) => Report::found(&outgoing.meta, &found),
            Err(error) => not_queued(&outgoing, &error),
        })
    }

    /// How long the log's answer is waited for; nobody waits when nobody is sending.
    fn patience(&self, output: Output, idle: bool) -> Duration {
        let lang = output.lang();
        if !is_running(&self.node.state) {
            if !idle {
                output.talk(lang.pick(
                    "no agent of this node is running: what is queued waits until  precinto node run",
                    "ningún agente de este nodo está en ejecución: lo que está en cola espera a  precinto node run",
                ));
            }
            return Duration::ZERO;
        }
        if self.options.queue {
            Duration::ZERO
        } else {
            Duration::from_secs(self.options.wait.into())
        }
    }

    /// What became of a message by the end of `patience`, counted from the first.
    async fn report(
        &self,
        outgoing: &Outgoing,
        watch: Stopwatch,
        patience: Duration,
    ) -> anyhow::Result<Report> {
        let id = outgoing.signed.message_id();
        let bell = self.outbox.bell();
        let answer = loop {
            match self.outbox.fate(id).map_err(|error| failed(&error))? {
                Fate::Sent(receipt) => break self.believe(outgoing, receipt),
                Fate::Refused(refused) => break Err(refused.error()),
                Fate::Queued(_) | Fate::Unknown if watch.elapsed() >= patience => {
                    return Ok(Report::queued(&outgoing.meta));
                }
                Fate::Queued(_) | Fate::Unknown => {}
            }
            // In time or not, the next look says.
            drop(timeout(patience.saturating_sub(watch.elapsed()), bell.rung()).await);
        };
        let now_us = clock::now_us();
        let mut report = Report::of(&outgoing.meta, now_us, watch.elapsed(), &answer);
        if let Ok(accepted) = &answer {
            let folder = self.options.receipts.as_deref();
            report::keep(&mut report, folder, &accepted.receipt)?;
        }
        Ok(report)
    }

    /// The receipt that the agent has kept, verified once more: it came by way of a disk.
    fn believe(&self, outgoing: &Outgoing, receipt: pb::Receipt) -> Result<Accepted, SubmitError> {
        let verifier = ReceiptVerifier::new(self.node.log.clone());
        let subject = outgoing.signed.subject();
        let proven = verifier.verify(Some(&receipt), &subject, true)?;
        let Proven {
            index,
            time_ms,
            tree_size,
            root,
            record,
        } = proven;
        Ok(Accepted {
            message_id: outgoing.signed.message_id(),
            statement_id: subject.statement_id,
            index,
            time_ms,
            tree_size,
            root,
            duplicate: false,
            warnings: record.warnings,
            recipients: record.recipients,
            receipt,
        })
    }
}

/// What was not put into the outbox.
struct Left {
    /// In their order.
    all: Vec<Outgoing>,
    /// Why the first was not; the others stand behind it.
    error: OutboxError,
}

/// In order: behind one that finds no room, none goes in. What does not go in gives its numbers back, within the turn.
fn put_all(
    turn: &mut Turn<'_>,
    all: Vec<Outgoing>,
    by: Option<Composer<'_>>,
) -> anyhow::Result<(Vec<Outgoing>, Option<Left>)> {
    let mut queued = Vec::new();
    let mut left: Option<Left> = None;
    for outgoing in all {
        if let Some(left) = &mut left {
            left.all.push(outgoing);
            continue;
        }
        match turn.put_new(&outgoing.signed) {
            Ok(_) => queued.push(outgoing),
            Err(error) => {
                let all = vec![outgoing];
                left = Some(Left { all, error });
            }
        }
    }
    if let Some(mut by) = by {
        if let Some(Left { all, error }) = &left {
            for outgoing in all.iter().rev() {
                by.take_back(outgoing, error);
            }
        }
        by.finish()?;
    }
    Ok((queued, left))
}

fn not_queued(outgoing: &Outgoing, error: &OutboxError) -> Report {
    let was_numbered = outgoing.numbers.sequence.is_some() && error.is_before_anything();
    Report::not_queued(&outgoing.meta, &failed(error), was_numbered)
}

/// The next line, or why it is none; nothing at the end. Of one that is too long the rest is read and forgotten.
fn next_line(stdin: &mut impl BufRead) -> std::io::Result<Option<Result<String, Failure>>> {
    let limit = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
    let mut line = Vec::new();
    if stdin.take(limit).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.len() < LINE_BYTES_MAX || line.ends_with(b"\n") {
        return Ok(Some(Ok(String::from_utf8_lossy(&line).into_owned())));
    }
    let mut rest = Vec::new();
    while !rest.ends_with(b"\n") {
        rest.clear();
        if stdin.take(limit).read_until(b'\n', &mut rest)? == 0 {
            break;
        }
    }
    let long = (
        "the line is longer than 1 MiB",
        "la línea tiene más de 1 MiB",
    );
    Ok(Some(Err(Failure::usage(long))))
}

/// What nobody foresaw is told of the line as well: whoever streams waits for one answer to each.
fn foreseen(error: anyhow::Error) -> Failure {
    error.downcast::<Failure>().unwrap_or_else(|error| {
        let text = Text::cause(format!("{error:#}"), "falla imprevista");
        Failure::new(Exit::Failed, text)
    })
}
