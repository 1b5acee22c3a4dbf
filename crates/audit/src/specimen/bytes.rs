//! The journal's bytes, written by hand from the documented format.

use super::Draft;
use precinto_envelope::crypto::sha256;

pub(crate) fn segment_header(first: u64, origin: &str) -> Vec<u8> {
    let mut bytes = b"PRECJRNL".to_vec();
    bytes.extend(1_u16.to_be_bytes());
    bytes.extend([0; 6]);
    bytes.extend(first.to_be_bytes());
    bytes.extend(sha256(&[origin.as_bytes()]));
    bytes.extend([0; 4]);
    with_checksum(bytes)
}

pub(crate) fn frame(first: u64, batch: &[Draft], note: &str) -> Vec<u8> {
    let (mut table, mut data) = (Vec::new(), Vec::new());
    for draft in batch {
        table.extend(draft.leaf_bytes());
        table.extend([draft.flags, draft.zero]);
        for part in [&draft.record, &draft.content, &draft.body] {
            table.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
            data.extend(part);
        }
        table.extend(draft.salt);
        table.extend(draft.key);
        table.extend(draft.digest);
    }
    table.extend(note.as_bytes());
    let mut bytes = b"FRAM".to_vec();
    bytes.extend(u32::try_from(batch.len()).unwrap().to_be_bytes());
    bytes.extend(first.to_be_bytes());
    bytes.extend(u32::try_from(note.len()).unwrap().to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend((data.len() as u64).to_be_bytes());
    bytes.extend(crc32c::crc32c(&table).to_be_bytes());
    bytes.extend(crc32c::crc32c(&data).to_be_bytes());
    bytes.extend([0; 20]);
    let mut bytes = with_checksum(bytes);
    bytes.extend(table);
    bytes.extend(data);
    bytes
}

/// Completes a header of 60 bytes.
pub(crate) fn with_checksum(mut bytes: Vec<u8>) -> Vec<u8> {
    assert_eq!(bytes.len(), 60);
    let checksum = crc32c::crc32c(&bytes);
    bytes.extend(checksum.to_be_bytes());
    bytes
}
