//! Whom a follow-up reaches that nobody addressed, and what a command says of messages that did not all go as meant.

use super::{CBP, Stage, has, write};
use serde_json::json;

/// The officer who is named, and the node at which that officer's messages arrive.
const OFFICER: &str = "spiffe://mx.dev.invalid/agency/fgr/officer/castillo";
const NODE: &str = "spiffe://mx.dev.invalid/agency/fgr/node/hq";
const FGR: &str = "mx-fgr-hq";

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/precinto/samples");

/// What one officer may read does not reach the agency, neither by a recipient that nobody typed nor under another mark.
pub(super) fn for_one_officer(stage: &mut Stage) {
    let sent = stage.send(CBP, &format!("alert {SAMPLES}/firearm-us-mx.yaml"));
    let red = sent["alert_id"].as_str().expect("an id").to_owned();
    let first = std::mem::replace(&mut stage.alert, red);
    let comment = stage.send(CBP, "comment ID --text Look_again");
    assert_eq!(comment["delivered_to"], json!([NODE]));
    stage.send(CBP, &format!("comment ID --to {OFFICER} --text And_again"));
    let alert = sent["message_id"].as_str().expect("an id");
    let typed = format!("--refers-to {alert} --alert-version 1 --status EXERCISE --to {OFFICER}");
    stage.send(CBP, &format!("comment ID {typed} --text Once_more"));
    let case = stage.object(FGR, "show ID");
    let messages = case["messages"].as_array().expect("messages");
    assert_eq!(messages.len(), 4);
    for message in messages {
        assert_eq!(message["statement"]["handling"]["tlp"], "RED", "{message}");
        let receipt = message["receipt"].as_str().expect("a receipt");
        assert!(receipt.starts_with("c2sp.org/tlog-proof@v1"), "{receipt}");
    }
    // Whoever shall take over is not told by way of two whole agencies.
    let transfer = "send transfer ID --transfer-to us.dev.invalid/dea --authority national-law";
    let (code, said) = stage.ends(CBP, &format!("{transfer} -o jsonl"));
    assert_eq!(code, Some(1), "{said}");
    assert!(!said.contains("\"us.dev.invalid/dea\""), "{said}");
    let (code, said) = stage.ends(FGR, "send comment ID --text Why?");
    assert!(code != Some(0) && said.contains("to: "), "{said}");
    let ack = stage.send(FGR, "ack ID --level person --officer castillo");
    assert_eq!(ack["delivered_to"], json!(["us.dev.invalid/cbp"]));
    let recall = stage.send(CBP, "recall ID --measure ERASE --ground ERROR");
    assert_eq!(recall["delivered_to"], json!([NODE]));
    // The officer's node erases it, and says so.
    stage.done(FGR, "sync --confirm-recalls");
    has(
        &stage.done(FGR, "show ID"),
        &["was erased here, because the alert was recalled"],
    );
    has(&stage.done(CBP, "show ID"), &["1 of 1 confirmed"]);
    stage.alert = first;
}

/// The alert went to an agency and to one officer of another; so does what follows.
pub(super) fn for_an_agency_and_an_officer(stage: &mut Stage) {
    let file = stage.file("two.yaml");
    write(
        &file,
        &precursor(&format!("mx.dev.invalid/anam, \"{OFFICER}\"")),
    );
    let sent = stage.send(CBP, &format!("alert {}", file.display()));
    let alert = sent["alert_id"].as_str().expect("an id").to_owned();
    let first = std::mem::replace(&mut stage.alert, alert);
    let to = json!(["mx.dev.invalid/anam", NODE]);
    assert_eq!(sent["delivered_to"], to);
    let comment = stage.send(CBP, "comment ID --text Look_again");
    assert_eq!(comment["delivered_to"], to);
    stage.alert = first;
}

/// Only the gateway knows that there is no such agency; what is sound waits with what is not.
pub(super) fn all_or_none(stage: &Stage) {
    let (sound, wrong) = (stage.file("sound.yaml"), stage.file("wrong.yaml"));
    write(&sound, &precursor("mx.dev.invalid/anam"));
    write(&wrong, &precursor("mx.dev.invalid/nobody"));
    let size = |stage: &Stage| stage.object(CBP, "list")["position"].clone();
    // Twice: that it was read is in the log as well, behind what was read.
    size(stage);
    let before = size(stage);
    let files = format!("{} {}", sound.display(), wrong.display());
    let (code, said) = stage.ends(CBP, &format!("send alert {files} -o jsonl"));
    assert_ne!(code, Some(0), "{said}");
    has(
        &said,
        &["not sent: another draft", "no enviado: otro borrador"],
    );
    has(&said, &["nothing was sent"]);
    assert_eq!(size(stage), before, "{said}");
    // Notices belong to no case: the second is asked about as well as the first.
    let notice = |to: &str| {
        let said = "status: TEST\nnotice_kind: MAINTENANCE\ncontent: { text: x }\n";
        format!("type: SYSTEM_NOTICE\nto: {to}\n{said}")
    };
    write(&sound, &notice("mx.dev.invalid/anam"));
    write(&wrong, &notice("mx.dev.invalid/nobody"));
    let (code, said) = stage.ends(CBP, &format!("send notice {files} -o jsonl"));
    assert_ne!(code, Some(0), "{said}");
    has(&said, &["RECIPIENT_UNKNOWN", "nothing was sent"]);
    assert_eq!(size(stage), before, "{said}");
    write(&sound, &precursor("mx.dev.invalid/anam"));
}

/// A message that is in the log is said to be there, whatever becomes of its receipt.
pub(super) fn without_a_receipt(stage: &Stage) {
    let file = stage.file("no-folder");
    write(&file, "");
    let sound = stage.file("sound.yaml");
    let line = format!(
        "send alert {} --receipts {} -o jsonl",
        sound.display(),
        file.display()
    );
    let (code, said) = stage.ends(CBP, &line);
    assert_eq!(code, Some(1), "{said}");
    has(&said, &["\"ok\":true", "its receipt was not kept"]);
}

/// The sample, to somebody else.
fn precursor(to: &str) -> String {
    let sample = format!("{SAMPLES}/precursor-us-mx.yaml");
    let sample = std::fs::read_to_string(sample).expect("the sample");
    let changed = sample.replace("mx.dev.invalid/anam, \"topic:precursors\"", to);
    assert_ne!(changed, sample);
    changed
}
