//! The only place that prints. Data goes to stdout, talk goes to stderr, and neither is ever mixed.

mod lang;
mod printable;
mod table;
mod wrapped;

pub(crate) use lang::Lang;
pub(crate) use printable::printable;
pub(crate) use table::{Align, Table};
pub(crate) use wrapped::{COLUMNS, wrapped};

use crate::args::environment;
use crate::exit::Failure;
use indicatif::{ProgressBar, ProgressStyle};
use precinto_alert::reason as catalogue;
use serde::Serialize;
use std::io::{self, IsTerminal, Write};

/// What goes to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Text for people.
    Text,
    /// One JSON object; where results come one by one, one object a line.
    Json,
    /// One JSON object a line.
    Jsonl,
}

/// Where and how this run prints. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    format: Format,
    lang: Lang,
    colour: bool,
}

/// A mark in front of a line, coloured on a terminal that wants colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// As it should be.
    Good,
    /// Worth a look.
    Warning,
    /// Not as it should be.
    Bad,
}

#[expect(
    clippy::unused_self,
    reason = "whoever prints goes through the one value that knows how"
)]
impl Output {
    /// Text is coloured only on a terminal, and never with `NO_COLOR` or `TERM=dumb`.
    pub(crate) fn new(format: Format, lang: Option<Lang>) -> Self {
        Self {
            format,
            lang: lang.unwrap_or_else(Lang::from_locale),
            colour: io::stdout().is_terminal() && environment::wants_colour(),
        }
    }

    /// The language of texts for people.
    pub(crate) fn lang(self) -> Lang {
        self.lang
    }

    /// True when stdout is for people.
    pub(crate) fn is_text(self) -> bool {
        self.format == Format::Text
    }

    /// True when stdout is for machines, one object a line.
    pub(crate) fn is_lines(self) -> bool {
        self.format == Format::Jsonl
    }

    /// Writes one line of data for people.
    pub(crate) fn line(self, line: impl AsRef<str>) -> io::Result<()> {
        write_line(&mut io::stdout().lock(), line.as_ref())
    }

    /// Writes text that already ends its lines, byte for byte: receipts, checkpoints, configuration.
    pub(crate) fn verbatim(self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// Writes one JSON object on one line, whatever the format: for results that come one by one.
    pub(crate) fn json_line(self, value: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string(value).map_err(io::Error::other)?;
        write_line(&mut io::stdout().lock(), &text)
    }

    /// Writes a whole result: indented for `json`, on one line for `jsonl`.
    pub(crate) fn json(self, value: &impl Serialize) -> io::Result<()> {
        if self.format == Format::Jsonl {
            return self.json_line(value);
        }
        let text = serde_json::to_string_pretty(value).map_err(io::Error::other)?;
        write_line(&mut io::stdout().lock(), &text)
    }

    /// Writes a result in the chosen format: the object for machines, the lines for people.
    pub(crate) fn result(
        self,
        value: &impl Serialize,
        text: impl FnOnce() -> Vec<String>,
    ) -> io::Result<()> {
        if !self.is_text() {
            return self.json(value);
        }
        for line in text() {
            self.line(line)?;
        }
        Ok(())
    }

    /// Says something to the person at the terminal; a closed stderr is nobody listening.
    pub(crate) fn talk(self, line: impl AsRef<str>) {
        drop(write_line(&mut io::stderr().lock(), line.as_ref()));
    }

    /// Says something long: on a terminal in lines that fit, which stand two columns further in than the first.
    pub(crate) fn say(self, text: &str) {
        if !io::stderr().is_terminal() {
            return self.talk(text);
        }
        let said = text.trim_start();
        let blanks = text.len() - said.len();
        let mut indent = " ".repeat(blanks);
        for line in wrapped(said, COLUMNS.saturating_sub(blanks + 2)) {
            self.talk(format!("{indent}{line}"));
            indent = " ".repeat(blanks + 2);
        }
    }

    /// Says how the command failed: reason, cause and next step. For machines it is an object on stdout.
    pub(crate) fn failure(self, failure: &Failure) {
        let next = failure.next.as_ref().map(|next| next.pick(self.lang));
        let next = next.or_else(|| {
            let entry = failure.reason.map(catalogue::entry);
            entry.map(|entry| entry.next(self.lang.texts()))
        });
        if !self.is_text() {
            drop(self.json(&FailureJson::of(failure, next)));
            return;
        }
        let label = failure.reason.map_or_else(
            || "error".to_owned(),
            |reason| format!("error[{}]", catalogue::name(reason)),
        );
        let lines: Vec<String> = failure
            .message
            .pick(self.lang)
            .lines()
            .map(printable)
            .collect();
        for line in format!("{label}: {}", lines.join("\n")).lines() {
            self.say(line);
        }
        if let Some(next) = next {
            self.say(&format!(
                "  {}: {next}",
                self.lang.pick("next", "siguiente")
            ));
        }
        if let Some(reason) = failure.reason {
            let more = self.lang.pick("more", "más");
            self.talk(format!(
                "  {more}: precinto explain {}",
                catalogue::name(reason)
            ));
        }
    }

    /// Says what went wrong beside a result that stands; stdout keeps the result alone.
    pub(crate) fn warn(self, failure: &Failure) {
        self.talk(printable(failure.message.pick(self.lang)));
        if let Some(next) = &failure.next {
            let label = self.lang.pick("next", "siguiente");
            self.talk(format!("  {label}: {}", next.pick(self.lang)));
        }
    }

    /// The mark as it stands in front of a line.
    pub(crate) fn mark(self, mark: Mark) -> String {
        let (sign, colour) = match mark {
            Mark::Good => ("ok  ", "32"),
            Mark::Warning => ("warn", "33"),
            Mark::Bad => ("FAIL", "31"),
        };
        if self.colour {
            format!("\u{1b}[{colour}m{sign}\u{1b}[0m")
        } else {
            sign.to_owned()
        }
    }

    /// Text in bold on a terminal that wants it.
    pub(crate) fn bold(self, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[1m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// A progress bar on stderr with rate and time left; silent away from a terminal.
    pub(crate) fn progress(self, length: u64, what: &'static str) -> ProgressBar {
        let bar = ProgressBar::new(length);
        if let Ok(style) =
            ProgressStyle::with_template("{msg} [{bar:32}] {pos}/{len}  {per_sec}  {eta} left")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.with_message(what)
    }
}

/// A failure for machines.
#[derive(Serialize)]
struct FailureJson<'a> {
    schema: &'static str,
    ok: bool,
    exit: u8,
    reason: Option<&'static str>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_es: Option<&'a str>,
    next: Option<&'a str>,
}

impl<'a> FailureJson<'a> {
    fn of(failure: &'a Failure, next: Option<&'a str>) -> Self {
        Self {
            schema: "precinto.error/v1",
            ok: false,
            exit: failure.exit as u8,
            reason: failure.reason.map(catalogue::name),
            message: failure.message.to_string(),
            message_es: failure.message.spanish(),
            next,
        }
    }
}

/// Says something before it is known how this run prints.
pub(crate) fn to_stderr(text: &str) {
    drop(io::stderr().lock().write_all(text.as_bytes()));
}

fn write_line(to: &mut impl Write, line: &str) -> io::Result<()> {
    to.write_all(line.as_bytes())?;
    to.write_all(b"\n")?;
    to.flush()
}
