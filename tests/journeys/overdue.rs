//! Nobody has to watch a clock: an alert that is not answered is asked for again, then others are, then the escalation group
//! is told; both sides see it, in both languages, across a killed gateway, and the audit finds nothing wrong with it.
//!
//! The gateway's clock is moved by a file ([`Site::shift_clock`]), never by so much that its log would lie in the auditor's
//! future.

use std::path::Path;
use std::process::{Command, Output};

use precinto_tests::{GatewayProcess, Site, audit, precinto, run};
use serde_json::Value;

const CBP: &str = "us-cbp-lax";
const ANAM: &str = "mx-anam-mex";
const FGR: &str = "mx-fgr-hq";
const COFEPRIS: &str = "mx-cofepris-hq";

struct Stage {
    site: Site,
    gateway: GatewayProcess,
}

impl Stage {
    fn run(&self, node: &str, words: &[&str]) -> Output {
        let mut command = Command::new(precinto());
        command.args(words).arg("--node");
        command.arg(self.site.node_file(node));
        command.args(["--gateway", self.gateway.address()]);
        command.env("LC_ALL", "C.UTF-8");
        command.output().expect("precinto runs")
    }

    #[track_caller]
    fn done(&self, node: &str, words: &[&str]) -> String {
        let out = self.run(node, words);
        let talk = String::from_utf8_lossy(&out.stderr);
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(out.status.success(), "{node}: {words:?}\n{said}\n{talk}");
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn object(&self, node: &str, words: &[&str]) -> Value {
        let said = self.done(node, &[words, &["-o", "json"]].concat());
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{words:?}: {error}: {said}"))
    }

    #[track_caller]
    fn send(&self, node: &str, words: &[&str]) -> Value {
        let sent = self.done(node, &[&["send"], words, &["-o", "jsonl"]].concat());
        let sent: Value = serde_json::from_str(&sent).expect("one result");
        assert_eq!(sent["ok"], true, "{sent}");
        sent
    }

    /// Asks until a case shows so many missed deadlines; gives them. Each question takes a process, so this is no busy loop.
    #[track_caller]
    fn missed(&self, node: &str, alert: &str, count: usize) -> Vec<Value> {
        for _ in 0..QUESTIONS_MAX {
            let case = self.object(node, &["show", alert]);
            let missed = case["missed_deadlines"].as_array().expect("a list").clone();
            assert!(missed.len() <= count, "too many: {missed:#?}");
            if missed.len() == count {
                return missed;
            }
        }
        panic!("never {count} missed deadlines of {alert}");
    }

    fn shift(&self, seconds: i64) {
        self.site.shift_clock(seconds * 1000);
    }
}

/// A question takes some 50 ms at least, and the gateway looks at its clock five times a second.
const QUESTIONS_MAX: usize = 200;

#[expect(clippy::disallowed_methods, reason = "a test's own throw-away file")]
fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file");
}

fn steps(missed: &[Value]) -> Vec<[&str; 2]> {
    let steps = missed.iter();
    steps
        .map(|one| ["level", "step"].map(|name| one[name].as_str().expect("a code")))
        .collect()
}

/// An alert of precedence P2 to ANAM alone; its last moment to act follows from its route, hours away.
fn alert(stage: &Stage) -> String {
    let example = run(&["config", "example", "alert"]);
    let text = String::from_utf8(example.stdout).expect("UTF-8");
    let text = text.replace(
        "to: [mx.dev.invalid/anam, \"topic:precursors\"]",
        "to: [mx.dev.invalid/anam]",
    );
    let text = text.replace("last_action: +16h\n", "");
    assert!(text.contains("precedence: P2") && !text.contains("last_action"));
    let file = stage.site.path().join("alert.yaml");
    write(&file, &text);
    let sent = stage.send(CBP, &["alert", file.to_str().expect("UTF-8")]);
    sent["alert_id"].as_str().expect("an id").to_owned()
}

#[test]
fn who_does_not_answer_is_asked_again_and_then_others_are() {
    let site = Site::new();
    site.shift_clock(0);
    let mut stage = Stage {
        gateway: site.start(),
        site,
    };
    let (silent, answered) = (alert(&stage), alert(&stage));
    stage.send(ANAM, &["ack", &answered]);

    // A node has 30 s for a P2.
    stage.shift(35);
    let missed = stage.missed(CBP, &silent, 1);
    assert_eq!(steps(&missed), [["NODE", "SECOND_REQUEST"]]);
    assert_eq!(
        stage.missed(ANAM, &silent, 1),
        missed,
        "both sides see the same"
    );

    // Killed in the middle, and away when the next step falls due: it is taken up, and nothing is repeated.
    stage.gateway.kill();
    stage.shift(70);
    stage.gateway = stage.site.start();
    let missed = stage.missed(CBP, &silent, 2);
    assert_eq!(missed[1]["step"], "ALTERNATE_CONTACT");
    let officer = "spiffe://mx.dev.invalid/agency/anam/officer/hernandez";
    assert_eq!(missed[1]["contacts"], serde_json::json!([officer]));

    stage.shift(100);
    let missed = stage.missed(CBP, &silent, 3);
    assert_eq!(missed[2]["step"], "ESCALATION_GROUP");
    told_to_everybody(&stage, &silent, &answered);

    // Late is better than never.
    stage.send(
        ANAM,
        &[
            "ack",
            &silent,
            "--level",
            "person",
            "--officer",
            "hernandez",
        ],
    );
    let case = stage.object(CBP, &["show", &silent]);
    assert_eq!(case["escalated"], serde_json::json!([]));
    assert_eq!(case["late"][2]["answered"], true);
    assert_eq!(stage.missed(CBP, &answered, 0), [Value::Null; 0]);

    more_time(&stage, &answered);
    assert!(stage.gateway.stop().success());
    let report = audit(&stage.site);
    assert_eq!(report["verdict"], "clean", "{report}");
    assert!(report["counts"]["OVERDUE_MISSING"].is_null());
}

