//! What an audit hands on while it goes: entries with which nothing is wrong, in the order of the log.
//!
//! Figures about a log are made from these and nothing else. An entry whose leaf, record, signatures, body, recipients or place in
//! its case gave a finding other than a note never gets here. Its place in its case is not judged after a hole in the log, nor under
//! rules that asked no case; a message is its sender's word all the same, and gets here. A missed deadline is the
//! gateway's word alone, and does not.

use precinto_alert::Statement;
use precinto_alert::case::{Audience, Missed};
use precinto_alert::id::{AlertId, NodeId, OfficerId};

/// An entry with which nothing is wrong.
#[derive(Debug, Clone)]
pub struct Verified {
    /// Its index in the log.
    pub index: u64,
    /// The time that the log gave it, milliseconds since 1970 UTC.
    pub time_ms: u64,
    /// What it holds.
    pub said: Said,
}

/// What a verified entry holds. TRUST entries are not handed on: they say nothing between the parties.
#[derive(Debug, Clone)]
pub enum Said {
    /// A message of one party to others.
    Message(Box<Told>),
    /// A message id used again for something else, which the gateway refused and wrote down.
    Reused {
        /// The node that did so.
        sender: NodeId,
    },
    /// A deadline that was missed, and what the gateway did about it.
    Overdue(Box<Overdue>),
}

/// A missed deadline, judged by its case.
#[derive(Debug, Clone)]
pub struct Overdue {
    /// The case.
    pub alert_id: AlertId,
    /// Who waits for the answer.
    pub sender: NodeId,
    /// Who was late with what, and what followed.
    pub missed: Missed,
}

/// A message with what is known about it.
#[derive(Debug, Clone)]
pub struct Told {
    /// What was signed.
    pub statement: Statement,
    /// Who was sent it, resolved through the directory of that day.
    pub to: Audience,
    /// The officers who signed it beside the node, by the identities of their certificates; in the statement's order.
    pub officers: Vec<OfficerId>,
    /// The content of its body, serialised; empty when it has none.
    pub content: Vec<u8>,
}
