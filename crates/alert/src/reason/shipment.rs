//! Reasons about shipments, parties and suspicion.

use super::{Entry, GrpcCode, Reason, Retry, Severity, entry_of};

pub(super) const ENTRIES: &[Entry] = &[
    entry_of(
        Reason::MissingWblLine,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "No waybill or other identifier of the shipment.",
            "No hay guía ni otro identificador del envío.",
        ],
        [
            "Give the waybill, postal or tracking number; a wrong one as it stands on the label.",
            "Indique la guía, el número postal o de rastreo; si es incorrecto, tal como está en la etiqueta.",
        ],
    ),
    entry_of(
        Reason::MissingHouseBillNbr,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "A consolidation without house waybills.",
            "Una consolidación sin guías house.",
        ],
        ["List the house waybills.", "Liste las guías house."],
    ),
    entry_of(
        Reason::InvalidHouseBillNbr,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "A house waybill with more than 35 or with wrong characters.",
            "Guía house con más de 35 caracteres o con caracteres no permitidos.",
        ],
        [
            "Use 1 to 35 capital letters, digits and hyphens.",
            "Use de 1 a 35 mayúsculas, dígitos y guiones.",
        ],
    ),
    entry_of(
        Reason::BadWblFormat,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "An air waybill number that is not three and eight digits.",
            "Guía aérea que no tiene tres y ocho dígitos.",
        ],
        ["Write it as 020-12345675.", "Escríbala como 020-12345675."],
    ),
    entry_of(
        Reason::MissingShpName,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "No name of the shipper.",
            "Falta el nombre del remitente del envío.",
        ],
        [
            "Give the shipper's name, or say that the documents state none.",
            "Indique el nombre del remitente, o que los documentos no lo señalan.",
        ],
    ),
    entry_of(
        Reason::MissingShpAddr,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "No address of the shipper.",
            "Falta el domicilio del remitente del envío.",
        ],
        [
            "Give the shipper's address.",
            "Indique el domicilio del remitente.",
        ],
    ),
    entry_of(
        Reason::MissingShpCtry,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "No country of the shipper.",
            "Falta el país del remitente del envío.",
        ],
        [
            "Give the shipper's country, two letters.",
            "Indique el país del remitente, dos letras.",
        ],
    ),
    entry_of(
        Reason::MissingCneName,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "No name of the consignee.",
            "Falta el nombre del consignatario.",
        ],
        [
            "Give the consignee's name, or say that the documents state none.",
            "Indique el nombre del consignatario, o que los documentos no lo señalan.",
        ],
    ),
    entry_of(
        Reason::MissingCneAddr,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "No address of the consignee.",
            "Falta el domicilio del consignatario.",
        ],
        [
            "Give the consignee's address.",
            "Indique el domicilio del consignatario.",
        ],
    ),
    entry_of(
        Reason::MissingCneCtry,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "No country of the consignee.",
            "Falta el país del consignatario.",
        ],
        [
            "Give the consignee's country, two letters.",
            "Indique el país del consignatario, dos letras.",
        ],
    ),
    entry_of(
        Reason::MissingWeight,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        ["No weight.", "Falta el peso."],
        ["Give the gross weight.", "Indique el peso bruto."],
    ),
    entry_of(
        Reason::InvalidWeight,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Either,
        [
            "A weight that is not a number above zero, or not plausible.",
            "El peso no es un número mayor que cero, o no es verosímil.",
        ],
        [
            "Check the weight and its unit.",
            "Revise el peso y su unidad.",
        ],
    ),
    entry_of(
        Reason::MissingWtUnits,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        ["A weight without a unit.", "Peso sin unidad."],
        [
            "Add the unit: KGM, LBR, GRM, TNE, MGM or ONZ.",
            "Agregue la unidad: KGM, LBR, GRM, TNE, MGM u ONZ.",
        ],
    ),
    entry_of(
        Reason::MissingBillQty,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        ["No number of pieces.", "Falta el número de bultos."],
        ["Give the number of pieces.", "Indique el número de bultos."],
    ),
    entry_of(
        Reason::InvalidBillQty,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "A number of pieces outside 1 to 99999.",
            "Número de bultos fuera de 1 a 99999.",
        ],
        ["Check the number of pieces.", "Revise el número de bultos."],
    ),
    entry_of(
        Reason::MissingCargoDesc,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "No description of the goods.",
            "Falta la descripción de la mercancía.",
        ],
        [
            "Describe the goods, as the documents do.",
            "Describa la mercancía, como lo hacen los documentos.",
        ],
    ),
    entry_of(
        Reason::VagueDescription,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Either,
        [
            "A description that says nothing.",
            "La descripción no dice nada.",
        ],
        ["Say what the goods are.", "Diga qué es la mercancía."],
    ),
    entry_of(
        Reason::MissingConsolIndi,
        GrpcCode::InvalidArgument,
        Retry::Never,
        Severity::Warning,
        [
            "Signs of consolidation without its indicator.",
            "Hay señales de consolidación sin su indicador.",
        ],
        ["Check the kind of waybill.", "Revise el tipo de guía."],
    ),
    entry_of(
        Reason::InvalidRouting,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Either,
        [
            "A malformed leg; or times or places that do not chain.",
            "Tramo mal formado, u horas o lugares que no encadenan.",
        ],
        [
            "Check flight, places and times of the leg.",
            "Revise vuelo, lugares y horas del tramo.",
        ],
    ),
    entry_of(
        Reason::MissingShipment,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        ["An alert without a shipment.", "Una alerta sin envío."],
        [
            "Describe at least one shipment; only a P4 alert may have none.",
            "Describa al menos un envío; solo una alerta P4 puede no tenerlo.",
        ],
    ),
    entry_of(
        Reason::MissingSubject,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "A commodity class without a block that describes it.",
            "Una clase de mercancía sin el bloque que la describe.",
        ],
        [
            "Add a substance, firearm or fuel block for each commodity class.",
            "Agregue un bloque de sustancia, arma o combustible por cada clase de mercancía.",
        ],
    ),
    entry_of(
        Reason::MissingSuspicion,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "An alert that does not say why.",
            "La alerta no dice por qué.",
        ],
        [
            "Add an indicator or a narrative.",
            "Agregue un indicador o un relato.",
        ],
    ),
    entry_of(
        Reason::NominalData,
        GrpcCode::InvalidArgument,
        Retry::Corrected,
        Severity::Error,
        [
            "A tear-line extract that names a party.",
            "Un extracto no nominal nombra a una parte.",
        ],
        [
            "Leave all parties and files out of it; precinto draft tear-line ALERT_ID does.",
            "Omita todas las partes y los archivos; precinto draft tear-line FOLIO lo hace.",
        ],
    ),
];
