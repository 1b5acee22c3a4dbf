//! Frames read back, and no change of a byte goes unnoticed.

use super::*;
use crate::entry::EntryKey;
use precinto_merkle::leaf::{EntryType, Leaf};
use proptest::prelude::*;

/// The row of an entry with these parts.
fn row(entry_type: EntryType, time_ms: u64, [record, content, body]: [&[u8]; 3]) -> Row {
    let salt = [9; 32];
    let commitment = commitment(entry_type, &salt, record);
    let len = |part: &[u8]| u32::try_from(part.len()).unwrap();
    Row {
        leaf: Leaf {
            entry_type,
            time_ms,
            commitment,
        },
        flags: 0,
        record_len: len(record),
        content_len: len(content),
        body_len: len(body),
        salt,
        key: EntryKey::trust(&[3; 32]),
        digest: [4; 32],
    }
}

fn encoded(first: u64, count: usize, bytes: usize) -> Vec<u8> {
    let (record, content, body) = (vec![1; bytes / 4], vec![2; bytes / 4], vec![3; bytes / 2]);
    let parts = [record.as_slice(), content.as_slice(), body.as_slice()];
    let entries = vec![(row(EntryType::Statement, 1000, parts), parts); count];
    encode(first, &entries, "a checkpoint\n")
}

/// A frame of `count` entries of `bytes` each, for tests of what keeps frames.
pub(crate) fn frame_of(first: u64, count: usize, bytes: usize) -> Frame {
    Frame::decode(&encoded(first, count, bytes)).unwrap()
}

/// Puts the right checksums into a frame whose other bytes were changed.
fn mend(frame: &mut [u8]) {
    let (header, rest) = frame.split_first_chunk_mut::<HEADER_LEN>().unwrap();
    let field = |at: usize| u32::from_be_bytes(header[at..][..4].try_into().unwrap()) as usize;
    let head_len = (field(4) * ROW_LEN + field(16)).min(rest.len());
    let (head, data) = rest.split_at(head_len);
    header[32..36].copy_from_slice(&crc32c::crc32c(head).to_be_bytes());
    header[36..40].copy_from_slice(&crc32c::crc32c(data).to_be_bytes());
    let own = crc32c::crc32c(&header[..60]);
    header[60..].copy_from_slice(&own.to_be_bytes());
}

#[test]
fn every_bit_of_a_frame_counts() {
    let bytes = encoded(5, 2, 40);
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(Frame::decode(&flipped).unwrap_err().is_torn(), "bit {bit}");
    }
    for len in 0..bytes.len() {
        assert!(
            Frame::decode(&bytes[..len]).unwrap_err().is_torn(),
            "cut to {len}"
        );
    }
}

#[test]
fn what_no_checksum_can_tell_is_checked_as_well() {
    let good = encoded(5, 2, 40);
    let row = HEADER_LEN + ROW_LEN; // the second one
    let cases: [(&str, usize, u8); 12] = [
        ("magic", 0, b'G'),
        ("no entries", 7, 0),
        ("unused byte after the checkpoint's length", 20, 1),
        ("unused byte at the header's end", 59, 1),
        ("leaf version", row, 2),
        ("leaf type", row + 1, 10),
        ("reserved bytes of the leaf", row + 49, 1),
        ("unknown flag", row + 50, 4),
        ("unused byte of the row", row + 51, 1),
        ("length of the body", row + 63, 9),
        ("salt", row + 64, 8),
        ("record", good.len() - 40, 7),
    ];
    for (what, at, value) in cases {
        let mut bytes = good.clone();
        assert_ne!(bytes[at], value, "{what}");
        bytes[at] = value;
        mend(&mut bytes);
        let error = Frame::decode(&bytes).unwrap_err();
        assert!(!error.is_torn(), "{what}: {error}");
    }
    let mut bytes = good;
    mend(&mut bytes);
    Frame::decode(&bytes).unwrap();
}

#[test]
fn times_do_not_decrease_within_a_frame() {
    let parts: [&[u8]; 3] = [b"r", b"c", b""];
    let entries = [2, 1].map(|time_ms| (row(EntryType::Trust, time_ms, parts), parts));
    let error = Frame::decode(&encode(0, &entries, "note")).unwrap_err();
    assert_eq!(error, FrameError::Form("the entries' times decrease"));
}

