//! Tables that somebody else exported: a CSV file read row by row, within limits.

use crate::exit::{Failure, Text};
use csv::{ByteRecord, Reader, ReaderBuilder, StringRecord};
use std::fs::File;
use std::io::{Read, Take};
use std::path::Path;

/// More rows than this are refused: nobody looks through so many.
const ROWS_MAX: usize = 100_000;
/// The largest file that is read.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// One row with all its columns.
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
        let file = File::open(path).map_err(|error| refuse(error.to_string().into()))?;
        let size = file
            .metadata()
            .map_err(|error| refuse(error.to_string().into()))?
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
            .from_reader(from.take(FILE_BYTES_MAX));
        let headers = reader
            .headers()
            .map_err(|error| refuse(error.to_string().into()))?
            .clone();
        // A byte-order mark, as spreadsheets write it, is no part of the first name.
        let headers = headers
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').trim())
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

    /// The next row with its number, counted from 1; all rows have as many columns as the first.
    pub(crate) fn next(&mut self) -> Result<Option<(usize, StringRecord)>, Failure> {
        let refuse = |what: Text| Failure::usage(what.about(&self.name));
        let mut bytes = ByteRecord::new();
        let more = self.reader.read_byte_record(&mut bytes);
        if !more.map_err(|error| refuse(error.to_string().into()))? {
            return Ok(None);
        }
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
        let row = self.rows;
        if bytes.as_slice().len() > ROW_BYTES_MAX {
            return Err(refuse(
                (
                    format!("row {row} is larger than 64 KiB"),
                    format!("la fila {row} tiene más de 64 KiB"),
                )
                    .into(),
            ));
        }
        let record = StringRecord::from_byte_record(bytes).map_err(|_| {
            let what = (
                format!("row {row} is not UTF-8"),
                format!("la fila {row} no está en UTF-8"),
            );
            refuse(what.into())
        })?;
        Ok(Some((row, record)))
    }
}
