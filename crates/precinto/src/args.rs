//! The command line as one typed tree: names, help that teaches, and the environment's twins of flags.
#![expect(
    rustdoc::broken_intra_doc_links,
    reason = "[reads] and [changes state] are labels for --help, not links"
)]

mod check;
mod directory;
mod draft;
pub(crate) mod environment;
mod explain;
mod keys;
mod log;
mod matching;
mod node;
mod policy;
mod record;
pub(crate) mod refused;
mod report;
mod run;
mod run_node;
mod send;
mod sub;

pub(crate) use check::{Check, CheckCommand, CheckFormat};
pub(crate) use directory::{
    DirectoryApply, DirectoryCommand, DirectoryList, DirectoryPropose, DirectoryShow,
};
pub(crate) use draft::{DraftCommand, DraftCsv, DraftTearLine, DraftWaybill};
pub(crate) use explain::{Explain, Schema, Subject};
pub(crate) use keys::{ConfigCommand, ConfigShow, Example, KeysCommand, KeysDev};
pub(crate) use log::{
    ActFilter, AuditCommand, AuditCompare, AuditLog, JudgedBy, LogCommand, Reference,
};
pub(crate) use matching::Match;
pub(crate) use node::{NodeArgs, Watch};
pub(crate) use policy::{
    LogArgs, PolicyAct, PolicyCan, PolicyCheck, PolicyCommand, PolicyPassage, PolicyReplay,
    PolicyTest, PolicyWhy,
};
pub(crate) use record::{CopyArgs, Find, List, Show, Sync};
pub(crate) use report::{ReportArgs, ReportCommand, ReportExchange};
pub(crate) use run::{Demo, GatewayCommand};
pub(crate) use run_node::{Ack, NodeCommand, NodeRun};
#[cfg(test)]
pub(crate) use send::VERBS;
pub(crate) use send::{MessageArgs, Ready, Said, SendCommand, SendOptions, Shape};
pub(crate) use sub::{DefinitionArgs, SubCommand};

use crate::output::{Format, Lang};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Exit codes, as `--help` prints them; [`crate::exit::Exit`] is the same list.
const EXIT_CODES: &str = "\
Exit codes:
  0   done, healthy, or evidence valid
  1   a failure not listed here
  2   wrong usage
  3   verification failed: signature, proof, checkpoint, policy
  4   verification inconclusive: trust, revocation list or data missing or stale
  5   unauthenticated or not permitted
  6   unreachable, or the deadline passed
  7   not found
  10  reachable but unhealthy

Data goes to stdout, talk goes to stderr. Start with:  precinto demo";

