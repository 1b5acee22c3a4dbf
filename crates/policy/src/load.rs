//! From a text to rules that can be asked: everything that could surprise is refused here, with its place and what to do about it.
//!
//! Cedar checks each rule against the schema, in its strict mode; what it merely doubts is refused too. Beyond that the text must
//! be small and flat (it may be the other side's), every rule must have a name of its own, and names of sides, agencies,
//! countries and marks must be of their form: a misspelt name makes a rule that never holds, and a forbid that never holds leaks.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

use cedar_policy::{Effect, PolicyId, PolicySet, ValidationMode, Validator};
use miette::Diagnostic;

use crate::limits::{LEVEL_MAX, POLICY_BYTES_MAX, RULE_ID_BYTES_MAX};
use crate::schema::SCHEMA;
use crate::stack::with_room;

pub(crate) mod fault;
mod found;
mod hidden;
mod names;
pub(crate) mod place;
mod shape;
#[cfg(test)]
mod tests;
mod token;

use fault::{Fault, Kind};
use found::Found;
use shape::Shape;

/// The id of the rule that permits what nothing forbids, where a policy has no permit of its own.
pub(crate) const DEFAULT_PERMIT: &str = "default-permit";

/// A side's policy, read and checked. Only [`Policy::parse`] makes one.
#[derive(Debug, Clone)]
pub struct Policy {
    text: String,
    permits: BTreeSet<String>,
    forbids: BTreeSet<String>,
    remarks: BTreeMap<String, String>,
    rules: BTreeMap<String, String>,
    pub(crate) set: PolicySet,
}

/// Why a text is no policy: everything that is wrong with it, at most [`FAULTS_MAX`](crate::limits::FAULTS_MAX), in the order of the text; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", listed(.0))]
pub struct PolicyError(pub Vec<Fault>);

fn listed(faults: &[Fault]) -> String {
    let texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

/// Whose text it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// What holds for all.
    Floor,
    /// One side's.
    Side,
}

impl Policy {
    /// Reads a side's policy; a text without rules is one that forbids nothing.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        Self::read(text, Whose::Side)
    }

    /// The text, as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The ids of its permits. As soon as there is one, what none of them permits is refused.
    pub fn permits(&self) -> &BTreeSet<String> {
        &self.permits
    }

    /// The ids of its forbids.
    pub fn forbids(&self) -> &BTreeSet<String> {
        &self.forbids
    }

    /// What is written right above a rule, without the slashes: what it does, in people's words. Empty where nothing is.
    pub fn remark(&self, rule: &str) -> &str {
        self.remarks.get(rule).map_or("", String::as_str)
    }

    /// The text of one rule, from its id to its semicolon.
    pub fn rule(&self, rule: &str) -> Option<&str> {
        self.rules.get(rule).map(String::as_str)
    }

    pub(crate) fn read(text: &str, whose: Whose) -> Result<Self, PolicyError> {
        with_room(|| Self::read_here(text, whose))
    }

    /// On a stack that has room for it.
    fn read_here(text: &str, whose: Whose) -> Result<Self, PolicyError> {
        let refuse = |found: Vec<Found>| Err(PolicyError(Found::told(text, found)));
        let bytes = text.len();
        if bytes > POLICY_BYTES_MAX {
            return refuse(vec![Found::at(0, Kind::TooLong { bytes })]);
        }
        let Shape {
            faults,
            misnamed,
            unknown,
            rules,
            ..
        } = Shape::of(text);
        if !faults.is_empty() {
            return refuse(faults);
        }
        let parsed: PolicySet = match text.parse() {
            Ok(parsed) => parsed,
            Err(error) => return refuse(syntax(&error)),
        };
        let Named {
            set,
            remarks,
            rules,
            mut faults,
        } = named(text, &parsed, &rules, whose);
        faults.extend(misnamed);
        faults.extend(checked(&set));
        if faults.is_empty() {
            faults = unknown;
        }
        if !faults.is_empty() {
            return refuse(faults);
        }
        let of_effect = |effect| {
            let policies = set.policies().filter(|policy| policy.effect() == effect);
            policies.map(|policy| policy.id().to_string()).collect()
        };
        let (permits, forbids): (BTreeSet<String>, _) =
            (of_effect(Effect::Permit), of_effect(Effect::Forbid));
        let set = if permits.is_empty() {
            with_default(set)
        } else {
            set
        };
        Ok(Self {
            text: text.to_owned(),
            permits,
            forbids,
            remarks,
            rules,
            set,
        })
    }
}

/// With a rule that permits everything, so that its forbids alone decide.
fn with_default(mut set: PolicySet) -> PolicySet {
    let permit = "permit (principal, action, resource);";
    let permit = cedar_policy::Policy::parse(Some(PolicyId::new(DEFAULT_PERMIT)), permit);
    let permit = permit.expect("a rule that is compiled in");
    set.add(permit)
        .expect("no rule of a text has a reserved id");
    set
}

