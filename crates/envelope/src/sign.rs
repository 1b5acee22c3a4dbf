//! Makes an envelope: every signer signs the same bytes.

use crate::crypto::SigningKey;
use crate::pae::{PAYLOAD_TYPE, pae};
use precinto_proto::v1 as pb;

/// Signs a serialised statement with each key; beside each key stands the SHA-256 of its certificate.
///
/// `payload` is the statement as serialised once by its sender; it goes into the envelope as it is, and
/// must already name exactly these signers, or nobody will accept it.
pub fn sign(payload: Vec<u8>, signers: &[(&SigningKey, [u8; 32])]) -> pb::Envelope {
    let signed = pae(PAYLOAD_TYPE, &payload);
    let signatures = signers
        .iter()
        .map(|(key, key_id)| pb::Signature {
            key_id: key_id.to_vec(),
            alg: key.algorithm().number(),
            sig: key.sign(&signed),
        })
        .collect();
    pb::Envelope {
        payload_type: PAYLOAD_TYPE.to_owned(),
        payload,
        signatures,
    }
}
