//! Reasons about bodies.

use super::{Entry, GrpcCode, Reason, Retry, Severity, entry_of};

pub(super) const ENTRIES: &[Entry] = &[
    entry_of(
        Reason::BodyMissing,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The statement names a body, and none came; or the type demands one.",
            "Falta el cuerpo que el mensaje nombra o que el tipo exige.",
        ],
        [
            "Send the body with the statement.",
            "Envíe el cuerpo junto con el mensaje.",
        ],
    ),
    entry_of(
        Reason::BodyUnexpected,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "A body came, and the statement names none.",
            "Llegó un cuerpo que el mensaje no nombra.",
        ],
        [
            "Leave the body out, or sign a statement that names it.",
            "Omita el cuerpo o firme un mensaje que lo nombre.",
        ],
    ),
    entry_of(
        Reason::BodyMismatch,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The body is not the one that was signed for.",
            "El cuerpo no es el que se firmó.",
        ],
        [
            "Send exactly the bytes that were signed for.",
            "Envíe exactamente los bytes que se firmaron.",
        ],
    ),
    entry_of(
        Reason::BodyBinding,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The body was made for another message or another sender.",
            "El cuerpo se hizo para otro mensaje u otro remitente.",
        ],
        [
            "Make a new body for this message.",
            "Haga un cuerpo nuevo para este mensaje.",
        ],
    ),
    entry_of(
        Reason::MediaType,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The body's media type does not belong to the message's type.",
            "El tipo de medio del cuerpo no corresponde al tipo de mensaje.",
        ],
        [
            "Use the media type that belongs to the message type.",
            "Use el tipo de medio que corresponde al tipo de mensaje.",
        ],
    ),
    entry_of(
        Reason::PayloadProtection,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The body's protection is missing, wrong or not supported yet.",
            "La protección del cuerpo falta, es incorrecta o aún no se admite.",
        ],
        [
            "State that the body is clear; sealed bodies come later.",
            "Indique que el cuerpo es legible; los cuerpos sellados vendrán después.",
        ],
    ),
    entry_of(
        Reason::StatementMismatch,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "Body and statement do not fit together.",
            "El cuerpo y el mensaje no concuerdan.",
        ],
        [
            "Make statement and body say the same, and sign anew.",
            "Haga que el mensaje y su cuerpo digan lo mismo y firme de nuevo.",
        ],
    ),
];
