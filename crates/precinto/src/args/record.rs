//! `show`, `list`, `find` and `sync`: what an agency was told, answered from its own copy.

use super::NodeArgs;
use clap::Args;
use std::path::PathBuf;

/// Which own copy is asked, and whether it is brought up to date first.
#[derive(Debug, Clone, Args)]
pub(crate) struct CopyArgs {
    /// Which node asks.
    #[command(flatten)]
    pub(crate) node: NodeArgs,
    /// Answer from the own copy as it is; do not connect
    #[arg(long)]
    pub(crate) offline: bool,
}

/// `precinto show`
#[derive(Debug, Args)]
#[command(after_help = "\
First what matters now: what it is, where it stands, the last moment to act, what is asked for, the goods. Then how far each
addressee has come, what waits for an answer, who has confirmed a recall and who has not. Then who said what when, each with
its entry in the log; the receipt of each was verified when it was fetched.

It is the case as far as this agency was told: others may have said more among themselves.

Examples:
  precinto show US-CBPLAX-2026-000001V --node nodes/mx-anam-mex.toml
  precinto --lang es show US-CBPLAX-2026-000001V
  precinto show us-cbplax-2026-1v                       (as read over the telephone)
  precinto show US-CBPLAX-2026-000001V --receipts evidence/
  precinto show US-CBPLAX-2026-000001V -o json | jq .parts

Exit code 7 when this agency holds no such alert.")]
pub(crate) struct Show {
    /// The alert id, or the id of one of the case's messages
    #[arg(value_name = "ALERT_ID|MESSAGE_ID")]
    pub(crate) alert: String,
    /// Which copy.
    #[command(flatten)]
    pub(crate) copy: CopyArgs,
    /// Write the receipt of each message into this folder as {index}-{id}.tlog-proof, with its record beside it
    #[arg(long, value_name = "DIR")]
    pub(crate) receipts: Option<PathBuf>,
}

/// `precinto list`
#[derive(Debug, Args)]
#[command(after_help = "\
The newest first. Every filter narrows the list; the gateway does not learn what was asked.

Examples:
  precinto list --node nodes/mx-anam-mex.toml
  precinto list --state open --precedence P1
  precinto list --to NLU --commodity chemical-precursor --since -48h
  precinto list --agency us.dev.invalid/cbp --state referred      (who waits for an answer)
  precinto list --limit 20 --after …                              (the next page: the list says what to type)
  precinto list -o jsonl | jq .alert_id

Exit code 7 when nothing is found; 4 when nothing is and an entry of the log is not believed, which may be such a case.")]
pub(crate) struct List {
    /// Which copy.
    #[command(flatten)]
    pub(crate) copy: CopyArgs,
    /// Alerts that this side sent: its trust domain, or the first word of it (us)
    #[arg(long, value_name = "SIDE")]
    pub(crate) side: Option<String>,
    /// Alerts that this agency sent or was sent
    #[arg(long, value_name = "SIDE/AGENCY")]
    pub(crate) agency: Option<String>,
    /// What kind of goods: illicit-drug, chemical-precursor, firearm, illicit-fuel
    #[arg(long, value_name = "CLASS")]
    pub(crate) commodity: Option<String>,
    /// How urgent: P1 to P4
    #[arg(long, value_name = "P1..P4")]
    pub(crate) precedence: Option<String>,
    /// Where the case stands (open, closed, cancelled, recalled; escalated when somebody has not answered in time, disputed
    /// when somebody has rejected what was said, expired when it is open past its last useful moment, amended when there is more
    /// than one version, on-hold when goods are held), or how far any addressee has come (relayed, delivered, acknowledged,
    /// assessing, referred, action-accepted, declined, unable, acted, handed-over, outcome-reported, ended)
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<String>,
    /// Where a shipment comes from: airport, UN/LOCODE, country or state (LAX, USLAX, US, US-CA)
    #[arg(long, value_name = "PLACE")]
    pub(crate) from: Option<String>,
    /// Where a shipment goes
    #[arg(long, value_name = "PLACE")]
    pub(crate) to: Option<String>,
    /// Alerts of this time or later: RFC 3339, a day (2026-11-22, UTC), or from now (-48h)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) since: Option<String>,
    /// Alerts before this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) until: Option<String>,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    /// Continue behind the page that ended with this key
    #[arg(long, value_name = "KEY")]
    pub(crate) after: Option<String>,
}

/// `precinto find`
#[derive(Debug, Args)]
#[command(after_help = "\
What a person may hold in the hand: an air waybill, a house waybill, a postal item (S10), a courier's number, a ULD, a
container, a seal, a serial number, a CAS number, a tax number, a telephone number, the name of a party. It is written as it
stands there: blanks, hyphens and accents do not matter, and a check digit that fails is looked for all the same, because
labels are wrong sometimes.

The answer comes from the own copy: nobody learns what was asked. Of recalled alerts nothing is found but their number.

Examples:
  precinto find 865-48291176 --node nodes/mx-anam-mex.toml
  precinto find \"RB 123 456 785 GB\"
  precinto find comercializadora ejercicio               (all words of the name)
  precinto find 865-48291176 865-48291180 --each         (several things at once)
  precinto match manifest.csv                            (a whole manifest)

Exit code 7 when nothing is found; 4 when nothing is and an entry of the log is not believed, which may speak of it.")]
pub(crate) struct Find {
    /// The text as it stands there; several words are one text
    #[arg(required = true, value_name = "TEXT")]
    pub(crate) texts: Vec<String>,
    /// Each word or quoted text is looked for by itself
    #[arg(long)]
    pub(crate) each: bool,
    /// Which copy.
    #[command(flatten)]
    pub(crate) copy: CopyArgs,
}

/// `precinto sync`
#[derive(Debug, Args)]
#[command(after_help = "\
Fetches what this agency is a party to and does not hold yet; each message is verified before it is stored. What was
recalled is quarantined or erased in the same step. `show`, `list`, `find` and `match` do this first by themselves.
Facts stay, and a confirmation does not count them: receipts, holds, outcomes, and what is about the recall itself. They may say what
the alert said; `show` names them. Erase what must not stay where it was written down, and agree on it with the originator.

The copy is the file copy.redb in the node's state folder. It holds nothing that the log does not: when it is damaged,
delete it and fetch it again. The newest checkpoint that was verified is kept beside it, and stays. Each node has a copy of
its own: a confirmation speaks for the node that sends it, and copies of other nodes of the agency are theirs to confirm.

Examples:
  precinto sync --node nodes/mx-anam-mex.toml
  precinto sync --confirm-recalls                        (and say so, signed, to whoever recalled)

Exit code 3 when something could not be believed.")]
pub(crate) struct Sync {
    /// Which node.
    #[command(flatten)]
    pub(crate) node: NodeArgs,
    /// Send the signed confirmation of every recall that was carried out here and not confirmed yet
    #[arg(long)]
    pub(crate) confirm_recalls: bool,
    /// Officers who sign the confirmations as well
    #[arg(long, value_name = "ID", requires = "confirm_recalls")]
    pub(crate) officer: Vec<String>,
}
