//! One delivery on its way through the desk, and what became of it there.

use super::hands::Matter;
use crate::clock;
use crate::commands::watch::show;
use crate::exit::Text;
use precinto_alert::code::{MessageType, Precedence};
use precinto_alert::id::AlertId;
use precinto_client::inbox::{Item, overdue_file_name};
use precinto_client::{Delivery, Overdue};
use precinto_proto::v1 as pb;
use serde::Serialize;
use std::sync::Arc;

/// What it hands over in a lane of its own if it states a precedence at least as urgent.
pub(in super::super) const URGENT_AT_LEAST: Precedence = Precedence::P2;

/// What may be urgent: what states a precedence, and recalls, which state none. See [`Work::is_urgent`].
pub(in super::super) const URGENT_TYPES: [MessageType; 6] = [
    MessageType::Alert,
    MessageType::Amend,
    MessageType::Recall,
    MessageType::ActionRequest,
    MessageType::Rfi,
    MessageType::Rfs,
];

/// What became of a delivery at the desk.
#[derive(Debug)]
pub(in super::super) enum Done {
    /// It is the agency's, and may be settled.
    Taken {
        /// Its index in the log.
        index: u64,
        /// Which message, in a few words without any content.
        what: String,
        /// It was put away instead of handed over: its alert is recalled, and that was handed over.
        withheld: bool,
        /// It is a recall.
        recalls: bool,
    },
    /// It could not be taken; it must come again.
    NotTaken {
        /// Its index in the log.
        index: u64,
        /// Why.
        why: Text,
    },
}

impl Done {
    /// Whether it is a recall that was taken in.
    pub(in super::super) fn recalls(&self) -> bool {
        matches!(self, Self::Taken { recalls: true, .. })
    }
}

/// One delivery for the desk.
#[derive(Debug)]
pub(in super::super) struct Work {
    /// What is taken in.
    pub(super) item: Arc<Item>,
    /// As the agency's systems read it.
    pub(super) json: Arc<Vec<u8>>,
    /// Type and alert id: what may stand in a service's log.
    what: String,
    /// It is a recall.
    recalls: bool,
    /// Which lane it takes, whichever subscription has brought it.
    is_urgent: bool,
    /// The alert that it is about.
    alert: Option<AlertId>,
    /// As the gateway delivered it, for those who take it by the API.
    pub(super) bytes: pb::Delivery,
}

impl Work {
    /// A delivery, as `watch -o json` prints it too.
    pub(in super::super) fn of(delivery: &Delivery) -> Result<Self, serde_json::Error> {
        Ok(Self {
            item: Arc::new(Item::of(delivery)),
            json: Arc::new(line(&show::json(delivery, clock::now_us()))?),
            what: in_short(delivery),
            recalls: delivery.statement.message_type() == MessageType::Recall,
            is_urgent: is_urgent(delivery),
            alert: delivery.statement.alert_id().cloned(),
            bytes: pb::Delivery {
                index: delivery.index,
                attempt: delivery.attempt,
                time_ms: delivery.time_ms,
                envelope: delivery.envelope.envelope_bytes().to_vec().into(),
                body: delivery.body_bytes.clone().into(),
                receipt: delivery.receipt.clone(),
                kind: pb::EntryKind::Statement.into(),
                ..pb::Delivery::default()
            },
        })
    }

    /// A missed deadline, likewise. Nobody has said it, so nobody waits for a receipt.
    pub(in super::super) fn of_overdue(overdue: &Overdue) -> Result<Self, serde_json::Error> {
        let (index, alert) = (overdue.index, &overdue.alert_id);
        let item = Item {
            index,
            name: overdue_file_name(index, alert),
            said: None,
        };
        Ok(Self {
            item: Arc::new(item),
            json: Arc::new(line(&show::late_json(overdue, clock::now_us()))?),
            what: format!("OVERDUE {alert}"),
            recalls: false,
            is_urgent: overdue.precedence <= URGENT_AT_LEAST,
            alert: None,
            bytes: pb::Delivery {
                index,
                attempt: overdue.attempt,
                time_ms: overdue.time_ms,
                receipt: Some(overdue.receipt.clone()),
                kind: pb::EntryKind::Overdue.into(),
                ..pb::Delivery::default()
            },
        })
    }

