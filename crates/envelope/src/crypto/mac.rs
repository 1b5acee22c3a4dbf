//! HMAC-SHA-256 (RFC 2104): for what one process gives out and wants to know again when it comes back.

use ring::hmac;

/// A secret key, known to nobody but the process that made it.
#[derive(Debug, Clone)]
pub struct MacKey(hmac::Key);

impl MacKey {
    /// Bytes of a tag.
    pub const TAG_LEN: usize = 32;

    /// A fresh key from the operating system's random bytes.
    ///
    /// # Panics
    /// As [`random`](super::random).
    pub fn generate() -> Self {
        Self::of(&super::random::<32>())
    }

    /// The tag of a message. Parts that were put together must be so in one way only.
    pub fn tag(&self, message: &[u8]) -> [u8; Self::TAG_LEN] {
        let mut tag = [0; Self::TAG_LEN];
        tag.copy_from_slice(hmac::sign(&self.0, message).as_ref());
        tag
    }

    /// Whether the tag is this message's, in a time that does not tell how much of it is right.
    pub fn verify(&self, message: &[u8], tag: &[u8; Self::TAG_LEN]) -> bool {
        hmac::verify(&self.0, message, tag).is_ok()
    }

    fn of(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, sections 4.2 and 4.3: key, data, HMAC-SHA-256.
    const RFC_4231: [(&[u8], &[u8], &str); 2] = [
        (
            &[0x0b; 20],
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
    ];

    #[test]
    fn tags_are_those_of_rfc_4231() {
        for (secret, data, tag) in RFC_4231 {
            let tag = crate::crypto::tests::hex(tag).try_into().unwrap();
            assert_eq!(MacKey::of(secret).tag(data), tag);
            assert!(MacKey::of(secret).verify(data, &tag));
        }
    }

    #[test]
    fn another_message_key_or_tag_does_not_verify() {
        let key = MacKey::generate();
        let mut tag = key.tag(b"page 3");
        assert!(key.verify(b"page 3", &tag));
        assert!(!key.verify(b"page 4", &tag));
        assert!(!MacKey::generate().verify(b"page 3", &tag));
        tag[31] ^= 1;
        assert!(!key.verify(b"page 3", &tag));
    }
}
