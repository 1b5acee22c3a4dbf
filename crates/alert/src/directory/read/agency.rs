//! The agencies of a part, with their nodes and officers.

use std::collections::{BTreeMap, BTreeSet};

use super::{AgencyFile, NodeFile, OfficerFile, Reader};
use crate::Reason;
use crate::code::{Coded, CommodityClass};
use crate::directory::{Agency, Names, Node, Standby};
use crate::id::{AgencyId, NodeId, OfficerId};
use crate::limits::{
    ALTERNATES_MAX, NODES_PER_AGENCY_MAX, OFFICERS_PER_AGENCY_MAX, WITNESSES_PER_SIDE_MAX,
};

impl Reader {
    pub(super) fn agency(&mut self, field: &str, file: AgencyFile) -> Option<(AgencyId, Agency)> {
        let id = self.own_agency(field, &file.id)?;
        let problems = &mut self.problems;
        for (key, name) in [("name_en", &file.name_en), ("name_es", &file.name_es)] {
            if name.trim().is_empty() || name.chars().any(char::is_control) {
                let detail = (
                    "must be a name of one line",
                    "debe ser un nombre de un solo renglón",
                );
                problems.add(format!("{field}.{key}"), Reason::FieldFormat, detail);
            }
        }
        problems.at_most(
            &format!("{field}.node"),
            file.node.len(),
            NODES_PER_AGENCY_MAX,
        );
        let officers_max = OFFICERS_PER_AGENCY_MAX;
        problems.at_most(
            &format!("{field}.officer"),
            file.officer.len(),
            officers_max,
        );
        let mut nodes = BTreeMap::new();
        for node in file.node {
            let field = format!("{field}.node[{}]", node.name);
            if let Some((node, listed)) = self.node(&field, &id, node)
                && nodes.insert(node, listed).is_some()
            {
                self.problems.twice(&field);
            }
        }
        let mut officers = BTreeMap::new();
        for officer in file.officer {
            let field = format!("{field}.officer[{}]", officer.id);
            if let Some((officer, on)) = self.officer(&field, &id, &officer, &nodes)
                && officers.insert(officer, on).is_some()
            {
                self.problems.twice(&field);
            }
        }
        let alternates =
            self.alternates(&format!("{field}.alternates"), &file.alternates, |name| {
                let officer = OfficerId::new(id.clone(), name).ok()?;
                officers.contains_key(&officer).then_some(officer)
            });
        let purposes = self.purposes(&format!("{field}.purposes"), &file.purposes);
        let agency = Agency {
            names: Names {
                english: file.name_en,
                spanish: file.name_es,
            },
            nodes,
            officers,
            standby: Standby {
                alternates,
                escalation: file.escalation,
            },
            purposes,
        };
        Some((id, agency))
    }

    fn node(&mut self, field: &str, agency: &AgencyId, file: NodeFile) -> Option<(NodeId, Node)> {
        let NodeFile {
            name,
            code,
            witness,
        } = file;
        if !is_code(&code) {
            let detail = (
                "must be 2 to 8 capital letters or digits",
                "deben ser de 2 a 8 mayúsculas o dígitos",
            );
            self.problems
                .add(format!("{field}.code"), Reason::FieldFormat, detail);
        }
        match NodeId::new(agency.clone(), &name) {
            Ok(node) => Some((node, Node { code, witness })),
            Err(error) => {
                self.problems
                    .add(field, Reason::FieldFormat, error.detail());
                None
            }
        }
    }

    fn officer(
        &mut self,
        field: &str,
        agency: &AgencyId,
        file: &OfficerFile,
        nodes: &BTreeMap<NodeId, Node>,
    ) -> Option<(OfficerId, Vec<NodeId>)> {
        let mut on = BTreeSet::new();
        for name in &file.nodes {
            match NodeId::new(agency.clone(), name) {
                Ok(node) if nodes.contains_key(&node) => {
                    on.insert(node);
                }
                _ => {
                    let detail = (
                        format!("the agency has no node {name:?}"),
                        format!("la dependencia no tiene el nodo {name:?}"),
                    );
                    let field = format!("{field}.nodes");
                    self.problems.add(field, Reason::FieldInvalid, detail);
                }
            }
        }
        match OfficerId::new(agency.clone(), &file.id) {
            Ok(officer) => Some((officer, on.into_iter().collect())),
            Err(error) => {
                self.problems
                    .add(field, Reason::FieldFormat, error.detail());
                None
            }
        }
    }

    fn alternates(
        &mut self,
        field: &str,
        names: &[String],
        known: impl Fn(&str) -> Option<OfficerId>,
    ) -> Vec<OfficerId> {
        self.problems.at_most(field, names.len(), ALTERNATES_MAX);
        let mut alternates = BTreeSet::new();
        for name in names {
            if let Some(officer) = known(name) {
                alternates.insert(officer);
            } else {
                let detail = (
                    format!("the agency has no officer {name:?}"),
                    format!("la dependencia no tiene al oficial {name:?}"),
                );
                self.problems.add(field, Reason::FieldInvalid, detail);
            }
        }
        alternates.into_iter().collect()
    }

    /// Kinds of goods, by their codes without prefix.
    fn purposes(&mut self, field: &str, names: &[String]) -> BTreeSet<CommodityClass> {
        let mut purposes = BTreeSet::new();
        for name in names {
            match CommodityClass::from_name(name) {
                Some(class) if purposes.insert(class) => {}
                Some(_) => self.problems.twice(field),
                None => {
                    let detail = (
                        format!("{name:?} is no kind of goods: precinto explain commodity_class"),
                        format!(
                            "{name:?} no es una clase de mercancía: precinto explain commodity_class"
                        ),
                    );
                    self.problems.add(field, Reason::CodeUnknown, detail);
                }
            }
        }
        purposes
    }

    /// Two owners of one code could issue the same alert id, and a witness key that two nodes share would speak for both.
    pub(super) fn codes_and_witnesses(&mut self, agencies: &BTreeMap<AgencyId, Agency>) {
        let (mut codes, mut witnesses) = (BTreeMap::new(), BTreeMap::new());
        let nodes = agencies.values().flat_map(|agency| &agency.nodes);
        for (node, Node { code, witness }) in nodes {
            if let Some(other) = codes.insert(code, node) {
                let detail = (
                    format!("{code} belongs to {other} already"),
                    format!("{code} ya es de {other}"),
                );
                self.problems
                    .add(format!("{node}.code"), Reason::Repeated, detail);
            }
            if let Some(witness) = witness
                && let Some(other) = witnesses.insert(witness, node)
            {
                let detail = (
                    format!("{other} has the same"),
                    format!("{other} tiene la misma"),
                );
                self.problems
                    .add(format!("{node}.witness"), Reason::Repeated, detail);
            }
        }
        self.problems
            .at_most("witness", witnesses.len(), WITNESSES_PER_SIDE_MAX);
    }
}

/// The NODE part of alert ids.
fn is_code(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    (2..=8).contains(&text.len()) && text.bytes().all(inside)
}