#[test]
fn pruned_entries_are_read_and_hold_nothing_any_more() {
    let parts: [&[u8]; 3] = [b"record", b"content", b"body"];
    let whole = row(EntryType::Statement, 1, parts);
    let bodiless = Row {
        flags: 2,
        body_len: 0,
        ..whole.clone()
    };
    let gone = Row {
        flags: 3,
        record_len: 0,
        content_len: 0,
        body_len: 0,
        salt: [0; 32],
        ..whole.clone()
    };
    let none: [&[u8]; 3] = [b""; 3];
    let kept: [&[u8]; 3] = [b"record", b"content", b""];
    let bytes = encode(
        0,
        &[
            (whole.clone(), parts),
            (bodiless, kept),
            (gone.clone(), none),
        ],
        "note",
    );
    let frame = Frame::decode(&bytes).unwrap();
    let entry = |index| frame.entry(index).unwrap();
    assert_eq!(
        (
            entry(0).record_pruned(),
            entry(0).body_pruned(),
            entry(0).body()
        ),
        (false, false, &b"body"[..])
    );
    assert_eq!(
        (entry(1).record(), entry(1).body_pruned(), entry(1).body()),
        (&b"record"[..], true, &b""[..])
    );
    assert_eq!(
        (
            entry(2).record_pruned(),
            entry(2).content(),
            entry(2).leaf()
        ),
        (true, &b""[..], &whole.leaf)
    );
    let half = Row {
        salt: [1; 32],
        ..gone
    };
    let error = Frame::decode(&encode(0, &[(half, none)], "note")).unwrap_err();
    assert!(!error.is_torn(), "{error}");
}

#[test]
fn the_layout_is_that_of_the_readme() {
    let bytes = encoded(0x0102, 1, 8);
    assert_eq!(
        &bytes[..20],
        b"FRAM\0\0\0\x01\0\0\0\0\0\0\x01\x02\0\0\0\x0d"
    );
    assert_eq!(bytes[24..32], 8_u64.to_be_bytes());
    assert_eq!(bytes[64..66], [1, 1]);
    assert_eq!(bytes[66..74], 1000_u64.to_be_bytes());
    assert_eq!(bytes[114..116], [0, 0]);
    assert_eq!(bytes[116..128], [0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 4]);
    assert_eq!(bytes[128..160], [9; 32]);
    assert_eq!(bytes[160..192], *EntryKey::trust(&[3; 32]).as_bytes());
    assert_eq!(bytes[192..224], [4; 32]);
    assert_eq!(&bytes[224..237], b"a checkpoint\n");
    assert_eq!(bytes[237..], [1, 1, 2, 2, 3, 3, 3, 3]);
}

fn parts() -> impl Strategy<Value = [Vec<u8>; 3]> {
    [(); 3].map(|()| prop::collection::vec(any::<u8>(), 0..300))
}

proptest! {
    #[test]
    fn frames_read_back(
        first in 0..u64::MAX / 2,
        all in prop::collection::vec(parts(), 1..20),
        checkpoint in "[a-z\n]{0,200}",
    ) {
        let all: Vec<_> = all.iter().map(|parts| parts.each_ref().map(Vec::as_slice)).collect();
        let entries: Vec<_> = all.iter().map(|parts| (row(EntryType::Conflict, first, *parts), *parts)).collect();
        let frame = Frame::decode(&encode(first, &entries, &checkpoint)).unwrap();
        prop_assert_eq!(&frame.checkpoint, checkpoint.as_bytes());
        prop_assert_eq!(frame.entries.len(), all.len());
        for (index, (stored, (row, parts))) in (first..).zip(frame.entries.iter().zip(&entries)) {
            prop_assert_eq!([stored.record(), stored.content(), stored.body()], *parts);
            prop_assert_eq!((stored.index(), stored.leaf()), (index, &row.leaf));
        }
    }

    #[test]
    fn no_bytes_bring_it_down(mut bytes in prop::collection::vec(any::<u8>(), 0..2000), mended: bool) {
        if mended && bytes.len() >= HEADER_LEN {
            bytes[..4].copy_from_slice(b"FRAM");
            let (entries, checkpoint_len) = (bytes[7] % 8, bytes[19]);
            bytes[4..8].copy_from_slice(&[0, 0, 0, entries]);
            bytes[16..20].copy_from_slice(&[0, 0, 0, checkpoint_len]);
            mend(&mut bytes);
        }
        Frame::decode(&bytes).unwrap_err();
    }

    #[test]
    fn no_change_under_good_checksums_brings_it_down(at in 0_usize..500, value: u8) {
        let mut bytes = encoded(5, 2, 40);
        let at = at % bytes.len();
        bytes[at] = value;
        mend(&mut bytes);
        drop(Frame::decode(&bytes));
    }
}

#[test]
fn entries_share_the_memory_of_a_small_frame_and_of_no_large_one() {
    let small = frame_of(7, 4, 1000);
    let [one, other] = [&small, &frame_of(7, 4, 1000)].map(|frame| frame.entries[0].memory());
    assert_eq!(one.bytes, 4000);
    assert!(small.entries.iter().all(|entry| entry.memory() == one));
    assert_ne!(one, other, "read twice, it is there twice");
    let large = frame_of(7, 2, SHARED_BYTES_MAX);
    let [first, second] = [0, 1].map(|at: usize| large.entries[at].memory());
    assert_eq!([first.bytes, second.bytes], [SHARED_BYTES_MAX; 2]);
    assert_ne!(first, second);
    for entry in small.entries.iter().chain(&large.entries) {
        let [record, content, body] = entry.shared();
        assert_eq!(
            (&*record, &*content, &*body),
            (entry.record(), entry.content(), entry.body())
        );
    }
}
