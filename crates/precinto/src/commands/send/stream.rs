//! `send -`: drafts from stdin over one pipelined stream; one line of JSON each, in the order they came.
//!
//! One task owns everything: what was read and not yet answered waits in `waiting`, bounded by the window. A broken line
//! loses nothing: whatever was not answered is sent again, as the same bytes, on the next connection; and so is what a
//! gateway that is stopping or overloaded has put off.

use super::Outgoing;
use super::compose::Composer;
use super::report::{self, Report};
use crate::args::SendOptions;
use crate::config::{Material, Node};
use crate::draft::Draft;
use crate::exit::{Exit, Failure, Text};
use crate::output::{Lang, Output};
use crate::{clock, connect};
use precinto_alert::Reason;
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
pub(super) const LINE_BYTES_MAX: usize = 1024 * 1024;

/// How long a stream goes on trying to reach a gateway that it had reached before.
const PATIENCE: Duration = Duration::from_mins(1);

/// How many connections in a row may bring no answer; with the pauses between them, about as long as [`PATIENCE`].
const BARREN_MAX: u32 = 12;

/// The pause after the first of them, doubled with each; after a connection that brought answers there is none.
const BARREN_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause, also when the gateway asks for a longer one.
const BARREN_PAUSE_MAX: Duration = Duration::from_secs(10);

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
    /// The line broke, or the gateway has put a message off.
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
    let composer = Composer::new(node, material, options, NUMBERS)?;
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
    let ended = stream.run(material).await;
    // On every way out, or recipients would see gaps where nothing is missing.
    let given_back = stream.composer.finish();
    ended.and_then(|exit| given_back.map(|()| exit))
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
    /// One connection after the other, until everything is answered or patience is at its end.
    async fn run(&mut self, material: &Material) -> anyhow::Result<Exit> {
        let mut connection = connect::open(material).await?;
        let mut barren = 0;
        loop {
            let before = self.answered;
            let lost = match self.session(&connection).await? {
                End::Finished => return Ok(self.exit),
                End::Lost(error) => error,
            };
            let fruitful = self.answered > before;
            barren = if fruitful { 0 } else { barren + 1 };
            if barren >= BARREN_MAX {
                return self.give_up(failure_of(&lost));
            }
            let what = self.output.lang().pick(
                "interrupted, sending again what was not answered",
                "se interrumpió; se envía de nuevo lo que quedó sin respuesta",
            );
            self.output.talk(format!("{what}: {lost}"));
            tokio::time::sleep(pause(barren, lost.retry_after())).await;
            match connect::again(material, PATIENCE).await {
                Ok(fresh) => connection = fresh,
                Err(failure) => return self.give_up(failure),
            }
        }
    }

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
                Some(Answer { outcome: Err(error), .. }) if goes_again(&error) => Ok(Some(End::Lost(error))),
                Some(answer) => self.answered_with(&answer).map(|()| None),
                // The stream was over before anything that waits was sent on it.
                None => Ok(Some(End::Lost(answers.ended()))),
            },
            line = self.lines.next(), if may_read => {
                let Some(line) = line else {
                    self.ended = true;
                    return Ok(None);
                };
                if let Some(outgoing) = self.take(line)? {
                    let signed = outgoing.signed.clone();
                    self.waiting.push_back(Waiting::Message(Box::new(outgoing), clock::now_us()));
                    // A stream that is over shows in the answers; the message waits for the next session.
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
            Err(LinesCodecError::MaxLineLengthExceeded) => Err(Failure::usage((
                "the line is longer than 1 MiB",
                "la línea tiene más de 1 MiB",
            ))
            .into()),
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
        self.composer.compose(read_line(line, tag)?)
    }

    /// The first message that waits is the one answered: answers come in order.
    fn answered_with(&mut self, answer: &Answer) -> anyhow::Result<()> {
        let Some(Waiting::Message(outgoing, sent_us)) = self.waiting.pop_front() else {
            anyhow::bail!("an answer came to nothing that was asked");
        };
        self.answered += 1;
        let meta = &outgoing.meta;
        let mut report = Report::of(meta, sent_us, answer.round_trip, &answer.outcome);
        let folder = self.options.receipts.as_deref();
        let kept = match &answer.outcome {
            Ok(accepted) => report::keep(&mut report, folder, &accepted.receipt),
            Err(_) => Ok(()),
        };
        self.print(&report)?;
        // A stream whose receipts cannot be kept ends, once it has said of this message that it is in the log.
        Ok(kept?)
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

/// The draft of one line, and its tag as soon as that is known.
pub(super) fn read_line(line: &str, tag: &mut Option<String>) -> anyhow::Result<Draft> {
    let value: serde_json::Value = serde_json::from_str(line).map_err(|error| {
        Failure::usage((
            format!("not a line of JSON: {error}"),
            format!("no es una línea de JSON: {error}"),
        ))
    })?;
    *tag = value
        .get("tag")
        .and_then(|tag| tag.as_str())
        .map(str::to_owned);
    let now_ms = clock::now_ms();
    let draft = Draft::read(&value, now_ms).map_err(|error| {
        let spanish = Draft::read_in(&value, now_ms, Lang::Es);
        let spanish = spanish.map_or_else(|error| error.to_string(), |_| error.to_string());
        Failure::usage((
            format!("the draft cannot be read: {error}"),
            format!("no se puede leer el borrador: {spanish}"),
        ))
    })?;
    Ok(draft)
}

/// Whether this is no answer yet: the same bytes go again, and what the gateway did take is a duplicate.
///
/// A fault of the gateway over one message is an answer, or that message would hold up all behind it for ever.
fn goes_again(error: &SubmitError) -> bool {
    error.is_transient() && error.reason() != Some(Reason::Internal)
}

/// What a gateway that never got further has said.
fn failure_of(error: &SubmitError) -> Failure {
    match error.reason() {
        Some(reason) => Failure::caused(reason, error),
        None => Failure::new(
            Exit::Unreachable,
            Text::cause(error, "se perdió la conexión con la pasarela"),
        )
        .next((
            "send the same lines again later; precinto doctor  looks at every step",
            "envíe más tarde las mismas líneas; precinto doctor  revisa cada paso",
        )),
    }
}

/// How long to wait before the next connection: as long as the gateway asks, or longer with each that brought nothing.
fn pause(barren: u32, asked: Option<Duration>) -> Duration {
    let own = match barren.checked_sub(1) {
        Some(doublings) => BARREN_PAUSE * 2_u32.pow(doublings.min(16)),
        None => Duration::ZERO,
    };
    own.max(asked.unwrap_or_default()).min(BARREN_PAUSE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use precinto_client::Refusal;

    #[test]
    fn what_a_gateway_puts_off_goes_again_and_what_it_refuses_does_not() {
        let refused = |reason| {
            let mut refusal = Refusal::from_status_bytes(&[]).unwrap();
            refusal.reason = Some(reason);
            goes_again(&SubmitError::Refused(Box::new(refusal)))
        };
        assert!(refused(Reason::Draining) && refused(Reason::Overloaded));
        assert!(!refused(Reason::SigBad) && !refused(Reason::FieldInvalid));
        assert!(!refused(Reason::Internal));
    }

    #[test]
    fn pauses_grow_and_honour_what_the_gateway_asks() {
        let second = Some(Duration::from_secs(1));
        assert_eq!(pause(0, None), Duration::ZERO);
        assert_eq!(pause(0, second), Duration::from_secs(1));
        assert_eq!(pause(1, None), BARREN_PAUSE);
        assert_eq!(pause(3, None), BARREN_PAUSE * 4);
        assert_eq!(pause(6, second), BARREN_PAUSE * 32);
        assert_eq!(pause(u32::MAX, None), BARREN_PAUSE_MAX);
        assert_eq!(pause(0, Some(Duration::MAX)), BARREN_PAUSE_MAX);
    }

    #[test]
    fn a_stream_is_about_as_patient_with_a_gateway_as_with_a_line() {
        let all: Duration = (1..BARREN_MAX).map(|barren| pause(barren, None)).sum();
        assert!(all > PATIENCE / 2 && all < PATIENCE, "{all:?}");
    }
}
