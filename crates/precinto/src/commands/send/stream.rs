//! `send -`: drafts from stdin over one pipelined stream; one line of JSON each, in the order they came.
//!
//! One task owns everything: what was read and not yet answered waits in `waiting`, bounded by the window. A broken line
//! loses nothing: whatever was not answered is sent again, as the same bytes, on the next connection.

use super::Outgoing;
use super::compose::Composer;
use super::report::{Report, save_receipt};
use crate::args::SendOptions;
use crate::config::{Material, Node};
use crate::draft::Draft;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::{clock, connect};
use precinto_client::pipeline::{self, Answer, PipelineAnswers, PipelineSender};
use precinto_client::{Connection, SubmitError};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::io::Stdin;
use tokio_stream::StreamExt as _;
use tokio_util::codec::{FramedRead, LinesCodec, LinesCodecError};

/// How many numbers a stream takes at a time.
const NUMBERS: u64 = 1_024;

/// The longest line that is read; a draft's body may have 240 KiB.
const LINE_BYTES_MAX: usize = 1024 * 1024;

/// How long a stream goes on trying to reach a gateway that it had reached before.
const PATIENCE: Duration = Duration::from_mins(1);

/// How many connections in a row may break without a single answer.
const BARREN_MAX: u32 = 10;

/// Something read and not yet printed.
enum Waiting {
    /// Sent, or to be sent: the answer is still to come.
    Message(Box<Outgoing>, u64),
    /// It never became a message.
    Unreadable(Box<Report>),
}

/// Why a session ended.
enum End {
    /// Stdin ended, and everything is answered.
    Finished,
    /// The line broke.
    Lost(SubmitError),
}

/// Runs until stdin ends and everything read from it has been answered.
pub(super) async fn run(
    node: &Node,
    material: &Material,
    options: &SendOptions,
    window: usize,
    output: Output,
) -> anyhow::Result<Exit> {
    let composer = Composer::new(node, material, &options.officer, NUMBERS)?;
    let mut connection = connect::open(material).await?;
    let codec = LinesCodec::new_with_max_length(LINE_BYTES_MAX);
    let lines = FramedRead::new(tokio::io::stdin(), codec);
    let mut stream = Stream {
        composer,
        lines,
        ended: false,
        waiting: VecDeque::new(),
        window,
        options,
        output,
        exit: Exit::Done,
        answered: 0,
    };
    let mut barren = 0;
    loop {
        let before = stream.answered;
        let lost = match stream.session(&connection).await? {
            End::Finished => break,
            End::Lost(error) => error,
        };
        barren = if stream.answered > before {
            0
        } else {
            barren + 1
        };
        output.talk(format!(
            "connection lost, sending again what was not answered: {lost}"
        ));
        let patience = if barren < BARREN_MAX {
            PATIENCE
        } else {
            Duration::ZERO
        };
        match connect::again(material, patience).await {
            Ok(fresh) => connection = fresh,
            Err(failure) => return stream.give_up(failure),
        }
    }
    stream.composer.finish()?;
    Ok(stream.exit)
}

struct Stream<'a> {
    composer: Composer<'a>,
    lines: FramedRead<Stdin, LinesCodec>,
    ended: bool,
    waiting: VecDeque<Waiting>,
    window: usize,
    options: &'a SendOptions,
    output: Output,
    exit: Exit,
    answered: u64,
}

