//! What a side says in its part of who may have what: its policy, and for which goods its agencies may process data about persons.

use crate::finding::said;
use precinto_alert::code::{Coded, CommodityClass};
use precinto_alert::id::{AgencyId, Side};
use precinto_alert::{Detail, Lang};
use precinto_policy::{Policy, PolicyError};
use std::collections::{BTreeMap, BTreeSet};

/// One side's word.
pub(in crate::replay) struct Law {
    side: Side,
    /// Nothing where the side leaves everything to the floor.
    policy: Option<Result<Policy, PolicyError>>,
    /// By agency, as side/agency.
    purposes: BTreeMap<String, BTreeSet<CommodityClass>>,
}

impl Law {
    /// Reads the policy; purposes come one agency after the other.
    pub(super) fn of(side: &Side, policy: Option<&str>) -> Self {
        Self {
            side: side.clone(),
            policy: policy.map(Policy::parse),
            purposes: BTreeMap::new(),
        }
    }

    /// What an agency may process data about persons for. A code that is none is told of the part, and gives nobody anything.
    pub(super) fn entitles(&mut self, agency: &str, purposes: &[String]) {
        let known = purposes.iter();
        let known = known.filter_map(|name| CommodityClass::from_name(name));
        self.purposes.insert(agency.to_owned(), known.collect());
    }

    /// The first thing that is wrong with the policy.
    pub(super) fn fault(&self) -> Option<Detail> {
        let PolicyError(faults) = self.policy.as_ref()?.as_ref().err()?;
        let fault = faults.first()?;
        let (line, column, what) = (fault.place.line, fault.place.column, fault.said());
        let (en, es) = (what.text(Lang::En), what.text(Lang::Es));
        Some(said!(
            "policy, line {line}, column {column}: {en}",
            "policy, línea {line}, columna {column}: {es}"
        ))
    }

    /// The policy with its side, if there is one.
    pub(super) fn site(&self) -> Option<Result<(Side, Policy), ()>> {
        let policy = self.policy.as_ref()?.as_ref();
        let site = policy.map(|policy| (self.side.clone(), policy.clone()));
        Some(site.or(Err(())))
    }

    /// The text of the policy, if it is one.
    pub(super) fn text(&self) -> Option<&str> {
        let policy = self.policy.as_ref()?.as_ref().ok()?;
        Some(policy.text())
    }

    /// Of an agency that the part lists.
    pub(super) fn purposes(&self, agency: &AgencyId) -> Option<&BTreeSet<CommodityClass>> {
        self.purposes.get(&agency.to_string())
    }
}
