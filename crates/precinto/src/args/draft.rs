//! `draft`: alerts begun from what other systems hold or from an alert of one's own, completed by a person, sent by `send alert`.

use super::CopyArgs;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `precinto draft …`
#[derive(Debug, Subcommand)]
pub(crate) enum DraftCommand {
    /// Cargo-XML air waybills (XFWB), house waybills (XFZB), or both together, as the draft of an alert
    #[command(after_help = "\
Shipment, route, parties and customs notes come from the file. What no waybill can say stands in the draft as a list of
what is still to be typed: whom to tell, how fast, on which legal basis, what is suspected, and why. What the file says and
an alert has no place for is named too, and so is what is wrong on the waybill itself.

An air waybill together with house waybills that belong to it becomes one draft of a consolidation: the whole first, then
each house waybill as a shipment of its own. Where a house waybill describes the whole otherwise than the air waybill does,
the draft says so.

Examples:
  precinto draft waybill awb.xml > awb.yaml
  precinto draft waybill awb.xml house-1.xml house-2.xml > consolidation.yaml
  precinto draft waybill awb.xml -o json | jq .missing
  precinto send alert awb.yaml --to mx.dev.invalid/anam --precedence P2 --authority CUSTOMS_AGREEMENT --suspect DRUG \\
      --indicator PK05=2 --dry-run")]
    Waybill(DraftWaybill),
    /// The rows of a CSV file as drafts of alerts, by a mapping file
    #[command(after_help = "\
The mapping file is a draft with blanks: wherever it says {COLUMN}, the row's value is put in. A text whose columns are all
empty is left out. `codes` translates the values of a column, `skip` names rows that are no alert.

  skip:
    HIDING_PLACE: [Baggage, Body]
  codes:
    UNIT: { Kilogram: KGM, Gram: GRM }
  draft:
    type: ALERT
    to: [mx.dev.invalid/anam]
    content:
      shipments: [{ master_awb: \"{AWB}\", pieces: \"{PIECES}\", gross_weight: \"{WEIGHT} KGM\" }]
      substances: [{ substance_class: DRUG, names: [\"{DRUG}\"], quantity: \"{AMOUNT} {UNIT}\" }]

Examples:
  precinto draft csv hits.csv --map map.yaml | precinto send --node nodes/us-cbp-lax.toml -
  precinto draft csv hits.csv --map map.yaml --out drafts/        (one YAML file a row, each with what is still missing)")]
    Csv(DraftCsv),
    /// From an alert of one's own, the draft of an extract that names nobody, for those who may not have the names
    #[command(after_help = "\
A tear-line goes where the whole may not: to an agency outside a party's release, or one whose law does not let it process
data about persons. Shipment, route, times, goods, indicators and precedence come from the newest version in the own copy.
Parties, files, free words, numbers of files and of people, releases and what was asked for stay out; stderr says what and
why. Only the originator makes an extract; who was sent the alert asks for its release with send dissemination-request.

Whoever has the whole learns of the extract by a LINK. Whoever has the extract hears nothing of the whole: show ALERT_ID, and send
recall, cancel and amend, name each extract that has yet to follow, with the command by which it does. A newer extract goes out as an
amendment of the older one (send amend extract.yaml EXTRACT_ID). That is the whole extract again, so stderr and the draft's head name
what the older one says beside it: narrative, actions, its own handling. Type again what still holds.

Examples:
  precinto draft tear-line US-CBPLAX-2026-000001V --node nodes/us-cbp-lax.toml > extract.yaml
  precinto draft tear-line US-CBPLAX-2026-000001V --narrative \"Solvent drums, mis-declared\" > extract.yaml
  precinto send alert extract.yaml --to mx.dev.invalid/fgr
  precinto send link US-CBPLAX-2026-000001V --with US-CBPLAX-2026-000002T --kind TEAR_LINE
  precinto send amend extract.yaml US-CBPLAX-2026-000002T --dry-run    (read extract.yaml; then the same without --dry-run)

Exit code 5 when the alert is another agency's, 7 when this agency holds no such alert.")]
    TearLine(DraftTearLine),
}

/// `precinto draft waybill`
#[derive(Debug, Args)]
pub(crate) struct DraftWaybill {
    /// The XML files, each at most 8 MiB
    #[arg(required = true, value_name = "FILE.xml")]
    pub(crate) files: Vec<PathBuf>,
}

/// `precinto draft csv`
#[derive(Debug, Args)]
pub(crate) struct DraftCsv {
    /// The CSV file; its first row names the columns
    #[arg(value_name = "FILE.csv")]
    pub(crate) file: PathBuf,
    /// The mapping file, YAML or JSON
    #[arg(long, value_name = "MAP.yaml")]
    pub(crate) map: PathBuf,
    /// What stands between two columns
    #[arg(long, default_value = ",", value_name = "CHARACTER")]
    pub(crate) delimiter: char,
    /// Write one YAML file a row into this folder, instead of one line of JSON each on stdout
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// `precinto draft tear-line`
#[derive(Debug, Args)]
pub(crate) struct DraftTearLine {
    /// The alert, or one of its messages
    #[arg(value_name = "ALERT_ID")]
    pub(crate) alert: String,
    /// The story in words that name nobody; the alert's own is left out
    #[arg(long, value_name = "TEXT", conflicts_with = "keep_narrative")]
    pub(crate) narrative: Option<String>,
    /// Take the alert's own narrative over, unless it names a party: read it before
    #[arg(long)]
    pub(crate) keep_narrative: bool,
    /// Whose copy is asked.
    #[command(flatten)]
    pub(crate) copy: CopyArgs,
}
