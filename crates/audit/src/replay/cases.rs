//! Whether each message was allowed to follow what the log held of its case before it.

use std::collections::HashMap;

use crate::finding::Kind;
use precinto_alert::case::{Audience, Case, Names, Step};
use precinto_alert::id::AlertId;
use precinto_alert::reason;
use precinto_alert::{Statement, Violation};
use precinto_proto::v1 as pb;

/// What an entry is to a case.
pub(super) enum Part {
    /// Nothing: no statement, or one that belongs to no case.
    None,
    /// It cannot be read, so nobody knows of which case it is missing.
    Unreadable,
    /// A message of this case.
    Of(Box<Message>),
}

/// A message of a case.
pub(super) struct Message {
    alert_id: AlertId,
    step: Step,
    rules: Rules,
}

/// By which rules a message was let in, as its record says; each is judged by those it claims.
enum Rules {
    /// `floor/1`: whether a message may follow was not asked.
    WithoutCases,
    /// `floor/2`: asked of agencies alone.
    OfAgencies,
    /// All that there are.
    All,
}

impl Rules {
    fn of(record: &pb::StatementRecord) -> Self {
        match record.decision.as_ref().map(|decision| &*decision.policy) {
            Some("floor/1") => Self::WithoutCases,
            Some("floor/2") => Self::OfAgencies,
            _ => Self::All,
        }
    }

    fn objection(&self, case: &Case, step: &Step) -> Option<Violation> {
        match self {
            Self::WithoutCases => None,
            Self::OfAgencies => case.permits_agency(step).err(),
            Self::All => case.permits(step).err(),
        }
    }
}

impl Part {
    /// The statement's part, sent to whom its record names.
    pub(super) fn of(statement: &Statement, record: &pb::StatementRecord) -> Self {
        let Some(alert_id) = statement.alert_id() else {
            return Self::None;
        };
        // A name that is none is a finding of its own: the recipients are resolved again.
        let audience = Audience::of_recipients(&record.recipients);
        match Step::new(statement, audience) {
            Some(step) => Self::Of(Box::new(Message {
                alert_id: alert_id.clone(),
                step,
                rules: Rules::of(record),
            })),
            None => Self::None,
        }
    }
}

/// Every case of the log, as far as it was replayed.
#[derive(Default)]
pub(super) struct Cases {
    by_id: HashMap<AlertId, Case>,
    names: Names,
    /// An entry is missing, deleted or unreadable: what follows it may have been allowed by what it said.
    has_holes: bool,
}

impl Cases {
    /// From here on nothing is objected to.
    pub(super) fn hole(&mut self) {
        self.has_holes = true;
        self.by_id = HashMap::new();
    }

    /// Takes in an entry; gives what speaks against its being there.
    pub(super) fn follow(&mut self, part: Part) -> Option<Kind> {
        let Message {
            alert_id,
            step,
            rules,
        } = match part {
            Part::None => return None,
            Part::Unreadable => {
                self.hole();
                return None;
            }
            Part::Of(_) if self.has_holes => return None,
            Part::Of(message) => *message,
        };
        let step = self.names.share(step);
        let case = self.by_id.entry(alert_id).or_default();
        let objection = rules.objection(case, &step);
        case.apply(step);
        objection.map(|objection| Kind::Refused {
            reason: reason::name(objection.reason),
            why: objection.to_string(),
        })
    }
}
