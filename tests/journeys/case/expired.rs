//! A case that nobody expects anything of any more says so by itself, in both languages, and stays open.

use super::{ANAM, CBP, begin, has, write};
use precinto_tests::{audit, run};
use serde_json::json;

/// Each question takes a process, so this is no busy loop; the alert is of use for twenty seconds, because it has to be sent
/// within them.
const QUESTIONS_MAX: usize = 2000;

#[test]
fn an_alert_past_its_last_useful_moment_is_shown_and_listed_as_expired() {
    let mut stage = begin();
    let lasting = stage.alert.clone();
    let example = run(&["config", "example", "alert"]);
    let text = String::from_utf8(example.stdout).expect("UTF-8");
    let text = text.replace("expires: +72h", "expires: +20s");
    let text = text.replace("last_action: +16h\n", "");
    let file = stage.file("short.yaml");
    write(&file, &text);
    let sent = stage.send(CBP, &format!("alert {}", file.display()));
    stage.alert = sent["alert_id"].as_str().expect("an id").to_owned();
    // Nobody typed the last moment to act, and what is computed is not later than what was typed.
    let case = stage.object(CBP, "show ID");
    assert_eq!(case["last_action"], case["expires"], "{case}");
    let is_expired = || stage.object(ANAM, "show ID")["expired"] == true;
    assert!((0..QUESTIONS_MAX).any(|_| is_expired()), "never expired");
    let case = stage.object(ANAM, "show ID");
    assert_eq!(case["standing"], "OPEN", "{case}");
    has(
        &stage.done(ANAM, "--lang en show ID"),
        &["EXPIRED: still open, past its last useful moment ("],
    );
    has(
        &stage.done(ANAM, "--lang es show ID"),
        &["VENCIDA: sigue abierta, ya pasó su último momento útil ("],
    );
    let listed = stage.object(CBP, "list --state expired");
    let cases = listed["cases"].as_array().expect("cases");
    let ids: Vec<_> = cases.iter().map(|case| case["alert_id"].clone()).collect();
    assert_eq!(ids, [json!(stage.alert)]);
    assert_eq!(cases[0]["expired"], true);
    let all = stage.done(CBP, "--lang es list");
    has(&all, &["VENCIDA", lasting.as_str()]);
    has(
        &stage.done(ANAM, "--lang es list --state vencida"),
        &["VENCIDA"],
    );
    has(
        &stage.done(ANAM, "--lang en find 865-48291176"),
        &["EXPIRED", "OPEN"],
    );
    // Whoever still has something to say may.
    stage.send(ANAM, "ack ID --level person --officer hernandez");
    let gateway = stage.gateway.take().expect("a gateway");
    assert!(gateway.stop().success());
    audit(&stage.site);
}
