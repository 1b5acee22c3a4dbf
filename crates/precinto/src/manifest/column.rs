//! What a column holds, by its name: as carriers, forwarders, posts and customs brokers call it in English and in Spanish.
//!
//! Names are compared by their words, without accents, punctuation and the words that say nothing (`number`, `de`). Where a
//! name speaks of somebody's number (`Shipper RFC`), the number is what the column holds; where it speaks of somebody alone,
//! it is their name. An address, a country or a weight identifies nothing and is not looked at.

use precinto_alert::lookup::{Identifier, Kind};

/// Digits of an air waybill behind those of the airline.
pub(super) const AWB_SERIAL_DIGITS: usize = 8;

/// A house waybill. Express carriers, and posts, call their own number by that name.
pub(super) const HOUSE: [Kind; 3] = [Kind::HouseWaybill, Kind::Courier, Kind::S10];

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Identifiers of one of these kinds.
    Kinds(&'static [Kind]),
    /// The airline's three digits of an air waybill whose other eight stand in a column of their own.
    AirlinePrefix,
}

/// Words that say nothing about what a column holds.
#[rustfmt::skip]
const FILLERS: [&str; 27] = [
    "NO", "NUM", "NUMBER", "NUMBERS", "NBR", "NR", "NUMERO", "NUMEROS", "N", "ID", "IDS",
    "IDENTIFIER", "CODE", "CODIGO", "CLAVE", "DE", "DEL", "LA", "EL", "LOS", "LAS", "OF", "THE",
    "NAME", "NOMBRE", "COMPANY", "FULL",
];

/// Who somebody is to a shipment: by itself their name, before or behind another word whose number it is.
#[rustfmt::skip]
const ROLES: [&str; 27] = [
    "SHIPPER", "CONSIGNEE", "CONSIGNOR", "NOTIFY", "NOTIFYPARTY", "FORWARDER", "AGENT", "SENDER",
    "RECEIVER", "RECIPIENT", "ADDRESSEE", "IMPORTER", "EXPORTER", "REMITENTE", "DESTINATARIO",
    "CONSIGNATARIO", "EMBARCADOR", "EXPORTADOR", "IMPORTADOR", "NOTIFICADO", "NOTIFICAR", "AGENTE",
    "PROVEEDOR", "CLIENTE", "SUPPLIER", "BUYER", "PARTY",
];

