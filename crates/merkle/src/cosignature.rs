//! Cosignatures (C2SP tlog-cosignature, Ed25519): a witness says when it saw a checkpoint, and saw nothing against it.
//!
//! The signed message does not name the cosigner, so a key must serve one cosigner and one purpose only.

use crate::checkpoint::Checkpoint;
use crate::note::{Kind, NoteVerifier, SignatureLine, VkeyError, verifier_of};
use precinto_envelope::crypto::{PublicKey, SigningKey};

/// A witness's key and name: cosigns checkpoints.
#[derive(Debug)]
pub struct CosignatureSigner {
    key: SigningKey,
    verifier: NoteVerifier,
}

/// The time is zero or above [`TIME_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the time of a cosignature lies between 1 and 2^63 - 1 seconds")]
pub struct TimeError;

/// The largest time of a cosignature, in seconds since 1970-01-01 UTC: 2^63 - 1.
pub const TIME_MAX: u64 = u64::MAX >> 1;

impl CosignatureSigner {
    /// Takes an Ed25519 key under `name`; neither may be those of a log.
    pub fn new(name: &str, key: SigningKey) -> Result<Self, VkeyError> {
        let verifier = verifier_of(name, Kind::Cosigner, &key)?;
        Ok(Self { key, verifier })
    }

    /// What others need to verify this witness's cosignatures.
    pub fn verifier(&self) -> NoteVerifier {
        self.verifier.clone()
    }

    /// The signature line, with its line feed, that says: at `time` (seconds since 1970-01-01 UTC) `checkpoint` was
    /// the largest consistent tree seen of its origin. MUST only be called once that is so, and durable.
    pub fn cosign(&self, checkpoint: &Checkpoint, time: u64) -> Result<String, TimeError> {
        if !(1..=TIME_MAX).contains(&time) {
            return Err(TimeError);
        }
        let signature = self.key.sign(message(&checkpoint.text(), time).as_bytes());
        let line = SignatureLine {
            name: self.verifier.name().to_owned(),
            key_id: self.verifier.key_id(),
            signature: [time.to_be_bytes().as_slice(), &signature].concat(),
        };
        Ok(line.print())
    }
}

/// The time of a cosignature (`time[8] || signature[64]`) that `key` made over `text`.
pub(crate) fn verify(key: &PublicKey, text: &str, timed: &[u8]) -> Option<u64> {
    let (time, signature) = timed.split_first_chunk()?;
    let time = u64::from_be_bytes(*time);
    if time > TIME_MAX {
        return None;
    }
    key.verify(message(text, time).as_bytes(), signature).ok()?;
    Some(time)
}

fn message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_overflows_a_signed_integer_is_refused_although_signed() {
        let key = SigningKey::from_ed25519_seed([4; 32]);
        for (time, accepted) in [(TIME_MAX, Some(TIME_MAX)), (TIME_MAX + 1, None)] {
            let signature = key.sign(message("text\n", time).as_bytes());
            let timed = [time.to_be_bytes().as_slice(), &signature].concat();
            assert_eq!(verify(&key.verifier(), "text\n", &timed), accepted);
        }
    }
}
