//! Messages made up by the table, sound ones and faulty ones, and what becomes of them when bytes change.

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};

use super::*;

/// Choices out of bytes that the test's runner makes up, and makes fewer when something fails.
struct Choices<'a> {
    left: std::slice::Iter<'a, u8>,
    /// How many messages enclose what is being written, and how many did at most.
    depth: usize,
    deepest: usize,
}

impl<'a> Choices<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            left: bytes.iter(),
            depth: 0,
            deepest: 0,
        }
    }

    /// Below `end`, which is at most 256; zero when there are no choices left.
    fn below(&mut self, end: u16) -> u16 {
        self.left.next().map_or(0, |byte| u16::from(*byte) % end)
    }

    fn one_in(&mut self, end: u16) -> bool {
        self.below(end) == end - 1
    }
}

/// Writes a message of that shape; with `faults`, now and then in a way that an encoder would not.
fn compose(choices: &mut Choices<'_>, Shape(fields): Shape, faults: bool, out: &mut Vec<u8>) {
    choices.depth += 1;
    choices.deepest = choices.deepest.max(choices.depth);
    // A third of the fields, and one message for certain: what lies five deep would hardly be reached by chance.
    let messages: Vec<usize> = (0..fields.len())
        .filter(|place| within(&fields[*place]).is_some())
        .collect();
    let deepest = |place: &&usize| within(&fields[**place]).map(depth);
    let certain = match choices.below(256) {
        even if even % 2 == 0 => messages.iter().max_by_key(deepest),
        odd => messages.get(usize::from(odd) % messages.len().max(1)),
    };
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    for (number, field) in (1..).zip(fields) {
        let is_certain = certain.is_some_and(|place| *place as u64 + 1 == number);
        if !choices.one_in(3) && !is_certain {
            continue;
        }
        let times = match field {
            _ if faults && choices.one_in(24) => 2,
            field if field.repeats_its_key() => 1 + choices.below(2),
            _ => 1,
        };
        for _ in 0..times {
            let mut piece = Vec::new();
            item(choices, number, field, faults, &mut piece);
            pieces.push(piece);
        }
    }
    if faults && choices.one_in(24) {
        let mut unknown = Vec::new();
        let number = 1 + fields.len() as u64 + u64::from(choices.below(200));
        let field = [Field::Scalar(Scalar::Bits64), Field::Bytes][usize::from(choices.below(2))];
        item(choices, number, &field, true, &mut unknown);
        pieces.push(unknown);
    }
    if faults && pieces.len() > 1 && choices.one_in(8) {
        let (one, other) = (choices.below(256), choices.below(256));
        let count = pieces.len();
        pieces.swap(usize::from(one) % count, usize::from(other) % count);
    }
    choices.depth -= 1;
    out.extend(pieces.concat());
}

/// The shape of the message that a field holds.
fn within(field: &Field) -> Option<Shape> {
    match field {
        Field::Message(shape) | Field::MessageList(shape) => Some(*shape),
        _ => None,
    }
}

/// How many messages lie within each other at most.
fn depth(Shape(fields): Shape) -> usize {
    let inner = fields.iter().filter_map(within).map(depth);
    1 + inner.max().unwrap_or_default()
}

/// One key and its value.
fn item(choices: &mut Choices<'_>, number: u64, field: &Field, faults: bool, out: &mut Vec<u8>) {
    let key = number << 3;
    match field {
        Field::Scalar(scalar) => {
            spell(choices, key, faults, out);
            let zero = faults && choices.one_in(12);
            let value = number_of(choices, *scalar, faults).max(1);
            spell(choices, if zero { 0 } else { value }, faults, out);
        }
        Field::Packed(scalar) if faults && choices.one_in(6) => {
            spell(choices, key, faults, out);
            let value = number_of(choices, *scalar, faults);
            spell(choices, value, faults, out);
        }
        _ => {
            spell(choices, key | 2, faults, out);
            let mut inner = Vec::new();
            contents(choices, field, faults, &mut inner);
            if faults && choices.one_in(12) {
                inner.clear();
            }
            spell(choices, inner.len() as u64, faults, out);
            out.extend(inner);
        }
    }
}

/// What stands behind a length.
fn contents(choices: &mut Choices<'_>, field: &Field, faults: bool, inner: &mut Vec<u8>) {
    match field {
        Field::Packed(scalar) => {
            for _ in 0..=choices.below(3) {
                let value = number_of(choices, *scalar, faults);
                spell(choices, value, faults, inner);
            }
        }
        Field::Message(shape) | Field::MessageList(shape) => {
            compose(choices, *shape, faults, inner);
        }
        _ => {
            // Lengths of one byte and of two; letters, so that texts decode.
            let least = if choices.one_in(16) { 140 } else { 1 };
            inner.resize(usize::from(least + choices.below(5)), b'a');
        }
    }
}

/// A number of that kind; with `faults`, now and then one that decodes as another.
fn number_of(choices: &mut Choices<'_>, scalar: Scalar, faults: bool) -> u64 {
    if faults && choices.one_in(8) {
        return [2, 0x8000_0000, 1 << 32, u64::MAX][usize::from(choices.below(4))];
    }
    let sound: &[u64] = match scalar {
        Scalar::Bool => &[1, 0],
        Scalar::Bits32 => &[0, 1, 300, 0xffff_ffff],
        Scalar::Bits64 => &[0, 1, 300, 1 << 40, u64::MAX],
        Scalar::Code => &[0, 1, 300, 0x7fff_ffff, u64::MAX],
    };
    sound[usize::from(choices.below(256)) % sound.len()]
}

