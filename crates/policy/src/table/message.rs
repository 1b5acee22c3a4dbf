//! A message as a table describes it: its facts, most of which may be left out.

use std::collections::BTreeMap;

use precinto_alert::code::{Coded, MessageStatus, MessageType, Tlp};
use precinto_alert::country::is_country;
use precinto_alert::handling::Release;
use precinto_alert::id::AgencyId;
use serde::Deserialize;

use super::{Agency, Facts, Problems, known};

/// What is said of a message. Codes are written without their prefixes: `ALERT`, `AMBER_STRICT`, `ILLICIT_DRUG`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MessageText {
    /// Whose it is; mandatory.
    pub from: String,
    /// Agencies that it is for as such.
    pub to: Vec<String>,
    /// Agencies of the officers that it names.
    pub to_officers_of: Vec<String>,
    /// ALERT when left out.
    #[serde(rename = "type")]
    pub message_type: Option<String>,
    /// ACTUAL when left out.
    pub status: Option<String>,
    /// None when left out.
    pub precedence: Option<String>,
    /// `AMBER_STRICT` when left out.
    pub tlp: Option<String>,
    /// `US:LES` and the like.
    pub marks: Vec<String>,
    /// Kinds of goods.
    pub commodities: Vec<String>,
    /// None when left out.
    pub use_code: Option<String>,
    /// None when left out.
    pub authority: Option<String>,
    /// None when left out.
    pub protected_bag: Option<String>,
    /// Whether its content has a block about a person or a firm.
    pub names_persons: bool,
    /// Whether it is an extract without persons.
    pub tear_line: bool,
    /// Whether it is criminal intelligence.
    pub criminal_intelligence: bool,
    /// Countries and agencies; empty means to the addressees only.
    pub releasable_to: Vec<String>,
}

impl MessageText {
    pub(super) fn read(
        self,
        at: &str,
        agencies: &BTreeMap<AgencyId, Agency>,
        problems: &mut Problems,
    ) -> Option<Facts> {
        let place = |field: &str| format!("{at}.{field}");
        let from = problems.agency(&place("from"), &self.from);
        let originator = from.and_then(|id| known(&place("from"), &id, agencies, problems));
        let mut optional = Optional { at, problems };
        let facts = Facts {
            message_type: optional.or("type", self.message_type, MessageType::Alert),
            status: optional.or("status", self.status, MessageStatus::Actual),
            precedence: optional.code("precedence", self.precedence),
            tlp: optional.or("tlp", self.tlp, Tlp::AmberStrict),
            use_code: optional.code("use_code", self.use_code),
            authority: optional.code("authority", self.authority),
            protected_bag: optional.code("protected_bag", self.protected_bag),
            // Also such as no gateway carries: that they are refused is a case as well.
            marks: self.marks.into_iter().collect(),
            commodities: problems.codes(&place("commodities"), &self.commodities),
            names_persons: self.names_persons,
            tear_line: self.tear_line,
            criminal_intelligence: self.criminal_intelligence,
            to_agencies: !self.to.is_empty(),
            releasable_to: releases(&place("releasable_to"), &self.releasable_to, problems),
            addressees: (self.to.iter().chain(&self.to_officers_of))
                .filter_map(|name| problems.agency(&place("to"), name))
                .collect(),
            originator: originator?,
        };
        Some(facts)
    }
}

/// Reads codes that may be left out.
struct Optional<'a> {
    at: &'a str,
    problems: &'a mut Problems,
}

impl Optional<'_> {
    fn code<T: Coded>(&mut self, field: &str, name: Option<String>) -> Option<T> {
        let at = format!("{}.{field}", self.at);
        name.and_then(|name| self.problems.code(&at, &name))
    }

    fn or<T: Coded>(&mut self, field: &str, name: Option<String>, otherwise: T) -> T {
        self.code(field, name).unwrap_or(otherwise)
    }
}

fn releases(at: &str, names: &[String], problems: &mut Problems) -> Vec<Release> {
    let mut read = |name: &String| {
        if is_country(name) {
            return Some(Release::Country(name.clone()));
        }
        problems.agency(at, name).map(Release::Agency)
    };
    names.iter().filter_map(&mut read).collect()
}
