//! The cases that are in memory: those with entries on their way to the log always, others while there is room.

use std::collections::HashMap;

use precinto_alert::Violation;
use precinto_alert::case::{Case, Step};
use precinto_alert::id::{AlertId, MessageId};
use precinto_ledger::EntryKey;

#[derive(Debug, Default)]
pub(super) struct Loaded {
    cases: HashMap<AlertId, Open>,
    /// In all cases together.
    steps: usize,
}

#[derive(Debug, Default)]
struct Open {
    case: Case,
    /// Handed to the log and not answered for.
    on_their_way: HashMap<EntryKey, MessageId>,
}

impl Loaded {
    pub(super) fn has(&self, alert_id: &AlertId) -> bool {
        self.cases.contains_key(alert_id)
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

    /// Takes in a case as the log has it, and forgets others when there are more than `steps_max` messages.
    pub(super) fn put(&mut self, alert_id: &AlertId, case: Case, steps_max: usize) {
        if self.steps.saturating_add(case.steps().len()) > steps_max {
            self.cases.retain(|_, open| !open.on_their_way.is_empty());
            let left = self.cases.values();
            self.steps = left.map(|open| open.case.steps().len()).sum();
        }
        self.steps += case.steps().len();
        let open = Open {
            case,
            on_their_way: HashMap::new(),
        };
        self.cases.insert(alert_id.clone(), open);
    }

    /// A message whose entry is in the log's queue.
    pub(super) fn take(&mut self, alert_id: &AlertId, step: Step, key: EntryKey) {
        let open = self.cases.entry(alert_id.clone()).or_default();
        open.on_their_way.insert(key, step.message_id());
        open.case.apply(step);
        self.steps += 1;
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
    }
}
