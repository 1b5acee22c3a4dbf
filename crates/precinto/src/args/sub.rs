//! `sub`: this node's durable subscriptions, and the flags that define one.

use super::NodeArgs;
use clap::{Args, Subcommand};

/// What a new subscription lets through, where it begins, and how patient it is. Fixed when it is made.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What a new subscription is; fixed when it is made")]
pub(crate) struct DefinitionArgs {
    /// Where it begins: first, now, an index of the log, or a time (RFC 3339, a day, or from now: -48h) [default: first]
    #[arg(long, value_name = "WHERE", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,
    /// Only messages of this type: alert, amend, recall, ack … (may be repeated)
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',')]
    pub(crate) types: Vec<String>,
    /// Only messages of this precedence or a more urgent one; what states none, a recall for example, comes all the same
    #[arg(long, value_name = "P1..P4")]
    pub(crate) at_least: Option<String>,
    /// Only messages about goods of this class: illicit-drug, firearm … (may be repeated)
    #[arg(long, value_name = "CLASS", value_delimiter = ',')]
    pub(crate) commodity: Vec<String>,
    /// Only messages that this agency sent (may be repeated)
    #[arg(long, value_name = "SIDE/AGENCY", value_delimiter = ',')]
    pub(crate) from_agency: Vec<String>,
    /// Only messages of this status: actual, exercise, test, system (may be repeated)
    #[arg(long, value_name = "STATUS", value_delimiter = ',')]
    pub(crate) status: Vec<String>,
    /// Only messages of this alert (may be repeated)
    #[arg(long, value_name = "ALERT_ID", value_delimiter = ',')]
    pub(crate) alert: Vec<String>,
    /// After how many attempts a delivery that is refused each time is parked [default: 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) attempts: Option<u32>,
}

impl DefinitionArgs {
    /// Whether none of them was given.
    pub(crate) fn is_empty(&self) -> bool {
        let Self {
            from,
            types,
            at_least,
            commodity,
            from_agency,
            status,
            alert,
            attempts,
        } = self;
        let lists = [types, commodity, from_agency, status, alert];
        from.is_none()
            && at_least.is_none()
            && attempts.is_none()
            && lists.iter().all(|list| list.is_empty())
    }
}

/// `precinto sub …`
#[derive(Debug, Subcommand)]
pub(crate) enum SubCommand {
    /// [changes state] Make a subscription; one of the same name and definition is found instead
    #[command(after_help = "\
A filter reads the signed statement only, never a body, and narrows what is delivered, not what is accounted for: a delivery
that was left out shows all the same. It cannot be changed later; make another subscription.

Examples:
  precinto sub create desk --node nodes/mx-anam-mex.toml
  precinto sub create fuel --commodity illicit-fuel --at-least P2
  precinto sub create recalls --type recall,cancel --from -48h")]
    Create {
        /// Its name: 1 to 64 of a-z, 0-9, hyphen, underscore
        name: String,
        /// What it is.
        #[command(flatten)]
        definition: DefinitionArgs,
        /// Whose it is.
        #[command(flatten)]
        node: NodeArgs,
    },
    /// [reads] This node's subscriptions
    #[command(after_help = "Example:\n  precinto sub list --node nodes/mx-anam-mex.toml")]
    List {
        /// Whose.
        #[command(flatten)]
        node: NodeArgs,
    },
    /// [reads] One subscription: what it is, how far it has come, what is not settled
    #[command(after_help = "Example:\n  precinto sub show desk --node nodes/mx-anam-mex.toml")]
    Show {
        /// Its name
        name: String,
        /// Whose.
        #[command(flatten)]
        node: NodeArgs,
    },
    /// [changes state] Move a subscription: it goes on as if it were made there
    #[command(after_help = "\
What is not settled before the new place will not come; what is behind it comes anew. The log says who moved it, and an open
stream on it ends and resumes at the new place.

Examples:
  precinto sub seek desk first                           (everything once more)
  precinto sub seek desk 1200                            (from entry 1200 on)
  precinto sub seek desk -24h                            (from this time yesterday on)
  precinto sub seek desk 2026-11-22T06:00:00Z")]
    Seek {
        /// Its name
        name: String,
        /// first, now, an index of the log, or a time (RFC 3339, a day, or from now: -48h)
        #[arg(value_name = "WHERE", allow_hyphen_values = true)]
        to: String,
        /// Whose.
        #[command(flatten)]
        node: NodeArgs,
    },
    /// [reads] Deliveries that were put aside after their last attempt
    #[command(after_help = "\
What is parked was refused by this node as often as the subscription allows. It does not come again by itself.

Examples:
  precinto sub parked desk --node nodes/mx-anam-mex.toml
  precinto sub unpark desk 17                            (once the reason is mended)

Exit code 0 also when nothing is parked.")]
    Parked {
        /// Its name
        name: String,
        /// Whose.
        #[command(flatten)]
        node: NodeArgs,
    },
    /// [changes state] Put parked deliveries back: they come again, counted from the first attempt
    #[command(after_help = "\
The log says who put back what.

Examples:
  precinto sub unpark desk 17 18 --node nodes/mx-anam-mex.toml
  precinto sub unpark desk --all")]
    Unpark {
        /// Its name
        name: String,
        /// Indexes of the entries in the log
        #[arg(
            value_name = "INDEX",
            required_unless_present = "all",
            conflicts_with = "all"
        )]
        indexes: Vec<u64>,
        /// Everything that is parked
        #[arg(long)]
        all: bool,
        /// Whose.
        #[command(flatten)]
        node: NodeArgs,
    },
    /// [changes state] Forget a subscription and how far it had come; what was said stays in the log
    #[command(after_help = "Example:\n  precinto sub delete desk --node nodes/mx-anam-mex.toml")]
    Delete {
        /// Its name
        name: String,
        /// Whose.
        #[command(flatten)]
        node: NodeArgs,
    },
}
