//! Finding an alert by what a person holds in the hand: the identifiers that a message carries, and what a text could be.
//!
//! Both sides of a comparison come to one normal form here, and nowhere else: capitals, without blanks, hyphens, dots or
//! any other punctuation, because labels, manifests and people differ in those alone. Letters and digits that look alike
//! are never merged: both occur in serial numbers. Names of parties lose their accents as well, and keep single blanks.
//!
//! A check digit that fails does not keep a text from being looked for: labels are wrong sometimes, and an alert carries
//! what the label says. Numbers that do not identify (tariff codes, UN numbers, flights, airports) are not looked for.

mod guess;
mod normal;
#[cfg(test)]
mod tests;
mod walk;

use std::fmt;

use crate::{Content, Lang};

pub use guess::guesses;

/// What an identifier identifies. Some kinds share a form; then a text is looked for under each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Master air waybill, eleven digits.
    Waybill,
    /// House air waybill.
    HouseWaybill,
    /// UPU S10 postal item.
    S10,
    /// UPU S9 receptacle.
    Receptacle,
    /// UPU S8 dispatch.
    Dispatch,
    /// A courier's tracking number, whichever courier's.
    Courier,
    /// Unit load device.
    Uld,
    /// ISO 6346 container.
    Container,
    /// Seal.
    Seal,
    /// A number of some register or file: bill of lading, permit, pedimento, case, laboratory.
    Reference,
    /// Serial number of a firearm.
    Serial,
    /// Number of a firearm trace.
    Trace,
    /// CAS registry number of a substance.
    Cas,
    /// Name of a person or a company.
    Party,
    /// Tax or personal number: EIN, RFC, CURP.
    TaxId,
    /// An account with a carrier.
    Account,
    /// Telephone number, with its country's code.
    Phone,
    /// E-mail address.
    Email,
    /// Plate of a truck, or number of a rail car.
    Plate,
    /// The alert itself.
    AlertId,
}

/// One row for each kind: what machines call it, and what people do, English and Spanish.
const KINDS: [(Kind, &str, [&str; 2]); Kind::ALL.len()] = [
    (Kind::Waybill, "waybill", ["air waybill", "guía aérea"]),
    (
        Kind::HouseWaybill,
        "house_waybill",
        ["house air waybill", "guía aérea house"],
    ),
    (Kind::S10, "s10", ["postal item", "envío postal"]),
    (
        Kind::Receptacle,
        "receptacle",
        ["postal receptacle", "envase postal"],
    ),
    (
        Kind::Dispatch,
        "dispatch",
        ["postal dispatch", "despacho postal"],
    ),
    (
        Kind::Courier,
        "courier",
        ["courier's tracking number", "número de rastreo"],
    ),
    (
        Kind::Uld,
        "uld",
        ["unit load device", "contenedor aéreo (ULD)"],
    ),
    (Kind::Container, "container", ["container", "contenedor"]),
    (Kind::Seal, "seal", ["seal", "candado o sello"]),
    (Kind::Reference, "reference", ["reference", "referencia"]),
    (
        Kind::Serial,
        "serial",
        ["firearm's serial number", "número de serie del arma"],
    ),
    (
        Kind::Trace,
        "trace",
        ["firearm trace", "rastreo de arma (eTrace)"],
    ),
    (Kind::Cas, "cas", ["CAS number", "número CAS"]),
    (Kind::Party, "party", ["name", "nombre"]),
    (
        Kind::TaxId,
        "tax_id",
        ["tax or personal number", "RFC, CURP o número fiscal"],
    ),
    (
        Kind::Account,
        "account",
        ["account with a carrier", "cuenta con el transportista"],
    ),
    (Kind::Phone, "phone", ["telephone number", "teléfono"]),
    (
        Kind::Email,
        "email",
        ["e-mail address", "correo electrónico"],
    ),
    (
        Kind::Plate,
        "plate",
        ["plate or rail car", "placa o carrotanque"],
    ),
    (
        Kind::AlertId,
        "alert_id",
        ["alert number", "número de alerta"],
    ),
];

impl Kind {
    /// Every kind, in the order in which a person would think of them.
    pub const ALL: [Self; 20] = [
        Self::Waybill,
        Self::HouseWaybill,
        Self::S10,
        Self::Receptacle,
        Self::Dispatch,
        Self::Courier,
        Self::Uld,
        Self::Container,
        Self::Seal,
        Self::Reference,
        Self::Serial,
        Self::Trace,
        Self::Cas,
        Self::Party,
        Self::TaxId,
        Self::Account,
        Self::Phone,
        Self::Email,
        Self::Plate,
        Self::AlertId,
    ];

    /// What machines call it: `house_waybill`. Never changes, because files on disk hold it.
    pub fn code(self) -> &'static str {
        self.row().map_or("", |(_, code, _)| code)
    }

    /// The kind that machines call so.
    pub fn of_code(code: &str) -> Option<Self> {
        let row = KINDS.iter().find(|(_, name, _)| *name == code);
        row.map(|(kind, _, _)| *kind)
    }

    /// What people call it.
    pub fn label(self, lang: Lang) -> &'static str {
        self.row()
            .map_or("", |(_, _, [english, spanish])| match lang {
                Lang::En => english,
                Lang::Es => spanish,
            })
    }

    fn row(self) -> Option<&'static (Self, &'static str, [&'static str; 2])> {
        KINDS.iter().find(|(kind, _, _)| *kind == self)
    }
}

/// One identifier in its normal form. Two that are equal may stand for the same thing; nothing else is claimed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    kind: Kind,
    value: String,
}

impl Identifier {
    /// Brings a text to the normal form of its kind; `None` when nothing is left of it, or when it is longer than any
    /// field of an alert may be ([`LINE_CHARS_MAX`](crate::limits::LINE_CHARS_MAX)).
    pub fn new(kind: Kind, text: &str) -> Option<Self> {
        let value = normal::of(kind, text)?;
        Some(Self { kind, value })
    }

    /// What it identifies.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its normal form, never empty.
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.code(), self.value)
    }
}

/// An identifier, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The identifier.
    pub identifier: Identifier,
    /// The field's path, `content.shipments[0].master_awb`.
    pub field: String,
}

/// Every identifier that a message's content carries, in the order of its fields; the same one may stand in several.
/// How many there can be is bounded by the lists' own limits, which every [`Content`] has passed.
pub fn identifiers(content: &Content) -> Vec<Found> {
    walk::walk(content.form())
}