/// Escalated: the sender and the late agency are told so in their language, the group hears of it, nobody else does.
fn told_to_everybody(stage: &Stage, silent: &str, answered: &str) {
    let has = |text: &str, all: &[&str]| {
        for one in all {
            assert!(text.contains(one), "no {one:?} in\n{text}");
        }
    };
    let told = stage.done(CBP, &["show", silent, "--lang", "en"]);
    has(
        &told,
        &[
            "ESCALATED: no answer from mx.dev.invalid/anam",
            "Deadlines missed",
            "second request:",
            "alternate contact:",
            "escalation group:",
        ],
    );
    let told = stage.done(ANAM, &["show", silent, "--lang", "es"]);
    has(
        &told,
        &[
            "ESCALADA: sin respuesta de mx.dev.invalid/anam",
            "Plazos vencidos",
            "segunda solicitud:",
            "contacto suplente:",
            "grupo de escalamiento:",
        ],
    );
    let listed = stage.done(CBP, &["list", "--state", "escalated", "--lang", "en"]);
    has(&listed, &[silent, "ESCALATED"]);
    assert!(!listed.contains(answered), "{listed}");
    // The escalation group was never sent the alert, and learns that it is called upon.
    let called = stage.object(FGR, &["show", silent]);
    assert_eq!(called["schema"], "precinto.called_upon/v1");
    assert_eq!(called["missed_deadlines"].as_array().map(Vec::len), Some(1));
    has(
        &stage.done(FGR, &["show", silent, "--lang", "es"]),
        &["se recurre a esta dependencia"],
    );
    assert_eq!(
        stage.run(COFEPRIS, &["show", silent]).status.code(),
        Some(7)
    );
    let watched = stage.done(COFEPRIS, &["watch", "--until-caught-up", "-o", "jsonl"]);
    assert!(!watched.contains("overdue"), "{watched}");
    // And live.
    let watched = stage.done(FGR, &["watch", "--until-caught-up", "-o", "jsonl"]);
    has(&watched, &["precinto.watch.overdue/v1", "ESCALATION_GROUP"]);
    let watched = stage.done(ANAM, &["watch", "--until-caught-up", "--lang", "es"]);
    has(&watched, &["SIN RESPUESTA A TIEMPO", "segunda solicitud"]);
}

/// To whom a question goes, by which law, how it may be handled and when an answer is wanted: `watch` tells it in both languages.
fn reads_its_terms(stage: &Stage) {
    for (lang, told) in [
        (
            "en",
            [
                "to us.dev.invalid/cbp",
                "rests on customs agreement (CUSTOMS_AGREEMENT)",
                "answer by 20",
                "handling TLP:AMBER+STRICT",
            ],
        ),
        (
            "es",
            [
                "para us.dev.invalid/cbp",
                "se funda en acuerdo aduanero (CUSTOMS_AGREEMENT)",
                "responder 20",
                "manejo TLP:AMBER+STRICT",
            ],
        ),
    ] {
        let words = [
            "watch",
            lang,
            "--type",
            "rfi",
            "--until-caught-up",
            "--lang",
            lang,
        ];
        let seen = stage.done(CBP, &words);
        for one in told {
            assert!(seen.contains(one), "no {one:?} in\n{seen}");
        }
    }
}

/// Mexico asks, the United States needs more time and says until when: that is the new deadline.
fn more_time(stage: &Stage, alert: &str) {
    let rfi = [
        "rfi",
        alert,
        "--precedence",
        "P2",
        "--authority",
        "customs-agreement",
        "--question",
        "Who paid?",
        "--reply-due",
        "+3m",
    ];
    let asked = stage.send(ANAM, &rfi);
    let asked = asked["message_id"].as_str().expect("an id").to_owned();
    reads_its_terms(stage);
    stage.send(
        CBP,
        &[
            "ack",
            &asked,
            "--level",
            "person",
            "--officer",
            "ramirez",
            "--more-time",
            "+4m",
        ],
    );
    stage.shift(260);
    let missed = stage.missed(ANAM, alert, 1);
    assert_eq!(steps(&missed), [["ASSESSED", "SECOND_REQUEST"]]);
    assert_eq!(missed[0]["agency"], "us.dev.invalid/cbp");
    let case = stage.object(ANAM, &["show", alert]);
    let messages = case["messages"].as_array().expect("messages");
    let ack = messages
        .iter()
        .find(|one| one["refers_to"] == asked.as_str() && one["type"] == "ACK");
    let statement = &ack.expect("the acknowledgement")["statement"];
    let until_ms = statement["more_time_until_ms"].as_u64().expect("a time");
    let due = missed[0]["due"].as_str().expect("a time");
    // The second and its thousandths: the audit at the end computes the whole of it.
    let within_minute = format!(":{:02}.{:03}Z", until_ms / 1000 % 60, until_ms % 1000);
    assert!(due.ends_with(&within_minute), "{due}, not {until_ms}");
}
