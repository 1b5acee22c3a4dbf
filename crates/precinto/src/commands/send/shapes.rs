//! The short messages that need no file: an acknowledgement and an outcome, as drafts.

use crate::args::{AckArgs, OutcomeArgs};
use serde_json::{Value, json};

/// `send ack`: the draft that a person would have written.
pub(super) fn ack(args: &AckArgs) -> Value {
    let mut draft = json!({
        "type": "ACK", "to": args.to, "status": args.status, "refers_to": args.message,
        "ack_level": args.level, "alert_id": args.alert_id,
    });
    drop_nulls(&mut draft);
    draft
}

/// `send outcome`: the draft that a person would have written.
pub(super) fn outcome(args: &OutcomeArgs) -> Value {
    let mut draft = json!({
        "type": "OUTCOME", "to": args.to, "status": args.status, "refers_to": args.message,
        "outcome_code": args.code, "alert_id": args.alert_id,
    });
    if let (Some(form), Value::Object(fields)) = (&args.form, &mut draft) {
        drop(fields.insert("content".to_owned(), json!({ "seizure_form": form })));
    }
    drop_nulls(&mut draft);
    draft
}

fn drop_nulls(draft: &mut Value) {
    if let Value::Object(fields) = draft {
        fields.retain(|_, value| !value.is_null());
    }
}
