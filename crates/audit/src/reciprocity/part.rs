//! One agency's part in an alert: what it owed when, and what it said in the end.

use super::wait::Wait;
use precinto_alert::code::OutcomeCode;
use std::collections::BTreeMap;

/// One alert for one agency of the other side.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// What it owes to the message that made it an addressee.
    pub(super) wait: Wait,
    pub(super) outcome: Option<OutcomeCode>,
    /// The alert's quality by the newest outcome, 1 to 5; 0 if that did not judge it.
    pub(super) quality: u32,
    /// By the number of the indicator's code: whether it proved right.
    pub(super) feedback: BTreeMap<i32, bool>,
}

impl Part {
    /// Nothing said yet.
    pub(super) fn new(wait: Wait) -> Self {
        Self {
            wait,
            outcome: None,
            quality: 0,
            feedback: BTreeMap::new(),
        }
    }
}
