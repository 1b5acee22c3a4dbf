//! The cases that are in memory: those that somebody is at work on always, others while there is room.

use std::collections::{BTreeMap, HashMap};

use precinto_alert::Violation;
use precinto_alert::case::{Case, Step};
use precinto_alert::id::{AlertId, MessageId};
use precinto_ledger::EntryKey;

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

#[derive(Debug, Default)]
struct Open {
    case: Case,
    /// Handed to the log and not answered for.
    on_their_way: HashMap<EntryKey, MessageId>,
    /// Messages that are about to be judged.
    held: usize,
    last_use: u64,
}

impl Open {
    fn is_needed(&self) -> bool {
        self.held > 0 || !self.on_their_way.is_empty()
    }
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
            ..Open::default()
        };
        self.cases.insert(alert_id.clone(), open);
        self.make_room();
    }

    /// The opposite of one [`Loaded::hold`].
    pub(super) fn let_go(&mut self, alert_id: &AlertId) {
        if let Some(open) = self.cases.get_mut(alert_id) {
            open.held = open.held.saturating_sub(1);
        }
        self.forget_if_empty(alert_id);
        self.make_room();
    }

    pub(super) fn holds(&self, alert_id: &AlertId, step: &Step) -> bool {
        let open = self.cases.get(alert_id);
        open.is_some_and(|open| open.case.steps().contains(step))
    }

    /// Entries of the case that the log has not answered for; in no order.
    pub(super) fn on_their_way(&self, alert_id: &AlertId) -> impl Iterator<Item = &EntryKey> {
        let open = self.cases.get(alert_id);
        open.into_iter().flat_map(|open| open.on_their_way.keys())
    }

    pub(super) fn judge(&self, alert_id: &AlertId, step: &Step) -> Result<(), Violation> {
        match self.cases.get(alert_id) {
            Some(open) => open.case.permits(step),
            None => Case::default().permits(step),
        }
    }

    /// A message whose entry is in the log's queue; its case is held.
    pub(super) fn take(&mut self, alert_id: &AlertId, step: Step, key: EntryKey) {
        if let Some(open) = self.cases.get_mut(alert_id) {
            open.on_their_way.insert(key, step.message_id());
            open.case.apply(step);
            self.steps += 1;
        }
    }

    /// The log has answered for an entry; if it did not take it, the message was never said.
    pub(super) fn arrive(&mut self, alert_id: &AlertId, key: &EntryKey, taken: bool) {
        let Some(open) = self.cases.get_mut(alert_id) else {
            return;
        };
        if let Some(message_id) = open.on_their_way.remove(key)
            && !taken
        {
            open.case.withdraw(message_id);
            self.steps = self.steps.saturating_sub(1);
        }
        self.forget_if_empty(alert_id);
        self.make_room();
    }

    /// A case that nothing was said in costs memory all the same, and anybody can name one.
    fn forget_if_empty(&mut self, alert_id: &AlertId) {
        let open = self.cases.get(alert_id);
        if open.is_some_and(|open| open.case.is_empty() && !open.is_needed()) {
            self.forget(alert_id);
        }
    }

    /// Forgets what was used the longest ago, but for what is needed.
    fn make_room(&mut self) {
        while self.steps > self.steps_max {
            let mut oldest = self.by_use.values();
            let idle = oldest.find(|id| self.cases.get(*id).is_some_and(|open| !open.is_needed()));
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
