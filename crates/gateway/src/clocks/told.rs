//! Whom a step is for, and its entry.
//!
//! The late agency and whoever waits for its answer hear of every step; the second step also goes to the late agency's
//! alternates, the third to its escalation group. The entry holds nothing of what the message says, and so nothing of its
//! parties; but that there is such an alert, and how urgent it is, no agency hears that is outside the message's
//! `releasable_to`. What is for named nodes only (TLP:RED) stays with them: its steps are logged like any other, and go to no
//! alternate and to no group.

use std::collections::BTreeSet;

use precinto_alert::Statement;
use precinto_alert::clock::Due;
use precinto_alert::code::OverdueStep;
use precinto_alert::floor;
use precinto_alert::id::AgencyId;
use precinto_ledger::{Entry, EntryKey};
use precinto_proto::v1 as pb;
use prost::Message as _;

use crate::policy::lives_in;
use crate::registry::Directory;

/// A message that waits for answers.
pub(super) struct Message {
    pub(super) index: u64,
    pub(super) statement: Statement,
    pub(super) recipients: Vec<pb::ResolvedRecipient>,
}

impl Message {
    /// The entry of a step.
    pub(super) fn entry(&self, due: &Due, directory: &Directory) -> Entry {
        let missed = &due.missed;
        let about = (self.statement.sender(), &missed.message_id);
        let byte = |number: i32| u8::try_from(number).unwrap_or(u8::MAX);
        let (level, step) = (byte(missed.level.into()), byte(missed.step.into()));
        let key = EntryKey::overdue(about, &missed.agency, level, step);
        Entry::overdue(key, self.record(due, directory).encode_to_vec())
    }

    fn record(&self, due: &Due, directory: &Directory) -> pb::OverdueRecord {
        let statement = &self.statement;
        let late = due.missed.agency.to_string();
        let to_agencies: BTreeSet<&String> = self.agencies().collect();
        let (mut agencies, mut nodes) = (BTreeSet::new(), BTreeSet::new());
        if to_agencies.is_empty() {
            nodes.insert(statement.sender().to_string());
        } else {
            agencies.insert(statement.sender().agency().to_string());
        }
        let mut contacts = BTreeSet::new();
        if to_agencies.contains(&late) {
            agencies.insert(late.clone());
            let standby = directory.standby(&due.missed.agency);
            match (due.missed.step, standby) {
                (OverdueStep::AlternateContact, Some(standby)) => {
                    for officer in &standby.alternates {
                        contacts.insert(officer.to_string());
                        let on = directory.nodes_of(officer).iter();
                        nodes.extend(on.map(ToString::to_string));
                    }
                }
                (OverdueStep::EscalationGroup, Some(standby)) => {
                    let group = standby.escalation.iter();
                    let members = group.flat_map(|group| directory.group(group));
                    let released = members.filter(|member| self.is_released(member, directory));
                    contacts.extend(released.map(ToString::to_string));
                    agencies.extend(contacts.iter().cloned());
                }
                _ => {}
            }
        } else {
            let of_late = format!("spiffe://{}/", late.replacen('/', "/agency/", 1));
            let named = self.recipients.iter().flat_map(|to| &to.nodes);
            nodes.extend(named.filter(|node| node.starts_with(&of_late)).cloned());
        }
        let nobody_listed = contacts.is_empty() && due.missed.step != OverdueStep::SecondRequest;
        if contacts.is_empty() {
            contacts.insert(late.clone());
        }
        pb::OverdueRecord {
            alert_id: statement
                .alert_id()
                .map(ToString::to_string)
                .unwrap_or_default(),
            message_id: statement.message_id().as_bytes().to_vec(),
            sender: statement.sender().to_string(),
            index: self.index,
            agency: late,
            level: due.missed.level.into(),
            step: due.missed.step.into(),
            started_ms: due.started_ms,
            due_ms: due.at_ms,
            precedence: due.precedence.into(),
            status: statement.status().into(),
            contacts: contacts.into_iter().collect(),
            nobody_listed,
            agencies: agencies.into_iter().collect(),
            nodes: nodes.into_iter().collect(),
            trust: directory.trust_refs().collect(),
        }
    }

    /// Whether the sender lets the agency know of it.
    fn is_released(&self, agency: &AgencyId, directory: &Directory) -> bool {
        let release = self.statement.handling().releasable_to();
        let sender = self.statement.sender().agency();
        floor::is_released(release, agency, sender, lives_in(directory))
    }

    fn agencies(&self) -> impl Iterator<Item = &String> {
        self.recipients.iter().flat_map(|to| &to.agencies)
    }
}