impl Stream<'_> {
    /// One connection's worth: what waits goes first, in its order, then what stdin brings.
    async fn session(&mut self, connection: &Connection) -> anyhow::Result<End> {
        let (mut sender, mut answers) = match pipeline::open(connection, self.window).await {
            Ok(opened) => opened,
            Err(error) => return Ok(End::Lost(error)),
        };
        for waiting in &self.waiting {
            if let Waiting::Message(outgoing, _) = waiting
                && sender.send(outgoing.signed.clone()).await.is_err()
            {
                break;
            }
        }
        loop {
            self.print_unreadable()?;
            if self.ended && self.waiting.is_empty() {
                return Ok(End::Finished);
            }
            if let Some(end) = self.step(&mut sender, &mut answers).await? {
                return Ok(end);
            }
        }
    }

    /// Takes one line, or one answer, whichever comes first.
    async fn step(
        &mut self,
        sender: &mut PipelineSender,
        answers: &mut PipelineAnswers,
    ) -> anyhow::Result<Option<End>> {
        let may_read = !self.ended && self.waiting.len() < self.window;
        let outstanding = !self.waiting.is_empty();
        tokio::select! {
            answer = answers.next(), if outstanding => match answer {
                Some(Answer { outcome: Err(error @ SubmitError::Lost(_)), .. }) => Ok(Some(End::Lost(error))),
                Some(answer) => self.answered_with(&answer).map(|()| None),
                None => anyhow::bail!("the stream ended before everything was answered"),
            },
            line = self.lines.next(), if may_read => {
                let Some(line) = line else {
                    self.ended = true;
                    return Ok(None);
                };
                if let Some(outgoing) = self.take(line)? {
                    let signed = outgoing.signed.clone();
                    self.waiting.push_back(Waiting::Message(Box::new(outgoing), clock::now_us()));
                    // A closed stream shows as lost answers; the message waits for the next session.
                    let _closed = sender.send(signed).await;
                }
                Ok(None)
            }
        }
    }

    /// A line becomes a message, or a report that says why not.
    fn take(&mut self, line: Result<String, LinesCodecError>) -> anyhow::Result<Option<Outgoing>> {
        let mut tag = None;
        let composed = match line {
            Ok(line) if line.trim().is_empty() => return Ok(None),
            Ok(line) => self.compose(&line, &mut tag),
            Err(LinesCodecError::MaxLineLengthExceeded) => {
                Err(Failure::usage("the line is longer than 1 MiB").into())
            }
            Err(LinesCodecError::Io(error)) => return Err(error.into()),
        };
        match composed {
            Ok(outgoing) => Ok(Some(outgoing)),
            Err(error) => {
                let failure = error.downcast::<Failure>()?;
                let report = Report::unreadable(tag, &failure);
                self.waiting
                    .push_back(Waiting::Unreadable(Box::new(report)));
                Ok(None)
            }
        }
    }

    fn compose(&mut self, line: &str, tag: &mut Option<String>) -> anyhow::Result<Outgoing> {
        let value: serde_json::Value = serde_json::from_str(line)
            .map_err(|error| Failure::usage(format!("not a line of JSON: {error}")))?;
        *tag = value
            .get("tag")
            .and_then(|tag| tag.as_str())
            .map(str::to_owned);
        let draft = Draft::read(&value, clock::now_ms())
            .map_err(|error| Failure::usage(format!("the draft cannot be read: {error}")))?;
        self.composer.compose(draft)
    }

    /// The first message that waits is the one answered: answers come in order.
    fn answered_with(&mut self, answer: &Answer) -> anyhow::Result<()> {
        let Some(Waiting::Message(outgoing, sent_us)) = self.waiting.pop_front() else {
            anyhow::bail!("an answer came to nothing that was asked");
        };
        self.answered += 1;
        let meta = &outgoing.meta;
        let mut report = Report::of(meta, sent_us, answer.round_trip, &answer.outcome);
        if let (Ok(accepted), Some(folder)) = (&answer.outcome, &self.options.receipts) {
            report.receipt = Some(save_receipt(folder, meta, &accepted.receipt)?);
        }
        self.print(&report)
    }

    fn print_unreadable(&mut self) -> anyhow::Result<()> {
        while let Some(Waiting::Unreadable(_)) = self.waiting.front() {
            if let Some(Waiting::Unreadable(report)) = self.waiting.pop_front() {
                self.print(&report)?;
            }
        }
        Ok(())
    }

    fn print(&mut self, report: &Report) -> anyhow::Result<()> {
        self.output.json_line(report)?;
        if self.exit == Exit::Done {
            self.exit = report.exit();
        }
        Ok(())
    }

    /// Says of everything unanswered that it may be in the log or not.
    fn give_up(&mut self, failure: Failure) -> anyhow::Result<Exit> {
        while let Some(waiting) = self.waiting.pop_front() {
            match waiting {
                Waiting::Message(outgoing, _) => {
                    let report = Report::unanswered(&outgoing.meta, &failure);
                    self.print(&report)?;
                }
                Waiting::Unreadable(report) => self.print(&report)?,
            }
        }
        Err(failure.into())
    }
}
