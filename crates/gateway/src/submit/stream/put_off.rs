//! What a stream has put off: nothing that comes behind it on the stream and is of the same case is taken before it.
//!
//! A message rests on those before it: a cancellation that is taken while the amendment before it was over quota makes the
//! amendment one that can never be taken. So the rest of its case waits for it, and is told so, until it has come again and been
//! taken or refused for good, or for [`PUT_OFF_MEMORY`]: who has given it up must not wait for ever. Other cases go on, urgent
//! ones above all.

use std::collections::HashMap;

use precinto_proto::v1 as pb;
use prost::Message as _;
use tokio::time::Instant;

use crate::limits::{PUT_OFF_CASES_MAX, PUT_OFF_MEMORY};

/// What a request says that it is, before anything is verified: a hint about the sender's own messages, and nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// Empty if it cannot be told.
    pub(super) message_id: Vec<u8>,
    /// The case; empty for none.
    alert_id: String,
}

/// The cases of which something was put off.
#[derive(Debug, Default)]
pub(super) struct PutOff(HashMap<String, First>);

/// What the others of its case wait for.
#[derive(Debug)]
struct First {
    message_id: Vec<u8>,
    until: Instant,
}

impl Named {
    pub(super) fn of(request: &pb::SubmitRequest) -> Self {
        let payload = Payload::decode(request.envelope.as_slice()).unwrap_or_default();
        let Stated {
            message_id,
            alert_id,
        } = Stated::decode(payload.payload.as_slice()).unwrap_or_default();
        let is_one = message_id.len() == MESSAGE_ID_LEN;
        let is_case = alert_id.len() <= ALERT_ID_LEN_MAX;
        Self {
            message_id: if is_one { message_id } else { Vec::new() },
            alert_id: if is_case { alert_id } else { String::new() },
        }
    }
}

impl PutOff {
    /// Whether it must wait: it is behind one of its case that was put off.
    pub(super) fn holds(&mut self, named: &Named, now: Instant) -> bool {
        self.0.retain(|_, first| first.until > now);
        if named.alert_id.is_empty() {
            return false;
        }
        // Without room to remember another case, none is let past.
        let is_full = self.0.len() >= PUT_OFF_CASES_MAX;
        let first = self.0.get(&named.alert_id);
        first.map_or(is_full, |first| first.message_id != named.message_id)
    }

    /// Takes note of what became of it, in the order of the stream.
    pub(super) fn note(&mut self, named: Named, is_put_off: bool, now: Instant) {
        let Named {
            message_id,
            alert_id,
        } = named;
        if alert_id.is_empty() {
            return;
        }
        if is_put_off {
            let until = now + PUT_OFF_MEMORY;
            if let Some(first) = self.0.get_mut(&alert_id) {
                first.until = until;
            } else if self.0.len() < PUT_OFF_CASES_MAX {
                self.0.insert(alert_id, First { message_id, until });
            }
        } else if self
            .0
            .get(&alert_id)
            .is_some_and(|first| first.message_id == message_id)
        {
            self.0.remove(&alert_id);
        }
    }
}

/// Of a message id.
const MESSAGE_ID_LEN: usize = 16;

/// No alert id is longer; what is longer is refused for it.
const ALERT_ID_LEN_MAX: usize = 64;

/// The part of an `Envelope` that holds the statement.
#[derive(Clone, PartialEq, prost::Message)]
struct Payload {
    #[prost(bytes = "vec", tag = "2")]
    payload: Vec<u8>,
}

/// The part of a `Statement` that is read here; the rest is skipped unread.
#[derive(Clone, PartialEq, prost::Message)]
struct Stated {
    #[prost(bytes = "vec", tag = "1")]
    message_id: Vec<u8>,
    #[prost(string, tag = "15")]
    alert_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(number: u8, case: &str) -> Named {
        Named {
            message_id: vec![number; MESSAGE_ID_LEN],
            alert_id: case.to_owned(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_rest_of_a_case_waits_for_its_first_and_others_do_not() {
        let (mut put_off, now) = (PutOff::default(), Instant::now());
        put_off.note(named(1, "A"), true, now);
        assert!(put_off.holds(&named(2, "A"), now));
        put_off.note(named(2, "A"), true, now);
        assert!(!put_off.holds(&named(3, "B"), now));
        assert!(!put_off.holds(&named(4, ""), now), "of no case");
        assert!(!put_off.holds(&named(1, "A"), now), "it comes again");
        put_off.note(named(1, "A"), false, now);
        assert!(!put_off.holds(&named(2, "A"), now));
        // What is put off again is waited for from then on.
        put_off.note(named(2, "A"), true, now);
        assert!(put_off.holds(&named(1, "A"), now));
        let later = now + PUT_OFF_MEMORY / 2;
        put_off.note(named(5, "A"), true, later);
        assert!(put_off.holds(&named(1, "A"), now + PUT_OFF_MEMORY));
        assert!(!put_off.holds(&named(1, "A"), later + PUT_OFF_MEMORY));
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_too_many_cases_put_off_overtakes_none_of_them() {
        let (mut put_off, now) = (PutOff::default(), Instant::now());
        for case in 0..=PUT_OFF_CASES_MAX {
            put_off.note(named(1, &case.to_string()), true, now);
        }
        assert_eq!(put_off.0.len(), PUT_OFF_CASES_MAX);
        let last = PUT_OFF_CASES_MAX.to_string();
        assert!(put_off.holds(&named(2, &last), now));
        assert!(!put_off.holds(&named(1, "0"), now));
        assert!(!put_off.holds(&named(2, &last), now + PUT_OFF_MEMORY));
    }

    #[test]
    fn a_request_is_named_by_what_it_says() {
        let request = |message_id: Vec<u8>, alert_id: String| {
            let statement = pb::Statement {
                message_id,
                alert_id,
                sender: "x".to_owned(),
                ..Default::default()
            };
            let envelope = pb::Envelope {
                payload: statement.encode_to_vec(),
                ..Default::default()
            };
            pb::SubmitRequest {
                envelope: envelope.encode_to_vec(),
                ..Default::default()
            }
        };
        let said = request(vec![7; 16], "US-LAX-2026-000001-X".to_owned());
        assert_eq!(Named::of(&said), named(7, "US-LAX-2026-000001-X"));
        let odd = request(vec![7; 15], "x".repeat(65));
        assert_eq!(Named::of(&odd), Named::default());
        let nonsense = pb::SubmitRequest {
            envelope: vec![0xff; 9],
            ..Default::default()
        };
        assert_eq!(Named::of(&nonsense), Named::default());
    }
}
