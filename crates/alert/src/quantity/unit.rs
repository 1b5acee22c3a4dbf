//! The closed set of units, UN/CEFACT Recommendation 20: what each measures, and what people call it.

use crate::Lang;
use crate::table::Table;

/// The set, whole: a quantity in another unit is refused, because it means nothing to whoever reads it.
pub const TABLE: Table = Table {
    name: "units of quantities",
    version: "2026-11",
    source: "UN/CEFACT Recommendation 20, the units of the data model, section 2; H87 for what is counted",
    package: None,
    complete: true,
};

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Mass.
    Mass,
    /// Volume.
    Volume,
    /// Pieces.
    Count,
}

/// One unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its code, `KGM`.
    pub code: &'static str,
    /// What it measures.
    pub dimension: Dimension,
    labels: [&'static str; 2],
}

impl Unit {
    /// What people call it, in the plural.
    pub fn label(&self, lang: Lang) -> &'static str {
        let [english, spanish] = self.labels;
        match lang {
            Lang::En => english,
            Lang::Es => spanish,
        }
    }
}

const fn unit(code: &'static str, dimension: Dimension, labels: [&'static str; 2]) -> Unit {
    Unit {
        code,
        dimension,
        labels,
    }
}

const UNITS: &[Unit] = &[
    unit("KGM", Dimension::Mass, ["kilograms", "kilogramos"]),
    unit("GRM", Dimension::Mass, ["grams", "gramos"]),
    unit("MGM", Dimension::Mass, ["milligrams", "miligramos"]),
    unit(
        "TNE",
        Dimension::Mass,
        ["metric tons", "toneladas métricas"],
    ),
    unit("LBR", Dimension::Mass, ["pounds", "libras"]),
    unit("ONZ", Dimension::Mass, ["ounces", "onzas"]),
    unit("LTR", Dimension::Volume, ["litres", "litros"]),
    unit("MLT", Dimension::Volume, ["millilitres", "mililitros"]),
    unit("MTQ", Dimension::Volume, ["cubic metres", "metros cúbicos"]),
    unit(
        "GLL",
        Dimension::Volume,
        ["US gallons", "galones estadounidenses"],
    ),
    unit(
        "BLL",
        Dimension::Volume,
        ["US barrels", "barriles estadounidenses"],
    ),
    unit("H87", Dimension::Count, ["pieces", "piezas"]),
];

/// The unit of that code; `None` outside the closed set.
pub fn find(code: &str) -> Option<&'static Unit> {
    UNITS.iter().find(|unit| unit.code == code)
}

/// Every unit, those of mass first.
pub fn all() -> &'static [Unit] {
    UNITS
}

/// What the unit `code` measures; `None` outside the closed set.
pub fn dimension(code: &str) -> Option<Dimension> {
    find(code).map(|unit| unit.dimension)
}

/// What people write for a unit, in small letters and without a full stop.
const WRITTEN: &[(&str, &[&str])] = &[
    (
        "KGM",
        &[
            "kg",
            "kgs",
            "kgm",
            "kilo",
            "kilos",
            "kilogram",
            "kilograms",
            "kilogramo",
            "kilogramos",
        ],
    ),
    (
        "GRM",
        &["g", "gr", "grs", "grm", "gram", "grams", "gramo", "gramos"],
    ),
    (
        "MGM",
        &[
            "mg",
            "mgs",
            "mgm",
            "milligram",
            "milligrams",
            "miligramo",
            "miligramos",
        ],
    ),
    (
        "TNE",
        &["t", "tne", "tonne", "tonnes", "tonelada", "toneladas"],
    ),
    (
        "LBR",
        &["lb", "lbs", "lbr", "pound", "pounds", "libra", "libras"],
    ),
    ("ONZ", &["oz", "onz", "ounce", "ounces", "onza", "onzas"]),
    (
        "LTR",
        &[
            "l", "lt", "lts", "ltr", "ltrs", "liter", "liters", "litre", "litres", "litro",
            "litros",
        ],
    ),
    (
        "MLT",
        &[
            "ml",
            "mlt",
            "cc",
            "milliliter",
            "milliliters",
            "mililitro",
            "mililitros",
        ],
    ),
    ("MTQ", &["m3", "mtq", "cbm", "m³"]),
    (
        "GLL",
        &[
            "gal", "gals", "gll", "gallon", "gallons", "galón", "galon", "galones",
        ],
    ),
    (
        "BLL",
        &[
            "bbl", "bbls", "bll", "barrel", "barrels", "barril", "barriles",
        ],
    ),
    (
        "H87",
        &[
            "pc", "pcs", "pce", "pza", "pzas", "pieza", "piezas", "piece", "pieces", "unit",
            "units",
        ],
    ),
];

/// The unit that somebody meant who wrote `text`: `kgs`, `Lb.`, `galones`. `None` for what could be two, and for what is no
/// unit that anybody here writes. To be proposed, never to be put in silently: a US gallon is not an imperial one.
pub fn meant(text: &str) -> Option<&'static str> {
    /// What is longer is no unit, and is not copied.
    const BYTES_MAX: usize = 16;
    let word = text.trim().trim_end_matches('.');
    if word.len() > BYTES_MAX {
        return None;
    }
    let word = word.to_lowercase();
    let rows = WRITTEN.iter();
    let mut rows = rows.filter(|(_, written)| written.contains(&word.as_str()));
    rows.next().map(|(code, _)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_set_of_units_is_closed() {
        assert_eq!(dimension("GRM"), Some(Dimension::Mass));
        assert_eq!(dimension("BLL"), Some(Dimension::Volume));
        assert_eq!(dimension("H87"), Some(Dimension::Count));
        for unknown in ["", "kg", "KG", "kgm", "KGM ", "C62"] {
            assert_eq!(dimension(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn what_people_write_is_understood() {
        for (written, code) in [
            ("kg", "KGM"),
            ("KGS", "KGM"),
            (" Kg. ", "KGM"),
            ("kilos", "KGM"),
            ("lb", "LBR"),
            ("libras", "LBR"),
            ("oz", "ONZ"),
            ("L", "LTR"),
            ("gal", "GLL"),
            ("Galón", "GLL"),
            ("bbl", "BLL"),
            ("pcs", "H87"),
        ] {
            assert_eq!(meant(written), Some(code), "{written}");
        }
        for unknown in ["", ".", "stone", "arroba", "k g", "kilogramos y gramos"] {
            assert_eq!(meant(unknown), None, "{unknown}");
        }
        let words = || WRITTEN.iter().flat_map(|(_, written)| written.iter());
        for word in words() {
            let same = words().filter(|other| *other == word).count();
            assert_eq!(same, 1, "{word} would be two units");
        }
        let codes = WRITTEN.iter().map(|(code, _)| *code);
        assert!(codes.clone().all(|code| find(code).is_some()));
        assert_eq!(codes.count(), UNITS.len());
    }

    #[test]
    fn every_unit_has_a_name_of_its_own_in_both_languages() {
        for (place, unit) in UNITS.iter().enumerate() {
            assert_ne!(unit.label(Lang::En), unit.label(Lang::Es), "{}", unit.code);
            for other in UNITS.iter().skip(place + 1) {
                assert_ne!(unit.code, other.code);
                assert_ne!(unit.labels, other.labels);
            }
        }
    }
}
