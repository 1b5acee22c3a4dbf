//! Reasons about calls, quotas and the state of the service.

use super::{Entry, GrpcCode, Reason, Retry, Severity, entry_of};

pub(super) const ENTRIES: &[Entry] = &[
    entry_of(
        Reason::FieldInvalid,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "One or more fields are wrong; each violation has its own reason.",
            "Uno o más campos son incorrectos; cada uno lleva su propia causa.",
        ],
        [
            "Correct the fields listed and send a new message.",
            "Corrija los campos indicados y envíe un mensaje nuevo.",
        ],
    ),
    entry_of(
        Reason::Malformed,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The bytes are not the message they should be.",
            "Los bytes no corresponden al mensaje esperado.",
        ],
        [
            "Check the encoder: the bytes must be the protobuf message of this interface.",
            "Revise el codificador: los bytes deben ser el mensaje protobuf de esta interfaz.",
        ],
    ),
    entry_of(
        Reason::Size,
        GrpcCode::OutOfRange,
        Retry::Corrected,
        Severity::Error,
        [
            "A message or a part of it is larger than its limit.",
            "El mensaje, o una parte de él, excede su límite.",
        ],
        [
            "Shorten the message, or send large files as attachments by reference.",
            "Acorte el mensaje o envíe los archivos grandes como anexos por referencia.",
        ],
    ),
    entry_of(
        Reason::MethodUnknown,
        GrpcCode::Unimplemented,
        Retry::Never,
        Severity::Error,
        [
            "No such service or method.",
            "No existe ese servicio o método.",
        ],
        [
            "Check the method's name and the version of the interface.",
            "Revise el nombre del método y la versión de la interfaz.",
        ],
    ),
    entry_of(
        Reason::Deadline,
        GrpcCode::DeadlineExceeded,
        Retry::Later,
        Severity::Error,
        [
            "The call did not finish in its time.",
            "La llamada no terminó a tiempo.",
        ],
        [
            "Send the same message again: a repeat is recognised and answered with the same receipt.",
            "Envíe de nuevo el mismo mensaje: la repetición se reconoce y se responde con el mismo recibo.",
        ],
    ),
    entry_of(
        Reason::Overloaded,
        GrpcCode::ResourceExhausted,
        Retry::Later,
        Severity::Error,
        [
            "Too much is in flight at the moment.",
            "Hay demasiado en curso en este momento.",
        ],
        [
            "Wait as long as the answer says, then send the same message again.",
            "Espere el tiempo indicado y envíe de nuevo el mismo mensaje.",
        ],
    ),
    entry_of(
        Reason::Quota,
        GrpcCode::ResourceExhausted,
        Retry::Later,
        Severity::Error,
        [
            "The sender is over its quota.",
            "El remitente superó su cuota.",
        ],
        [
            "Wait as long as the answer says, then send the same message again.",
            "Espere el tiempo indicado y envíe de nuevo el mismo mensaje.",
        ],
    ),
    entry_of(
        Reason::NotFound,
        GrpcCode::NotFound,
        Retry::Never,
        Severity::Error,
        [
            "No such thing, or none that the caller may see: both read the same.",
            "No existe, o quien pregunta no puede verlo: ambas cosas se responden igual.",
        ],
        [
            "Check the identifier, and whether the message was addressed to your agency.",
            "Revise el identificador y si el mensaje estaba dirigido a su dependencia.",
        ],
    ),
    entry_of(
        Reason::ReadDenied,
        GrpcCode::PermissionDenied,
        Retry::Never,
        Severity::Error,
        [
            "The caller may not read this kind of thing at all.",
            "Quien llama no puede leer este tipo de dato.",
        ],
        [
            "Ask the gateway's operator for the right, if your role needs it.",
            "Pida el permiso al operador de la pasarela, si su función lo requiere.",
        ],
    ),
    entry_of(
        Reason::CallerForbidden,
        GrpcCode::PermissionDenied,
        Retry::Never,
        Severity::Error,
        [
            "The caller's identity may not use this method.",
            "La identidad que llama no puede usar este método.",
        ],
        [
            "Use the certificate of the role that this method is for.",
            "Use el certificado de la función a la que corresponde este método.",
        ],
    ),
    entry_of(
        Reason::PolicyDenied,
        GrpcCode::PermissionDenied,
        Retry::Never,
        Severity::Error,
        [
            "A rule of the floor or of a side does not allow it.",
            "Una regla del piso o de un lado no lo permite.",
        ],
        [
            "Read which rule decided, and ask its owner.",
            "Lea qué regla decidió y consulte a su responsable.",
        ],
    ),
    entry_of(
        Reason::PolicyError,
        GrpcCode::PermissionDenied,
        Retry::Never,
        Severity::Error,
        [
            "A rule could not be evaluated, and so the answer is no.",
            "No se pudo evaluar una regla, y por eso la respuesta es no.",
        ],
        [
            "Report it to the gateway's operator, who has been alarmed.",
            "Repórtelo al operador de la pasarela, que ya recibió la alarma.",
        ],
    ),
    entry_of(
        Reason::StorageLow,
        GrpcCode::ResourceExhausted,
        Retry::Later,
        Severity::Error,
        [
            "The log is nearly out of space.",
            "A la bitácora casi no le queda espacio.",
        ],
        [
            "Keep the message and send it again later; the operator must act.",
            "Conserve el mensaje y envíelo más tarde; el operador debe actuar.",
        ],
    ),
    entry_of(
        Reason::LogReadOnly,
        GrpcCode::Unavailable,
        Retry::Later,
        Severity::Error,
        [
            "The log takes no entries at the moment.",
            "La bitácora no admite entradas en este momento.",
        ],
        [
            "Keep the message and send it again later.",
            "Conserve el mensaje y envíelo más tarde.",
        ],
    ),
    entry_of(
        Reason::Rollback,
        GrpcCode::Unavailable,
        Retry::Later,
        Severity::Error,
        [
            "The log may have gone backwards and is in quarantine.",
            "La bitácora pudo haber retrocedido y está en cuarentena.",
        ],
        [
            "Keep your receipts and send again later; the operator must act.",
            "Conserve sus recibos y envíe más tarde; el operador debe actuar.",
        ],
    ),
    entry_of(
        Reason::Draining,
        GrpcCode::Unavailable,
        Retry::Later,
        Severity::Error,
        [
            "The gateway is shutting down.",
            "La pasarela se está deteniendo.",
        ],
        [
            "Connect again and send the same message.",
            "Conéctese de nuevo y envíe el mismo mensaje.",
        ],
    ),
    entry_of(
        Reason::ClockUnsafe,
        GrpcCode::Unavailable,
        Retry::Later,
        Severity::Error,
        [
            "The gateway's clock cannot be trusted at the moment.",
            "El reloj de la pasarela no es confiable en este momento.",
        ],
        [
            "Send the same message again later; the operator must check the clock.",
            "Envíe el mismo mensaje más tarde; el operador debe revisar el reloj.",
        ],
    ),
    INTERNAL,
    entry_of(
        Reason::Cancelled,
        GrpcCode::Cancelled,
        Retry::Later,
        Severity::Error,
        ["The caller gave up.", "Quien llamaba desistió."],
        [
            "Send the same message again if it still matters.",
            "Envíe de nuevo el mismo mensaje si aún importa.",
        ],
    ),
    entry_of(
        Reason::PeerUnreachable,
        GrpcCode::Ok,
        Retry::Never,
        Severity::Notice,
        [
            "The other side cannot be reached; the message is logged here and will be fetched.",
            "No se alcanza al otro lado; el mensaje quedó registrado aquí y será recogido.",
        ],
        [
            "Nothing to do: the other side fetches it when it is back.",
            "No hay nada que hacer: el otro lado lo recogerá al volver.",
        ],
    ),
    entry_of(
        Reason::WitnessBehind,
        GrpcCode::Ok,
        Retry::Never,
        Severity::Notice,
        [
            "The receipt is not witnessed yet.",
            "El recibo aún no tiene testigo.",
        ],
        [
            "Nothing to do: the witnessed receipt follows.",
            "No hay nada que hacer: el recibo con testigo llegará después.",
        ],
    ),
    entry_of(
        Reason::LimitReached,
        GrpcCode::ResourceExhausted,
        Retry::Never,
        Severity::Error,
        [
            "There are as many of these as there may be.",
            "Ya existe el máximo permitido.",
        ],
        [
            "Delete what is no longer used, or ask the operator.",
            "Elimine lo que ya no usa o consulte al operador.",
        ],
    ),
    entry_of(
        Reason::Unsupported,
        GrpcCode::Unimplemented,
        Retry::Never,
        Severity::Error,
        [
            "The request is understood but not offered by this gateway.",
            "Se entiende la petición, pero esta pasarela no la ofrece.",
        ],
        [
            "Leave out the option that the answer names.",
            "Omita la opción que indica la respuesta.",
        ],
    ),
];

/// What stands in for a reason that nobody gave.
pub(super) const INTERNAL: Entry = entry_of(
    Reason::Internal,
    GrpcCode::Internal,
    Retry::Later,
    Severity::Error,
    [
        "An error of the gateway's own.",
        "Un error propio de la pasarela.",
    ],
    [
        "Send the same message again, and report the error if it stays.",
        "Envíe de nuevo el mismo mensaje y reporte el error si persiste.",
    ],
);
