//! `check`: how long certificates and revocation lists still count, as a monitoring program wants to be told.
//!
//! Such programs know four answers, and their exit codes stand for other things in the other commands: see [`State::exit`].

mod dated;
mod tell;

use crate::args::{Check, CheckCommand, CheckFormat};
use crate::clock;
use crate::config::{Material, Node};
use crate::exit::{Exit, Failure, Text};
use crate::output::{Lang, Output};
pub(crate) use dated::own_name;
use dated::{Dated, Life, Of, Span, Trouble};
use precinto_gateway::config::Config;
use serde::Serialize;

/// What a monitoring program is told, the better first but for what is not known, which hides nothing worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// As it should be.
    Ok,
    /// Worth a look.
    Warning,
    /// Nobody can tell.
    Unknown,
    /// Not as it should be.
    Critical,
}

impl State {
    /// The codes of the monitoring plugins' guidelines: 0, 1, 2 and 3.
    fn exit(self) -> Exit {
        match self {
            Self::Ok => Exit::Done,
            Self::Warning => Exit::Failed,
            Self::Critical => Exit::Usage,
            Self::Unknown => Exit::VerificationFailed,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// How much time must be left, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Needed {
    warning_ms: u64,
    critical_ms: u64,
}

/// One thing looked at, with the verdict on it.
struct Row {
    what: Text,
    state: State,
    /// Until when it counts, how much is left, and how much is wanted; none if it does not count.
    left: Option<Left>,
    found: Text,
}

#[derive(Debug, Clone, Copy)]
struct Left {
    until_ms: u64,
    ms: u64,
    needed: Needed,
}

/// Runs `check …`.
pub(crate) fn run(command: &CheckCommand, output: Output) -> anyhow::Result<Exit> {
    let (of, args) = match command {
        CheckCommand::Cert(args) => (Of::Certificates, args),
        CheckCommand::Crl(args) => (Of::Lists, args),
    };
    if let (Some(warning), Some(critical)) = (args.warning, args.critical)
        && critical > warning
    {
        let what = (
            "-c must not be more than -w: it would be critical before it warns",
            "-c no debe ser más que -w: sería crítico antes de advertir",
        );
        return Err(Failure::usage(what).into());
    }
    let rows = match look(of, args)? {
        Ok((dated, now_ms)) => dated
            .into_iter()
            .map(|dated| judge(dated, args, now_ms))
            .collect(),
        Err(failure) => vec![Row {
            what: ("settings", "configuración").into(),
            state: State::Unknown,
            left: None,
            found: failure.message,
        }],
    };
    let state = rows.iter().map(|row| row.state).max();
    // Nothing that could be looked at is no good news.
    let state = state.unwrap_or(State::Unknown);
    match args.format {
        Some(CheckFormat::Nagios) => output.line(tell::nagios(of, state, &rows))?,
        Some(CheckFormat::Json) => output.json(&tell::json(of, state, &rows))?,
        Some(CheckFormat::Text) => {
            for line in tell::text(&rows, output) {
                output.line(line)?;
            }
        }
        None => {
            let told = tell::json(of, state, &rows);
            output.result(&told, || tell::text(&rows, output))?;
        }
    }
    Ok(state.exit())
}

/// Everything that has a date, and the time it is there; or why its settings cannot be read.
type Looked = Result<(Vec<Dated>, u64), Failure>;

fn look(of: Of, args: &Check) -> Result<Looked, Failure> {
    if let Some(file) = &args.config {
        return Ok(Config::load(file)
            .map(|config| {
                let now_ms = config.clock().now_ms();
                (dated::of_gateway(&config, of, now_ms), now_ms)
            })
            .map_err(|error| Failure::usage(crate::commands::gateway::unusable(&error))));
    }
    if args.node.node.is_none() {
        return Err(Failure::usage((
            "look at what? no configuration file was given",
            "¿qué se revisa? no se indicó un archivo de configuración",
        ))
        .next((
            "name a node with --node FILE, or a gateway with --config FILE",
            "indique un nodo con --node ARCHIVO, o una pasarela con --config ARCHIVO",
        )));
    }
    let now_ms = clock::now_ms();
    Ok(Node::from_args(&args.node).map(|node| (dated::of_node(&node, of, now_ms), now_ms)))
}

/// What of that which a node works by ends so soon that a monitoring program would be warned, or counts no more: what it is, and
/// until when, or why.
pub(crate) fn ending(node: &Node, in_force: &Material, now_ms: u64) -> Vec<Text> {
    let dated = dated::in_force(node, in_force, now_ms);
    let ends = dated.into_iter().filter_map(|dated| {
        let Dated {
            what,
            life,
            standing,
        } = dated;
        let named = |lang| what.pick(lang).to_owned();
        let span = match standing {
            Ok(span) => span,
            Err(Trouble { found, .. }) => {
                let text = |lang| format!("{}: {}", named(lang), found.pick(lang));
                return Some(Text::from((text(Lang::En), text(Lang::Es))));
            }
        };
        let needed = needed(life, span, (None, None));
        let is_near = span.until_ms.saturating_sub(now_ms) < needed.warning_ms;
        let day = clock::rfc3339_ms(span.until_ms);
        is_near.then(|| {
            Text::from((
                format!("{} until {day}", named(Lang::En)),
                format!("{} hasta {day}", named(Lang::Es)),
            ))
        })
    });
    ends.collect()
}

fn judge(dated: Dated, args: &Check, now_ms: u64) -> Row {
    let Dated {
        what,
        life,
        standing,
    } = dated;
    let span = match standing {
        Ok(span) => span,
        Err(Trouble { state, found }) => {
            return Row {
                what,
                state,
                left: None,
                found,
            };
        }
    };
    let needed = needed(life, span, (args.warning, args.critical));
    let left_ms = span.until_ms.saturating_sub(now_ms);
    let state = if left_ms == 0 || left_ms < needed.critical_ms {
        State::Critical
    } else if left_ms < needed.warning_ms {
        State::Warning
    } else {
        State::Ok
    };
    let (day, days) = (clock::rfc3339_ms(span.until_ms), tell::days(left_ms));
    let found = if left_ms == 0 {
        (format!("ended at {day}"), format!("terminó el {day}"))
    } else {
        (
            format!("good until {day}, {days} days left"),
            format!("vigente hasta {day}, quedan {days} días"),
        )
    };
    Row {
        what,
        state,
        left: Some(Left {
            until_ms: span.until_ms,
            ms: left_ms,
            needed,
        }),
        found: found.into(),
    }
}

/// What was asked for, or else what the length of its life asks for: time enough to renew it twice.
fn needed(life: Life, span: Span, asked: (Option<u64>, Option<u64>)) -> Needed {
    let (asked_warning, asked_critical) = asked;
    let whole_ms = span.until_ms.saturating_sub(span.from_ms);
    let (warning_ms, critical_ms) = match life {
        Life::Certificate => (
            (whole_ms / 3).min(30 * DAY_MS),
            (whole_ms / 10).min(7 * DAY_MS),
        ),
        // A new root takes agreement and has to reach everybody.
        Life::Root => (
            (whole_ms / 3).min(90 * DAY_MS),
            (whole_ms / 10).min(30 * DAY_MS),
        ),
        Life::List => (whole_ms / 2, whole_ms / 10),
    };
    let warned_ms = || warning_ms.max(asked_critical.unwrap_or(0));
    let warning_ms = asked_warning.unwrap_or_else(warned_ms);
    let critical_ms = asked_critical.unwrap_or_else(|| critical_ms.min(warning_ms));
    Needed {
        warning_ms,
        critical_ms,
    }
}

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn args(flags: &str) -> Check {
        let line = format!("precinto check cert --config x {flags}");
        let cli = crate::args::Cli::try_parse_from(line.split_whitespace()).unwrap();
        match cli.command {
            crate::args::Command::Check(CheckCommand::Cert(args)) => args,
            other => panic!("{other:?}"),
        }
    }

    /// The verdict on something that began `whole` days before its end, of which `left` milliseconds are left.
    fn state(life: Life, whole: u64, left_ms: u64, flags: &str) -> State {
        let now_ms = 10_000 * DAY_MS;
        let until_ms = now_ms + left_ms;
        let span = Span {
            from_ms: until_ms - whole * DAY_MS,
            until_ms,
        };
        let dated = Dated {
            what: ("x", "x").into(),
            life,
            standing: Ok(span),
        };
        judge(dated, &args(flags), now_ms).state
    }

    #[test]
    fn how_much_must_be_left_follows_from_the_length_of_a_life() {
        use Life as L;
        use State as S;
        let boundaries = [
            (L::Certificate, 9, 3, S::Warning),
            (L::Certificate, 365, 30, S::Warning),
            (L::Certificate, 30, 3, S::Critical),
            (L::Certificate, 365, 7, S::Critical),
            (L::Root, 3_650, 90, S::Warning),
            (L::Root, 3_650, 30, S::Critical),
            (L::List, 8, 4, S::Warning),
            (L::List, 10, 1, S::Critical),
        ];
        for (life, whole, days, below) in boundaries {
            let above = if below == S::Warning {
                S::Ok
            } else {
                S::Warning
            };
            let at = state(life, whole, days * DAY_MS, "");
            assert_eq!(at, above, "{life:?} {whole} {days}");
            let just_below = state(life, whole, days * DAY_MS - 1, "");
            assert_eq!(just_below, below, "{life:?} {whole} {days}");
        }
        for life in [L::Certificate, L::Root, L::List] {
            assert_eq!(
                state(life, 7, 0, "-w 0 -c 0"),
                S::Critical,
                "{life:?} has ended"
            );
        }
    }

    #[test]
    fn what_is_asked_for_counts_more() {
        let with = |left_ms, flags| state(Life::Certificate, 365, left_ms, flags);
        assert_eq!(with(40 * DAY_MS, "-w 50"), State::Warning);
        assert_eq!(with(10 * DAY_MS, "-w 5"), State::Ok);
        assert_eq!(with(10 * DAY_MS, "-c 20"), State::Critical);
        assert_eq!(
            with(40 * DAY_MS, "-c 35"),
            State::Ok,
            "-c alone moves -w along"
        );
        assert_eq!(with(2 * DAY_MS, "-w 3 -c 1"), State::Warning);
    }
}
