//! Roots as people and checkpoints write them.

/// Base64 with padding (RFC 4648, 4): as in the checkpoint itself, so that people can compare.
pub(crate) fn base64(hash: &[u8; 32]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(44);
    for three in hash.chunks(3) {
        let padded = three.iter().copied().chain([0, 0]).take(3);
        let bits = padded.fold(0_u32, |bits, byte| bits << 8 | u32::from(byte));
        for place in 0..=three.len() {
            let six = bits >> (18 - 6 * place) & 0x3f;
            let letter = ALPHABET.get(six as usize).copied().unwrap_or(b'?');
            text.push(char::from(letter));
        }
        text.extend(std::iter::repeat_n('=', 3 - three.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_reads_as_in_its_checkpoint() {
        use precinto_merkle::checkpoint::{Checkpoint, Origin};
        let root: [u8; 32] = std::array::from_fn(|at| u8::try_from(at * 7).unwrap());
        let origin = Origin::parse("example.org/log").unwrap();
        let text = Checkpoint {
            origin,
            size: 1,
            root,
        }
        .text();
        assert_eq!(text.lines().nth(2), Some(base64(&root).as_str()));
    }
}
