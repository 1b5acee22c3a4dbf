//! Reasons about fields that do not fit each other, and forms that are not known here: all of them flag, none refuses.

use super::{Entry, GrpcCode, Reason, Retry, Severity, entry_of};

pub(super) const ENTRIES: &[Entry] = &[
    entry_of(
        Reason::UnCasMismatch,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The UN number and the CAS number do not belong together.",
            "El número ONU y el número CAS no corresponden.",
        ],
        [
            "Check both; a solution may travel under a number of its own, and a difference may itself be the finding.",
            "Revise ambos; una solución puede llevar número propio, y la diferencia puede ser el hallazgo.",
        ],
    ),
    entry_of(
        Reason::IncbTableMismatch,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The substance is in another table of the INCB, or in none.",
            "La sustancia está en otro cuadro de la JIFE o en ninguno.",
        ],
        [
            "Check the CAS number first, then the table.",
            "Revise primero el número CAS y después el cuadro.",
        ],
    ),
    entry_of(
        Reason::SubdivisionMismatch,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The state belongs to another country than the one beside it.",
            "La entidad pertenece a un país distinto del indicado.",
        ],
        ["Check state and country.", "Revise la entidad y el país."],
    ),
    entry_of(
        Reason::TrackingFormUnknown,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The tracking number has no known form of this carrier, so its check digit was not verified.",
            "El número de rastreo no tiene una forma conocida de esta empresa; no se verificó su dígito.",
        ],
        [
            "Count the characters on the label again; if it reads so, nothing needs to be done.",
            "Cuente otra vez los caracteres de la etiqueta; si así se lee, no hay nada que corregir.",
        ],
    ),
    entry_of(
        Reason::CurrencyUnknown,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "No currency in use by ISO 4217.",
            "No es una moneda en uso según ISO 4217.",
        ],
        [
            "Use its three capitals, such as MXN or USD; a currency that no longer exists may stay as the papers say it.",
            "Use sus tres mayúsculas, como MXN o USD; una moneda que ya no existe puede quedar como dicen los papeles.",
        ],
    ),
    entry_of(
        Reason::IncotermUnknown,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "Incoterms 2020 has no such term of delivery.",
            "Incoterms 2020 no tiene ese término de entrega.",
        ],
        [
            "Check the three letters; a term of an older edition, such as DAT, may stay as the papers say it.",
            "Revise las tres letras; un término de una edición anterior, como DAT, puede quedar como dicen los papeles.",
        ],
    ),
];
