//! What a part says, what it must not say, and what is told of a change.

use super::*;
use crate::Reason;

fn problems(text: &str) -> Vec<(String, Reason)> {
    match Part::parse(text) {
        Err(PartError::Content(problems)) => problems
            .into_iter()
            .map(|problem| (problem.field, problem.reason))
            .collect(),
        other => panic!("expected problems, got {other:?}"),
    }
}

/// The example with one thing put in the place of another, which must be there.
fn with(from: &str, to: &str) -> String {
    assert!(EXAMPLE_US.contains(from), "{from}");
    EXAMPLE_US.replace(from, to)
}

#[test]
fn the_examples_say_who_exists() {
    let (us, mx) = (Part::parse(EXAMPLE_US), Part::parse(EXAMPLE_MX));
    let (us, mx) = (us.unwrap(), mx.unwrap());
    let lax: NodeId = "spiffe://us.dev.invalid/agency/cbp/node/lax"
        .parse()
        .unwrap();
    assert_eq!(us.node(&lax).unwrap().code, "CBPLAX");
    assert!(mx.node(&lax).is_none());
    let ramirez = us.stewards().officers.first().unwrap();
    assert_eq!(us.officer(ramirez), Some(&[lax][..]));
    assert_eq!(mx.groups()["air-cargo"][0].agency(), "anam");
    assert_eq!(mx.topics().len(), 1);
    // The auditor is of one side, and both name it.
    assert_eq!(us.auditors().len(), 1);
    assert_eq!(mx.auditors(), us.auditors());
    assert!(us.previous().is_none());
}

#[test]
fn what_is_of_the_other_side_is_refused_wherever_it_stands() {
    let foreign = "spiffe://mx.dev.invalid/agency/anam";
    for (from, to) in [
        (
            "id = \"us.dev.invalid/oig\"",
            "id = \"mx.dev.invalid/oig\"".to_owned(),
        ),
        (
            "members = [\"us.dev.invalid/cbp\"]",
            "members = [\"us.dev.invalid/cbp\", \"mx.dev.invalid/anam\"]".to_owned(),
        ),
        (
            "stewards = [",
            format!("stewards = [\"{foreign}/officer/herrera\", "),
        ),
        (
            "side = \"us.dev.invalid\"",
            "side = \"mx.dev.invalid\"".to_owned(),
        ),
    ] {
        let found = problems(&with(from, &to));
        assert!(
            found.iter().any(|(_, reason)| *reason == Reason::WrongSide),
            "{to}: {found:?}"
        );
    }
}

#[test]
fn everything_that_is_wrong_is_reported_at_once() {
    let text = with("nodes = [\"lax\"]", "nodes = [\"nowhere\"]")
        .replace("[\"us.dev.invalid/cbp\"]", "[\"us.dev.invalid/dea\"]")
        .replace("\"OIGAUD\"", "\"oig aud\"")
        .replace("/oig/node/audit\"", "/oig\"")
        .replace("stewards_needed = 1", "stewards_needed = 2");
    let found = problems(&text);
    assert_eq!(found.len(), 5, "{found:#?}");
}

#[test]
fn unknown_keys_and_texts_without_end_are_refused() {
    let error = Part::parse(&with("members =", "member =")).unwrap_err();
    assert!(error.to_string().contains("member"), "{error}");
    let long = format!("{EXAMPLE_US}\n#{}", "x".repeat(PART_BYTES_MAX));
    assert!(matches!(Part::parse(&long), Err(PartError::Size { .. })));
}

#[test]
fn every_version_but_the_first_names_the_one_before() {
    let digest = "0123456789abcdef".repeat(4);
    let second = format!("version = 2\nprevious = \"{digest}\"");
    let part = Part::parse(&with("version = 1", &second)).unwrap();
    assert_eq!(part.previous().unwrap()[..2], [0x01, 0x23]);
    for wrong in [
        "version = 2".to_owned(),
        "version = 0".to_owned(),
        format!("version = 1\nprevious = \"{digest}\""),
        format!("version = 2\nprevious = \"{}\"", digest.to_uppercase()),
        format!("version = 2\nprevious = \"{digest}00\""),
    ] {
        assert_eq!(problems(&with("version = 1", &wrong)).len(), 1, "{wrong}");
    }
    assert!(Part::parse(&with("version = 1", "version = -1")).is_err());
}

#[test]
fn names_stand_once_and_codes_have_one_owner() {
    for (from, to) in [
        ("id = \"us.dev.invalid/oig\"", "id = \"us.dev.invalid/cbp\""),
        ("\"OIGAUD\"", "\"CBPLAX\""),
        (
            "[[agency.officer]]",
            "[[agency.node]]\nname = \"lax\"\ncode = \"CBPLAX2\"\n[[agency.officer]]",
        ),
        (
            "[[group]]",
            "[[group]]\nname = \"air-cargo\"\nmembers = []\n[[group]]",
        ),
    ] {
        let found = problems(&with(from, to));
        let repeated = |(_, reason): &(String, Reason)| *reason == Reason::Repeated;
        assert!(found.iter().any(repeated), "{to}: {found:?}");
    }
}

