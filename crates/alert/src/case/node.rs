//! What one node hears of a case. The rules go by agencies, but what is for named nodes (TLP:RED) is not for their colleagues.

use std::collections::BTreeSet;

use super::rules::{Verdict, new_after_recall, object, unknown_alert, unknown_reference};
use super::{Case, Step};
use crate::Reason;
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

    /// The newest version of the alert that the node may read.
    pub(super) fn newest_open_to(&self, node: &NodeId) -> Option<&Step> {
        let amended = self.by_originator(T::Amend);
        let versions = amended.chain(self.opening());
        let open = versions.filter(|step| step.is_open_to(node));
        open.max_by_key(|step| (step.version, step.message_id))
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
        let is_new_to = |recall: &Step| recall.to.lacks_any(&step.to, recall.from());
        if recalls.peek().is_some() && step.message_type != T::Recall && recalls.all(is_new_to) {
            return new_after_recall();
        }
        Ok(())
    }

    /// Whoever was sent something of the case is sent its recall. With its own copies the originator deals itself. Agencies are
    /// named, or no recall could be completed; nodes only from what the sender may read: whom somebody has written to in
    /// confidence it is not told. Of a node that another agency has written to, no desk of the originator can know, so its
    /// agency is named: sent to all of it, the recall reaches the node. A colleague's confidant the colleague can recall.
    pub(super) fn reaches_everybody(&self, recall: &Step) -> Verdict {
        let (mut named, mut has_others) = (BTreeSet::new(), false);
        for step in &self.steps {
            let agencies = recall.to.lacking_agencies(&step.to, recall.from());
            named.extend(agencies.map(ToString::to_string));
            let mut nodes = recall.to.lacking_nodes(&step.to, recall.from());
            if step.is_open_to(&recall.sender) {
                named.extend(nodes.map(ToString::to_string));
            } else if step.from() != recall.from() {
                named.extend(nodes.map(|node| node.agency().to_string()));
            } else {
                has_others |= nodes.next().is_some();
            }
        }
        if named.is_empty() && !has_others {
            return Ok(());
        }
        let list = |others: &str| {
            let others = has_others.then(|| others.to_owned());
            let all = named.iter().cloned().chain(others);
            all.collect::<Vec<_>>().join(", ")
        };
        let (en, es) = (list("others"), list("otros"));
        let detail = (
            format!("not addressed, though sent messages of this case: {en}"),
            format!("sin ser destinatarios, recibieron mensajes de este caso: {es}"),
        );
        object("recipients", Reason::RecipientRequired, detail)
    }
}
