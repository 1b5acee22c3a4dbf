//! What a part says of its agencies and officers together: groups, topics, stewards, auditors.

use std::collections::{BTreeMap, BTreeSet};

use super::Reader;
use crate::Reason;
use crate::directory::{Agency, Stewards};
use crate::id::{AgencyId, Identity, OfficerId, is_name};
use crate::limits::{SIGNERS_MAX, STEWARDS_MAX};

impl Reader {
    /// Groups or topics.
    pub(super) fn lists(
        &mut self,
        kind: &str,
        lists: impl Iterator<Item = (String, Vec<String>)>,
        agencies: &BTreeMap<AgencyId, Agency>,
    ) -> BTreeMap<String, Vec<AgencyId>> {
        let mut known = BTreeMap::new();
        for (name, listed) in lists {
            let field = format!("{kind}[{name}]");
            if !is_name(&name) {
                let detail = (
                    "must be 1 to 63 lower-case letters, digits or hyphens",
                    "deben ser de 1 a 63 minúsculas, dígitos o guiones",
                );
                self.problems.add(&field, Reason::FieldFormat, detail);
            }
            let mut members = BTreeSet::new();
            for agency in &listed {
                let Some(agency) = self.own_agency(&field, agency) else {
                    continue;
                };
                if !agencies.contains_key(&agency) {
                    let detail = (
                        format!("this part has no agency {agency}"),
                        format!("esta parte no tiene la dependencia {agency}"),
                    );
                    self.problems.add(&field, Reason::FieldInvalid, detail);
                }
                members.insert(agency);
            }
            if known.insert(name, members.into_iter().collect()).is_some() {
                self.problems.twice(&field);
            }
        }
        known
    }

    /// A group that only the other side lists could vanish without this side's doing, so each lists what it relies on.
    pub(super) fn escalations(
        &mut self,
        agencies: &BTreeMap<AgencyId, Agency>,
        groups: &BTreeMap<String, Vec<AgencyId>>,
    ) {
        for (id, agency) in agencies {
            if let Some(group) = &agency.standby.escalation
                && !groups.contains_key(group)
            {
                let detail = (
                    format!("this part has no group {group:?}; it may be one without members here"),
                    format!(
                        "esta parte no tiene el grupo {group:?}; puede ser uno sin miembros aquí"
                    ),
                );
                let field = format!("agency[{id}].escalation");
                self.problems.add(field, Reason::FieldInvalid, detail);
            }
        }
    }

    /// Stewards are officers that the part lists, so that nobody can be left without any by mistake.
    pub(super) fn stewards(
        &mut self,
        names: &[String],
        needed: usize,
        agencies: &BTreeMap<AgencyId, Agency>,
    ) -> Stewards {
        self.problems.at_most("stewards", names.len(), STEWARDS_MAX);
        let mut officers = BTreeSet::new();
        for name in names {
            let field = format!("stewards[{name}]");
            let officer = match name.parse::<OfficerId>() {
                Ok(officer) => officer,
                Err(error) => {
                    self.problems
                        .add(field, Reason::FieldFormat, error.detail());
                    continue;
                }
            };
            let agency = agencies.get(officer.agency());
            if *officer.side() != self.side {
                self.foreign(&field);
            } else if !agency.is_some_and(|agency| agency.officers.contains_key(&officer)) {
                let detail = (
                    "no agency of this part has that officer",
                    "ninguna dependencia de esta parte tiene ese oficial",
                );
                self.problems.add(&field, Reason::FieldInvalid, detail);
            }
            if !officers.insert(officer) {
                self.problems.twice(&field);
            }
        }
        let max = names.len().min(SIGNERS_MAX);
        if !(1..=max).contains(&needed) {
            let detail = (
                format!("must be at least 1 and at most {max}"),
                format!("debe ser al menos 1 y a lo sumo {max}"),
            );
            self.problems
                .add("stewards_needed", Reason::ValueRange, detail);
        }
        Stewards { officers, needed }
    }

    /// An auditor may be of another side: named here as well, it reads what is of this side, and so the whole log.
    pub(super) fn auditors(&mut self, names: &[String]) -> BTreeSet<Identity> {
        let mut auditors = BTreeSet::new();
        for name in names {
            let field = format!("auditors[{name}]");
            match Identity::parse(name) {
                Ok(identity) => {
                    auditors.insert(identity);
                }
                Err(error) => self
                    .problems
                    .add(&field, Reason::FieldFormat, error.detail()),
            }
        }
        auditors
    }
}
