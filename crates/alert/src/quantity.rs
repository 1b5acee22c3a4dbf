//! Decimals as text, and the closed set of units: a quantity without a known unit means nothing.

pub mod unit;

pub use unit::{Dimension, dimension};

/// Digits before the point.
const WHOLE_DIGITS_MAX: usize = 12;
/// Digits after the point; also the scale of [`Decimal`].
const FRACTION_DIGITS_MAX: usize = 6;

/// A non-negative decimal, exact, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal {
    micros: u64,
}

impl Decimal {
    /// Reads one to twelve digits, optionally a point and one to six more; no sign, exponent, blank or needless leading
    /// zero.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (whole, fraction) = match bytes.iter().position(|b| *b == b'.') {
            Some(point) => (bytes.get(..point)?, bytes.get(point + 1..)?),
            None => (bytes, [].as_slice()),
        };
        let ends_in_point = whole.len() < bytes.len() && fraction.is_empty();
        let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        let shaped = !ends_in_point
            && (1..=WHOLE_DIGITS_MAX).contains(&whole.len())
            && fraction.len() <= FRACTION_DIGITS_MAX
            && digits(whole)
            && digits(fraction)
            && (whole == b"0" || !whole.starts_with(b"0"));
        if !shaped {
            return None;
        }
        let value = |digits: &[u8]| {
            digits
                .iter()
                .fold(0, |value, b| value * 10 + u64::from(b - b'0'))
        };
        let mut micros = value(fraction);
        for _ in fraction.len()..FRACTION_DIGITS_MAX {
            micros *= 10;
        }
        // Eighteen digits at most: below 2^63.
        Some(Self {
            micros: value(whole) * 1_000_000 + micros,
        })
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.micros == 0
    }

    /// The value in millionths.
    pub fn micros(self) -> u64 {
        self.micros
    }
}

/// Whether a mass is more than `limit_kg` kilograms. `false` when `unit` is no unit of mass.
pub fn heavier_than(amount: Decimal, unit: &str, limit_kg: u64) -> bool {
    let limit = u128::from(limit_kg) * 1_000_000_000 * 1_000_000;
    mass(amount, unit).is_some_and(|mass| mass > limit)
}

/// Whether one amount with its unit is more than another. `false` unless both are masses of the documented form.
pub fn exceeds((one, one_unit): (&str, &str), (other, other_unit): (&str, &str)) -> bool {
    let of = |text, unit| mass(Decimal::parse(text)?, unit);
    of(one, one_unit)
        .zip(of(other, other_unit))
        .is_some_and(|(one, other)| one > other)
}

/// A mass in millionths of a microgram, exact; `None` when `unit` is no unit of mass.
fn mass(amount: Decimal, unit: &str) -> Option<u128> {
    // Micrograms in one unit; the ounce is the avoirdupois one.
    let micrograms: u64 = match unit {
        "KGM" => 1_000_000_000,
        "LBR" => 453_592_370,
        "GRM" => 1_000_000,
        "TNE" => 1_000_000_000_000,
        "MGM" => 1_000,
        "ONZ" => 28_349_523,
        _ => return None,
    };
    Some(u128::from(amount.micros) * u128::from(micrograms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_one_form() {
        for (text, micros) in [
            ("0", 0),
            ("0.5", 500_000),
            ("1841.39", 1_841_390_000),
            ("999999999999.999999", 999_999_999_999_999_999),
        ] {
            assert_eq!(
                Decimal::parse(text).map(Decimal::micros),
                Some(micros),
                "{text}"
            );
        }
        for bad in [
            "",
            ".",
            ".5",
            "5.",
            "00",
            "01",
            "-1",
            "+1",
            "1e3",
            " 1",
            "1 ",
            "1,5",
            "1.2.3",
            "1.1234567",
            "1234567890123",
            "١",
            "NaN",
            "19.012999999999998",
        ] {
            assert_eq!(Decimal::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn weights_compare_across_units() {
        let amount = |text| Decimal::parse(text).unwrap();
        assert!(heavier_than(amount("250000.000001"), "KGM", 250_000));
        assert!(!heavier_than(amount("250000"), "KGM", 250_000));
        assert!(heavier_than(amount("251"), "TNE", 250_000));
        assert!(!heavier_than(amount("251"), "KGM", 250_000));
        assert!(heavier_than(amount("551156"), "LBR", 250_000));
        assert!(!heavier_than(amount("551155"), "LBR", 250_000));
        assert!(!heavier_than(amount("999999999999"), "LTR", 250_000));
    }

    #[test]
    fn amounts_compare_across_units() {
        assert!(exceeds(("2.3", "LBR"), ("1", "KGM")));
        assert!(!exceeds(("2.2", "LBR"), ("1", "KGM")));
        assert!(!exceeds(("1000", "GRM"), ("1", "KGM")));
        assert!(!exceeds(("18", "LTR"), ("1", "KGM")));
        assert!(!exceeds(("heavy", "KGM"), ("1", "KGM")));
    }
}
