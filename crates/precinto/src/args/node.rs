//! Flags that name the node a command acts for, and `watch`.

use super::DefinitionArgs;
use clap::Args;
use std::path::PathBuf;

/// Which node a command acts for. Flags beat environment, environment beats file.
#[derive(Debug, Clone, Args)]
pub(crate) struct NodeArgs {
    /// The node's configuration file (see: precinto config example node)
    #[arg(long, value_name = "FILE", env = "PRECINTO_NODE", global = true)]
    pub(crate) node: Option<PathBuf>,
    /// The gateway's address, instead of the one in the file
    #[arg(
        long,
        value_name = "HOST:PORT",
        env = "PRECINTO_GATEWAY",
        global = true
    )]
    pub(crate) gateway: Option<String>,
}

/// `precinto watch`
#[derive(Debug, Args)]
#[command(after_help = "\
A name is a durable cursor at the gateway: what was settled never comes again, what was not comes again, also after a
restart of either side. Each delivery is verified before it is printed (signatures under the sender's own side, the log's
checkpoint, no hole in what was covered) and settled after it was printed.

A subscription of that name is taken as it is; without one, it is made as the flags say. With flags, an existing one must have
been made with the same ones.

Examples:
  precinto watch --node nodes/mx-anam-mex.toml
  precinto watch desk-2 --node nodes/mx-anam-mex.toml -o jsonl | jq .alert_id
  precinto watch --node nodes/mx-anam-mex.toml --until-caught-up
  precinto watch urgent --at-least P2 --commodity illicit-drug")]
pub(crate) struct Watch {
    /// The subscription's name: 1 to 64 of a-z, 0-9, hyphen, underscore
    #[arg(default_value = "default")]
    pub(crate) name: String,
    /// Which node watches.
    #[command(flatten)]
    pub(crate) node: NodeArgs,
    /// What it is if it is new.
    #[command(flatten)]
    pub(crate) definition: DefinitionArgs,
    /// End when everything that the log holds now has been delivered and settled
    #[arg(long)]
    pub(crate) until_caught_up: bool,
    /// Fetch each entry's receipt as well, verify it, and keep it in this folder as {index}-{id}.tlog-proof
    #[arg(long, value_name = "DIR")]
    pub(crate) receipts: Option<PathBuf>,
    /// End when stdin ends: for programs that start this one
    #[arg(long, hide = true)]
    pub(crate) exit_with_stdin: bool,
}

/// An officer who is not of the node's file, by the files of their own card: for commands that have `--officer` too.
#[derive(Debug, Args)]
pub(crate) struct CardArgs {
    /// The certificate of the officer who signs, PEM; with --key
    #[arg(
        long,
        value_name = "FILE",
        requires = "key",
        conflicts_with = "officer"
    )]
    certificate: Option<PathBuf>,
    /// Their private key, PKCS#8 PEM
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
}

impl CardArgs {
    /// The certificate and its key, if they are given: always both.
    pub(crate) fn files(&self) -> Option<(PathBuf, PathBuf)> {
        self.certificate.clone().zip(self.key.clone())
    }
}
