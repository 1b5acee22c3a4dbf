//! What one node hears of a case. The rules go by agencies, but what is for named nodes (TLP:RED) is not for their colleagues.

use super::rules::{Verdict, new_after_recall, unknown_alert, unknown_reference};
use super::{Case, Step};
use crate::code::MessageType as T;
use crate::id::NodeId;

impl Step {
    /// Whether the node may read it: it sent it, it is sent it, or its agency has sent it and to agencies, so that another
    /// desk can go on with the case at night. What goes to named nodes only is for the node alone that sent it.
    pub fn is_open_to(&self, node: &NodeId) -> bool {
        *self.sender == *node
            || self.to.reaches_node(node)
            || (self.from() == node.agency() && self.to.has_agencies())
    }
}

impl Case {
    /// Whether the node may read anything of it. To all others there is no such case.
    pub fn is_known_to(&self, node: &NodeId) -> bool {
        self.steps.iter().any(|step| step.is_open_to(node))
    }

    /// A node hears of what it may read, and of nothing else.
    pub(super) fn is_shown_to_sender(&self, step: &Step) -> Verdict {
        if step.message_type == T::Alert {
            return Ok(());
        }
        if !self.is_known_to(&step.sender) {
            return unknown_alert();
        }
        let about = step.refers_to.and_then(|id| self.find(id));
        if about.is_some_and(|about| !about.is_open_to(&step.sender)) {
            return unknown_reference();
        }
        Ok(())
    }

    /// Whoever recalls need not reach nodes that were never sent anything, so nothing may reach them any more.
    pub(super) fn reaches_no_new_node(&self, step: &Step) -> Verdict {
        let mut recalls = self.by_originator(T::Recall).peekable();
        let is_new_to = |recall: &Step| recall.to.lacks(&step.to, recall.from()).next().is_some();
        if recalls.peek().is_some() && step.message_type != T::Recall && recalls.all(is_new_to) {
            return new_after_recall();
        }
        Ok(())
    }
}
