//! Reasons about handling and recipients.

use super::{Entry, GrpcCode, Reason, Retry, Severity, entry_of};

pub(super) const ENTRIES: &[Entry] = &[
    entry_of(
        Reason::HandlingMissing,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "There is no handling block, or no traffic light in it.",
            "Falta el bloque de manejo o su semáforo (TLP).",
        ],
        [
            "State how the information may be handled; AMBER+STRICT if in doubt.",
            "Indique cómo puede manejarse la información; AMBER+STRICT en caso de duda.",
        ],
    ),
    entry_of(
        Reason::HandlingConflict,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "Marks contradict each other or the recipients.",
            "Las leyendas se contradicen o no concuerdan con los destinatarios.",
        ],
        [
            "Change the marks or the recipients; TLP:RED goes to named officers only.",
            "Cambie las leyendas o los destinatarios; TLP:RED va solo a oficiales nombrados.",
        ],
    ),
    entry_of(
        Reason::ClassifiedRefused,
        GrpcCode::PermissionDenied,
        Retry::Never,
        Severity::Error,
        [
            "Classified information is not carried.",
            "No se transporta información clasificada.",
        ],
        [
            "Stop: classified information must not be sent here. Tell your security officer.",
            "Deténgase: aquí no debe enviarse información clasificada. Avise a su oficial de seguridad.",
        ],
    ),
    entry_of(
        Reason::NotReleasable,
        GrpcCode::PermissionDenied,
        Retry::Never,
        Severity::Error,
        [
            "A mark forbids release abroad.",
            "Una leyenda prohíbe entregarla al extranjero.",
        ],
        [
            "Ask the originator for a releasable version.",
            "Pida al originador una versión que pueda entregarse.",
        ],
    ),
    entry_of(
        Reason::MarkUnknown,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The mark is not one that can be enforced.",
            "La leyenda no es una que se pueda hacer cumplir.",
        ],
        [
            "Use one of the listed marks, with its side.",
            "Use una de las leyendas listadas, con su lado.",
        ],
    ),
    entry_of(
        Reason::NoLegalBasis,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "No authority is stated.",
            "No se indica el fundamento legal.",
        ],
        [
            "State the authority: treaty, national law or customs agreement.",
            "Indique el fundamento: tratado, ley nacional o acuerdo aduanero.",
        ],
    ),
    entry_of(
        Reason::NoSuspicionStatement,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "Criminal intelligence without the reasonable suspicion that it rests on.",
            "Inteligencia criminal sin la sospecha razonable que la sustenta.",
        ],
        [
            "Add the reasonable suspicion and the approver's function.",
            "Agregue la sospecha razonable y el cargo de quien la aprueba.",
        ],
    ),
    entry_of(
        Reason::DiplomaticBag,
        GrpcCode::PermissionDenied,
        Retry::Never,
        Severity::Error,
        [
            "A diplomatic bag: never accepted.",
            "Valija diplomática: nunca se acepta.",
        ],
        [
            "Stop: a diplomatic bag is inviolable. Turn to your foreign ministry.",
            "Deténgase: la valija diplomática es inviolable. Acuda a su cancillería.",
        ],
    ),
    entry_of(
        Reason::ConsularBag,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "A consular bag: accepted, and flagged.",
            "Valija consular: se acepta y se marca.",
        ],
        [
            "Follow the consular procedure before anything is opened.",
            "Siga el procedimiento consular antes de abrir nada.",
        ],
    ),
    entry_of(
        Reason::RecipientMissing,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        ["No recipient is named.", "No se nombra destinatario."],
        [
            "Name at least one recipient.",
            "Nombre al menos un destinatario.",
        ],
    ),
    entry_of(
        Reason::RecipientUnknown,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The recipient is not in the directory.",
            "El destinatario no está en el directorio.",
        ],
        [
            "Check the name, or ask the operator for the directory.",
            "Revise el nombre o pida el directorio al operador.",
        ],
    ),
    entry_of(
        Reason::RecipientNotReleasable,
        GrpcCode::PermissionDenied,
        Retry::Corrected,
        Severity::Error,
        [
            "The recipient is outside the release.",
            "El destinatario está fuera de la autorización de entrega.",
        ],
        [
            "Ask the originator to extend the release; of your own alert send a tear-line: precinto draft tear-line ALERT_ID.",
            "Pida al originador que amplíe la autorización; de su propia alerta envíe un extracto: precinto draft tear-line FOLIO.",
        ],
    ),
    entry_of(
        Reason::RecipientRepeated,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The same recipient is named twice.",
            "El mismo destinatario se nombra dos veces.",
        ],
        [
            "Name each recipient once.",
            "Nombre una vez a cada destinatario.",
        ],
    ),
    entry_of(
        Reason::PurposeMissing,
        GrpcCode::PermissionDenied,
        Retry::Corrected,
        Severity::Error,
        [
            "It names persons, and a recipient may not process data about persons for these goods.",
            "Nombra a personas, y un destinatario no puede tratar datos personales respecto de estas mercancías.",
        ],
        [
            "Send it a tear-line (precinto draft tear-line ALERT_ID), or name other recipients; its side's directory says for what each agency may.",
            "Envíele un extracto no nominal (precinto draft tear-line FOLIO), o nombre a otros destinatarios; el directorio de su lado dice para qué puede cada dependencia.",
        ],
    ),
    entry_of(
        Reason::OnwardRelease,
        GrpcCode::PermissionDenied,
        Retry::Corrected,
        Severity::Error,
        [
            "It passes on what another agency said, to one to which that agency has not released it.",
            "Reenvía lo que dijo otra dependencia a una a la que esta no lo ha autorizado.",
        ],
        [
            "Ask the originator with a DISSEMINATION_REQUEST, and send it when the decision is there.",
            "Pídalo al originador con una DISSEMINATION_REQUEST y envíelo cuando exista la decisión.",
        ],
    ),
];
