//! A manifest as CSV: columns by their names, rows one by one, and none of them keeps the others from being read.

use super::cell::too_long;
use super::column::{AWB_SERIAL_DIGITS, Meaning, meaning};
use super::{Manifest, Place};
use crate::exit::{Failure, Text};
use crate::output::printable;
use crate::records::{Records, Row, Trouble};
use precinto_alert::lookup::Kind;
use std::io::Cursor;
use std::path::Path;

/// What may stand between two columns, the likeliest first.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// A column that is looked at.
struct Column {
    /// Its position in a row.
    at: usize,
    /// Its position among the names of all files.
    named: usize,
    /// What it holds; empty: anything.
    kinds: &'static [Kind],
}

/// What stands most often in the first line, outside of quotes.
fn delimiter(bytes: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [0_usize; DELIMITERS.len()];
    for byte in bytes.iter().take_while(|byte| **byte != b'\n') {
        quoted ^= *byte == b'"';
        for (count, delimiter) in counts.iter_mut().zip(DELIMITERS) {
            *count += usize::from(!quoted && *byte == delimiter);
        }
    }
    let mut best = (0, b',');
    for (count, delimiter) in counts.into_iter().zip(DELIMITERS) {
        if count > best.0 {
            best = (count, delimiter);
        }
    }
    best.1
}

/// Reads a whole table.
pub(super) fn read(manifest: &mut Manifest, path: &Path, bytes: Vec<u8>) -> Result<(), Failure> {
    let found = delimiter(&bytes);
    let delimiter = manifest.options.delimiter.unwrap_or(found);
    let name = path.display().to_string();
    let mut records = Records::read(Box::new(Cursor::new(bytes)), delimiter, name)?;
    let headers: Vec<String> = records.headers().iter().map(str::to_owned).collect();
    let file = manifest.files.len().saturating_sub(1);
    let table = Table::of(manifest, path, &headers, delimiter)?;
    let place = Place {
        file,
        row: 0,
        line: Some(1),
    };
    if table.headless {
        // What stands in the place of names is a row like the others.
        table.cells(manifest, place, headers.iter().map(String::as_str))?;
        manifest.rows += 1;
    }
    table.swallowed(manifest, place, headers.iter().map(String::as_str))?;
    while let Some(row) = records.next_row()? {
        manifest.rows += 1;
        table.row(manifest, file, &row)?;
    }
    Ok(())
}

struct Table {
    columns: Vec<Column>,
    prefix: Option<usize>,
    /// As many columns as the first row has.
    width: usize,
    delimiter: char,
    /// No name is known, and there are digits: this is no header.
    headless: bool,
}

impl Table {
    fn of(
        manifest: &mut Manifest,
        path: &Path,
        headers: &[String],
        delimiter: u8,
    ) -> Result<Self, Failure> {
        let any = manifest.options.any_column;
        let meaning = |name: &str| meaning(name).or_else(|| meaning(first_line(name)));
        let known = headers.iter().any(|name| meaning(name).is_some());
        let numbers = |name: &String| name.bytes().filter(u8::is_ascii_digit).count() > 4;
        let headless = any && !known && headers.iter().any(numbers);
        let (mut columns, mut prefix) = (Vec::new(), None);
        for (at, name) in headers.iter().enumerate() {
            let kinds = match meaning(name) {
                Some(Meaning::Kinds(kinds)) => kinds,
                Some(Meaning::AirlinePrefix) => {
                    prefix = Some(at);
                    continue;
                }
                None if any => &[],
                None => {
                    let name = printable(first_line(name));
                    if !manifest.ignored.contains(&name) {
                        manifest.ignored.push(name);
                    }
                    continue;
                }
            };
            let numbered = format!("{}", at + 1);
            let name = if headless || name.is_empty() {
                &numbered
            } else {
                name
            };
            let named = manifest.column(first_line(name));
            columns.push(Column { at, named, kinds });
        }
        if columns.is_empty() {
            let next = (
                "name the columns (AWB, HAWB, ULD, Shipper …), or look at every cell: --any-column",
                "nombre las columnas (guía aérea, guía house, ULD, remitente …), o revise cada celda: --any-column",
            );
            let names: Vec<String> = headers
                .iter()
                .map(|name| printable(first_line(name)))
                .collect();
            let names = names.join(", ");
            let what = Text::from((
                format!("no column by a name that is known here; there are: {names}"),
                format!("ninguna columna tiene un nombre conocido; hay: {names}"),
            ));
            return Err(Failure::usage(what.about(path.display())).next(next));
        }
        Ok(Self {
            columns,
            prefix,
            width: headers.len(),
            delimiter: char::from(delimiter),
            headless,
        })
    }

