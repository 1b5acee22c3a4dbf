//! A message that is being judged: its case stays in memory until that is done.

use std::sync::Arc;

use precinto_alert::case::Onward;
use precinto_alert::code::MessageType;
use precinto_alert::{Statement, Violation};
use precinto_proto::v1 as pb;

use super::{CaseError, Cases, Place};
use crate::policy;
use crate::registry::Directory;

/// A message whose case is in memory, and stays there for as long as this lives.
#[derive(Debug)]
pub(crate) struct Seat {
    cases: Arc<Cases>,
    pub(super) place: Box<Place>,
    pub(super) passed_on: Option<PassedOn>,
}

/// To whom a message passes on what another said, as its case stood when that was judged.
#[derive(Debug)]
pub(super) struct PassedOn {
    pub(super) directory: Arc<Directory>,
    pub(super) onward: Vec<Onward>,
}

impl Seat {
    /// The case MUST be held, once more for this.
    pub(super) fn new(cases: Arc<Cases>, place: Place) -> Self {
        Self {
            cases,
            place: Box::new(place),
            passed_on: None,
        }
    }

    /// To whom the message passes on what another said; [`Cases::append`] makes sure that it is so still.
    pub(crate) fn passes_on(&mut self, directory: &Arc<Directory>) -> &[Onward] {
        let onward = self.cases.lock().onward(&self.place, directory);
        let passed_on = PassedOn {
            directory: Arc::clone(directory),
            onward,
        };
        &self.passed_on.insert(passed_on).onward
    }

    /// Gives the recipients of a withdrawal those whom the directory has forgotten or moved, and the case has not; of whom neither
    /// knows, the objections. Of any other message it changes nothing.
    ///
    /// What is on its way to the log may still be missing from the case, and changes nothing: it was resolved by the same
    /// directory, because no other comes into force while anything is on its way.
    pub(crate) fn widen(
        &mut self,
        statement: &Statement,
        recipients: &mut [pb::ResolvedRecipient],
    ) -> Result<(), Vec<Violation>> {
        if !matches!(
            statement.message_type(),
            MessageType::Cancel | MessageType::Recall
        ) {
            return Ok(());
        }
        let nobody = {
            let inner = self.cases.lock();
            inner
                .loaded
                .case(&self.place.alert_id)
                .widen(statement, recipients)
        };
        if let Some(place) = Place::of(statement, recipients) {
            *self.place = place;
        }
        let objections: Vec<Violation> = nobody.into_iter().map(policy::unknown).collect();
        if objections.is_empty() {
            Ok(())
        } else {
            Err(objections)
        }
    }

    /// Whether the message could be logged now, or is being logged. Good for an early refusal; [`Cases::append`] decides.
    pub(crate) fn judge(&self) -> Result<(), CaseError> {
        let Place { alert_id, step } = &*self.place;
        let inner = self.cases.lock();
        if inner.loaded.holds(alert_id, step) {
            return Ok(());
        }
        Ok(inner.loaded.judge(alert_id, step)?)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.cases.lock().loaded.let_go(&self.place.alert_id);
    }
}
