//! Tables that somebody else exported: a CSV file read row by row, within limits.

use crate::exit::{Failure, Text};
use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder, StringRecord};
use std::fs::File;
use std::io::{Read, Take};
use std::path::Path;

/// More rows than this are refused: nobody looks through so many.
const ROWS_MAX: usize = 100_000;
/// The largest file that is read.
pub(crate) const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// One row with all its columns; a larger one is in trouble.
const ROW_BYTES_MAX: usize = 64 * 1024;

/// An open table.
pub(crate) struct Records {
    reader: Reader<Take<Box<dyn Read>>>,
    headers: StringRecord,
    name: String,
    rows: usize,
}

impl Records {
    /// Opens a file whose first row names the columns.
    pub(crate) fn open(path: &Path, delimiter: u8) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let refuse = |what: Text| Failure::usage(what.about(&name));
        let file = File::open(path).map_err(|error| refuse(Text::io(&error)))?;
        let size = file
            .metadata()
            .map_err(|error| refuse(Text::io(&error)))?
            .len();
        if size > FILE_BYTES_MAX {
            return Err(refuse(("larger than 64 MiB", "más de 64 MiB").into()));
        }
        Self::read(Box::new(file), delimiter, name)
    }

    /// Reads from anywhere; `name` is what errors call it.
    pub(crate) fn read(from: Box<dyn Read>, delimiter: u8, name: String) -> Result<Self, Failure> {
        let refuse = |what: Text| Failure::usage(what.about(&name));
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            // One byte more, so that a pipe which is too long is refused and not cut.
            .from_reader(from.take(FILE_BYTES_MAX.saturating_add(1)));
        let headers = reader
            .byte_headers()
            .map_err(|error| refuse(unreadable(&error)))?;
        // A byte-order mark, as spreadsheets write it, is no part of the first name.
        let headers = headers
            .iter()
            .map(|name| {
                decoded(name)
                    .trim_start_matches('\u{feff}')
                    .trim()
                    .to_owned()
            })
            .collect();
        Ok(Self {
            reader,
            headers,
            name,
            rows: 0,
        })
    }

    /// The names of the columns.
    pub(crate) fn headers(&self) -> &StringRecord {
        &self.headers
    }

    /// The next row with its number, counted from 1; all rows have as many columns as the first, and nothing is wrong with
    /// any of them.
    pub(crate) fn next(&mut self) -> Result<Option<(usize, StringRecord)>, Failure> {
        let Some(row) = self.next_row()? else {
            return Ok(None);
        };
        let number = row.number;
        let what = match row.trouble {
            None => return Ok(Some((number, row.cells))),
            Some(Trouble::Size) => (
                format!("row {number} is larger than 64 KiB"),
                format!("la fila {number} tiene más de 64 KiB"),
            ),
            Some(Trouble::Encoding) => (
                format!("row {number} is not UTF-8"),
                format!("la fila {number} no está en UTF-8"),
            ),
            Some(Trouble::Columns { expected, found }) => (
                format!("row {number} has {found} columns instead of {expected}"),
                format!("la fila {number} tiene {found} columnas en vez de {expected}"),
            ),
        };
        Err(Failure::usage(Text::from(what).about(&self.name)))
    }

    /// The next row, whatever is wrong with it.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row>, Failure> {
        let refuse = |what: Text| Failure::usage(what.about(&self.name));
        let mut bytes = ByteRecord::new();
        let trouble = match self.reader.read_byte_record(&mut bytes) {
            Ok(true) => None,
            Ok(false) if self.reader.get_ref().limit() > 0 => return Ok(None),
            Ok(false) => return Err(refuse(("larger than 64 MiB", "más de 64 MiB").into())),
            Err(error) => match *error.kind() {
                // The record itself has been read, and the next one can be.
                ErrorKind::UnequalLengths {
                    expected_len: expected,
                    len: found,
                    ..
                } => Some(Trouble::Columns { expected, found }),
                _ => return Err(refuse(unreadable(&error))),
            },
        };
        self.rows += 1;
        if self.rows > ROWS_MAX {
            return Err(refuse(
                (
                    format!("more than {ROWS_MAX} rows"),
                    format!("más de {ROWS_MAX} filas"),
                )
                    .into(),
            ));
        }
        let line = bytes.position().map_or(0, csv::Position::line);
        let large = bytes.as_slice().len() > ROW_BYTES_MAX;
        let valid = std::str::from_utf8(bytes.as_slice()).is_ok();
        let trouble = if large {
            Some(Trouble::Size)
        } else {
            trouble.or_else(|| (!valid).then_some(Trouble::Encoding))
        };
        Ok(Some(Row {
            number: self.rows,
            line,
            cells: bytes.iter().map(decoded).collect(),
            trouble,
        }))
    }
}

/// A row, and what is wrong with it.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its number, counted from 1, the header not included.
    pub(crate) number: usize,
    /// The line of the file in which it begins, counted from 1.
    pub(crate) line: u64,
    /// Its cells.
    pub(crate) cells: StringRecord,
    /// What is wrong with it.
    pub(crate) trouble: Option<Trouble>,
}

/// What may be wrong with a row that keeps nobody from reading the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Larger than 64 KiB.
    Size,
    /// Not UTF-8: its cells are read as Latin-1, which spreadsheets of both countries write.
    Encoding,
    /// Not as many columns as the first row.
    Columns {
        /// As many as the first row has.
        expected: u64,
        /// As many as it has.
        found: u64,
    },
}

/// What the reader of tables says of a file.
fn unreadable(error: &csv::Error) -> Text {
    match error.kind() {
        ErrorKind::Io(error) => Text::io(error),
        _ => Text::cause(error, "no se puede leer la tabla"),
    }
}

/// UTF-8, or else ISO 8859-1, in which every byte is the letter of that number.
fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}
