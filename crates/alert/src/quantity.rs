//! Decimals as text, and the closed set of units: a quantity without a known unit means nothing.

pub mod unit;

pub use unit::{Dimension, dimension, meant};

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

/// The decimals that may have been meant by one with commas: `618,4` is 618.4, and `1,234` may be 1234 or 1.234, by where its
/// writer went to school. Empty for anything else.
pub fn without_commas(text: &str) -> Vec<String> {
    // What is longer is no decimal, and is not copied.
    if text.len() > 2 * (WHOLE_DIGITS_MAX + FRACTION_DIGITS_MAX) {
        return Vec::new();
    }
    let commas = text.matches(',').count();
    let whole = text.split('.').next().unwrap_or_default();
    let behind_commas = || whole.split(',').skip(1);
    let grouped = commas > 0
        && behind_commas().count() == commas
        && behind_commas().all(|group| group.len() == 3);
    let thousands = grouped.then(|| text.replace(',', ""));
    let point = (commas == 1 && !text.contains('.')).then(|| text.replace(',', "."));
    [thousands, point]
        .into_iter()
        .flatten()
        .filter(|text| Decimal::parse(text).is_some())
        .collect()
}

/// What a kilogram is worth, with two decimals, rounded: `3.00`. `None` unless the `amount` is a decimal and the weight a mass
/// above zero.
pub fn value_per_kg(amount: &str, (weight, unit): (&str, &str)) -> Option<String> {
    let amount = Decimal::parse(amount)?;
    let mass = mass(Decimal::parse(weight)?, unit).filter(|mass| *mass > 0)?;
    // Millionths to hundredths, micrograms to kilograms; at most 10^29, far below what fits.
    let scaled = u128::from(amount.micros) * 100_000_000_000;
    let cents = (scaled + mass / 2) / mass;
    Some(format!("{}.{:02}", cents / 100, cents % 100))
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
    fn a_comma_may_be_a_point_or_part_thousands() {
        for (text, meant) in [
            ("618,4", &["618.4"][..]),
            ("1,234", &["1234", "1.234"]),
            ("1,234.5", &["1234.5"]),
            ("12,345,678", &["12345678"]),
            ("618.4", &[]),
            ("1,2,3", &[]),
            ("1.234,5", &[]),
            (",5", &[]),
            ("5,", &[]),
            ("", &[]),
        ] {
            assert_eq!(without_commas(text), meant, "{text}");
        }
    }

    #[test]
    fn worth_of_a_kilogram() {
        let worth = |amount, weight, unit| value_per_kg(amount, (weight, unit));
        assert_eq!(worth("1855.2", "618.4", "KGM").as_deref(), Some("3.00"));
        assert_eq!(worth("100", "3", "KGM").as_deref(), Some("33.33"));
        assert_eq!(worth("200", "3", "KGM").as_deref(), Some("66.67"));
        assert_eq!(worth("1", "1", "LBR").as_deref(), Some("2.20"));
        assert_eq!(worth("0", "1", "KGM").as_deref(), Some("0.00"));
        assert_eq!(
            worth("999999999999", "0.000001", "MGM").as_deref(),
            Some("999999999999000000000000.00")
        );
        for (amount, weight, unit) in [
            ("1", "0", "KGM"),
            ("1", "1", "LTR"),
            ("much", "1", "KGM"),
            ("1", "heavy", "KGM"),
        ] {
            assert_eq!(worth(amount, weight, unit), None);
        }
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
