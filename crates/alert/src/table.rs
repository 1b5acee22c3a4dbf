//! Where a table of codes comes from, how old it is, and whether it is whole.
//!
//! Only a whole table may refuse; a table that is not whole says so and only ever warns. All are compiled in: short ones
//! as sorted slices, long ones as sorted text of rows of one width in `table/`, searched where it lies, so that nothing is
//! read or built when a program starts, nor at the first question; a test sees to that. `table/make.py` writes them from the
//! packages named here; the packages' terms stand in `table/LICENSES.txt`.
//!
//! Of these there is no list here; structure is checked and no more:
//!
//! * Subheadings of the Harmonized System: its headings are listed, the fifth and sixth digit are not.
//! * Sections of a Mexican customs office and ports of a United States district: the offices and the districts are listed.
//! * Special handling codes: three capitals. The list is IATA's, and so are the terms under which it may be copied.
//!
//! Accounting codes and designators of airlines are IATA's and not free; those that carry most freight between the two sides
//! were collected by hand. Of any other a warning says only that it is not in a list that is not complete.
//!
//! Countries, states, units, substances, currencies and terms of delivery have names in both languages. Airports, places, customs
//! offices, airlines, UN numbers and tariff headings have none: people know them by their codes, and the lists that are free
//! name them in one language, if at all.

use crate::Lang;

/// A table and its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// What it lists.
    pub name: &'static str,
    /// The state of the source that it was taken from.
    pub version: &'static str,
    /// Who issues the source, or who collected it.
    pub source: &'static str,
    /// The package that it was taken from; `None` when it was written by hand.
    pub package: Option<Package>,
    /// Whether everything is in it.
    pub complete: bool,
}

/// A public package of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Its licence, by SPDX.
    pub licence: &'static str,
}

/// Airports of the world.
pub(crate) const AIRPORTSDATA: Package = Package {
    name: "airportsdata",
    version: "20260905",
    licence: "MIT",
};

/// UN/LOCODE, release 2023-1.
pub(crate) const PYUNLOCODE: Package = Package {
    name: "pyunlocode",
    version: "0.1.0",
    licence: "Artistic-2.0",
};

/// Catalogues of the Mexican tax administration (SAT).
pub(crate) const SATCFDI: Package = Package {
    name: "satcfdi",
    version: "26.10.1",
    licence: "MIT",
};

/// The currencies of ISO 4217.
pub(crate) const ISO4217: Package = Package {
    name: "iso4217",
    version: "1.16.20260101",
    licence: "public domain",
};

/// What countries and territories are called, from the Unicode Common Locale Data Repository.
pub(crate) const BABEL: Package = Package {
    name: "babel",
    version: "2.18.0",
    licence: "Unicode-3.0",
};

/// The row whose key is `key`, from rows sorted by it.
pub(crate) fn row_of<T>(
    rows: &'static [T],
    key: &str,
    key_of: fn(&T) -> &'static str,
) -> Option<&'static T> {
    let place = rows.binary_search_by(|row| key_of(row).cmp(key)).ok()?;
    rows.get(place)
}

/// What a code is called, in rows sorted by code with an English and a Spanish name each.
pub(crate) fn label_of(
    rows: &'static [(&'static str, [&'static str; 2])],
    code: &str,
    lang: Lang,
) -> Option<&'static str> {
    let (_, [english, spanish]) = row_of(rows, code, |(code, _)| code)?;
    Some(match lang {
        Lang::En => english,
        Lang::Es => spanish,
    })
}

/// What stands behind `key` in sorted text of rows of `WIDTH` bytes, line feed included. All keys have the length of
/// `key`: a shorter one would find some row that begins with it.
pub(crate) fn behind<const WIDTH: usize>(text: &'static str, key: &str) -> Option<&'static str> {
    let (rows, _) = text.as_bytes().as_chunks::<WIDTH>();
    let key_of = |row: &'static [u8; WIDTH]| row.get(..key.len()).unwrap_or_default();
    let place = rows
        .binary_search_by(|row| key_of(row).cmp(key.as_bytes()))
        .ok()?;
    let rest = rows.get(place)?.get(key.len()..)?;
    std::str::from_utf8(rest).ok().map(str::trim_ascii_end)
}

/// Fails unless `text` has `count` rows of `WIDTH` bytes, ascending, of capitals and digits.
#[cfg(test)]
pub(crate) fn assert_sound<const WIDTH: usize>(text: &str, count: usize) {
    let (rows, rest) = text.as_bytes().as_chunks::<WIDTH>();
    assert!(rest.is_empty());
    assert_eq!(rows.len(), count);
    assert!(rows.is_sorted_by(|a, b| a < b));
    for row in rows {
        let (end, codes) = row.split_last().unwrap();
        assert_eq!(*end, b'\n');
        assert!(
            codes
                .iter()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()),
            "{row:?}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_where_they_lie() {
        const TEXT: &str = "AAA1\nBBB2\nCCC3\n";
        for (key, rest) in [("AAA", "1"), ("BBB", "2"), ("CCC", "3")] {
            assert_eq!(behind::<5>(TEXT, key), Some(rest));
        }
        for absent in ["   ", "AAB", "ZZZ", "Ñ"] {
            assert_eq!(behind::<5>(TEXT, absent), None, "{absent}");
        }
    }
}
