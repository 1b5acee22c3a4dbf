//! What the clocks owe a history: whoever has not answered in time stands in the log, once for each step; nobody else does.

use std::collections::BTreeSet;

use precinto_alert::clock::{LEVELS, STEPS, allowed_ms};
use precinto_alert::code::{AckLevel, MessageType, Precedence, SignerRole};
use precinto_alert::id::AlertId;
use precinto_ledger::StoredEntry;
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use prost::Message as _;

use crate::cases::tests::alert;
use crate::policy::tests::stated;

const CBP: &str = "us.dev.invalid/cbp";

/// An alert that waits for its agency.
struct Asked {
    alert: pb::Statement,
    agency: String,
    index: u64,
    started_ms: u64,
    precedence: Precedence,
    answered: AckLevel,
}

/// The index of the alert, the level and the step that were missed.
type Missed = (u64, i32, i32);

/// What is expected of the clocks, and what they have logged.
#[derive(Default)]
pub(super) struct Deadlines {
    asked: Vec<Asked>,
    owed: BTreeSet<Missed>,
    logged: BTreeSet<Missed>,
    /// Up to here the log was looked at.
    heard: u64,
}

impl Deadlines {
    /// The next alert, not sent yet.
    pub(super) fn next_alert(
        &self,
        key: [u8; 32],
        agency: &str,
        precedence: Precedence,
    ) -> pb::Statement {
        let number = u32::try_from(self.asked.len()).unwrap() + 1;
        let alert_id = AlertId::compose("US", "CBPLAX", 2026, number).unwrap();
        let mut alert = alert(1, precedence);
        alert.alert_id = alert_id.to_string();
        alert.message_id = key[..16].to_vec();
        alert.recipients[0].name = agency.to_owned();
        alert
    }

    /// It was sent: its clock runs since the log took it in.
    pub(super) fn ask(&mut self, alert: pb::Statement, entry: &StoredEntry) {
        let agency = alert.recipients[0].name.clone();
        self.asked.push(Asked {
            agency,
            precedence: alert.precedence(),
            alert,
            index: entry.index(),
            started_ms: entry.leaf().time_ms,
            answered: AckLevel::Unspecified,
        });
    }

    /// An acknowledgement of one of the alerts, at a higher level than before; none if there is none to be had.
    pub(super) fn next_ack(
        &mut self,
        key: [u8; 32],
        choice: u64,
    ) -> Option<(pb::Statement, &'static str)> {
        let waiting = self
            .asked
            .iter_mut()
            .filter(|one| one.answered < AckLevel::Assessed);
        let mut waiting: Vec<_> = waiting.collect();
        let count = u64::try_from(waiting.len()).unwrap();
        let which = usize::try_from(choice.checked_rem(count)?).unwrap();
        let one = waiting.swap_remove(which);
        one.answered = *LEVELS.iter().find(|level| **level > one.answered)?;
        let (level, id) = (one.answered, key[..16].to_vec());
        let (side, agency) = one.agency.split_once('/').unwrap();
        let ack = stated(|ack| {
            ack.r#type = MessageType::Ack.into();
            ack.sender = format!("spiffe://{side}/agency/{agency}/node/nlu");
            ack.recipients[0].name = CBP.to_owned();
            ack.alert_id = one.alert.alert_id.clone();
            ack.refers_to = one.alert.message_id.clone();
            ack.message_id = id;
            ack.ack_level = level.into();
            if level > AckLevel::Node {
                ack.required_signers.push(pb::SignerRef {
                    key_id: vec![9; 32],
                    role: SignerRole::Officer.into(),
                    alg: 1,
                });
            }
        });
        Some((ack, CBP))
    }

    /// By now, what nobody has answered is owed: each step as long after the one before as the deadline is long.
    pub(super) fn pass(&mut self, now_ms: u64) {
        for one in &self.asked {
            for level in LEVELS.into_iter().filter(|level| *level > one.answered) {
                let allowed_ms = allowed_ms(one.precedence, level).unwrap();
                for (times, step) in (1..).zip(STEPS) {
                    if one.started_ms + times * allowed_ms <= now_ms {
                        self.owed.insert((one.index, level.into(), step.into()));
                    }
                }
            }
        }
    }

    /// Where the log was not looked at yet.
    pub(super) fn heard(&self) -> u64 {
        self.heard
    }

    /// Hears the next entry; if it is a missed deadline, its record.
    pub(super) fn hear(&mut self, entry: &StoredEntry) -> Option<pb::OverdueRecord> {
        self.heard = entry.index() + 1;
        if entry.leaf().entry_type != EntryType::Overdue {
            return None;
        }
        let record = pb::OverdueRecord::decode(entry.record()).unwrap();
        assert!(
            record.due_ms <= entry.leaf().time_ms,
            "before its time: {record:?}"
        );
        let missed = (record.index, record.level, record.step);
        assert!(self.logged.insert(missed), "twice: {record:?}");
        Some(record)
    }

    /// All that is owed stands in the log, and nothing else.
    pub(super) fn compare(&self) {
        assert_eq!(self.logged, self.owed, "what was logged, and what fell due");
    }
}
