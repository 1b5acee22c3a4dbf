//! Reasons about subscriptions, cursors, proofs and receipts.

use super::{Entry, GrpcCode, Reason, Retry, Severity, entry_of};

pub(super) const ENTRIES: &[Entry] = &[
    entry_of(
        Reason::SubscriptionUnknown,
        GrpcCode::NotFound,
        Retry::Corrected,
        Severity::Error,
        ["No such subscription.", "No existe esa suscripción."],
        [
            "Create the subscription first.",
            "Cree primero la suscripción.",
        ],
    ),
    entry_of(
        Reason::SubscriptionExists,
        GrpcCode::AlreadyExists,
        Retry::Never,
        Severity::Error,
        [
            "A subscription of that name exists already.",
            "Ya existe una suscripción con ese nombre.",
        ],
        [
            "Use it, or choose another name.",
            "Úsela o elija otro nombre.",
        ],
    ),
    entry_of(
        Reason::SubscriptionName,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The name of the subscription is not well formed.",
            "El nombre de la suscripción no tiene la forma debida.",
        ],
        [
            "Use lower-case letters, digits and hyphens.",
            "Use minúsculas, dígitos y guiones.",
        ],
    ),
    entry_of(
        Reason::SubscriptionSuperseded,
        GrpcCode::Aborted,
        Retry::Never,
        Severity::Error,
        [
            "Another stream has taken the subscription over.",
            "Otra conexión tomó la suscripción.",
        ],
        [
            "Make sure that only one program reads this subscription.",
            "Asegúrese de que solo un programa lea esta suscripción.",
        ],
    ),
    entry_of(
        Reason::InitExpected,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "A stream must begin with Init, once.",
            "La conexión debe comenzar con Init, una sola vez.",
        ],
        [
            "Send Init first, and only once.",
            "Envíe Init primero y una sola vez.",
        ],
    ),
    entry_of(
        Reason::CreditInvalid,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The credit is outside its limits.",
            "El crédito está fuera de sus límites.",
        ],
        [
            "Ask for 1 to 1000 unsettled deliveries.",
            "Pida de 1 a 1000 entregas sin confirmar.",
        ],
    ),
    entry_of(
        Reason::IndexUnknown,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The index was not delivered on this subscription.",
            "Ese índice no se entregó en esta suscripción.",
        ],
        [
            "Settle only what was delivered: this is a mistake of the client.",
            "Confirme la recepción solo de lo entregado: es un error del cliente.",
        ],
    ),
    entry_of(
        Reason::CursorAhead,
        GrpcCode::OutOfRange,
        Retry::Corrected,
        Severity::Error,
        [
            "The position lies beyond the end of the log.",
            "La posición está más allá del final de la bitácora.",
        ],
        [
            "Take a position that the log has; if it once had it, tell the operator.",
            "Use una posición que la bitácora tenga; si antes la tenía, avise al operador.",
        ],
    ),
    entry_of(
        Reason::Slow,
        GrpcCode::Unavailable,
        Retry::Later,
        Severity::Error,
        [
            "The subscriber reads too slowly.",
            "El suscriptor lee demasiado despacio.",
        ],
        [
            "Connect again and go on from the cursor; nothing is lost.",
            "Conéctese de nuevo y siga desde el cursor; nada se pierde.",
        ],
    ),
    entry_of(
        Reason::RangeInvalid,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The range or the tree size is not one that the log has.",
            "La bitácora no tiene ese intervalo o tamaño.",
        ],
        [
            "Ask within the size of a checkpoint of this log.",
            "Pida dentro del tamaño de un punto de control de esta bitácora.",
        ],
    ),
    entry_of(
        Reason::PageToken,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The page token is not one of ours, or too old.",
            "La ficha de página no es nuestra o caducó.",
        ],
        ["Begin the list anew.", "Comience la lista de nuevo."],
    ),
    entry_of(
        Reason::Pruned,
        GrpcCode::NotFound,
        Retry::Never,
        Severity::Error,
        [
            "The content was deleted by law; its proof remains.",
            "El contenido se borró por ley; su prueba permanece.",
        ],
        [
            "Nothing to do: the proof still verifies.",
            "No hay nada que hacer: la prueba sigue verificándose.",
        ],
    ),
    entry_of(
        Reason::DelayInvalid,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The delay asked for is outside its limits.",
            "La demora pedida está fuera de sus límites.",
        ],
        [
            "Ask for a delay within the documented limits.",
            "Pida una demora dentro de los límites documentados.",
        ],
    ),
    entry_of(
        Reason::ReceiptInvalid,
        GrpcCode::Internal,
        Retry::Never,
        Severity::Error,
        [
            "The receipt does not prove what it should.",
            "El recibo no prueba lo que debe.",
        ],
        [
            "Do not rely on it. Keep it, and tell the operator and the auditor.",
            "No se apoye en él. Consérvelo y avise al operador y al auditor.",
        ],
    ),
    entry_of(
        Reason::CheckpointInvalid,
        GrpcCode::Internal,
        Retry::Never,
        Severity::Error,
        [
            "The checkpoint is not signed by the log's key.",
            "El punto de control no lleva la firma de la bitácora.",
        ],
        [
            "Do not rely on it. Check the log's verifier key, then tell the auditor.",
            "No se apoye en él. Revise la llave verificadora de la bitácora y avise al auditor.",
        ],
    ),
    entry_of(
        Reason::LogInconsistent,
        GrpcCode::Internal,
        Retry::Never,
        Severity::Error,
        [
            "Two checkpoints of the log contradict each other.",
            "Dos puntos de control de la bitácora se contradicen.",
        ],
        [
            "Keep both: together they are proof. Tell the auditor.",
            "Conserve ambos: juntos son prueba. Avise al auditor.",
        ],
    ),
    entry_of(
        Reason::DeliveryGap,
        GrpcCode::Internal,
        Retry::Later,
        Severity::Error,
        [
            "The log's deliveries left a gap.",
            "Las entregas de la bitácora dejaron un hueco.",
        ],
        [
            "Connect again from the last settled position; if it stays, tell the operator.",
            "Conéctese de nuevo desde la última posición confirmada; si persiste, avise al operador.",
        ],
    ),
];
