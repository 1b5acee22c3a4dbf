//! Every error that leaves the gateway: one refusal, with its catalogued reason, as a gRPC status.
//!
//! Each status carries `google.rpc.ErrorInfo` (domain `precinto`) and its message in Spanish as `LocalizedMessage`;
//! violations go all at once into `BadRequest`, each with its own `LocalizedMessage`, advice to wait into `RetryInfo`. Peers
//! get reason codes and fixed texts, never our own error strings.
#![warn(clippy::wildcard_enum_match_arm)]

use std::collections::HashMap;
use std::time::Duration;

use precinto_alert::reason::{DOMAIN, Retry};
use precinto_alert::{Detail, Lang, Reason, Violation, reason, violation};
use precinto_ledger::{AppendError, ReadError};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

use crate::limits::RETRY_AFTER;

/// The language of the localized sentence; the status's own message is English.
pub const LOCALE: &str = "es-MX";

/// A refusal on its way to a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    reason: Reason,
    detail: Option<Detail>,
    violations: Vec<Violation>,
    metadata: Vec<(&'static str, String)>,
    /// Boxed, because few have any and all are passed on.
    advice: Option<Box<Advice>>,
}

/// When to come back, and whose allowance is the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Advice {
    wait: Duration,
    quota: Option<(String, String)>,
}

impl Refusal {
    /// A refusal for this reason and no more.
    pub fn new(reason: Reason) -> Self {
        Self {
            reason,
            detail: None,
            violations: Vec::new(),
            metadata: Vec::new(),
            advice: None,
        }
    }

    /// Adds a sentence about this very case, in both languages. It must hold nothing that the caller may not know.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<Detail>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds a fact for machines, for example a limit or the gateway's time.
    #[must_use]
    pub fn with_fact(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.metadata.push((name, value.to_string()));
        self
    }

    /// Says how long to wait, where that is known better than by [`RETRY_AFTER`].
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.advice = Some(Box::new(Advice { wait, quota: None }));
        self
    }

    /// Says whose allowance is used up, and which (`google.rpc.QuotaFailure`), and how long it takes to come back.
    #[must_use]
    pub fn with_quota(mut self, subject: String, allowance: String, wait: Duration) -> Self {
        let quota = Some((subject, allowance));
        self.advice = Some(Box::new(Advice { wait, quota }));
        self
    }

    /// All that is wrong with a statement or a body; the reason is the gravest of them.
    pub fn violations(violations: Vec<Violation>) -> Self {
        Self {
            reason: violation::headline(&violations),
            violations,
            ..Self::new(Reason::FieldInvalid)
        }
    }

    /// Why.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The status for the wire.
    pub fn to_status(&self) -> Status {
        let entry = reason::entry(self.reason);
        let said = |lang| match &self.detail {
            Some(detail) => format!("{} {}", entry.text(lang), detail.text(lang)),
            None => entry.text(lang).to_owned(),
        };
        let facts = self
            .metadata
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        let mut details = ErrorDetails::new();
        details
            .set_error_info(entry.name(), DOMAIN, facts.collect::<HashMap<_, _>>())
            .set_localized_message(LOCALE, said(Lang::Es));
        if !self.violations.is_empty() {
            details.set_bad_request(
                self.violations
                    .iter()
                    .map(field_violation)
                    .collect::<Vec<_>>(),
            );
        }
        let advice = self.advice.as_deref();
        if let Some((subject, allowance)) = advice.and_then(|advice| advice.quota.as_ref()) {
            details.add_quota_failure_violation(subject, allowance);
        }
        if entry.retry == Retry::Later {
            let wait = advice.map_or(RETRY_AFTER, |advice| advice.wait);
            details.set_retry_info(Some(wait));
        }
        Status::with_error_details(Code::from_i32(entry.code.number()), said(Lang::En), details)
    }

    /// The serialised `google.rpc.Status`, for answers in band: the same code and details as [`Refusal::to_status`].
    pub fn to_wire(&self) -> Vec<u8> {
        // That is what tonic-types keeps in the details of a status.
        self.to_status().details().to_vec()
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        refusal.to_status()
    }
}

fn field_violation(violation: &Violation) -> FieldViolation {
    let Violation {
        field,
        reason,
        detail,
        proposals,
    } = violation;
    let entry = reason::entry(*reason);
    let said = |lang, perhaps: &str, or: &str| {
        let detail = detail.text(lang);
        let detail = if detail.is_empty() {
            entry.text(lang)
        } else {
            detail
        };
        if proposals.is_empty() {
            detail.to_owned()
        } else {
            format!("{detail} ({perhaps} {})", proposals.join(or))
        }
    };
    FieldViolation {
        field: field.clone(),
        description: said(Lang::En, "perhaps", " or "),
        reason: entry.name().to_owned(),
        localized_message: Some(tonic_types::LocalizedMessage::new(
            LOCALE,
            said(Lang::Es, "quizá", " o "),
        )),
    }
}

impl From<AppendError> for Refusal {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Conflict { index, .. } => {
                Self::new(Reason::MessageIdReused).with_fact("accepted_index", index)
            }
            AppendError::StorageLow => Self::new(Reason::StorageLow),
            AppendError::ReadOnly(_) => Self::new(Reason::LogReadOnly),
            AppendError::Busy => Self::new(Reason::Overloaded),
            AppendError::TooLarge => Self::new(Reason::Size),
            AppendError::Stopped => Self::new(Reason::Draining),
            AppendError::Read(error) => error.into(),
        }
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Absent(_) => Self::new(Reason::NotFound),
            ReadError::Pruned(_) => Self::new(Reason::Pruned),
            ReadError::Damaged { index, what } => {
                tracing::error!(index, what, "an entry of the log is damaged");
                Self::new(Reason::Internal)
            }
            ReadError::Io { index, source } => {
                tracing::error!(index, error = %source, "the log cannot be read");
                Self::new(Reason::Internal)
            }
        }
    }
}

