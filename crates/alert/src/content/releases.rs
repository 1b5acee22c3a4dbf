//! Whether a content names parties, and to whom each may be released: narrower than the whole message, and enforced like that.

use super::{Content, Form};
use crate::handling::Release;
use crate::limits::RELEASES_MAX;
use crate::violation::{At, Findings};

impl Content {
    /// Whether it has a block that says who somebody is, a person or a firm; that nobody is stated names nobody. Free text may name
    /// somebody all the same; nobody can tell by machine.
    pub fn names_persons(&self) -> bool {
        let Form::Alert(alert) = &self.form else {
            return false;
        };
        alert.parties.iter().any(|party| !party.not_stated)
    }

    /// The releases of parties that have one of their own, each with the party's place, from 0. Nothing else that can be said
    /// names parties.
    pub fn party_releases(&self) -> Vec<(usize, Vec<Release>)> {
        let Form::Alert(alert) = &self.form else {
            return Vec::new();
        };
        let parties = alert.parties.iter().enumerate();
        let narrowed = parties.filter(|(_, party)| !party.releasable_to.is_empty());
        let read = |texts: &[String]| {
            // The content was decoded, so each of them is one.
            let (mut found, at) = (Findings::default(), At::root("releasable_to"));
            Release::read_all(&mut found, &at, "", texts, RELEASES_MAX)
        };
        narrowed
            .map(|(place, party)| (place, read(&party.releasable_to)))
            .collect()
    }
}
