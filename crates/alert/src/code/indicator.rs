//! Risk indicators: forty-eight grounds for suspicion, each with the practice it comes from.

mod document;
mod goods;
mod party;
mod route;

use super::family::family;
use super::{Coded, IndicatorCode};
use crate::Lang;

family! { IndicatorCode, "INDICATOR_CODE_", "indicator", "risk indicator", "indicador de riesgo",
"this project; each row names the practice it comes from", "este proyecto; cada renglón nombra la práctica de la que proviene"; party::IDENTITY, document::DOCUMENT, document::VALUE,
party::HISTORY, document::DANGEROUS, route::ROUTE, route::PACKING, goods::CHEMICAL, goods::FIREARM, goods::FUEL }

/// A practice or publication that indicators come from.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// How the tables refer to it.
    pub letter: char,
    /// What it is, English and Spanish.
    titles: [&'static str; 2],
}

impl Source {
    /// What it is.
    pub fn title(&self, lang: Lang) -> &'static str {
        let [english, spanish] = self.titles;
        match lang {
            Lang::En => english,
            Lang::Es => spanish,
        }
    }
}

/// Every source, in the order of the data model.
pub const SOURCES: [Source; 9] = [
    source('P', "Canada's PACT programme", "programa PACT de Canadá"),
    source(
        'A',
        "data fields of Enhanced ACAS",
        "campos de datos de ACAS ampliado",
    ),
    source(
        'O',
        "parcel profile of OJP and USPIS",
        "perfil de paquetes de OJP y USPIS",
    ),
    source(
        'T',
        "FATF and Egmont Group, trade-based money laundering, 2021",
        "GAFI y Grupo Egmont, lavado de dinero basado en el comercio, 2021",
    ),
    source(
        'N',
        "FinCEN advisories on fentanyl, 2019 and FIN-2024-A002",
        "avisos de FinCEN sobre fentanilo, 2019 y FIN-2024-A002",
    ),
    source(
        'U',
        "FinCEN on stolen oil, 2025, and on fiscal fuel theft, 2026",
        "FinCEN sobre petróleo robado, 2025, y huachicol fiscal, 2026",
    ),
    source(
        'K',
        "cases of Korean Air and CBP",
        "casos de Korean Air y CBP",
    ),
    source(
        'G',
        "reports of the US GAO",
        "informes de la GAO de EE. UU.",
    ),
    source(
        'M',
        "common practice (unconfirmed)",
        "práctica común (sin confirmar)",
    ),
];

const fn source(letter: char, english: &'static str, spanish: &'static str) -> Source {
    Source {
        letter,
        titles: [english, spanish],
    }
}

/// Where an indicator comes from.
pub fn sources_of(code: IndicatorCode) -> impl Iterator<Item = &'static Source> {
    let number: i32 = code.into();
    let letters = IndicatorCode::FAMILY
        .rows()
        .find(|row| row.number() == number)
        .map_or("", |row| row.sources());
    letters
        .chars()
        .filter_map(|letter| SOURCES.iter().find(|source| source.letter == letter))
}
