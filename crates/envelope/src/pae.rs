//! What exactly is signed: the pre-authentication encoding of DSSE, and the identity that follows from it.

use crate::crypto::sha256;

/// The payload type of every envelope, compared exactly. The version of what is signed is this text alone.
pub const PAYLOAD_TYPE: &str = "application/vnd.precinto.statement.v1+protobuf";

/// The pre-authentication encoding (DSSE protocol 1.0.2): `DSSEv1`, then type and payload, each after its
/// length in bytes as a decimal, all separated by single spaces.
///
/// The type stands inside, so a signature cannot be carried over to another type. No other text that our
/// keys sign begins with `DSSEv1 `: checkpoints begin with an origin, cosignatures with `cosignature/v1`.
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = head(payload_type, payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

/// SHA-256 of the [`pae`] of a statement's bytes: its identity, and the digest by which a repetition is
/// recognised. Never the signatures' bytes: anyone can turn an ECDSA signature into another valid one.
pub fn statement_id(payload: &[u8]) -> [u8; 32] {
    sha256(&[head(PAYLOAD_TYPE, payload.len()).as_bytes(), payload])
}

fn head(payload_type: &str, payload_len: usize) -> String {
    format!(
        "DSSEv1 {} {payload_type} {payload_len} ",
        payload_type.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::PublicKey;
    use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

    #[test]
    fn the_published_check_value_of_dsse() {
        let bytes = pae("http://example.com/HelloWorld", b"hello world");
        assert_eq!(
            bytes,
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }
}
