//! When something is wrong: trust that does not fit, a gateway that restarts, a data folder in use.

use super::keys::made;
use super::live::{Gateway, done};
use super::{number, objects, precinto, run, stderr, stdout, text};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/precursor-us-mx.yaml");

/// Another file of a node, which trusts another root of the same name in the place of a side's.
fn mistrusting(gateway: &Gateway, other: &Path, node: &str, domain: &str) -> String {
    let file = gateway.node(node);
    let honest = std::fs::read_to_string(&file).expect("the node's file");
    let strange = other.join("trust").join(domain).display().to_string();
    let wrong = honest.replace(&format!("../trust/{domain}"), &strange);
    assert_ne!(honest, wrong);
    let file = file.replace(".toml", "-mistrusting.toml");
    std::fs::File::create(&file)
        .and_then(|mut new| new.write_all(wrong.as_bytes()))
        .expect("a node's file");
    file
}

#[test]
fn what_is_not_believed_is_not_lost() {
    let gateway = Gateway::start();
    let send = format!("-o json send alert {SAMPLE}");
    let sent = done(&gateway, "us-cbp-lax", &send).pop().expect("a result");

    let other = made();
    let wrong = mistrusting(&gateway, other.path(), "mx-anam-mex", "us.dev.invalid");
    let watch = ["-o", "jsonl", "watch", "--until-caught-up", "--gateway"];
    for _ in 0..2 {
        let watched = [&watch[..], &[&gateway.address, "--node", &wrong]].concat();
        let doubted = run(&watched);
        assert_eq!(doubted.status.code(), Some(3), "{}", stdout(&doubted));
        let said = objects(&doubted);
        let event = |name: &str| said.iter().find(|one| text(one, "event") == name);
        assert!(event("delivery").is_none(), "{said:?}");
        let doubt = event("unbelievable").expect("it is told");
        assert_eq!(number(doubt, "position"), number(&sent, "index"));
        assert!(
            stderr(&doubted).contains("NOT settled"),
            "{}",
            stderr(&doubted)
        );
        let last = said.last().expect("the end");
        assert_ne!(
            text(last, "next"),
            "",
            "machines are told what to do too: {last}"
        );
    }

    let watch = "-o jsonl watch --until-caught-up";
    let mended = done(&gateway, "mx-anam-mex", watch);
    let delivery = mended.iter().find(|one| text(one, "event") == "delivery");
    let delivery = delivery.expect("it comes again once trust is mended");
    assert_eq!(text(delivery, "message_id"), text(&sent, "message_id"));

    // Settlements are not lost on the way out.
    let again = done(&gateway, "mx-anam-mex", watch);
    assert!(
        !again.iter().any(|one| text(one, "event") == "delivery"),
        "{again:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_stream_survives_a_restart_of_the_gateway() {
    const LINES: usize = 400;
    let mut gateway = Gateway::start();
    let lax = gateway.node("us-cbp-lax");
    let mut child = precinto()
        .args(["send", "--node", &lax, "--gateway", &gateway.address, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("a stdin");
    let mut answers = BufReader::new(child.stdout.take().expect("a stdout")).lines();
    let writer = std::thread::spawn(move || {
        for number in 0..LINES {
            let line = format!(
                r#"{{"type": "SYSTEM_NOTICE", "to": "mx.dev.invalid/anam", "status": "TEST", "notice_kind": "MAINTENANCE", "tag": "{number}", "content": {{"text": "x"}}}}"#
            );
            writeln!(stdin, "{line}").expect("it reads");
        }
    });
    let mut results = Vec::new();
    for line in answers.by_ref().take(20) {
        results.push(line.expect("a line"));
    }
    gateway.terminate();
    gateway.start_again();
    results.extend(answers.map(|line| line.expect("a line")));
    writer.join().expect("everything was written");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(results.len(), LINES, "{}", stderr(&output));
    for (number, line) in results.iter().enumerate() {
        let result: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        assert_eq!(text(&result, "tag"), number.to_string(), "in order");
        assert_eq!(result.get("ok"), Some(&true.into()), "{line}");
    }
    assert!(
        stderr(&output).contains("sending again"),
        "{}",
        stderr(&output)
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn two_gateways_never_share_a_log() {
    let gateway = Gateway::start();
    let config = gateway.path().join("gateway.toml").display().to_string();
    let second = run(&["-o", "json", "gateway", "run", "--config", &config]);
    assert_eq!(second.status.code(), Some(1), "{}", stdout(&second));
    let said = objects(&second).pop().expect("one object");
    assert!(text(&said, "message").contains("another process"), "{said}");
    assert!(text(&said, "next").contains("stop it"), "{said}");
}

#[test]
fn a_refusal_is_told_in_the_readers_language() {
    let gateway = Gateway::start();
    let ack =
        "send ack 0192f0c1-0000-7000-8000-000000000000 --to us.dev.invalid/cbp --level person";
    let english = stderr(&gateway.run("mx-anam-mex", &format!("--lang en {ack}")));
    let spanish = stderr(&gateway.run("mx-anam-mex", &format!("--lang es {ack}")));
    let reason = |said: &str| said.split(['[', ']']).nth(1).map(str::to_owned);
    assert!(reason(&english).is_some(), "{english}");
    assert_eq!(reason(&english), reason(&spanish));
    let sentence = english
        .lines()
        .next()
        .and_then(|line| line.rsplit(": ").next());
    let sentence = sentence.expect("a sentence");
    assert!(!spanish.contains(sentence), "{spanish}");
}

#[test]
fn an_answer_to_an_exercise_is_an_exercise() {
    let gateway = Gateway::start();
    let sent = done(
        &gateway,
        "us-cbp-lax",
        &format!("-o json send alert {SAMPLE}"),
    );
    let sent = sent.last().expect("a result");
    let (id, alert) = (text(sent, "message_id"), text(sent, "alert_id"));
    done(
        &gateway,
        "mx-anam-mex",
        &format!("-o json send ack {id} --alert {alert} --to us.dev.invalid/cbp"),
    );
    let told = done(&gateway, "us-cbp-lax", "-o jsonl watch --until-caught-up");
    let ack = told.iter().find(|one| text(one, "type") == "ACK");
    let ack = ack.expect("the acknowledgement");
    assert!(ack.to_string().contains("EXERCISE"), "{ack}");
}

#[test]
fn an_audit_that_cannot_read_is_no_verdict() {
    let mut gateway = Gateway::start();
    let audit = |gateway: &Gateway, node: &str| {
        let output = gateway.run(node, "-o json audit log");
        (
            output.status.code(),
            objects(&output).pop().expect("one object"),
        )
    };
    let (code, said) = audit(&gateway, "us-cbp-lost");
    assert_eq!((code, text(&said, "reason")), (Some(5), "CERT_REVOKED"));
    assert_ne!(text(&said, "next"), "", "{said}");
    let (code, said) = audit(&gateway, "us-cbp-lax");
    assert_ne!(code, Some(3), "the log is good: {said}");
    assert_eq!(gateway.stop(), Some(0));
    let (code, said) = audit(&gateway, "us-cbp-lax");
    assert_eq!(code, Some(6), "{said}");
    assert_ne!(text(&said, "next"), "", "{said}");
}
