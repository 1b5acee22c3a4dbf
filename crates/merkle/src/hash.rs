//! The two hashes of RFC 6962, kept apart by their first byte so that no leaf can pass as a node.

use precinto_envelope::crypto::sha256;

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// The root of the tree without entries: SHA-256 of nothing.
pub const EMPTY_ROOT: Hash = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// SHA-256(0x00 || `leaf`): the hash under which an entry stands in the tree.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    sha256(&[b"\x00", leaf])
}

/// SHA-256(0x01 || `left` || `right`): the hash of two subtrees joined.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[b"\x01", left.as_slice(), right])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_root_is_the_hash_of_nothing() {
        assert_eq!(EMPTY_ROOT, sha256(&[]));
    }
}
