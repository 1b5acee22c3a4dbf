//! Manifests as carriers, couriers and posts hand them over: every identifier in them, with the row it stands in.
//!
//! Two forms are read: CSV with a header, and Cargo-XML (flight manifest XFFM, house manifest XFHL, air waybill XFWB, house
//! waybill XFZB), as far as identifiers go. A manifest is looked through, not judged: whatever a cell says is looked for as
//! it stands, also when its check digit fails, because labels are wrong sometimes. What is odd about a row is remarked with
//! its line, and never keeps the other rows from being looked at.

mod cargo;
mod column;
mod table;
#[cfg(test)]
mod tests;

use crate::exit::Failure;
use crate::output::{Lang, printable};
use crate::xml;
use column::AWB_SERIAL_DIGITS;
use precinto_alert::check_digit::{self, CheckError};
use precinto_alert::lookup::{Identifier, Kind, guesses};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Pairs of a cell and something that it could be. A manifest of an airliner has some thousands.
const ASKED_MAX: usize = 1_000_000;
/// Kinds of which a text that is not written like one is odd; a tax number may be any country's.
const FORMED: [Kind; 7] = [
    Kind::Waybill,
    Kind::S10,
    Kind::Receptacle,
    Kind::Dispatch,
    Kind::Uld,
    Kind::Container,
    Kind::Cas,
];
/// Remarks that are kept; the others are counted.
const REMARKS_MAX: usize = 1_000;

/// How the files are to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// What stands between two columns; `None` finds out from the first line.
    pub(crate) delimiter: Option<u8>,
    /// Look at every cell, whatever its column is called.
    pub(crate) any_column: bool,
    /// The language of remarks.
    pub(crate) lang: Lang,
}

/// Where something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Position in [`Manifest::files`].
    pub(crate) file: usize,
    /// The row, counted from 1 without the header; in XML the consignment.
    pub(crate) row: usize,
    /// The line of the file in which the row begins, counted from 1; XML has none.
    pub(crate) line: Option<u64>,
}

/// A cell that was looked at.
#[derive(Debug)]
pub(crate) struct Cell {
    /// Where it stands.
    pub(crate) place: Place,
    /// Position in [`Manifest::columns`].
    pub(crate) column: usize,
    /// What it says, as it says it.
    pub(crate) text: String,
}

/// Something odd about a row, in the language of whoever reads it.
#[derive(Debug)]
pub(crate) struct Remark {
    /// Where.
    pub(crate) place: Place,
    /// What.
    pub(crate) what: String,
}

/// What was read, from one file or several.
#[derive(Debug)]
pub(crate) struct Manifest {
    options: Options,
    /// The files' names.
    pub(crate) files: Vec<String>,
    /// The columns, or elements, that were looked at.
    pub(crate) columns: Vec<String>,
    /// The columns that were not, because their names say nothing to us.
    pub(crate) ignored: Vec<String>,
    /// Rows, or consignments.
    pub(crate) rows: usize,
    /// Every cell in which something was found.
    pub(crate) cells: Vec<Cell>,
    /// What to look for, each once, with the positions of its cells.
    asked: BTreeMap<Identifier, Vec<usize>>,
    pairs: usize,
    /// The first remarks.
    pub(crate) remarks: Vec<Remark>,
    /// How many rows were remarked upon.
    pub(crate) odd_rows: usize,
    last_odd: Option<(usize, usize)>,
}

impl Manifest {
    /// Reads files; what cannot be read at all is refused with its name.
    pub(crate) fn read(paths: &[PathBuf], options: Options) -> Result<Self, Failure> {
        let mut manifest = Self::new(options);
        for path in paths {
            manifest.files.push(path.display().to_string());
            manifest.file(path)?;
        }
        Ok(manifest)
    }

