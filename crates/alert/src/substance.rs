//! Substances that alerts are about, by CAS number: the INCB's tables I and II, a watch list, two finished drugs.
//!
//! The esters that the INCB lists with the glycidic acids are not in it, so a number that is not listed says nothing.
//! Which HS code and UN number belong to a substance is the data model's pairing, section 4.2, to be confirmed by the
//! issuing authorities: a difference is flagged and never refused.

mod list;

use crate::Lang;
use crate::code::IncbTable;
use crate::table::{Table, row_of};
use list::SUBSTANCES;

/// The list, which is not complete: it only ever warns.
pub const TABLE: Table = Table {
    name: "INCB tables I and II, watch list, finished drugs",
    version: "2024 (INCB red list), HS 2022",
    source: "tables of the 1988 Convention as kept by the INCB; watch list and pairings from the data model, section 4.2",
    package: None,
    complete: false,
};

/// Why a substance is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Table I of the 1988 Convention.
    TableI,
    /// Table II of the 1988 Convention.
    TableII,
    /// Not internationally scheduled, watched by practice.
    Watch,
    /// A finished drug.
    Drug,
}

impl List {
    /// The INCB's table, for the two lists that are one.
    pub fn incb_table(self) -> Option<IncbTable> {
        match self {
            Self::TableI => Some(IncbTable::I),
            Self::TableII => Some(IncbTable::Ii),
            Self::Watch | Self::Drug => None,
        }
    }
}

/// One substance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Substance {
    /// CAS registry number, `108-24-7`.
    pub cas: &'static str,
    /// Why it is listed.
    pub list: List,
    /// Empty when none is known.
    hs: &'static str,
    /// 0 when none is known.
    un: u16,
    names: [&'static str; 2],
}

impl Substance {
    /// Its Harmonized System 2022 code, six digits, if one is known.
    pub fn hs(&self) -> Option<&'static str> {
        Some(self.hs).filter(|hs| !hs.is_empty())
    }

    /// Its UN number as dangerous goods, if one is known. A solution may travel under another one.
    pub fn un(&self) -> Option<u16> {
        Some(self.un).filter(|un| *un != 0)
    }

    /// What people call it.
    pub fn label(&self, lang: Lang) -> &'static str {
        let [english, spanish] = self.names;
        match lang {
            Lang::En => english,
            Lang::Es => spanish,
        }
    }
}

/// The substance of that CAS number, if it is listed.
pub fn find(cas: &str) -> Option<&'static Substance> {
    row_of(SUBSTANCES, cas, |row| row.cas)
}

/// Every substance, by CAS number.
pub fn all() -> &'static [Substance] {
    SUBSTANCES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_digit::cas;

    #[test]
    fn the_list_is_the_data_models_and_every_number_passes_its_check() {
        assert!(SUBSTANCES.is_sorted_by(|a, b| a.cas < b.cas));
        for row in SUBSTANCES {
            assert_eq!(cas(row.cas), Ok(()), "{}", row.cas);
            assert!(row.hs.is_empty() || row.hs.len() == 6, "{}", row.cas);
        }
        let count = |list| SUBSTANCES.iter().filter(|row| row.list == list).count();
        assert_eq!(
            (
                count(List::TableI),
                count(List::TableII),
                count(List::Watch),
                count(List::Drug)
            ),
            (28, 8, 17, 2)
        );
    }

    #[test]
    fn a_substance_is_found_by_its_number() {
        let anhydride = find("108-24-7").unwrap();
        assert_eq!(anhydride.list.incb_table(), Some(IncbTable::I));
        assert_eq!(
            (anhydride.hs(), anhydride.un()),
            (Some("291524"), Some(1715))
        );
        assert_eq!(anhydride.label(Lang::Es), "Anhídrido acético");
        assert_eq!(find("110-63-4").unwrap().hs(), None);
        assert_eq!(find("7732-18-5"), None, "water");
    }
}
