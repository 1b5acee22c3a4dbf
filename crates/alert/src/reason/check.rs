//! Reasons about check digits, lists and cross-checks.

use super::{Entry, GrpcCode, Reason, Retry, Severity, entry_of};

pub(super) const ENTRIES: &[Entry] = &[
    entry_of(
        Reason::AwbCheckDigit,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The air waybill's check digit is wrong.",
            "El dígito verificador de la guía aérea es incorrecto.",
        ],
        [
            "Read the number again; if the label itself is wrong, send it as a label identifier.",
            "Lea el número otra vez; si la etiqueta misma está mal, envíelo como identificador de etiqueta.",
        ],
    ),
    entry_of(
        Reason::S10CheckDigit,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The postal item's check digit is wrong.",
            "El dígito verificador del envío postal es incorrecto.",
        ],
        [
            "Read the number again; if the label itself is wrong, send it as a label identifier.",
            "Lea el número otra vez; si la etiqueta misma está mal, envíelo como identificador de etiqueta.",
        ],
    ),
    entry_of(
        Reason::CasCheckDigit,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The CAS number's check digit is wrong.",
            "El dígito verificador del número CAS es incorrecto.",
        ],
        [
            "Read the number again; if the label itself is wrong, send it as a label identifier.",
            "Lea el número otra vez; si la etiqueta misma está mal, envíelo como identificador de etiqueta.",
        ],
    ),
    entry_of(
        Reason::CourierCheckDigit,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The tracking number's check digit is wrong.",
            "El dígito verificador del número de rastreo es incorrecto.",
        ],
        [
            "Read the number again; if the label itself is wrong, send it as a label identifier.",
            "Lea el número otra vez; si la etiqueta misma está mal, envíelo como identificador de etiqueta.",
        ],
    ),
    entry_of(
        Reason::ContainerCheckDigit,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The container's check digit is wrong.",
            "El dígito verificador del contenedor es incorrecto.",
        ],
        [
            "Read the number again; if the label itself is wrong, send it as a label identifier.",
            "Lea el número otra vez; si la etiqueta misma está mal, envíelo como identificador de etiqueta.",
        ],
    ),
    entry_of(
        Reason::CurpCheckDigit,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The check digit of the CURP is wrong.",
            "El dígito verificador de la CURP es incorrecto.",
        ],
        [
            "Read the CURP again; if the document itself has it so, mark the number as verbatim.",
            "Lea la CURP otra vez; si así viene en el documento, marque el número como textual.",
        ],
    ),
    entry_of(
        Reason::RfcCheckDigit,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The check character of the RFC is wrong.",
            "El carácter verificador del RFC es incorrecto.",
        ],
        [
            "Read the RFC again; some genuine ones fail.",
            "Lea el RFC otra vez; algunos auténticos no cumplen.",
        ],
    ),
    entry_of(
        Reason::Iso3166Unknown,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Either,
        [
            "The country or its subdivision is not in ISO 3166.",
            "El país o su entidad no está en ISO 3166.",
        ],
        [
            "Use the two letters of the country, or the full code of the state, such as MX-JAL or US-TX.",
            "Use las dos letras del país o la clave completa de la entidad, como MX-JAL o US-TX.",
        ],
    ),
    entry_of(
        Reason::HsUnknown,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The Harmonized System 2022 has no such chapter or heading.",
            "El Sistema Armonizado 2022 no tiene ese capítulo o esa partida.",
        ],
        [
            "Check the first four digits; what follows them is not compared.",
            "Revise los primeros cuatro dígitos, la partida; los que siguen no se comparan.",
        ],
    ),
    entry_of(
        Reason::UnUnknown,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The number is not in the list of dangerous goods.",
            "El número no está en la lista de mercancías peligrosas.",
        ],
        ["Check the UN number.", "Revise el número ONU."],
    ),
    entry_of(
        Reason::UnitUnknown,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The unit is not in the closed set, so the quantity means nothing.",
            "La unidad no está en el conjunto admitido; la cantidad no significa nada.",
        ],
        [
            "Use a listed unit of the right kind.",
            "Use una unidad listada del tipo debido.",
        ],
    ),
    entry_of(
        Reason::QuantityInvalid,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "The amount is not a decimal of the documented form.",
            "La cantidad no es un decimal con la forma documentada.",
        ],
        [
            "Write digits with a point, without sign or exponent.",
            "Escriba dígitos con punto, sin signo ni exponente.",
        ],
    ),
    entry_of(
        Reason::AirportUnknown,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The airport is not in the list.",
            "El aeropuerto no está en la lista.",
        ],
        ["Check the airport code.", "Revise la clave del aeropuerto."],
    ),
    entry_of(
        Reason::LocodeUnknown,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The place is not in UN/LOCODE.",
            "El lugar no está en UN/LOCODE.",
        ],
        ["Check the place code.", "Revise la clave del lugar."],
    ),
    entry_of(
        Reason::CarrierUnknown,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The carrier is not in the list.",
            "El transportista no está en la lista.",
        ],
        [
            "Check the carrier code.",
            "Revise la clave del transportista.",
        ],
    ),
    entry_of(
        Reason::AirlinePrefixUnknown,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The airline prefix is not in the list.",
            "El prefijo de aerolínea no está en la lista.",
        ],
        [
            "Check the first three digits of the waybill.",
            "Revise los tres primeros dígitos de la guía.",
        ],
    ),
    entry_of(
        Reason::CustomsOfficeUnknown,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The customs office is not in the list.",
            "La aduana no está en la lista.",
        ],
        ["Check the customs office.", "Revise la aduana."],
    ),
    entry_of(
        Reason::HsCasMismatch,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The tariff code and the CAS number do not belong together.",
            "La subpartida o fracción arancelaria y el número CAS no corresponden.",
        ],
        [
            "Check both; the difference may itself be the finding.",
            "Revise ambos; la diferencia puede ser el hallazgo.",
        ],
    ),
    entry_of(
        Reason::UnClassMismatch,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The UN number does not belong with the class or the goods beside it.",
            "El número ONU no corresponde a la clase o a la mercancía indicada.",
        ],
        [
            "Check both; the difference may itself be the finding.",
            "Revise ambos; la diferencia puede ser el hallazgo.",
        ],
    ),
    entry_of(
        Reason::S10CountryMismatch,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The postal item's country is not the sender's.",
            "El país del envío postal no es el del remitente.",
        ],
        [
            "Check both; the difference may itself be the finding.",
            "Revise ambos; la diferencia puede ser el hallazgo.",
        ],
    ),
    entry_of(
        Reason::AwbCarrierMismatch,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The waybill's prefix is not that of the first carrier.",
            "El prefijo de la guía no es el del primer transportista.",
        ],
        [
            "Check both; the difference may itself be the finding.",
            "Revise ambos; la diferencia puede ser el hallazgo.",
        ],
    ),
    entry_of(
        Reason::WeightMismatch,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The weight does not fit the pieces or the limits.",
            "El peso no corresponde a los bultos o a los límites.",
        ],
        [
            "Check both; the difference may itself be the finding.",
            "Revise ambos; la diferencia puede ser el hallazgo.",
        ],
    ),
    entry_of(
        Reason::DestinationMismatch,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "The airport's state is not the consignee's.",
            "La entidad del aeropuerto no es la del consignatario.",
        ],
        [
            "Check both; the difference may itself be the finding.",
            "Revise ambos; la diferencia puede ser el hallazgo.",
        ],
    ),
];
