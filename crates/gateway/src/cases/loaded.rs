//! The cases that are in memory: those that somebody is at work on always, others while there is room.

use std::collections::{BTreeMap, HashMap};

use precinto_alert::Violation;
use precinto_alert::case::{Case, Step};
use precinto_alert::id::{AlertId, MessageId};

use crate::limits::CASE_STEPS_LOADED_MAX;

#[derive(Debug)]
pub(super) struct Loaded {
    cases: HashMap<AlertId, Open>,
    /// The same by when each was last used, the longest ago first.
    by_use: BTreeMap<u64, AlertId>,
    uses: u64,
    /// In all cases together.
    steps: usize,
    steps_max: usize,
}

#[derive(Debug)]
struct Open {
    case: Case,
    /// Messages that are about to be judged, and entries that were handed to the log and not answered for.
    held: usize,
    last_use: u64,
}

impl Default for Loaded {
    fn default() -> Self {
        Self::with_room(CASE_STEPS_LOADED_MAX)
    }
}

impl Loaded {
    /// Keeps cases that nobody is at work on as long as there are at most so many messages in memory.
    pub(super) fn with_room(steps_max: usize) -> Self {
        Self {
            cases: HashMap::new(),
            by_use: BTreeMap::new(),
            uses: 0,
            steps: 0,
            steps_max,
        }
    }

    /// Whether the case is in memory; it then stays until [`Loaded::let_go`].
    pub(super) fn hold(&mut self, alert_id: &AlertId) -> bool {
        let Some(open) = self.cases.get_mut(alert_id) else {
            return false;
        };
        open.held += 1;
        self.uses += 1;
        self.by_use.remove(&open.last_use);
        self.by_use.insert(self.uses, alert_id.clone());
        open.last_use = self.uses;
        true
    }

    /// Takes in a case as the log has it, until [`Loaded::let_go`].
    pub(super) fn put_and_hold(&mut self, alert_id: &AlertId, case: Case) {
        self.uses += 1;
        self.steps += case.steps().len();
        self.by_use.insert(self.uses, alert_id.clone());
        let open = Open {
            case,
            held: 1,
            last_use: self.uses,
        };
        self.cases.insert(alert_id.clone(), open);
        self.make_room();
    }

    /// The opposite of one [`Loaded::hold`], [`Loaded::put_and_hold`] or [`Loaded::take`].
    pub(super) fn let_go(&mut self, alert_id: &AlertId) {
        let Some(open) = self.cases.get_mut(alert_id) else {
            return;
        };
        open.held = open.held.saturating_sub(1);
        // A case that nothing was said in costs memory all the same, and anybody can name one.
        if open.held == 0 && open.case.is_empty() {
            self.forget(alert_id);
        }
        self.make_room();
    }

    pub(super) fn holds(&self, alert_id: &AlertId, step: &Step) -> bool {
        let open = self.cases.get(alert_id);
        open.is_some_and(|open| open.case.steps().contains(step))
    }

    /// A case that is held.
    pub(super) fn case(&self, alert_id: &AlertId) -> &Case {
        &self.cases.get(alert_id).expect(HELD).case
    }

    /// Judges a message of a case that is held.
    pub(super) fn judge(&self, alert_id: &AlertId, step: &Step) -> Result<(), Violation> {
        self.case(alert_id).permits(step)
    }

    /// Takes in a message of a case that is held, and holds the case once more, until the log has answered.
    pub(super) fn take(&mut self, alert_id: &AlertId, step: Step) {
        let open = self.cases.get_mut(alert_id).expect(HELD);
        open.held += 1;
        open.case.apply(step);
        self.steps += 1;
    }

    /// The log did not take a message of a case that is held: it was never said.
    pub(super) fn withdraw(&mut self, alert_id: &AlertId, message_id: MessageId) {
        let open = self.cases.get_mut(alert_id).expect(HELD);
        open.case.withdraw(message_id);
        self.steps = self.steps.saturating_sub(1);
    }

    /// Forgets what was used the longest ago, but for what is needed.
    fn make_room(&mut self) {
        while self.steps > self.steps_max {
            let mut oldest = self.by_use.values();
            let idle = oldest.find(|id| self.cases.get(*id).is_some_and(|open| open.held == 0));
            let Some(idle) = idle.cloned() else {
                return;
            };
            self.forget(&idle);
        }
    }

    fn forget(&mut self, alert_id: &AlertId) {
        if let Some(open) = self.cases.remove(alert_id) {
            self.steps = self.steps.saturating_sub(open.case.steps().len());
            self.by_use.remove(&open.last_use);
        }
    }

    #[cfg(test)]
    pub(super) fn has(&self, alert_id: &AlertId) -> bool {
        self.cases.contains_key(alert_id)
    }
}

/// Why the case must be there: its [`Seat`](super::Seat), or the entry on its way, keeps it.
const HELD: &str = "a case stays in memory for as long as it is held";