    /// Its index in the log.
    pub(in super::super) fn index(&self) -> u64 {
        self.item.index
    }

    /// Whether it is taken in before what has come before it: a message of precedence P1 or P2, a recall, or a deadline that was
    /// missed for a message of such a precedence.
    pub(in super::super) fn is_urgent(&self) -> bool {
        self.is_urgent
    }
}

impl Work {
    pub(super) fn taken(self, withheld: bool) -> Done {
        Done::Taken {
            index: self.item.index,
            recalls: self.recalls,
            what: self.what,
            withheld,
        }
    }

    pub(super) fn matter(&self) -> Matter<'_> {
        Matter {
            alert: self.alert.as_ref(),
            index: self.item.index,
            recalls: self.recalls,
        }
    }

    pub(super) fn not_taken(self, why: Text) -> Done {
        Done::NotTaken {
            index: self.item.index,
            why,
        }
    }
}

#[cfg(test)]
impl Work {
    /// An urgent one about an alert, which nobody answers.
    pub(super) fn about(index: u64, alert: &AlertId, recalls: bool) -> Self {
        let item = Item {
            index,
            name: overdue_file_name(index, alert),
            said: None,
        };
        Self {
            item: Arc::new(item),
            json: Arc::default(),
            what: index.to_string(),
            recalls,
            is_urgent: true,
            alert: Some(alert.clone()),
            bytes: pb::Delivery {
                index,
                ..pb::Delivery::default()
            },
        }
    }
}

fn is_urgent(delivery: &Delivery) -> bool {
    let said = &delivery.statement;
    let by_precedence = said.precedence().is_some_and(|one| one <= URGENT_AT_LEAST);
    let kind = said.message_type();
    URGENT_TYPES.contains(&kind) && (by_precedence || kind == MessageType::Recall)
}

fn line(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut json = serde_json::to_vec(value)?;
    json.push(b'\n');
    Ok(json)
}

/// Type and alert id: what may stand in a service's log.
fn in_short(delivery: &Delivery) -> String {
    use precinto_alert::code::Coded as _;
    let said = &delivery.statement;
    let alert = said.alert_id().map(ToString::to_string);
    let name = said.message_type().name();
    alert.map_or_else(|| name.to_owned(), |alert| format!("{name} {alert}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use precinto_alert::case::Missed;
    use precinto_alert::code::{AckLevel, MessageStatus, OverdueStep};

    #[test]
    fn a_missed_deadline_is_handed_over_and_nobody_is_answered() {
        let overdue = Overdue {
            index: 17,
            attempt: 2,
            time_ms: 1_795_305_600_000,
            alert_id: "US-CBPLAX-2026-000001V".parse().unwrap(),
            missed: Missed {
                message_id: "0192f0c1-0000-7000-8000-000000000001".parse().unwrap(),
                agency: "mx.dev.invalid/anam".parse().unwrap(),
                level: AckLevel::Person,
                step: OverdueStep::EscalationGroup,
            },
            sender: "spiffe://us.dev.invalid/agency/cbp/node/lax"
                .parse()
                .unwrap(),
            asked_index: 3,
            started_ms: 1_795_305_000_000,
            due_ms: 1_795_305_600_000,
            precedence: Precedence::P1,
            status: MessageStatus::Actual,
            contacts: Vec::new(),
            nobody_listed: true,
            told: Vec::new(),
            receipt: pb::Receipt::default(),
        };
        let work = Work::of_overdue(&overdue).unwrap();
        assert_eq!((work.index(), work.is_urgent()), (17, true));
        let name = "00000000000000000017-OVERDUE-US-CBPLAX-2026-000001V.json";
        assert_eq!(work.item.name, name);
        assert!(work.item.said.is_none());
        let json: serde_json::Value = serde_json::from_slice(&work.json).unwrap();
        assert_eq!(json["event"], "overdue");
        assert_eq!(json["index"], 17);
    }
}
