//! What is confirmed about a recall: what was done in the own copy, and when.

use crate::clock;
use crate::draft::Draft;
use crate::exit::Text;
use precinto_alert::code::Coded as _;
use precinto_client::copy::RecallWork;
use precinto_proto::v1 as pb;
use prost::Message as _;
use serde_json::{Map, Value, json};

/// A moment that a person types is exact to the minute.
const TYPED_MS: u64 = 60_000;

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

/// What a confirmation claims beyond what was done in this node's own copy: a stricter measure, more copies, or an earlier end.
pub(in crate::commands::send) fn more_than_was_done(
    draft: &Draft,
    work: &RecallWork,
) -> Option<Text> {
    let measure = work.measure.name();
    if draft.statement.recall_measure() > work.measure {
        return Some(Text::from((
            format!("only {measure} was carried out here"),
            format!("aquí solo se llevó a cabo {measure}"),
        )));
    }
    let bytes = draft.content.as_ref().map(|(_, bytes)| bytes.as_slice());
    let said = pb::RecallContent::decode(bytes.unwrap_or_default()).ok()?;
    let copies = work.copies;
    if said.copies > copies {
        return Some(Text::from((
            format!(
                "--copies {}: only {copies} were dealt with here",
                said.copies
            ),
            format!("--copies {}: aquí solo se atendieron {copies}", said.copies),
        )));
    }
    let done = said.done?.utc_ms;
    let since = clock::rfc3339_ms(work.done_ms);
    (done.saturating_add(TYPED_MS) < work.done_ms).then(|| {
        let done = clock::rfc3339_ms(done);
        Text::from((
            format!("--done {done}: it was carried out here at {since}"),
            format!("--done {done}: aquí se llevó a cabo el {since}"),
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use precinto_alert::code::RecallMeasure;
    use std::collections::BTreeSet;

    #[test]
    fn nobody_confirms_more_than_was_done_here() {
        let work = RecallWork {
            alert_id: "US-CBPLAX-2026-000001V".parse().unwrap(),
            recall: "0192f0c1-0000-7000-8000-000000000001".parse().unwrap(),
            originator: "us.dev.invalid/cbp".parse().unwrap(),
            measure: RecallMeasure::Quarantine,
            copies: 3,
            done_ms: 1_795_357_449_000,
            confirmed: false,
            confirmed_by: BTreeSet::new(),
        };
        let claim = |measure: RecallMeasure, copies: u32, done_ms: u64| {
            let mut value = confirmation(&work);
            value["recall_measure"] = json!(measure.name());
            value["content"]["copies"] = json!(copies);
            value["content"]["done"] = json!({ "utc_ms": done_ms, "offset_minutes": 0 });
            let draft = Draft::read(&value, work.done_ms).unwrap();
            more_than_was_done(&draft, &work).map(|text| text.to_string())
        };
        let (quarantine, done_ms) = (RecallMeasure::Quarantine, work.done_ms);
        assert_eq!(claim(quarantine, 3, done_ms), None);
        assert_eq!(claim(quarantine, 0, done_ms - 59_000), None);
        let refused = |claimed: Option<String>, why: &str| {
            assert!(
                claimed.as_ref().is_some_and(|text| text.contains(why)),
                "{claimed:?}"
            );
        };
        refused(claim(RecallMeasure::Erase, 3, done_ms), "only QUARANTINE");
        refused(claim(quarantine, 4, done_ms), "only 3");
        refused(claim(quarantine, 3, done_ms - 61_000), "--done");
    }
}
