//! One directory out of a part of each side: what is unique across sides is checked here, the rest in each part by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use precinto_alert::directory::{Agency, Node, Part};
use precinto_alert::id::{AgencyId, NodeId, Side};
use precinto_alert::{Detail, Lang, Reason, Violation};
use precinto_envelope::directory::SignedPart;
use precinto_merkle::note::{Kind, NoteVerifier};
use precinto_policy::{Agencies, Fault, Floor, Place, PolicyError, Rules};

use super::{Directory, SideCountry};
use crate::limits::WITNESSES_MAX;
use crate::rights::EntryFacts;

pub(super) fn combine(
    parts: impl IntoIterator<Item = Arc<SignedPart>>,
    sides: &[SideCountry],
) -> Result<Directory, Vec<Violation>> {
    let pair = |known: &SideCountry| (known.side.clone(), known.country.clone());
    let mut combined = Combined {
        directory: Directory {
            parts: BTreeMap::new(),
            countries: sides.iter().map(pair).collect(),
            agencies: BTreeMap::new(),
            nodes: BTreeSet::new(),
            codes: BTreeMap::new(),
            officers: BTreeMap::new(),
            witnesses: BTreeMap::new(),
            standbys: BTreeMap::new(),
            groups: BTreeMap::new(),
            topics: BTreeMap::new(),
            auditors: BTreeMap::new(),
            rules: Arc::new(Rules::new(Floor::NEWEST, [])),
            asked: Agencies::default(),
            facts: EntryFacts::default(),
        },
        problems: Vec::new(),
    };
    for part in parts {
        combined.add(part);
    }
    combined.finish()
}

/// The directory while parts are added, with what is wrong so far.
struct Combined {
    directory: Directory,
    problems: Vec<Violation>,
}

impl Combined {
    fn add(&mut self, signed: Arc<SignedPart>) {
        let part = signed.part();
        self.shared_names(part);
        for (agency, listed) in part.agencies() {
            self.agency(agency, listed);
        }
        let Directory {
            groups,
            topics,
            auditors,
            ..
        } = &mut self.directory;
        join(groups, part.groups());
        join(topics, part.topics());
        let side = part.side().clone();
        for auditor in part.auditors() {
            let named_by = auditors.entry(auditor.clone()).or_default();
            named_by.insert(side.clone());
        }
        if !self.directory.countries.contains_key(&side) {
            let detail = (
                "this gateway has no [[side]] with that domain",
                "esta pasarela no tiene ningún [[side]] con ese dominio",
            );
            self.wrong(side.to_string(), Reason::TrustDomainUnknown, detail);
        }
        if self.directory.parts.insert(side.clone(), signed).is_some() {
            let detail = ("two parts of one side", "dos partes de un mismo lado");
            self.wrong(side.to_string(), Reason::Repeated, detail);
        }
    }

    /// A side alone must not become a recipient of what the other one says to a group or a topic of its own.
    fn shared_names(&mut self, part: &Part) {
        let lists_of = |part: &Part| -> [(&str, BTreeSet<String>, BTreeSet<String>); 2] {
            let names = |lists: &BTreeMap<String, _>| lists.keys().cloned().collect();
            [
                ("group", names(part.groups()), part.joint_groups().clone()),
                ("topic", names(part.topics()), part.joint_topics().clone()),
            ]
        };
        let mut clashes = Vec::new();
        for other in self.directory.parts.values() {
            let both = lists_of(part).into_iter().zip(lists_of(other.part()));
            for ((kind, names, joint), (_, theirs, theirs_joint)) in both {
                let shared = names.intersection(&theirs);
                let clashing =
                    shared.filter(|n| !(joint.contains(*n) && theirs_joint.contains(*n)));
                clashes.extend(clashing.map(|name| format!("{kind}[{name}]")));
            }
        }
        for field in clashes {
            let detail = (
                "another side lists this name: either both mark it `joint = true`, or one takes another name",
                "otro lado tiene este nombre: o ambos lo marcan `joint = true`, o uno toma otro nombre",
            );
            self.wrong(field, Reason::Repeated, detail);
        }
    }

    fn agency(&mut self, id: &AgencyId, listed: &Agency) {
        let Agency {
            names,
            nodes,
            officers,
            standby,
            purposes: _,
        } = listed;
        for (node, listed) in nodes {
            self.node(node, listed);
        }
        let directory = &mut self.directory;
        directory.agencies.insert(id.clone(), names.clone());
        directory.officers.extend(officers.clone());
        directory.standbys.insert(id.clone(), standby.clone());
    }

