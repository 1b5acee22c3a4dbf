//! `explain` and `schema`: what the codes mean, and what a draft may hold.

use clap::{Args, ValueEnum};

/// `precinto explain`
#[derive(Debug, Args)]
#[command(after_help = "\
A code is written as it stands in messages: AWB_CHECK_DIGIT, CH01, HOLD, SEIZED, P1, AMBER+STRICT, H2, US:LES. Lower case
and hyphens are understood. A code that several vocabularies know is shown once for each. Units, Mexican and U.S. states,
listed substances and UN numbers are explained as well: KGM, MX-JAL, 110-63-4, UN1203; so are the states of a case: REFERRED.

Examples:
  precinto explain CERT_REVOKED
  precinto --lang es explain AWB_CHECK_DIGIT
  precinto explain PARTIAL                 (a verdict, a state of a hold, an outcome, a state of a serial number)
  precinto explain PARTIAL --family outcome
  precinto explain --family indicator      (the table of 48)
  precinto explain                         (lists all, by family)
  precinto -o jsonl explain > codes.jsonl  (both languages, for other programs)")]
pub(crate) struct Explain {
    /// A reason, indicator, action, outcome, mark or any other code; without one, the list of all
    pub(crate) code: Option<String>,
    /// Only this family: reason, indicator, action, outcome, verdict, tlp, mark, state and so on
    #[arg(long, value_name = "NAME")]
    pub(crate) family: Option<String>,
}

/// `precinto schema`
#[derive(Debug, Args)]
#[command(after_help = "\
The schema (JSON Schema, draft 2020-12) makes an editor complete field names and codes, show what they mean, and mark
mistakes while they are typed. It is made from the same descriptors that `send` reads drafts with.

  precinto schema alert > alert.schema.json

In VS Code with the YAML extension, Neovim, Helix, Emacs and every other editor with yaml-language-server, put this line on
top of the draft; it is a comment to everybody else:

  # yaml-language-server: $schema=./alert.schema.json

In a JSON draft no such line is needed: map *.alert.json to the schema in the editor's settings (json.schemas in VS Code).

The schema asks for the plain spelling: capitals for codes, names with underscores, lists as lists. `send` forgives more.
What needs knowledge of the whole (check digits, what belongs to which message type) is said by: send alert FILE --dry-run

Examples:
  precinto schema alert > alert.schema.json
  precinto --lang es schema message > mensaje.schema.json")]
pub(crate) struct Schema {
    /// Of what
    #[arg(value_enum)]
    pub(crate) subject: Subject,
}

/// What a schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Subject {
    /// Drafts of alerts and amendments.
    Alert,
    /// Drafts of every message type.
    Message,
}
