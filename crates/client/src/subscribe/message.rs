//! What a gateway says on a stream: one thing at a time.

use precinto_proto::v1 as pb;

/// What the gateway says.
#[derive(Debug)]
pub(super) enum Message {
    Delivery(Box<pb::Delivery>),
    CaughtUp(pb::CaughtUp),
    Heartbeat(pb::Heartbeat),
    Closing(pb::Closing),
}

/// A response that says nothing, or several things at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotOne;

impl TryFrom<pb::SubscribeResponse> for Message {
    type Error = NotOne;

    fn try_from(response: pb::SubscribeResponse) -> Result<Self, NotOne> {
        let pb::SubscribeResponse {
            delivery,
            caught_up,
            heartbeat,
            closing,
        } = response;
        match (delivery, caught_up, heartbeat, closing) {
            (Some(delivery), None, None, None) => Ok(Self::Delivery(Box::new(delivery))),
            (None, Some(caught_up), None, None) => Ok(Self::CaughtUp(caught_up)),
            (None, None, Some(heartbeat), None) => Ok(Self::Heartbeat(heartbeat)),
            (None, None, None, Some(closing)) => Ok(Self::Closing(closing)),
            _ => Err(NotOne),
        }
    }
}
