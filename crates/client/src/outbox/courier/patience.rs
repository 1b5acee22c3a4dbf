//! What an answer that is no receipt means for a message, and how long the courier bears with a gateway that does not judge it.

use super::super::refused::Refused;
use crate::limits::OUTBOX_FAULTS_MAX;
use crate::submit::SubmitError;
use precinto_alert::Reason;
use precinto_alert::id::{MessageId, NodeId};

/// Bears with one message at a time: the courier sends in order.
#[derive(Debug)]
pub(super) struct Patience {
    /// Whose outbox it is.
    node: NodeId,
    /// The message at which the gateway fails, and how often it has.
    fault: Option<(MessageId, u32)>,
}

/// What becomes of a message that was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// This was no answer yet: it is sent again, and nothing behind it counts.
    Again,
    /// It is put aside, with what was said.
    Aside(Box<Refused>),
}

impl Patience {
    /// For the outbox of `node`.
    pub(super) fn new(node: NodeId) -> Self {
        Self { node, fault: None }
    }

    /// Judges `error`, the answer at `at_ms` to the message `id`, whose statement says that `sender` sends it.
    ///
    /// A fault of the gateway over one message is no answer for a while, and then is one, or that message would hold up all
    /// behind it for ever.
    pub(super) fn judge(
        &mut self,
        (id, sender): (MessageId, &str),
        error: &SubmitError,
        at_ms: u64,
    ) -> Verdict {
        let aside = || Refused::of(id, error, at_ms);
        let refused = match error.reason() {
            // This is about the node and not about the message: all behind it would hear the same. It goes out when the node is
            // listed again. A certificate's reason is none of these: the one in the message does not change by waiting.
            Some(Reason::NodeUnknown) if sender == self.node.to_string() => return Verdict::Again,
            // Said of whoever signed it, or of whoever carries it: only the next answers tell.
            Some(Reason::NodeUnknown) => self.is_enough(id).then(aside),
            // Nothing was judged, and nothing is known.
            Some(Reason::Internal) => {
                let enough = self.is_enough(id);
                enough.then(|| aside().unjudged(OUTBOX_FAULTS_MAX))
            }
            _ if error.is_transient() => return Verdict::Again,
            _ => Some(aside()),
        };
        refused.map_or(Verdict::Again, |refused| Verdict::Aside(Box::new(refused)))
    }

    /// Counts one more; whether that was the last time.
    fn is_enough(&mut self, id: MessageId) -> bool {
        let before = self.fault.filter(|(known, _)| *known == id);
        let times = before.map_or(1, |(_, times)| times + 1);
        self.fault = Some((id, times));
        times >= OUTBOX_FAULTS_MAX
    }
}
