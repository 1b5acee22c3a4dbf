//! What of the contract decides how a message is spelt: for each number of a field, its kind.

/// The fields of one message; that with number 1 comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape(pub(super) &'static [Field]);

/// What stands under one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// One number; zero is absent.
    Scalar(Scalar),
    /// A list of numbers, in one piece.
    Packed(Scalar),
    /// One text, or bytes; empty is absent. That texts are UTF-8 is found when they are decoded.
    Bytes,
    /// A list of those, each behind its key; an empty one has its place.
    BytesList,
    /// A message, at most once; it may be empty.
    Message(Shape),
    /// A list of those, each behind its key.
    MessageList(Shape),
}

/// How the bits of a number are used, which decides which numbers are read as the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    /// Zero or one; a decoder takes every other number for one.
    Bool,
    /// 32 bits, unsigned or zigzag; a decoder drops what is above them.
    Bits32,
    /// 64 bits.
    Bits64,
    /// The code of an enumeration: 32 bits with a sign, which fills the upper half.
    Code,
}

impl Scalar {
    /// Whether an encoder writes `number` for what a decoder reads from it.
    pub(super) fn is_spelt(self, number: u64) -> bool {
        match self {
            Self::Bool => number <= 1,
            Self::Bits32 => u32::try_from(number).is_ok(),
            Self::Bits64 => true,
            Self::Code => i32::try_from(number.cast_signed()).is_ok(),
        }
    }
}

impl Field {
    /// The low three bits of its key: 0 for a number, 2 for what a length stands before.
    pub(super) fn wire_type(&self) -> u64 {
        match self {
            Self::Scalar(_) => 0,
            _ => 2,
        }
    }

    /// Whether the key may stand several times, for several items.
    pub(super) fn repeats_its_key(&self) -> bool {
        matches!(self, Self::BytesList | Self::MessageList(_))
    }
}
