//! What is wrong, while more is looked for: where it stands is counted in lines only for what is told.

use super::fault::{Fault, Kind};
use super::place::Place;
use crate::limits::FAULTS_MAX;

/// A fault while others are still looked for.
#[derive(Debug)]
pub(super) struct Found {
    offset: usize,
    rule: Option<String>,
    kind: Kind,
}

impl Found {
    pub(super) fn at(offset: usize, kind: Kind) -> Self {
        Self {
            offset,
            rule: None,
            kind,
        }
    }

    /// Of this rule.
    pub(super) fn of(mut self, rule: Option<&str>) -> Self {
        self.rule = rule.map(str::to_owned);
        self
    }

    /// The first [`FAULTS_MAX`] of these in the order of the text, each with its place. Lines are counted for those alone: a text may
    /// have some thousand faults.
    pub(super) fn told(text: &str, mut all: Vec<Self>) -> Vec<Fault> {
        all.sort_by_key(|found| found.offset);
        all.truncate(FAULTS_MAX);
        let told = all.into_iter().map(|found| {
            let Self { offset, rule, kind } = found;
            let place = Place::of(text, offset);
            Fault { place, rule, kind }
        });
        told.collect()
    }
}
