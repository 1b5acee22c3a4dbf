//! Low S: of the two equally valid forms of an ECDSA signature we emit the one with the smaller s.
//!
//! The verifier takes either half, because hardware tokens, Java and .NET emit both; nothing of ours uses
//! signature bytes as identity. Emitting one form merely keeps our own output predictable in shape.

use super::Algorithm;

/// Replaces s by n - s when that is smaller, in a fixed-length r then s of `algorithm`.
pub(super) fn lower_s(algorithm: Algorithm, signature: &mut [u8]) {
    let order: &[u8] = match algorithm {
        Algorithm::EcdsaP256 => &P256_ORDER,
        Algorithm::EcdsaP384 => &P384_ORDER,
        Algorithm::Ed25519 | Algorithm::RsaPssSha256 => return,
    };
    let Some((_, s)) = signature.split_at_mut_checked(order.len()) else {
        return;
    };
    let other = difference(order, s);
    if other.as_slice() < &*s {
        s.copy_from_slice(&other);
    }
}

/// `a - b` for big-endian numbers of one length with `a >= b`.
fn difference(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut borrow = false;
    let mut digits: Vec<u8> = a
        .iter()
        .zip(b)
        .rev()
        .map(|(a, b)| {
            let (digit, under) = a.overflowing_sub(*b);
            let (digit, under_too) = digit.overflowing_sub(u8::from(borrow));
            borrow = under || under_too;
            digit
        })
        .collect();
    digits.reverse();
    digits
}

/// n of P-256 (SP 800-186, 3.2.1.3).
const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// n of P-384 (SP 800-186, 3.2.1.4).
const P384_ORDER: [u8; 48] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37, 0x2d, 0xdf,
    0x58, 0x1a, 0x0d, 0xb2, 0x48, 0xb0, 0xa7, 0x7a, 0xec, 0xec, 0x19, 0x6a, 0xcc, 0xc5, 0x29, 0x73,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_s_and_n_minus_s_the_smaller_stays() {
        for (algorithm, order) in [
            (Algorithm::EcdsaP256, P256_ORDER.as_slice()),
            (Algorithm::EcdsaP384, P384_ORDER.as_slice()),
        ] {
            let mut small = vec![0; order.len()];
            *small.last_mut().unwrap() = 7;
            let large = difference(order, &small);
            assert_eq!(difference(order, &large), small);
            for s in [&small, &large] {
                let mut signature = [vec![0xaa; order.len()], s.clone()].concat();
                lower_s(algorithm, &mut signature);
                assert_eq!(signature, [vec![0xaa; order.len()], small.clone()].concat());
            }
        }
    }
}