#[test]
fn stewards_are_listed_officers_and_enough_of_them_sign() {
    let ramirez = "\"spiffe://us.dev.invalid/agency/cbp/officer/ramirez\"";
    assert_eq!(problems(&with(ramirez, "")).len(), 1);
    let stranger = ramirez.replace("ramirez", "nobody");
    assert_eq!(problems(&with(ramirez, &stranger)).len(), 1);
    let twice = format!("{ramirez}, {ramirez}");
    assert_eq!(problems(&with(ramirez, &twice)).len(), 1);

    let officer = |name: &str| {
        let agency = "us.dev.invalid/cbp".parse().unwrap();
        OfficerId::new(agency, name).unwrap()
    };
    let (a, b, c) = (officer("a"), officer("b"), officer("c"));
    let stewards = Stewards {
        officers: [a.clone(), b.clone()].into(),
        needed: 2,
    };
    assert!(stewards.suffice([&a, &b].into_iter()));
    assert!(!stewards.suffice([&a].into_iter()));
    assert!(!stewards.suffice([&a, &a].into_iter()), "one, twice");
    assert!(!stewards.suffice([&a, &b, &c].into_iter()), "a stranger");
}

#[test]
fn a_part_without_a_node_is_refused_for_nobody_could_change_it() {
    let node =
        |name: &str, code: &str| format!("[[agency.node]]\nname = \"{name}\"\ncode = \"{code}\"\n");
    let one_left = with(&node("audit", "OIGAUD"), "");
    assert!(Part::parse(&one_left).is_ok());
    let none = one_left.replace(&node("lax", "CBPLAX"), "");
    let none = none.replace("nodes = [\"lax\"]", "nodes = []");
    let missing = ("agency".to_owned(), Reason::FieldMissing);
    assert!(problems(&none).contains(&missing));
}

#[test]
fn that_a_name_is_shared_is_said_and_told_when_it_changes() {
    let shared = Part::parse(EXAMPLE_US).unwrap();
    assert!(shared.joint_groups().contains("air-cargo"));
    let own = Part::parse(&with("joint = true\n", "")).unwrap();
    assert!(own.joint_groups().is_empty());
    let change = &changes(Some(&own), &shared)[0];
    assert_eq!(
        (change.field.as_str(), change.after.as_str()),
        ("joint", "true")
    );
}

#[test]
fn an_escalation_goes_to_a_group_that_the_part_lists() {
    let text = EXAMPLE_MX.replace(
        "[[group]]\nname = \"air-cargo\"",
        "[[group]]\nname = \"other\"",
    );
    let found = problems(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].0.ends_with("escalation"));
}

#[test]
fn a_change_is_told_by_name() {
    let before = Part::parse(EXAMPLE_US).unwrap();
    assert_eq!(changes(Some(&before), &before), []);
    let text = with("code = \"CBPLAX\"", "code = \"CBPLAX2\"")
        .replace(
            "name = \"audit\"\ncode = \"OIGAUD\"",
            "name = \"tape\"\ncode = \"OIGAUD\"",
        )
        .replace("members = [\"us.dev.invalid/cbp\"]", "members = []");
    let after = Part::parse(&text).unwrap();
    let found: Vec<String> = changes(Some(&before), &after)
        .into_iter()
        .map(|change| {
            let name = change.name.rsplit('/').next().unwrap().to_owned();
            let (was, now) = (&change.before, &change.after);
            format!("{:?} {name} {} {was}>{now}", change.kind(), change.field)
        })
        .collect();
    assert_eq!(
        found,
        [
            "Changed lax code CBPLAX>CBPLAX2",
            "Left audit  >",
            "Joined tape  >",
            "Changed air-cargo members us.dev.invalid/cbp>",
        ]
    );
    let first = changes(None, &before);
    assert!(
        first
            .iter()
            .all(|change| change.kind() == ChangeKind::Joined)
    );
    assert_eq!(first.len(), 8);
}

#[test]
fn purposes_are_kinds_of_goods_and_a_policy_has_an_end() {
    let purposes =
        "purposes = [\"ILLICIT_DRUG\", \"CHEMICAL_PRECURSOR\", \"FIREARM\", \"ILLICIT_FUEL\"]";
    let part = Part::parse(EXAMPLE_US).unwrap();
    let of = |name: &str| part.agency(&name.parse().unwrap()).unwrap().purposes.len();
    assert_eq!((of("us.dev.invalid/cbp"), of("us.dev.invalid/oig")), (4, 0));
    let field = || "agency[us.dev.invalid/cbp].purposes".to_owned();
    let drugs = "purposes = [\"DRUGS\"]";
    assert_eq!(
        problems(&with(purposes, drugs)),
        [(field(), Reason::CodeUnknown)]
    );
    let twice = "purposes = [\"FIREARM\", \"FIREARM\"]";
    assert_eq!(
        problems(&with(purposes, twice)),
        [(field(), Reason::Repeated)]
    );
    let line = "stewards_needed = 1\n";
    let long = |bytes: usize| with(line, &format!("{line}policy = \"{}\"\n", "x".repeat(bytes)));
    assert!(part.policy().is_none());
    // Whether it is one is not asked here.
    let kept = Part::parse(&long(crate::limits::POLICY_BYTES_MAX)).unwrap();
    assert_eq!(
        kept.policy().map(str::len),
        Some(crate::limits::POLICY_BYTES_MAX)
    );
    let over = long(crate::limits::POLICY_BYTES_MAX + 1);
    assert_eq!(problems(&over), [("policy".to_owned(), Reason::Size)]);
}
