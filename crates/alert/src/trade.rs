//! Currencies and terms of delivery, as commercial papers name them.
//!
//! Papers may be old, and so may their currency or their edition of the Incoterms: what is not listed is flagged and never refused.

use crate::table::{ISO4217, Table, behind};

/// The currencies in use, with funds and metals.
pub const CURRENCIES: Table = Table {
    name: "currencies",
    version: "2026-01-01",
    source: "ISO 4217, list one, as published by SIX for its maintenance agency",
    package: Some(ISO4217),
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

const INCOTERMS: [&str; 11] = [
    "CFR", "CIF", "CIP", "CPT", "DAP", "DDP", "DPU", "EXW", "FAS", "FCA", "FOB",
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
    INCOTERMS.binary_search(&code).is_ok()
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
        for term in INCOTERMS {
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
