//! The commands that run something: `demo` and `gateway`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `precinto demo`
#[derive(Debug, Args)]
#[command(after_help = "\
Needs nothing else: it makes throw-away keys, starts a gateway on a free loopback port and nodes of both sides as processes
of this same binary, plays a story in both directions, audits the log it has just written, and says what it found. Every
alert is marked EXERCISE.

Examples:
  precinto demo
  precinto demo --keep                                  stay, and show commands to try from another terminal
  precinto demo --input seizures.csv --data kept/       real records; keep journal and receipts
  precinto demo -o json                                 one JSON object for machines

Exit code 0 only if every alert that was acknowledged to a sender reached every entitled subscriber, everything that had to
be refused was refused for the right reason, and the audit found nothing.")]
pub(crate) struct Demo {
    /// Stay in the foreground with everything running until Ctrl-C
    #[arg(long)]
    pub(crate) keep: bool,
    /// Play seizure records from this CSV file instead of the built-in story
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// Keep the gateway's data folder and the senders' receipts here; must be new or empty
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Repeat the same made-up details (waybill numbers, flights, parties, faults)
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Of the alerts from records, spoil this share on purpose, one fault each
    #[arg(long, value_name = "PERCENT", default_value_t = 5, requires = "input", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) faulty: u8,
}

/// `precinto gateway …`
#[derive(Debug, Subcommand)]
pub(crate) enum GatewayCommand {
    /// [changes state] Run the gateway until SIGTERM or Ctrl-C; prints one JSON line when it listens
    #[command(after_help = concat!("\
Example:
  precinto gateway run --config gateway.toml

Prints {\"event\":\"listening\",\"address\":…,\"origin\":…,\"vkey\":…} on stdout when it accepts connections. Its own log goes to
stderr; PRECINTO_LOG=debug shows more. SIGTERM stops it cleanly: what was answered is on disk already.

Under systemd, with  data = \"/var/lib/precinto-gateway/data\"  in its settings, so that all but one folder is read-only; for a port
below 1024 it needs AmbientCapabilities=CAP_NET_BIND_SERVICE, and the same in CapabilityBoundingSet:

", include_str!("../../packaging/precinto-gateway.service")))]
    Run(GatewayRun),
    /// [changes state] Begin the gateway's log in its data folder: once, before the first run
    #[command(after_help = "\
Example:
  precinto gateway init --config gateway.toml

Refuses when the data folder shows that there is, or was, a log: two logs under one key would contradict each other. `run` never
begins a log by itself, so that a data folder that is lost or not mounted is noticed.")]
    Init(GatewayFile),
    /// [reads] Check configuration, keys, certificates, revocation lists and directory without starting
    #[command(after_help = "Example:\n  precinto gateway check --config gateway.toml")]
    Check(GatewayFile),
}

/// `precinto gateway run`
#[derive(Debug, Args)]
pub(crate) struct GatewayRun {
    /// The gateway's configuration file (see: precinto config example gateway)
    #[arg(long, value_name = "FILE", env = "PRECINTO_GATEWAY_CONFIG")]
    pub(crate) config: PathBuf,
    /// End when stdin ends: for programs that start this one
    #[arg(long, hide = true)]
    pub(crate) exit_with_stdin: bool,
}

/// `precinto gateway init` and `precinto gateway check`
#[derive(Debug, Args)]
pub(crate) struct GatewayFile {
    /// The gateway's configuration file
    #[arg(long, value_name = "FILE", env = "PRECINTO_GATEWAY_CONFIG")]
    pub(crate) config: PathBuf,
}
