//! What becomes of an extract when the whole is amended or taken back: nothing by itself, so its originator is told, and by which
//! command it follows. Whatever is printed as a command the gateway takes.

use super::tear_line::{FGR, begin, path};
use super::{ANAM, CBP, Stage, has, write};
use precinto_tests::audit;
use serde_json::{Value, json};

const BOTH: [&str; 2] = ["en", "es"];

/// An alert that ANAM has, and the extract of it that FGR has, sent with what a person typed beside the draft.
fn with_extract() -> (Stage, String) {
    let mut stage = begin();
    let alert = path(&stage.file("alert.yaml"));
    let sent = stage.send(CBP, &format!("alert {alert} --to mx.dev.invalid/anam"));
    stage.alert = sent["alert_id"].as_str().expect("an id").to_owned();
    write(
        &stage.file("mended.yaml"),
        &std::fs::read_to_string(&alert)
            .expect("the alert")
            .replace("pieces: 24", "pieces: 26"),
    );
    let page = stage.done(CBP, "draft tear-line ID --narrative Blue_drums.");
    write(&stage.file("extract.yaml"), &stricter(&page));
    let extract = send_extract(&stage);
    (stage, extract)
}

/// A draft of an extract with a handling of its own.
fn stricter(page: &str) -> String {
    let typed = page.replace("use_code: H1", "use_code: H2");
    assert_ne!(typed, page);
    typed
}

fn send_extract(stage: &Stage) -> String {
    let file = path(&stage.file("extract.yaml"));
    let beside = "--to mx.dev.invalid/fgr --action INSPECT_XRAY";
    let sent = stage.send(CBP, &format!("alert {file} {beside}"));
    // A dry run asks the copy as it is.
    stage.done(CBP, "sync");
    sent["alert_id"].as_str().expect("an id").to_owned()
}

fn amend(stage: &Stage) -> String {
    format!("amend {} ID", path(&stage.file("mended.yaml")))
}

/// The commands that `show` names, in its order.
fn next(stage: &Stage, lang: &str) -> Vec<String> {
    let story = stage.done(CBP, &format!("show ID --lang {lang}"));
    let lines = story.lines().map(str::trim_start);
    let rows = lines.filter_map(|line| {
        line.strip_prefix("next ")
            .or_else(|| line.strip_prefix("siguiente "))
    });
    rows.map(|row| row.trim().to_owned()).collect()
}

/// The row of JSON about the only extract.
fn row(stage: &Stage) -> Value {
    let case = stage.object(CBP, "show ID");
    let extracts = case["extracts"].as_array().expect("a list");
    assert_eq!(extracts.len(), 1, "{case}");
    extracts[0].clone()
}

/// What a person would type, as it was printed.
fn follow(stage: &Stage, command: &str) {
    stage.send(CBP, command.strip_prefix("precinto send ").expect("a send"));
}

fn end(mut stage: Stage) {
    let gateway = stage.gateway.take().expect("a gateway");
    assert!(gateway.stop().success());
    audit(&stage.site);
}

