//! What is refused where a policy is read, and where it says that it found it.

use proptest::prelude::*;

use super::*;
use crate::engine::tests::facts;
use crate::limits::{FAULTS_MAX, NESTING_MAX, OPERATORS_MAX, RULES_MAX};

fn faults(text: &str) -> Vec<(usize, usize, &'static str)> {
    let error = Policy::parse(text).err();
    let faults = error.into_iter().flat_map(|error| error.0);
    faults
        .map(|fault| (fault.place.line, fault.place.column, fault.kind.name()))
        .collect()
}

/// A rule with this condition, on the second line from its ninth column on.
fn when(condition: &str) -> String {
    format!("@id(\"a\") forbid (principal, action, resource)\nwhen {{ {condition} }};")
}

/// A text, and each fault's line, column and kind.
type Wrong = (String, &'static [(usize, usize, &'static str)]);

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn each_thing_that_could_surprise_is_refused_with_its_place() {
    let rule = "permit (principal, action, resource);";
    let obtain = "@id(\"a\") forbid (principal, action in Action::\"Obtain\", resource)\nwhen";
    let cases: Vec<Wrong> = vec![
        (when("resource.tlpp == Tlp::\"RED\""), &[(2, 8, "SCHEMA")]),
        (
            when("resource.tlp == Tlp::\"CRIMSON\""),
            &[(2, 24, "SCHEMA")],
        ),
        (
            when("resource.use_code == UseCode::\"H2\""),
            &[(2, 8, "SCHEMA")],
        ),
        (when("context.onward"), &[(2, 8, "SCHEMA")]),
        (when("resource.tlp"), &[(2, 8, "SCHEMA")]),
        (
            when("principal.getTag(\"x\") == \"y\""),
            &[(2, 18, "EXTENSION")],
        ),
        (when("false"), &[(2, 8, "USELESS")]),
        (
            when("resource.tlp == resource.precedence"),
            &[(2, 33, "SCHEMA")],
        ),
        (
            format!("{obtain} {{ ip(\"::1\").isLoopback() }};"),
            &[(2, 8, "EXTENSION")],
        ),
        (
            format!("{obtain} {{ decimal(\"1.0\").lessThan(decimal(\"2.0\")) }};"),
            &[(2, 8, "EXTENSION")],
        ),
        (when("1 + 1 == 2"), &[(2, 8, "USELESS")]),
        (when("-resource.tlp"), &[(2, 8, "ARITHMETIC")]),
        // Cedar does not see it: one half is false for it, and nothing is said of half a condition.
        (
            when(
                "resource.tear_line || (resource has protected_bagg && resource.protected_bagg == ProtectedBag::\"CONSULAR\")",
            ),
            &[(2, 44, "HAS")],
        ),
        (
            when("resource.tear_line // \u{202e}\n"),
            &[(2, 30, "HIDDEN")],
        ),
        (
            "@id(\"a\") forbid (principal == ?principal, action, resource);".into(),
            &[(1, 31, "TEMPLATE")],
        ),
        (format!("\n  {rule}"), &[(2, 3, "ID_MISSING")]),
        (format!("@id {rule}"), &[(1, 1, "ID_MISSING")]),
        (
            format!("@id(\"a\") {rule}\n@id(\"a\") {rule}"),
            &[(2, 1, "ID_TWICE")],
        ),
        (format!("@id(\"A\") {rule}"), &[(1, 1, "ID_FORM")]),
        (
            format!("@id(\"{}\") {rule}", "a".repeat(65)),
            &[(1, 1, "ID_FORM")],
        ),
        (
            format!("@id(\"floor-own-name\") {rule}"),
            &[(1, 1, "ID_RESERVED")],
        ),
        (
            format!("@id(\"default-permit\") {rule}"),
            &[(1, 1, "ID_RESERVED")],
        ),
        (when("principal in Side::\"mx dev\""), &[(2, 27, "NAME")]),
        (when("principal == Agency::\"anam\""), &[(2, 29, "NAME")]),
        (
            when("principal.country == Country::\"MEX\""),
            &[(2, 38, "NAME")],
        ),
        (
            when("resource.marks.contains(Mark::\"US:SECRET\")"),
            &[(2, 38, "NAME")],
        ),
        (
            when("resource == Message::\"message\""),
            &[(2, 29, "MESSAGE")],
        ),
        (
            when("resource.originator.country.name == resource.tlp"),
            &[(2, 8, "SCHEMA")],
        ),
        (
            when("Agency::\"mx.dev.invalid/anam\".country == Country::\"MX\""),
            &[(2, 8, "SCHEMA")],
        ),
        ("permit (principal, action);".into(), &[(1, 26, "SYNTAX")]),
        ("permit principal".into(), &[(1, 8, "SYNTAX")]),
        (
            when(&format!(
                "{}resource.tear_line{}",
                "(".repeat(20),
                ")".repeat(20)
            )),
            &[(2, 23, "TOO_DEEP")],
        ),
        ("x".repeat(POLICY_BYTES_MAX + 1), &[(1, 1, "TOO_LONG")]),
    ];
    for (text, expected) in cases {
        assert_eq!(faults(&text), expected, "{text:.200}");
    }
    let many = |count| -> String {
        let rules = (0..count).map(|number| format!("@id(\"r{number}\") {rule}\n"));
        rules.collect::<Vec<_>>().concat()
    };
    assert_eq!(faults(&many(RULES_MAX)), []);
    assert_eq!(faults(&many(RULES_MAX + 1)), [(1, 1, "TOO_MANY")]);
    assert_eq!(faults(&" ".repeat(POLICY_BYTES_MAX)), []);
}

