//! How the program ends: the documented exit codes, and a failure that says what happened and what to do next.

mod text;

pub(crate) use text::Text;

use precinto_alert::Lang as Texts;
use precinto_alert::Reason;
use std::fmt;
use std::process::ExitCode;

/// The documented exit codes. Zero never means bad news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done, healthy, or evidence valid.
    Done = 0,
    /// A failure that no other code names.
    Failed = 1,
    /// Wrong usage: arguments, a draft or a configuration file that cannot be used.
    Usage = 2,
    /// Verification failed; never mixed with "could not try".
    VerificationFailed = 3,
    /// Verification was not possible: trust, revocation list or data missing or stale.
    Inconclusive = 4,
    /// Unauthenticated, or not permitted.
    NotPermitted = 5,
    /// Unreachable, or the deadline passed.
    Unreachable = 6,
    /// No such thing.
    NotFound = 7,
    /// Reachable but unhealthy.
    Unhealthy = 10,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command could not do what it was asked.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) exit: Exit,
    /// The coded reason, where the catalogue has one.
    pub(crate) reason: Option<Reason>,
    /// What happened, in one sentence.
    pub(crate) message: Text,
    /// What to do next, where the reason does not say it already.
    pub(crate) next: Option<Text>,
}

impl Failure {
    /// A failure without a coded reason.
    pub(crate) fn new(exit: Exit, message: impl Into<Text>) -> Self {
        Self {
            exit,
            reason: None,
            message: message.into(),
            next: None,
        }
    }

    /// Wrong usage.
    pub(crate) fn usage(message: impl Into<Text>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// A failure with a coded reason; the exit code follows from it.
    pub(crate) fn coded(reason: Reason, message: impl Into<Text>) -> Self {
        Self {
            exit: of_reason(reason),
            reason: Some(reason),
            message: message.into(),
            next: None,
        }
    }

    /// A failure with a coded reason whose cause is told in English only: in Spanish the catalogue's text stands before it.
    pub(crate) fn caused(reason: Reason, cause: impl fmt::Display) -> Self {
        let text = precinto_alert::reason::entry(reason).text(Texts::Es);
        Self::coded(reason, (cause.to_string(), format!("{text} ({cause})")))
    }

    /// Adds what to do next.
    #[must_use]
    pub(crate) fn next(mut self, next: impl Into<Text>) -> Self {
        self.next = Some(next.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl std::error::Error for Failure {}

/// The exit code of a coded reason: what it means for whoever called the program.
pub(crate) fn of_reason(reason: Reason) -> Exit {
    use precinto_alert::reason::{GrpcCode, entry};
    match reason {
        Reason::ReceiptInvalid
        | Reason::CheckpointInvalid
        | Reason::LogInconsistent
        | Reason::DeliveryGap
        | Reason::GatewayMismatch
        | Reason::SigBad
        | Reason::BodyMismatch
        | Reason::BodyBinding => Exit::VerificationFailed,
        Reason::CrlStale => Exit::Inconclusive,
        Reason::TlsRefused => Exit::NotPermitted,
        _ => match entry(reason).code {
            GrpcCode::Unauthenticated | GrpcCode::PermissionDenied => Exit::NotPermitted,
            GrpcCode::Unavailable | GrpcCode::DeadlineExceeded => Exit::Unreachable,
            GrpcCode::NotFound => Exit::NotFound,
            _ => Exit::Failed,
        },
    }
}
