//! What a failed handshake means: who did not believe whom, and for which reason of the catalogue.

use super::ConnectError;
use precinto_alert::Reason;
use precinto_envelope::tls::error_reason;
use rustls::{AlertDescription, Error};
use std::io;

/// Sorts an error of the TLS stream by whose verdict it is.
pub(super) fn from_io(error: io::Error) -> ConnectError {
    match tls_error(&error) {
        Some(cause @ Error::AlertReceived(alert)) => ConnectError::Refused {
            reason: error_reason(cause),
            detail: format!("TLS alert {}", name(*alert)),
        },
        Some(cause @ Error::InvalidCertificate(_)) => ConnectError::Gateway {
            reason: error_reason(cause),
            cause: cause.clone(),
        },
        // A connection closed in the middle of the handshake is a refusal too, if a silent one.
        None if is_end(error.kind()) => closed(),
        _ => ConnectError::Protocol(error.into()),
    }
}

/// The gateway closed in place of its first bytes.
pub(super) fn closed() -> ConnectError {
    ConnectError::Refused {
        reason: Reason::TlsRefused,
        detail: "it closed the connection without a reason; it may be at its limit of connections"
            .to_owned(),
    }
}

/// The reason behind an IO error, if it came from TLS.
pub(crate) fn reason_of(error: &io::Error) -> Option<Reason> {
    tls_error(error).map(error_reason)
}

fn tls_error(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

fn is_end(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
    )
}

/// "certificate revoked": the alert's name in words.
fn name(alert: AlertDescription) -> String {
    let mut words = String::new();
    for letter in format!("{alert:?}").chars() {
        if letter.is_ascii_uppercase()
            && words.ends_with(|before: char| before.is_ascii_lowercase())
        {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::CertificateError;

    fn io_error(error: Error) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, error)
    }

    #[test]
    fn an_alert_is_told_as_its_reason() {
        let refused = from_io(io_error(Error::AlertReceived(
            AlertDescription::CertificateRevoked,
        )));
        assert_eq!(refused.reason(), Some(Reason::CertRevoked));
        assert!(!refused.is_transient());
        assert_eq!(
            refused.to_string(),
            "the gateway refused the connection: TLS alert certificate revoked"
        );
    }

    #[test]
    fn a_silent_close_may_pass_and_a_distrusted_gateway_does_not() {
        let cut = from_io(io::ErrorKind::ConnectionReset.into());
        assert_eq!(
            (cut.reason(), cut.is_transient()),
            (Some(Reason::TlsRefused), true)
        );
        let false_gateway = from_io(io_error(Error::InvalidCertificate(
            CertificateError::UnknownIssuer,
        )));
        assert_eq!(false_gateway.reason(), Some(Reason::CertUnknownCa));
        assert!(!false_gateway.is_transient());
    }
}
