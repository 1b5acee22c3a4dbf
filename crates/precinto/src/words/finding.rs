//! One field with what was found in it, by a gateway or on this machine; the same for people and for programs everywhere.

use crate::draft;
use crate::output::{Lang, printable};
use precinto_alert::Lang as Texts;
use precinto_alert::reason::{self as catalogue, Reason};
use precinto_alert::violation::Violation;
use precinto_client::refusal::Violation as Refused;
use precinto_proto::v1 as pb;
use serde::Serialize;

/// One field with what was found in it.
#[derive(Debug, Serialize)]
pub(crate) struct Finding {
    field: String,
    reason: Option<&'static str>,
    detail: String,
    /// The same in Spanish; empty from a gateway that does not speak it.
    detail_es: String,
    /// Values that would pass and may have been meant.
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
            detail_es: finding.detail_es.clone(),
            proposals: finding.proposals.clone(),
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
            detail_es: violation.description_es.clone().unwrap_or_default(),
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
            detail: violation.detail.text(Texts::En).to_owned(),
            detail_es: violation.detail.text(Texts::Es).to_owned(),
            proposals: violation.proposals.clone(),
            coded: Some(violation.reason),
        }
    }
}

impl Finding {
    /// Field, code, what is wrong and what would fit, safe for a terminal: much of it is another party's text.
    pub(crate) fn said(&self, lang: Lang) -> String {
        self.said_at(&self.field, lang)
    }

    /// As [`Self::said`], for whoever writes the draft: the field by the name that is typed there, then the interface's.
    pub(crate) fn said_of_draft(&self, lang: Lang) -> String {
        match draft::typed_name(&self.field) {
            Some(typed) => self.said_at(&format!("{typed} ({})", self.field), lang),
            None => self.said(lang),
        }
    }

    fn said_at(&self, field: &str, lang: Lang) -> String {
        let code = self.reason.unwrap_or("?");
        let what = self.what(lang);
        let mut said = format!("{field}: {code}: {}", what.trim_end_matches('.'));
        if !self.proposals.is_empty() {
            let perhaps = lang.pick("perhaps", "quizá");
            said.extend(["; ", perhaps, " ", &self.proposals.join(", ")]);
        }
        printable(&said)
    }

    /// The detail in that language; the reason's own text where a gateway sent none, or none that we can show.
    fn what(&self, lang: Lang) -> String {
        let detail = lang.pick(&self.detail, &self.detail_es);
        let text = self
            .coded
            .map(|reason| catalogue::entry(reason).text(lang.texts()));
        match text {
            Some(text) if detail.is_empty() && self.detail.is_empty() => text.to_owned(),
            Some(text) if detail.is_empty() => format!("{text} ({})", self.detail),
            None if detail.is_empty() => self.detail.clone(),
            _ => detail.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_says_what_is_wrong_and_proposes_the_same() {
        let wire = pb::Finding {
            field: "content.shipments[0].gross_weight".into(),
            reason: Reason::WeightMismatch.into(),
            detail: "more than 30 kg a piece by post".into(),
            detail_es: "más de 30 kg por bulto por correo".into(),
            proposals: vec!["3 KGM".into()],
        };
        let finding = Finding::from(&wire);
        assert_eq!(
            finding.said(Lang::En),
            "content.shipments[0].gross_weight: WEIGHT_MISMATCH: more than 30 kg a piece by post; perhaps 3 KGM"
        );
        assert_eq!(
            finding.said(Lang::Es),
            "content.shipments[0].gross_weight: WEIGHT_MISMATCH: más de 30 kg por bulto por correo; quizá 3 KGM"
        );
        let object = serde_json::to_value(&finding).unwrap();
        assert_eq!(object["detail"], wire.detail);
        assert_eq!(object["detail_es"], wire.detail_es);
        assert_eq!(object["proposals"][0], "3 KGM");
    }

    #[test]
    fn whoever_writes_a_draft_reads_the_names_that_are_typed_there() {
        let said = |field: &str| {
            let wire = pb::Finding {
                field: field.into(),
                detail: "wrong".into(),
                ..pb::Finding::default()
            };
            Finding::from(&wire).said_of_draft(Lang::En)
        };
        assert!(said("last_action_ms").starts_with("last_action (last_action_ms): "));
        assert!(said("recipients[1].name").starts_with("to[1] (recipients[1].name): "));
        assert!(said("required_signers").starts_with("officers (required_signers): "));
        assert!(said("handling.tlp").starts_with("handling.tlp: "));
    }

    #[test]
    fn a_gateway_without_spanish_is_helped_out_by_the_catalogue() {
        let mut wire = pb::Finding {
            reason: Reason::HsUnknown.into(),
            detail: "no chapter".into(),
            ..pb::Finding::default()
        };
        let spanish = catalogue::entry(Reason::HsUnknown).text(Texts::Es);
        let said = Finding::from(&wire).said(Lang::Es);
        assert!(said.ends_with(&format!("{spanish} (no chapter)")), "{said}");
        wire.detail.clear();
        let said = Finding::from(&wire).said(Lang::Es);
        assert!(said.ends_with(spanish.trim_end_matches('.')), "{said}");
    }

    #[test]
    fn what_a_gateway_says_does_not_reach_the_terminal_as_it_is() {
        let wire = pb::Finding {
            field: "content\u{1b}[2J".into(),
            detail: "all is well\nok".into(),
            proposals: vec!["A\u{200f}B".into()],
            ..pb::Finding::default()
        };
        let said = Finding::from(&wire).said(Lang::En);
        assert!(!said.contains(['\u{1b}', '\n', '\u{200f}']), "{said:?}");
    }
}
