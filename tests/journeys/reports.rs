//! Reports over a real log: the figures are those of what was just done, on disk and over the wire; the same log gives the same
//! bytes; a damaged one is reported with a warning and exit code 3.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use precinto_tests::{Site, audit, precinto, run};
use serde_json::Value;

const CBP: &str = "us-cbp-lax";
const ANAM: &str = "mx-anam-mex";
const ATF: &str = "us-atf-hq";
const PERIOD: [&str; 4] = ["--from", "2020-01-01", "--to", "2099-12-31"];

/// A site, where its gateway listens, and what each side was sent.
struct Stage {
    site: Site,
    address: String,
}

impl Stage {
    /// Runs a command line as a node; `_` in a word stands for a blank.
    fn node(&self, node: &str, line: &str) -> Output {
        let words = line.split_whitespace().map(|word| word.replace('_', " "));
        let mut command = Command::new(precinto());
        command.args(words).arg("--node");
        command.arg(self.site.node_file(node));
        command.args(["--gateway", &self.address]);
        command.env("LC_ALL", "C.UTF-8");
        command.output().expect("precinto runs")
    }

    /// Sends, and gives the alert id.
    fn send(&self, node: &str, line: &str) -> String {
        let out = self.node(node, &format!("send {line} -o jsonl"));
        let talk = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{node}: {line}\n{talk}");
        let sent: Value = serde_json::from_slice(&out.stdout).expect("one result");
        sent["alert_id"].as_str().unwrap_or_default().to_owned()
    }

    /// A report from the journal, with key and roots from outside.
    fn report(&self, journal: &Path, line: &[&str]) -> Output {
        let vkey = std::fs::read_to_string(self.site.data().join("log.vkey")).expect("log.vkey");
        let mut command = Command::new(precinto());
        command.arg("report").args(line).args(PERIOD);
        command.arg("--journal").arg(journal);
        command.args(["--vkey", vkey.trim()]);
        command.arg("--trust").arg(self.site.path().join("trust"));
        command.env("LC_ALL", "C.UTF-8");
        command.output().expect("precinto runs")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.site.path().join(name)
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's own throw-away file")]
fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("a file");
}

fn json(out: &Output) -> Value {
    let talk = String::from_utf8_lossy(&out.stderr);
    serde_json::from_slice(&out.stdout).unwrap_or_else(|error| panic!("{error}: {talk}"))
}

fn towards<'a>(figures: &'a Value, from: &str) -> &'a Value {
    let all = figures["directions"].as_array().expect("directions");
    let mut all = all.iter();
    all.find(|way| way["from"] == from).expect("a direction")
}

/// Two alerts southwards, one back. ANAM takes up the first by a person, asks, and reports a seizure; it rejects the second.
fn play(stage: &Stage) {
    let example = run(&["config", "example", "alert"]);
    let south = String::from_utf8(example.stdout).expect("UTF-8");
    let north = south.replace(
        "to: [mx.dev.invalid/anam, \"topic:precursors\"]",
        "to: [us.dev.invalid/cbp]",
    );
    assert_ne!(south, north);
    let (southwards, northwards) = (stage.file("south.yaml"), stage.file("north.yaml"));
    write(&southwards, south.as_bytes());
    write(&northwards, north.as_bytes());
    let first = stage.send(CBP, &format!("alert {}", southwards.display()));
    let second = stage.send(CBP, &format!("alert {}", southwards.display()));
    let third = stage.send(ANAM, &format!("alert {}", northwards.display()));
    stage.send(
        ANAM,
        &format!("ack {first} --level person --officer hernandez"),
    );
    let question = "--precedence P2 --authority customs-agreement --question Who_paid?";
    stage.send(ANAM, &format!("rfi {first} {question}"));
    stage.send(CBP, &format!("rfi-response {first} --answer 1=Cash"));
    let outcome = "--code SEIZED --form mx-embargo-precautorio --quality 5 --confirmed DO02";
    stage.send(
        ANAM,
        &format!("outcome {first} {outcome} --officer hernandez"),
    );
    stage.send(ANAM, &format!("reject {second} --reason MISSING_CNE_NAME"));
    stage.send(CBP, &format!("ack {third} --level node"));
}

