//! What the gateway says when it says no: a coded reason, words in two languages, every violation, and when to retry.

use precinto_alert::reason::{self, Reason, Retry};
use prost::Message;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;
use tonic::Code;
use tonic_types::{ErrorDetail, RpcStatusExt, pb};

/// A refusal by the gateway, or the failure of the line to it; the latter has no reason.
///
/// It is what the gateway *claims*: nothing in it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The gRPC status code.
    pub code: Code,
    /// The coded reason of the catalogue; none if no gateway of this catalogue has answered.
    pub reason: Option<Reason>,
    /// The status message, English.
    pub message: String,
    /// The same in Spanish, if the gateway sent it.
    pub message_es: Option<String>,
    /// Every violation at once, for `FIELD_INVALID` and its like.
    pub violations: Vec<Violation>,
    /// How long the gateway asks to wait before a new attempt.
    pub retry_after: Option<Duration>,
    /// Details by name: the limit exceeded, the serial revoked, the gateway's time.
    pub metadata: BTreeMap<String, String>,
}

/// One field that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The field's path, as in the proto files.
    pub field: String,
    /// The coded reason, if it is one of the catalogue.
    pub reason: Option<Reason>,
    /// One sentence, English.
    pub description: String,
    /// The same in Spanish, if the gateway sent it.
    pub description_es: Option<String>,
}

impl Refusal {
    /// Reads a status as it ends a call.
    pub fn from_status(status: &tonic::Status) -> Self {
        let outline = pb::Status {
            code: status.code().into(),
            message: status.message().to_owned(),
            details: Vec::new(),
        };
        // Details that cannot be read take nothing away from code and message.
        let rich = pb::Status::decode(status.details()).unwrap_or_default();
        let mut refusal = Self::from_rich(&pb::Status {
            details: rich.details,
            ..outline
        });
        if refusal.reason.is_none() {
            refusal.reason = alert_below(status);
        }
        refusal
    }

    /// Reads a serialised `google.rpc.Status`, as it comes in band in a pipelined stream.
    pub fn from_status_bytes(bytes: &[u8]) -> Result<Self, prost::DecodeError> {
        pb::Status::decode(bytes).map(|status| Self::from_rich(&status))
    }

    /// The failure of the line, in our own words.
    pub(crate) fn of_the_line(message: &str) -> Self {
        Self::from_status(&tonic::Status::unavailable(message))
    }

    fn from_rich(status: &pb::Status) -> Self {
        let mut refusal = Self {
            code: Code::from_i32(status.code),
            reason: None,
            message: status.message.clone(),
            message_es: None,
            violations: Vec::new(),
            retry_after: None,
            metadata: BTreeMap::new(),
        };
        for detail in status.get_error_details_vec() {
            match detail {
                ErrorDetail::ErrorInfo(info) if info.domain == ERROR_DOMAIN => {
                    refusal.reason = reason::from_name(&info.reason);
                    refusal.metadata = info.metadata.into_iter().collect();
                }
                ErrorDetail::LocalizedMessage(text) if text.locale.starts_with("es") => {
                    refusal.message_es = Some(text.message);
                }
                ErrorDetail::RetryInfo(retry) => refusal.retry_after = retry.retry_delay,
                ErrorDetail::BadRequest(bad) => {
                    refusal
                        .violations
                        .extend(bad.field_violations.into_iter().map(Violation::from));
                }
                _ => {}
            }
        }
        refusal
    }

    /// Whether the same request may well succeed later, unchanged.
    pub fn is_transient(&self) -> bool {
        let by_catalogue = |reason| reason::entry(reason).retry == Retry::Later;
        match self.reason {
            Some(reason) => self.retry_after.is_some() || by_catalogue(reason),
            None => self.is_of_the_line(),
        }
    }

