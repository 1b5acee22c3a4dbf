//! What is to be played: alerts in order, and what a recipient answers beyond its node's acknowledgement.

use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};

/// An alert to be sent.
#[derive(Debug)]
pub(crate) struct Cue {
    /// The sending node, `us/cbp/lax`.
    pub(crate) node: String,
    /// Its name in the report.
    pub(crate) tag: String,
    /// The draft.
    pub(crate) draft: Value,
    /// The refusal that must meet it; none if it must be accepted.
    pub(crate) fault: Option<Fault>,
}

/// What was made wrong on purpose, and what must be said about it. It follows from what was done, not from an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The coded reason.
    pub(crate) reason: &'static str,
    /// The field that must be named; empty when the reason concerns the whole message.
    pub(crate) field: &'static str,
}

/// An answer to a delivered alert. Recipients, references and status are filled in from what is answered.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// The officer who signs as well.
    pub(crate) officer: Option<String>,
    /// Type, codes and content.
    pub(crate) draft: Value,
}

/// Everything that is to be played.
#[derive(Debug, Default)]
pub(crate) struct Script {
    /// Alerts, in order.
    pub(crate) cues: VecDeque<Cue>,
    /// Rows that are refused before they become alerts, counted by reason.
    pub(crate) refused: BTreeMap<&'static str, u64>,
    replies: BTreeMap<(String, String), Vec<Reply>>,
}

impl Cue {
    /// An alert that must be accepted.
    pub(crate) fn accepted(node: &str, tag: &str, draft: Value) -> Self {
        Self {
            node: node.to_owned(),
            tag: tag.to_owned(),
            draft,
            fault: None,
        }
    }
}

impl Script {
    /// Adds what `node` answers to the alert `tag`.
    pub(crate) fn reply(&mut self, node: &str, tag: &str, reply: Reply) {
        self.replies
            .entry((node.to_owned(), tag.to_owned()))
            .or_default()
            .push(reply);
    }

    /// What `node` answers to the alert `tag`, in order.
    pub(crate) fn replies(&self, node: &str, tag: &str) -> &[Reply] {
        self.replies
            .get(&(node.to_owned(), tag.to_owned()))
            .map_or(&[], Vec::as_slice)
    }
}
