//! `check`: one look with an answer that a monitoring program understands.

use super::NodeArgs;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// The exit codes of these commands, which are not those of the others.
const STATES: &str = "\
Exit codes, as monitoring programs expect them (not those of the other commands):
  0   OK
  1   WARNING: something ends before -w
  2   CRITICAL: something ends before -c, has ended, is revoked, or is not trusted
  3   UNKNOWN: a file is missing or cannot be read
  2 as well for wrong usage";

/// `precinto check …`
#[derive(Debug, Subcommand)]
pub(crate) enum CheckCommand {
    /// [reads] How long a node's or a gateway's certificates and the roots it believes still count
    #[command(after_help = format!("\
Looks at files only, so it answers while nothing runs. Without -w and -c it warns when a third of a certificate's life is left,
30 days at most (90 for a root), and is critical at a tenth, 7 days at most (30 for a root).

Examples:
  precinto check cert --node nodes/us-cbp-lax.toml
  precinto check cert --node nodes/us-cbp-lax.toml -w 30 -c 7 --format nagios
  precinto check cert --config gateway.toml --format json

{STATES}"))]
    Cert(Check),
    /// [reads] How long the revocation lists of each side still count
    #[command(after_help = format!("\
A side whose list has ended is not believed any more: neither its nodes get in, nor is anything that they sign. Without -w and
-c it warns when half of a list's span is left, and is critical at a tenth. -w 0.5 is half a day.

Examples:
  precinto check crl --node nodes/us-cbp-lax.toml
  precinto check crl --config gateway.toml -w 2 -c 0.5 --format nagios

{STATES}"))]
    Crl(Check),
}

/// What a check looks at, and when it complains.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Which node is looked at.
    #[command(flatten)]
    pub(crate) node: NodeArgs,
    /// Look at a gateway's configuration file instead of a node's
    #[arg(long, value_name = "FILE", conflicts_with = "node")]
    pub(crate) config: Option<PathBuf>,
    /// Warn when less than so many days are left [default: by the length of its life]
    #[arg(short, long, value_name = "DAYS", value_parser = days)]
    pub(crate) warning: Option<u64>,
    /// Critical when less than so many days are left [default: by the length of its life]
    #[arg(short, long, value_name = "DAYS", value_parser = days)]
    pub(crate) critical: Option<u64>,
    /// How to say it [default: text, or json with -o json]
    #[arg(long, value_enum)]
    pub(crate) format: Option<CheckFormat>,
}

/// How a check answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// A line for each thing, for people.
    Text,
    /// One JSON object.
    Json,
    /// One line with performance data, for Nagios, Icinga and whatever reads their plugins.
    Nagios,
}

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// More is a slip of the keyboard.
const DAYS_MAX: u64 = 3_650;

/// Days with at most three decimals, in milliseconds.
fn days(text: &str) -> Result<u64, String> {
    let wrong = || format!("a number of days from 0 to {DAYS_MAX}, for example 14 or 0.5");
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(part) || part.len() > 3 {
        return Err(wrong());
    }
    let thousandths: u64 = format!("{part:0<3}").parse().map_err(|_| wrong())?;
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    if whole > DAYS_MAX {
        return Err(wrong());
    }
    Ok(whole * DAY_MS + thousandths * (DAY_MS / 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_may_have_decimals_and_an_end() {
        assert_eq!(days("14"), Ok(14 * DAY_MS));
        assert_eq!(days("0.5"), Ok(DAY_MS / 2));
        assert_eq!(days("1.25"), Ok(DAY_MS + DAY_MS / 4));
        assert_eq!(days("0"), Ok(0));
        for wrong in [
            "",
            "-1",
            "1,5",
            ".5",
            "1.",
            "1.2345",
            "3651",
            "99999999999999999999",
            "x",
        ] {
            assert!(days(wrong).is_err(), "{wrong:?}");
        }
    }
}
