//! `directory`: who exists on each side, and how a side changes its own part of that.

use super::NodeArgs;
use super::node::CardArgs;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `precinto directory …`
#[derive(Debug, Subcommand)]
pub(crate) enum DirectoryCommand {
    /// [reads] Who exists on each side: agencies, nodes, officers, groups, topics
    #[command(after_help = "\
Each side signs its own part of the directory, and each part that ever counted is an entry of the log. So nothing here is the
gateway's word: the stewards' signatures are checked under this node's own trust, and that the log holds the part.

Examples:
  precinto directory list --node nodes/us-cbp-lax.toml
  precinto directory list --side mx.dev.invalid
  precinto directory list -o json | jq '.sides[].agencies[].id'

Exit code 3 when a part is not to be believed.")]
    List(DirectoryList),
    /// [reads] One agency, node, officer, group or topic; or a side, and the text of its part
    #[command(after_help = "\
A NAME is what it is called in the directory: an agency (cbp, or us.dev.invalid/cbp), a node (cbp/lax, its SPIFFE id, or the
code of its alert ids), an officer (ramirez, cbp/ramirez), a group, a topic, or a side.

Examples:
  precinto directory show anam --node nodes/us-cbp-lax.toml
  precinto directory show CBPLAX
  precinto directory show us.dev.invalid
  precinto directory show us.dev.invalid --text > us.dev.invalid.toml        (to begin a change from)")]
    Show(DirectoryShow),
    /// [changes state] Check and sign the next version of this side's part; or add a second signature. Nobody is told yet
    #[command(after_help = "\
How somebody joins or leaves, in minutes:

  precinto directory show us.dev.invalid --text > us.toml       (what is in force)
  edit us.toml: add, change or remove [[agency]], [[agency.node]], [[agency.officer]], members …
  precinto directory propose us.toml --officer ramirez          (shows the change in plain words, signs it)
  precinto directory propose us.dev.invalid.part --officer okafor    (where two signatures are needed)
  precinto directory apply us.dev.invalid.part                  (it counts from then on; both sides see it in the log)

`version` and `previous` are filled in. Who signs is an officer whom the part in force names as a steward: one of the node's
file (--officer), or with a card or key file of their own (--certificate, --key). Send the .part file to the second steward as you
like: nobody can change it unseen. A node that leaves is cut off within seconds; whoever has lost a card or key should be revoked by
the side's certificate authority as well.

Examples:
  precinto directory propose us.toml --officer ramirez --node nodes/us-cbp-lax.toml
  precinto directory propose us.toml --certificate okafor.pem --key okafor.key.pem --out next.part")]
    Propose(DirectoryPropose),
    /// [changes state] Put a signed part in force: from then on it counts, and the log says so
    #[command(after_help = "\
The gateway checks it as strictly as at its own start, writes it to the log, and only then goes by it. What is under way ends under
the part before. The same part a second time changes nothing.

Examples:
  precinto directory apply us.dev.invalid.part --dry-run --node nodes/us-cbp-lax.toml
  precinto directory apply us.dev.invalid.part")]
    Apply(DirectoryApply),
}

/// `precinto directory list`
#[derive(Debug, Args)]
pub(crate) struct DirectoryList {
    /// Only this side
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) side: Option<String>,
    /// Who asks.
    #[command(flatten)]
    pub(crate) node: NodeArgs,
}

/// `precinto directory show`
#[derive(Debug, Args)]
pub(crate) struct DirectoryShow {
    /// What: an agency, node, officer, group, topic or side
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Of a side: the text of its part exactly as it was signed
    #[arg(long)]
    pub(crate) text: bool,
    /// Who asks.
    #[command(flatten)]
    pub(crate) node: NodeArgs,
}

/// `precinto directory propose`
#[derive(Debug, Args)]
pub(crate) struct DirectoryPropose {
    /// The part's text (TOML); or a .part that was signed already, to sign it as well
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// An officer of the node's file who signs
    #[arg(long, value_name = "ID", required_unless_present = "certificate")]
    pub(crate) officer: Option<String>,
    /// Or whose card.
    #[command(flatten)]
    pub(crate) card: CardArgs,
    /// Where the signed part goes [default: DOMAIN.part here; the same file when it was signed already]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Show the change and sign nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Whose side it is.
    #[command(flatten)]
    pub(crate) node: NodeArgs,
}

/// `precinto directory apply`
#[derive(Debug, Args)]
pub(crate) struct DirectoryApply {
    /// The signed part
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Let the gateway check everything, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// A node of the side whose part it is.
    #[command(flatten)]
    pub(crate) node: NodeArgs,
}
