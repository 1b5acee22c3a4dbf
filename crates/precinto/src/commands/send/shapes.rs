//! The short messages that need no file: an acknowledgement and an outcome, as drafts.

use crate::args::{AckArgs, OutcomeArgs};
use precinto_alert::id::NodeId;
use serde_json::{Value, json};

/// `send ack`: the draft that a person would have written.
pub(super) fn ack(args: &AckArgs, sender: &NodeId) -> Value {
    let mut draft = json!({
        "type": "ACK", "to": args.to, "status": status(args.status.as_deref(), sender), "refers_to": args.message,
        "ack_level": args.level, "alert_id": args.alert_id,
    });
    drop_nulls(&mut draft);
    draft
}

/// `send outcome`: the draft that a person would have written.
pub(super) fn outcome(args: &OutcomeArgs, sender: &NodeId) -> Value {
    let mut draft = json!({
        "type": "OUTCOME", "to": args.to, "status": status(args.status.as_deref(), sender), "refers_to": args.message,
        "outcome_code": args.code, "alert_id": args.alert_id,
    });
    if let (Some(form), Value::Object(fields)) = (&args.form, &mut draft) {
        drop(fields.insert("content".to_owned(), json!({ "seizure_form": form })));
    }
    drop_nulls(&mut draft);
    draft
}

/// What was said; else what the sender's trust domain is for. RFC 6761 keeps `.invalid` out of the real world.
fn status<'a>(said: Option<&'a str>, sender: &NodeId) -> &'a str {
    let real = !sender.side().as_str().ends_with(".invalid");
    said.unwrap_or(if real { "ACTUAL" } else { "EXERCISE" })
}

fn drop_nulls(draft: &mut Value) {
    if let Value::Object(fields) = draft {
        fields.retain(|_, value| !value.is_null());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_real_trust_domain_speaks_of_real_events_unasked() {
        let node = |domain: &str| -> NodeId {
            let id = format!("spiffe://{domain}/agency/cbp/node/lax");
            id.parse().unwrap()
        };
        let (dev, real) = (node("us.dev.invalid"), node("us.example.org"));
        assert_eq!(status(None, &dev), "EXERCISE");
        assert_eq!(status(None, &real), "ACTUAL");
        assert_eq!(status(Some("TEST"), &real), "TEST");
        assert_eq!(status(Some("ACTUAL"), &dev), "ACTUAL");
    }
}
