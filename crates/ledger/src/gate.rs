//! How much room the disk has left, and when that is too little to go on taking entries.
//!
//! A full disk ends the process, because a write that failed half-way leaves the outcome open. So the log stops taking what is
//! brought to it well before, and goes on being read; what is on its way by then fits into the reserve. What the gateway itself
//! has to record, such as other trust or a missed deadline, goes on into the reserve: a revocation does not wait for an operator
//! who makes room. That somebody reads, or acts otherwise, is recorded into the reserve as well, and not to its end: who asks
//! for much must not use up what a revocation may need.

use crate::Entry;
use crate::storage::{Space, Storage};
use precinto_merkle::leaf::EntryType;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Looks at the room, remembers what it saw, and says when that has changed.
#[derive(Debug)]
pub(crate) struct Gate {
    storage: Arc<dyn Storage>,
    seen: AtomicU8,
}

/// How full the disk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
enum Level {
    Roomy,
    /// An operator should know.
    Filling,
    /// An operator should act.
    NearlyFull,
    /// Nothing more is taken of what is brought.
    Shut,
    /// A quarter of the least reserve is used up as well: nothing more is taken that somebody asks for.
    Silent,
    /// Half of the reserve is used up as well: nothing more is taken.
    Spent,
}

impl Gate {
    pub(crate) fn new(storage: Arc<dyn Storage>) -> Self {
        let gate = Self {
            storage,
            seen: AtomicU8::new(Level::Roomy as u8),
        };
        gate.look();
        gate
    }

    /// Looks at the disk; to be called after each batch.
    pub(crate) fn look(&self) {
        let space = match self.storage.space() {
            Ok(space) => space,
            // What cannot be told is not guessed: as it was before, and the writes will show.
            Err(error) => {
                tracing::warn!(%error, "how much room the disk has cannot be told");
                return;
            }
        };
        let level = Level::of(space);
        if self.seen.swap(level as u8, Ordering::Relaxed) != level as u8 {
            level.tell(space);
        }
    }

    /// Whether no more entries like this one may be taken. Looks again if it was so the last time: room that was made counts
    /// at once.
    pub(crate) fn is_shut_for(&self, entry: &Entry) -> bool {
        let from = match entry.kind {
            EntryType::Statement | EntryType::Conflict => Level::Shut,
            _ if entry.is_on_request => Level::Silent,
            _ => Level::Spent,
        };
        self.is_shut_from(from)
    }

    /// Whether no more statements may be taken.
    pub(crate) fn is_shut(&self) -> bool {
        self.is_shut_from(Level::Shut)
    }

    /// How much room there is.
    pub(crate) fn space(&self) -> io::Result<Space> {
        self.storage.space()
    }

    fn is_shut_from(&self, from: Level) -> bool {
        let was_shut = || self.seen.load(Ordering::Relaxed) >= from as u8;
        was_shut() && {
            self.look();
            was_shut()
        }
    }
}

impl Level {
    fn of(Space { free, total }: Space) -> Self {
        let hundredths = |percent: u64| total / 100 * percent;
        let is_less_free_than = |percent| free < hundredths(percent);
        let reserve = hundredths(RESERVE_PERCENT).clamp(RESERVE_BYTES, RESERVE_BYTES_MAX);
        if free < RESERVE_BYTES / 2 {
            Self::Spent
        } else if free < RESERVE_BYTES / 4 * 3 {
            Self::Silent
        } else if free < reserve {
            Self::Shut
        } else if is_less_free_than(10) {
            Self::NearlyFull
        } else if is_less_free_than(25) {
            Self::Filling
        } else {
            Self::Roomy
        }
    }

    fn tell(self, Space { free, total }: Space) {
        let (free_mib, total_mib) = (free >> 20, total >> 20);
        match self {
            Self::Roomy => tracing::info!(free_mib, total_mib, "the log's disk has room again"),
            Self::Filling => {
                tracing::warn!(free_mib, total_mib, "the log's disk is 75 % full");
            }
            Self::NearlyFull => {
                tracing::warn!(free_mib, total_mib, "the log's disk is 90 % full");
            }
            Self::Shut => tracing::warn!(
                free_mib,
                total_mib,
                "the log's disk is down to its reserve: no message is taken until there is room"
            ),
            Self::Silent => tracing::warn!(
                free_mib,
                total_mib,
                "the log's disk is far into its reserve: nothing is taken, and no record given, until there is room"
            ),
            Self::Spent => tracing::error!(
                free_mib,
                total_mib,
                "the log's disk is full but for what keeps the process alive: nothing at all is taken until there is room"
            ),
        }
    }
}

/// The least reserve, in free bytes: many times what may be queued and in a frame, so that all of it fits.
const RESERVE_BYTES: u64 = 256 * 1024 * 1024;

/// The reserve in hundredths of the file system.
const RESERVE_PERCENT: u64 = 5;

/// The most that is kept in reserve: of a disk of a terabyte 5 % would lie idle, and a machine that is well would refuse.
const RESERVE_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::FaultyMemory;
    use crate::testing;

    const GIB: u64 = 1 << 30;
    const MIB: u64 = 1 << 20;

    fn level(free: u64, total: u64) -> Level {
        Level::of(Space { free, total })
    }

    #[test]
    fn alarms_come_at_75_and_90_percent() {
        let hundred = |free| level(free * GIB, 100 * GIB);
        assert_eq!([25, 24].map(hundred), [Level::Roomy, Level::Filling]);
        assert_eq!([10, 9].map(hundred), [Level::Filling, Level::NearlyFull]);
    }

    #[test]
    fn the_reserve_is_5_percent_at_least_256_mib_and_at_most_2_gib() {
        for (total, reserve) in [
            (GIB, 256 * MIB),
            (20 * GIB, 20 * GIB / 100 * 5),
            (1000 * GIB, 2 * GIB),
        ] {
            assert!(level(reserve, total) < Level::Shut, "{total}");
            assert_eq!(level(reserve - 1, total), Level::Shut, "{total}");
            assert_eq!(level(192 * MIB, total), Level::Shut, "{total}");
            assert_eq!(level(192 * MIB - 1, total), Level::Silent, "{total}");
            assert_eq!(level(128 * MIB, total), Level::Silent, "{total}");
            assert_eq!(level(128 * MIB - 1, total), Level::Spent, "{total}");
        }
        assert_eq!(level(0, 0), Level::Spent);
    }

    #[test]
    fn what_the_gateway_has_to_record_goes_on_into_the_reserve() {
        let disk = FaultyMemory::new();
        let gate = Gate::new(Arc::new(disk.clone()));
        let shut = || {
            gate.look();
            let act = || Entry::act(&[1; 16], Vec::new());
            let brought = testing::unverified([1; 32], b"", b"", b"");
            let entries = [brought, act().on_request(), act()];
            entries.map(|entry| gate.is_shut_for(&entry))
        };
        let total = 100 * GIB;
        for (free, expected) in [
            (50 * GIB, [false; 3]),
            (GIB, [true, false, false]),
            (160 * MIB, [true, true, false]),
            (MIB, [true; 3]),
            (50 * GIB, [false; 3]),
        ] {
            disk.set_space(Space { free, total });
            assert_eq!(shut(), expected, "{free}");
        }
    }
}
