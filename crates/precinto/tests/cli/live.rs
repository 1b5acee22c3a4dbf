//! A gateway and its nodes by hand: send, watch, prove, audit; every door closed to whom it must be.

use super::keys::{made, node};
use super::{number, objects, precinto, run, stderr, stdout, text};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Stdio};

/// A running gateway; it ends when its stdin does.
pub(super) struct Gateway {
    child: Child,
    pub(super) address: String,
    folder: tempfile::TempDir,
}

/// A gateway does not run before its log was begun, and begins it once only.
fn begins_once(config: &Path) {
    let config = config.to_str().expect("UTF-8");
    let too_early = run(&["gateway", "run", "--config", config]);
    assert_eq!(too_early.status.code(), Some(1));
    let advice = format!("precinto gateway init --config {config} (first time only), or mount");
    let said = stderr(&too_early);
    assert!(said.contains(&advice), "{said}");
    let init = ["gateway", "init", "--config", config];
    assert_eq!(run(&init).status.code(), Some(0));
    assert_eq!(run(&init).status.code(), Some(1), "once only");
}

impl Gateway {
    pub(super) fn start() -> Self {
        let folder = made();
        let path = folder.path().join("gateway.toml");
        listens_at(&path, "127.0.0.1:7443", "127.0.0.1:0");
        begins_once(&path);
        let (child, address) = launch(&path);
        Self {
            child,
            address,
            folder,
        }
    }

    /// Asks it to end, as an init system would, and waits until it has.
    #[cfg(unix)]
    pub(super) fn terminate(&mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let asked = std::process::Command::new("kill")
            .args(["-TERM", &id])
            .status();
        assert!(asked.expect("kill runs").success());
        self.child.wait().expect("it ends").code()
    }

