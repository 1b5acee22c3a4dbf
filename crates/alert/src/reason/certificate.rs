//! Reasons about connections and certificates.

use super::{Entry, GrpcCode, Reason, Retry, Severity, entry_of};

pub(super) const ENTRIES: &[Entry] = &[
    entry_of(
        Reason::CertMissing,
        GrpcCode::Unauthenticated,
        Retry::Never,
        Severity::Error,
        [
            "No client certificate was shown.",
            "No se presentó certificado de cliente.",
        ],
        [
            "Configure the node's TLS certificate and key.",
            "Configure el certificado TLS y la llave del nodo.",
        ],
    ),
    entry_of(
        Reason::CertMalformed,
        GrpcCode::Unauthenticated,
        Retry::Never,
        Severity::Error,
        [
            "The certificate cannot be read, or breaks the profile.",
            "El certificado no se puede leer o no cumple el perfil.",
        ],
        [
            "Have a new certificate issued from the documented profile.",
            "Solicite un certificado nuevo según el perfil documentado.",
        ],
    ),
    entry_of(
        Reason::CertExpired,
        GrpcCode::Unauthenticated,
        Retry::Never,
        Severity::Error,
        ["The certificate has expired.", "El certificado venció."],
        [
            "Have the certificate renewed, and check this machine's clock.",
            "Renueve el certificado y revise el reloj de este equipo.",
        ],
    ),
    entry_of(
        Reason::CertNotYetValid,
        GrpcCode::Unauthenticated,
        Retry::Never,
        Severity::Error,
        [
            "The certificate is not valid yet.",
            "El certificado aún no es válido.",
        ],
        [
            "Check this machine's clock, and the certificate's first day.",
            "Revise el reloj de este equipo y el primer día del certificado.",
        ],
    ),
    entry_of(
        Reason::CertRevoked,
        GrpcCode::Unauthenticated,
        Retry::Never,
        Severity::Error,
        [
            "The certificate has been revoked.",
            "El certificado fue revocado.",
        ],
        [
            "Stop using the key and ask your certificate authority why; do not send again with it.",
            "Deje de usar la llave y pregunte la razón a su autoridad certificadora; no vuelva a enviar con ella.",
        ],
    ),
    entry_of(
        Reason::CertUnknownCa,
        GrpcCode::Unauthenticated,
        Retry::Never,
        Severity::Error,
        [
            "No root of that side has issued the certificate.",
            "Ninguna raíz de ese lado emitió el certificado.",
        ],
        [
            "Use a certificate issued under your own side's root, with its whole chain.",
            "Use un certificado emitido bajo la raíz de su lado, con toda su cadena.",
        ],
    ),
    entry_of(
        Reason::CertPurpose,
        GrpcCode::Unauthenticated,
        Retry::Never,
        Severity::Error,
        [
            "The certificate is for another purpose: signing and TLS are kept apart.",
            "El certificado es para otro uso: firma y TLS van separados.",
        ],
        [
            "Use the signing certificate for signing and the TLS certificate for connecting.",
            "Use el certificado de firma para firmar y el de TLS para conectarse.",
        ],
    ),
    entry_of(
        Reason::CertIdentity,
        GrpcCode::Unauthenticated,
        Retry::Never,
        Severity::Error,
        [
            "The certificate does not name exactly one identity of the expected form.",
            "El certificado no nombra exactamente una identidad con la forma esperada.",
        ],
        [
            "Have a certificate issued with exactly one SPIFFE URI.",
            "Solicite un certificado con exactamente un URI SPIFFE.",
        ],
    ),
    entry_of(
        Reason::CertRole,
        GrpcCode::PermissionDenied,
        Retry::Never,
        Severity::Error,
        [
            "The certificate's identity may not say this.",
            "La identidad del certificado no puede decir esto.",
        ],
        [
            "Send in your own name, with your own node's certificate.",
            "Envíe en su propio nombre, con el certificado de su nodo.",
        ],
    ),
    entry_of(
        Reason::CertKey,
        GrpcCode::Unauthenticated,
        Retry::Never,
        Severity::Error,
        [
            "The certificate's key or signature algorithm is not accepted.",
            "No se acepta la llave o el algoritmo de firma del certificado.",
        ],
        [
            "Have a certificate issued for Ed25519, P-256 or P-384.",
            "Solicite un certificado para Ed25519, P-256 o P-384.",
        ],
    ),
    entry_of(
        Reason::CrlStale,
        GrpcCode::Unauthenticated,
        Retry::Later,
        Severity::Error,
        [
            "The revocation list at hand is missing or out of date.",
            "La lista de revocación falta o está vencida.",
        ],
        [
            "The operator must fetch a fresh revocation list; send again after that.",
            "El operador debe obtener una lista vigente; envíe de nuevo después.",
        ],
    ),
    entry_of(
        Reason::TrustDomainUnknown,
        GrpcCode::Unauthenticated,
        Retry::Never,
        Severity::Error,
        ["The side is not known here.", "Aquí no se conoce ese lado."],
        [
            "Check the trust domain, or have the side registered.",
            "Revise el dominio de confianza o solicite que se dé de alta el lado.",
        ],
    ),
    entry_of(
        Reason::NodeUnknown,
        GrpcCode::PermissionDenied,
        Retry::Never,
        Severity::Error,
        [
            "The node is not in the directory.",
            "El nodo no está en el directorio.",
        ],
        [
            "Have your side's stewards list the node in its part (`precinto directory propose`).",
            "Solicite a los custodios de su lado que incluyan el nodo en su parte (`precinto directory propose`).",
        ],
    ),
    entry_of(
        Reason::TlsRefused,
        GrpcCode::Unauthenticated,
        Retry::Never,
        Severity::Error,
        [
            "The connection was refused, and the cause was not told.",
            "Se rechazó la conexión sin decir la causa.",
        ],
        [
            "Ask the gateway's operator to look up the time and the node.",
            "Pida al operador de la pasarela que revise la hora y el nodo.",
        ],
    ),
    entry_of(
        Reason::GatewayMismatch,
        GrpcCode::Unauthenticated,
        Retry::Never,
        Severity::Error,
        [
            "The gateway is not the one expected.",
            "La pasarela no es la esperada.",
        ],
        [
            "Do not send. Check address and expected identity, then tell the operator.",
            "No envíe. Revise la dirección y la identidad esperada y avise al operador.",
        ],
    ),
];
