//! What is not in the list is refused where it stands, and the limits are where they are said to be.

use super::*;

fn faults(text: &str) -> Vec<(usize, Kind)> {
    let told = Found::told(text, Shape::of(text).faults).into_iter();
    told.map(|fault| (fault.place.column, fault.kind)).collect()
}

fn kinds(text: &str) -> Vec<Kind> {
    faults(text).into_iter().map(|(_, kind)| kind).collect()
}

#[test]
fn chains_and_brackets_have_an_end_and_texts_and_remarks_do_not_count() {
    let deep = |levels| format!("{}action{}", "(".repeat(levels), ")".repeat(levels));
    assert_eq!(kinds(&deep(NESTING_MAX)), []);
    assert_eq!(
        faults(&deep(NESTING_MAX + 1)),
        [(NESTING_MAX + 1, Kind::TooDeep)]
    );
    for sign in [
        ".tlp",
        "&&action",
        "||action",
        "!",
        "==action",
        " in action",
    ] {
        let chain = |links| format!("action{}", sign.repeat(links));
        assert_eq!(kinds(&chain(OPERATORS_MAX)), [], "{sign}");
        assert_eq!(kinds(&chain(OPERATORS_MAX + 1)), [Kind::TooDeep], "{sign}");
    }
    let halves = format!("{}; {}", "(".repeat(NESTING_MAX), "(".repeat(NESTING_MAX));
    assert_eq!(kinds(&halves).len(), 1, "no rule ends within brackets");
    // A rule each, so none of them is long.
    let long = format!("action{};", ".tlp".repeat(OPERATORS_MAX));
    assert_eq!(kinds(&long.repeat(3)), []);
    assert_eq!(kinds(&format!("@id(\"{}\")", "(".repeat(99))), []);
    assert_eq!(kinds(&format!("// {}\naction", "((((\"".repeat(99))), []);
    assert_eq!(kinds(&format!("// \"\n{}", deep(99))), [Kind::TooDeep]);
}

#[test]
fn names_words_and_rules_have_an_end() {
    let names = |count: usize| format!("[{}]", "A::\"b\",".repeat(count));
    assert_eq!(kinds(&names(NAMES_MAX)), []);
    assert_eq!(kinds(&names(NAMES_MAX + 1)), [Kind::TooMuch]);
    assert_eq!(kinds(&"permit\n".repeat(WORDS_MAX)), []);
    assert_eq!(kinds(&"permit\n".repeat(WORDS_MAX + 9)), [Kind::TooMuch]);
    assert_eq!(kinds(&";".repeat(RULES_MAX)), []);
    let rules = RULES_MAX + 1;
    assert_eq!(kinds(&";".repeat(rules)), [Kind::TooMany { rules }]);
    // However many there are, so many are told, and nobody looks for more.
    assert_eq!(faults(&"5;".repeat(30_000)).len(), FAULTS_MAX);
    assert_eq!(
        Shape::of(&"action.x ".repeat(2_000)).unknown.len(),
        FAULTS_MAX
    );
}

#[test]
fn what_is_not_in_the_list_is_not_there() {
    let useless = |what: &str| Kind::Useless { what: what.into() };
    let called = |name: &str| Kind::Extension { name: name.into() };
    for (text, column, kind) in [
        ("if", 1, useless("if")),
        ("action then", 8, useless("then")),
        ("action else", 8, useless("else")),
        ("action like", 8, useless("like")),
        ("action is Agency", 8, useless("is")),
        ("true", 1, useless("true")),
        ("!false", 2, useless("false")),
        ("tlp", 1, useless("tlp")),
        ("__cedar", 1, useless("__cedar")),
        ("action == \"b\"", 11, useless("\"…\"")),
        ("@id(\"a\")\"b\"", 9, useless("\"…\"")),
        ("A::\"\\u{61}\"", 4, useless("\\")),
        ("action == 1", 11, useless("1")),
        ("action < action", 8, useless("<")),
        ("action >= action", 8, useless(">")),
        ("when { {action: action} }", 8, useless("{ }")),
        ("action & action", 8, useless("&")),
        ("ñ", 1, useless("ñ")),
        ("action\u{a0}", 7, useless("\u{a0}")),
        ("@advice(\"x\")", 2, useless("@advice")),
        ("(principal == ?principal)", 15, Kind::Template),
        ("action + action", 8, Kind::Arithmetic),
        ("-action", 1, Kind::Arithmetic),
        ("action*action", 7, Kind::Arithmetic),
        ("action.getTag(A::\"b\")", 8, called("getTag")),
        ("action.lessThan (action)", 8, called("lessThan")),
        ("action.has (action)", 8, called("has")),
        ("ip(action)", 1, called("ip")),
        ("contains(action)", 1, called("contains")),
        ("[A::\"b\", principal]", 10, Kind::List),
        ("[[A::\"b\"]]", 2, Kind::List),
        ("[(A::\"b\")]", 2, Kind::List),
        ("action[action]", 8, Kind::List),
        ("action // \u{202e}", 11, Kind::Hidden),
    ] {
        assert_eq!(faults(text), [(column, kind)], "{text}");
    }
    let sound = "@id(\"a\") permit (principal in Side::\"us.dev.invalid\", action, resource) // if 1 < 2\nwhen { [A::\"b\",].contains(action) };";
    assert_eq!(kinds(sound), []);
}

/// Cedar takes `has` of what a thing cannot have for false, and does not look at what stands behind it.
#[test]
fn has_asks_for_what_may_be_missing_and_for_nothing_else() {
    for optional in ["precedence", "use_code", "authority", "protected_bag"] {
        assert_eq!(kinds(&format!("resource has {optional}")), []);
    }
    for wrong in [
        "resource has protected_bagg",
        "resource has tlp",
        "resource has country",
        "principal has use_code",
        "context has onward",
        "action.resource has use_code",
        "resource has use_code.country",
        "(resource) has use_code",
    ] {
        assert_eq!(kinds(wrong), [Kind::Has], "{wrong}");
    }
    assert_eq!(OPTIONAL.len(), 4);
}

#[test]
fn what_is_asked_for_is_in_the_schema() {
    let unknown = |text: &str| Shape::of(text).unknown.len();
    assert_eq!(unknown("resource.tlpp == action && principal.nonsense"), 2);
    assert_eq!(unknown("resource.originator.country == action"), 0);
    assert_eq!(
        unknown("resource.marks.containsAll(action) && context.onward"),
        0
    );
}

#[test]
fn each_rule_has_its_place_and_a_fault_its_rule() {
    let text = "// x;\n@id(\"a\") permit ( ; );\n\n@id(\"b\") forbid (1);";
    let shape = Shape::of(text);
    assert_eq!(shape.rules, [6..28, 30..50]);
    let told = Found::told(text, shape.faults);
    assert_eq!(told[0].rule.as_deref(), Some("b"));
}
