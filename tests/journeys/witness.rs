//! Nodes as witnesses: a receipt that the other side has cosigned, and the drill of a gateway that shows two histories.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use precinto_client::submit::submit;
use precinto_merkle::policy::{Grade, Policy};
use precinto_merkle::receipt::Receipt;
use precinto_tests::{GatewayProcess, Messages, Site, audit, precinto, run, shared};
use serde_json::Value;

const US: &str = "us-cbp-lax";
const MX: &str = "mx-anam-mex";

/// Runs a command of the node at this gateway.
fn as_node(site: &Site, node: &str, gateway: &GatewayProcess, arguments: &[&str]) -> Output {
    let file = site.node_file(node);
    let mut all: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    let more = ["--gateway".as_ref(), gateway.address().as_ref()];
    all.extend(
        ["--node".as_ref(), file.as_os_str()]
            .into_iter()
            .chain(more),
    );
    run(&all)
}

/// Everything the node has missed, shown and settled; on the way it cosigns.
fn watch(site: &Site, node: &str, gateway: &GatewayProcess) -> Output {
    as_node(site, node, gateway, &["watch", "--until-caught-up"])
}

fn text(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    )
}

#[track_caller]
fn expect_exit(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", text(output));
}

#[expect(clippy::disallowed_methods, reason = "a test's own throw-away file")]
fn keep(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("a file");
}

fn pin(site: &Site, node: &str) -> PathBuf {
    site.path().join(format!("state/{node}/default.pin"))
}

fn vkey(site: &Site) -> String {
    let text = std::fs::read_to_string(site.data().join("log.vkey")).expect("log.vkey");
    text.trim().to_owned()
}

