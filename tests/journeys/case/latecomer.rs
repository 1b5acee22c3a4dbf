//! Who was never sent the alert itself, only a question about it: a recall reaches that agency too, and it sees who has
//! confirmed, as far as it was told.

use precinto_tests::audit;

use super::{ANAM, CBP, WAYBILL, begin, has, write};

const ATF: &str = "us-atf-hq";

#[test]
fn a_recall_without_its_alert_is_told_with_its_confirmations() {
    let mut stage = begin();
    let to = "us.dev.invalid/atf --to us.dev.invalid/cbp";
    let question = format!("rfi ID --to {to} --precedence P2 --authority customs-agreement");
    stage.send(ANAM, &format!("{question} --question Do_you_know_them?"));
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
    write(
        &file,
        &text.replace(to, &format!("{to}us.dev.invalid/atf, ")),
    );
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
