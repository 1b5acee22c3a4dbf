//! Who was never sent the alert itself, only a question about it: a recall reaches that agency too, and it sees who has
//! confirmed, as far as it was told.

use precinto_tests::audit;

use super::{ANAM, CBP, WAYBILL, begin, has, write};

const ATF: &str = "us-atf-hq";

/// The draft, which now says that no party is stated.
fn without_parties(text: &str) -> String {
    let mut is_inside = false;
    let mut kept = String::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        is_inside = if is_inside {
            indent > 2
        } else {
            line == "  parties:"
        };
        if !is_inside {
            kept.push_str(line);
            kept.push('\n');
        } else if line == "  parties:" {
            kept.push_str("  parties:\n    - { role: SHIPPER, not_stated: true }\n");
            kept.push_str("    - { role: CONSIGNEE, not_stated: true }\n");
        }
    }
    assert!(kept.len() < text.len(), "{text}");
    kept
}

/// The ANAM asks the ATF, and lets the CBP know.
fn question() -> String {
    let to = "--to us.dev.invalid/atf --to us.dev.invalid/cbp";
    format!(
        "send rfi ID {to} --precedence P2 --authority customs-agreement --question Do_you_know_them?"
    )
}

#[test]
fn a_recall_without_its_alert_is_told_with_its_confirmations() {
    let mut stage = begin();
    // What another agency's alert says goes to nobody new but by that agency's word.
    let released = "--release-to us.dev.invalid/atf";
    let (code, said) = stage.ends(ANAM, &question());
    assert_ne!(code, Some(0), "{said}");
    has(&said, &["ONWARD_RELEASE"]);
    let basis = "--precedence P2 --authority customs-agreement";
    stage.send(ANAM, &format!("dissemination-request ID {released} --purpose To_ask_who_they_are --to us.dev.invalid/cbp {basis}"));
    stage.send(
        CBP,
        &format!("dissemination-decision ID --verdict granted {released}"),
    );
    stage.send(ANAM, question().trim_start_matches("send "));
    has(&stage.done(ATF, "show ID"), &["Do you know them?"]);
    stage.send(CBP, "recall ID --measure QUARANTINE --ground ERROR");
    stage.done(ANAM, "sync --confirm-recalls");
    for (lang, told) in [("en", "0 of 5 confirmed"), ("es", "0 de 5 confirmados")] {
        let story = stage.done(ATF, &format!("--lang {lang} show ID"));
        has(
            &story,
            &[told, "mx.dev.invalid/anam", "mx.dev.invalid/cofepris"],
        );
    }
    stage.done(ATF, "sync --confirm-recalls");
    let story = stage.done(ATF, "show ID");
    has(
        &story,
        &["1 of 5 confirmed", "✓ us.dev.invalid/atf (here): confirmed"],
    );
    let listed = stage.object(ATF, "list --state recalled");
    assert_eq!(
        listed["cases"].as_array().map(Vec::len),
        Some(1),
        "{listed}"
    );
    has(&stage.done(CBP, "show ID"), &["2 of 5 confirmed"]);
    let gateway = stage.gateway.take().expect("running");
    assert!(gateway.stop().success());
    audit(&stage.site);
}

#[test]
fn who_joins_by_an_amendment_has_the_alert_from_there_on() {
    let mut stage = begin();
    let (code, said) = stage.ends(ATF, "show ID");
    assert_eq!(code, Some(7), "no party: {said}");
    let file = stage.file("amended.yaml");
    let text = std::fs::read_to_string(&file).expect("the amendment");
    let to = "to: [mx.dev.invalid/anam, ";
    assert!(text.contains(to), "{text}");
    // The ATF has no purpose for data about persons in a matter of precursors: what it is told names nobody.
    let text = text.replace(to, &format!("{to}us.dev.invalid/atf, "));
    write(&file, &text);
    let (code, said) = stage.ends(CBP, &format!("send amend {} ID", file.display()));
    assert_ne!(code, Some(0), "{said}");
    has(&said, &["PURPOSE_MISSING"]);
    write(&file, &without_parties(&text));
    stage.send(CBP, &format!("amend {} ID", file.display()));
    let story = stage.done(ATF, "show ID");
    has(&story, &["from us.dev.invalid/cbp", "version 2", WAYBILL]);
    let case = stage.object(ATF, "show ID");
    assert_eq!(case["originator"], "us.dev.invalid/cbp");
    stage.send(ATF, "ack ID --level node");
    let gateway = stage.gateway.take().expect("running");
    assert!(gateway.stop().success());
    audit(&stage.site);
}