#[test]
fn everything_is_told_at_once_in_order_with_the_rule_and_what_to_do() {
    let text = r#"
permit (principal, action, resource) when { resource.tlpp == Tlp::"RED" };
@id("b") forbid (principal == Agency::"anam", action, resource);"#;
    let error = Policy::parse(text).unwrap_err();
    let names: Vec<_> = error.0.iter().map(|fault| fault.kind.name()).collect();
    assert_eq!(names, ["ID_MISSING", "SCHEMA", "NAME"]);
    assert_eq!(error.0[2].rule.as_deref(), Some("b"));
    let said = error.to_string();
    assert!(said.contains("line 2, column 45"), "{said}");
    assert!(said.contains("did you mean `tlp`"), "{said}");
    for fault in &error.0 {
        assert!(!fault.next().is_empty());
    }
}

#[test]
fn a_policy_knows_its_rules_and_its_text() {
    let text = "// Head.\n\n// What p does.\n// Lo que hace p.\n@id(\"p\") permit (principal, action, resource);\n\n@id(\"f\")\nforbid (principal, action, resource);";
    let policy = Policy::parse(text).unwrap();
    assert_eq!(policy.text(), text);
    assert!(policy.permits().iter().eq(["p"]) && policy.forbids().iter().eq(["f"]));
    assert_eq!(policy.remark("p"), "What p does.\nLo que hace p.");
    assert_eq!(policy.remark("f"), "");
    // A copy of a rule in a remark is none, and blanks part nothing.
    let copied = "// @id(\"p\") permit (principal, action, resource);\n  \n@id(\"p\") permit (principal, action, resource);";
    let copy = Policy::parse(copied).unwrap();
    assert_eq!(
        copy.remark("p"),
        "@id(\"p\") permit (principal, action, resource);"
    );
    let own = "@id(\"f\")\nforbid (principal, action, resource);";
    assert_eq!(policy.rule("f"), Some(own));
    assert_eq!(policy.rule("g"), None);
}

#[test]
fn hostile_texts_are_refused_and_end_nothing() {
    let rule = |condition: String| {
        format!("@id(\"a\") forbid (principal, action, resource) when {{ {condition} }};")
    };
    let third = POLICY_BYTES_MAX / 3;
    for text in [
        rule(format!("principal{}", ".a".repeat(third))),
        rule("!".repeat(third)),
        rule(format!("true{}", "||true".repeat(third / 3))),
        rule("if true then ".repeat(third / 8)),
        rule(format!("[{}]", "[".repeat(third))),
        "@a".repeat(third),
        "\"".into(),
        "@id(\"".into(),
        "\u{202e}".repeat(third / 2),
        "\0".into(),
        "@id(\"a\") permit (principal, action, resource) when { \"\\u{110000}\" == \"\" };".into(),
    ] {
        assert!(Policy::parse(&text).is_err(), "{text:.100}");
    }
}