/// A status with a reason: its own, or for one without details that of the catalogue.
pub fn explained(status: Status) -> Status {
    if status.details().is_empty() {
        Refusal::new(raised_below(&status)).to_status()
    } else {
        status
    }
}

/// What a status that was raised below our handlers is in our catalogue: by tonic, by a codec, by the router.
pub fn raised_below(status: &Status) -> Reason {
    match status.code() {
        Code::OutOfRange => Reason::Size,
        Code::Unimplemented => Reason::MethodUnknown,
        Code::DeadlineExceeded => Reason::Deadline,
        Code::ResourceExhausted => Reason::Overloaded,
        // tonic reports an expired deadline as CANCELLED.
        Code::Cancelled if status.message().contains("imeout") => Reason::Deadline,
        Code::Cancelled | Code::Aborted => Reason::Cancelled,
        Code::NotFound => Reason::NotFound,
        // What a codec could not decode, or a frame that is not gRPC.
        Code::Internal | Code::InvalidArgument | Code::DataLoss => Reason::Malformed,
        Code::Unauthenticated | Code::PermissionDenied => Reason::CallerForbidden,
        Code::Unavailable => Reason::Draining,
        Code::Ok | Code::Unknown | Code::AlreadyExists | Code::FailedPrecondition => {
            Reason::Internal
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_makes_a_status_with_error_info_in_two_languages() {
        for entry in reason::entries() {
            let status = Refusal::new(entry.reason).to_status();
            let info = status.get_details_error_info().unwrap();
            assert_eq!(
                (info.reason.as_str(), info.domain.as_str()),
                (entry.name(), "precinto")
            );
            assert_eq!(i32::from(status.code()), entry.code.number());
            assert_eq!(status.message(), entry.text(Lang::En));
            let spanish = status.get_details_localized_message().unwrap();
            assert_eq!(
                (spanish.locale.as_str(), spanish.message.as_str()),
                (LOCALE, entry.text(Lang::Es))
            );
            assert_eq!(
                status.get_details_retry_info().is_some(),
                entry.retry == Retry::Later
            );
        }
    }

    #[test]
    fn all_violations_travel_in_one_bad_request() {
        let detail = Detail::from(("check digit should be 5", "el dígito debería ser 5"));
        let violation = |field: &str, reason, proposal: Option<&str>| Violation {
            field: field.to_owned(),
            reason,
            detail: detail.clone(),
            proposals: proposal.map(str::to_owned).into_iter().collect(),
        };
        let violations = vec![
            violation(
                "content.shipments[0].master_awb",
                Reason::AwbCheckDigit,
                Some("020-12345675"),
            ),
            violation("created_ms", Reason::TimeFuture, None),
        ];
        let status = Refusal::violations(violations).to_status();
        let bad = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!(bad[0].field, "content.shipments[0].master_awb");
        assert_eq!(
            (bad[0].reason.as_str(), bad[1].reason.as_str()),
            ("AWB_CHECK_DIGIT", "TIME_FUTURE")
        );
        assert_eq!(
            bad[0].description,
            "check digit should be 5 (perhaps 020-12345675)"
        );
        let spanish = bad[0].localized_message.as_ref().unwrap();
        assert_eq!(
            (spanish.locale.as_str(), spanish.message.as_str()),
            (LOCALE, "el dígito debería ser 5 (quizá 020-12345675)")
        );
        assert_eq!(
            status.get_details_error_info().unwrap().reason,
            "FIELD_INVALID"
        );
    }

    #[test]
    fn a_detail_follows_on_the_reason_in_both_languages() {
        let status = Refusal::new(Reason::Size)
            .with_detail(("At most 9.", "9 como máximo."))
            .to_status();
        let entry = reason::entry(Reason::Size);
        let (en, es) = (entry.text(Lang::En), entry.text(Lang::Es));
        assert_eq!(status.message(), format!("{en} At most 9."));
        let spanish = status.get_details_localized_message().unwrap();
        assert_eq!(spanish.message, format!("{es} 9 como máximo."));
    }

    #[test]
    fn a_used_up_quota_says_whose_it_is_and_when_to_come_back() {
        let wait = Duration::from_millis(1_250);
        let refusal = Refusal::new(Reason::Quota).with_quota(
            "us.dev.invalid/cbp".to_owned(),
            "60 statements a minute".to_owned(),
            wait,
        );
        let status = refusal.to_status();
        let retry = status.get_details_retry_info().unwrap();
        assert_eq!(retry.retry_delay, Some(wait));
        let quota = status.get_details_quota_failure().unwrap();
        let violation = &quota.violations[0];
        let said = (violation.subject.as_str(), violation.description.as_str());
        assert_eq!(said, ("us.dev.invalid/cbp", "60 statements a minute"));
    }

    #[test]
    fn the_wire_form_is_the_same_status() {
        use prost::Message as _;
        let refusal = Refusal::new(Reason::SigBad).with_fact("key_id", "00ff");
        let status = refusal.to_status();
        let wire = tonic_types::pb::Status::decode(refusal.to_wire().as_slice()).unwrap();
        assert_eq!(wire.code, i32::from(status.code()));
        assert_eq!(wire.message, status.message());
        assert_eq!(wire.details.len(), 2);
    }
}