/// Writes a number; with `faults`, now and then with a byte more than it needs.
fn spell(choices: &mut Choices<'_>, number: u64, faults: bool, out: &mut Vec<u8>) {
    prost::encoding::encode_varint(number, out);
    if faults && number < 1 << 56 && choices.one_in(40) {
        *out.last_mut().unwrap() |= 0x80;
        out.push(0);
    }
}

/// Whether the walk and encoding again agree, and on what; `None` when the bytes do not decode.
fn agree<T: OneEncoding>(bytes: &[u8]) -> Option<bool> {
    let message = T::decode(bytes).ok()?;
    let again = message.encode_to_vec() == bytes;
    assert_eq!(is_canonical::<T>(bytes), again, "{bytes:02x?}");
    Some(again)
}

/// A place, what is done there, and a byte to do it with.
type Change = (u16, u8, u8);

fn change(bytes: &mut Vec<u8>, (place, how, byte): Change) {
    let at = usize::from(place) % (bytes.len() + 1);
    let to = (at + usize::from(byte % 8)).min(bytes.len());
    match how % 5 {
        0 => {
            if let Some(found) = bytes.get_mut(at) {
                *found = byte;
            }
        }
        1 => bytes.insert(at, byte),
        2 => drop(bytes.drain(at..to)),
        3 => {
            let piece = bytes[at..to].to_vec();
            drop(bytes.splice(at..at, piece));
        }
        _ => bytes.truncate(at),
    }
}

/// One kind of message, tried.
type Try = fn(&[u8], &[Change], &mut Counts);

/// How many inputs were canonical, not canonical, and not even a message; and how many of the first were as deep as an alert
/// can be.
type Counts = [usize; 4];

/// Composes a sound and a faulty message from `choices`, and changes each in every way of `changes`.
fn try_all<T: OneEncoding>(choices: &[u8], changes: &[Change], counts: &mut Counts) {
    let [mut sound, mut faulty] = [Vec::new(), Vec::new()];
    let mut first = Choices::new(choices);
    compose(&mut first, T::SHAPE, false, &mut sound);
    compose(&mut Choices::new(choices), T::SHAPE, true, &mut faulty);
    let of_alert = depth(pb::AlertContent::SHAPE);
    counts[3] += usize::from(first.deepest == of_alert);
    assert_eq!(
        agree::<T>(&sound),
        Some(true),
        "an encoder would write this"
    );
    for start in [sound, faulty] {
        let changed = changes.iter().map(|each| {
            let mut bytes = start.clone();
            change(&mut bytes, *each);
            bytes
        });
        for bytes in std::iter::once(start.clone()).chain(changed) {
            let place = match agree::<T>(&bytes) {
                Some(true) => 0,
                Some(false) => 1,
                None => 2,
            };
            counts[place] += 1;
        }
    }
}

/// The statement and every content.
const ALL: [Try; 16] = [
    try_all::<pb::Statement>,
    try_all::<pb::AlertContent>,
    try_all::<pb::CancelContent>,
    try_all::<pb::RecallContent>,
    try_all::<pb::AckContent>,
    try_all::<pb::RejectContent>,
    try_all::<pb::AssessmentContent>,
    try_all::<pb::RequestContent>,
    try_all::<pb::ResponseContent>,
    try_all::<pb::HoldContent>,
    try_all::<pb::OutcomeContent>,
    try_all::<pb::DisseminationContent>,
    try_all::<pb::LinkContent>,
    try_all::<pb::CommentContent>,
    try_all::<pb::TransferContent>,
    try_all::<pb::SystemNoticeContent>,
];

#[test]
fn the_walk_answers_as_encoding_again_does() {
    let config = ProptestConfig {
        cases: 200,
        rng_seed: RngSeed::Fixed(20_261_122),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let counts = std::cell::RefCell::new([0; 4]);
    let input = (
        prop::collection::vec(any::<u8>(), 0..400),
        prop::collection::vec(any::<Change>(), 0..24),
    );
    let run = TestRunner::new(config).run(&input, |(choices, changes)| {
        for each in ALL {
            each(&choices, &changes, &mut counts.borrow_mut());
        }
        Ok(())
    });
    run.unwrap();
    let counts = counts.into_inner();
    let [judged @ .., deep] = counts;
    assert!(
        judged.iter().all(|count| *count > 5_000) && deep > 20,
        "too few of one kind: {counts:?}"
    );
}

/// A position of shipments as a number of its own, before a name whose bytes, read one place off, are a list of names.
#[test]
fn a_number_is_not_taken_for_the_length_of_a_list() {
    let name = [b"\x22\x2a\x29".as_slice(), &[b'a'; 41]].concat();
    let party = [b"\x10\x01".as_slice(), &name].concat();
    let length = u8::try_from(party.len()).unwrap();
    let alert = [[0x12, length].as_slice(), &party].concat();
    let read = pb::AlertContent::decode(alert.as_slice()).unwrap();
    assert_eq!(read.parties[0].shipments, [1]);
    assert_eq!(agree::<pb::AlertContent>(&alert), Some(false));
}
