//! How numbers and bytes are spelt in notes and receipts: one way each, so that text and meaning are one.

use base64ct::{Base64, Encoding};

/// Base64 with padding (RFC 4648, 4).
pub(crate) fn base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// Reads what [`base64`] writes and nothing else: no missing padding, no stray bits, no line breaks.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    Base64::decode_vec(text).ok()
}

/// Reads the base64 of exactly `N` bytes.
pub(crate) fn from_base64_exact<const N: usize>(text: &str) -> Option<[u8; N]> {
    from_base64(text)?.try_into().ok()
}

/// Reads a decimal without sign and without leading zeros.
pub(crate) fn from_decimal(text: &str) -> Option<u64> {
    let only_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    if !only_digits || leading_zero {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(from_decimal("0"), Some(0));
        assert_eq!(from_decimal("18446744073709551615"), Some(u64::MAX));
        for bad in [
            "",
            "00",
            "01",
            "+1",
            "-1",
            " 1",
            "1 ",
            "1_0",
            "١",
            "18446744073709551616",
        ] {
            assert_eq!(from_decimal(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn bytes_have_one_spelling() {
        assert_eq!(from_base64("AAE="), Some(vec![0, 1]));
        for bad in [
            "AAE", "AAE==", "AAF=", "AAE=\n", " AAE=", "AA E=", "AAE=AAE=", "A", "====", "_-8=",
        ] {
            assert_eq!(from_base64(bad), None, "{bad:?}");
        }
        assert_eq!(from_base64_exact::<32>("AAE="), None);
    }
}
