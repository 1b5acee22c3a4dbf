//! The frames at hand: subscribers that keep up read from memory, all of them from the same.

use crate::journal::frame::Frame;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Frames by first index, the oldest to leave first.
#[derive(Debug, Default)]
pub(super) struct Recent {
    frames: BTreeMap<u64, Arc<Frame>>,
    /// The first index and the size of each.
    order: VecDeque<(u64, usize)>,
    bytes: usize,
}

impl Recent {
    /// The frame that holds entry `index`, if it is here.
    pub(super) fn holding(&self, index: u64) -> Option<Arc<Frame>> {
        let (_, frame) = self.frames.range(..=index).next_back()?;
        frame.entry(index).map(|_| Arc::clone(frame))
    }

    /// Adds a frame and lets the oldest go until all fit, but for this one.
    pub(super) fn keep(&mut self, frame: Arc<Frame>) {
        let first = frame.first();
        if self.frames.contains_key(&first) {
            return;
        }
        let bytes = size_bytes(&frame);
        self.bytes += bytes;
        self.frames.insert(first, frame);
        self.order.push_back((first, bytes));
        while self.bytes > BYTES_MAX
            && self.order.len() > 1
            && let Some((oldest, bytes)) = self.order.pop_front()
        {
            self.frames.remove(&oldest);
            self.bytes -= bytes;
        }
    }
}

/// What a frame takes up in memory, nearly.
fn size_bytes(frame: &Frame) -> usize {
    let entries = frame
        .entries
        .iter()
        .map(|entry| entry.size_bytes() + OVERHEAD);
    entries.sum::<usize>() + frame.checkpoint_len()
}

/// What an entry costs beside its bytes.
const OVERHEAD: usize = 96;

/// Memory for frames at hand. It counts as much as 10,000 entries of the index do, and no more is needed by
/// those who keep up; those who do not read through the page cache.
const BYTES_MAX: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::frame::tests::frame_of;

    #[test]
    fn the_oldest_leave_when_memory_is_full() {
        let mut recent = Recent::default();
        for first in 0..100 {
            recent.keep(Arc::new(frame_of(first * 2, 2, 20_000)));
            assert!(recent.bytes <= BYTES_MAX);
            assert_eq!(
                recent.bytes,
                recent.frames.values().map(|f| size_bytes(f)).sum()
            );
        }
        assert!(recent.holding(0).is_none());
        assert_eq!(recent.holding(199).unwrap().first(), 198);
        assert!(recent.holding(200).is_none());
        assert!(recent.frames.len() > 5);
    }

    #[test]
    fn one_frame_is_kept_however_large() {
        let mut recent = Recent::default();
        recent.keep(Arc::new(frame_of(0, 2, BYTES_MAX)));
        assert!(recent.holding(1).is_some());
        recent.keep(Arc::new(frame_of(2, 1, 10)));
        assert!(recent.holding(1).is_none() && recent.holding(2).is_some());
    }
}
