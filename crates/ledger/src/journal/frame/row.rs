//! A row of the entry table: what is kept of an entry for ever, and where its data is.

use crate::entry::EntryKey;
use crate::journal::fields::{Fields, join};
use precinto_merkle::hash::Hash;
use precinto_merkle::leaf::{LEAF_LEN, Leaf};

/// Length of a row in bytes.
pub(crate) const ROW_LEN: usize = 160;

/// One entry in the entry table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) leaf: Leaf,
    /// [`RECORD_PRUNED`] and [`BODY_PRUNED`].
    pub(crate) flags: u8,
    pub(crate) record_len: u32,
    pub(crate) content_len: u32,
    pub(crate) body_len: u32,
    pub(crate) salt: [u8; 32],
    pub(crate) key: EntryKey,
    pub(crate) digest: Hash,
}

/// Flag: record, salt and content were deleted by law.
pub(crate) const RECORD_PRUNED: u8 = 1;

/// Flag: the body was deleted by law.
pub(crate) const BODY_PRUNED: u8 = 2;

impl Row {
    pub(crate) fn to_bytes(&self) -> [u8; ROW_LEN] {
        join(&[
            &self.leaf.to_bytes(),
            &[self.flags, 0],
            &self.record_len.to_be_bytes(),
            &self.content_len.to_be_bytes(),
            &self.body_len.to_be_bytes(),
            &self.salt,
            self.key.as_bytes(),
            &self.digest,
        ])
    }

    pub(crate) fn from_bytes(bytes: &[u8; ROW_LEN]) -> Result<Self, &'static str> {
        let mut fields = Fields::of(bytes);
        let leaf = Leaf::from_bytes(&fields.take::<LEAF_LEN>());
        let flags = fields.byte();
        let zero = fields.zero::<1>();
        let row = Self {
            leaf: leaf.map_err(|_| "the leaf is malformed")?,
            flags,
            record_len: fields.u32(),
            content_len: fields.u32(),
            body_len: fields.u32(),
            salt: fields.take(),
            key: EntryKey::from_bytes(fields.take()),
            digest: fields.take(),
        };
        if !zero || flags & !(RECORD_PRUNED | BODY_PRUNED) != 0 {
            return Err("unused bits of the entry's row are not zero");
        }
        let record_left = (row.record_len, row.content_len, row.salt) != (0, 0, [0; 32]);
        if row.record_pruned() && record_left || row.body_pruned() && row.body_len != 0 {
            return Err("the entry is marked as pruned and still there");
        }
        Ok(row)
    }

    /// The row of the same entry once its body is deleted. Leaf, record and proofs stay what they are.
    pub(crate) fn without_body(&self) -> Self {
        Self {
            flags: self.flags | BODY_PRUNED,
            body_len: 0,
            ..self.clone()
        }
    }

    pub(crate) fn record_pruned(&self) -> bool {
        self.flags & RECORD_PRUNED != 0
    }

    pub(crate) fn body_pruned(&self) -> bool {
        self.flags & BODY_PRUNED != 0
    }

    /// Length of the entry's record, content and body together, in bytes.
    pub(crate) fn data_len(&self) -> u64 {
        u64::from(self.record_len) + u64::from(self.content_len) + u64::from(self.body_len)
    }
}
