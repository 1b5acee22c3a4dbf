//! Checks a part of a segment against its CRC-32C and, if a single bit is wrong, finds it and puts it right.
//!
//! CRC-32C is linear: the difference between the stored checksum and the computed one depends on which bits
//! differ, not on the rest of the bytes. The generator's order is 2^31 − 1, so up to 256 MiB each single bit has a
//! difference of its own, and running the register backwards finds it.

/// How bytes stand to their checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mended {
    /// They are as they were written.
    Whole,
    /// One bit was wrong; it is right now.
    OneBit {
        /// Its byte, counted from the part's beginning.
        byte: usize,
        /// Its place in the byte, 0 for the lowest.
        bit: u8,
    },
    /// More was wrong than can be put right; nothing was changed.
    Broken,
}

/// Checks `bytes` against a checksum that is itself known to be right.
pub(super) fn mend(bytes: &mut [u8], stored: u32) -> Mended {
    let difference = crc32c::crc32c(bytes) ^ stored;
    if difference == 0 {
        return Mended::Whole;
    }
    let Some((byte, bit)) = locate(bytes.len(), difference) else {
        return Mended::Broken;
    };
    if let Some(wrong) = bytes.get_mut(byte) {
        *wrong ^= 1 << bit;
    }
    Mended::OneBit { byte, bit }
}

/// Checks a header whose last four bytes are the checksum of the others; the wrong bit may lie in either.
pub(super) fn mend_header<const N: usize>(header: &mut [u8; N]) -> Mended {
    let Some((covered, stored)) = header.split_last_chunk_mut::<4>() else {
        return Mended::Broken;
    };
    let right = crc32c::crc32c(covered);
    let difference = right ^ u32::from_be_bytes(*stored);
    if difference.is_power_of_two() {
        *stored = right.to_be_bytes();
        let (byte, bit) = (
            difference.leading_zeros() / 8,
            difference.trailing_zeros() % 8,
        );
        return Mended::OneBit {
            byte: covered.len() + byte as usize,
            bit: u8::try_from(bit).unwrap_or(0),
        };
    }
    mend(covered, u32::from_be_bytes(*stored))
}

/// Which single bit of `length` bytes changes their CRC-32C by `difference`.
///
/// The register of the checksum is run backwards over the bytes from the last to the first. Where it stands for a
/// single bit that has just been taken in, that is the bit.
fn locate(length: usize, difference: u32) -> Option<(usize, u8)> {
    let mut register = difference;
    (0..length).rev().find_map(|byte| {
        register = byte_before(register);
        let single = register
            .is_power_of_two()
            .then(|| register.trailing_zeros());
        let bit = u8::try_from(single?).ok().filter(|bit| *bit < 8)?;
        Some((byte, bit))
    })
}

/// The register before a zero byte was taken in, from that after it.
fn byte_before(register: u32) -> u32 {
    let [top, ..] = register.to_be_bytes();
    let undone = BYTE_BEFORE.get(usize::from(top)).copied().unwrap_or(0);
    (register << 8) ^ undone
}

/// For each top byte of a register, what eight steps backwards make of it.
const BYTE_BEFORE: [u32; 256] = {
    let mut table = [0; 256];
    let mut top = 0_u32;
    while top < 256 {
        let mut register = top << 24;
        let mut step = 0;
        while step < 8 {
            // The polynomial's top bit is set, so a register whose top bit is set came from one that was odd.
            let carry = register >> 31;
            register = ((register ^ (POLYNOMIAL_REFLECTED * carry)) << 1) | carry;
            step += 1;
        }
        #[expect(clippy::indexing_slicing, reason = "computed once, by the compiler")]
        {
            table[top as usize] = register;
        }
        top += 1;
    }
    table
};

/// Castagnoli, bits reversed (RFC 3720).
const POLYNOMIAL_REFLECTED: u32 = 0x82f6_3b78;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_rfc_3720() {
        // RFC 3720, B.4: 32 bytes of zeros, of ones, and counting up.
        assert_eq!(crc32c::crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c::crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c::crc32c(&(0..32).collect::<Vec<u8>>()), 0x46dd_794e);
    }

    #[test]
    fn any_single_bit_is_found_and_put_right() {
        let right: Vec<u8> = (0..=255).cycle().take(700).collect();
        let stored = crc32c::crc32c(&right);
        for byte in 0..right.len() {
            for bit in 0..8 {
                let mut wrong = right.clone();
                wrong[byte] ^= 1 << bit;
                assert_eq!(mend(&mut wrong, stored), Mended::OneBit { byte, bit });
                assert_eq!(wrong, right);
            }
        }
    }

    #[test]
    fn any_single_bit_of_a_header_is_found_and_put_right() {
        let mut right = [7_u8; 64];
        let crc = crc32c::crc32c(&right[..60]);
        right[60..].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(mend_header(&mut right.clone()), Mended::Whole);
        for byte in 0..64 {
            for bit in 0..8 {
                let mut wrong = right;
                wrong[byte] ^= 1 << bit;
                assert_eq!(mend_header(&mut wrong), Mended::OneBit { byte, bit });
                assert_eq!(wrong, right);
            }
        }
    }

    #[test]
    fn two_wrong_bits_are_not_taken_for_one() {
        let right = [0_u8; 100];
        let stored = crc32c::crc32c(&right);
        let mut wrong = right;
        wrong[3] ^= 1;
        wrong[90] ^= 128;
        let as_found = wrong;
        assert_eq!(mend(&mut wrong, stored), Mended::Broken);
        assert_eq!(wrong, as_found);
    }

    #[test]
    fn nothing_has_no_wrong_bit() {
        assert_eq!(mend(&mut [], 0), Mended::Whole);
        assert_eq!(mend(&mut [], 1), Mended::Broken);
    }
}
