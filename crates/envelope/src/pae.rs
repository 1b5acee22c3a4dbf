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

    /// `SubjectPublicKeyInfo` of the P-256 key on the protocol page, its signature (r then s), and what it signs.
    const KEY: &str = "3059301306072a8648ce3d020106082a8648ce3d0301070342000467cd390f77aa359cb08c2235f652270493a9ed832b0abcc01f70954c0390d2380c782bd54e269125a44f4433aff1432ce94e12bca73aa67ac80cea12608ddf74";
    const SIGNATURE: &str = "03726ab101ad56c2763b6c6aac8e487275e2a79193a09dc5f859d9f8ef3c4a3b51eab0c06a369b64a7222537d4887a893dc200ae21060074d57825235b624864";

    fn hex(text: &str) -> Vec<u8> {
        let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2).unwrap(), 16).unwrap();
        (0..text.len()).step_by(2).map(byte).collect()
    }

    #[test]
    fn the_published_check_value_of_dsse_and_its_signature() {
        let signed = pae("http://example.com/HelloWorld", b"hello world");
        let text = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world";
        assert_eq!(signed, text);
        let key = PublicKey::from_spki_der(&hex(KEY)).unwrap();
        assert_eq!(key.verify(&signed, &hex(SIGNATURE)), Ok(()));
        let other_type = pae("http://example.com/HelloWorl", b"hello world");
        assert!(key.verify(&other_type, &hex(SIGNATURE)).is_err());
    }

    #[test]
    fn the_identity_of_a_statement_is_the_hash_of_its_encoding() {
        let payload = b"any bytes";
        let expected = sha256(&[&pae(PAYLOAD_TYPE, payload)]);
        assert_eq!(statement_id(payload), expected);
        assert_eq!(PAYLOAD_TYPE.len(), 46);
    }

    #[test]
    fn lengths_keep_type_and_payload_apart() {
        assert_ne!(pae("a", b"b 1 c"), pae("a 5 b", b"c"));
        assert_eq!(pae("", b""), b"DSSEv1 0  0 ");
    }
}
