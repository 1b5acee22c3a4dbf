//! What happened in a play: every message with its fate, and what must not have happened.

use crate::demo::script::Fault;
use crate::exit::Text;
use std::collections::{BTreeMap, BTreeSet};

/// One message of the play.
#[derive(Debug, Default)]
pub(crate) struct Message {
    /// Its type: ALERT, ACK, OUTCOME.
    pub(crate) kind: String,
    /// The alert's name in the script.
    pub(crate) tag: String,
    /// The level of an acknowledgement, or the code of an outcome.
    pub(crate) code: String,
    /// The sending node.
    pub(crate) sender: usize,
    /// The nodes that must receive it, and no other.
    pub(crate) audience: BTreeSet<usize>,
    /// What must be wrong with it.
    pub(crate) fault: Option<Fault>,
    /// The alert's id, once it is known.
    pub(crate) alert_id: String,
    /// When it was sent, microseconds since 1970; 0 before.
    pub(crate) sent_us: u64,
    /// From sending to the verified receipt, milliseconds.
    pub(crate) submit_ms: f64,
    /// Its entry in the log.
    pub(crate) index: Option<u64>,
    /// Why it was refused: reason and violations as (field, reason).
    pub(crate) refused: Option<(String, Vec<(String, String)>)>,
    /// When each node had verified it, microseconds since 1970.
    pub(crate) delivered_us: BTreeMap<usize, u64>,
}

/// What happened.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// Every message by its id.
    pub(crate) messages: BTreeMap<String, Message>,
    /// The ids in the order of sending.
    pub(crate) order: Vec<String>,
    /// What must not have happened, in words.
    pub(crate) wrong: Vec<Text>,
}