    /// Whether the line failed and no gateway has spoken. What was asked for may or may not have happened.
    pub fn is_of_the_line(&self) -> bool {
        self.reason.is_none()
            && matches!(
                self.code,
                Code::Unavailable
                    | Code::Unknown
                    | Code::Internal
                    | Code::Cancelled
                    | Code::Aborted
                    | Code::DeadlineExceeded
            )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason {
            Some(reason) => write!(f, "{}: {}", reason::name(reason), self.message),
            None if self.message.is_empty() => write!(f, "{}", self.code),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<tonic::Status> for Refusal {
    fn from(status: tonic::Status) -> Self {
        Self::from_status(&status)
    }
}

impl From<tonic_types::FieldViolation> for Violation {
    fn from(violation: tonic_types::FieldViolation) -> Self {
        Self {
            field: violation.field,
            reason: reason::from_name(&violation.reason),
            description: violation.description,
            description_es: violation
                .localized_message
                .filter(|text| text.locale.starts_with("es"))
                .map(|text| text.message),
        }
    }
}

/// The domain of every `google.rpc.ErrorInfo` that speaks of our catalogue.
pub const ERROR_DOMAIN: &str = "precinto";

/// The reason behind a TLS alert that ended the connection below a call.
fn alert_below(status: &tonic::Status) -> Option<Reason> {
    let mut cause = std::error::Error::source(status);
    // The chain is ours (tonic, hyper, h2, io, rustls) and short; the bound is for form.
    for _ in 0..16 {
        let error = cause?;
        if let Some(io) = error.downcast_ref::<std::io::Error>()
            && let Some(reason) = crate::connection::reason_of(io)
        {
            return Some(reason);
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic_types::{ErrorDetails, StatusExt};

    fn refused() -> tonic::Status {
        let mut details = ErrorDetails::new();
        details
            .set_error_info(
                "FIELD_INVALID",
                "precinto",
                [("limit".to_owned(), "5".to_owned())],
            )
            .set_localized_message("es-MX", "Hay campos incorrectos.")
            .set_retry_info(Some(Duration::from_millis(1500)));
        details.set_bad_request(vec![tonic_types::FieldViolation {
            field: "expires_ms".to_owned(),
            description: "too early".to_owned(),
            reason: "TIME_ORDER".to_owned(),
            localized_message: Some(tonic_types::LocalizedMessage::new(
                "es-MX",
                "demasiado temprano",
            )),
        }]);
        tonic::Status::with_error_details(Code::InvalidArgument, "fields are wrong", details)
    }

    #[test]
    fn every_detail_of_a_status_is_read_and_the_in_band_form_gives_the_same() {
        let status = refused();
        let refusal = Refusal::from_status(&status);
        assert_eq!(refusal.reason, Some(Reason::FieldInvalid));
        assert_eq!(
            refusal.message_es.as_deref(),
            Some("Hay campos incorrectos.")
        );
        assert_eq!(refusal.retry_after, Some(Duration::from_millis(1500)));
        assert_eq!(refusal.metadata.get("limit").unwrap(), "5");
        let violation = &refusal.violations[0];
        assert_eq!(violation.field, "expires_ms");
        assert_eq!(violation.description, "too early");
        assert_eq!(
            violation.description_es.as_deref(),
            Some("demasiado temprano")
        );
        assert_eq!(refusal.to_string(), "FIELD_INVALID: fields are wrong");
        let in_band = Refusal::from_status_bytes(status.details()).unwrap();
        assert_eq!(in_band, refusal);
    }

    #[test]
    fn a_reason_of_another_domain_is_not_ours() {
        let details = ErrorDetails::with_error_info("SIG_BAD", "example.com", []);
        let status = tonic::Status::with_error_details(Code::Unauthenticated, "no", details);
        let refusal = Refusal::from_status(&status);
        assert_eq!(refusal.reason, None);
        assert!(!refusal.is_transient());
    }

    #[test]
    fn a_broken_line_is_transient_and_a_bad_signature_is_not() {
        let line = Refusal::from_status(&tonic::Status::unavailable("transport error"));
        assert!(line.is_transient() && line.is_of_the_line());
        let details = ErrorDetails::with_error_info("SIG_BAD", "precinto", []);
        let status = tonic::Status::with_error_details(Code::Unauthenticated, "no", details);
        assert!(!Refusal::from_status(&status).is_transient());
        let details = ErrorDetails::with_error_info("DRAINING", "precinto", []);
        let status = tonic::Status::with_error_details(Code::Unavailable, "later", details);
        let draining = Refusal::from_status(&status);
        assert!(draining.is_transient() && !draining.is_of_the_line());
    }

    #[test]
    fn damaged_details_do_not_hide_the_status() {
        let status = tonic::Status::with_details(Code::Unavailable, "later", vec![0xff; 9].into());
        assert_eq!(Refusal::from_status(&status).message, "later");
        assert!(Refusal::from_status_bytes(&[0xff; 9]).is_err());
    }
}