/// What may nest and what may be long, each as deep as it may be; `last` is at the very end.
fn deepest(last: &str) -> Vec<String> {
    let rule = |condition: String| {
        format!("@id(\"a\") forbid (principal, action, resource) when {{ {condition} }};")
    };
    // "when" and the last one take some.
    let room = OPERATORS_MAX - 4;
    let chain = |link: &str, operators: usize| link.repeat(room / operators);
    let open = "(resource.tear_line || ".repeat(NESTING_MAX - 2);
    let close = ")".repeat(NESTING_MAX - 2);
    let rest = chain("resource.tear_line && ", 2);
    let rest: String = rest.chars().take(rest.len() * 3 / 4).collect();
    let rest = rest.rsplit_once("&& ").map_or("", |(rest, _)| rest);
    vec![
        rule(format!("{}{last}", chain("resource.tear_line || ", 2))),
        rule(format!("{}{last}", chain("resource.names_persons && ", 2))),
        rule(format!(
            "{}{last}",
            chain("principal == Agency::\"mx.dev.invalid/a0\" || ", 2)
        )),
        rule(format!("{}{last}", chain("!!!resource.tear_line || ", 5))),
        rule(format!(
            "{}{last}",
            chain(
                "resource has use_code && resource.use_code == UseCode::\"H2\" && ",
                5
            )
        )),
        rule(format!(
            "{}{last}",
            chain("resource.originator.country == principal.country || ", 5)
        )),
        rule(format!("{open}{rest}&& {last}{close}")),
        rule(format!(
            "resource.tear_line }} {} when {{ {last}",
            "unless { resource.tear_line }".repeat(room / 2 - 2)
        )),
    ]
}

#[test]
fn the_deepest_texts_are_checked_to_their_end_in_a_quarter_of_the_room() {
    for text in deepest("resource.nonsense") {
        assert!(
            Shape::of(&text).faults.is_empty(),
            "within the limits: {text}"
        );
        let set: PolicySet = with_room(|| text.parse().unwrap());
        let found = stacker::grow(crate::stack::STACK_BYTES / 4, || checked(&set));
        assert!(!found.is_empty(), "behind {text:.200}");
    }
}

/// Everything that is said of a text, and what it decides.
fn outcome(text: &str) -> Result<Vec<crate::Verdict>, PolicyError> {
    let policy = Policy::parse(text)?;
    let side = "us.dev.invalid".parse().unwrap();
    let rules = crate::Rules::new(crate::Floor::NEWEST, [(side, policy)]);
    let mut extract = facts();
    (extract.tear_line, extract.names_persons) = (true, true);
    let all = [facts(), extract];
    let verdicts = all.iter().flat_map(|facts| {
        let by = &facts.originator;
        let passage = crate::Passage::Direct;
        let asks = [
            crate::Ask::Submit { by },
            crate::Ask::Receive { by, passage },
        ];
        asks.map(|ask| crate::Verdict::clone(&rules.decide(ask, facts)))
    });
    Ok(verdicts.collect())
}

/// On a thread with so much stack.
fn on(bytes: usize, text: &str) -> Result<Vec<crate::Verdict>, PolicyError> {
    let (thread, text) = (std::thread::Builder::new(), text.to_owned());
    let thread = thread.stack_size(bytes).spawn(move || outcome(&text));
    thread.unwrap().join().expect("no panic")
}

const SMALL: usize = 256 * 1024;
const LARGE: usize = 8 * 1024 * 1024;

#[test]
fn the_deepest_texts_decide_the_same_on_every_stack() {
    for text in deepest("resource.criminal_intelligence") {
        let small = on(SMALL, &text);
        assert_eq!(small, on(LARGE, &text), "{text:.200}");
        let verdicts = small.unwrap_or_else(|error| panic!("{error}: {text:.200}"));
        let failed = |verdict: &crate::Verdict| verdict.outcome() == crate::Outcome::Failed;
        assert!(!verdicts.iter().any(failed), "{text:.200}");
    }
}

#[test]
fn the_schema_is_what_is_told() {
    let text = crate::schema();
    assert!(text.contains("entity Tlp enum [\"RED\", "), "{text}");
    assert!(text.contains("ILLICIT_FUEL"));
}