    fn new(options: Options) -> Self {
        Self {
            options,
            files: Vec::new(),
            columns: Vec::new(),
            ignored: Vec::new(),
            rows: 0,
            cells: Vec::new(),
            asked: BTreeMap::new(),
            pairs: 0,
            remarks: Vec::new(),
            odd_rows: 0,
            last_odd: None,
        }
    }

    fn file(&mut self, path: &Path) -> Result<(), Failure> {
        if !table::looks_like_xml(path)? {
            return table::read(self, path);
        }
        let refuse =
            |what: &dyn std::fmt::Display| Failure::usage(format!("{}: {what}", path.display()));
        let bytes = xml::read_file(path).map_err(|error| refuse(&error))?;
        let root = xml::read(&bytes).map_err(|error| refuse(&error))?;
        let before = self.cells.len();
        cargo::read(self, &root)?;
        if self.cells.len() == before {
            let none = self.options.lang.pick(
                "no identifiers of Cargo-XML in it; the root element is",
                "no contiene identificadores de Cargo-XML; el elemento raíz es",
            );
            return Err(refuse(&format!("{none} {}", printable(&root.name))));
        }
        Ok(())
    }

    /// What to look for, each once; the order is that of [`Self::cells_of`].
    pub(crate) fn asked(&self) -> impl Iterator<Item = &Identifier> {
        self.asked.keys()
    }

    /// The cells of each thing that is looked for, in the order of [`Self::asked`].
    pub(crate) fn cells_of(&self) -> Vec<&[usize]> {
        self.asked.values().map(Vec::as_slice).collect()
    }

    /// The position of a column by this name, which is added if need be.
    fn column(&mut self, name: &str) -> usize {
        let known = self.columns.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            self.columns.push(name.to_owned());
            self.columns.len() - 1
        })
    }

    fn remark(&mut self, place: Place, what: impl Into<String>) {
        // Rows come in their order, so that one is counted once.
        let row = Some((place.file, place.row));
        self.odd_rows += usize::from(self.last_odd != row);
        self.last_odd = row;
        if self.remarks.len() < REMARKS_MAX {
            let what = what.into();
            self.remarks.push(Remark { place, what });
        }
    }

    /// Takes a cell of a column that holds identifiers of these kinds, or of any kind when there are none.
    fn take(
        &mut self,
        place: Place,
        column: usize,
        text: &str,
        kinds: &[Kind],
    ) -> Result<(), Failure> {
        let text = text.trim();
        if says_nothing(text) {
            return Ok(());
        }
        let cell = self.cells.len();
        let before = self.pairs;
        if kinds.is_empty() {
            let whole = guesses(text);
            self.ask(whole, cell)?;
            let parts: Vec<&str> = parts(text).collect();
            if parts.len() > 1 {
                let of_parts = parts.into_iter().flat_map(guesses);
                // Names are whole: a word of one is the name of nobody.
                let codes = of_parts.filter(|one| one.kind() != Kind::Party);
                self.ask(codes, cell)?;
            }
        } else if kinds == [Kind::Party] {
            self.ask(Identifier::new(Kind::Party, text), cell)?;
        } else {
            for part in parts(text).filter(|part| !says_nothing(part)) {
                let found = self.meant(place, part, kinds);
                self.ask(found, cell)?;
            }
        }
        if self.pairs > before {
            let text = text.to_owned();
            self.cells.push(Cell {
                place,
                column,
                text,
            });
        }
        Ok(())
    }

    fn ask(
        &mut self,
        identifiers: impl IntoIterator<Item = Identifier>,
        cell: usize,
    ) -> Result<(), Failure> {
        for identifier in identifiers {
            let cells = self.asked.entry(identifier).or_default();
            if cells.last() != Some(&cell) {
                cells.push(cell);
                self.pairs += 1;
            }
        }
        if self.pairs > ASKED_MAX {
            let lang = self.options.lang;
            let what = lang.pick(
                "too much to look for at once",
                "demasiado para una sola consulta",
            );
            let (en, es) = (
                "cut the manifest into parts",
                "divida el manifiesto en partes",
            );
            return Err(Failure::usage(what).next(lang.pick(en, es)));
        }
        Ok(())
    }

    /// What a text of a named column is meant to be. Its form decides between the column's kinds; a text of none of their
    /// forms is looked for all the same, as the first, and remarked upon where that kind has a form.
    fn meant(&mut self, place: Place, text: &str, kinds: &[Kind]) -> Vec<Identifier> {
        let lang = self.options.lang;
        if rounded(text) {
            let (en, es) = (
                "a spreadsheet has rounded this number, it cannot be looked for",
                "una hoja de cálculo redondeó este número, no se puede buscar",
            );
            self.remark(place, format!("{}: {}", printable(text), lang.pick(en, es)));
            return Vec::new();
        }
        let mut found = guesses(text);
        found.retain(|one| kinds.contains(&one.kind()));
        found.extend(zeros_restored(text, kinds));
        let Some(first) = kinds.first() else {
            return found;
        };
        if found.is_empty() {
            found.extend(Identifier::new(*first, text));
            if !FORMED.contains(first) {
                return found;
            }
            let label = first.label(lang.texts());
            let not = lang.pick(
                format!("not written like any {label}; looked for as it stands"),
                format!("no tiene forma de {label}; se busca tal como está"),
            );
            self.remark(place, format!("{}: {not}", printable(text)));
            return found;
        }
        if let [one] = found.as_slice()
            && let Some(expected) = wrong_digit(one)
        {
            let not = lang.pick(
                format!("its check digit should be {expected}; looked for as it stands"),
                format!("su dígito verificador debería ser {expected}; se busca tal como está"),
            );
            self.remark(place, format!("{}: {not}", printable(text)));
        }
        found
    }
}

