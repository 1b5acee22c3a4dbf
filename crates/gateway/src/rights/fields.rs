//! The fields of a message, read where they stand: what is asked of every entry for every subscriber copies nothing.

use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

/// A field of a message: its tag, and its bytes if it has a length.
pub(super) type Field<'a> = (u32, Option<&'a [u8]>);

/// Not the bytes of a message.
#[derive(Debug)]
pub(super) struct Malformed;

/// Takes the next field off a message.
#[inline]
pub(super) fn next_field<'a>(message: &mut &'a [u8]) -> Result<Option<Field<'a>>, Malformed> {
    if message.is_empty() {
        return Ok(None);
    }
    // Nearly every field of a message: read without asking the library.
    if let Some((key, rest)) = short_number(message)
        && key >= FIRST_KEY
    {
        let (tag, form) = (key >> 3, key & 7);
        if form == WireType::LengthDelimited as u32
            && let Some((len, after)) = short_number(rest)
        {
            let len = usize::try_from(len).map_err(|_| Malformed)?;
            let (value, after) = after.split_at_checked(len).ok_or(Malformed)?;
            *message = after;
            return Ok(Some((tag, Some(value))));
        }
        if form == WireType::Varint as u32
            && let Some((_, after)) = short_number(rest)
        {
            *message = after;
            return Ok(Some((tag, None)));
        }
    }
    any_field(message)
}

/// A number of one or two bytes in front of these, and what follows it.
#[inline]
fn short_number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    match bytes {
        [one @ ..0x80, rest @ ..] => Some(((*one).into(), rest)),
        [low, high @ ..0x80, rest @ ..] => {
            Some((u32::from(*low & 0x7f) | u32::from(*high) << 7, rest))
        }
        _ => None,
    }
}

/// The key of tag 1; 0 is no tag.
const FIRST_KEY: u32 = 8;

/// Takes any field off a message, as the library does.
fn any_field<'a>(message: &mut &'a [u8]) -> Result<Option<Field<'a>>, Malformed> {
    let (tag, form) = decode_key(message).map_err(|_| Malformed)?;
    if form != WireType::LengthDelimited {
        skip_field(form, tag, message, DecodeContext::default()).map_err(|_| Malformed)?;
        return Ok(Some((tag, None)));
    }
    let len = decode_varint(message).map_err(|_| Malformed)?;
    let len = usize::try_from(len).map_err(|_| Malformed)?;
    let (value, rest) = message.split_at_checked(len).ok_or(Malformed)?;
    *message = rest;
    Ok(Some((tag, Some(value))))
}

/// What is taken of messages, in room that is there already: for an entry that is looked at, nothing is allocated.
pub(super) struct Taken<'a> {
    room: &'a mut [u8],
    len: usize,
}

/// There is more than there is room for, or it is not the bytes of a message.
#[derive(Debug)]
pub(super) struct Untaken;

impl From<Malformed> for Untaken {
    fn from(Malformed: Malformed) -> Self {
        Self
    }
}

impl<'a> Taken<'a> {
    pub(super) fn into_room(room: &'a mut [u8]) -> Self {
        Self { room, len: 0 }
    }

    /// So many bytes as yet.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<(), Untaken> {
        let end = self.len.saturating_add(bytes.len());
        let place = self.room.get_mut(self.len..end).ok_or(Untaken)?;
        place.copy_from_slice(bytes);
        self.len = end;
        Ok(())
    }

    /// All of it.
    pub(super) fn done(self) -> &'a [u8] {
        self.room.get(..self.len).unwrap_or_default()
    }
}

/// Takes the fields of a message that have one of these tags, as they stand, tag and all.
pub(super) fn take_fields(
    mut message: &[u8],
    tags: &[u32],
    taken: &mut Taken<'_>,
) -> Result<(), Untaken> {
    loop {
        let before = message;
        let Some((tag, _)) = next_field(&mut message)? else {
            return Ok(());
        };
        if tags.contains(&tag) {
            let len = before.len().saturating_sub(message.len());
            taken.put(before.get(..len).unwrap_or_default())?;
        }
    }
}