    fn row(&self, manifest: &mut Manifest, file: usize, row: &Row) -> Result<(), Failure> {
        let place = Place {
            file,
            row: row.number,
            line: Some(row.line),
        };
        let lang = manifest.options.lang;
        match row.trouble {
            None => {}
            Some(Trouble::Size) => {
                let (en, es) = (
                    "longer than 64 KiB: is a quote never closed? Each line was looked at as a row",
                    "de más de 64 KiB: ¿falta cerrar unas comillas? Cada línea se revisó como una fila",
                );
                manifest.remark(place, lang.pick(en, es));
            }
            Some(Trouble::Encoding) => {
                let (en, es) = (
                    "not UTF-8, read as Latin-1",
                    "no está en UTF-8, se leyó como Latin-1",
                );
                manifest.remark(place, lang.pick(en, es));
            }
            Some(Trouble::Columns { expected, found }) => {
                let what = lang.pick(
                    format!("{found} columns instead of {expected}; each cell was looked at as what it could be"),
                    format!("{found} columnas en lugar de {expected}; cada celda se revisó como lo que pudiera ser"),
                );
                manifest.remark(place, what);
            }
        }
        if row.cells.len() == self.width {
            self.cells(manifest, place, row.cells.iter())?;
        } else {
            self.anything(manifest, place, row.cells.iter())?;
        }
        self.swallowed(manifest, place, row.cells.iter())
    }

    /// Lines behind the first of a cell that nobody looked at with the cell. A quote that is never closed makes one cell of
    /// all rows behind it, whatever number of columns comes of that: each line is looked at as a row.
    fn swallowed<'a>(
        &self,
        manifest: &mut Manifest,
        mut place: Place,
        cells: impl Iterator<Item = &'a str>,
    ) -> Result<(), Failure> {
        let mut told = false;
        for (at, cell) in cells.enumerate() {
            let runs_on = self.runs_on(cell);
            let known = self.columns.iter().any(|column| column.at == at);
            if runs_on && !told {
                let (en, es) = (
                    "a cell has lines like rows in it: is a quote never closed? Each line was looked at as a row",
                    "una celda contiene líneas como filas: ¿falta cerrar unas comillas? Cada línea se revisó como una fila",
                );
                manifest.remark(place, manifest.options.lang.pick(en, es));
                told = true;
            }
            for (number, line) in cell.split_inclusive(['\n', '\r']).enumerate() {
                let columns: Vec<&str> = line.trim().split(self.delimiter).collect();
                let columns = columns.iter().map(|text| text.trim_matches('"'));
                if number > 0 && runs_on && columns.len() == self.width {
                    self.cells(manifest, place, columns)?;
                } else if number > 0 && (runs_on || !known) {
                    self.anything(manifest, place, columns)?;
                }
                let ended = u64::from(line.ends_with('\n'));
                place.line = place.line.map(|line| line.saturating_add(ended));
            }
        }
        Ok(())
    }

    /// Whether other rows stand in a cell, behind its first line.
    fn runs_on(&self, cell: &str) -> bool {
        let is_row =
            |line: &str| self.width > 1 && line.split(self.delimiter).count() == self.width;
        let mut further = cell.split(['\n', '\r']).skip(1).peekable();
        further.peek().is_some() && (too_long(cell) || further.any(is_row))
    }

    /// The part of a cell that is its own.
    fn own<'a>(&self, cell: &'a str) -> &'a str {
        if self.runs_on(cell) {
            first_line(cell)
        } else {
            cell
        }
    }

    /// Cells of which nobody knows the columns, each as what it could be.
    fn anything<'a>(
        &self,
        manifest: &mut Manifest,
        place: Place,
        cells: impl Iterator<Item = &'a str>,
    ) -> Result<(), Failure> {
        for text in cells {
            let named = manifest.column("?");
            manifest.take(place, named, self.own(text), &[])?;
        }
        Ok(())
    }

    fn cells<'a>(
        &self,
        manifest: &mut Manifest,
        place: Place,
        cells: impl Iterator<Item = &'a str>,
    ) -> Result<(), Failure> {
        let cells: Vec<&str> = cells.collect();
        let prefix = self.prefix.and_then(|at| cells.get(at)).copied();
        for column in &self.columns {
            let Some(text) = cells.get(column.at) else {
                continue;
            };
            let text = self.own(text);
            let whole = prefix.and_then(|prefix| joined(prefix, text, column.kinds));
            let text = whole.as_deref().unwrap_or(text);
            manifest.take(place, column.named, text, column.kinds)?;
        }
        Ok(())
    }
}

/// An air waybill of which the airline's digits stand in a column of their own; either may have lost its leading zeros.
fn joined(prefix: &str, serial: &str, kinds: &[Kind]) -> Option<String> {
    let (prefix, serial) = (prefix.trim(), serial.trim());
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let fits = kinds.contains(&Kind::Waybill);
    (fits && digits(prefix, 3) && digits(serial, AWB_SERIAL_DIGITS))
        .then(|| format!("{prefix:0>3}-{serial:0>8}"))
}

fn first_line(text: &str) -> &str {
    let mut lines = text.trim().split(['\n', '\r']);
    lines.next().unwrap_or_default()
}
