//! Who goes on to verification: within its quota, and urgent enough for what is in flight. Nothing is verified here; what a
//! message says of its urgency is what will be verified, because it stands in the bytes that are signed.

use precinto_alert::id::NodeId;
use precinto_proto::v1 as pb;
use prost::Message as _;

use super::{Held, Pressure, Submissions, SubmitError};

impl Submissions {
    /// Looks at a message that has come in and has its room, before anything else is done for it.
    ///
    /// A message that is shed is none that was submitted: it counts against no quota.
    pub(super) fn let_in(
        &self,
        caller: &NodeId,
        request: &pb::SubmitRequest,
        held: &Held,
    ) -> Result<(), SubmitError> {
        if is_shed(request, held.pressure()) {
            return Err(SubmitError::Shed);
        }
        let now_ms = self.clock.now_ms();
        Ok(self.quotas.take(caller, request.encoded_len(), now_ms)?)
    }
}

/// Routine goes first, then what is of a known future; what is urgent, or does not say, stays: an answer in a case has the
/// precedence of what it answers.
fn is_shed(request: &pb::SubmitRequest, pressure: Pressure) -> bool {
    match pressure {
        Pressure::Normal => false,
        Pressure::High => precedence(request) == pb::Precedence::P4,
        Pressure::Extreme => {
            matches!(precedence(request), pb::Precedence::P3 | pb::Precedence::P4)
        }
    }
}

/// As the message says; unspecified for one that cannot be read, which is refused for that.
fn precedence(request: &pb::SubmitRequest) -> pb::Precedence {
    let Ok(Payload { payload }) = Payload::decode(request.envelope.as_slice()) else {
        return pb::Precedence::Unspecified;
    };
    let stated = Stated::decode(payload.as_slice()).unwrap_or_default();
    stated.precedence()
}

/// The part of an `Envelope` that holds the statement.
#[derive(Clone, PartialEq, prost::Message)]
struct Payload {
    #[prost(bytes = "vec", tag = "2")]
    payload: Vec<u8>,
}

/// The part of a `Statement` that is read here; the rest is skipped unread.
#[derive(Clone, PartialEq, prost::Message)]
struct Stated {
    #[prost(enumeration = "pb::Precedence", tag = "17")]
    precedence: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(precedence: pb::Precedence) -> pb::SubmitRequest {
        let statement = pb::Statement {
            sender_seq: 7,
            precedence: precedence.into(),
            alert_version: 1,
            ..Default::default()
        };
        let envelope = pb::Envelope {
            payload_type: "x".to_owned(),
            payload: statement.encode_to_vec(),
            signatures: Vec::new(),
        };
        pb::SubmitRequest {
            envelope: envelope.encode_to_vec(),
            ..Default::default()
        }
    }

    #[test]
    fn what_is_urgent_is_the_last_to_be_shed() {
        use pb::Precedence::{P1, P2, P3, P4, Unspecified};
        let shed = |pressure| {
            [P4, P3, P2, P1, Unspecified].map(|precedence| is_shed(&request(precedence), pressure))
        };
        assert_eq!(shed(Pressure::Normal), [false; 5]);
        assert_eq!(shed(Pressure::High), [true, false, false, false, false]);
        assert_eq!(shed(Pressure::Extreme), [true, true, false, false, false]);
        let nonsense = pb::SubmitRequest {
            envelope: vec![0xff; 9],
            ..Default::default()
        };
        assert!(
            !is_shed(&nonsense, Pressure::Extreme),
            "refused for what it is"
        );
    }
}
