//! What became of one message: for people a line or two, for machines an object.

mod text;

pub(super) use text::warning;

use super::check::Found;
use crate::clock;
use crate::exit::{self, Exit, Failure};
use crate::files::keep_receipt;
use crate::words::Finding;
use precinto_alert::Lang as Texts;
use precinto_alert::code::MessageType;
use precinto_alert::reason::{self as catalogue, Reason};
use precinto_alert::violation::headline;
use precinto_client::{Accepted, Signed, SubmitError};
use precinto_envelope::hex;
use precinto_proto::v1 as pb;
use serde::Serialize;
use std::path::Path;
use std::time::Duration;

/// A message that waits in the outbox.
const QUEUED: &str = "queued";

/// What is known of a message before it is sent.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Meta {
    /// Given back to programs that stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tag: Option<String>,
    /// The message id, as a UUID.
    pub(super) message_id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// The alert it belongs to.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) alert_id: String,
    /// SHA-256 of what was signed, in hexadecimal.
    pub(super) statement_id: String,
}

/// What became of a message.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    schema: &'static str,
    ok: bool,
    /// Where it is: in the log, or only on this machine's disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(flatten)]
    meta: Meta,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    submit_ms: Option<f64>,
    #[serde(flatten)]
    logged: Option<Logged>,
    /// Where the receipt was put.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) receipt: Option<String>,
    /// Where the signed submission was put.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Finding>,
    #[serde(flatten)]
    refused: Option<Refused>,
    /// Only this machine was asked.
    #[serde(skip)]
    here: bool,
}

/// Where it stands in the log; the receipt has been verified.
#[derive(Debug, Serialize)]
struct Logged {
    index: u64,
    time: String,
    tree_size: u64,
    duplicate: bool,
    delivered_to: Vec<String>,
}

/// Why it does not.
#[derive(Debug, Serialize)]
struct Refused {
    reason: Option<&'static str>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_es: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    violations: Vec<Finding>,
    retry: bool,
    #[serde(skip)]
    exit: Exit,
    #[serde(skip)]
    coded: Option<Reason>,
}

impl Meta {
    /// What a signed message says of itself.
    pub(super) fn of(signed: &Signed, tag: Option<String>) -> Self {
        let statement = signed.statement();
        let name = MessageType::try_from(statement.r#type)
            .unwrap_or_default()
            .as_str_name();
        Self {
            tag,
            message_id: signed.message_id().to_string(),
            kind: name.trim_start_matches("MESSAGE_TYPE_").to_owned(),
            alert_id: statement.alert_id,
            statement_id: hex(&signed.statement_id()),
        }
    }
}

impl Report {
    fn new(meta: Meta, ok: bool) -> Self {
        Self {
            schema: "precinto.send.result/v1",
            ok,
            state: None,
            meta,
            sent_time: None,
            submit_ms: None,
            logged: None,
            receipt: None,
            file: None,
            warnings: Vec::new(),
            refused: None,
            here: false,
        }
    }

    /// What the gateway answered, and how long that took.
    pub(super) fn of(
        meta: &Meta,
        sent_us: u64,
        took: Duration,
        answer: &Result<Accepted, SubmitError>,
    ) -> Self {
        let mut report = Self::new(meta.clone(), answer.is_ok());
        report.sent_time = Some(clock::rfc3339_us(sent_us));
        report.submit_ms = Some(took.as_secs_f64() * 1_000.0);
        match answer {
            Ok(accepted) => {
                report.warnings = accepted.warnings.iter().map(Finding::from).collect();
                report.state = Some("logged");
                report.logged = Some(Logged::of(accepted));
            }
            Err(error) => report.refused = Some(Refused::of(error)),
        }
        report
    }

    /// What a dry run found.
    pub(super) fn checked(meta: &Meta, checked: Result<Vec<pb::Finding>, SubmitError>) -> Self {
        let mut report = Self::new(meta.clone(), checked.is_ok());
        match checked {
            Ok(warnings) => report.warnings = warnings.iter().map(Finding::from).collect(),
            Err(error) => report.refused = Some(Refused::of(&error)),
        }
        report
    }

    /// What was found on this machine: refused here, or nothing against it.
    pub(super) fn found(meta: &Meta, found: &Found) -> Self {
        let mut report = Self::new(meta.clone(), found.errors.is_empty());
        report.warnings = found.warnings.iter().map(Finding::from).collect();
        if found.errors.is_empty() {
            report.here = true;
            return report;
        }
        let coded = headline(&found.errors);
        let entry = catalogue::entry(coded);
        report.refused = Some(Refused {
            reason: Some(entry.name()),
            message: entry.text(Texts::En).to_owned(),
            message_es: Some(entry.text(Texts::Es).to_owned()),
            violations: found.errors.iter().map(Finding::from).collect(),
            retry: false,
            exit: exit::of_reason(coded),
            coded: Some(coded),
        });
        report
    }

