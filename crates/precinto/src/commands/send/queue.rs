//! `send` by way of the outbox: durable before it says so, and plain about what is in the log and what is only queued.
//!
//! With `--queue`, always; and whenever the node's file has a `[run]` table, because two ways to the gateway at once would
//! bring messages there in another order than they were said. Then it waits a little for the log's answer, so that a person
//! who sends an alert on a good day sees its entry, and on a bad day that it is only queued.

use super::compose::{Composed, Composer};
use super::report::{self, Report};
use super::stream::{LINE_BYTES_MAX, read_line};
use super::{Outgoing, sorted};
use crate::args::SendOptions;
use crate::clock::{self, Stopwatch};
use crate::commands::outbox::failed;
use crate::commands::running::is_running;
use crate::config::{Material, Node};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use precinto_client::outbox::{Fate, Outbox, OutboxError, Turn};
use precinto_client::receipt::{Proven, ReceiptVerifier};
use precinto_client::{Accepted, SubmitError};
use precinto_proto::v1 as pb;
use std::io::BufRead as _;
use std::io::Read as _;
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
        compose: impl FnOnce() -> anyhow::Result<Vec<Composed>>,
    ) -> anyhow::Result<Exit> {
        let watch = Stopwatch::start();
        let (exit, queued, full) = {
            let mut turn = self.outbox.turn().map_err(|error| failed(&error))?;
            let (exit, sound) = sorted(compose()?, self.options, output)?;
            let (queued, full) = put_all(&mut turn, sound);
            (exit, queued, full)
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
        match full {
            Some((outgoing, error)) => {
                let failure = failed(&error);
                Report::unanswered(&outgoing.meta, &failure).print(output)?;
                Err(failure.into())
            }
            None => Ok(told),
        }
    }

    /// Drafts from stdin, one JSON object a line: each queued, and said to be, before the next is read.
    pub(super) fn stream(&self, material: &Material, output: Output) -> anyhow::Result<Exit> {
        let mut exit = Exit::Done;
        let mut composer = Composer::new(self.node, material, self.options, 1)?;
        let mut stdin = std::io::stdin().lock();
        loop {
            let mut line = Vec::new();
            let limit = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
            let mut head = std::io::Read::by_ref(&mut stdin).take(limit);
            if head.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            if line.len() == LINE_BYTES_MAX {
                return Err(Failure::usage((
                    "the line is longer than 1 MiB",
                    "la línea tiene más de 1 MiB",
                ))
                .into());
            }
            let line = String::from_utf8_lossy(&line);
            if line.trim().is_empty() {
                continue;
            }
            let report = self.take_line(&mut composer, &line)?;
            output.json_line(&report)?;
            if exit == Exit::Done {
                exit = report.exit();
            }
        }
        composer.finish()?;
        Ok(exit)
    }

    fn take_line(&self, composer: &mut Composer<'_>, line: &str) -> anyhow::Result<Report> {
        let mut tag = None;
        let mut turn = self.outbox.turn().map_err(|error| failed(&error))?;
        let drafted = read_line(line, &mut tag);
        let composed = drafted.and_then(|draft| composer.compose_checked(draft));
        let Composed { outgoing, found } = match composed {
            Ok(composed) => composed,
            Err(error) => return Ok(Report::unreadable(tag, &error.downcast::<Failure>()?)),
        };
        if !found.errors.is_empty() {
            return Ok(Report::found(&outgoing.meta, &found));
        }
        let _queued = turn
            .put_new(&outgoing.signed)
            .map_err(|error| failed(&error))?;
        Ok(Report::queued(&outgoing.meta))
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

/// What was queued, and the first that was not, with the reason.
type Queued = (Vec<Outgoing>, Option<(Outgoing, OutboxError)>);

/// In order: behind one that finds no room, none goes in.
fn put_all(turn: &mut Turn<'_>, all: Vec<Outgoing>) -> Queued {
    let mut queued = Vec::new();
    for outgoing in all {
        match turn.put_new(&outgoing.signed) {
            Ok(_) => queued.push(outgoing),
            Err(error) => return (queued, Some((outgoing, error))),
        }
    }
    (queued, None)
}
