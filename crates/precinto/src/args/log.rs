//! `log` and `audit`: what the log proves, and whether it is true.

use super::NodeArgs;
use clap::{Args, Subcommand};
use precinto_proto::v1::ActKind;
use std::path::PathBuf;

/// `precinto log …`
#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// The newest signed checkpoint, verified under the log's key
    #[command(after_help = "\
Examples:
  precinto log checkpoint --node nodes/us-cbp-lax.toml > checkpoint
  precinto log checkpoint --witnessed --node nodes/us-cbp-lax.toml       (with the other side's cosignatures)

With --witnessed, exit 4 means: not as many have cosigned as the node's policy asks for.")]
    Checkpoint {
        /// Which node asks.
        #[command(flatten)]
        node: NodeArgs,
        /// The newest one that nodes of the other side have cosigned, graded by this node's policy
        #[arg(long)]
        witnessed: bool,
    },
    /// The receipt of an entry, verified; byte-identical to the first one
    #[command(after_help = "\
Examples:
  precinto log receipt 0192f0c1-… --node nodes/us-cbp-lax.toml > alert.tlog-proof
  precinto log receipt --index 17 --node nodes/us-cbp-lax.toml
  precinto log receipt --index 17 --witnessed --node nodes/us-cbp-lax.toml

With --witnessed, exit 4 means: the receipt holds, and not as many have cosigned as the node's policy asks for.")]
    Receipt {
        /// Which entry.
        #[command(flatten)]
        which: Reference,
        /// Which node asks.
        #[command(flatten)]
        node: NodeArgs,
        /// Write {id}.tlog-proof and its record into this folder instead of printing
        #[arg(long, value_name = "DIR")]
        save: Option<PathBuf>,
        /// The receipt under a checkpoint that the other side has cosigned, graded by this node's policy
        #[arg(long)]
        witnessed: bool,
    },
    /// Asks for the proofs and checks them: that the log holds an entry, and that it extends what was seen before
    #[command(after_help = "\
Examples:
  precinto log prove --index 17 --node nodes/us-cbp-lax.toml
  precinto log prove --old-checkpoint checkpoint --node nodes/us-cbp-lax.toml")]
    Prove {
        /// Prove that the log holds the leaf with this index
        #[arg(long, value_name = "N", required_unless_present = "old_checkpoint")]
        index: Option<u64>,
        /// Prove that the log extends this older checkpoint
        #[arg(long, value_name = "FILE")]
        old_checkpoint: Option<PathBuf>,
        /// Which node asks.
        #[command(flatten)]
        node: NodeArgs,
    },
    /// Who did what: acts in the log, as far as this node may see them, the newest last
    #[command(after_help = "\
An auditor sees all of them, a node its own and those of the gateway. What can be asked for with --kind:
  part-refused                          a part of the directory that a node brought
  delivery-withheld                     what the rules in force kept from an agency that it was for
  records-read, log-exported            what a node was given, before it was given (deliveries are not listed: the record says for whom)
  subscription-created, -deleted, -sought, -unparked
  submission-refused                    a rule has refused a statement whose signatures held
  trust-changed, credential-changed, reload-refused, connection-refused    what the gateway did, or turned away

Examples:
  precinto log acts --node nodes/us-oversight-audit.toml
  precinto log acts --kind records-read --kind log-exported --by mx.dev.invalid/agency/anam --node nodes/us-oversight-audit.toml
  precinto log acts --read 17 -o jsonl --node nodes/us-oversight-audit.toml       (who was given entry 17)")]
    Acts {
        /// Which acts.
        #[command(flatten)]
        which: ActFilter,
        /// Which node asks.
        #[command(flatten)]
        node: NodeArgs,
    },
    /// The newest entries, as far as this node may see them
    #[command(
        after_help = "Example:\n  precinto log tail -n 20 --node nodes/us-oversight-audit.toml"
    )]
    Tail {
        /// How many
        #[arg(short = 'n', long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1000))]
        count: u64,
        /// Which node asks.
        #[command(flatten)]
        node: NodeArgs,
    },
}

/// Which acts are shown: those that fit everything that is given.
#[derive(Debug, Clone, Args)]
pub(crate) struct ActFilter {
    /// Only of this kind, by its name; may be given more than once
    #[arg(long, value_name = "KIND", value_parser = act_kind)]
    pub(crate) kind: Vec<ActKind>,
    /// Only by who, or about whom, has this in the SPIFFE id
    #[arg(long, value_name = "TEXT")]
    pub(crate) by: Option<String>,
    /// Only where the entry with this index may have been given: read, or within what was exported
    #[arg(long, value_name = "N")]
    pub(crate) read: Option<u64>,
    /// From this index of the log on
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) first: u64,
}

