//! A cursor's file: text with a checksum, replaced as a whole.
//!
//! ```text
//! precinto-cursor/v2
//! node spiffe://us.dev.invalid/agency/cbp/node/lax
//! name watch
//! start time 7 1795348800000                 first, now, index, time or salvaged; the index; of time, the time in ms
//! attempts 5                                 a nack of this attempt parks
//! filter type=ALERT,AMEND at-least=P2        empty for everything
//! begin 7 0                                  no stream begins before this index; how often it was moved
//! position 17
//! unsettled 9:2:1795348900000 12:0:1795349000000    index:attempts so far:first delivered, in ms
//! parked 8:5:SIG_BAD:1795348900000:1795348999000    index:attempts:reason:first delivered:parked, in ms
//! sha256 <hex of everything above>
//! ```
//!
//! Version 1 had neither attempts, filter, begin nor parked, and no times: it is read, and written as version 2.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use precinto_alert::{Reason, reason};
use precinto_envelope::crypto::sha256;

use super::{Cursor, CursorError, Definition, Parked, Pending, Start};
use crate::limits::{ATTEMPTS_DEFAULT, ATTEMPTS_MAX, PARKED_LISTED_MAX, UNSETTLED_MAX};
use crate::subscribe::filter::Filter;

impl Cursor {
    /// The file's bytes.
    pub fn to_text(&self, definition: &Definition) -> String {
        let Definition {
            node,
            name,
            start,
            start_index,
            filter,
            attempts_max,
        } = definition;
        let Self {
            position,
            begin,
            moves,
            unsettled,
            parked,
            forgotten_below: _,
            changes: _,
        } = self;
        let start = start.words(*start_index);
        let filter = filter.to_line();
        let mut text = format!(
            "{HEAD}\nnode {node}\nname {name}\nstart {start}\nattempts {attempts_max}\nfilter {filter}\n\
             begin {begin} {moves}\nposition {position}\nunsettled"
        );
        // Writing to a string cannot fail.
        for (index, Pending { attempts, since_ms }) in unsettled {
            let _written = write!(text, " {index}:{attempts}:{since_ms}");
        }
        text.push_str("\nparked");
        for (index, parked) in parked {
            let Parked {
                attempts,
                reason,
                since_ms,
                at_ms,
            } = parked;
            let reason = reason::name(*reason);
            let _written = write!(text, " {index}:{attempts}:{reason}:{since_ms}:{at_ms}");
        }
        text.push('\n');
        let sum = precinto_envelope::hex(&sha256(&[text.as_bytes()]));
        format!("{text}sha256 {sum}\n")
    }

    /// Reads a file's bytes strictly.
    pub fn parse(bytes: &[u8]) -> Result<(Definition, Self), CursorError> {
        let text = std::str::from_utf8(bytes).map_err(|_| CursorError("not UTF-8"))?;
        let end = text.rfind("sha256 ").ok_or(CursorError("no checksum"))?;
        let (content, sum) = text
            .split_at_checked(end)
            .ok_or(CursorError("no checksum"))?;
        if sum
            != format!(
                "sha256 {}\n",
                precinto_envelope::hex(&sha256(&[content.as_bytes()]))
            )
        {
            return Err(CursorError("checksum"));
        }
        let mut lines = Lines(content.lines());
        match lines.0.next() {
            Some(HEAD) => lines.second_version(),
            Some(HEAD_1) => lines.first_version(),
            _ => Err(CursorError("version")),
        }
    }
}

struct Lines<'a>(std::str::Lines<'a>);

