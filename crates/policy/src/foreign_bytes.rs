//! The texts that lawyers and the other side write: any bytes at all, for fuzzing and for the replay of its corpora (test only).
//!
//! One function a target, as in `tests/fuzz/targets.rs`. A target that fails panics.

#![cfg_attr(
    not(fuzzing),
    expect(clippy::missing_panics_doc, reason = "a panic is the answer")
)]

use std::hint::black_box;
use std::sync::LazyLock;

use crate::limits::FAULTS_MAX;
use crate::table::TableError;
use crate::{Floor, Place, Policy, Rules, Table};

/// The cases that every policy is asked about.
static CASES: LazyLock<Table> = LazyLock::new(|| {
    let read = Table::parse(include_str!("../examples/cases.toml"));
    read.expect("an example that is tested")
});

/// A side's policy: what is refused says where and why, and what is let in has an answer to every question.
pub fn policy(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match Policy::parse(text) {
        Ok(policy) => {
            assert_eq!(policy.text(), text, "a policy is its text");
            for rule in policy.permits().union(policy.forbids()) {
                let words = policy.rule(rule).expect("a rule has a text");
                assert!(text.contains(words), "a rule that nobody wrote");
                black_box(policy.remark(rule).len());
            }
            let side = "us.dev.invalid".parse().expect("a side");
            let rules = Rules::new(Floor::NEWEST, [(side, policy)]);
            assert!(
                rules
                    .site(&"us.dev.invalid".parse().expect("a side"))
                    .is_some()
            );
            let floor = Rules::new(Floor::NEWEST, []);
            for (tried, alone) in CASES.run(&rules).iter().zip(CASES.run(&floor)) {
                let opened = tried.verdict.allowed() && !alone.verdict.allowed();
                assert!(!opened, "it opens the floor: {}", tried.case.name);
            }
        }
        Err(refused) => {
            let faults = refused.0;
            assert!(!faults.is_empty(), "refused for nothing");
            assert!(faults.len() <= FAULTS_MAX, "too many faults");
            for fault in faults {
                assert!(fault.place >= Place::START, "nowhere");
                assert!(!fault.to_string().is_empty(), "nothing to show");
            }
        }
    }
}

/// A table of cases, and what the floor says to each.
pub fn policy_table(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match Table::parse(text) {
        Ok(table) => {
            let tried = table.run(&Rules::new(Floor::NEWEST, []));
            assert_eq!(tried.len(), table.cases().len(), "a case was not tried");
        }
        Err(TableError::Content(problems)) => {
            assert!(!problems.is_empty(), "refused for nothing");
            assert!(problems.len() <= FAULTS_MAX, "too many problems");
        }
        Err(other) => assert!(!other.to_string().is_empty(), "nothing to show"),
    }
}

#[cfg(test)]
#[path = "../../../tests/fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;

    #[test]
    fn foreign_policies_are_read_or_refused() {
        replay("policy", super::policy);
    }

    #[test]
    fn foreign_tables_of_cases_are_read_or_refused() {
        replay("policy_table", super::policy_table);
    }
}
