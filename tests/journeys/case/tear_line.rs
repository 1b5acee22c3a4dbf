//! An alert with names for one agency, and its extract without them for another one that may not have the names.

use super::{ANAM, CBP, Stage, has, write};
use precinto_tests::{Site, audit, run};
use serde_json::Value;
use std::path::Path;

pub(super) const FGR: &str = "mx-fgr-hq";
/// Of the sample's parties, as they are written there.
const NAMED: [&str; 4] = [
    "Exercise Pacific Trading LLC",
    "Comercializadora Ejercicio S.A. de C.V.",
    "ABC010101AB1",
    "1200 Example Avenue",
];

/// A site with its gateway, and the sample alert, whose parties ANAM alone may have.
pub(super) fn begin() -> Stage {
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

pub(super) fn path(of: &Path) -> String {
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
    // Which extracts there are is its originator's to know.
    assert_eq!(
        stage.object(ANAM, "show ID")["extracts"],
        serde_json::json!([])
    );
    let gateway = stage.gateway.take().expect("a gateway");
    assert!(gateway.stop().success());
    audit(&stage.site);
}