impl<'a> Lines<'a> {
    fn next(&mut self, name: &'static str) -> Result<&'a str, CursorError> {
        let line = self.0.next().and_then(|line| line.strip_prefix(name));
        let line = line.ok_or(CursorError(name))?;
        Ok(line.strip_prefix(' ').unwrap_or(line))
    }

    fn parsed<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, CursorError> {
        parse(self.next(name)?).ok_or(CursorError(name))
    }

    fn end(mut self) -> Result<(), CursorError> {
        match self.0.next() {
            None => Ok(()),
            Some(_) => Err(CursorError("more lines")),
        }
    }

    fn second_version(mut self) -> Result<(Definition, Cursor), CursorError> {
        let mut definition = self.identity()?;
        let patience = |text: &str| text.parse().ok().filter(|n| (1..=ATTEMPTS_MAX).contains(n));
        definition.attempts_max = self.parsed("attempts", patience)?;
        definition.filter = self.parsed("filter", Filter::of_line)?;
        let (begin, moves) = self.parsed("begin", |text| {
            let (begin, moves) = text.split_once(' ')?;
            Some((begin.parse().ok()?, moves.parse().ok()?))
        })?;
        let position = self.parsed("position", |text| text.parse().ok())?;
        let unsettled = self.parsed("unsettled", |text| {
            let unsettled = map_of(text, UNSETTLED_MAX, pending)?;
            is_below(position, &unsettled).then_some(unsettled)
        })?;
        let is_unsettled = |index: &u64| unsettled.contains_key(index);
        let parked = self.parsed("parked", |text| {
            let parked = map_of(text, PARKED_LISTED_MAX, parked)?;
            (!parked.keys().any(is_unsettled)).then_some(parked)
        })?;
        self.end()?;
        let cursor = Cursor {
            position,
            begin,
            moves,
            unsettled,
            parked,
            ..Cursor::new(begin)
        };
        Ok((definition, cursor))
    }

    fn first_version(mut self) -> Result<(Definition, Cursor), CursorError> {
        let definition = self.identity()?;
        let position = self.parsed("position", |text| text.parse().ok())?;
        let unsettled = self.parsed("unsettled", |text| {
            let unsettled = map_of(text, UNSETTLED_MAX, |attempts| {
                let (attempts, since_ms) = (attempts.parse().ok()?, 0);
                Some(Pending { attempts, since_ms })
            })?;
            is_below(position, &unsettled).then_some(unsettled)
        })?;
        self.end()?;
        let cursor = Cursor {
            position,
            unsettled,
            ..Cursor::new(definition.start_index)
        };
        Ok((definition, cursor))
    }

    fn identity(&mut self) -> Result<Definition, CursorError> {
        let node = self.parsed("node", |node| node.parse().ok())?;
        let name = self.next("name")?.to_owned();
        let (start, start_index) = self.parsed("start", Start::of_words)?;
        Ok(Definition {
            node,
            name,
            start,
            start_index,
            filter: Filter::default(),
            attempts_max: ATTEMPTS_DEFAULT,
        })
    }
}

impl Start {
    fn words(self, index: u64) -> String {
        match self {
            Self::First => format!("first {index}"),
            Self::Now => format!("now {index}"),
            Self::Index => format!("index {index}"),
            Self::Time(time_ms) => format!("time {index} {time_ms}"),
            Self::Salvaged => format!("salvaged {index}"),
        }
    }

    fn of_words(text: &str) -> Option<(Self, u64)> {
        let mut words = text.split(' ');
        let (kind, index) = (words.next()?, words.next()?.parse().ok()?);
        let start = match kind {
            "first" => Self::First,
            "now" => Self::Now,
            "index" => Self::Index,
            "time" => Self::Time(words.next()?.parse().ok()?),
            "salvaged" => Self::Salvaged,
            _ => return None,
        };
        words.next().is_none().then_some((start, index))
    }
}

/// Whether all that was delivered lies below the position. Beyond it, the cursor having gone back, there may be what was put back.
fn is_below(position: u64, unsettled: &BTreeMap<u64, Pending>) -> bool {
    let mut beyond = unsettled.range(position..);
    beyond.all(|(_, pending)| pending.attempts == 0)
}

/// `index:…` items, none twice, at most `max`.
fn map_of<T>(
    text: &str,
    max: usize,
    value: impl Fn(&str) -> Option<T>,
) -> Option<BTreeMap<u64, T>> {
    let mut map = BTreeMap::new();
    for item in text.split_ascii_whitespace() {
        let (index, rest) = item.split_once(':')?;
        let index: u64 = index.parse().ok()?;
        if map.insert(index, value(rest)?).is_some() {
            return None;
        }
    }
    (map.len() <= max).then_some(map)
}

fn pending(text: &str) -> Option<Pending> {
    let (attempts, since_ms) = text.split_once(':')?;
    Some(Pending {
        attempts: attempts.parse().ok()?,
        since_ms: since_ms.parse().ok()?,
    })
}

fn parked(text: &str) -> Option<Parked> {
    let mut parts = text.split(':');
    let attempts = parts.next()?.parse().ok()?;
    let reason = match parts.next()? {
        NO_REASON => Reason::Unspecified,
        name => reason::from_name(name)?,
    };
    let (since_ms, at_ms) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(Parked {
        attempts,
        reason,
        since_ms,
        at_ms,
    })
}

/// What `reason::name` calls it when a nack gave none.
const NO_REASON: &str = "UNSPECIFIED";

const HEAD: &str = "precinto-cursor/v2";

const HEAD_1: &str = "precinto-cursor/v1";
