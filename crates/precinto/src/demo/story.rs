//! The built-in story: who sends which sample, who answers for it on the other side, and what comes of it.

use super::script::{Cue, Reply, Script};
use crate::draft::Draft;
use anyhow::Context;
use serde_json::{Value, json};
use std::path::Path;

/// One alert of the story.
pub(crate) struct Sample {
    /// Its name, and that of its file.
    pub(crate) name: &'static str,
    /// The draft, as a person has written it.
    pub(crate) text: &'static str,
    /// The node that sends it.
    sender: &'static str,
    /// The node whose officer takes it up, and the officer.
    handler: (&'static str, &'static str),
    /// What comes of it: a code, and the content of the outcome.
    outcome: (&'static str, &'static str),
}

/// The alerts, in the order in which they are sent: both directions, all four kinds.
pub(crate) const SAMPLES: [Sample; 4] = [
    Sample {
        name: "precursor-us-mx",
        text: include_str!("../../samples/precursor-us-mx.yaml"),
        sender: "us/cbp/lax",
        handler: ("mx/anam/mex", "hernandez"),
        outcome: (
            "SEIZED",
            r#"{"seizure_form": "MX_EMBARGO_PRECAUTORIO", "laboratory_reference": "LAB-EJ-0412", "alert_quality": 5,
                "substances": [{"substance_class": "PRE_PRECURSOR", "cas_number": "110-63-4", "quantity": "588.2 KGM"}],
                "indicator_feedback": [{"code": "DO02", "confirmed": true}, {"code": "CH05", "confirmed": true}]}"#,
        ),
    },
    Sample {
        name: "drug-mx-us",
        text: include_str!("../../samples/drug-mx-us.yaml"),
        sender: "mx/anam/mex",
        handler: ("us/cbp/lax", "ramirez"),
        outcome: (
            "SEIZED",
            r#"{"seizure_form": "US_ADMINISTRATIVE", "alert_quality": 5, "arrests": 1,
                "substances": [{"substance_class": "DRUG", "cas_number": "437-38-7", "form": "TABLET", "quantity": "9412 H87"}]}"#,
        ),
    },
    Sample {
        name: "firearm-us-mx",
        text: include_str!("../../samples/firearm-us-mx.yaml"),
        sender: "us/atf/hq",
        handler: ("mx/fgr/hq", "castillo"),
        outcome: (
            "CONTROLLED_DELIVERY",
            r#"{"trace_references": ["T20261180"], "alert_quality": 4}"#,
        ),
    },
    Sample {
        name: "fuel-mx-us",
        text: include_str!("../../samples/fuel-mx-us.yaml"),
        sender: "mx/fgr/hq",
        handler: ("us/cbp/lax", "ramirez"),
        outcome: (
            "NEGATIVE_INSPECTION",
            r#"{"alert_quality": 3, "remark": "EXERCISE. The tank truck held waste oil; the samples are with the laboratory."}"#,
        ),
    },
];

/// The story as a script: each alert with what the recipients answer.
pub(crate) fn script() -> anyhow::Result<Script> {
    let mut script = Script::default();
    for sample in &SAMPLES {
        let draft = draft_of(sample)?;
        script
            .cues
            .push_back(Cue::accepted(sample.sender, sample.name, draft));
        let (node, officer) = sample.handler;
        let (code, content) = sample.outcome;
        let content: Value = serde_json::from_str(content).context("the content of an outcome")?;
        script.reply(
            node,
            sample.name,
            Reply {
                officer: Some(officer.to_owned()),
                draft: json!({ "type": "ACK", "ack_level": "PERSON" }),
            },
        );
        script.reply(node, sample.name, Reply {
            officer: Some(officer.to_owned()),
            draft: json!({
                "type": "OUTCOME", "outcome_code": code, "final_outcome": true, "content": content,
            }),
        });
    }
    Ok(script)
}

/// A sample's draft.
pub(crate) fn draft_of(sample: &Sample) -> anyhow::Result<Value> {
    let parsed = Draft::parse_file(Path::new(sample.name), sample.text);
    parsed.map_err(|what| anyhow::anyhow!("{}: {what}", sample.name))
}

#[cfg(test)]
mod tests;
