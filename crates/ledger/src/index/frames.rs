//! Where each frame is, at 16 bytes a frame.

/// Where a frame begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Index of the frame's first entry.
    pub(crate) first: u64,
    /// Index of the first entry of its segment, which names the file.
    pub(crate) segment: u64,
    /// Position in the segment, in bytes.
    pub(crate) at: u32,
}

/// The places of all frames, by rising index.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    segments: Vec<u64>,
    /// In pieces of equal size: growing never copies what is there, nor doubles the memory.
    pieces: Vec<Vec<Compact>>,
}

#[derive(Debug, Clone, Copy)]
struct Compact {
    first: u64,
    /// Position in `segments`.
    segment: u32,
    at: u32,
}

impl Frames {
    /// Adds a frame behind all others.
    pub(crate) fn push(&mut self, place: Place) {
        let Place { first, segment, at } = place;
        if self.segments.last() != Some(&segment) {
            self.segments.push(segment);
        }
        let segment = u32::try_from(self.segments.len() - 1);
        let segment = segment.expect("2^32 segments of 16 MiB do not fit on a disk");
        let compact = Compact { first, segment, at };
        match self.pieces.last_mut() {
            Some(piece) if piece.len() < PIECE => piece.push(compact),
            _ => {
                let mut piece = Vec::with_capacity(PIECE);
                piece.push(compact);
                self.pieces.push(piece);
            }
        }
    }

    /// The last frame that does not begin after entry `index`.
    pub(crate) fn place(&self, index: u64) -> Option<Place> {
        let begins = |piece: &Vec<Compact>| piece.first().is_some_and(|frame| frame.first <= index);
        let piece = self
            .pieces
            .get(self.pieces.partition_point(begins).checked_sub(1)?)?;
        let behind = piece.partition_point(|frame| frame.first <= index);
        let Compact { first, segment, at } = *piece.get(behind.checked_sub(1)?)?;
        Some(Place {
            first,
            segment: *self.segments.get(segment as usize)?,
            at,
        })
    }
}

/// Frames in a piece: 16 KiB each.
const PIECE: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_finds_its_frame() {
        let mut frames = Frames::default();
        assert_eq!(frames.place(0), None);
        let mut places = Vec::new();
        let mut first = 0;
        for number in 0..3000_u32 {
            let segment = places
                .get(number as usize / 700 * 700)
                .map_or(first, |p: &Place| p.first);
            places.push(Place {
                first,
                segment,
                at: number % 700,
            });
            frames.push(*places.last().unwrap());
            first += u64::from(number % 5) + 1;
        }
        for (place, next) in places.iter().zip(&places[1..]) {
            for index in place.first..next.first {
                assert_eq!(frames.place(index), Some(*place));
            }
        }
    }
}
