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
