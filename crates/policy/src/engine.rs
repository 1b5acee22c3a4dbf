//! The decision: first the floor, then the policy of each side that is concerned, each for itself. All of them must allow.
//!
//! So the permit of one side can open neither the floor nor what the other closes. In Cedar a rule that fails is skipped, and a forbid
//! that is skipped is none: here whatever fails denies, and says so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cedar_policy::{AuthorizationError, Authorizer, Decision, PolicySet};
use precinto_alert::id::Side;

use crate::cache::Cache;
use crate::digest::digest;
use crate::inquiry::Inquiry;
use crate::limits::RULES_TOLD_MAX;
use crate::load::DEFAULT_PERMIT;
use crate::request::Question;
use crate::{Ask, Facts, Floor, Policy};

/// What is told where a policy has permits and none of them holds.
const DEFAULT_DENY: &str = "default-deny";

/// What is told where the facts cannot be put to the rules at all.
const UNASKABLE: &str = "default-unaskable";

/// A floor and the policies of sides: everything that decides. It never changes; what changes makes another one.
#[derive(Debug)]
pub struct Rules {
    floor: Floor,
    sites: BTreeMap<Side, Policy>,
    digest: [u8; 32],
    cache: Cache,
}

/// What the rules say to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    outcome: Outcome,
    rules: BTreeSet<String>,
}

/// How it came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything that was asked allows it.
    Allowed,
    /// At least one rule forbids it, or a side's permits do not cover it.
    Refused,
    /// A rule could not be evaluated. That is refused as well, and is a fault of ours or of the policy: raise an alarm.
    Failed,
}

impl Rules {
    /// Puts them together. A side without a policy leaves everything to the floor.
    pub fn new(floor: Floor, sites: impl IntoIterator<Item = (Side, Policy)>) -> Self {
        let sites: BTreeMap<Side, Policy> = sites.into_iter().collect();
        let texts = sites
            .iter()
            .map(|(side, policy)| (side.clone(), policy.text()));
        let digest = digest(floor, &texts.collect());
        Self {
            floor,
            sites,
            digest,
            cache: Cache::default(),
        }
    }

    /// Which floor is below it.
    pub fn floor(&self) -> Floor {
        self.floor
    }

    /// The name of exactly these texts, for records: SHA-256, described in `digest.rs`.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The policy of a side, if it has one.
    pub fn site(&self, side: &Side) -> Option<&Policy> {
        self.sites.get(side)
    }

    /// About a message. Whoever has several questions about one asks for this once: its lists are read once.
    pub fn about<'a>(&'a self, facts: &'a Facts) -> Inquiry<'a> {
        Inquiry::new(self, facts)
    }

    /// Decides. The same question gets the same verdict, which is remembered.
    ///
    /// Not asked here: signatures, certificates, schema, rates, who is in the directory. Those come first.
    pub fn decide(&self, ask: Ask<'_>, facts: &Facts) -> Arc<Verdict> {
        self.about(facts).decide(ask)
    }

    pub(crate) fn cache(&self) -> &Cache {
        &self.cache
    }

    /// What the floor says, then each side that is concerned.
    pub(crate) fn judge(&self, question: &Question, by: &Side, facts: &Facts) -> Verdict {
        let floor = answer(question, &self.floor.policy().set, str::to_owned);
        if floor.outcome != Outcome::Allowed || facts.is_withdrawal() {
            return floor;
        }
        let concerned = BTreeSet::from([facts.originator.side(), by]);
        let mut all = Verdict::new(Outcome::Allowed, []);
        for side in concerned {
            let said = self.sites.get(side).map_or_else(
                || floor.clone(),
                |policy| answer(question, &policy.set, |id| format!("{side}#{id}")),
            );
            all = all.and(said);
        }
        all.told_at_most(RULES_TOLD_MAX)
    }
}

impl Verdict {
    /// Where the facts cannot be put to the rules at all.
    pub(crate) fn unaskable() -> Self {
        Self::new(Outcome::Failed, [UNASKABLE.to_owned()])
    }

    fn new(outcome: Outcome, rules: impl IntoIterator<Item = String>) -> Self {
        Self {
            outcome,
            rules: rules.into_iter().collect(),
        }
    }

    /// Whether it may be.
    pub fn allowed(&self) -> bool {
        self.outcome == Outcome::Allowed
    }

    /// How it came out.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The ids of the rules that decided, sorted, at most [`RULES_TOLD_MAX`]: on a refusal those that refused. Those of the floor as
    /// they are, those of a side as `side#id`; `default-permit` where a side has no permits of its own, `side#default-deny` where it
    /// has some and none holds.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(String::as_str)
    }

    /// Both must allow; of two that refuse, both are told.
    fn and(mut self, mut other: Self) -> Self {
        match (self.allowed(), other.allowed()) {
            (true, false) => other,
            (false, true) => self,
            (true, true) | (false, false) => {
                self.rules.append(&mut other.rules);
                if other.outcome == Outcome::Failed {
                    self.outcome = Outcome::Failed;
                }
                self
            }
        }
    }

    fn told_at_most(mut self, max: usize) -> Self {
        while self.rules.len() > max {
            self.rules.pop_last();
        }
        self
    }
}

/// What one set of rules says, each rule by the name that `told` gives it.
fn answer(question: &Question, set: &PolicySet, told: impl Fn(&str) -> String) -> Verdict {
    let Question { request, entities } = question;
    let response = Authorizer::new().is_authorized(request, set, entities);
    let diagnostics = response.diagnostics();
    let mut failed = diagnostics.errors().peekable();
    if failed.peek().is_some() {
        let ids = failed.map(|error| match error {
            AuthorizationError::PolicyEvaluationError(error) => told(error.policy_id().as_ref()),
        });
        return Verdict::new(Outcome::Failed, ids).told_at_most(RULES_TOLD_MAX);
    }
    let mut rules: BTreeSet<String> = diagnostics
        .reason()
        .map(|id| match id.as_ref() {
            DEFAULT_PERMIT => DEFAULT_PERMIT.to_owned(),
            id => told(id),
        })
        .collect();
    match response.decision() {
        Decision::Allow => Verdict::new(Outcome::Allowed, rules),
        Decision::Deny => {
            if rules.is_empty() {
                rules.insert(told(DEFAULT_DENY));
            }
            Verdict::new(Outcome::Refused, rules)
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
