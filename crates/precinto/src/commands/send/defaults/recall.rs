//! What is confirmed about a recall: what was done in the own copy, and when.

use precinto_alert::code::Coded as _;
use precinto_client::copy::RecallWork;
use serde_json::{Map, Value, json};

/// What was done here about a recall, where the draft does not say otherwise.
pub(super) fn confirms(fields: &mut Map<String, Value>, work: &RecallWork) {
    let measure = json!(work.measure.name());
    fields.entry("recall_measure").or_insert(measure);
    let content = fields.entry("content").or_insert_with(|| json!({}));
    if let Value::Object(content) = content {
        content.entry("copies").or_insert(json!(work.copies));
        let done = json!({ "utc_ms": work.done_ms, "offset_minutes": 0 });
        content.entry("done").or_insert(done);
    }
}

/// The confirmation of a recall that was carried out here, as a draft.
pub(in crate::commands::send) fn confirmation(work: &RecallWork) -> Value {
    let mut fields = Map::new();
    let said = [
        ("type", json!("RECALL_CONFIRM")),
        ("alert_id", json!(work.alert_id.to_string())),
        ("refers_to", json!(work.recall.to_string())),
        ("to", json!([work.originator.to_string()])),
    ];
    fields.extend(said.map(|(name, value)| (name.to_owned(), value)));
    confirms(&mut fields, work);
    Value::Object(fields)
}
