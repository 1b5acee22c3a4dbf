//! A manifest as CSV: columns by their names, rows one by one, and none of them keeps the others from being read.

use super::column::{AWB_SERIAL_DIGITS, Meaning, meaning};
use super::{Manifest, Place};
use crate::exit::Failure;
use crate::output::printable;
use crate::records::{Records, Row, Trouble};
use precinto_alert::lookup::{Kind, guesses};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// So much of a file is read to find out what it is.
const HEAD_BYTES: u64 = 4096;

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

/// Whether a file begins as XML does, behind whatever blanks.
pub(super) fn looks_like_xml(path: &Path) -> Result<bool, Failure> {
    let head = head(path)?;
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    Ok(first == Some(&b'<'))
}

fn head(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head));
    read.map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    Ok(head)
}

/// What stands most often in the first line, outside of quotes.
fn delimiter(head: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [0_usize; DELIMITERS.len()];
    for byte in head.iter().take_while(|byte| **byte != b'\n') {
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
pub(super) fn read(manifest: &mut Manifest, path: &Path) -> Result<(), Failure> {
    let found = delimiter(&head(path)?);
    let delimiter = manifest.options.delimiter.unwrap_or(found);
    let mut records = Records::open(path, delimiter)?;
    let headers: Vec<String> = records.headers().iter().map(str::to_owned).collect();
    let file = manifest.files.len().saturating_sub(1);
    let table = Table::of(manifest, path, &headers)?;
    if table.headless {
        // What stands in the place of names is a row like the others.
        let place = Place {
            file,
            row: 0,
            line: Some(1),
        };
        table.cells(manifest, place, headers.iter().map(String::as_str))?;
        manifest.rows += 1;
    }
    while let Some(row) = records.next_row()? {
        manifest.rows += 1;
        table.row(manifest, file, &row)?;
    }
    Ok(())
}

struct Table {
    columns: Vec<Column>,
    prefix: Option<usize>,
    /// No name is known, and there are digits: this is no header.
    headless: bool,
}

impl Table {
    fn of(manifest: &mut Manifest, path: &Path, headers: &[String]) -> Result<Self, Failure> {
        let any = manifest.options.any_column;
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
                    manifest.ignored.push(printable(name));
                    continue;
                }
            };
            let numbered = format!("{}", at + 1);
            let name = if headless || name.is_empty() {
                &numbered
            } else {
                name
            };
            let named = manifest.column(name);
            columns.push(Column { at, named, kinds });
        }
        if columns.is_empty() {
            let lang = manifest.options.lang;
            let (en, es) = (
                "no column by a name that is known here; there are",
                "ninguna columna tiene un nombre conocido; hay",
            );
            let next = lang.pick(
                "name the columns (AWB, HAWB, ULD, Shipper …), or look at every cell: --any-column",
                "nombre las columnas (guía aérea, guía house, ULD, remitente …), o revise cada celda: --any-column",
            );
            let names: Vec<String> = headers.iter().map(|name| printable(name)).collect();
            let what = format!(
                "{}: {}: {}",
                path.display(),
                lang.pick(en, es),
                names.join(", ")
            );
            return Err(Failure::usage(what).next(next));
        }
        Ok(Self {
            columns,
            prefix,
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
                    "longer than any row may be, not looked at",
                    "más larga de lo admitido, no se revisó",
                );
                manifest.remark(place, lang.pick(en, es));
                return Ok(());
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
                for text in &row.cells {
                    let named = manifest.column("?");
                    if !guesses(text).is_empty() {
                        manifest.take(place, named, text, &[])?;
                    }
                }
                return Ok(());
            }
        }
        self.cells(manifest, place, row.cells.iter())
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
