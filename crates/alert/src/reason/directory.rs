//! Reasons about parts of the directory: their order, and who signs them.

use super::{Entry, GrpcCode, Reason, Retry, Severity, entry_of};

pub(super) const ENTRIES: &[Entry] = &[
    entry_of(
        Reason::DirectoryVersion,
        GrpcCode::FailedPrecondition,
        Retry::Corrected,
        Severity::Error,
        [
            "The part does not follow the newest one of its side in the log.",
            "La parte no sigue a la más reciente de su lado en la bitácora.",
        ],
        [
            "Propose it again on top of the newest part, and have it signed again.",
            "Propóngala de nuevo sobre la parte más reciente y haga que se firme otra vez.",
        ],
    ),
    entry_of(
        Reason::StewardRequired,
        GrpcCode::PermissionDenied,
        Retry::Corrected,
        Severity::Error,
        [
            "The part is not signed by enough stewards of its side, or by somebody else.",
            "La parte no lleva la firma de suficientes custodios de su lado, o firmó alguien más.",
        ],
        [
            "Have it signed by the stewards that the part before names.",
            "Solicite la firma de los custodios que nombra la parte anterior.",
        ],
    ),
    entry_of(
        Reason::PolicyInvalid,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The side's policy is not one: nothing of the part is taken.",
            "La política del lado no es válida: nada de la parte se acepta.",
        ],
        [
            "Mend it at the place that is named; `precinto policy check` says the same beforehand.",
            "Corríjala en el lugar indicado; `precinto policy check` dice lo mismo de antemano.",
        ],
    ),
];