/// Blank, or one of the ways in which people fill a cell that has nothing to say.
fn says_nothing(text: &str) -> bool {
    const NOTHING: [&str; 10] = [
        "NA",
        "N A",
        "S N",
        "SN",
        "NONE",
        "NIL",
        "NULL",
        "NINGUNO",
        "SIN DATO",
        "NO APLICA",
    ];
    // The normal form of names has capitals and single blanks, and nothing of punctuation.
    let bare = Identifier::new(Kind::Party, text);
    bare.is_none_or(|bare| NOTHING.contains(&bare.value()))
}

/// The values of a cell that holds several.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split([';', ',', '|', '/', '\n', '\r', '\t']);
    parts.map(str::trim).filter(|part| !part.is_empty())
}

/// `8.65483E+10`: what a spreadsheet makes of a long number.
fn rounded(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    upper.split_once("E+").is_some_and(|(number, power)| {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        digits(&number.replace(['.', ','], "")) && digits(power)
    })
}

/// An air waybill whose leading zeros a spreadsheet has taken away; nine or ten digits are left of eleven.
fn zeros_restored(text: &str, kinds: &[Kind]) -> Option<Identifier> {
    let short = (AWB_SERIAL_DIGITS + 1..AWB_SERIAL_DIGITS + 3).contains(&text.len());
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let may_be = kinds.contains(&Kind::Waybill) && short && digits;
    may_be
        .then(|| Identifier::new(Kind::Waybill, &format!("{text:0>11}")))
        .flatten()
}

/// The check digit that an identifier should have, if it has another.
fn wrong_digit(identifier: &Identifier) -> Option<char> {
    let value = identifier.value();
    let checked = match identifier.kind() {
        Kind::Waybill => {
            let (prefix, serial) = value.split_at_checked(3)?;
            check_digit::awb(&format!("{prefix}-{serial}"))
        }
        Kind::S10 => check_digit::s10(value),
        Kind::Container => check_digit::container(value),
        _ => return None,
    };
    match checked {
        Err(CheckError::Digit { expected }) => Some(expected),
        _ => None,
    }
}
