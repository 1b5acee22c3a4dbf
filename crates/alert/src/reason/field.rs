//! Reasons about fields of any message.

use super::{Entry, GrpcCode, Reason, Retry, Severity, entry_of};

pub(super) const ENTRIES: &[Entry] = &[
    entry_of(
        Reason::FieldMissing,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "A mandatory field is absent.",
            "Falta un campo obligatorio.",
        ],
        ["Fill in the field.", "Llene el campo."],
    ),
    entry_of(
        Reason::FieldUnexpected,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The field does not belong in this type of message.",
            "El campo no corresponde a este tipo de mensaje.",
        ],
        ["Leave the field out.", "Omita el campo."],
    ),
    entry_of(
        Reason::FieldTooLong,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "A text or a list is longer than its limit.",
            "Un texto o una lista excede su límite.",
        ],
        [
            "Shorten it to the limit stated.",
            "Acórtelo al límite indicado.",
        ],
    ),
    entry_of(
        Reason::FieldFormat,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The field does not have its form.",
            "El campo no tiene la forma debida.",
        ],
        [
            "Write it in the form stated.",
            "Escríbalo en la forma indicada.",
        ],
    ),
    entry_of(
        Reason::CodeUnknown,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The code is not in its table.",
            "El código no está en su tabla.",
        ],
        ["Use a code of the table.", "Use un código de la tabla."],
    ),
    entry_of(
        Reason::ValueRange,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The number is outside its limits.",
            "El número está fuera de sus límites.",
        ],
        [
            "Use a number within the limits stated.",
            "Use un número dentro de los límites indicados.",
        ],
    ),
    entry_of(
        Reason::Repeated,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The same value stands twice, or values are out of order.",
            "El mismo valor aparece dos veces, o los valores no están en orden.",
        ],
        [
            "Name each value once, in ascending order where the list asks for it.",
            "Indique cada valor una vez, en orden ascendente donde la lista lo pida.",
        ],
    ),
    entry_of(
        Reason::LanguageInvalid,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The language tag is not well formed, or was not declared.",
            "La etiqueta de idioma no tiene la forma debida o no se declaró.",
        ],
        [
            "Use a tag such as en-US or es-MX, and declare it in the statement.",
            "Use una etiqueta como en-US o es-MX y declárela en el mensaje.",
        ],
    ),
];
