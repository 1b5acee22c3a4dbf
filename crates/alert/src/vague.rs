//! Descriptions of goods that say nothing: flagged, because the goods may be anything.

use crate::table::Table;

/// The list, which is not complete: it only ever warns.
pub const TABLE: Table = Table {
    name: "descriptions of goods that say nothing",
    version: "2026-11",
    source: "collected from cargo screening practice; PACT lists further terms",
    package: None,
    complete: false,
};

/// Whole descriptions, sorted, in lower case, one blank between words.
const TERMS: &[&str] = &[
    "accesorios",
    "accessories",
    "all kinds of goods",
    "articulos varios",
    "artículos varios",
    "as per attached list",
    "as per attached manifest",
    "bienes",
    "bultos",
    "carga",
    "carga consolidada",
    "carga general",
    "cargo",
    "chemicals",
    "commercial goods",
    "consol",
    "consolidado",
    "consolidated cargo",
    "consolidation",
    "consumer goods",
    "daily necessities",
    "dice contener",
    "documentos",
    "documents",
    "efectos personales",
    "electronics",
    "equipment",
    "equipo",
    "fak",
    "freight",
    "freight all kinds",
    "general cargo",
    "general merchandise",
    "gift",
    "gifts",
    "goods",
    "household goods",
    "insumos",
    "items",
    "machinery",
    "maquinaria",
    "materiales",
    "materials",
    "menaje de casa",
    "mercancia",
    "mercancia general",
    "mercancias",
    "mercancía",
    "mercancía general",
    "mercancías",
    "merchandise",
    "miscellaneous",
    "mixed goods",
    "muestras",
    "packages",
    "paquete",
    "paquetes",
    "parcel",
    "parcels",
    "partes",
    "parts",
    "personal effects",
    "personal items",
    "piezas",
    "productos",
    "products",
    "quimicos",
    "químicos",
    "refacciones",
    "regalo",
    "regalos",
    "said to contain",
    "sample",
    "samples",
    "spare parts",
    "stc",
    "supplies",
    "tools",
    "varios",
    "various",
    "various goods",
];

/// Longest term, bytes, with room for punctuation; what is longer is in no list.
const BYTES_MAX: usize = 64;

/// Openings after which only the term `FAK` and its like ever follow; what they introduce is judged without them.
const OPENINGS: [&str; 3] = ["said to contain ", "dice contener ", "stc "];

/// Whether the whole description is one of the terms, capitals and punctuation aside.
pub fn is_vague(description: &str) -> bool {
    if description.len() > BYTES_MAX {
        return false;
    }
    let mut words = String::with_capacity(BYTES_MAX);
    for word in description.split(|c: char| !c.is_alphanumeric()) {
        if !words.is_empty() && !word.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    if words.is_ascii() {
        words.make_ascii_lowercase();
    } else {
        words = words.to_lowercase();
    }
    let words = words.as_str();
    let told = OPENINGS
        .iter()
        .find_map(|opening| words.strip_prefix(opening))
        .unwrap_or(words);
    TERMS.binary_search(&told).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_short() {
        assert!(TERMS.is_sorted_by(|a, b| a < b));
        assert!(TERMS.iter().all(|term| term.len() < BYTES_MAX / 2));
    }

    #[test]
    fn only_whole_descriptions_are_vague() {
        for vague in [
            "Gifts",
            "PARTS.",
            "FAK!",
            " Said  to contain: ",
            "STC gifts",
            "Dice contener: mercancía general",
            "Refacciones",
        ] {
            assert!(is_vague(vague), "{vague}");
        }
        for fair in [
            "machine parts",
            "Automotive spare gaskets",
            "said to contain wooden toys",
            "Artesanías de madera",
            "",
        ] {
            assert!(!is_vague(fair), "{fair}");
        }
        assert!(!is_vague(&"gifts ".repeat(1000)));
    }
}