/// The kind of this name, in small letters with hyphens or as the contract writes it.
fn act_kind(name: &str) -> Result<ActKind, String> {
    let name = name.to_ascii_uppercase().replace('-', "_");
    let known = ActKind::from_str_name(&format!("ACT_KIND_{name}"));
    known
        .filter(|kind| *kind != ActKind::Unspecified)
        .ok_or_else(|| "not a kind of act; --help lists them".to_owned())
}

/// Names one entry.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Reference {
    /// The message id, as a UUID, of a statement that this node sent
    #[arg(value_name = "MESSAGE_ID")]
    pub(crate) message: Option<String>,
    /// The entry's index
    #[arg(long, value_name = "N")]
    pub(crate) index: Option<u64>,
}

/// `precinto audit …`
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Replay a whole log and say what does not add up: exit 0 clean, 3 findings, 4 inconclusive
    #[command(after_help = "\
Reads the journal by its documented format with code of its own: every signature, certificate, digest, leaf, root and
checkpoint is checked again. Take the verifier key and the roots from the agreement, not from the gateway.

What no proof from outside can show: a false time given at append, and truncation beyond the newest receipt or checkpoint
that anybody holds. Keep receipts and checkpoints, and give them with --against.

Examples:
  precinto audit log data/ --vkey gw.dev.invalid/log/2026+… --trust trust/ --against receipts/
  precinto audit log data/ --vkey \"$(cat vkey-from-paper)\"
  precinto audit log --node nodes/us-oversight-audit.toml --against receipts/    (over gRPC, from a running gateway)")]
    Log(AuditLog),
    /// Hold checkpoints and receipts from different hands against each other: exit 0 one history, 3 a fork, 4 not decided
    #[command(after_help = "\
Each side keeps what it was shown: pins and cosigned checkpoints in a node's state folder, receipts, notes. Two signed
checkpoints of one size with different roots prove that the log's key has signed two histories; both are printed in full.
Checkpoints of different sizes are linked by the log: a folder, or a running gateway, whose proofs are checked.

Examples:
  precinto audit compare us/default.pin mx/default.pin --vkey vkey-from-paper
  precinto audit compare us/state/ mx/state/ --vkey vkey-from-paper --journal data/
  precinto audit compare their-checkpoint state/witness.cosigned --node nodes/us-cbp-lax.toml")]
    Compare(AuditCompare),
}

/// `precinto audit compare`
#[derive(Debug, Args)]
pub(crate) struct AuditCompare {
    /// Pins, checkpoints, receipts: files or folders
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The log's verifier key, name+hash+base64, or a file that holds it [default: the node's]
    #[arg(long, value_name = "VKEY", required_unless_present = "node")]
    pub(crate) vkey: Option<String>,
    /// Link sizes by the log in this data folder
    #[arg(long, value_name = "DIR")]
    pub(crate) journal: Option<PathBuf>,
    /// Policies (C2SP tlog-policy) that name the witnesses to look for
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Vec<PathBuf>,
    /// Link sizes by asking the gateway of this node
    #[command(flatten)]
    pub(crate) node: NodeArgs,
}

/// `precinto audit log`
#[derive(Debug, Args)]
pub(crate) struct AuditLog {
    /// The gateway's data folder (with its folder `journal`); not needed with --node
    #[arg(value_name = "DIR", required_unless_present = "node")]
    pub(crate) dir: Option<PathBuf>,
    /// What to judge it by.
    #[command(flatten)]
    pub(crate) by: JudgedBy,
}

/// What a log is judged by, and who reads it where no folder is given.
#[derive(Debug, Clone, Args)]
pub(crate) struct JudgedBy {
    /// An auditor's node: read the log over gRPC from a running gateway.
    #[command(flatten)]
    pub(crate) node: NodeArgs,
    /// The log's verifier key, name+hash+base64, or a file that holds it [default: that of the node, or DIR/log.vkey, which proves less]
    #[arg(long, value_name = "VKEY")]
    pub(crate) vkey: Option<String>,
    /// Each side's roots: a folder with one folder a side, named by trust domain [default: the node's, or the log's own TRUST entries]
    #[arg(long, value_name = "DIR")]
    pub(crate) trust: Option<PathBuf>,
    /// Receipts and checkpoints that others hold: files or folders
    #[arg(long, value_name = "PATH")]
    pub(crate) against: Vec<PathBuf>,
    /// Policies (C2SP tlog-policy): the cosignatures of their witnesses on what is held tell the times of entries
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Vec<PathBuf>,
}
