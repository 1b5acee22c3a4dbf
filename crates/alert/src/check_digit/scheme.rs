//! One value for each identifier with a check digit: how to check it, and what may have been meant.

use super::candidate::candidates;
use super::{CheckError, awb, cas, container, curp, dhl, fedex, rfc, s10, ups};

/// An identifier with a check digit.
#[derive(Clone, Copy, Debug)]
pub struct Scheme {
    check: fn(&str) -> Result<(), CheckError>,
    /// Characters behind the check digit.
    behind: usize,
    /// The identifier's own hyphens, put back into a text without any.
    spell: fn(&str) -> String,
    /// Whether it has digits only, so that a letter can but be a misread digit.
    digits_only: bool,
}

impl Scheme {
    /// Master air waybill, `020-12345675`.
    pub const AWB: Self = Self {
        spell: spell_awb,
        digits_only: true,
        ..Self::plain(awb)
    };
    /// UPU S10 postal item, `RB123456785GB`.
    pub const S10: Self = Self {
        behind: 2,
        ..Self::plain(s10)
    };
    /// CAS registry number, `108-24-7`.
    pub const CAS: Self = Self {
        spell: spell_cas,
        digits_only: true,
        ..Self::plain(cas)
    };
    /// ISO 6346 container, `CSQU3054383`.
    pub const CONTAINER: Self = Self::plain(container);
    /// DHL waybill.
    pub const DHL: Self = Self {
        digits_only: true,
        ..Self::plain(dhl)
    };
    /// `FedEx` number of twelve digits.
    pub const FEDEX: Self = Self {
        digits_only: true,
        ..Self::plain(fedex)
    };
    /// UPS number beginning `1Z`.
    pub const UPS: Self = Self::plain(ups);
    /// Mexican RFC.
    pub const RFC: Self = Self::plain(rfc);
    /// Mexican CURP.
    pub const CURP: Self = Self::plain(curp);

    const fn plain(check: fn(&str) -> Result<(), CheckError>) -> Self {
        Self {
            check,
            behind: 0,
            spell: str::to_owned,
            digits_only: false,
        }
    }

    /// Checks form and check digit.
    pub fn check(&self, text: &str) -> Result<(), CheckError> {
        (self.check)(text)
    }

    /// Texts that pass and may have been meant, at most [`CANDIDATES_MAX`](super::CANDIDATES_MAX); none when `text` passes.
    ///
    /// For a wrong check digit: one digit changed, or two neighbours exchanged. For a wrong form: the same characters in
    /// the right spelling. To be shown to a person, who looks at the label again; never applied.
    pub fn proposals(&self, text: &str) -> Vec<String> {
        match self.check(text) {
            Ok(()) => Vec::new(),
            Err(CheckError::Digit { expected }) => self.near(text, expected),
            Err(CheckError::Format { .. }) => {
                let tidied = self.tidied(text);
                match self.check(&tidied) {
                    Ok(()) => vec![tidied],
                    Err(CheckError::Digit { expected }) => self.near(&tidied, expected),
                    Err(CheckError::Format { .. }) => Vec::new(),
                }
            }
        }
    }

    fn near(&self, text: &str, expected: char) -> Vec<String> {
        candidates(text, self.behind, expected, |changed| {
            self.check(changed).is_ok()
        })
    }

    /// Without blanks and punctuation, in capitals, letters read as the digits they resemble where only digits stand.
    fn tidied(&self, text: &str) -> String {
        /// No identifier has more; what is longer is not a misspelt one.
        const CHARACTERS_MAX: usize = 40;
        let plain: String = text
            .chars()
            .filter(|c| c.is_alphanumeric() || *c == '&')
            .take(CHARACTERS_MAX)
            .flat_map(char::to_uppercase)
            .map(|c| match c {
                'O' if self.digits_only => '0',
                'I' | 'L' if self.digits_only => '1',
                other => other,
            })
            .collect();
        (self.spell)(&plain)
    }
}

fn spell_awb(plain: &str) -> String {
    plain
        .split_at_checked(3)
        .map_or_else(String::new, |(airline, serial)| {
            format!("{airline}-{serial}")
        })
}

fn spell_cas(plain: &str) -> String {
    let parts = plain.len().checked_sub(3).and_then(|head| {
        let (head, tail) = plain.split_at_checked(head)?;
        Some((head, tail.split_at_checked(2)?))
    });
    parts.map_or_else(String::new, |(head, (middle, check))| {
        format!("{head}-{middle}-{check}")
    })
}
