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

/// Routine goes first, then what is of a known future; what is urgent stays.
fn is_shed(request: &pb::SubmitRequest, pressure: Pressure) -> bool {
    use pb::Precedence::{P3, P4};
    match pressure {
        Pressure::Normal => false,
        Pressure::High => urgency(request) == Some(P4),
        Pressure::Extreme => matches!(urgency(request), Some(P3 | P4)),
    }
}

/// As the message says; routine if it does not. None of an answer that does not: it is as urgent as what it answers, which is not
/// known here. Nor of what cannot be read, and is refused for that.
fn urgency(request: &pb::SubmitRequest) -> Option<pb::Precedence> {
    let Payload { payload } = Payload::decode(request.envelope.as_slice()).ok()?;
    let stated = Stated::decode(payload.as_slice()).ok()?;
    match stated.precedence() {
        pb::Precedence::Unspecified if stated.refers_to.is_empty() => Some(pb::Precedence::P4),
        pb::Precedence::Unspecified => None,
        stated => Some(stated),
    }
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
    #[prost(bytes = "vec", tag = "10")]
    refers_to: Vec<u8>,
    #[prost(enumeration = "pb::Precedence", tag = "17")]
    precedence: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(precedence: pb::Precedence, refers_to: &[u8]) -> pb::SubmitRequest {
        let statement = pb::Statement {
            sender_seq: 7,
            refers_to: refers_to.to_vec(),
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
        let shed = |pressure, refers_to: &[u8]| {
            [P4, Unspecified, P3, P2, P1]
                .map(|precedence| is_shed(&request(precedence, refers_to), pressure))
        };
        assert_eq!(shed(Pressure::Normal, &[]), [false; 5]);
        let [high, extreme] = [Pressure::High, Pressure::Extreme].map(|high| shed(high, &[]));
        assert_eq!(high, [true, true, false, false, false]);
        assert_eq!(extreme, [true, true, true, false, false]);
        let answers = shed(Pressure::Extreme, &[7; 16]);
        assert_eq!(
            answers,
            [true, false, true, false, false],
            "as urgent as what they answer, perhaps"
        );
        for nonsense in [vec![0xff; 9], holding(vec![0xff; 9])] {
            let nonsense = pb::SubmitRequest {
                envelope: nonsense,
                ..Default::default()
            };
            assert!(
                !is_shed(&nonsense, Pressure::Extreme),
                "refused for what it is"
            );
        }
    }

    fn holding(payload: Vec<u8>) -> Vec<u8> {
        let envelope = pb::Envelope {
            payload,
            ..Default::default()
        };
        envelope.encode_to_vec()
    }
}