/// What was played, counted by hand.
fn check(figures: &Value) {
    let south = towards(figures, "us.dev.invalid");
    // The topic has three Mexican followers beside DEA, ANAM among them or not: three agencies, twice.
    assert_eq!(
        (&south["alerts"], &south["parts"]),
        (&2.into(), &6.into()),
        "{south:#}"
    );
    assert_eq!(south["by_status"], serde_json::json!({ "EXERCISE": 2 }));
    let reached: Vec<&Value> = (0..3).map(|at| &south["levels"][at]["in_time"]).collect();
    assert_eq!(reached, [2, 2, 2], "one by its outcome, one by its refusal");
    assert_eq!(south["outcomes"], serde_json::json!({ "SEIZED": 1 }));
    assert_eq!(
        (&south["judged"], &south["quality_sum"]),
        (&1.into(), &5.into())
    );
    assert_eq!(
        south["refusals"]["reasons"],
        serde_json::json!({ "MISSING_CNE_NAME": 1 })
    );
    let all = south["indicators"].as_array().expect("indicators");
    let right: BTreeMap<_, _> = all
        .iter()
        .map(|one| (one["indicator"].as_str(), &one["right"]))
        .collect();
    assert_eq!(right[&Some("DO02")], 1, "{all:?}");
    let north = towards(figures, "mx.dev.invalid");
    assert_eq!((&north["alerts"], &north["parts"]), (&1.into(), &1.into()));
    assert_eq!(north["levels"][0]["in_time"], 1);
    assert_eq!(north["levels"][1]["open"], 1, "a node is no person");
    assert_eq!(
        (&north["requests"]["asked"], &north["requests"]["in_time"]),
        (&1.into(), &1.into())
    );
    assert_eq!(figures["log"]["left_out"], 0);
}

#[test]
fn figures_are_those_of_what_was_done() {
    let site = Site::new();
    let gateway = site.start();
    let address = gateway.address().to_owned();
    let stage = Stage { site, address };
    play(&stage);

    // Over the wire, by an auditor: nobody else may read all of it.
    let period = PERIOD.join(" ");
    let wire = stage.node(
        "us-oversight-audit",
        &format!("report reciprocity {period} -o json"),
    );
    assert_eq!(
        wire.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&wire.stderr)
    );
    let wire = json(&wire);
    check(&wire);
    let list_of = format!("report exchange --agency mx.dev.invalid/anam {period} -o json");
    let list_by_wire = json(&stage.node("us-oversight-audit", &list_of));
    // ANAM took part in all that was said, and the directory is open to every node: its own list is whole.
    let own = stage.node(ANAM, &format!("report exchange {period} -o json"));
    let talk = String::from_utf8_lossy(&own.stderr);
    assert_eq!(own.status.code(), Some(0), "{talk}");
    assert_eq!(json(&own)["messages"], list_by_wire["messages"]);
    // Who took part in nothing cannot read enough: that is inconclusive, not damage, and never zero.
    let withheld = stage.node(ATF, &format!("report exchange {period}"));
    let said = String::from_utf8_lossy(&withheld.stdout).into_owned();
    assert_eq!(withheld.status.code(), Some(4), "{said}");
    assert!(
        said.contains("WITHHELD") && said.contains("are in no figure"),
        "{said}"
    );
    assert!(gateway.stop().success());

    let data = stage.site.data();
    let (html, csv) = (stage.file("a.html"), stage.file("a.csv"));
    let beside = [
        "--html",
        html.to_str().unwrap(),
        "--csv",
        csv.to_str().unwrap(),
    ];
    let once = stage.report(
        &data,
        &[["reciprocity", "-o", "json"].as_slice(), &beside].concat(),
    );
    assert_eq!(
        once.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&once.stderr)
    );
    let read = |path: &Path| std::fs::read(path).expect("written");
    let first = (read(&html), read(&csv));
    let again = stage.report(
        &data,
        &[["reciprocity", "-o", "json"].as_slice(), &beside].concat(),
    );
    assert_eq!(once.stdout, again.stdout, "the same log, the same bytes");
    assert_eq!(first, (read(&html), read(&csv)));
    assert_eq!(json(&once)["directions"], wire["directions"]);
    assert!(String::from_utf8_lossy(&first.0).contains("EXERCISE"));

    check_list(&stage, &data, &list_by_wire);
    spoil(&stage, &data);
    audit(&stage.site);
}

