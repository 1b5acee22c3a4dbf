//! Who has it, since when, at which level: the sender asks one command, and can prove each line of the answer to somebody who
//! shares nothing with this project and trusts no gateway.

use std::process::{Command, Output};

use precinto_envelope::pae::statement_id;
use precinto_merkle::leaf::{EntryType, commitment};
use precinto_merkle::receipt::Receipt;
use precinto_proto::v1 as pb;
use precinto_tests::{GatewayProcess, Site, audit, precinto, run, shared, skipped};
use prost::Message as _;
use serde_json::Value;

const CBP: &str = "us-cbp-lax";
const ANAM: &str = "mx-anam-mex";
/// Who says that it has the alert: the machine, a person, somebody who has judged it, somebody who has acted on it.
const LEVELS: [(&str, pb::AckLevel); 4] = [
    ("node", pb::AckLevel::Node),
    ("person", pb::AckLevel::Person),
    ("assessed", pb::AckLevel::Assessed),
    ("acted", pb::AckLevel::Acted),
];

struct Stage {
    site: Site,
    gateway: GatewayProcess,
}

impl Stage {
    fn run(&self, node: &str, words: &[&str]) -> Output {
        let mut command = Command::new(precinto());
        command.args(words).args(["-o", "json", "--node"]);
        command.arg(self.site.node_file(node));
        command.args(["--gateway", self.gateway.address()]);
        command.env("LC_ALL", "C.UTF-8");
        command.output().expect("precinto runs")
    }

    #[track_caller]
    fn object(&self, node: &str, words: &[&str]) -> Value {
        let Output {
            status,
            stdout,
            stderr,
        } = self.run(node, words);
        let talk = String::from_utf8_lossy(&stderr);
        assert!(status.success(), "{node}: {words:?}\n{talk}");
        serde_json::from_slice(&stdout).unwrap_or_else(|error| panic!("{error}: {talk}"))
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's own throw-away file")]
fn write(stage: &Stage, name: &str, text: &str) -> String {
    let path = stage.site.path().join(name);
    std::fs::write(&path, text).expect("a file");
    path.display().to_string()
}

fn bytes(hex: &Value) -> Vec<u8> {
    let digits = hex.as_str().expect("hexadecimal").as_bytes();
    let pairs = digits
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).expect("ASCII"));
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal"))
        .collect()
}

#[test]
fn a_sender_proves_who_has_it_since_when_and_at_which_level() {
    let site = Site::new();
    let stage = Stage {
        gateway: site.start(),
        site,
    };
    let example = String::from_utf8(run(&["config", "example", "alert"]).stdout).expect("UTF-8");
    let draft = write(&stage, "alert.yaml", &example);
    let sent = stage.object(CBP, &["send", "alert", &draft]);
    let alert = sent["alert_id"].as_str().expect("an id").to_owned();
    for (name, _) in LEVELS {
        let mut words = vec!["send", "ack", &alert, "--level", name];
        if name != "node" {
            assert!(
                !stage.run(ANAM, &words).status.success(),
                "a node is no person"
            );
            words.extend(["--officer", "hernandez"]);
        }
        stage.object(ANAM, &words);
    }
    let case = stage.object(CBP, &["show", &alert]);
    let answer = case["acknowledgements"].as_array().expect("a list");
    let said: Vec<_> = answer
        .iter()
        .map(|one| (&one["agency"], &one["level"]))
        .collect();
    let anam = Value::from("mx.dev.invalid/anam");
    let names = LEVELS.map(|(name, _)| Value::from(name.to_uppercase()));
    assert_eq!(said, names.each_ref().map(|name| (&anam, name)));
    let officer = Value::from("spiffe://mx.dev.invalid/agency/anam/officer/hernandez");
    for of_a_person in &answer[1..] {
        let signers = of_a_person["signers"].as_array().expect("signers");
        assert!(signers.contains(&officer), "{signers:?}");
    }

    let vkey = std::fs::read_to_string(stage.site.data().join("log.vkey")).expect("log.vkey");
    for (one, (_, level)) in answer.iter().zip(LEVELS) {
        let messages = case["messages"].as_array().expect("messages");
        let message = messages
            .iter()
            .find(|message| message["index"] == one["index"]);
        prove(
            &stage,
            one,
            message.expect("the message"),
            (level, vkey.trim()),
        );
    }
    assert!(stage.gateway.stop().success());
    audit(&stage.site);
}

/// The receipt holds, it commits to this record at this time, this names these signed bytes, and they say so.
fn prove(stage: &Stage, claim: &Value, message: &Value, (level, vkey): (pb::AckLevel, &str)) {
    let proof = message["receipt"].as_str().expect("a receipt");
    let file = write(stage, &format!("{}.tlog-proof", claim["index"]), proof);
    match shared("tools/tlogcheck.py") {
        None => skipped("tlogcheck.py is not at hand"),
        Some(tool) => {
            let mut command = Command::new("python3");
            command.arg(tool).args(["receipt", &file, "--vkey", vkey]);
            let out = command.output().expect("python3 runs");
            assert!(
                out.status.success(),
                "{}",
                String::from_utf8_lossy(&out.stdout)
            );
        }
    }
    let receipt = Receipt::parse(proof.as_bytes()).expect("a receipt");
    assert_eq!(claim["index"], receipt.index);
    let since = claim["since"].as_str().expect("a time");
    let time_ms = receipt.leaf.time_ms;
    let within_minute = format!(":{:02}.{:03}Z", time_ms / 1000 % 60, time_ms % 1000);
    assert!(since.ends_with(&within_minute), "{since}, not {time_ms}");
    let (record, signed) = (bytes(&message["record"]), bytes(&message["signed"]));
    let committed = commitment(EntryType::Statement, &receipt.salt, &record);
    assert_eq!(committed, receipt.leaf.commitment, "another record");
    let record = pb::StatementRecord::decode(record.as_slice()).expect("a record");
    assert_eq!(record.statement_id, statement_id(&signed), "other bytes");
    let statement = pb::Statement::decode(signed.as_slice()).expect("a statement");
    assert_eq!(statement.ack_level(), level);
    assert!(
        statement.sender.contains("mx.dev.invalid/agency/anam"),
        "{}",
        statement.sender
    );
}
