//! One field with what was found in it, by a gateway or on this machine.

use crate::output::Lang;
use precinto_alert::Lang as Texts;
use precinto_alert::reason::{self as catalogue, Reason};
use precinto_alert::violation::Violation;
use precinto_client::refusal::Violation as Refused;
use precinto_proto::v1 as pb;
use serde::Serialize;

/// One field with what was found in it.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    field: String,
    reason: Option<&'static str>,
    detail: String,
    /// Values that would pass and may have been meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    proposals: Vec<String>,
    #[serde(skip)]
    coded: Option<Reason>,
}

impl From<&pb::Finding> for Finding {
    fn from(finding: &pb::Finding) -> Self {
        Self {
            field: finding.field.clone(),
            reason: Some(catalogue::name(finding.reason())),
            detail: finding.detail.clone(),
            proposals: Vec::new(),
            coded: Some(finding.reason()),
        }
    }
}

impl From<&Refused> for Finding {
    fn from(violation: &Refused) -> Self {
        Self {
            field: violation.field.clone(),
            reason: violation.reason.map(catalogue::name),
            detail: violation.description.clone(),
            proposals: Vec::new(),
            coded: violation.reason,
        }
    }
}

impl From<&Violation> for Finding {
    fn from(violation: &Violation) -> Self {
        Self {
            field: violation.field.clone(),
            reason: Some(catalogue::name(violation.reason)),
            detail: violation.detail.clone(),
            proposals: violation.proposals.clone(),
            coded: Some(violation.reason),
        }
    }
}

/// One violation as a person reads it, in that language.
pub(in crate::commands::send) fn said(violation: &Violation, lang: Lang) -> String {
    Finding::from(violation).said(lang)
}

impl Finding {
    /// Field, code, what is wrong and what would fit. The details of the rules are in English; in Spanish the catalogue's
    /// text stands before them.
    pub(super) fn said(&self, lang: Lang) -> String {
        let Self { field, detail, .. } = self;
        let code = self.reason.unwrap_or("?");
        let text = self
            .coded
            .map(|reason| catalogue::entry(reason).text(Texts::Es));
        let mut said = match (lang, text) {
            (Lang::Es, Some(text)) => format!("{field}: {code}: {text} ({detail})"),
            _ => format!("{field}: {code}: {detail}"),
        };
        if !self.proposals.is_empty() {
            let perhaps = lang.pick("perhaps", "quizá");
            said.extend(["; ", perhaps, " ", &self.proposals.join(", ")]);
        }
        said
    }
}