fn syntax(error: &cedar_policy::ParseErrors) -> Vec<Found> {
    let found = |error: &cedar_policy::ParseError| {
        let cause = cause(error);
        Found::at(offset(error), Kind::Syntax { cause })
    };
    error.iter().map(found).collect()
}

/// Rules under their own ids.
#[derive(Default)]
struct Named {
    set: PolicySet,
    remarks: BTreeMap<String, String>,
    rules: BTreeMap<String, String>,
    faults: Vec<Found>,
}

/// Every rule under its own id, and what is wrong with ids. A rule without one of its own keeps the number that Cedar gave it, so that
/// the rest of it can be checked all the same. `places` are those of the rules, in the order of the text, which is Cedar's too.
fn named(text: &str, parsed: &PolicySet, places: &[Range<usize>], whose: Whose) -> Named {
    let mut named = Named::default();
    let faults = &mut named.faults;
    let mut policies: Vec<_> = parsed.policies().collect();
    let number = |policy: &cedar_policy::Policy| {
        let id = policy.id().to_string();
        id.trim_start_matches("policy").parse::<usize>().ok()
    };
    policies.sort_by_key(|policy| number(policy));
    let mut ids = BTreeSet::new();
    for (policy, place) in policies.into_iter().zip(places) {
        let id = policy.annotation("id").filter(|id| !id.is_empty());
        let wrong = match id {
            None => Some(Kind::IdMissing),
            Some(id) => of_id(id, whose).or_else(|| {
                let is_new = ids.insert(id.to_owned());
                (!is_new).then_some(Kind::IdTwice)
            }),
        };
        let renamed = match (id, &wrong) {
            (Some(id), None) => policy.new_id(PolicyId::new(id)),
            _ => policy.clone(),
        };
        let permit =
            (whose == Whose::Floor && policy.effect() == Effect::Permit).then_some(Kind::Permit);
        let kinds = wrong.into_iter().chain(permit);
        faults.extend(kinds.map(|kind| Found::at(place.start, kind).of(id)));
        // Two rules cannot have one id here: it is new, or Cedar's own number.
        drop(named.set.add(renamed));
        if let Some(id) = id {
            let remark = above(text.get(..place.start).unwrap_or_default());
            let rule = text.get(place.clone()).unwrap_or_default();
            named.remarks.insert(id.to_owned(), remark);
            named.rules.insert(id.to_owned(), rule.to_owned());
        }
    }
    named
}

/// The remarks at the end of a text, one line each.
fn above(text: &str) -> String {
    let lines = text.lines().rev().skip_while(|line| line.trim().is_empty());
    let remarks = lines.map_while(|line| line.trim_start().strip_prefix("//"));
    let mut remarks: Vec<&str> = remarks.map(str::trim).collect();
    remarks.reverse();
    remarks.join("\n")
}

fn of_id(id: &str, whose: Whose) -> Option<Kind> {
    let is_of_id = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if id.len() > RULE_ID_BYTES_MAX || !id.bytes().all(is_of_id) {
        return Some(Kind::IdForm);
    }
    let is_reserved = id.starts_with("floor-") || id.starts_with("default-");
    (is_reserved && whose == Whose::Side).then_some(Kind::IdReserved)
}

/// What Cedar finds against the schema. It says nothing of what it had no room to look at: see [`with_room`].
fn checked(set: &PolicySet) -> Vec<Found> {
    let validator = Validator::new(SCHEMA.clone());
    let result = validator.validate_with_level(set, ValidationMode::Strict, LEVEL_MAX);
    let found = |error: &dyn Diagnostic, rule: &PolicyId, kind| {
        let rule = rule.to_string();
        let id = set.annotation(&PolicyId::new(&rule), "id");
        Found::at(offset(error), kind).of(id)
    };
    let errors: Vec<_> = result.validation_errors().collect();
    // A rule that asks what does not exist can never hold either; that follows, and is not told.
    let wrong: HashSet<&PolicyId> = errors.iter().map(|error| error.policy_id()).collect();
    let doubts = result.validation_warnings();
    let doubts = doubts.filter(|doubt| !wrong.contains(doubt.policy_id()));
    let doubts = doubts.map(|doubt| {
        let cause = cause(doubt);
        found(doubt, doubt.policy_id(), Kind::Doubt { cause })
    });
    let errors = errors.iter().map(|error| {
        let cause = cause(*error);
        found(*error, error.policy_id(), Kind::Schema { cause })
    });
    errors.chain(doubts).collect()
}

/// What Cedar says of it, with its proposal if it has one.
fn cause(error: &dyn Diagnostic) -> String {
    match error.help() {
        Some(help) => format!("{error}; {help}"),
        None => error.to_string(),
    }
}

/// Where Cedar found it; the beginning where it does not say.
fn offset(error: &dyn Diagnostic) -> usize {
    let label = error.labels().and_then(|mut labels| labels.next());
    label.map_or(0, |label| label.offset())
}
