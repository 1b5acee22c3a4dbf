//! Whether bytes that decode are the one encoding that is admitted: walked once, by the fields of the contract.
//!
//! Encoding the message again and comparing would answer the same, and takes several times as long; the tests hold the walk
//! to that answer. The rules are those in the head of `statement.proto`: fields ascending by number, none unknown, none at
//! its default, numbers of a list packed, every number in as few bytes as it needs.

mod shape;
#[rustfmt::skip]
mod shapes;

use prost::Message;
use shape::{Field, Scalar, Shape};

/// A message that a party signs, or the content that belongs to one: there is one encoding of it.
pub(crate) trait OneEncoding: Message + Default {
    /// Its fields.
    const SHAPE: Shape;
}

/// Whether `bytes`, which decode as `T`, are what encoding that message again gives: no unknown field, no other spelling.
///
/// Of bytes that do not decode as `T` this says nothing.
pub(crate) fn is_canonical<T: OneEncoding>(bytes: &[u8]) -> bool {
    message(bytes, T::SHAPE).is_some()
}

/// `None` as soon as something is not as it should be, here and below. Messages do not nest in themselves, so the depth is
/// that of the contract.
fn message(mut bytes: &[u8], Shape(fields): Shape) -> Option<()> {
    let mut before = 0;
    while !bytes.is_empty() {
        let (key, rest) = varint(bytes)?;
        let number = key >> 3;
        let field = fields.get(usize::try_from(number.checked_sub(1)?).ok()?)?;
        let in_order = number > before || (number == before && field.repeats_its_key());
        if !in_order || key & 7 != field.wire_type() {
            return None;
        }
        before = number;
        let (value, rest) = varint(rest)?;
        if let Field::Scalar(scalar) = field {
            if value == 0 || !scalar.is_spelt(value) {
                return None;
            }
            bytes = rest;
            continue;
        }
        let (inner, rest) = rest.split_at_checked(usize::try_from(value).ok()?)?;
        bytes = rest;
        match field {
            Field::Bytes if inner.is_empty() => return None,
            Field::Scalar(_) | Field::Bytes | Field::BytesList => {}
            Field::Packed(scalar) => packed(inner, *scalar)?,
            Field::Message(shape) | Field::MessageList(shape) => message(inner, *shape)?,
        }
    }
    Some(())
}

/// Numbers one behind the other, at least one; zero too, because a list keeps its places.
fn packed(mut bytes: &[u8], scalar: Scalar) -> Option<()> {
    loop {
        let (number, rest) = varint(bytes)?;
        if !scalar.is_spelt(number) {
            return None;
        }
        bytes = rest;
        if bytes.is_empty() {
            return Some(());
        }
    }
}

/// A number in as few bytes as it needs, and what stands behind it. Most have one byte.
#[inline]
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first < 0x80 {
        return Some((u64::from(*first), rest));
    }
    long_varint(bytes)
}

/// As [`varint`], of more than one byte; apart, so that the short way is short.
#[inline(never)]
fn long_varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    /// Seven bits each: 64 need ten bytes, and of the last one only the lowest bit.
    const BYTES_MAX: usize = 10;
    let mut number = 0;
    for (index, byte) in bytes.iter().take(BYTES_MAX).enumerate() {
        let low = u64::from(byte & 0x7f);
        if index == BYTES_MAX - 1 && low > 1 {
            return None;
        }
        number |= low << (7 * index);
        if *byte < 0x80 {
            // A last byte of zero says nothing that a shorter spelling would not say.
            return Some((number, bytes.get(index + 1..)?)).filter(|_| *byte != 0);
        }
    }
    None
}

#[cfg(test)]
mod tests;