    fn node(&mut self, node: &NodeId, listed: &Node) {
        let Node { code, witness } = listed;
        self.directory.nodes.insert(node.clone());
        // Two owners of one code could issue the same alert id.
        if let Some(owner) = self.directory.codes.insert(code.clone(), node.clone()) {
            let detail = (
                format!("{code} belongs to {owner} already"),
                format!("{code} ya es de {owner}"),
            );
            self.wrong(format!("{node}.code"), Reason::Repeated, detail);
        }
        if let Some(vkey) = witness {
            self.witness(node, vkey);
        }
    }

    /// A cosignature does not name its cosigner, so a key that two nodes share would speak for both.
    fn witness(&mut self, node: &NodeId, vkey: &str) {
        let field = format!("{node}.witness");
        let Some(key) = NoteVerifier::parse(vkey)
            .ok()
            .filter(|key| key.kind() == Kind::Cosigner)
        else {
            let detail = (
                "must be a verifier key for cosignatures, of type 4",
                "debe ser una llave verificadora de cofirmas, de tipo 4",
            );
            return self.wrong(field, Reason::FieldFormat, detail);
        };
        let mut others = self.directory.witnesses.iter();
        if let Some((other, _)) = others.find(|(_, known)| known.has_key_of(&key)) {
            let detail = (
                format!("{other} has the same key"),
                format!("{other} tiene la misma llave"),
            );
            return self.wrong(field, Reason::Repeated, detail);
        }
        self.directory.witnesses.insert(node.clone(), key);
        if self.directory.witnesses.len() > WITNESSES_MAX {
            let detail = (
                format!("more than {WITNESSES_MAX} witness keys"),
                format!("más de {WITNESSES_MAX} llaves de testigo"),
            );
            self.wrong(field, Reason::ValueRange, detail);
        }
    }

    /// Every side of the gateway has a part.
    fn finish(mut self) -> Result<Directory, Vec<Violation>> {
        let sides: Vec<Side> = self.directory.countries.keys().cloned().collect();
        for side in sides {
            if !self.directory.parts.contains_key(&side) {
                let detail = ("has no part", "no tiene parte");
                self.wrong(side.to_string(), Reason::FieldMissing, detail);
            }
        }
        self.rules();
        if self.problems.is_empty() {
            Ok(self.directory)
        } else {
            Err(self.problems)
        }
    }

    /// Reads the policy of each side: with one that is none nothing of the part is taken, because a forbid that is left out leaks.
    fn rules(&mut self) {
        let Directory {
            parts, countries, ..
        } = &self.directory;
        let parts = || parts.values().map(|signed| signed.part());
        let with_country = parts().filter_map(|part| {
            let country = countries.get(part.side())?;
            Some((part, country.as_str()))
        });
        let asked = Agencies::new(with_country);
        match Rules::of_parts(Floor::NEWEST, parts()) {
            Ok(rules) => self.directory.rules = Arc::new(rules),
            Err((side, PolicyError(faults))) => {
                for fault in faults {
                    let field = format!("{side}.policy");
                    self.wrong(field, Reason::PolicyInvalid, told(&fault));
                }
            }
        }
        self.directory.asked = asked;
    }

    fn wrong(&mut self, field: String, reason: Reason, detail: impl Into<Detail>) {
        self.problems.push(Violation {
            field,
            reason,
            detail: detail.into(),
            proposals: Vec::new(),
        });
    }
}

/// What is wrong with a policy, where, and what to do about it.
fn told(fault: &Fault) -> Detail {
    let Place { line, column } = fault.place;
    let rule = fault.rule.as_deref().unwrap_or_default();
    let of = |lang| {
        let (said, next) = (fault.said(), fault.next());
        let (line_of, column_of) = match lang {
            Lang::En => ("line", "column"),
            Lang::Es => ("renglón", "columna"),
        };
        let rule = if rule.is_empty() {
            String::new()
        } else {
            format!("{rule}: ")
        };
        let (said, next) = (said.text(lang), next.text(lang));
        format!("{line_of} {line}, {column_of} {column}: {rule}{said}; {next}")
    };
    (of(Lang::En), of(Lang::Es)).into()
}

/// Each side lists its own members; a name that several list, all of them as joint, stands for all of them.
fn join(all: &mut BTreeMap<String, Vec<AgencyId>>, own: &BTreeMap<String, Vec<AgencyId>>) {
    for (name, members) in own {
        let joined = all.entry(name.clone()).or_default();
        joined.extend(members.iter().cloned());
        joined.sort_unstable();
    }
}
