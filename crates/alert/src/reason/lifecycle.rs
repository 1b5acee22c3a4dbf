//! Reasons about time, identity and the life of an alert.

use super::{Entry, GrpcCode, Reason, Retry, Severity, entry_of};

pub(super) const ENTRIES: &[Entry] = &[
    entry_of(
        Reason::MessageIdReused,
        GrpcCode::AlreadyExists,
        Retry::Never,
        Severity::Error,
        [
            "The message id was used before, for other content.",
            "El identificador del mensaje ya se usó con otro contenido.",
        ],
        [
            "Investigate: the attempt is recorded. A new message needs a new identifier.",
            "Investigue: el intento quedó registrado. Un mensaje nuevo necesita otro identificador.",
        ],
    ),
    entry_of(
        Reason::TimeFuture,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The creation time is more than five minutes ahead.",
            "La hora de creación está más de cinco minutos adelantada.",
        ],
        [
            "Set this machine's clock, then make the message anew.",
            "Ajuste el reloj de este equipo y haga el mensaje de nuevo.",
        ],
    ),
    entry_of(
        Reason::TimeStale,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The creation time is more than a day ago.",
            "El mensaje se creó hace más de un día.",
        ],
        [
            "Check whether it still matters before acting.",
            "Antes de actuar, verifique si todavía importa.",
        ],
    ),
    entry_of(
        Reason::Expired,
        GrpcCode::FailedPrecondition,
        Retry::Never,
        Severity::Error,
        [
            "The message's last useful instant has passed.",
            "Ya pasó el último momento útil del mensaje.",
        ],
        [
            "Make a new message if the matter is still open.",
            "Haga un mensaje nuevo si el asunto sigue abierto.",
        ],
    ),
    entry_of(
        Reason::TimeOrder,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Either,
        [
            "Two times contradict each other.",
            "Dos horas se contradicen.",
        ],
        [
            "Correct the times. A last moment to act that is later than the route allows is only flagged.",
            "Corrija las horas. Un último momento para actuar posterior al que permite la ruta solo se marca.",
        ],
    ),
    entry_of(
        Reason::VersionGap,
        GrpcCode::FailedPrecondition,
        Retry::Corrected,
        Severity::Error,
        [
            "The version is not the one before plus one.",
            "La versión no es la anterior más uno.",
        ],
        [
            "Read the case first, then amend its newest version.",
            "Lea primero el caso y modifique su versión más reciente.",
        ],
    ),
    entry_of(
        Reason::AlertClosed,
        GrpcCode::FailedPrecondition,
        Retry::Never,
        Severity::Error,
        ["The alert is closed.", "La alerta está cerrada."],
        [
            "Read the case; open a new alert if there is something new.",
            "Lea el caso; abra una alerta nueva si hay algo nuevo.",
        ],
    ),
    entry_of(
        Reason::RecalledAlert,
        GrpcCode::FailedPrecondition,
        Retry::Never,
        Severity::Error,
        ["The alert has been recalled.", "La alerta fue retirada."],
        [
            "Quarantine or erase what you hold, and confirm it.",
            "Ponga en cuarentena o borre lo que tenga y confírmelo.",
        ],
    ),
    entry_of(
        Reason::AlertCancelled,
        GrpcCode::FailedPrecondition,
        Retry::Never,
        Severity::Error,
        ["The alert has been cancelled.", "La alerta fue cancelada."],
        [
            "Read the case; open a new alert if there is something new.",
            "Lea el caso; abra una alerta nueva si hay algo nuevo.",
        ],
    ),
    entry_of(
        Reason::AlertUnknown,
        GrpcCode::FailedPrecondition,
        Retry::Corrected,
        Severity::Error,
        [
            "No such alert, or none that concerns the sender.",
            "No existe esa alerta, o no le concierne al remitente.",
        ],
        [
            "Check the alert id, character by character.",
            "Revise el identificador de la alerta, carácter por carácter.",
        ],
    ),
    entry_of(
        Reason::AlertIdReused,
        GrpcCode::AlreadyExists,
        Retry::Corrected,
        Severity::Error,
        [
            "The alert id belongs to another alert already.",
            "El identificador ya pertenece a otra alerta.",
        ],
        [
            "Take the next free number.",
            "Tome el siguiente número libre.",
        ],
    ),
    entry_of(
        Reason::AlertIdNotYours,
        GrpcCode::PermissionDenied,
        Retry::Corrected,
        Severity::Error,
        [
            "The alert id carries another node's code.",
            "El identificador de la alerta lleva la clave de otro nodo.",
        ],
        [
            "Use the node code that the directory gives your node.",
            "Use la clave que el directorio asigna a su nodo.",
        ],
    ),
    entry_of(
        Reason::AlertIdCheckDigit,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The check character of the alert id is wrong.",
            "El carácter de control del identificador de alerta es incorrecto.",
        ],
        [
            "Ask for the alert id again: a character was misread or swapped.",
            "Pida de nuevo el identificador: algún carácter se leyó mal o se invirtió.",
        ],
    ),
    entry_of(
        Reason::ReferenceUnknown,
        GrpcCode::FailedPrecondition,
        Retry::Corrected,
        Severity::Error,
        [
            "The case has no such message, or none that the sender sent or was sent.",
            "El caso no tiene ese mensaje, o el remitente ni lo envió ni lo recibió.",
        ],
        [
            "Check the message id; wait if it is still on its way.",
            "Revise el identificador del mensaje; espere si aún viene en camino.",
        ],
    ),
    entry_of(
        Reason::NotAParty,
        GrpcCode::PermissionDenied,
        Retry::Never,
        Severity::Error,
        [
            "The sender's part in the case does not allow this message.",
            "La participación del remitente en el caso no le permite este mensaje.",
        ],
        [
            "Addressees acknowledge, answer and report outcomes; whoever was asked answers.",
            "Acusan recibo, responden y reportan resultados los destinatarios; contesta a quien se le preguntó.",
        ],
    ),
    entry_of(
        Reason::InvalidMessageType,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The message type is unknown, or not allowed here.",
            "El tipo de mensaje es desconocido o no se permite aquí.",
        ],
        [
            "Use a type of the interface that fits the case's state.",
            "Use un tipo de la interfaz que corresponda al estado del caso.",
        ],
    ),
    entry_of(
        Reason::SequenceReused,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The sender's sequence number was used before.",
            "El número de secuencia del remitente ya se usó.",
        ],
        [
            "Count up by one for each new statement.",
            "Aumente en uno por cada mensaje nuevo.",
        ],
    ),
    entry_of(
        Reason::NotAShipment,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Error,
        [
            "The record does not describe a shipment.",
            "El dato no describe un envío.",
        ],
        [
            "Leave it out: persons and their luggage are not sent as shipments.",
            "Omítalo: las personas y su equipaje no se envían como mercancía.",
        ],
    ),
    entry_of(
        Reason::RecipientRequired,
        GrpcCode::FailedPrecondition,
        Retry::Corrected,
        Severity::Error,
        [
            "Somebody to whom this message must go is not among its recipients.",
            "Falta entre los destinatarios alguien a quien este mensaje debe llegar.",
        ],
        [
            "Add the recipients that are named, and send it again: a recall goes to all who were sent anything of the case.",
            "Agregue los destinatarios que se indican y envíelo de nuevo: un retiro llega a todos los que recibieron algo del caso.",
        ],
    ),
];
