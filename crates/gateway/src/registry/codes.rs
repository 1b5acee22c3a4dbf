//! To which agency each NODE code first belonged: alert ids carry it, and stay that agency's for good.
//!
//! An agency may give a code to another of its nodes, let it rest and take it up again. Were another agency of the side to take it,
//! the ids of before would read as its own, and its first numbers would be those that the other one has used. Another side may:
//! the country in the id is not the same.

use std::collections::BTreeMap;

use precinto_alert::directory::Part;
use precinto_alert::id::{AgencyId, Side};
use precinto_alert::{Reason, Violation};

/// The first owner of every code that a part in the log has named.
#[derive(Debug, Clone, Default)]
pub(crate) struct Codes {
    owners: BTreeMap<Side, BTreeMap<String, AgencyId>>,
}

impl Codes {
    /// Takes in a part that counts; of each side in the order of their versions.
    pub(crate) fn see(&mut self, part: &Part) {
        let owners = self.owners.entry(part.side().clone()).or_default();
        for (agency, listed) in part.agencies() {
            for node in listed.nodes.values() {
                let owner = owners.entry(node.code.clone());
                owner.or_insert_with(|| agency.clone());
            }
        }
    }

    /// Whether a part leaves every code with the agency that had it first; everything that it does not.
    pub(crate) fn check(&self, part: &Part) -> Result<(), Vec<Violation>> {
        let owners = self.owners.get(part.side());
        let nodes = part.agencies().iter().flat_map(|(agency, listed)| {
            let nodes = listed.nodes.iter();
            nodes.map(move |(node, listed)| (agency, node, &listed.code))
        });
        let taken = nodes.filter_map(|(agency, node, code)| {
            let owner = owners?.get(code).filter(|owner| *owner != agency)?;
            Some(Violation {
                field: format!("{node}.code"),
                reason: Reason::Repeated,
                detail: (
                    format!("{code} was {owner}'s, and alert ids with it stay so"),
                    format!("{code} fue de {owner}, y los identificadores de alerta con ella lo siguen siendo"),
                )
                    .into(),
                proposals: Vec::new(),
            })
        });
        let problems: Vec<Violation> = taken.collect();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }
}

#[cfg(test)]
mod tests {
    use precinto_alert::directory::EXAMPLE_US;

    use super::*;

    #[test]
    fn a_code_stays_with_the_agency_that_had_it_first() {
        let part = |change: fn(String) -> String| {
            let text = change(EXAMPLE_US.to_owned());
            Part::parse(&text).unwrap()
        };
        let mut codes = Codes::default();
        let first = part(|text| text);
        assert_eq!(codes.check(&first), Ok(()), "nobody had it before");
        codes.see(&first);
        let moved_in_agency = |text: String| text.replace("\"lax\"", "\"jfk\"");
        assert_eq!(codes.check(&part(moved_in_agency)), Ok(()));
        let rested = part(|text| text.replace("CBPLAX", "CBPLAX2"));
        assert_eq!(codes.check(&rested), Ok(()));
        codes.see(&rested);
        let of_another = part(|text| {
            text.replace("CBPLAX", "CBPLAX2")
                .replace("OIGAUD", "CBPLAX")
        });
        let problems = codes.check(&of_another).unwrap_err();
        let audit = "spiffe://us.dev.invalid/agency/oig/node/audit.code";
        assert_eq!((problems.len(), problems[0].field.as_str()), (1, audit));
        assert_eq!(codes.check(&first), Ok(()), "taken up again");
        // What it never had a right to does not make it the owner.
        codes.see(&of_another);
        assert_eq!(codes.check(&first), Ok(()));
    }
}