/// Each communication one by one, from the journal and over the wire alike.
fn check_list(stage: &Stage, data: &Path, list_by_wire: &Value) {
    let list = stage.report(
        data,
        &["exchange", "--agency", "mx.dev.invalid/anam", "-o", "json"],
    );
    let list = json(&list);
    let rows = list["messages"].as_array().expect("messages");
    assert_eq!(list["messages"], list_by_wire["messages"]);
    // Three alerts, five messages of ANAM, two of CBP: all of them crossed the border.
    assert_eq!(rows.len(), 9, "{rows:#?}");
    assert!(rows.iter().all(|row| row["due_ms"].as_u64() == row["time_ms"].as_u64().map(|ms| ms + 259_200_000)));
    let officer = "spiffe://mx.dev.invalid/agency/anam/officer/hernandez";
    let mine = stage.report(data, &["exchange", "--officer", officer, "-o", "json"]);
    assert_eq!(
        json(&mine)["messages"].as_array().map(Vec::len),
        Some(2),
        "signed twice"
    );
}

/// One bit of the journal, in a copy.
fn spoil(stage: &Stage, data: &Path) {
    let journal = std::fs::read_dir(data.join("journal")).expect("the journal");
    let segment = journal
        .map(|entry| entry.expect("an entry").path())
        .next()
        .expect("a segment");
    let mut bytes = std::fs::read(&segment).expect("a segment");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let copy = stage.file("spoilt");
    std::fs::create_dir_all(copy.join("journal")).expect("a folder");
    write(
        &copy
            .join("journal")
            .join(segment.file_name().expect("a name")),
        &bytes,
    );
    let out = stage.report(&copy, &["reciprocity"]);
    let said = String::from_utf8_lossy(&out.stdout);
    assert_eq!(out.status.code(), Some(3), "{said}");
    assert!(
        said.starts_with("THE AUDIT OF THIS LOG HAS FINDINGS"),
        "{said}"
    );
    let spanish = stage.report(
        &copy,
        &[
            "exchange",
            "--agency",
            "mx.dev.invalid/anam",
            "--lang",
            "es",
        ],
    );
    assert_eq!(spanish.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&spanish.stdout).starts_with("LA AUDITORÍA"));
}

#[test]
fn what_is_asked_wrongly_is_refused_before_anything_is_read() {
    let ends = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let out = run(&words);
        (
            out.status.code(),
            String::from_utf8_lossy(&out.stderr).into_owned(),
        )
    };
    let (code, said) = ends("report reciprocity --from -48h --to 2026-01-01 --journal /no/such");
    assert_eq!(code, Some(2), "{said}");
    let (code, said) =
        ends("report reciprocity --from 2026-02-01 --to 2026-01-01 --journal /no/such");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("--to lies before --from"), "{said}");
    let (code, said) = ends("report exchange --from 2026-01-01 --to 2026-01-31 --journal /no/such");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("name an agency or an officer"), "{said}");
    let (code, said) =
        ends("report reciprocity --from 2026-01-01 --to 2026-01-31 --journal /no/such");
    assert_eq!(code, Some(4), "{said}");
}
