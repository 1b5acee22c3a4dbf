//! The forms that the number of a waybill can have: told by its letters and digits alone, whatever stands between them.

/// What a number is by its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Eleven digits, as a master air waybill has them. Forwarders and couriers have numbers of eleven digits too.
    Master,
    /// Two letters, nine digits, two letters: a postal item (UPU S10).
    Postal,
    /// Anything else: a house waybill has whatever form its forwarder likes.
    Other,
}

/// The form of a number that is written without anything between its capital letters and digits.
pub(crate) fn form(bare: &str) -> Form {
    if is_shaped(bare, "99999999999") {
        Form::Master
    } else if is_shaped(bare, "AA999999999AA") {
        Form::Postal
    } else {
        Form::Other
    }
}

/// The same length, a capital for every `A`, a digit for every `9`, either for every `X`.
pub(crate) fn is_shaped(bare: &str, form: &str) -> bool {
    bare.len() == form.len()
        && bare.bytes().zip(form.bytes()).all(|(byte, of)| match of {
            b'A' => byte.is_ascii_uppercase(),
            b'9' => byte.is_ascii_digit(),
            _ => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_form() {
        for (bare, expected) in [
            ("86548291176", Form::Master),
            ("8654829117", Form::Other),
            ("865482911760", Form::Other),
            ("RB123456785GB", Form::Postal),
            ("RB12345678GBX", Form::Other),
            ("rb123456785gb", Form::Other),
            ("FWD0042", Form::Other),
            ("", Form::Other),
        ] {
            assert_eq!(form(bare), expected, "{bare}");
        }
    }
}
