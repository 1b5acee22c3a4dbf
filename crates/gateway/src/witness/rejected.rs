//! Cosignatures of listed witnesses that do not hold, kept for whoever asks later: one may be the only sign that somebody was shown
//! another history, so it is evidence and no rubbish.
//!
//! Of each witness the first few are kept, so that nobody can push out what he returned before. They stay until the operator takes
//! the file away.

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::path::Path;

use base64ct::{Base64, Encoding as _};
use precinto_alert::id::NodeId;

use crate::limits::{COSIGNATURE_LINE_MAX, REJECTED_PER_WITNESS_MAX, WITNESS_FILE_BYTES_MAX};

/// By witness: the lines of the file that are about it.
#[derive(Debug, Default)]
pub(super) struct Evidence(BTreeMap<NodeId, Vec<String>>);

impl Evidence {
    /// What was kept before; a line that is none is left out.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let mut text = String::new();
        match std::fs::File::open(path) {
            Ok(file) => file
                .take(WITNESS_FILE_BYTES_MAX)
                .read_to_string(&mut text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error),
        };
        let mut evidence = Self::default();
        for line in text.split_inclusive('\n') {
            if let Some(Ok(node)) = line.split(' ').nth(2).map(str::parse) {
                evidence.add(&node, line.to_owned());
            }
        }
        Ok(evidence)
    }

    /// Takes one more while there is room for its witness: how many entries the log had then, what the witness said that it has
    /// cosigned, who, and its line in base64, cut to the longest that one can be. Whether it was taken.
    pub(super) fn take(&mut self, node: &NodeId, line: &str, tree_size: u64, holds: u64) -> bool {
        let line = line.as_bytes();
        let line = line.get(..COSIGNATURE_LINE_MAX).unwrap_or(line);
        let line = Base64::encode_string(line);
        self.add(node, format!("{holds} {tree_size} {node} {line}\n"))
    }

    fn add(&mut self, node: &NodeId, line: String) -> bool {
        let kept = self.0.entry(node.clone()).or_default();
        let has_room = kept.len() < REJECTED_PER_WITNESS_MAX;
        if has_room {
            kept.push(line);
        }
        has_room
    }

    /// How many are kept of each witness.
    pub(super) fn counts(&self) -> impl Iterator<Item = (&NodeId, usize)> {
        self.0.iter().map(|(node, lines)| (node, lines.len()))
    }

    /// The file's text.
    pub(super) fn text(&self) -> String {
        self.0.values().flatten().map(String::as_str).collect()
    }
}
