//! The id of one alert, made to be read over the telephone.

use std::fmt;
use std::str::FromStr;

use super::IdError;
use crate::check_digit::{candidates, mod37_36, mod37_36_of};

const SHAPE: IdError = IdError::Shape {
    expected: "US-CBPLAX-2026-000123B",
};
const NODE_CODE_BYTES: std::ops::RangeInclusive<usize> = 2..=10;
const NUMBER_MAX: u32 = 999_999;
/// Two letters, the longest node code, four and seven digits, three hyphens.
const BYTES_MAX: usize = 2 + 10 + 4 + 7 + 3;

/// `CC-NODE-YYYY-NNNNNN` and an ISO 7064 MOD 37,36 check character: `US-CBPLAX-2026-000123B`.
///
/// CC is the country, NODE the code of 2 to 10 capitals and digits that the directory binds to one node, YYYY the year,
/// NNNNNN a number that the node counts. Fixed for the life of the alert and returned with every reply.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertId {
    text: String,
    year: u16,
    number: u32,
}

impl AlertId {
    /// Composes an id and computes its check character. `number` has at most six digits, `year` exactly four.
    pub fn compose(
        country: &str,
        node_code: &str,
        year: u16,
        number: u32,
    ) -> Result<Self, IdError> {
        if !(1000..=9999).contains(&year) || number > NUMBER_MAX {
            return Err(SHAPE);
        }
        let check = mod37_36(&format!("{country}{node_code}{year}{number:06}")).ok_or(SHAPE)?;
        format!("{country}-{node_code}-{year}-{number:06}{check}").parse()
    }

    /// Ids that pass and may have been meant, at most [`CANDIDATES_MAX`](crate::check_digit::CANDIDATES_MAX); none when
    /// `text` passes, or has not the form of an id. To be shown to a person, never applied.
    pub fn proposals(text: &str) -> Vec<String> {
        match text.parse::<Self>() {
            Err(IdError::CheckDigit { expected }) => {
                candidates(text, 0, expected, |changed| changed.parse::<Self>().is_ok())
            }
            _ => Vec::new(),
        }
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The country, two capital letters.
    pub fn country(&self) -> &str {
        self.text.split('-').next().unwrap_or_default()
    }

    /// The node's code; the directory says which node it belongs to.
    pub fn node_code(&self) -> &str {
        self.text.split('-').nth(1).unwrap_or_default()
    }

    /// The year.
    pub fn year(&self) -> u16 {
        self.year
    }

    /// The number within node and year.
    pub fn number(&self) -> u32 {
        self.number
    }
}

impl FromStr for AlertId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.len() > BYTES_MAX {
            return Err(IdError::Length { max: BYTES_MAX });
        }
        let (country, node, year, number, check) = parts(text).ok_or(SHAPE)?;
        let capitals = |s: &str| s.bytes().all(|b| b.is_ascii_uppercase());
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let code = |s: &str| {
            s.bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        };
        let shaped = country.len() == 2
            && capitals(country)
            && NODE_CODE_BYTES.contains(&node.len())
            && code(node)
            && year.len() == 4
            && digits(year)
            && !year.starts_with('0')
            && digits(number)
            && check.len() == 1
            && code(check);
        if !shaped {
            return Err(SHAPE);
        }
        let covered = [country, node, year, number].into_iter();
        let expected = mod37_36_of(covered.flat_map(str::bytes)).ok_or(SHAPE)?;
        if check.starts_with(expected) {
            Ok(Self {
                text: text.to_owned(),
                year: year.parse().map_err(|_| SHAPE)?,
                number: number.parse().map_err(|_| SHAPE)?,
            })
        } else {
            Err(IdError::CheckDigit { expected })
        }
    }
}

/// Country, node, year, number and check character by their places: only the node's code is now longer, now shorter.
fn parts(text: &str) -> Option<(&str, &str, &str, &str, &str)> {
    /// `-YYYY-NNNNNNC`, bytes.
    const TAIL_BYTES: usize = 13;
    let (head, tail) = text.split_at_checked(text.len().checked_sub(TAIL_BYTES)?)?;
    let (country, node) = head.split_at_checked(2)?;
    let (year, tail) = tail.strip_prefix('-')?.split_at_checked(4)?;
    let (number, check) = tail.strip_prefix('-')?.split_at_checked(6)?;
    Some((country, node.strip_prefix('-')?, year, number, check))
}

impl fmt::Display for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