/// Names without fillers, their words written together, and what they hold.
#[rustfmt::skip]
const NAMES: [(&[&str], Meaning); 19] = [
    (
        &[
            "MAWB", "MASTER", "MASTERAWB", "MASTERWAYBILL", "MASTERBILL", "MASTERAIRWAYBILL",
            "AWBMASTER", "AWBSERIAL", "AWBSUFFIX", "GUIAMASTER", "GUIAMADRE", "GUIAAEREAMASTER",
            "GUIAAEREAMADRE", "MASTERGUIA", "GUIAPRINCIPAL",
        ],
        Meaning::Kinds(&[Kind::Waybill]),
    ),
    (
        &[
            "AWB", "AWBS", "AIRWAYBILL", "AIRWAYBILLS", "WAYBILL", "WAYBILLS", "GUIA", "GUIAS",
            "GUIAAEREA", "GUIASAEREAS", "DOCUMENTOTRANSPORTE", "TRANSPORTDOCUMENT", "SHIPMENT",
            "EMBARQUE", "ENVIO",
        ],
        Meaning::Kinds(&[Kind::Waybill, Kind::S10, Kind::HouseWaybill, Kind::Courier]),
    ),
    (
        &[
            "AWBPREFIX", "PREFIX", "AIRLINEPREFIX", "PREFIJO", "PREFIJOAEROLINEA", "PREFIJOGUIA",
        ],
        Meaning::AirlinePrefix,
    ),
    (
        &[
            "HAWB", "HAWBS", "HOUSE", "HOUSES", "HOUSEAWB", "HOUSEAWBS", "HOUSEWAYBILL",
            "HOUSEBILL", "HOUSEAIRWAYBILL", "AWBHOUSE", "GUIAHOUSE", "GUIAHIJA", "GUIASHOUSE",
            "GUIASHIJAS", "GUIAAEREAHOUSE", "GUIAAEREAHIJA", "HOUSEGUIA",
        ],
        Meaning::Kinds(&HOUSE),
    ),
    (
        &[
            "S10", "UPU", "UPUS10", "POSTALITEM", "MAILITEM", "ITEMPOSTAL", "ENVIOPOSTAL",
            "PIEZAPOSTAL", "GUIAPOSTAL",
        ],
        Meaning::Kinds(&[Kind::S10]),
    ),
    (
        &[
            "RECEPTACLE", "S9", "ENVASE", "ENVASEPOSTAL", "RECEPTACULO", "SACA",
        ],
        Meaning::Kinds(&[Kind::Receptacle]),
    ),
    (
        &["DISPATCH", "S8", "DESPACHO", "DESPACHOPOSTAL"],
        Meaning::Kinds(&[Kind::Dispatch]),
    ),
    (
        &[
            "TRACKING", "TRACK", "COURIERTRACKING", "RASTREO", "GUIARASTREO", "GUIACOURIER",
            "GUIAMENSAJERIA", "SEGUIMIENTO", "PARCEL", "PAQUETE",
        ],
        Meaning::Kinds(&[Kind::Courier, Kind::S10]),
    ),
    (
        &[
            "ULD", "ULDS", "UNITLOADDEVICE", "CONTENEDORAEREO", "PALLET", "PALET", "TARIMA",
        ],
        Meaning::Kinds(&[Kind::Uld]),
    ),
    (
        &[
            "CONTAINER", "CONTAINERS", "CNTR", "CONTENEDOR", "CONTENEDORES", "EQUIPMENT", "EQUIPO",
        ],
        Meaning::Kinds(&[Kind::Container, Kind::Uld]),
    ),
    (
        &[
            "SEAL", "SEALS", "SELLO", "SELLOS", "CANDADO", "CANDADOS", "CANDADOOFICIAL", "PRECINTO",
        ],
        Meaning::Kinds(&[Kind::Seal]),
    ),
    (
        &[
            "SERIAL", "SERIALS", "SERIE", "SERIES", "SERIALARMA", "SERIEARMA", "MATRICULAARMA",
        ],
        Meaning::Kinds(&[Kind::Serial]),
    ),
    (
        &["CAS", "CASRN", "CASREGISTRY"],
        Meaning::Kinds(&[Kind::Cas]),
    ),
    (
        &[
            "RFC", "CURP", "EIN", "TAX", "TAXPAYER", "VAT", "REGISTROFISCAL",
            "IDENTIFICACIONFISCAL",
        ],
        Meaning::Kinds(&[Kind::TaxId]),
    ),
    (
        &[
            "BL", "BILLOFLADING", "BILLLADING", "CONOCIMIENTO", "CONOCIMIENTOEMBARQUE", "PEDIMENTO",
            "PEDIMENTOS", "CARTAPORTE", "REFERENCE", "REFERENCIA", "PERMIT", "PERMISO", "CASE",
            "CASO",
        ],
        Meaning::Kinds(&[Kind::Reference]),
    ),
    (
        &[
            "PHONE", "PHONES", "TELEPHONE", "TEL", "TELEFONO", "TELEFONOS", "MOBILE", "CELULAR",
        ],
        Meaning::Kinds(&[Kind::Phone]),
    ),
    (
        &["EMAIL", "EMAILS", "MAIL", "CORREO", "CORREOELECTRONICO"],
        Meaning::Kinds(&[Kind::Email]),
    ),
    (
        &[
            "PLATE", "PLATES", "LICENSEPLATE", "PLACA", "PLACAS", "RAILCAR", "CARROTANQUE",
            "AUTOTANQUE",
        ],
        Meaning::Kinds(&[Kind::Plate]),
    ),
    (
        &["RAZONSOCIAL", "EMPRESA", "COMPANIA"],
        Meaning::Kinds(&[Kind::Party]),
    ),
];

/// What a column of this name holds; `None` when the name says nothing to us.
pub(super) fn meaning(name: &str) -> Option<Meaning> {
    // The normal form of names of parties: words in capitals, without accents and punctuation.
    let folded = Identifier::new(Kind::Party, &spaced(name))?;
    let words: Vec<&str> = folded.value().split(' ').collect();
    let mut telling = words.clone();
    telling.retain(|word| !FILLERS.contains(word));
    if let Some(found) = known(&telling).or_else(|| known(&words)) {
        return Some(found);
    }
    let is_role = |word: &&str| ROLES.contains(word);
    let mut of_somebody = telling.clone();
    of_somebody.retain(|word| !is_role(word));
    if of_somebody.is_empty() && telling.iter().any(is_role) {
        return Some(Meaning::Kinds(&[Kind::Party]));
    }
    // `NAME` alone, in a list of people.
    if telling.is_empty() && words.iter().any(|word| ["NAME", "NOMBRE"].contains(word)) {
        return Some(Meaning::Kinds(&[Kind::Party]));
    }
    known(&of_somebody).filter(|_| of_somebody.len() < telling.len())
}

fn known(words: &[&str]) -> Option<Meaning> {
    let joined = words.concat();
    let row = NAMES
        .iter()
        .find(|(names, _)| names.contains(&joined.as_str()));
    row.map(|(_, meaning)| *meaning)
}

/// `masterAwbNumber` and `MASTERAwb` as words: a capital behind a small letter begins one.
fn spaced(name: &str) -> String {
    let mut spaced = String::with_capacity(name.len() + 4);
    let mut small = false;
    for letter in name.chars() {
        if small && letter.is_uppercase() {
            spaced.push(' ');
        }
        small = letter.is_lowercase();
        spaced.push(letter);
    }
    spaced
}
