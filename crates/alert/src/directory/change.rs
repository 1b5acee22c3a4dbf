//! What is otherwise in one part than in the one before, as a list that machines and people can read.

use std::collections::BTreeMap;

use super::{Change, ChangeKind, Part, Subject};
use crate::code::Coded as _;

/// What a part says of each thing, as text: the only form in which two parts are compared, so nothing is forgotten that
/// is listed here.
type Facts = BTreeMap<(Subject, String), BTreeMap<&'static str, String>>;

/// Everything in which `after` differs from `before`, sorted by subject, name and field; version and signers are not
/// looked at. With nothing before, all have joined.
pub fn changes(before: Option<&Part>, after: &Part) -> Vec<Change> {
    let before = before.map(facts).unwrap_or_default();
    let after = facts(after);
    let mut found = Vec::new();
    let mut add = |kind: ChangeKind, of: &(Subject, String), field: &str, values: [&str; 2]| {
        let [before, after] = values.map(str::to_owned);
        found.push(Change {
            kind: kind.into(),
            subject: of.0.into(),
            name: of.1.clone(),
            field: field.to_owned(),
            before,
            after,
        });
    };
    for of in before.keys().filter(|of| !after.contains_key(*of)) {
        add(ChangeKind::Left, of, "", ["", ""]);
    }
    for (of, now) in &after {
        let Some(was) = before.get(of) else {
            add(ChangeKind::Joined, of, "", ["", ""]);
            continue;
        };
        for (field, now) in now {
            let was = was.get(field).map_or("", String::as_str);
            if was != now {
                add(ChangeKind::Changed, of, field, [was, now]);
            }
        }
    }
    found.sort_by(|a, b| (a.subject, &a.name, &a.field).cmp(&(b.subject, &b.name, &b.field)));
    found
}

fn facts(part: &Part) -> Facts {
    let mut facts = Facts::new();
    let mut fact = |subject, name: String, fields: Vec<(&'static str, String)>| {
        facts.insert((subject, name), fields.into_iter().collect());
    };
    let stewards = part.stewards();
    fact(
        Subject::Stewards,
        part.side().to_string(),
        vec![
            ("stewards", list(&stewards.officers)),
            ("stewards_needed", stewards.needed.to_string()),
        ],
    );
    if let Some(policy) = part.policy() {
        let fields = vec![("policy", policy.to_owned())];
        fact(Subject::Policy, part.side().to_string(), fields);
    }
    for (id, agency) in part.agencies() {
        let standby = &agency.standby;
        fact(
            Subject::Agency,
            id.to_string(),
            vec![
                ("name_en", agency.names.english.clone()),
                ("name_es", agency.names.spanish.clone()),
                ("alternates", list(&standby.alternates)),
                ("escalation", standby.escalation.clone().unwrap_or_default()),
                (
                    "purposes",
                    list(agency.purposes.iter().map(|class| class.name())),
                ),
            ],
        );
        for (node, listed) in &agency.nodes {
            let witness = listed.witness.clone().unwrap_or_default();
            let fields = vec![("code", listed.code.clone()), ("witness", witness)];
            fact(Subject::Node, node.to_string(), fields);
        }
        for (officer, nodes) in &agency.officers {
            let fields = vec![("nodes", list(nodes))];
            fact(Subject::Officer, officer.to_string(), fields);
        }
    }
    for (name, members) in part.groups() {
        fact(
            Subject::Group,
            name.clone(),
            vec![
                ("members", list(members)),
                ("joint", part.joint_groups().contains(name).to_string()),
            ],
        );
    }
    for (name, subscribers) in part.topics() {
        let fields = vec![
            ("subscribers", list(subscribers)),
            ("joint", part.joint_topics().contains(name).to_string()),
        ];
        fact(Subject::Topic, name.clone(), fields);
    }
    for auditor in part.auditors() {
        fact(Subject::Auditor, auditor.to_string(), Vec::new());
    }
    facts
}

fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    texts.join(", ")
}
