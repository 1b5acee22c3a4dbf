//! `node` and `ack`: an agency's own agent, and a person's acknowledgement in few words.

use super::NodeArgs;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `precinto node …`
#[derive(Debug, Subcommand)]
pub(crate) enum NodeCommand {
    /// [changes state] Run this node's agent until SIGTERM or Ctrl-C: send what waits, take in what comes
    #[command(after_help = "\
What it does stands in the [run] table of the node's file: `precinto config example node` shows it. It brings what waits in the
outbox to the gateway, in order, for as long as it takes; it hands each delivery to the agency's systems, once it is verified, as
a JSON file or to a program; and it answers with this node's signed receipt (an ACK of level NODE, which says that the machine has
it, and nothing about any person). It may be killed at any moment: nothing is lost, and nothing is said twice.

What is handed over was proven to be in the log. `precinto sub seek agent first` has everything handed over once more, and answers
nothing a second time. Receipts of what was sent are kept for 30 days in the state folder, in sent/. With `confirm_recalls` it
carries recalls out and confirms them by itself; the file says what you state by that.

With a [run] table, `send`, `ack` and `sync --confirm-recalls` put what they have signed into the outbox, wait a few seconds for
its receipt, and say whether it is in the log or only queued.

Example:
  precinto node run --node nodes/us-cbp-lax.toml

News goes to stderr, or as one JSON object a line to stdout with -o jsonl; never the content of a message. Exit code 3 when the
log or the gateway was caught in a lie: then a person must look before it is started again. Under systemd:

  [Unit]
  Description=Precinto node
  After=network-online.target
  Wants=network-online.target

  [Service]
  ExecStart=/usr/bin/precinto node run --node /etc/precinto/node.toml
  User=precinto
  StateDirectory=precinto
  Restart=always
  RestartSec=10
  RestartPreventExitStatus=2 3
  ProtectSystem=strict
  NoNewPrivileges=yes

  [Install]
  WantedBy=multi-user.target")]
    Run(NodeRun),
    /// [reads] What waits in the outbox, what was refused, whether the agent runs and the line is up
    #[command(after_help = "\
Read from the node's own disk, whether the agent is running or not; nobody is asked.

Examples:
  precinto node status --node nodes/us-cbp-lax.toml
  precinto node status --node nodes/us-cbp-lax.toml -o json | jq .outbox.waiting

Exit code 0 when the agent runs and answers, its line is up, nothing waits for more than two minutes, nothing was refused, and no
delivery is parked; 10 otherwise.")]
    Status(NodeArgs),
}

/// `precinto node run`
#[derive(Debug, Args)]
pub(crate) struct NodeRun {
    /// Which node.
    #[command(flatten)]
    pub(crate) node: NodeArgs,
    /// End when stdin ends: for programs that start this one
    #[arg(long, hide = true)]
    pub(crate) exit_with_stdin: bool,
}

/// `precinto ack`
#[derive(Debug, Args)]
#[command(after_help = "\
The same as `precinto send ack`, with --level person unless another is given. A level above node is a person's word: it is signed by
an officer's certificate as well, one of the node's file (--officer) or a card or key file of their own (--certificate, --key).

Examples:
  precinto ack US-CBPLAX-2026-000001V --officer hernandez
  precinto ack US-CBPLAX-2026-000001V --level assessed --certificate hernandez.pem --key hernandez.key.pem
  precinto ack US-CBPLAX-2026-000001V --officer hernandez --more-time +6h")]
pub(crate) struct Ack {
    /// The alert, or one of its messages
    #[arg(value_name = "ALERT_ID|MESSAGE_ID", required = true)]
    pub(crate) about: Vec<String>,
    /// How far it goes: node, person, assessed, acted
    #[arg(long, default_value = "person")]
    pub(crate) level: String,
    /// An officer of the node's file who signs
    #[arg(long, value_name = "ID")]
    pub(crate) officer: Vec<String>,
    /// The certificate of the officer who signs, PEM; with --key
    #[arg(
        long,
        value_name = "FILE",
        requires = "key",
        conflicts_with = "officer"
    )]
    pub(crate) certificate: Option<PathBuf>,
    /// Their private key, PKCS#8 PEM
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub(crate) key: Option<PathBuf>,
    /// More time is needed, until then: RFC 3339 with offset, or from now (+6h)
    #[arg(long, value_name = "TIME")]
    pub(crate) more_time: Option<String>,
    /// A remark for the other side
    #[arg(long, value_name = "TEXT")]
    pub(crate) remark: Option<String>,
    /// Which node.
    #[command(flatten)]
    pub(crate) node: NodeArgs,
    /// Put it into the outbox and do not wait for the log
    #[arg(long)]
    pub(crate) queue: bool,
}
