//! To whom information may be released.

use std::fmt;

use crate::Reason;
use crate::country::is_country;
use crate::id::{AgencyId, IdError, is_name};
use crate::violation::{At, Findings, NAMED_TWICE, at_most};

/// A country, an agency, or a unit of one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Release {
    /// Every agency of a country, ISO 3166-1: `MX`.
    Country(String),
    /// One agency: `mx.dev.invalid/sat`.
    Agency(AgencyId),
    /// One unit of an agency: `mx.dev.invalid/sat/unit`.
    Unit {
        /// The agency.
        agency: AgencyId,
        /// The unit: lower-case letters, digits and hyphens.
        unit: String,
    },
}

impl Release {
    /// Reads it as a statement writes it: two letters are a country.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        if text.len() == 2 {
            return if is_country(text) {
                Ok(Self::Country(text.to_owned()))
            } else {
                Err(Reason::Iso3166Unknown)
            };
        }
        let agency = |text: &str| text.parse::<AgencyId>().map_err(IdError::reason);
        match text.rsplit_once('/') {
            Some((head, unit)) if head.contains('/') => {
                if !is_name(unit) {
                    return Err(Reason::FieldFormat);
                }
                Ok(Self::Unit {
                    agency: agency(head)?,
                    unit: unit.to_owned(),
                })
            }
            _ => Ok(Self::Agency(agency(text)?)),
        }
    }

    pub(crate) fn read_all(
        found: &mut Findings,
        at: &At<'_>,
        name: &str,
        texts: &[String],
        max: usize,
    ) -> Vec<Self> {
        if texts.len() > max {
            found.error(at.field(name), Reason::FieldTooLong, at_most(max));
        }
        let mut releases = Vec::new();
        for (index, text) in texts.iter().take(max).enumerate() {
            match Self::parse(text) {
                Ok(release) if releases.contains(&release) => {
                    found.error(at.item(name, index), Reason::Repeated, NAMED_TWICE);
                }
                Ok(release) => releases.push(release),
                Err(reason) => {
                    found.error(
                        at.item(name, index),
                        reason,
                        (
                            "a country, side/agency or side/agency/unit",
                            "un país, lado/dependencia o lado/dependencia/unidad",
                        ),
                    );
                }
            }
        }
        releases
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Country(country) => f.write_str(country),
            Self::Agency(agency) => agency.fmt(f),
            Self::Unit { agency, unit } => write!(f, "{agency}/{unit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_have_one_spelling() {
        for good in ["MX", "mx.dev.invalid/sat", "mx.dev.invalid/sat/unit-7"] {
            assert_eq!(
                Release::parse(good)
                    .map(|release| release.to_string())
                    .as_deref(),
                Ok(good)
            );
        }
        for bad in [
            "",
            "XX",
            "mx",
            "sat",
            "mx.dev.invalid/sat/",
            "mx.dev.invalid/sat/unit/7",
            "mx.dev.invalid/SAT",
        ] {
            assert!(Release::parse(bad).is_err(), "{bad}");
        }
    }
}
