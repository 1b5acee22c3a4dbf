//! `match`: a whole manifest against the alerts that an agency holds.

use super::CopyArgs;
use clap::Args;
use std::path::PathBuf;

/// `precinto match`
#[derive(Debug, Args)]
#[command(after_help = "\
A CSV file is read by the names of its columns, in English or in Spanish: AWB, MAWB, HAWB, tracking, S10, ULD, container, seal,
serial number, CAS, shipper, consignee, RFC, plate … (guía aérea, guía house, rastreo, contenedor, candado, número de serie,
remitente, destinatario, placa …); the others are left alone and named, unless --any-column is given. Cargo-XML is read as it
is: flight manifest (XFFM), house manifest (XFHL), air waybill (XFWB), house waybill (XFZB).

Everything is looked for as it stands, also where a check digit fails or a row is malformed, which is said with its line. The
answer comes from the own copy: nobody learns what was asked. Names of parties match when they have the same words. Of recalled
alerts nothing is found.

Examples:
  precinto match manifest.csv --node nodes/mx-anam-mex.toml
  precinto match XFFM_AM690.xml house/*.xml
  precinto match manifiesto.csv --any-column -o json | jq '.hits[] | [.line, .says, .alert_id]'
  precinto match manifest.csv --offline

Exit code 0 when something is found; 7 when nothing is; 4 when nothing is and something could not be looked at: a cell that is
too long, a number that a spreadsheet has rounded, an entry of the log that is not believed.")]
pub(crate) struct Match {
    /// The manifest, CSV with a header or Cargo-XML; several are matched together
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Which copy.
    #[command(flatten)]
    pub(crate) copy: CopyArgs,
    /// Look at every cell of a CSV file, whatever its column is called
    #[arg(long)]
    pub(crate) any_column: bool,
    /// What stands between two columns of a CSV file [default: what the first line shows]
    #[arg(long, value_name = "CHARACTER")]
    pub(crate) delimiter: Option<char>,
}
