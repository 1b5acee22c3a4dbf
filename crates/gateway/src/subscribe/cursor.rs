//! How far a subscriber has come: a floor and what is settled above it.
//!
//! Kept as the complement, *position* (everything below it has been covered) and *unsettled* (delivered below it, and not
//! settled), because that is bounded by credit while the settled set is not. The floor is the lowest unsettled index, or
//! the position if there is none. On disk it is text with a checksum, replaced as a whole:
//!
//! ```text
//! precinto-cursor/v1
//! node spiffe://us.dev.invalid/agency/cbp/node/lax
//! name watch
//! start first 0                              first, now, index, or salvaged, each with its index
//! position 17
//! unsettled 3:2 9:1                          index:attempts so far
//! sha256 <hex of everything above>
//! ```
//!
//! Owner: the gateway's operator, who by deleting a cursor makes its subscriber see everything once more, and by moving it
//! ahead makes it miss entries. A subscriber that is running says how far it was covered and gets the rest in spite of it;
//! one that has just started remembers nothing and does not notice: only who reads the whole log does, or the sender who
//! waits for an answer.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use precinto_alert::id::NodeId;
use precinto_envelope::crypto::sha256;

use crate::limits::{CREDIT_MAX, NACKED_MAX};

#[cfg(test)]
mod tests;

/// How far one subscription has come. Owned by its slot; the stream that holds the slot changes it.
#[derive(Debug, Clone)]
pub struct Cursor {
    position: u64,
    unsettled: BTreeMap<u64, u32>,
    /// Deliveries below this index may have been made and acknowledged before a restart without being remembered here.
    forgotten_below: u64,
    /// Counts changes of what goes to disk; no part of what a cursor is.
    changes: u64,
}

impl PartialEq for Cursor {
    fn eq(&self, other: &Self) -> bool {
        let what = |cursor: &Self| (cursor.position, cursor.forgotten_below);
        what(self) == what(other) && self.unsettled == other.unsettled
    }
}

impl Eq for Cursor {}

/// Where a new subscription begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At the first entry.
    First,
    /// At the entry that was next when the subscription was made.
    Now,
    /// At an index.
    Index,
    /// At the first entry, because the file was damaged: nobody knows how it was defined, so any definition is the same.
    Salvaged,
}

/// What does not change about a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Whose it is.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// How its beginning was chosen.
    pub start: Start,
    /// Where it began.
    pub start_index: u64,
}

/// An index that was never delivered on this subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the index was not delivered on this subscription")]
pub struct NotDelivered;

