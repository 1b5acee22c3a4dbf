//! Clients in other languages, with `proto/` and its page alone, sign, submit, subscribe and verify.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use base64ct::{Base64, Encoding as _};
use precinto_tests::{Site, audit, node_js, python};
use serde_json::{Value, json};

const TESTS: &str = env!("CARGO_MANIFEST_DIR");

/// One exchange between nodes of both sides, by a client of others, over a gateway that is audited afterwards; what it said.
fn exchange(program: &Path, client: &str) -> Value {
    let site = Site::new();
    let gateway = site.start();
    let out = Command::new(program)
        .arg(format!("{TESTS}/{client}"))
        .args(["--proto", &format!("{TESTS}/../proto")])
        .args(["--gateway", gateway.address()])
        .arg("--sender")
        .arg(site.node_file("us-cbp-lax"))
        .arg("--receiver")
        .arg(site.node_file("mx-anam-mex"))
        .output()
        .expect("the client runs");
    let text = String::from_utf8_lossy(&out.stdout);
    let talk = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{text}\n{talk}");
    let said: Value = serde_json::from_str(&text).expect("one JSON object");
    assert_eq!(said["ok"], true, "{said}");
    assert!(gateway.stop().success());
    audit(&site);
    said
}

#[test]
fn a_python_client_does_it_with_its_own_libraries() {
    let Some(python) = python() else { return };
    exchange(&python, "python/precinto_client.py");
}

#[test]
fn a_node_client_does_it_with_its_own_libraries() {
    let Some(node) = node_js() else { return };
    let given = exchange(&node, "node/precinto_client.mjs");
    let index = &given["index"];
    let changed = forgeries(&given);
    assert!(changed.len() > 3_000, "{} forgeries", changed.len());
    let mut cases = vec![(given.clone(), "the receipt as it is".to_owned())];
    cases.extend(changed);
    let verdicts = verdicts(&node, cases.iter().map(|(case, _)| case));
    assert_eq!(verdicts.len(), cases.len(), "one verdict each");
    assert_eq!(verdicts[0]["ok"], true, "{}", verdicts[0]);
    assert_eq!(&verdicts[0]["index"], index);
    for (verdict, (_, what)) in verdicts.iter().zip(&cases).skip(1) {
        assert_eq!(verdict["ok"], false, "believed: {what}");
        assert_eq!(verdict["refuted"], true, "{what}: {verdict}");
    }
}

/// What the client must refuse: every bit of the proof flipped, some of record and envelope, and what a forger would rather try.
fn forgeries(given: &Value) -> Vec<(Value, String)> {
    let mut all = Vec::new();
    let proof = given["receipt"]["proof"].as_str().expect("a text");
    for (position, flipped) in flips(proof.as_bytes()) {
        // A protobuf string is UTF-8, or the message is refused before anybody looks at the proof.
        if let Ok(text) = String::from_utf8(flipped) {
            let mut case = given.clone();
            case["receipt"]["proof"] = text.into();
            all.push((case, format!("bit {position} of the proof")));
        }
    }
    for pointer in ["/receipt/record", "/envelope"] {
        let bytes = given.pointer(pointer).and_then(Value::as_str);
        let bytes = Base64::decode_vec(bytes.expect("a text")).expect("base64");
        // Each byte is hashed like its neighbours: about one bit of each will do.
        for (position, flipped) in flips(&bytes).step_by(9) {
            let mut case = given.clone();
            *case.pointer_mut(pointer).expect("it") = Base64::encode_string(&flipped).into();
            all.push((case, format!("bit {position} of {pointer}")));
        }
    }
    let index = given["index"].as_u64().expect("a number");
    let (before, after) = (index - 1, index + 1);
    let (head, note) = proof.split_once("\n\n").expect("an empty line");
    let (shorter, last) = head.rsplit_once('\n').expect("a path");
    let (unsigned, _) = proof.split_once('\u{2014}').expect("a signature");
    for (what, text) in [
        ("the entry before", with_index(proof, index, before)),
        ("the entry behind", with_index(proof, index, after)),
        ("a second spelling", proof.replacen("index ", "index 0", 1)),
        ("a shorter path", format!("{shorter}\n\n{note}")),
        ("a longer path", format!("{head}\n{last}\n\n{note}")),
        ("no signature", unsigned.to_owned()),
        ("nothing", String::new()),
    ] {
        let mut case = given.clone();
        case["receipt"]["proof"] = text.into();
        all.push((case, what.to_owned()));
    }
    let mut other = given.clone();
    other["log"] = other_log(given["log"].as_str().expect("a text")).into();
    all.push((
        other,
        "the checkpoint key of another log of this name".to_owned(),
    ));
    all
}

fn with_index(proof: &str, from: u64, to: u64) -> String {
    let changed = proof.replacen(&format!("\nindex {from}\n"), &format!("\nindex {to}\n"), 1);
    assert_ne!(changed, proof, "the index stands there");
    changed
}

/// Each bit flipped, one at a time.
fn flips(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        (bit, flipped)
    })
}

/// The verifier key of a log that calls itself the same.
fn other_log(log: &str) -> String {
    let name = log.split('+').next().expect("a name");
    let key = precinto_envelope::crypto::SigningKey::from_ed25519_seed([9; 32]);
    let signer = precinto_merkle::note::NoteSigner::new(name, key).expect("a signer");
    signer.verifier().to_string()
}

/// What the client says of each receipt.
fn verdicts<'a>(node: &Path, cases: impl Iterator<Item = &'a Value>) -> Vec<Value> {
    let mut client = Command::new(node)
        .arg(format!("{TESTS}/node/precinto_client.mjs"))
        .arg("--verify")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the client runs");
    let lines: Vec<String> = cases
        .map(|case| {
            json!({ "log": case["log"], "envelope": case["envelope"], "receipt": case["receipt"] })
                .to_string()
        })
        .collect();
    let mut stdin = client.stdin.take().expect("a pipe");
    // Both ends at once: either pipe alone would fill.
    let writer = std::thread::spawn(move || stdin.write_all(lines.join("\n").as_bytes()));
    let Output { status, stdout, .. } = client.wait_with_output().expect("it ends");
    writer.join().expect("the writer").expect("the pipe");
    assert!(status.success());
    let text = String::from_utf8(stdout).expect("text");
    let verdict = |line| serde_json::from_str(line).expect("one JSON object a line");
    text.lines().map(verdict).collect()
}

#[test]
fn the_foreign_clients_stay_small() {
    for source in [
        include_str!("../python/precinto_client.py"),
        include_str!("../node/precinto_client.mjs"),
    ] {
        assert!(source.lines().count() <= 300, "at most 300 lines");
    }
}
