//! `send`: one signed statement, or a stream of them.

use super::NodeArgs;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Options that every way of sending shares.
#[derive(Debug, Clone, Args)]
pub(crate) struct SendOptions {
    /// Which node sends.
    #[command(flatten)]
    pub(crate) node: NodeArgs,
    /// Officers of the node's configuration who sign as well (acknowledgement levels 2 to 4 need one)
    #[arg(long, value_name = "ID", global = true)]
    pub(crate) officer: Vec<String>,
    /// Keep each receipt in this folder, as {id}.tlog-proof with its record beside it
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) receipts: Option<PathBuf>,
    /// Check everything at the gateway, write nothing
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// Sign, write the submission to this file, and do not send it (send it later with: send signed FILE)
    #[arg(long, value_name = "FILE", global = true, conflicts_with = "dry_run")]
    pub(crate) sign_only: Option<PathBuf>,
}

/// What to send.
#[derive(Debug, Subcommand)]
pub(crate) enum SendCommand {
    /// Alerts, or any other message, written as JSON or YAML drafts
    #[command(after_help = "\
A draft names type, recipients, a few coded fields and the content, in the field names of the protocol. Prefixes of codes
may be left out, message ids are written as UUIDs, times as RFC 3339 or relative to now (\"+36h\"):

  type: ALERT
  to: [mx.dev.invalid/anam]
  status: EXERCISE
  precedence: P2
  …
  content: { shipment: { … }, … }

Examples:
  precinto send alert alert.yaml --node nodes/us-cbp-lax.toml
  precinto send alert alert.yaml --dry-run -o json
  precinto config example alert > alert.yaml          (a complete draft to start from)")]
    Alert {
        /// Draft files, JSON or YAML
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// A signed acknowledgement of a message that this node was delivered
    #[command(after_help = "\
Examples:
  precinto send ack 0192f0c1-… --to us.dev.invalid/cbp --level node
  precinto send ack 0192f0c1-… --to us.dev.invalid/cbp --level person --officer hernandez")]
    Ack(AckArgs),
    /// What came of an alert
    #[command(after_help = "\
Example:
  precinto send outcome 0192f0c1-… --alert US-CBPLAX-2026-000123B --to us.dev.invalid/cbp --code SEIZED --officer hernandez")]
    Outcome(OutcomeArgs),
    /// Drafts from stdin, one JSON object a line, over one pipelined stream; one JSON line each on stdout, in order
    #[command(
        name = "-",
        after_help = "\
Example:
  jq -c . alerts/*.json | precinto send --node nodes/us-cbp-lax.toml -"
    )]
    Stream {
        /// How many may be under way at once
        #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=256))]
        window: u16,
    },
    /// Submissions that were signed earlier with --sign-only
    #[command(
        after_help = "Example:\n  precinto send signed alert.signed --node nodes/us-cbp-lax.toml"
    )]
    Signed {
        /// Files written by --sign-only
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

/// `precinto send ack`
#[derive(Debug, Args)]
pub(crate) struct AckArgs {
    /// The message id acknowledged, as a UUID
    #[arg(value_name = "MESSAGE_ID")]
    pub(crate) message: String,
    /// How far the acknowledgement goes: node, person, assessed, acted
    #[arg(long, default_value = "node")]
    pub(crate) level: String,
    /// Whom to tell: side/agency, usually the sender of the message
    #[arg(long, required = true, value_name = "SIDE/AGENCY")]
    pub(crate) to: Vec<String>,
    /// The alert it belongs to
    #[arg(long = "alert", value_name = "ALERT_ID")]
    pub(crate) alert_id: Option<String>,
    /// ACTUAL, EXERCISE or TEST; the same as the message's [default: EXERCISE for a node of a trust domain under .invalid,
    /// as development keys have, else ACTUAL]
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Option<String>,
}

/// `precinto send outcome`
#[derive(Debug, Args)]
pub(crate) struct OutcomeArgs {
    /// The message id of the alert, as a UUID
    #[arg(value_name = "MESSAGE_ID")]
    pub(crate) message: String,
    /// What came of it: `SEIZED`, `NEGATIVE_INSPECTION`, `ALREADY_DEPARTED` …
    #[arg(long, value_name = "CODE")]
    pub(crate) code: String,
    /// Whom to tell: side/agency
    #[arg(long, required = true, value_name = "SIDE/AGENCY")]
    pub(crate) to: Vec<String>,
    /// The alert it belongs to
    #[arg(long = "alert", value_name = "ALERT_ID")]
    pub(crate) alert_id: String,
    /// The legal form of a seizure: `MX_ASEGURAMIENTO`, `US_ADMINISTRATIVE` …
    #[arg(long, value_name = "FORM")]
    pub(crate) form: Option<String>,
    /// ACTUAL, EXERCISE or TEST; the same as the alert's [default: EXERCISE for a node of a trust domain under .invalid,
    /// as development keys have, else ACTUAL]
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Option<String>,
}
