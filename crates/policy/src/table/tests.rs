//! The examples pass, and a table says what is wrong with it.

use super::*;
use crate::{Floor, Policy};

const CASES: &str = include_str!("../../examples/cases.toml");
const US: &str = include_str!("../../examples/us.cedar");
const MX: &str = include_str!("../../examples/mx.cedar");

fn examples() -> Rules {
    let site = |side: &str, text| {
        let policy = Policy::parse(text).unwrap_or_else(|error| panic!("{side}: {error}"));
        (side.parse().unwrap(), policy)
    };
    Rules::new(
        Floor::NEWEST,
        [site("us.dev.invalid", US), site("mx.dev.invalid", MX)],
    )
}

#[test]
fn the_examples_do_what_their_table_says() {
    let table = Table::parse(CASES).unwrap();
    let rules = examples();
    let tried = table.run(&rules);
    for one in &tried {
        assert!(one.as_expected(), "{}: {:?}", one.case.name, one.verdict);
    }
    let files: Vec<_> = table.policies().values().collect();
    assert_eq!(files, ["mx.cedar", "us.cedar"]);
    // Every rule of both and of the floor decides at least one case.
    let named: BTreeSet<&str> = tried.iter().flat_map(|one| one.verdict.rules()).collect();
    let own = |side: &str, text| -> Vec<String> {
        let policy = Policy::parse(text).unwrap();
        let ids = policy.permits().iter().chain(policy.forbids());
        ids.map(|id| format!("{side}#{id}")).collect()
    };
    let floor = Floor::NEWEST.policy().forbids().iter().cloned();
    for id in floor
        .chain(own("us.dev.invalid", US))
        .chain(own("mx.dev.invalid", MX))
    {
        assert!(named.contains(&*id), "no case for {id}");
    }
}

#[test]
fn another_outcome_or_another_rule_is_not_as_expected() {
    let rules = Rules::new(Floor::NEWEST, []);
    let table = |expect: &str| {
        let text = format!(
            r#"
            agency = [{{ id = "us.dev.invalid/cbp", country = "US" }}, {{ id = "mx.dev.invalid/anam", country = "MX" }}]
            [[case]]
            name = "a"
            act = "read"
            who = "mx.dev.invalid/anam"
            message = {{ from = "us.dev.invalid/cbp" }}
            {expect}"#
        );
        let table = Table::parse(&text).unwrap();
        let tried = table.run(&rules);
        tried[0].as_expected()
    };
    assert!(table("expect = 'refuse'"));
    assert!(table("expect = 'refuse'\nrules = ['floor-third-agency']"));
    assert!(!table("expect = 'allow'"));
    assert!(!table("expect = 'refuse'\nrules = ['floor-release']"));
    assert!(!table("expect = 'refuse'\nrules = []"));
}

#[test]
fn what_is_wrong_with_a_table_is_told_together() {
    let text = r#"
        policy = { "US" = "us.cedar" }
        agency = [{ id = "cbp", country = "USA", purposes = ["GOLD"] }]
        [[case]]
        name = "a"
        act = "read"
        who = "mx.dev.invalid/anam"
        message = { from = "sat", tlp = "PINK", releasable_to = ["Mexico"] }
        expect = "allow"
    "#;
    let Err(TableError::Content(problems)) = Table::parse(text) else {
        panic!("refused for its content");
    };
    let at: Vec<&str> = problems.iter().map(|problem| &*problem.at).collect();
    assert_eq!(
        at,
        [
            "policy.\"US\"",
            "agency \"cbp\": purposes",
            "agency \"cbp\": country",
            "agency \"cbp\": id",
            "case \"a\": who",
            "case \"a\": message.from",
            "case \"a\": message.tlp",
            "case \"a\": message.releasable_to",
        ]
    );
    let message = MessageText {
        from: "us.dev.invalid/cbp".into(),
        tlp: Some("PINK".into()),
        ..MessageText::default()
    };
    let table = Table::parse(CASES).unwrap();
    let asked = table.question(Act::Read, "mx.dev.invalid/anam", Passage::Direct, message);
    let Err(TableError::Content(problems)) = asked else {
        panic!("there is no such traffic light");
    };
    assert_eq!(problems[0].at, "message.tlp");
    let unknown = Table::parse("cases = []");
    assert!(matches!(unknown, Err(TableError::Syntax { .. })));
    let long = " ".repeat(TABLE_BYTES_MAX + 1);
    assert!(matches!(Table::parse(&long), Err(TableError::Size { .. })));
}

/// A table that a rule passes because it broke would show nothing.
#[test]
fn a_rule_that_breaks_is_no_refusal() {
    let table = Table::parse(
        r#"
        [[agency]]
        id = "us.dev.invalid/cbp"
        country = "US"

        [[case]]
        name = "nobody says anything"
        act = "submit"
        who = "us.dev.invalid/cbp"
        message = { from = "us.dev.invalid/cbp", to = ["us.dev.invalid/cbp"] }
        expect = "refuse"
        "#,
    )
    .unwrap();
    let as_expected = |text: &str| {
        let id = cedar_policy::PolicyId::new("one");
        let mut policy = Policy::parse("").unwrap();
        let rule = cedar_policy::Policy::parse(Some(id), text).unwrap();
        policy.set.add(rule).unwrap();
        let side = "us.dev.invalid".parse().unwrap();
        let rules = Rules::new(Floor::NEWEST, [(side, policy)]);
        table.run(&rules)[0].as_expected()
    };
    assert!(as_expected("forbid (principal, action, resource);"));
    assert!(!as_expected(
        "forbid (principal, action, resource) when { 9223372036854775807 + 1 == 0 };"
    ));
}
