//! A rule as a person reads it: its id, what is written above it, and its text.

use crate::output::{Lang, printable};
use precinto_policy::{Policy, Rules};
use serde_json::{Value, json};

/// The policy that the rule with this id is of, and its id there.
fn of<'a>(rules: &'a Rules, rule: &'a str) -> Option<(&'a Policy, &'a str)> {
    match rule.split_once('#') {
        None => Some((rules.floor().policy(), rule)),
        Some((side, id)) => {
            let side = side.parse().ok()?;
            Some((rules.site(&side)?, id))
        }
    }
}

/// What is written above it, in the words of whoever wrote it; empty where nothing is.
pub(super) fn remark<'a>(rules: &'a Rules, rule: &'a str) -> &'a str {
    of(rules, rule).map_or("", |(policy, id)| policy.remark(id))
}

/// Its text; none of what stands in no policy, as `default-permit`, or of one that is not to be had.
pub(super) fn text<'a>(rules: &'a Rules, rule: &'a str) -> Option<&'a str> {
    let (policy, id) = of(rules, rule)?;
    policy.rule(id)
}

/// What is meant by an id that stands in no policy.
pub(super) fn meaning(rule: &str, lang: Lang) -> Option<&'static str> {
    let (_, id) = rule.split_once('#').unwrap_or(("", rule));
    Some(match id {
        "default-permit" => lang.pick(
            "no rule of that side or of the floor forbids it",
            "ninguna regla de ese lado ni del piso lo prohíbe",
        ),
        "default-deny" => lang.pick(
            "that side permits what it lists, and this is not in its list",
            "ese lado permite lo que enumera, y esto no está en su lista",
        ),
        "default-unaskable" => lang.pick(
            "the message could not be put to the rules at all, and that refuses it",
            "el mensaje no pudo plantearse a las reglas, y eso lo niega",
        ),
        _ => return None,
    })
}

/// Whose rule it is: the side's name; none for the floor and for what stands in no policy.
fn side(rule: &str) -> Option<&str> {
    rule.split_once('#').map(|(side, _)| side)
}

/// As machines read it.
pub(super) fn to_json(rules: Option<&Rules>, rule: &str) -> Value {
    json!({
        "id": rule,
        "side": side(rule),
        "remark": rules.map_or("", |rules| remark(rules, rule)),
        "text": rules.and_then(|rules| text(rules, rule)),
    })
}

/// As people read it, below a line of its own with the id.
pub(super) fn lines(rules: Option<&Rules>, rule: &str, lang: Lang) -> Vec<String> {
    let mut lines = vec![format!("     {}", printable(rule))];
    let mut add = |text: &str| {
        let text = text.lines();
        lines.extend(text.map(|line| format!("            {}", printable(line))));
    };
    add(meaning(rule, lang).unwrap_or_default());
    if let Some(rules) = rules {
        add(remark(rules, rule));
        add(text(rules, rule).unwrap_or_default());
    }
    lines
}
