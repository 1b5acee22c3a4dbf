//! The bytes under which a verdict is remembered: each value behind its length or of a fixed size, so no two questions share them.

use std::collections::BTreeSet;

use precinto_alert::id::AgencyId;

/// Such bytes while they are written.
#[derive(Debug, Default)]
pub(crate) struct Key(Vec<u8>);

impl Key {
    /// The bytes.
    pub(crate) fn into_bytes(self) -> Box<[u8]> {
        self.0.into_boxed_slice()
    }

    pub(crate) fn flag(&mut self, flag: bool) {
        self.0.push(flag.into());
    }

    pub(crate) fn code(&mut self, code: impl Into<i32>) {
        self.0.extend(code.into().to_be_bytes());
    }

    pub(crate) fn optional(&mut self, code: Option<impl Into<i32>>) {
        self.flag(code.is_some());
        self.code(code.map_or(0, Into::into));
    }

    pub(crate) fn length(&mut self, length: usize) {
        self.0.extend(length.to_be_bytes());
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.extend(text.as_bytes());
    }

    pub(crate) fn agency(&mut self, agency: &AgencyId) {
        self.text(agency.side().as_str());
        self.text(agency.agency());
    }

    pub(crate) fn digest(&mut self, digest: [u8; 32]) {
        self.0.extend(digest);
    }

    pub(crate) fn texts(&mut self, texts: &BTreeSet<String>) {
        self.length(texts.len());
        for text in texts {
            self.text(text);
        }
    }

    pub(crate) fn codes<T: Copy + Into<i32>>(&mut self, codes: &BTreeSet<T>) {
        self.length(codes.len());
        for code in codes {
            self.code(*code);
        }
    }
}
