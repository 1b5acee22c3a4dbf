//! A whole case over real processes: alert, acknowledgement, amendment, question and answer, an action accepted in part, a
//! hold, an outcome, a recall that reaches everyone; told by `show`, `list`, `find` and `match` on both sides.

mod desks;
mod every_type;
mod expired;
mod extracts;
mod follow_up;
mod interrupted;
mod latecomer;
mod tear_line;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use precinto_tests::{GatewayProcess, Site, audit, precinto, run};
use serde_json::Value;

const CBP: &str = "us-cbp-lax";
const ANAM: &str = "mx-anam-mex";
const WAYBILL: &str = "865-48291176";
/// An alert that nobody has sent.
const UNHELD: &str = "US-CBPLAX-2026-000002T";

/// A site with its gateway, and what the alert was called.
struct Stage {
    site: Site,
    gateway: Option<GatewayProcess>,
    address: String,
    alert: String,
}

impl Stage {
    /// Runs a command line as a node; `_` in a word stands for a blank, `ID` for the alert.
    fn run(&self, node: &str, line: &str) -> Output {
        let words = line.split_whitespace();
        let words = words.map(|word| match word {
            "ID" => self.alert.clone(),
            word => word.replace('_', " "),
        });
        let mut command = Command::new(precinto());
        command.args(words).arg("--node");
        command.arg(self.site.node_file(node));
        command.args(["--gateway", &self.address]);
        command.env("LC_ALL", "C.UTF-8");
        command.output().expect("precinto runs")
    }

    /// What a command prints that must end well.
    fn done(&self, node: &str, line: &str) -> String {
        let out = self.run(node, line);
        let talk = String::from_utf8_lossy(&out.stderr);
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(out.status.success(), "{node}: {line}\n{said}\n{talk}");
        said
    }

    /// The same as one object.
    fn object(&self, node: &str, line: &str) -> Value {
        let said = self.done(node, &format!("{line} -o json"));
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{line}: {error}: {said}"))
    }

    /// The exit code, with everything that was said.
    fn ends(&self, node: &str, line: &str) -> (Option<i32>, String) {
        let out = self.run(node, line);
        let (said, talk) = (&out.stdout, &out.stderr);
        let all = [said.as_slice(), talk.as_slice()].concat();
        let all = String::from_utf8_lossy(&all).into_owned();
        (out.status.code(), all)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.site.path().join(name)
    }

