//! Taking the fields of fixed-size structures off their bytes, and putting them there.

/// The bytes of a structure, read from the front.
#[derive(Debug)]
pub(super) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// A structure of exactly the size that its fields add up to.
    pub(super) fn of<const N: usize>(structure: &'a [u8; N]) -> Self {
        Self(structure)
    }

    /// The next `N` bytes.
    pub(super) fn take<const N: usize>(&mut self) -> [u8; N] {
        let next = self.0.split_first_chunk();
        let (field, rest) = next.expect("the fields add up to the size of the structure");
        self.0 = rest;
        *field
    }

    pub(super) fn byte(&mut self) -> u8 {
        let [byte] = self.take();
        byte
    }

    pub(super) fn u32(&mut self) -> u32 {
        u32::from_be_bytes(self.take())
    }

    pub(super) fn u64(&mut self) -> u64 {
        u64::from_be_bytes(self.take())
    }

    /// Whether the next `N` bytes are zero.
    pub(super) fn zero<const N: usize>(&mut self) -> bool {
        self.take::<N>() == [0; N]
    }
}

/// Joins fields into a structure of exactly `N` bytes.
pub(super) fn join<const N: usize>(fields: &[&[u8]]) -> [u8; N] {
    let joined = fields.concat();
    joined
        .try_into()
        .expect("the fields add up to the size of the structure")
}

/// A structure of `N` bytes that ends with the CRC-32C of the bytes before it.
pub(super) fn seal<const N: usize>(fields: &[&[u8]]) -> [u8; N] {
    let mut sealed = fields.concat();
    sealed.extend_from_slice(&crc32c::crc32c(&sealed).to_be_bytes());
    sealed
        .try_into()
        .expect("the fields add up to the size of the structure")
}

/// Whether the last four bytes are the CRC-32C of those before.
pub(super) fn is_sealed(structure: &[u8]) -> bool {
    structure
        .split_last_chunk()
        .is_some_and(|(sealed, crc)| crc32c::crc32c(sealed) == u32::from_be_bytes(*crc))
}