/// The command that puts a newer extract in an older one's place sends nothing yet, and is told wherever somebody may look for it.
#[test]
fn an_extract_follows_an_amendment_once_somebody_has_read_it() {
    let (stage, extract) = with_extract();
    let id = &stage.alert;
    let redo = |file: &str| {
        format!(
            "precinto draft tear-line {id} > {file} && precinto send amend {file} {extract} --dry-run"
        )
    };
    let [en, es] = [redo("FILE"), redo("ARCHIVO")];
    for (lang, says, redo) in [
        ("en", "an extract of it, stays in force", &en),
        ("es", "extracto de ella, sigue vigente", &es),
    ] {
        let amend = amend(&stage);
        let (code, said) = stage.ends(CBP, &format!("send {amend} --dry-run --lang {lang}"));
        assert_eq!(code, Some(0), "{said}");
        has(&said, &[&extract, says, redo]);
        has(
            &stage.done(CBP, &format!("show ID --lang {lang}")),
            &[&extract],
        );
        assert_eq!(next(&stage, lang), [""; 0], "it is as new as the whole");
    }
    assert_eq!(row(&stage)["behind"], false);
    stage.send(CBP, &amend(&stage));
    assert_eq!(next(&stage, "en"), [en.as_str()]);
    assert_eq!(next(&stage, "es"), [es.as_str()]);
    assert_eq!(row(&stage)["behind"], true);
    // Whoever is asked something by the whole comes first.
    stage.send(
        ANAM,
        "rfi ID --precedence P2 --authority CUSTOMS-AGREEMENT --question Which_drums?",
    );
    let due = next(&stage, "en");
    assert!(
        due.len() == 2 && due[0].starts_with("precinto send rfi-response") && due[1] == en,
        "{due:?}"
    );
    drafted_again(&stage, &extract);
    let file = path(&stage.file("newer.yaml"));
    let line = format!("amend {file} {extract} --action INSPECT_XRAY");
    stage.done(CBP, &format!("send {line} --dry-run"));
    assert_eq!(next(&stage, "en").len(), 2, "nothing was sent by it");
    stage.send(CBP, &line);
    let case = stage.object(FGR, &format!("show {extract}"));
    let said = &case["messages"][1];
    assert_eq!(case["version"], 2);
    assert_eq!(said["content"]["shipments"][0]["pieces"], 26);
    assert_eq!(said["statement"]["handling"]["tear_line"], true);
    assert_eq!(said["statement"]["actions"], json!(["INSPECT_XRAY"]));
    let kept = &case["messages"][0]["statement"]["handling"];
    assert_eq!(&said["statement"]["handling"], kept);
    assert_eq!(next(&stage, "en").len(), 1, "it has followed");
    assert_eq!(row(&stage)["behind"], false);
    end(stage);
}

/// What nobody has typed into the new draft is named; what is there to be sent as is not a second case.
fn drafted_again(stage: &Stage, extract: &str) {
    for (lang, says, file) in [
        ("en", "an extract in force, says beside this", "FILE"),
        ("es", "extracto vigente, dice además de esto", "ARCHIVO"),
    ] {
        let out = stage.run(CBP, &format!("draft tear-line ID --lang {lang}"));
        let talk = String::from_utf8_lossy(&out.stderr);
        let instead = format!("precinto send amend {file} {extract} --dry-run");
        let beside = ": actions, handling.use_code, content.narrative; ";
        has(&talk, &[extract, says, beside, &instead]);
        for not in ["send alert", "send link"] {
            assert!(!talk.contains(not), "{talk}");
        }
        let page = String::from_utf8_lossy(&out.stdout);
        has(&page, &[says, beside]);
    }
    let begun = stage.object(CBP, "draft tear-line ID");
    assert_eq!(
        begun["missing"],
        json!([]),
        "it goes where the older one went"
    );
    // In the words of the whole, which are no longer missing.
    let kept = stage.run(CBP, "draft tear-line ID --keep-narrative");
    let talk = String::from_utf8_lossy(&kept.stderr);
    has(&talk, &[": actions, handling.use_code; "]);
    let page = String::from_utf8_lossy(&kept.stdout);
    write(&stage.file("newer.yaml"), &stricter(&page));
}

/// Drafted, then the whole amended, then sent: the log has it behind the amendment, and it says what the first version said.
#[test]
fn an_extract_that_was_drafted_before_an_amendment_is_behind_it() {
    let (stage, first) = with_extract();
    stage.send(CBP, &amend(&stage));
    let late = send_extract(&stage);
    for lang in BOTH {
        let due = next(&stage, lang);
        assert_eq!(due.len(), 2, "{due:?}");
        assert!(due[0].contains(&first) && due[1].contains(&late), "{due:?}");
    }
    let page = stage.done(CBP, "draft tear-line ID");
    write(&stage.file("newer.yaml"), &page);
    let file = path(&stage.file("newer.yaml"));
    stage.send(CBP, &format!("amend {file} {late}"));
    let due = next(&stage, "en");
    assert!(due.len() == 1 && due[0].contains(&first), "{due:?}");
    end(stage);
}