    /// A message about the case, sent with as little typed as a person needs to.
    fn send(&self, node: &str, line: &str) -> Value {
        let said = self.done(node, &format!("send {line} -o jsonl"));
        let sent: Value = serde_json::from_str(said.trim()).expect("one result");
        assert_eq!(sent["ok"], true, "{sent}");
        sent
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's own throw-away file")]
fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file");
}

fn has(text: &str, all: &[&str]) {
    // A line may be broken anywhere between two words.
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for one in all {
        assert!(flat.contains(one), "no {one:?} in\n{text}");
    }
}

/// A YAML text without one of its blocks: its first line and what is indented below.
fn without(block: &str, text: &str) -> String {
    let mut inside = false;
    let kept = text.lines().filter(|line| {
        inside = line.starts_with(block) || (inside && line.starts_with(' '));
        !inside
    });
    let kept = kept.collect::<Vec<_>>().join("\n");
    assert!(kept.len() < text.len(), "no {block}");
    kept
}

/// CBP tells ANAM and everybody who follows precursors; the consignee's tax number has a wrong check character.
fn begin() -> Stage {
    begin_at(Site::new())
}

fn begin_at(site: Site) -> Stage {
    let gateway = site.start();
    let example = run(&["config", "example", "alert"]);
    let text = String::from_utf8(example.stdout).expect("UTF-8");
    let text = text.replace("ABC010101AB1", "ABC010101AB2");
    assert!(text.contains("ABC010101AB2") && text.contains(WAYBILL));
    let address = gateway.address().to_owned();
    let mut stage = Stage {
        site,
        gateway: Some(gateway),
        address,
        alert: String::new(),
    };
    let first = stage.file("alert.yaml");
    write(&first, &text);
    // Whoever amends need not say again how it may be handled.
    let second = stage.file("amended.yaml");
    let amended = text.replace("pieces: 24", "pieces: 26");
    write(&second, &without("handling:", &amended));
    let sent = stage.send(CBP, &format!("alert {}", first.display()));
    stage.alert = sent["alert_id"].as_str().expect("an id").to_owned();
    stage
}

/// Everything up to the outcome; nobody types a recipient or a message id where there is only one to mean.
fn play(stage: &Stage) {
    let (code, said) = stage.ends("us-atf-hq", "show ID");
    assert_eq!(code, Some(7), "no party: {said}");
    has(
        &stage.done(ANAM, "show ID"),
        &["next precinto send ack", "(PRE_PRECURSOR)"],
    );
    stage.send(ANAM, "ack ID --level person --officer hernandez");
    let amended = stage.file("amended.yaml");
    let amended = stage.send(CBP, &format!("amend {} ID", amended.display()));
    let asked =
        "rfi ID --precedence P2 --authority CUSTOMS_AGREEMENT --question Who_paid_the_freight?";
    let asked = asked.replace("CUSTOMS_AGREEMENT", "customs-agreement");
    stage.send(ANAM, &asked);
    let story = stage.done(CBP, "show ID");
    has(
        &story,
        &[
            "next precinto send rfi-response",
            "! #",
            "1. Who paid the freight?",
        ],
    );
    has(
        &story,
        &[
            "ACKNOWLEDGED ONLY VERSION 1",
            "before declared as:",
            "now declared as:",
        ],
    );
    stage.send(CBP, "rfi-response ID --answer 1=The_forwarder,_in_cash");
    let request =
        "action-request ID --to mx.dev.invalid/anam --precedence P1 --authority customs-agreement";
    stage.send(CBP, &format!("{request} --action HOLD,INSPECT-XRAY"));
    stage.send(
        ANAM,
        "action-response ID --verdict PARTIAL --action HOLD --ground no-capacity",
    );
    stage.send(ANAM, "hold-set ID --kind EXAMINATION --at NLU --pieces 24");
    let outcome = "outcome ID --code SEIZED --form mx-embargo-precautorio --quality 5";
    stage.send(ANAM, &format!("{outcome} --officer hernandez"));
    assert_eq!(amended["alert_id"], stage.alert.as_str());
}

/// What limits the use of an alert follows it through its case, whoever speaks and however little is typed.
fn handled(stage: &Stage) {
    let case = stage.object(ANAM, "show ID");
    let messages = case["messages"].as_array().expect("messages");
    let of = |number: usize| &messages[number]["statement"];
    let first = &of(0)["handling"];
    assert_eq!(first["marks"], serde_json::json!(["US:LES"]));
    assert_eq!(of(2)["type"], "AMEND");
    assert_eq!(of(2)["handling"], *first);
    for said in messages.iter().map(|one| &one["statement"]) {
        for field in ["marks", "use_code", "do_not_alert_subject"] {
            assert_eq!(said["handling"][field], first[field], "{field}: {said}");
        }
    }
    let story = stage.done(ANAM, "show ID");
    has(&story, &["US:LES", "(H1)", "releasable to"]);
    // About a message that the copy does not hold, the newest version says how.
    let unheld = "--refers-to 0192f0c1-0000-7000-8000-000000000001 --to us.dev.invalid/cbp";
    let comment = format!("send comment ID {unheld} --text Which_one? --dry-run");
    let (_, said) = stage.ends(ANAM, &comment);
    has(&said, &["handling as of", "marks"]);
    // Of a case that is not held nobody can say it, and an amendment does not guess.
    let amended = stage.file("amended.yaml");
    let amend = format!("send amend {} {UNHELD} --dry-run", amended.display());
    let (code, said) = stage.ends(CBP, &amend);
    assert_ne!(code, Some(0), "{said}");
    has(&said, &["type the handling", "HANDLING_MISSING"]);
}

/// Somebody does not believe what was said, and the author mends it.
fn dispute(stage: &Stage) {
    let (code, said) = stage.ends(CBP, "list --state disputed");
    assert_eq!(code, Some(7), "{said}");
    stage.send("mx-fgr-hq", "reject ID --reason WEIGHT_MISMATCH");
    has(
        &stage.done(CBP, "show ID"),
        &["DISPUTED: amendment", "contested by mx.dev.invalid/fgr"],
    );
    has(
        &stage.done("mx-fgr-hq", "--lang es show ID"),
        &["IMPUGNADA: ", "la impugna mx.dev.invalid/fgr (aquí)"],
    );
    has(&stage.done(CBP, "list --state disputed"), &["DISPUTED"]);
    let case = stage.object(CBP, "show ID");
    let contested = &case["disputes"][0]["contested_by"];
    assert_eq!(*contested, serde_json::json!(["mx.dev.invalid/fgr"]));
    // An officer takes it up after all.
    stage.send("mx-fgr-hq", "ack ID --level person --officer castillo");
    let case = stage.object(CBP, "show ID");
    assert_eq!(case["disputes"], serde_json::json!([]));
}

/// What both sides read before the recall.
fn read(stage: &Stage) {
    let story = stage.done(ANAM, "show ID");
    has(
        &story,
        &[
            "OPEN",
            "act before",
            "1854.00 USD (3.00 USD/kg)",
            "outcome reported",
            "accepted in part (PARTIAL)",
        ],
    );
    has(
        &story,
        &[
            "node ✓ person ✓ assessed – acted –",
            "no capacity (NO_CAPACITY)",
        ],
    );
    has(
        &story,
        &[
            "WARNING content.parties[1].tax_ids[0]",
            "The forwarder, in cash",
        ],
    );
    let widest = story.lines().map(|line| line.chars().count()).max();
    assert!(widest.is_some_and(|columns| columns <= 80), "{story}");
    let spanish = stage.done(ANAM, "--lang es show ID");
    has(
        &spanish,
        &[
            "ABIERTA",
            "actuar antes",
            "aceptada en parte (PARTIAL)",
            "Qué se dijo",
        ],
    );
    let case = stage.object(CBP, "show ID");
    assert_eq!(case["schema"], "precinto.case/v1");
    assert_eq!(case["version"], 2);
    let parts = case["parts"].as_array().expect("parts");
    assert_eq!(parts.len(), 4, "ANAM, DEA, COFEPRIS, FGR");
    let anam = parts
        .iter()
        .find(|part| part["agency"] == "mx.dev.invalid/anam");
    assert_eq!(anam.expect("ANAM")["state"], "OUTCOME_REPORTED");
    let messages = case["messages"].as_array().expect("messages");
    assert_eq!(messages.len(), 9);
    // Each side tells the same story, but for whose copy it is.
    let mut here = stage.object(ANAM, "show ID");
    let mut there = case.clone();
    for one in [&mut here, &mut there] {
        let fields = one.as_object_mut().expect("an object");
        for own in ["agency", "position", "as_of"] {
            drop(fields.remove(own));
        }
    }
    assert_eq!(here, there);

    let receipts = stage.file("evidence");
    stage.done(ANAM, &format!("show ID --receipts {}", receipts.display()));
    let kept = std::fs::read_dir(receipts).expect("receipts").count();
    assert_eq!(kept, 2 * messages.len(), "a proof and a record each");
    let seen = stage.done("us-dea-hq", "watch --until-caught-up");
    has(&seen, &["WARNING content.parties[1].tax_ids[0]"]);
    // A record outlives what it is about: it proposes nothing that a party could be known by.
    assert!(!seen.contains("ABC010101AB1"), "{seen}");
    filters(stage);
    finds(stage);
}

fn filters(stage: &Stage) {
    let listed = |line: &str| stage.object(ANAM, &format!("list {line}"))["cases"].clone();
    for line in [
        "",
        "--state open",
        "--state outcome-reported",
        "--state amended",
        "--state on-hold-in-place",
        "--side us.dev.invalid",
        "--agency mx.dev.invalid/cofepris",
        "--commodity chemical-precursor",
        "--precedence p2 --from LAX --to MX",
        "--since -1h",
        "--since 2020-01-01 --limit 1",
    ] {
        assert_eq!(listed(line).as_array().map(Vec::len), Some(1), "{line}");
    }
    for line in [
        "--state closed",
        "--side mx.dev.invalid",
        "--agency us.dev.invalid/atf",
        "--commodity firearm",
        "--precedence P1",
        "--from NLU",
        "--until -1h",
    ] {
        let (code, said) = stage.ends(ANAM, &format!("list {line}"));
        assert_eq!(code, Some(7), "{line}: {said}");
    }
    let lines = stage.done(ANAM, "list -o jsonl");
    let last: Value = serde_json::from_str(lines.lines().last().expect("a line")).expect("JSON");
    assert_eq!(lines.lines().count(), 2, "{lines}");
    assert_eq!(last["schema"], "precinto.cases.basis/v1");
    assert!(last["next"].is_null() && last["as_of"].is_string() && last["pruned"].is_array());
    let (code, said) = stage.ends(ANAM, "list --precedence P9");
    assert!(code == Some(2) && said.contains("P1, P2, P3, P4"), "{said}");
    let table = stage.done(ANAM, "list");
    has(&table, &[&stage.alert, "LAX–NLU", "has outcome"]);
    let widest = table.lines().map(|line| line.chars().count()).max();
    assert!(widest.is_some_and(|columns| columns <= 80), "{table}");
}

/// By anything that stands on a label or a paper.
fn finds(stage: &Stage) {
    for text in [
        WAYBILL,
        "86548291176",
        "110-63-4",
        "comercializadora_ejercicio",
        "ABC010101AB2",
        "ID",
    ] {
        let found = stage.object(ANAM, &format!("find {text}"));
        assert_eq!(
            found["cases"][0]["alert_id"],
            stage.alert.as_str(),
            "{text}"
        );
    }
    let (code, said) = stage.ends(ANAM, "find 865-48291180");
    assert_eq!(code, Some(7), "{said}");
    let (code, said) = matched(stage);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(&stage.alert), "{said}");
}