    /// Signed and kept, not sent.
    pub(super) fn signed(meta: &Meta, file: &Path) -> Self {
        let mut report = Self::new(meta.clone(), true);
        report.file = Some(file.display().to_string());
        report
    }

    /// In the outbox, durably, and not known to be in the log.
    pub(super) fn queued(meta: &Meta) -> Self {
        let mut report = Self::new(meta.clone(), true);
        report.state = Some(QUEUED);
        report
    }

    /// Sound in itself, and kept back because of another of the same command.
    pub(super) fn kept_back(tag: Option<String>) -> Self {
        let kept = (
            "not sent: another draft of the same command is wrong",
            "no enviado: otro borrador del mismo comando es incorrecto",
        );
        Self::unreadable(tag, &Failure::new(Exit::Failed, kept))
    }

    /// A line of a stream that never became a message.
    pub(super) fn unreadable(tag: Option<String>, failure: &Failure) -> Self {
        let meta = Meta {
            tag,
            message_id: String::new(),
            kind: String::new(),
            alert_id: String::new(),
            statement_id: String::new(),
        };
        let mut report = Self::new(meta, false);
        report.refused = Some(Refused {
            reason: failure.reason.map(catalogue::name),
            message: failure.message.to_string(),
            message_es: failure.message.spanish().map(str::to_owned),
            violations: Vec::new(),
            retry: false,
            exit: failure.exit,
            coded: failure.reason,
        });
        report
    }

    /// A message without an answer: it may be in the log or not.
    pub(super) fn unanswered(meta: &Meta, failure: &Failure) -> Self {
        let unreadable = Self::unreadable(None, failure);
        let refused = unreadable.refused.map(|refused| Refused {
            retry: true,
            ..refused
        });
        Self {
            refused,
            ..Self::new(meta.clone(), false)
        }
    }

    /// Not taken into the outbox, for a reason that passes. What was numbered here has no number any more and so no name: the next
    /// alert gets its alert id.
    pub(super) fn not_queued(meta: &Meta, failure: &Failure, was_numbered: bool) -> Self {
        let report = Self::unanswered(meta, failure);
        if !was_numbered {
            return report;
        }
        Self {
            meta: Self::unreadable(meta.tag.clone(), failure).meta,
            ..report
        }
    }

    /// The exit code that this result asks for.
    pub(super) fn exit(&self) -> Exit {
        self.refused
            .as_ref()
            .map_or(Exit::Done, |refused| refused.exit)
    }
}

impl Logged {
    fn of(accepted: &Accepted) -> Self {
        let resolved = accepted.recipients.iter();
        Self {
            index: accepted.index,
            time: clock::rfc3339_ms(accepted.time_ms),
            tree_size: accepted.tree_size,
            duplicate: accepted.duplicate,
            delivered_to: resolved
                .flat_map(|one| one.agencies.iter().chain(&one.nodes).cloned())
                .collect(),
        }
    }
}

impl Refused {
    fn of(error: &SubmitError) -> Self {
        let coded = error.reason();
        let violations = match error {
            SubmitError::Refused(refusal) => refusal.violations.as_slice(),
            _ => &[],
        };
        let (message, message_es) = match error {
            SubmitError::Refused(refusal) => (refusal.message.clone(), refusal.message_es.clone()),
            SubmitError::Lost(refusal) => (error.to_string(), refusal.message_es.clone()),
            other => (other.to_string(), None),
        };
        Self {
            reason: coded.map(catalogue::name),
            message,
            message_es,
            violations: violations.iter().map(Finding::from).collect(),
            retry: error.is_transient(),
            exit: coded.map_or(Exit::Unreachable, exit::of_reason),
            coded,
        }
    }
}

/// Keeps the receipt of an accepted message under its message id, durably, if a folder is named. A failure is for the report
/// of this message too: it is in the log all the same.
pub(super) fn keep(
    report: &mut Report,
    folder: Option<&Path>,
    receipt: &pb::Receipt,
) -> Result<(), Failure> {
    let Some(folder) = folder else {
        return Ok(());
    };
    match keep_receipt(folder, &report.meta.message_id, receipt) {
        Ok(path) => {
            report.receipt = Some(path.display().to_string());
            Ok(())
        }
        Err(error) => {
            let id = &report.meta.message_id;
            let failure = Failure::new(
                Exit::Failed,
                (
                    format!("{id} is in the log, but its receipt was not kept: {error:#}"),
                    format!("{id} está en la bitácora, pero no se guardó su recibo: {error:#}"),
                ),
            );
            Err(failure.next((
                "precinto log receipt ID  fetches it again",
                "precinto log receipt ID  lo descarga de nuevo",
            )))
        }
    }
}
