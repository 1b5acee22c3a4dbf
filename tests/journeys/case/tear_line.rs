//! An alert with names for one agency, and its extract without them for another one that may not have the names.

use super::{ANAM, CBP, Stage, has, write};
use precinto_tests::{Site, audit, run};
use serde_json::Value;
use std::path::Path;

const FGR: &str = "mx-fgr-hq";
/// Of the sample's parties, as they are written there.
const NAMED: [&str; 4] = [
    "Exercise Pacific Trading LLC",
    "Comercializadora Ejercicio S.A. de C.V.",
    "ABC010101AB1",
    "1200 Example Avenue",
];

/// A site with its gateway, and the sample alert, whose parties ANAM alone may have.
fn begin() -> Stage {
    let site = Site::new();
    let gateway = site.start();
    let address = gateway.address().to_owned();
    let stage = Stage {
        site,
        gateway: Some(gateway),
        address,
        alert: String::new(),
    };
    let example = run(&["config", "example", "alert"]);
    let text = String::from_utf8(example.stdout).expect("UTF-8");
    let text = text.replace(r#"to: [mx.dev.invalid/anam, "topic:precursors"]"#, "");
    let kept =
        |role: &str| format!("    - role: {role}\n      releasable_to: [mx.dev.invalid/anam]\n");
    let text = text.replace("    - role: SHIPPER\n", &kept("SHIPPER"));
    let text = text.replace("    - role: CONSIGNEE\n", &kept("CONSIGNEE"));
    assert_eq!(text.matches("releasable_to: [mx.").count(), 2);
    assert!(NAMED.iter().all(|name| text.contains(name)), "{text}");
    write(&stage.file("alert.yaml"), &text);
    stage
}

fn path(of: &Path) -> String {
    of.display().to_string()
}

/// Who may not have the names is told by which command to make an extract; so is who holds another's alert that it is not its to make.
fn made(stage: &Stage) -> String {
    let line = format!("send alert {}", path(&stage.file("alert.yaml")));
    for (lang, what) in [("en", "does not cover"), ("es", "no abarca a")] {
        let both = "--to mx.dev.invalid/anam --to mx.dev.invalid/fgr";
        let (code, said) = stage.ends(CBP, &format!("{line} {both} --lang {lang}"));
        assert_eq!(code, Some(5), "{said}");
        has(
            &said,
            &[what, "mx.dev.invalid/fgr", "precinto draft tear-line"],
        );
    }
    line
}

/// What the command leaves out it says in either language, and the draft has none of it.
fn drafted(stage: &Stage) -> String {
    for (lang, said) in [
        (
            "en",
            [
                "content.parties (2): it names",
                "content.narrative (2): free words",
            ],
        ),
        (
            "es",
            [
                "content.parties (2): nombra",
                "content.narrative (2): texto libre",
            ],
        ),
    ] {
        let out = stage.run(CBP, &format!("draft tear-line ID --lang {lang}"));
        let talk = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{talk}");
        has(&talk, &said);
        let page = String::from_utf8_lossy(&out.stdout);
        for name in NAMED {
            assert!(
                !page.contains(name) && !talk.contains(name),
                "{name}: {page}{talk}"
            );
        }
    }
    let begun = stage.object(CBP, "draft tear-line ID");
    let missing = begun["missing"].as_array().expect("a list");
    assert_eq!(missing.len(), 1, "{begun}");
    assert_eq!(missing[0]["field"], "to");
    let page = stage.done(CBP, "draft tear-line ID --narrative Blue_drums.");
    let file = stage.file("extract.yaml");
    write(&file, &page);
    path(&file)
}

/// FGR has what it needs to act, and nobody's name.
fn read(stage: &Stage, extract: &str) {
    let case = stage.object(FGR, &format!("show {extract}"));
    let said = &case["messages"][0];
    let (statement, content) = (&said["statement"], &said["content"]);
    assert_eq!(statement["handling"]["tear_line"], true, "{said}");
    assert_eq!(statement["linked_alerts"][0], stage.alert.as_str());
    let whole = stage.object(CBP, "show ID");
    let whole = &whole["messages"][0];
    assert_eq!(statement["refers_to"], whole["statement"]["message_id"]);
    for same in ["precedence", "commodities", "last_action_ms", "status"] {
        assert_eq!(statement[same], whole["statement"][same], "{same}");
    }
    for same in [
        "/shipments/0/master_awb",
        "/shipments/0/gross_weight",
        "/shipments/0/route",
    ] {
        let there = content.pointer(same);
        assert!(
            there.is_some() && there == whole["content"].pointer(same),
            "{same}: {said}"
        );
    }
    assert_eq!(content["narrative"][0]["text"], "Blue drums.");
    assert!(content.get("parties").is_none(), "{said}");
    let (code, _) = stage.ends(FGR, "show ID");
    assert_eq!(code, Some(7), "the whole is not FGR's");
    let (code, _) = stage.ends(FGR, "find Comercializadora_Ejercicio_S.A._de_C.V.");
    assert_eq!(code, Some(7), "nobody is named");
    has(&stage.done(FGR, "find 865-48291176"), &[extract]);
}

/// What ANAM was sent is CBP's to release, whether it asks for an extract or takes one from a file.
fn of_another(stage: &Stage, file: &str) {
    for (lang, said) in [("en", "only its originator"), ("es", "solo su originador")] {
        let (code, told) = stage.ends(ANAM, &format!("draft tear-line ID --lang {lang}"));
        assert_eq!(code, Some(5), "{told}");
        has(
            &told,
            &[
                "ONWARD_RELEASE",
                said,
                "us.dev.invalid/cbp",
                "send dissemination-request",
            ],
        );
    }
    let (code, told) = stage.ends(ANAM, &format!("send alert {file} --to mx.dev.invalid/fgr"));
    assert_eq!(code, Some(5), "{told}");
    has(&told, &["ONWARD_RELEASE", "us.dev.invalid/cbp"]);
    // Among others it is one of those that are wrong, and each has its own line.
    let own = path(&stage.file("alert.yaml"));
    let both = format!("send alert {file} {own} --to mx.dev.invalid/fgr -o jsonl");
    let (code, told) = stage.ends(ANAM, &both);
    assert_ne!(code, Some(0), "{told}");
    let lines = told.lines().filter(|line| line.starts_with('{'));
    let lines: Vec<&str> = lines.collect();
    assert_eq!(lines.len(), 2, "{told}");
    assert!(
        lines[0].contains(file) && lines[0].contains("ONWARD_RELEASE"),
        "{told}"
    );
    assert!(
        lines[1].contains(&own) && !lines[1].contains("ONWARD_RELEASE"),
        "{told}"
    );
    // Nor is it another's however the file spells the field.
    let text = std::fs::read_to_string(file).expect("the extract");
    let camel = stage.file("camel.yaml");
    write(&camel, &text.replace("refers_to:", "refersTo:"));
    assert!(text.contains("refers_to:"), "{text}");
    let (code, told) = stage.ends(
        ANAM,
        &format!("send alert {} --to mx.dev.invalid/fgr", path(&camel)),
    );
    assert_eq!(code, Some(5), "{told}");
    has(&told, &["ONWARD_RELEASE", "us.dev.invalid/cbp"]);
    let (code, told) = stage.ends(FGR, "draft tear-line ID");
    assert_eq!(code, Some(7), "{told}");
}

/// The extract does not follow the whole by itself: its originator is told, and by which command it does.
fn follows(stage: &Stage, extract: &str) {
    let mended = stage.file("mended.yaml");
    let text = std::fs::read_to_string(stage.file("alert.yaml")).expect("the alert");
    write(&mended, &text.replace("pieces: 24", "pieces: 26"));
    let amend = format!("send amend {} ID", path(&mended));
    let redo = format!(
        "precinto draft tear-line {} > FILE; precinto send amend FILE {extract}",
        stage.alert
    );
    for (lang, says) in [
        ("en", "an extract of it, stays in force"),
        ("es", "extracto de ella, sigue vigente"),
    ] {
        let (code, said) = stage.ends(CBP, &format!("{amend} --dry-run --lang {lang}"));
        assert_eq!(code, Some(0), "{said}");
        has(&said, &[extract, says, &redo]);
        let story = stage.done(CBP, &format!("show ID --lang {lang}"));
        has(
            &story,
            &[
                if lang == "en" {
                    "extracts "
                } else {
                    "extractos "
                },
                extract,
            ],
        );
        assert!(
            !story.contains("send amend FILE"),
            "it is as new as the whole: {story}"
        );
    }
    stage.send(CBP, amend.strip_prefix("send ").expect("it"));
    has(&stage.done(CBP, "show ID"), &[&redo]);
    // An extract of the amendment, in the words of the whole.
    let kept = stage.object(CBP, "draft tear-line ID --keep-narrative");
    let whole = stage.object(CBP, "show ID");
    let newest = &whole["messages"].as_array().expect("messages")[whole_of(&whole)];
    assert_eq!(
        kept["draft"]["refers_to"],
        newest["statement"]["message_id"]
    );
    let file = stage.file("newer.yaml");
    write(
        &file,
        &stage.done(CBP, "draft tear-line ID --keep-narrative"),
    );
    stage.send(CBP, &format!("amend {} {extract}", path(&file)));
    let case = stage.object(FGR, &format!("show {extract}"));
    let said = &case["messages"][1];
    assert_eq!(case["version"], 2);
    assert_eq!(said["content"]["shipments"][0]["pieces"], 26);
    assert_eq!(said["content"]["narrative"], newest["content"]["narrative"]);
    assert_eq!(said["statement"]["handling"]["tear_line"], true);
    let story = stage.done(CBP, "show ID");
    assert!(
        !story.contains("send amend FILE"),
        "it is as new as the whole: {story}"
    );
    assert_eq!(
        stage.object(ANAM, "show ID")["extracts"],
        serde_json::json!([])
    );
}

/// Where the newest version stands among the messages.
fn whole_of(case: &Value) -> usize {
    let messages = case["messages"].as_array().expect("messages");
    let newest = messages
        .iter()
        .position(|one| one["index"] == case["newest_alert"]);
    newest.expect("the newest version")
}

/// What was taken back is no source any more, and what was taken from it is to be taken back as well.
fn withdrawn(stage: &Stage, extract: &str) {
    let recall = format!("precinto send recall {extract} --measure QUARANTINE --ground ERROR");
    let line = "send recall ID --measure QUARANTINE --ground ERROR";
    let (code, said) = stage.ends(CBP, &format!("{line} --lang es"));
    assert_eq!(code, Some(0), "{said}");
    has(&said, &["sigue vigente", &recall]);
    let (code, said) = stage.ends(CBP, "draft tear-line ID");
    assert_eq!(code, Some(1), "{said}");
    has(&said, &["RECALLED_ALERT"]);
    has(&stage.done(CBP, "show ID"), &[&recall]);
    stage.send(CBP, recall.strip_prefix("precinto send ").expect("it"));
    let case = stage.object(CBP, "show ID");
    assert_eq!(case["extracts"], serde_json::json!([]));
    assert!(!stage.done(CBP, "show ID").contains(&recall));
}

#[test]
fn an_extract_goes_where_the_names_may_not() {
    let mut stage = begin();
    let line = made(&stage);
    let sent: Value = {
        let line = line.strip_prefix("send ").expect("it");
        stage.send(CBP, &format!("{line} --to mx.dev.invalid/anam"))
    };
    stage.alert = sent["alert_id"].as_str().expect("an id").to_owned();
    let file = drafted(&stage);
    stage.done(ANAM, "sync");
    of_another(&stage, &file);
    let sent = stage.send(CBP, &format!("alert {file} --to mx.dev.invalid/fgr"));
    let extract = sent["alert_id"].as_str().expect("an id").to_owned();
    assert_eq!(
        sent["delivered_to"],
        serde_json::json!(["mx.dev.invalid/fgr"])
    );
    read(&stage, &extract);
    // Who has the whole learns that there is an extract, and which.
    stage.send(CBP, &format!("link ID --with {extract} --kind TEAR_LINE"));
    for (lang, said) in [("en", "(TEAR_LINE)"), ("es", "extracto no nominal")] {
        let story = stage.done(ANAM, &format!("show ID --lang {lang}"));
        has(&story, &[said, &extract]);
    }
    follows(&stage, &extract);
    withdrawn(&stage, &extract);
    let gateway = stage.gateway.take().expect("a gateway");
    assert!(gateway.stop().success());
    audit(&stage.site);
}
