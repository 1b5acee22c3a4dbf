//! Currencies and terms of delivery, as commercial papers name them.
//!
//! Papers may be old, and so may their currency or their edition of the Incoterms: what is not listed is flagged and never refused.

mod list;

use crate::Lang;
use crate::table::{BABEL, ISO4217, Table, behind, label_of};
use list::NAMES;

/// The currencies in use, with funds and metals.
pub const CURRENCIES: Table = Table {
    name: "currencies",
    version: "2026-01-01",
    source: "ISO 4217, list one, as published by SIX for its maintenance agency",
    package: Some(ISO4217),
    complete: false,
};

/// What each is called. Nothing is refused by it.
pub const LABELS: Table = Table {
    name: "names of currencies",
    version: "2026-02-01",
    source: "Unicode Common Locale Data Repository, in English and in Spanish as in Mexico",
    package: Some(BABEL),
    complete: false,
};

/// The terms of delivery. Whole, and still no reason to refuse: a contract may go by an older edition.
pub const TERMS: Table = Table {
    name: "terms of delivery",
    version: "2020",
    source: "International Chamber of Commerce, Incoterms 2020",
    package: None,
    complete: true,
};

const CODES: &str = include_str!("table/currencies.txt");

/// In English and in Spanish as the chamber publishes them.
const INCOTERMS: &[(&str, [&str; 2])] = &[
    ("CFR", ["cost and freight", "costo y flete"]),
    (
        "CIF",
        ["cost, insurance and freight", "costo, seguro y flete"],
    ),
    (
        "CIP",
        [
            "carriage and insurance paid to",
            "transporte y seguro pagados hasta",
        ],
    ),
    ("CPT", ["carriage paid to", "transporte pagado hasta"]),
    ("DAP", ["delivered at place", "entregada en lugar"]),
    (
        "DDP",
        ["delivered duty paid", "entregada con derechos pagados"],
    ),
    (
        "DPU",
        [
            "delivered at place unloaded",
            "entregada en lugar descargada",
        ],
    ),
    ("EXW", ["ex works", "en fábrica"]),
    (
        "FAS",
        ["free alongside ship", "franco al costado del buque"],
    ),
    ("FCA", ["free carrier", "franco transportista"]),
    ("FOB", ["free on board", "franco a bordo"]),
];

/// What people write on both sides of the border, and the currency that is most likely meant. A bare `$` is either.
const WRITTEN: [(&str, &str); 12] = [
    ("DLLS", "USD"),
    ("DLS", "USD"),
    ("EURO", "EUR"),
    ("EUROS", "EUR"),
    ("MEX$", "MXN"),
    ("MN", "MXN"),
    ("MX$", "MXN"),
    ("MXP", "MXN"),
    ("PESOS", "MXN"),
    ("US$", "USD"),
    ("USDLS", "USD"),
    ("USDOLLAR", "USD"),
];

/// Whether that is a currency in use.
pub fn is_currency(code: &str) -> bool {
    code.len() == 3 && behind::<4>(CODES, code).is_some()
}

/// Whether that is a term of delivery.
pub fn is_term(code: &str) -> bool {
    term_label(code, Lang::En).is_some()
}

/// What a currency is called.
pub fn currency_label(code: &str, lang: Lang) -> Option<&'static str> {
    label_of(NAMES, code, lang)
}

/// What a term of delivery means.
pub fn term_label(code: &str, lang: Lang) -> Option<&'static str> {
    label_of(INCOTERMS, code, lang)
}

/// The currency that was meant by what is none.
pub fn currency_meant(text: &str) -> Option<&'static str> {
    /// The longest that is written for one, with points and blanks.
    const WRITTEN_BYTES_MAX: usize = 16;
    if text.len() > WRITTEN_BYTES_MAX {
        return None;
    }
    let kept = text.chars().filter(|c| c.is_alphanumeric() || *c == '$');
    let tidied: String = kept.flat_map(char::to_uppercase).collect();
    let written = WRITTEN.binary_search_by(|(written, _)| (*written).cmp(&tidied));
    let meant = written.ok().and_then(|place| WRITTEN.get(place));
    meant.map(|(_, currency)| *currency).or_else(|| {
        let place = CODES.lines().find(|code| *code == tidied);
        place.filter(|code| *code != text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::assert_sound;

    #[test]
    fn the_list_has_the_178_currencies_of_2026() {
        assert_sound::<4>(CODES, 178);
    }

    #[test]
    fn every_currency_and_every_term_has_a_name_in_both_languages() {
        let named: Vec<&str> = NAMES.iter().map(|(code, _)| *code).collect();
        let listed: Vec<&str> = CODES.lines().collect();
        assert_eq!(named, listed);
        assert!(INCOTERMS.is_sorted_by_key(|(code, _)| code));
        for (code, [english, spanish]) in NAMES.iter().chain(INCOTERMS) {
            assert!(!english.is_empty() && !spanish.is_empty(), "{code}");
            // The euro is the euro.
            let same = english.eq_ignore_ascii_case(spanish);
            assert!(!same || ["EUR", "XSU"].contains(code), "{code}: {english}");
        }
        assert_eq!(currency_label("MXN", Lang::Es), Some("peso mexicano"));
        assert_eq!(term_label("FOB", Lang::En), Some("free on board"));
        assert_eq!(currency_label("MXP", Lang::En), None);
        assert_eq!(term_label("", Lang::En), None);
    }

    #[test]
    fn currencies_are_those_in_use() {
        for code in ["MXN", "USD", "EUR", "MXV", "XAU", "GTQ"] {
            assert!(is_currency(code), "{code}");
        }
        for not in ["", "MX", "MXP", "DLS", "usd", "USDX", "ÑÑ", "MXN\n"] {
            assert!(!is_currency(not), "{not}");
        }
    }

    #[test]
    fn terms_are_those_of_2020() {
        assert!(INCOTERMS.is_sorted());
        for (term, _) in INCOTERMS {
            assert!(is_term(term), "{term}");
        }
        for not in ["", "DAT", "DDU", "FBO", "fob"] {
            assert!(!is_term(not), "{not}");
        }
    }

    #[test]
    fn what_people_write_is_understood() {
        assert!(WRITTEN.is_sorted());
        for (written, meant) in WRITTEN {
            assert!(!is_currency(written) && is_currency(meant), "{written}");
            assert_eq!(currency_meant(written), Some(meant));
        }
        for (written, meant) in [
            ("M.N.", "MXN"),
            ("us $", "USD"),
            ("Dlls.", "USD"),
            ("usd", "USD"),
        ] {
            assert_eq!(currency_meant(written), Some(meant), "{written}");
        }
        for fair in ["", "$", "MXN", "XQX", "una moneda cualquiera"] {
            assert_eq!(currency_meant(fair), None, "{fair}");
        }
    }
}