/// What texts are made of, in any order.
fn any_text() -> impl Strategy<Value = String> {
    let words = [
        "permit",
        "forbid",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ";",
        ".",
        "&&",
        "||",
        "!",
        "==",
        "in",
        "is",
        "has",
        "if",
        "then",
        "else",
        "when",
        "unless",
        "@id",
        "\"a\"",
        "\"floor-b\"",
        "\"\\u{41}\"",
        "principal",
        "action",
        "resource",
        "context",
        "Agency::\"x\"",
        "Tlp::\"RED\"",
        "Action::\"Submit\"",
        "?principal",
        "contains",
        "true",
        "1",
        "-",
        "ñ",
        "\"",
        "// x\n",
        "\n",
        "__cedar",
        "ip",
    ];
    let words = prop::collection::vec(prop::sample::select(words.to_vec()), 0..24);
    let rule = "@id(\"r\") forbid (principal, action, resource) when { ";
    (any::<bool>(), words).prop_map(move |(in_rule, words)| {
        let words = words.join(" ");
        if in_rule {
            format!("{rule}{words} }};")
        } else {
            words
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_a_policy_or_is_told_why_not(text in any_text()) {
        match Policy::parse(&text) {
            Ok(policy) => prop_assert_eq!(policy.text(), text),
            Err(PolicyError(faults)) => {
                prop_assert!(!faults.is_empty() && faults.len() <= FAULTS_MAX);
                prop_assert!(faults.is_sorted_by_key(|fault| fault.place));
                let lines = text.lines().count().max(1);
                for fault in faults {
                    prop_assert!(fault.place.line <= lines + 1, "{} of {}", fault, lines);
                    prop_assert!(!fault.to_string().is_empty() && !fault.next().is_empty());
                }
            }
        }
    }

    #[test]
    fn any_rule_is_read_and_decided_alike_on_every_stack(text in any_rule()) {
        prop_assert_eq!(on(SMALL, &text), on(LARGE, &text));
    }
}

/// Conditions of what a rule may ask, joined and nested at will, with now and then a word that does not belong there.
fn any_rule() -> impl Strategy<Value = String> {
    let asked = prop::sample::select(vec![
        "resource.tear_line",
        "resource.names_persons",
        "resource.tlp == Tlp::\"RED\"",
        "principal in Side::\"us.dev.invalid\"",
        "principal != resource.originator",
        "action == Action::\"Submit\"",
        "resource.addressees.contains(principal)",
        "principal.purposes.containsAny(resource.commodities)",
        "[MessageType::\"ALERT\", MessageType::\"CANCEL\"].contains(resource.message_type)",
        "(resource has use_code && resource.use_code == UseCode::\"H2\")",
        "resource.marks.isEmpty()",
    ]);
    let stray = prop::sample::select(vec![
        "if",
        "true",
        "\"x\"",
        "context.onward",
        "resource has tlp",
        "resource.tlpp",
        "(",
        "]",
        "5",
    ]);
    let leaf = prop_oneof![40 => asked, 1 => stray].prop_map(str::to_owned);
    let condition = leaf.prop_recursive(12, 160, 4, |inner| {
        let sign = prop::sample::select(vec![" && ", " || "]);
        let joined = (prop::collection::vec(inner, 1..5), sign, any::<bool>());
        joined.prop_map(|(parts, sign, not)| {
            let not = if not { "!" } else { "" };
            format!("{not}({})", parts.join(sign))
        })
    });
    let effect = prop::sample::select(vec!["permit", "forbid"]);
    let rules = prop::collection::vec((effect, condition), 1..4);
    rules.prop_map(|rules| {
        let rules = rules.iter().enumerate().map(|(number, (effect, condition))| {
            format!("@id(\"r{number}\")\n{effect} (principal, action, resource)\nwhen {{ {condition} }};\n")
        });
        rules.collect()
    })
}

#[test]
fn what_is_compared_is_of_one_kind_also_in_half_a_condition() {
    for never in [
        "resource == action",
        "principal == Side::\"mx.dev.invalid\"",
        "principal != resource",
        "Side::\"mx.dev.invalid\" == resource.originator",
        "resource.tlp == Precedence::\"P1\"",
        "principal.country == resource.tlp",
        "principal in Country::\"MX\"",
        "principal in [Country::\"MX\", Country::\"US\"]",
        "resource in Side::\"mx.dev.invalid\"",
        "principal.country in Side::\"mx.dev.invalid\"",
        "principal in Action::\"Submit\"",
        "action == Action::\"Obtain\"",
        "Agency::\"mx.dev.invalid/a\" == Agency::\"mx.dev.invalid/b\"",
        "Agency::\"mx.dev.invalid/a\" in Side::\"mx.dev.invalid\"",
        "(principal) == Side::\"mx.dev.invalid\"",
        "principal == (Side::\"mx.dev.invalid\")",
    ] {
        let text = when(&format!("resource.tear_line || {never}"));
        let kinds: Vec<_> = faults(&text).into_iter().map(|(.., kind)| kind).collect();
        assert_eq!(kinds, ["SCHEMA"], "{never}");
    }
    for sound in [
        "principal == resource.originator",
        "principal in [Side::\"mx.dev.invalid\", Side::\"us.dev.invalid\"]",
        "resource.originator in Side::\"mx.dev.invalid\"",
        "principal in resource.addressees",
        "Tlp::\"RED\" != resource.tlp",
        "principal.country == resource.originator.country",
        "action in [Action::\"Submit\", Action::\"Obtain\"]",
    ] {
        let text = when(&format!("resource.tear_line || {sound}"));
        assert_eq!(faults(&text), [], "{sound}");
    }
}
