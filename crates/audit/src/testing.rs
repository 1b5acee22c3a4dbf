//! For tests only: the journal's bytes, written from the documented format by code that shares nothing with the reader or the
//! ledger.

use precinto_envelope::crypto::sha256;
use precinto_merkle::checkpoint::{Checkpoint, Origin};
use precinto_merkle::note::NoteSigner;
use precinto_merkle::tree::Edge;

/// An entry as a frame is to state it, true or not; what is not here follows from what is.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The leaf.
    pub leaf: [u8; 50],
    /// 1 if record and content are deleted, 2 if the body is.
    pub flags: u8,
    /// A byte that should be 0.
    pub zero: u8,
    /// The record.
    pub record: &'a [u8],
    /// The content.
    pub content: &'a [u8],
    /// The body, or nothing.
    pub body: &'a [u8],
    /// The salt of the leaf's commitment.
    pub salt: [u8; 32],
    /// The entry's key.
    pub key: [u8; 32],
    /// The digest of what stands under the key.
    pub digest: [u8; 32],
}

/// The 64 bytes that open the segment whose first entry is `first`.
pub fn segment_header(first: u64, origin: &str) -> Vec<u8> {
    let mut bytes = b"PRECJRNL".to_vec();
    bytes.extend(1_u16.to_be_bytes());
    bytes.extend([0; 6]);
    bytes.extend(first.to_be_bytes());
    bytes.extend(sha256(&[origin.as_bytes()]));
    bytes.extend([0; 4]);
    with_checksum(bytes)
}

/// A whole frame, whose first entry is `first`.
///
/// # Panics
///
/// If something in it is longer than 4 GiB.
pub fn frame(first: u64, rows: &[Row<'_>], note: &str) -> Vec<u8> {
    let length = |bytes: usize| u32::try_from(bytes).expect("below 4 GiB").to_be_bytes();
    let (mut table, mut data) = (Vec::new(), Vec::new());
    for row in rows {
        table.extend(row.leaf);
        table.extend([row.flags, row.zero]);
        for part in [row.record, row.content, row.body] {
            table.extend(length(part.len()));
            data.extend(part);
        }
        table.extend([row.salt, row.key, row.digest].concat());
    }
    table.extend(note.as_bytes());
    let mut header = b"FRAM".to_vec();
    header.extend(length(rows.len()));
    header.extend(first.to_be_bytes());
    header.extend(length(note.len()));
    header.extend([0; 4]);
    header.extend((data.len() as u64).to_be_bytes());
    header.extend(crc32c::crc32c(&table).to_be_bytes());
    header.extend(crc32c::crc32c(&data).to_be_bytes());
    header.extend([0; 20]);
    [with_checksum(header), table, data].concat()
}

/// Completes a header of 60 bytes.
pub fn with_checksum(mut header: Vec<u8>) -> Vec<u8> {
    let checksum = crc32c::crc32c(&header);
    header.extend(checksum.to_be_bytes());
    header
}

/// The checkpoint over the tree, signed in the signer's own name.
///
/// # Panics
///
/// If that name is not one that a log can have.
pub fn checkpoint(signer: &NoteSigner, edge: &Edge) -> String {
    let origin = Origin::parse(signer.verifier().name()).expect("a log's name");
    let checkpoint = Checkpoint {
        origin,
        size: edge.size(),
        root: edge.root(),
    };
    let signed = checkpoint.sign(signer).expect("the signer's own name");
    signed.note().to_owned()
}