/// A case that has ended is not amended: nothing is shown that is refused for ever. It is recalled all the same.
#[test]
fn an_extract_that_has_ended_is_named_for_a_recall_only() {
    let (stage, extract) = with_extract();
    let outcome = "--code SEIZED --form MX-ASEGURAMIENTO --arrests 2 --officer castillo --final";
    stage.send(FGR, &format!("outcome {extract} {outcome}"));
    stage.done(CBP, "sync");
    let amend = amend(&stage);
    for (lang, says) in [("en", "is closed"), ("es", "está concluido")] {
        let (code, said) = stage.ends(CBP, &format!("send {amend} --dry-run --lang {lang}"));
        assert_eq!(code, Some(0), "{said}");
        has(
            &said,
            &[says, &format!("precinto send comment {extract} --text")],
        );
        assert!(!said.contains("send amend"), "{said}");
    }
    stage.send(CBP, &amend);
    assert_eq!(next(&stage, "en"), [""; 0]);
    let closed = row(&stage);
    assert_eq!(
        (&closed["standing"], &closed["behind"]),
        (&json!("CLOSED"), &json!(false))
    );
    for (lang, stands) in [("en", "(closed)"), ("es", "(concluida)")] {
        let story = stage.done(CBP, &format!("show ID --lang {lang}"));
        has(&story, &[&format!("{extract} {stands}")]);
    }
    let out = stage.run(CBP, "draft tear-line ID");
    has(
        &String::from_utf8_lossy(&out.stderr),
        &["send alert FILE --to AGENCY"],
    );
    follow(
        &stage,
        &format!("precinto send comment {extract} --text 26_pieces"),
    );
    stage.send(CBP, "recall ID --measure ERASE --ground ERROR");
    let due = next(&stage, "en");
    assert_eq!(
        due,
        [format!(
            "precinto send recall {extract} --measure ERASE --ground ERROR"
        )]
    );
    follow(&stage, &due[0]);
    assert_eq!(next(&stage, "en"), [""; 0]);
    end(stage);
}

/// FGR still holds what was cancelled, and what it has locked away it has not erased.
#[test]
fn a_recall_names_an_extract_that_was_cancelled_or_recalled_less_strictly() {
    let (stage, extract) = with_extract();
    stage.send(CBP, &format!("cancel {extract} --remark Explained"));
    let (code, said) = stage.ends(CBP, "send cancel ID --remark Explained");
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains(&extract), "it is cancelled already: {said}");
    assert_eq!(next(&stage, "en"), [""; 0]);
    let mut before = "QUARANTINE";
    for (measure, ground, stands) in [
        ("QUARANTINE", "ERROR", "(cancelled)"),
        ("ERASE", "UNLAWFUL", "(recalled)"),
    ] {
        let line = format!("recall ID --measure {measure} --ground {ground}");
        let redo = format!("precinto send recall {extract} --measure {measure} --ground {ground}");
        for (lang, says) in [
            ("en", "is not recalled with it"),
            ("es", "no se retira con ella"),
        ] {
            let (code, said) = stage.ends(CBP, &format!("send {line} --dry-run --lang {lang}"));
            assert_eq!(code, Some(0), "{said}");
            has(&said, &[&extract, says, &redo]);
        }
        stage.send(CBP, &line);
        for lang in BOTH {
            assert_eq!(next(&stage, lang), [redo.as_str()]);
        }
        has(
            &stage.done(CBP, "show ID"),
            &[&format!("{extract} {stands}")],
        );
        assert_eq!(row(&stage)["behind"], true);
        follow(&stage, &redo);
        assert_eq!(next(&stage, "en"), [""; 0]);
        let followed = row(&stage);
        assert_eq!(
            (&followed["recalled"], &followed["behind"]),
            (&json!(measure), &json!(false))
        );
        before = measure;
    }
    assert_eq!(before, "ERASE");
    let (code, said) = stage.ends(CBP, "draft tear-line ID");
    assert_eq!(code, Some(1), "{said}");
    has(&said, &["RECALLED_ALERT"]);
    end(stage);
}