/// Bytes that are no cursor, or a damaged one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is damaged: {0}")]
pub struct CursorError(&'static str);

impl Cursor {
    /// A cursor at the beginning of a new subscription.
    pub fn new(start_index: u64) -> Self {
        Self {
            position: start_index,
            unsettled: BTreeMap::new(),
            forgotten_below: 0,
            changes: 0,
        }
    }

    /// Another number after each change of what goes to disk, and only then.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Everything below has been covered.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Everything below is settled.
    pub fn floor(&self) -> u64 {
        self.unsettled
            .keys()
            .next()
            .copied()
            .unwrap_or(self.position)
    }

    /// What was delivered and is not settled, by rising index.
    pub fn unsettled(&self) -> impl ExactSizeIterator<Item = u64> {
        self.unsettled.keys().copied()
    }

    /// Whether this index is delivered and not settled.
    pub fn is_unsettled(&self, index: u64) -> bool {
        self.unsettled.contains_key(&index)
    }

    /// How often this index was delivered, if it is not settled.
    pub fn attempts(&self, index: u64) -> Option<u32> {
        self.unsettled.get(&index).copied()
    }

    /// Moves on to `end` through entries that are not for this subscriber.
    pub fn cover(&mut self, end: u64) {
        if end > self.position {
            self.position = end;
            self.changed();
        }
    }

    /// Goes back to `to`, or stays where it is if it has not come so far: nothing from `to` on counts as delivered.
    ///
    /// For a subscriber that says how far it was covered: only it knows what was on its way when the line broke. To believe
    /// it can cost repeats (if another process of its node had come further), never an entry.
    pub fn go_back(&mut self, to: u64) {
        if to < self.position {
            self.position = to;
            let _forgotten = self.unsettled.split_off(&to);
            self.changed();
        }
    }

    /// Notes a delivery, the first or a further one; the answer is its attempt, counted from 1.
    pub fn deliver(&mut self, index: u64) -> u32 {
        self.cover(index.saturating_add(1));
        let attempt = self.unsettled.entry(index).or_default();
        *attempt = attempt.saturating_add(1);
        let attempt = *attempt;
        self.changed();
        attempt
    }

    fn changed(&mut self) {
        self.changes = self.changes.wrapping_add(1);
    }

    /// Settles one delivery. Settling it again changes nothing.
    pub fn settle(&mut self, index: u64) -> Result<(), NotDelivered> {
        if self.unsettled.remove(&index).is_some() {
            self.changed();
        }
        self.was_delivered(index)
    }

    /// Settles every delivery up to and with `index`, and returns them.
    pub fn settle_up_to(&mut self, index: u64) -> Result<Vec<u64>, NotDelivered> {
        self.was_delivered(index)?;
        let settled: Vec<u64> = self
            .unsettled
            .range(..=index)
            .map(|(index, _)| *index)
            .collect();
        for index in &settled {
            self.unsettled.remove(index);
            self.changed();
        }
        Ok(settled)
    }

    /// Whether the index can have been delivered. What is below the position was covered, and with filters and repeats
    /// nobody can tell more. Above it, only what an earlier process may have delivered and forgotten is forgiven.
    pub fn was_delivered(&self, index: u64) -> Result<(), NotDelivered> {
        if index < self.position.max(self.forgotten_below) {
            Ok(())
        } else {
            Err(NotDelivered)
        }
    }

    /// Adapts a cursor read from disk to a log of `size` entries: deliveries since the last flush are forgotten, and
    /// acknowledging them is no error. One that is ahead of the log must not come here: [`super::store::StoreError::Behind`].
    #[must_use]
    pub fn recovered(mut self, size: u64) -> Self {
        self.forgotten_below = size;
        self
    }

    /// The file's bytes.
    pub fn to_text(&self, definition: &Definition) -> String {
        let Definition {
            node,
            name,
            start,
            start_index,
        } = definition;
        let (start, position) = (start.word(), self.position);
        let unsettled = self
            .unsettled
            .iter()
            .fold(String::new(), |mut text, (index, attempts)| {
                // Writing to a string cannot fail.
                let _written = write!(text, " {index}:{attempts}");
                text
            });
        let identity = format!("node {node}\nname {name}\nstart {start} {start_index}");
        let text = format!("{HEAD}\n{identity}\nposition {position}\nunsettled{unsettled}\n");
        let sum = crate::hex(&sha256(&[text.as_bytes()]));
        format!("{text}sha256 {sum}\n")
    }

    /// Reads a file's bytes strictly.
    pub fn parse(bytes: &[u8]) -> Result<(Definition, Self), CursorError> {
        let text = std::str::from_utf8(bytes).map_err(|_| CursorError("not UTF-8"))?;
        let end = text.rfind("sha256 ").ok_or(CursorError("no checksum"))?;
        let (content, sum) = text
            .split_at_checked(end)
            .ok_or(CursorError("no checksum"))?;
        if sum != format!("sha256 {}\n", crate::hex(&sha256(&[content.as_bytes()]))) {
            return Err(CursorError("checksum"));
        }
        let mut lines = content.lines();
        let mut line = |name: &str| {
            let line = lines.next()?.strip_prefix(name)?;
            Some(line.strip_prefix(' ').unwrap_or(line))
        };
        line(HEAD).ok_or(CursorError("version"))?;
        let node = line("node")
            .and_then(|node| node.parse().ok())
            .ok_or(CursorError("node"))?;
        let name = line("name").ok_or(CursorError("name"))?.to_owned();
        let start = line("start")
            .and_then(|start| start.split_once(' '))
            .ok_or(CursorError("start"))?;
        let (start, start_index) = (Start::of_word(start.0), start.1.parse().ok());
        let start = start.ok_or(CursorError("start"))?;
        let start_index = start_index.ok_or(CursorError("start"))?;
        let position = line("position").and_then(|text| text.parse().ok());
        let position = position.ok_or(CursorError("position"))?;
        let unsettled = line("unsettled").and_then(|text| parse_unsettled(text, position));
        let unsettled = unsettled.ok_or(CursorError("unsettled"))?;
        let definition = Definition {
            node,
            name,
            start,
            start_index,
        };
        Ok((
            definition,
            Self {
                position,
                unsettled,
                forgotten_below: 0,
                changes: 0,
            },
        ))
    }
}

impl Start {
    fn word(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Now => "now",
            Self::Index => "index",
            Self::Salvaged => "salvaged",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        [Self::First, Self::Now, Self::Index, Self::Salvaged]
            .into_iter()
            .find(|start| start.word() == word)
    }
}

fn parse_unsettled(text: &str, position: u64) -> Option<BTreeMap<u64, u32>> {
    let mut unsettled = BTreeMap::new();
    for item in text.split_ascii_whitespace() {
        let (index, attempts) = item.split_once(':')?;
        let index: u64 = index.parse().ok()?;
        if index >= position || unsettled.insert(index, attempts.parse().ok()?).is_some() {
            return None;
        }
    }
    (unsettled.len() <= UNSETTLED_MAX).then_some(unsettled)
}

/// What credit and waiting nacks allow together.
const UNSETTLED_MAX: usize = CREDIT_MAX as usize + NACKED_MAX;

const HEAD: &str = "precinto-cursor/v1";
