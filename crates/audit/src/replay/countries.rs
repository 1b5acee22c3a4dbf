//! The countries of sides, which stand in a gateway's settings and not in the log.
//!
//! What the log has is the alert ids: each begins with the country of the side that sent it, so the first ALERT of a side says it,
//! and every later one must agree. Of a side that has sent none as yet anything is possible, and nothing is objected to.

use precinto_alert::floor;
use precinto_alert::handling::Release;
use precinto_alert::id::{AgencyId, AlertId, Side};
use std::collections::BTreeMap;

/// The countries of sides, as far as the log has shown them.
#[derive(Default)]
pub(super) struct Countries(BTreeMap<Side, String>);

impl Countries {
    /// The first alert of a side says its country.
    pub(super) fn learn(&mut self, side: &Side, alert_id: &AlertId) {
        let country = || alert_id.country().to_owned();
        self.0.entry(side.clone()).or_insert_with(country);
    }

    /// Whether a release covers an agency; `None` if that hangs on a country that the log has not shown.
    pub(super) fn is_released(
        &self,
        release: &[Release],
        agency: &AgencyId,
        sender: &AgencyId,
    ) -> Option<bool> {
        let at_least = |side: &Side, country: &str| self.lives_in(side, country) == Some(true);
        let at_most = |side: &Side, country: &str| self.lives_in(side, country) != Some(false);
        let surely = floor::is_released(release, agency, sender, at_least);
        let possibly = floor::is_released(release, agency, sender, at_most);
        (surely == possibly).then_some(surely)
    }

    /// The country of the side, if the log has shown it.
    pub(super) fn of(&self, side: &Side) -> Option<&str> {
        self.0.get(side).map(String::as_str)
    }

    /// Whether the side is of the country; `None` if the log has not shown it.
    pub(super) fn lives_in(&self, side: &Side, country: &str) -> Option<bool> {
        self.of(side).map(|known| known == country)
    }
}
