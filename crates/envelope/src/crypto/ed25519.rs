//! Which Ed25519 points are too weak to count: the rule that ring leaves to us.
//!
//! ring refuses non-canonical `R` and `S` but takes keys and `R` of small order and non-canonical keys.
//! With a small-order key one signature fits many messages; with a second spelling of a point two
//! verifiers can disagree. Refused by everyone alike, exactly 43 of the 914 CCTV vectors stay acceptable.

/// What is wrong with the encoding of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weakness {
    SmallOrder,
    NonCanonical,
}

/// Finds a small-order or non-canonical encoding. Whether the rest is on the curve, ring decides.
pub(super) fn weakness(point: &[u8; 32]) -> Option<Weakness> {
    let mut y = *point;
    y[31] &= 0x7f; // the top bit is the sign of x: a small-order point stays one with either sign
    if SMALL_ORDER_Y.contains(&y) {
        return Some(Weakness::SmallOrder);
    }
    // Little-endian and p = 2^255 - 19, so y >= p means: all ones above a lowest byte of at least 0xed.
    let [lowest, middle @ .., highest] = y;
    let at_least_p = highest == 0x7f && middle.iter().all(|byte| *byte == 0xff) && lowest >= 0xed;
    at_least_p.then_some(Weakness::NonCanonical)
}

/// The y coordinates, as encoded, of all points of order 1, 2, 4 and 8. With both signs of x they are the
/// 14 small-order encodings of the CCTV collection.
const SMALL_ORDER_Y: [[u8; 32]; 7] = [
    [0; 32],              // order 4
    near_end(0x01, 0, 0), // order 1, the neutral element
    Y_OF_ORDER_8,
    MINUS_Y_OF_ORDER_8,
    near_end(0xec, 0xff, 0x7f), // p - 1: order 2
    near_end(0xed, 0xff, 0x7f), // p: a second spelling of 0
    near_end(0xee, 0xff, 0x7f), // p + 1: a second spelling of 1
];

const Y_OF_ORDER_8: [u8; 32] = [
    0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
    0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
];

const MINUS_Y_OF_ORDER_8: [u8; 32] = [
    0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
    0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
];

/// A little-endian number given by its lowest byte, all middle bytes, and its highest byte.
const fn near_end(lowest: u8, middle: u8, highest: u8) -> [u8; 32] {
    let mut bytes = [middle; 32];
    bytes[0] = lowest;
    bytes[31] = highest;
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_fourteen_small_order_encodings_are_refused() {
        for y in SMALL_ORDER_Y {
            for sign in [0x00, 0x80] {
                let mut point = y;
                point[31] |= sign;
                assert_eq!(weakness(&point), Some(Weakness::SmallOrder), "{point:02x?}");
            }
        }
    }

    #[test]
    fn every_y_from_p_upwards_is_refused_and_p_minus_2_is_not() {
        for lowest in 0xed..=0xff {
            assert!(weakness(&near_end(lowest, 0xff, 0x7f)).is_some());
            assert!(weakness(&near_end(lowest, 0xff, 0xff)).is_some());
        }
        assert_eq!(
            weakness(&near_end(0xef, 0xff, 0x7f)),
            Some(Weakness::NonCanonical)
        );
        assert_eq!(weakness(&near_end(0xeb, 0xff, 0x7f)), None);
        assert_eq!(weakness(&near_end(0xff, 0xff, 0x7e)), None);
    }
}