/// Suspicious-shipment alerts between two countries: signed, logged, relayed, proven.
#[derive(Debug, Parser)]
#[command(name = "precinto", version, after_help = EXIT_CODES, propagate_version = true)]
pub(crate) struct Cli {
    /// What to print on stdout: text for people, json (one object), jsonl (one object a line)
    #[arg(
        short,
        long,
        global = true,
        value_enum,
        default_value_t = Format::Text,
        env = "PRECINTO_OUTPUT",
        help_heading = "Options of every command"
    )]
    pub(crate) output: Format,
    /// Language of texts for people; codes never change [default: the locale's]
    #[arg(
        long,
        global = true,
        value_enum,
        env = "PRECINTO_LANG",
        help_heading = "Options of every command"
    )]
    pub(crate) lang: Option<Lang>,
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands, each labelled by whether it changes anything.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// [throw-away] The whole system in one terminal: two sides, a gateway, nodes, alerts, an audit
    Demo(Demo),
    /// The server
    #[command(subcommand)]
    Gateway(GatewayCommand),
    /// [reads] Drafts of alerts from what other systems hold (air waybills, tables), and extracts that name nobody
    #[command(subcommand)]
    Draft(DraftCommand),
    /// [changes state] Sign and submit: alerts, amendments, requests, answers, outcomes
    Send(Send),
    /// [changes state] A signed acknowledgement by a person, in few words
    Ack(Ack),
    /// An agency's own agent: outbox, deliveries, signed receipts
    #[command(subcommand)]
    Node(NodeCommand),
    /// [reads] Deliveries as they come, each verified, resuming where the last run settled
    Watch(Watch),
    /// Durable subscriptions: create, list, show, seek, parked, unpark, delete
    #[command(subcommand)]
    Sub(SubCommand),
    /// Who exists on each side, each signed by its own officers: list, show, propose, apply
    #[command(subcommand)]
    Directory(DirectoryCommand),
    /// [reads] Who may say what to whom: check, test and try the rules by which a side tightens what both have agreed
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// [reads] The story of a case: where it stands, what it is about, who said what when, with each receipt
    Show(Show),
    /// [reads] The alerts that this agency sent or was sent, with filters
    List(List),
    /// [reads] Which alerts speak of a waybill, a container, a serial number, a party, or anything else on a label
    Find(Find),
    /// [reads] Which rows of a manifest (CSV, Cargo-XML) an alert speaks of
    Match(Match),
    /// [changes state] Bring the own copy up to date, which show, list and find do by themselves; confirm recalls
    Sync(Sync),
    /// [reads] The log: checkpoint, receipts, proofs, entries
    #[command(subcommand)]
    Log(LogCommand),
    /// [reads] Independent verification, trusting nothing that a gateway computed
    #[command(subcommand)]
    Audit(AuditCommand),
    /// [reads] Reports made from a verified log: how each side answers the other, every exchange across the border
    #[command(subcommand)]
    Report(ReportCommand),
    /// Keys and certificates
    #[command(subcommand)]
    Keys(KeysCommand),
    /// [reads] Configuration files: check, show, example
    #[command(subcommand)]
    Config(ConfigCommand),
    /// [reads] Says what is wrong with this node, or with this gateway, and what to do about it
    Doctor(Doctor),
    /// [reads] For monitoring: how long certificates and revocation lists still count
    #[command(subcommand)]
    Check(CheckCommand),
    /// [reads] What a reason, indicator, action, outcome or any other code means and what to do next
    Explain(Explain),
    /// [reads] A JSON Schema of drafts, for editors
    Schema(Schema),
}

/// `precinto send …`
#[derive(Debug, Args)]
#[command(after_help = "\
About a case the alert id is enough: what is left out (recipients, the message answered, version) is taken from the own copy
where there is only one thing to mean. A recall goes to everybody who was ever sent anything of the case. What is typed is
never replaced.

Examples:
  precinto send alert alert.yaml --node nodes/us-cbp-lax.toml
  precinto send ack US-CBPLAX-2026-000001V --level person --officer hernandez
  precinto send rfi-response US-CBPLAX-2026-000001V --answer \"1=The forwarder, in cash\"
  precinto send recall US-CBPLAX-2026-000001V --measure QUARANTINE --ground ERROR")]
pub(crate) struct Send {
    /// Options that every way of sending shares.
    #[command(flatten)]
    pub(crate) options: SendOptions,
    /// What to send
    #[command(subcommand)]
    pub(crate) command: SendCommand,
}

/// `precinto doctor`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  precinto doctor --node nodes/us-cbp-lax.toml
  precinto doctor --node nodes/us-cbp-lax.toml --offline
  precinto doctor --config gateway.toml --offline

Exit code 0 when nothing failed (warnings included), 10 when something did, 6 when only the gateway could not be reached.")]
pub(crate) struct Doctor {
    /// Which node is examined.
    #[command(flatten)]
    pub(crate) node: NodeArgs,
    /// Examine a gateway's configuration file instead of a node's
    #[arg(long, value_name = "FILE", conflicts_with = "node")]
    pub(crate) config: Option<PathBuf>,
    /// Do not connect: look at files and dates only
    #[arg(long)]
    pub(crate) offline: bool,
}