/// The policy of a side, as `keys dev` wrote it.
fn policy(site: &Site, side: &str) -> (PathBuf, Policy) {
    let path = site.path().join(format!("policy/{side}.tlog-policy"));
    let policy = Policy::parse(std::fs::read(&path).expect("a policy")).expect("a policy");
    (path, policy)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_is_witnessed_once_the_other_side_has_cosigned_and_not_before() {
    let site = Site::new();
    let gateway = site.start();
    let us = site.node(US, &gateway);
    let connection = us.connect().await;
    let mut messages = Messages::new(&us.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let first = submit(&connection, &messages.alert(200))
        .await
        .expect("accepted");
    let index = first.index.to_string();
    let receipt = |more: &[&str]| {
        let arguments = [&["log", "receipt", "--index", &index][..], more].concat();
        as_node(&site, US, &gateway, &arguments)
    };

    // Nobody has cosigned; then only the sender's own side has, which the policy does not count.
    expect_exit(&receipt(&["--witnessed"]), 4);
    expect_exit(
        &as_node(&site, US, &gateway, &["log", "checkpoint", "--witnessed"]),
        4,
    );
    expect_exit(&watch(&site, US, &gateway), 0);
    let own = receipt(&["--witnessed", "--lang", "es"]);
    expect_exit(&own, 4);
    assert!(text(&own).contains("solo local"), "{}", text(&own));

    expect_exit(&watch(&site, MX, &gateway), 0);
    let witnessed = receipt(&["--witnessed"]);
    expect_exit(&witnessed, 0);
    let told = text(&witnessed);
    assert!(
        told.contains("cosigned by mx.dev.invalid/agency/anam/node/mex/witness"),
        "{told}"
    );
    // What was asked for as before is answered as before, byte for byte.
    assert_eq!(
        String::from_utf8_lossy(&receipt(&[]).stdout),
        first.receipt.proof
    );

    // The same judged here, and by a program that shares nothing with us.
    let proof = String::from_utf8(witnessed.stdout).expect("text");
    let (_, policy) = policy(&site, "us");
    let judged = Receipt::parse(&proof).expect("a receipt");
    let judged = judged.verify_graded(&us.settings.log, &policy, &first.receipt.record);
    assert_eq!(judged.expect("it holds").grade(), Grade::Witnessed);
    let file = site.path().join("witnessed.tlog-proof");
    keep(&file, proof.as_bytes());
    let cosigner = policy
        .witnesses()
        .iter()
        .find(|key| key.name().contains("anam"));
    foreign_verdict(&file, &vkey(&site), &cosigner.expect("listed").to_string());

    // A restart keeps them; the audit takes the receipt, and compares the witness's time with the log's.
    assert!(gateway.stop().success());
    let gateway = site.start();
    let checkpoint = as_node(&site, US, &gateway, &["log", "checkpoint", "--witnessed"]);
    expect_exit(&checkpoint, 0);
    let note = site.path().join("cosigned");
    keep(&note, &checkpoint.stdout);
    let json = as_node(
        &site,
        US,
        &gateway,
        &["log", "checkpoint", "--witnessed", "-o", "json"],
    );
    let json: Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(json["grade"], "WITNESSED", "{json}");
    assert!(gateway.stop().success());
    let report = audit_with(&site, &[&file, &note]);
    assert_eq!(report["verdict"], "clean", "{report}");
    // Two nodes have cosigned, and the policy of the United States names the other one.
    assert_eq!(report["cosignatures_compared"], 1, "{report}");
    audit(&site);
}

/// What `show` says of a case, for people and for programs.
fn shown(site: &Site, gateway: &GatewayProcess, alert: &str, more: &[&str]) -> (String, Value) {
    let show = |more: &[&str]| {
        let arguments = [&["show", alert][..], more].concat();
        let told = as_node(site, US, gateway, &arguments);
        expect_exit(&told, 0);
        told.stdout
    };
    let json = show(&[more, &["-o", "json"]].concat());
    let json: Value = serde_json::from_slice(&json).expect("JSON");
    // However the lines are broken.
    let story = String::from_utf8_lossy(&show(more)).into_owned();
    let story: Vec<&str> = story.split_whitespace().collect();
    (story.join(" "), json)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn show_says_of_each_receipt_whether_it_is_witnessed_and_by_whom() {
    let site = Site::new();
    let gateway = site.start();
    let us = site.node(US, &gateway);
    let connection = us.connect().await;
    let mut messages = Messages::new(&us.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let [first, second] = [messages.alert(200), messages.alert(200)];
    let [alert, later] = [&first, &second].map(|said| said.statement().alert_id);
    let index = submit(&connection, &first).await.expect("accepted").index;

    // Nobody has cosigned; then only the sender's own side has, which the policy does not count.
    for _ in 0..2 {
        let (story, case) = shown(&site, &gateway, &alert, &[]);
        assert!(story.contains("Grade of every receipt: local"), "{story}");
        assert_eq!(case["messages"][0]["grade"], "LOCAL", "{case}");
        assert!(case["witnessed"].is_null(), "{case}");
        expect_exit(&watch(&site, US, &gateway), 0);
    }

    expect_exit(&watch(&site, MX, &gateway), 0);
    let (story, case) = shown(&site, &gateway, &alert, &[]);
    let cosigner = "mx.dev.invalid/agency/anam/node/mex/witness";
    let said = format!("Grade: witnessed, every receipt: {cosigner} cosigned the first");
    assert!(story.contains(&said), "{story}");
    assert_eq!(case["messages"][0]["grade"], "WITNESSED", "{case}");
    let witnessed = &case["witnessed"];
    assert_eq!(witnessed["cosigned_by"][0]["name"], cosigner, "{case}");
    let covered = witnessed["tree_size"].as_u64().expect("a size");
    assert!(covered > index, "{case}");

    // What comes after is local again, and says so beside what is not.
    let index = submit(&connection, &second).await.expect("accepted").index;
    assert!(index >= covered);
    let (story, case) = shown(&site, &gateway, &later, &["--lang", "es"]);
    let local = "Grado de todos los recibos: local por ahora;";
    assert!(story.contains(local), "{story}");
    assert_eq!(case["messages"][0]["grade"], "LOCAL", "{case}");
    assert_eq!(case["witnessed"]["tree_size"], covered, "{case}");

    // The own copy alone knows it too; and without a policy nobody says what counts.
    assert!(gateway.stop().success());
    let gateway = site.start();
    let (story, _) = shown(&site, &gateway, &alert, &["--offline"]);
    assert!(story.contains(&said), "{story}");
    let file = site.node_file(US);
    let text = std::fs::read_to_string(&file).expect("the node's file");
    let lines = text.lines().filter(|line| !line.starts_with("policy"));
    keep(&file, lines.collect::<Vec<_>>().join("\n").as_bytes());
    let (story, case) = shown(&site, &gateway, &alert, &[]);
    assert!(
        story.contains("Grade: not computed (no policy)."),
        "{story}"
    );
    assert!(case["messages"][0]["grade"].is_null(), "{case}");
    assert!(gateway.stop().success());
}

/// The independent verifier takes the receipt under log and cosigner, and refuses it when a bit of it is changed.
fn foreign_verdict(receipt: &Path, log: &str, cosigner: &str) {
    let Some(tool) = shared("tools/tlogcheck.py") else {
        return;
    };
    let check = |path: &Path| {
        let mut program = Command::new("python3");
        program.arg(&tool).arg("receipt").arg(path);
        program.args(["--vkey", log, "--cosigner", cosigner]);
        program.output().expect("python3 runs")
    };
    expect_exit(&check(receipt), 0);
    // The last line is the newest cosignature: a letter of its base64, well inside the signature.
    let mut text = std::fs::read_to_string(receipt).expect("readable");
    let line = text
        .lines()
        .position(|line| line.contains("agency/anam"))
        .expect("cosigned");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = lines[line].len() - 20;
    let letter = if lines[line].as_bytes()[at] == b'A' {
        "B"
    } else {
        "A"
    };
    lines[line].replace_range(at..=at, letter);
    text = lines.join("\n") + "\n";
    let bent = receipt.with_extension("bent");
    keep(&bent, text.as_bytes());
    assert_ne!(check(&bent).status.code(), Some(0));
}

fn audit_with(site: &Site, held: &[&Path]) -> Value {
    let (data, trust, key) = (site.data(), site.path().join("trust"), vkey(site));
    let (policy, _) = policy(site, "us");
    let mut arguments: Vec<&OsStr> = vec!["audit".as_ref(), "log".as_ref(), data.as_os_str()];
    arguments.extend([
        "--vkey".as_ref(),
        key.as_ref(),
        "--trust".as_ref(),
        trust.as_os_str(),
    ]);
    arguments.extend([
        "--policy".as_ref(),
        policy.as_os_str(),
        "-o".as_ref(),
        "json".as_ref(),
    ]);
    for path in held {
        arguments.extend(["--against".as_ref(), path.as_os_str()]);
    }
    let out = run(&arguments);
    serde_json::from_slice(&out.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&out)))
}

/// Whoever has stolen the gateway's keys runs a second one from a copy of its data.
fn stolen(site: &Site) -> GatewayProcess {
    let mut copy = Command::new("cp");
    copy.arg("-r")
        .arg(site.data())
        .arg(site.path().join("stolen"));
    assert!(copy.status().expect("cp runs").success());
    let text = std::fs::read_to_string(site.config()).expect("gateway.toml");
    let lines = text.lines().map(|line| match line.split_once(" = ") {
        Some(("data", _)) => "data = \"stolen\"".to_owned(),
        Some(("listen", _)) => "listen = \"127.0.0.1:0\"".to_owned(),
        _ => line.to_owned(),
    });
    let config = site.path().join("stolen.toml");
    keep(
        &config,
        (lines.collect::<Vec<_>>().join("\n") + "\n").as_bytes(),
    );
    GatewayProcess::start(precinto(), &config)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drill_a_stolen_key_that_shows_two_sides_two_histories_is_found_and_proven() {
    let site = Site::new();
    let honest = site.start();
    let us = site.node(US, &honest);
    let mut messages = Messages::new(&us.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let said = submit(&us.connect().await, &messages.notice()).await;
    said.expect("accepted");
    // The first time each makes its subscription, which is in the log.
    for node in [US, MX, US, MX] {
        expect_exit(&watch(&site, node, &honest), 0);
    }
    // So far there is one history, and both sides hold the same checkpoint.
    expect_exit(&compare(&site, &[]), 0);
    assert!(honest.stop().success());
    let forger = stolen(&site);
    let honest = site.start();

    // The United States hear of one message, Mexico of another in its place.
    let us = site.node(US, &honest);
    let real = messages.notice();
    let real = submit(&us.connect().await, &real).await.expect("accepted");
    let us_at_forger = site.node(US, &forger);
    let false_one = messages.notice();
    let in_its_place = submit(&us_at_forger.connect().await, &false_one).await;
    assert_eq!(in_its_place.expect("accepted").index, real.index);
    expect_exit(&watch(&site, US, &honest), 0);
    expect_exit(&watch(&site, MX, &forger), 0);

    // Each side for itself sees a log that only grew. Held against each other, the two checkpoints are a proof.
    let found = compare(&site, &["-o", "json"]);
    expect_exit(&found, 3);
    let found: Value = serde_json::from_slice(&found.stdout).expect("JSON");
    assert_eq!(found["verdict"], "findings");
    let fork = &found["forks"][0];
    assert_eq!(
        (&fork["kind"], &fork["tree_size"]),
        (&"two_roots".into(), &(real.tree_size).into())
    );
    let shown = text(&compare(&site, &[]));
    for node in [US, MX] {
        let note = std::fs::read_to_string(pin(&site, node)).expect("a pin");
        assert!(note.lines().all(|line| shown.contains(line)), "{shown}");
    }
    // The honest log alone convicts what Mexico was shown.
    let data = site.data().display().to_string();
    let files = [pin(&site, MX)];
    expect_exit(&compare_files(&site, &files, &["--journal", &data]), 3);

    // What Mexico has cosigned is no word on the history of the United States: their receipt does not become witnessed.
    let index = real.index.to_string();
    let receipt = ["log", "receipt", "--index", &index, "--witnessed"];
    expect_exit(&as_node(&site, US, &honest, &receipt), 4);

    // A node that has seen one history refuses the other one, and keeps what it cosigned.
    let cosigned = site.path().join(format!("state/{US}/witness.cosigned"));
    let before = std::fs::read(&cosigned).expect("cosigned");
    let refused = watch(&site, US, &forger);
    expect_exit(&refused, 3);
    assert!(
        text(&refused).contains("two roots for one size"),
        "{}",
        text(&refused)
    );
    assert_eq!(std::fs::read(&cosigned).expect("cosigned"), before);
    assert!(honest.stop().success());
    audit(&site);
}

/// Holds what both nodes have pinned against each other.
fn compare(site: &Site, more: &[&str]) -> Output {
    compare_files(site, &[pin(site, US), pin(site, MX)], more)
}

fn compare_files(site: &Site, files: &[PathBuf], more: &[&str]) -> Output {
    let key = vkey(site);
    let mut arguments: Vec<&OsStr> = vec!["audit".as_ref(), "compare".as_ref()];
    arguments.extend(files.iter().map(|file| file.as_os_str()));
    arguments.extend(["--vkey".as_ref(), OsStr::new(&key)]);
    arguments.extend(more.iter().map(OsStr::new));
    run(&arguments)
}