    /// Starts it again where it listened before.
    #[cfg(unix)]
    pub(super) fn start_again(&mut self) {
        let path = self.path().join("gateway.toml");
        listens_at(&path, "127.0.0.1:0", &self.address);
        let (child, address) = launch(&path);
        assert_eq!(address, self.address);
        self.child = child;
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command line, words between blanks, as one of the nodes.
    pub(super) fn run(&self, node: &str, line: &str) -> std::process::Output {
        let file = self.node(node);
        let words: Vec<&str> = line.split_whitespace().collect();
        run(&[&words[..], &["--node", &file, "--gateway", &self.address]].concat())
    }

    pub(super) fn node(&self, name: &str) -> String {
        node(self.path(), name)
    }

    pub(super) fn stop(&mut self) -> Option<i32> {
        drop(self.child.stdin.take());
        self.child.wait().expect("the gateway ends").code()
    }
}

/// Changes the address in the gateway's file.
fn listens_at(path: &Path, old: &str, new: &str) {
    let text = std::fs::read_to_string(path).expect("the gateway's file");
    let changed = text.replace(old, new);
    assert_ne!(text, changed);
    std::fs::File::create(path)
        .and_then(|mut file| file.write_all(changed.as_bytes()))
        .expect("the gateway's file");
}

/// Starts a gateway and waits until it says where it listens.
fn launch(path: &Path) -> (Child, String) {
    let mut child = precinto()
        .args(["gateway", "run", "--exit-with-stdin", "--config"])
        .arg(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the gateway starts");
    let mut line = String::new();
    let out = child.stdout.take().expect("a stdout");
    BufReader::new(out)
        .read_line(&mut line)
        .expect("the gateway says that it listens");
    let listening: serde_json::Value = serde_json::from_str(&line).expect("one line of JSON");
    assert_eq!(text_of(&listening, "event"), "listening");
    let address = text_of(&listening, "address");
    (child, address)
}

impl Drop for Gateway {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

fn text_of(value: &serde_json::Value, name: &str) -> String {
    text(value, name).to_owned()
}

/// Runs a command line that must do what it is asked; returns what it says.
pub(super) fn done(gateway: &Gateway, node: &str, line: &str) -> Vec<serde_json::Value> {
    let output = gateway.run(node, line);
    assert_eq!(output.status.code(), Some(0), "{line}: {}", stdout(&output));
    objects(&output)
}

#[test]
fn an_alert_crosses_is_acknowledged_and_proven() {
    let mut gateway = Gateway::start();
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/precursor-us-mx.yaml");
    let receipts = gateway.path().join("receipts").display().to_string();

    done(
        &gateway,
        "us-cbp-lax",
        &format!("-o json send alert {sample} --dry-run"),
    );
    let send = format!("-o json send alert {sample} --receipts {receipts}");
    let sent = done(&gateway, "us-cbp-lax", &send)
        .pop()
        .expect("one result");
    let (id, alert_id) = (text_of(&sent, "message_id"), text_of(&sent, "alert_id"));

    let watch = "-o jsonl watch --until-caught-up";
    let is_delivery = |one: &serde_json::Value| text(one, "event") == "delivery";
    let delivered = done(&gateway, "mx-anam-mex", watch);
    let delivery = delivered
        .iter()
        .find(|one| is_delivery(one))
        .expect("a delivery");
    assert_eq!(text(delivery, "message_id"), id);
    assert_eq!(text(delivery, "alert_id"), alert_id);

    let ack = format!(
        "-o json send ack {id} --alert {alert_id} --to us.dev.invalid/cbp --status EXERCISE --level person"
    );
    let refused = gateway.run("mx-anam-mex", &ack);
    assert!(
        stdout(&refused).contains("OFFICER_REQUIRED"),
        "{}",
        stdout(&refused)
    );
    assert_ne!(refused.status.code(), Some(0));
    done(
        &gateway,
        "mx-anam-mex",
        &format!("{ack} --officer hernandez"),
    );

    let again = done(&gateway, "mx-anam-mex", watch);
    assert!(
        !again.iter().any(is_delivery),
        "settled, so it does not come again"
    );

    let index = number(&sent, "index");
    done(
        &gateway,
        "us-cbp-lax",
        &format!("-o json log prove --index {index}"),
    );
    let receipt = gateway.run("us-cbp-lax", &format!("log receipt {id}"));
    let kept = std::fs::read(Path::new(&receipts).join(format!("{id}.tlog-proof")));
    assert_eq!(
        receipt.stdout,
        kept.expect("the receipt was kept"),
        "a receipt never changes"
    );

    assert_eq!(gateway.stop(), Some(0));
    audited(&gateway, &receipts);
}

#[test]
fn a_dry_run_and_a_failed_signing_cost_no_number() {
    let gateway = Gateway::start();
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/precursor-us-mx.yaml");
    let text_of_sample = std::fs::read_to_string(sample).expect("the sample");
    let unsignable = gateway.path().join("unsignable.yaml");
    let bad_id = format!("{text_of_sample}\nmessage_id: AAAA\n");
    std::fs::File::create(&unsignable)
        .and_then(|mut file| file.write_all(bad_id.as_bytes()))
        .expect("a draft");
    let failed = gateway.run(
        "us-cbp-lax",
        &format!("send alert {}", unsignable.display()),
    );
    assert_ne!(failed.status.code(), Some(0), "{}", stdout(&failed));
    let send = format!("-o json send alert {sample}");
    let rehearsed = done(&gateway, "us-cbp-lax", &format!("{send} --dry-run"));
    let sent = done(&gateway, "us-cbp-lax", &send);
    let id = text(&sent[0], "alert_id");
    assert!(id.contains("-000001"), "{id}");
    assert_eq!(id, text(&rehearsed[0], "alert_id"));
}

/// The journal of a stopped gateway, against the receipts that its nodes kept; then with one bit flipped.
fn audited(gateway: &Gateway, receipts: &str) {
    let place = |inside: &str| gateway.path().join(inside).display().to_string();
    let (data, vkey, trust) = (place("data"), place("gateway/log.vkey"), place("trust"));
    let audit = [
        "-o", "json", "audit", "log", &data, "--vkey", &vkey, "--trust", &trust,
    ];
    let clean = run(&[audit.as_slice(), &["--against", receipts]].concat());
    assert_eq!(clean.status.code(), Some(0), "{}", stdout(&clean));

    let mut segments = std::fs::read_dir(Path::new(&data).join("journal")).expect("a journal");
    let segment = segments
        .next()
        .expect("a segment")
        .expect("a segment")
        .path();
    let mut bytes = std::fs::read(&segment).expect("a segment");
    let middle = bytes.len() / 2;
    *bytes.get_mut(middle).expect("a byte") ^= 1;
    let written = std::fs::File::create(&segment).and_then(|mut file| file.write_all(&bytes));
    written.expect("a segment");
    let found = run(&audit);
    assert_eq!(found.status.code(), Some(3), "{}", stdout(&found));
}

#[test]
fn doors_stay_closed_and_say_why() {
    let gateway = Gateway::start();
    let refused = |node: &str, line: &str| {
        let output = gateway.run(node, line);
        assert_eq!(output.status.code(), Some(5), "{node}: {}", stdout(&output));
        let said = objects(&output).pop().expect("one object");
        assert_eq!(text(&said, "reason"), "CERT_REVOKED", "{node}: {said}");
    };
    refused("us-cbp-lost", "-o json watch");
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/fuel-mx-us.yaml");
    refused("mx-fgr-old", &format!("-o json send alert {sample}"));

    let file = gateway.node("us-cbp-lax");
    let nobody = run(&["doctor", "--node", &file, "--gateway", "127.0.0.1:9"]);
    assert_eq!(nobody.status.code(), Some(6), "{}", stdout(&nobody));
    let well = gateway.run("us-cbp-lax", "doctor");
    assert_eq!(well.status.code(), Some(0), "{}", stdout(&well));
}

#[test]
fn a_stream_answers_every_line_in_order() {
    let gateway = Gateway::start();
    let lax = gateway.node("us-cbp-lax");
    let draft = |tag: &str| {
        format!(
            r#"{{"type": "COMMENT", "to": "mx.dev.invalid/anam", "status": "TEST", "tag": "{tag}", "content": {{"text": "x"}}}}"#
        )
    };
    let input = format!("{}\nnot json\n\n{}\n", draft("one"), draft("two"));
    let mut child = precinto()
        .args([
            "send",
            "--node",
            &lax,
            "--gateway",
            &gateway.address,
            "-o",
            "jsonl",
            "-",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("a stdin");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let results = objects(&output);
    assert_eq!(results.len(), 3, "{}", stderr(&output));
    assert_eq!(text(&results[0], "tag"), "one");
    assert!(
        text(&results[1], "message").contains("not a line of JSON"),
        "{}",
        results[1]
    );
    assert_eq!(text(&results[2], "tag"), "two");
    // A comment needs the alert it belongs to: the gateway says so, for each message on its own.
    assert_eq!(
        text(&results[0], "reason"),
        "FIELD_INVALID",
        "{}",
        results[0]
    );
    assert_eq!(number(&results[0], "index"), u64::MAX);
}

#[cfg(unix)]
#[test]
fn a_gateway_ends_cleanly_on_sigterm() {
    let mut gateway = Gateway::start();
    assert_eq!(gateway.terminate(), Some(0));
    assert!(
        gateway.path().join("data/clean").is_file(),
        "the log was closed"
    );
}
