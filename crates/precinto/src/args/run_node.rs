//! `node` and `ack`: an agency's own agent, and a person's acknowledgement in few words.

use super::NodeArgs;
use super::node::CardArgs;
use clap::{Args, Subcommand};

/// `precinto node …`
#[derive(Debug, Subcommand)]
pub(crate) enum NodeCommand {
    /// [changes state] Run this node's agent until SIGTERM or Ctrl-C: send what waits, take in what comes
    #[command(after_help = concat!("\
What it does stands in the [run] table of the node's file: `precinto config example node` shows it. It brings what waits in the
outbox to the gateway, in order, for as long as it takes; it answers each delivery, once it is verified and on this machine's disk,
with this node's signed receipt (an ACK of level NODE, which says that the machine has it, and nothing about any system or person);
and it hands it to the agency's systems, as a JSON file or to a program. It may be killed at any moment: nothing is lost, and nothing
is said twice.

What is urgent (P1, P2, a recall) waits for nothing that is not: it comes by a subscription of its own, agent-urgent, is answered
and handed over before what came earlier, and a program may be run for it while another one is at work, or hangs, on something else.
So two may run at once, and an urgent message may be handed over before an older one; the index says the order. What is being
handed over about the same alert is cut off and comes again, and what comes behind a recall of its alert is put away. By the API a
program has as many in hand at once as it asks for (credit: one, if it does not ask), urgent ones first; of more than one, the last
place is kept for what is urgent.

What is handed over was proven to be in the log. `precinto sub seek agent first` has everything handed over once more, and answers
nothing a second time. Receipts of what was sent are kept for 30 days in the state folder, in sent/. With `confirm_recalls` it
carries recalls out and confirms them by itself; the file says what you state by that.

With a [run] table, `send`, `ack` and `sync --confirm-recalls` put what they have signed into the outbox, wait a few seconds for
its receipt, and say whether it is in the log or only queued.

Example:
  precinto node run --node nodes/us-cbp-lax.toml

News goes to stderr, or as one JSON object a line to stdout with -o jsonl; never the content of a message. Exit code 3 when the
log or the gateway was caught in a lie: then a person must look before it is started again. Under systemd, where all but one folder
is read-only, with  state = \"/var/lib/precinto\"  in the node's file, and under [run]  hand_over = \"/var/lib/precinto/inbox\"; the
unit tells systemd when the agent is ready, which it is with or without a line, and has one started anew that hangs:

", include_str!("../../packaging/precinto-node.service")))]
    Run(NodeRun),
    /// [reads] What waits in the outbox, what was refused, whether the agent runs and the line is up
    #[command(after_help = "\
Read from the node's own disk, whether the agent is running or not; nobody is asked.

Examples:
  precinto node status --node nodes/us-cbp-lax.toml
  precinto node status --node nodes/us-cbp-lax.toml -o json | jq .outbox.waiting

Exit code 0 when the agent runs and answers, its line is up, its local API, if it has one, answers, nothing waits in the outbox for
more than two minutes, nothing was refused, no delivery is parked, and deliveries are taken; 10 otherwise. They are not taken when
something lies there and nothing was taken for two minutes (or for as long as those who take it may be at work on one delivery, if
that is longer: command_seconds, for the program and again for the API), or when one delivery comes again and again for five minutes
more than that while others are taken.")]
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
    /// Or whose card.
    #[command(flatten)]
    pub(crate) card: CardArgs,
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
