//! The leaf, byte for byte.

use super::*;
use proptest::prelude::*;

const LEAF: Leaf = Leaf {
    entry_type: EntryType::Trust,
    time_ms: 0x0102_0304_0506_0708,
    commitment: [0xab; 32],
};

#[test]
fn every_field_stands_where_the_format_says() {
    let bytes = LEAF.to_bytes();
    assert_eq!(bytes[..10], [1, 4, 1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(bytes[10..42], [0xab; 32]);
    assert_eq!(bytes[42..], [0; 8]);
}

#[test]
fn what_is_not_exactly_a_leaf_is_refused() {
    let good = LEAF.to_bytes();
    let with = |at: usize, byte: u8| {
        let mut bytes = good;
        bytes[at] = byte;
        Leaf::from_bytes(&bytes)
    };
    assert_eq!(with(0, 2), Err(LeafError::Version(2)));
    assert_eq!(with(1, 0), Err(LeafError::EntryType(0)));
    assert_eq!(with(1, 12), Err(LeafError::EntryType(12)));
    (42..50).for_each(|at| assert_eq!(with(at, 1), Err(LeafError::Reserved)));
    assert_eq!(Leaf::from_bytes(&good[..49]), Err(LeafError::Length));
    assert_eq!(
        Leaf::from_bytes(&[good.as_slice(), &[0]].concat()),
        Err(LeafError::Length)
    );
}

#[test]
fn the_commitment_is_over_prefix_type_salt_and_record() {
    let mut bytes = b"precinto/rec/v1\0\x01".to_vec();
    bytes.extend([7; 32]);
    bytes.extend(b"record");
    let expected = sha256(&[&bytes]);
    assert_eq!(
        commitment(EntryType::Statement, &[7; 32], b"record"),
        expected
    );
    assert_ne!(
        commitment(EntryType::Conflict, &[7; 32], b"record"),
        expected
    );
    assert_ne!(
        commitment(EntryType::Statement, &[8; 32], b"record"),
        expected
    );
}

#[test]
fn entry_type_numbers_are_those_of_the_format() {
    let known: Vec<u8> = (0..=255)
        .filter(|n| EntryType::from_number(*n).is_some())
        .collect();
    assert_eq!(known, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    assert_eq!(EntryType::Conflict.number(), 9);
    assert_eq!(EntryType::Act.number(), 11);
}

proptest! {
    #[test]
    fn any_fifty_bytes_are_a_leaf_of_one_spelling_or_none(bytes: [u8; 32], head in 0..14_u8, time: u64) {
        let written = [&[1, head], time.to_be_bytes().as_slice(), &bytes, &[0; 8]].concat();
        match Leaf::from_bytes(&written) {
            Ok(leaf) => prop_assert_eq!(leaf.to_bytes().to_vec(), written),
            Err(error) => prop_assert_eq!(error, LeafError::EntryType(head)),
        }
    }
}
