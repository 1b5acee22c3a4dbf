//! `report`: what a log shows of how each side answers the other, and of every exchange across the border.

use super::JudgedBy;
use clap::{Args, Subcommand, ValueEnum};
use precinto_alert::code::MessageStatus;
use std::path::PathBuf;

/// `precinto report …`
#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// How each side answers the other: alerts, times against deadlines, outcomes, indicators, recalls, refusals
    #[command(after_help = "\
The log is audited first, and the figures are made from what was verified and nothing else: of the alerts that the log took in
from --from to --to, and of everything that it holds about them up to its end. The same log gives the same report, byte for
byte. A log with findings is reported all the same, says so at the top, and ends with exit code 3.

Examples:
  precinto report reciprocity --from 2026-11-01 --to 2026-11-30 --journal data/ --vkey vkey-from-paper --trust trust/
  precinto report reciprocity --from 2026-11-01 --to 2026-11-30 --node nodes/us-oversight-audit.toml --html november.html
  precinto --lang es report reciprocity --from 2026-11-01 --to 2026-11-30 --node … --html noviembre.html --csv noviembre.csv
  precinto report reciprocity --from 2026-11-01 --to 2026-11-30 --status actual --node … -o json")]
    Reciprocity(ReportArgs),
    /// Every message between an agency and its counterparts abroad, one by one, with the date by which it is to be reported
    #[command(after_help = "\
For the reports that Mexico's National Security Law, article 70, asks of state and municipal officials: to whom, and within how
many days, stands in a small file (--rules; see `precinto report rules`), because laws change. What a message says is not in the list.

Examples:
  precinto report exchange --agency mx.dev.invalid/anam --from 2026-11-01 --to 2026-11-30 --node … --html noviembre.html
  precinto report exchange --officer spiffe://mx.dev.invalid/agency/anam/officer/hernandez --from … --to … --journal data/
  precinto report rules > article-70.toml && precinto report exchange --rules article-70.toml …

It takes the whole log: an auditor's node, or the journal. To any other node most of it is withheld, and so it cannot be verified:
such a list says so at its top and does not end with exit code 0.")]
    Exchange(ReportExchange),
    /// The rules that `report exchange` goes by when it is given none: a file to start from
    #[command(after_help = "Example:\n  precinto report rules > article-70.toml")]
    Rules,
}

/// Which log, which part of it, and what to write beside stdout.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReportArgs {
    /// From this time on: a day (2026-11-01, UTC) or RFC 3339
    #[arg(long, value_name = "TIME")]
    pub(crate) from: String,
    /// Up to this time: a day, which is included, or RFC 3339, which is not
    #[arg(long, value_name = "TIME")]
    pub(crate) to: String,
    /// Only what was meant this way [default: all, each counted by itself where it matters]
    #[arg(long, value_enum, value_name = "STATUS")]
    pub(crate) status: Option<ReportStatus>,
    /// The gateway's data folder (with its folder `journal`); not needed with --node
    #[arg(long, value_name = "DIR", required_unless_present = "node")]
    pub(crate) journal: Option<PathBuf>,
    /// What to judge it by.
    #[command(flatten)]
    pub(crate) by: JudgedBy,
    /// Write a page for people here: one file, nothing fetched, fit to print; in the language of --lang
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Write the figures here for a spreadsheet: codes, one figure a line
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
}

/// `precinto report exchange`
#[derive(Debug, Args)]
pub(crate) struct ReportExchange {
    /// Of which log, and where to.
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    /// Whose exchanges [default: those of the officers' agencies, or of the node's own]
    #[arg(long, value_name = "SIDE/AGENCY")]
    pub(crate) agency: Vec<String>,
    /// Only what this officer signed, or was sent by name: a SPIFFE id
    #[arg(long, value_name = "SPIFFE_ID")]
    pub(crate) officer: Vec<String>,
    /// To whom it is reported, and within how many days [default: the example's]
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,
}

/// How a message was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportStatus {
    /// In earnest
    Actual,
    /// Exercises
    Exercise,
    /// Technical tests
    Test,
    /// Notices of the system itself
    System,
}

impl From<ReportStatus> for MessageStatus {
    fn from(status: ReportStatus) -> Self {
        match status {
            ReportStatus::Actual => Self::Actual,
            ReportStatus::Exercise => Self::Exercise,
            ReportStatus::Test => Self::Test,
            ReportStatus::System => Self::System,
        }
    }
}
