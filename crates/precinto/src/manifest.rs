//! Manifests as carriers, couriers and posts hand them over: every identifier in them, with the row it stands in.
//!
//! Two forms are read: CSV with a header, and Cargo-XML (flight manifest XFFM, house manifest XFHL, air waybill XFWB, house
//! waybill XFZB), as far as identifiers go. A manifest is looked through, not judged: whatever a cell says is looked for as
//! it stands, also when its check digit fails, because labels are wrong sometimes. What is odd about a row is remarked with
//! its line, and never keeps the other rows from being looked at.

mod cargo;
mod cell;
mod column;
mod source;
mod table;
#[cfg(test)]
mod tests;

use crate::exit::{Failure, Text};
use crate::output::{Lang, printable};
use crate::xml;
use cell::{
    FORMED, Readings, as_whole, numbers_among, of_form, readings, rounded, says_nothing, too_long,
    wrong_digit,
};
use precinto_alert::lookup::{Identifier, Kind, guesses};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Pairs of a cell and something that it could be. A manifest of an airliner has some thousands.
const ASKED_MAX: usize = 1_000_000;
/// Remarks that are kept; the others are counted.
const REMARKS_MAX: usize = 1_000;
/// Letters that are shown of a text that is too long.
const TOO_LONG_SHOWN: usize = 20;

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
    /// Whether what it is about was looked at all the same.
    pub(crate) looked_at: bool,
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
    /// How many remarks are about something that could not be looked at: nobody may say then that nothing is there.
    pub(crate) not_looked_at: usize,
    /// How many texts were looked for as they stand because they have no form of their column: what they mean may be in an
    /// alert all the same.
    pub(crate) without_form: usize,
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
            not_looked_at: 0,
            without_form: 0,
            last_odd: None,
        }
    }

    fn file(&mut self, path: &Path) -> Result<(), Failure> {
        let bytes = source::whole(path)?;
        self.of_bytes(path, bytes)
    }

    /// Takes in a file whose bytes have been read.
    fn of_bytes(&mut self, path: &Path, bytes: Vec<u8>) -> Result<(), Failure> {
        source::is_text(path, &bytes)?;
        if !source::looks_like_xml(&bytes) {
            return table::read(self, path, bytes);
        }
        let refuse = |what: Text| Failure::usage(what.about(path.display()));
        let root = xml::read(&bytes).map_err(|error| refuse(error.text()))?;
        let before = (self.cells.len(), self.not_looked_at);
        cargo::read(self, &root)?;
        if (self.cells.len(), self.not_looked_at) == before {
            let root = printable(&root.name);
            let none = (
                format!("no identifiers of Cargo-XML in it; the root element is {root}"),
                format!("no contiene identificadores de Cargo-XML; el elemento raíz es {root}"),
            );
            return Err(refuse(none.into()));
        }
        Ok(())
    }

    /// One file out of bytes, as [`Self::read`] does for each: for fuzzing and the replay of its corpus.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn from_bytes(bytes: &[u8], options: Options) -> Result<Self, Failure> {
        const NAME: &str = "manifest.csv";
        let mut manifest = Self::new(options);
        manifest.files.push(NAME.to_owned());
        manifest.of_bytes(Path::new(NAME), bytes.to_vec())?;
        Ok(manifest)
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

    /// Remarks on something that was looked at all the same.
    fn remark(&mut self, place: Place, what: impl Into<String>) {
        self.add(place, what.into(), true);
    }

    /// Remarks on something that could not be looked at.
    fn remark_lost(&mut self, place: Place, what: impl Into<String>) {
        self.not_looked_at += 1;
        self.add(place, what.into(), false);
    }

    fn add(&mut self, place: Place, what: String, looked_at: bool) {
        // Rows come in their order, so that one is counted once.
        let row = Some((place.file, place.row));
        self.odd_rows += usize::from(self.last_odd != row);
        self.last_odd = row;
        if self.remarks.len() < REMARKS_MAX {
            self.remarks.push(Remark {
                place,
                what,
                looked_at,
            });
        }
    }

    /// Takes a cell of a column that holds identifiers of these kinds, or of any kind when there are none. Nothing in it is
    /// passed over in silence: it is looked for, or it says nothing, or it is remarked upon.
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
        // Names are whole: a word of one is the name of nobody.
        let is_name = kinds == [Kind::Party];
        let Readings { wholes, parts } = if is_name {
            Readings {
                wholes: Vec::new(),
                parts: vec![text],
            }
        } else {
            readings(text)
        };
        for whole in &wholes {
            self.ask(as_whole(whole, text, kinds), cell)?;
        }
        for part in parts {
            if too_long(part) {
                self.too_long(place, part);
            } else if is_name {
                self.ask(Identifier::new(Kind::Party, part), cell)?;
            } else {
                self.part(place, text, part, kinds, cell)?;
            }
        }
        if !kinds.is_empty() {
            self.further_lines(text, cell)?;
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

    /// What no separator divides: as it stands, and every number among its words. Only where neither has a form of the column
    /// is it remarked upon.
    fn part(
        &mut self,
        place: Place,
        text: &str,
        part: &str,
        kinds: &[Kind],
        cell: usize,
    ) -> Result<(), Failure> {
        let inner = numbers_among(part);
        for word in part.split_whitespace().filter(|word| rounded(word)) {
            self.rounded(place, word);
        }
        if rounded(part) {
            return Ok(());
        }
        let has_form = |one: &str| !kinds.is_empty() && !of_form(one, kinds).is_empty();
        let is_inside = !has_form(part) && inner.iter().any(|one| has_form(one));
        let found = if kinds.is_empty() || is_inside {
            as_whole(part, text, kinds)
        } else {
            self.meant(place, part, kinds)
        };
        self.ask(found, cell)?;
        for number in inner {
            let found = if has_form(&number) {
                self.meant(place, &number, kinds)
            } else {
                as_whole(&number, text, kinds)
            };
            self.ask(found, cell)?;
        }
        Ok(())
    }

    /// Behind the first line of a cell there may be another row, if a quote is missing: anything is looked for in it.
    fn further_lines(&mut self, text: &str, cell: usize) -> Result<(), Failure> {
        for line in text.split(['\n', '\r']).skip(1) {
            let Readings { wholes, parts } = readings(line);
            let read = wholes.into_iter().chain(parts);
            for one in read {
                let inner = numbers_among(one);
                let all = std::iter::once(one).chain(inner.iter().map(String::as_str));
                let codes = all.flat_map(guesses);
                self.ask(codes.filter(|one| one.kind() != Kind::Party), cell)?;
            }
        }
        Ok(())
    }

    fn too_long(&mut self, place: Place, text: &str) {
        let first: String = text.chars().take(TOO_LONG_SHOWN).collect();
        let (en, es) = (
            "too long to be looked for, not looked at",
            "demasiado largo para buscarlo, no se revisó",
        );
        let what = format!("{}…: {}", printable(&first), self.options.lang.pick(en, es));
        self.remark_lost(place, what);
    }

    fn rounded(&mut self, place: Place, text: &str) {
        let (en, es) = (
            "a spreadsheet has rounded this number, it cannot be looked for",
            "una hoja de cálculo redondeó este número, no se puede buscar",
        );
        let what = format!("{}: {}", printable(text), self.options.lang.pick(en, es));
        self.remark_lost(place, what);
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
            return Err(Failure::usage((
                "too much to look for at once",
                "demasiado para una sola consulta",
            ))
            .next((
                "cut the manifest into parts",
                "divida el manifiesto en partes",
            )));
        }
        Ok(())
    }

    /// What a text of a named column is meant to be. Its form decides between the column's kinds; a text of none of their
    /// forms is looked for all the same, as the first, and remarked upon where that kind has a form.
    fn meant(&mut self, place: Place, text: &str, kinds: &[Kind]) -> Vec<Identifier> {
        let lang = self.options.lang;
        let mut found = of_form(text, kinds);
        let Some(first) = kinds.first() else {
            return found;
        };
        if found.is_empty() {
            found.extend(Identifier::new(*first, text));
            if !FORMED.contains(first) {
                return found;
            }
            self.without_form += 1;
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