/// A manifest of two waybills, one of which an alert is about.
fn matched(stage: &Stage) -> (Option<i32>, String) {
    let manifest = stage.file("manifest.csv");
    write(
        &manifest,
        "waybill,pieces\n020-12345675,1\n865-48291176,26\n",
    );
    stage.ends(ANAM, &format!("match {}", manifest.display()))
}

/// The originator takes it back: who has it stops using it, and says so.
fn recall(stage: &Stage) {
    let sent = stage.send(CBP, "recall ID --measure QUARANTINE --ground ERROR");
    let to = sent["delivered_to"].as_array().expect("recipients");
    assert_eq!(to.len(), 4, "everybody who was ever sent anything: {sent}");
    let (code, said) = stage.ends(ANAM, &format!("find {WAYBILL}"));
    assert_eq!(code, Some(7), "{said}");
    assert!(
        said.contains("RECALLED") && said.contains("sync --confirm-recalls"),
        "{said}"
    );
    assert_eq!(matched(stage).0, Some(7));
    let story = stage.done(ANAM, "show ID");
    has(&story, &["RECALLED", "in quarantine", "0 of 4 confirmed"]);
    assert!(
        !story.contains(WAYBILL) && !story.contains("forwarder"),
        "{story}"
    );
    let (code, _) = stage.ends(ANAM, "list --state recalled");
    assert_eq!(code, Some(0));

    // Nobody signs more than was done; what waits for a signature is said every time.
    let (code, said) = stage.ends(
        ANAM,
        "send recall-confirm ID --measure ERASE --copies 0 --done=-1m",
    );
    assert_eq!(code, Some(1), "{said}");
    has(&said, &["only QUARANTINE was carried out here"]);
    has(&stage.done(ANAM, "sync"), &["recall to confirm:"]);
    let said = stage.done(ANAM, "sync --confirm-recalls -o jsonl");
    let objects = said.lines().filter(|line| line.contains("sync/v1"));
    assert_eq!(objects.count(), 1, "{said}");
    stage.send("mx-fgr-hq", "recall-confirm ID");
    // Once only.
    let (code, said) = stage.ends(ANAM, "sync --confirm-recalls");
    assert_eq!(code, Some(0));
    assert!(said.contains("no recall waits"), "{said}");
    let story = stage.done(CBP, "show ID");
    has(
        &story,
        &["2 of 4 confirmed", "✓ mx.dev.invalid/anam: confirmed"],
    );
    has(&story, &["✗ us.dev.invalid/dea: NOT CONFIRMED"]);
    // What the confirmations do not count is named.
    let kept = story.lines().find(|line| line.contains("facts are kept:"));
    has(kept.expect("a line"), &[" HOLD_SET, #", " OUTCOME"]);
    has(
        &stage.done(CBP, "--lang es show ID"),
        &["✗ us.dev.invalid/dea: SIN CONFIRMAR"],
    );
}

/// Without a gateway the copy answers, and says as of when.
fn unreachable(stage: &mut Stage) {
    let gateway = stage.gateway.take().expect("running");
    assert!(gateway.stop().success());
    let (code, said) = stage.ends(ANAM, "show ID");
    assert_eq!(code, Some(0), "{said}");
    has(
        &said,
        &[
            "the gateway cannot be reached; this is the state of",
            "RECALLED",
        ],
    );
    let (code, said) = stage.ends(ANAM, "show ID --offline");
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("cannot be reached"), "{said}");
    let (code, said) = stage.ends(ANAM, "list --offline");
    assert_eq!(code, Some(0), "{said}");
    has(&said, &["the gateway was not asked; this is the state of"]);
    // Who never fetched anything is told so.
    let (code, said) = stage.ends("us-oversight-audit", "list --offline");
    assert_eq!(code, Some(2), "{said}");
    has(&said, &["this node has no copy yet"]);
}

#[test]
fn a_case_is_told_found_matched_and_taken_back() {
    let mut stage = begin();
    play(&stage);
    handled(&stage);
    read(&stage);
    dispute(&stage);
    recall(&stage);
    follow_up::for_one_officer(&mut stage);
    follow_up::for_an_agency_and_an_officer(&mut stage);
    follow_up::all_or_none(&stage);
    follow_up::without_a_receipt(&stage);
    unreachable(&mut stage);
    audit(&stage.site);
}
