//! The directory by hand: who exists, and how a side changes its part, with both sides looking on.

use super::live::{Gateway, done};
use super::{objects, stderr, stdout, text};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

const LAX: &str = "us-cbp-lax";
const MEX: &str = "mx-anam-mex";

impl Gateway {
    fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// The text of this side's part with a change, in a file.
    fn changed(&self, change: impl FnOnce(String) -> String) -> String {
        let shown = self.run(LAX, "directory show us.dev.invalid --text");
        assert_eq!(shown.status.code(), Some(0), "{}", stderr(&shown));
        let path = self.file("us.toml");
        let written = fs::File::create(&path).and_then(|mut file| {
            std::io::Write::write_all(&mut file, change(stdout(&shown)).as_bytes())
        });
        written.expect("a file");
        path.display().to_string()
    }

    /// Proposes a text as an officer, into one file for all tests.
    fn propose(&self, file: &str, officer: &str) -> std::process::Output {
        let out = self.file("next.part").display().to_string();
        let card = self
            .file(&format!("officers/{officer}"))
            .display()
            .to_string();
        let line = format!(
            "-o json directory propose {file} --certificate {card}.pem --key {card}.key.pem --out {out}"
        );
        self.run(LAX, &line)
    }

    fn apply(&self) -> Value {
        let file = self.file("next.part").display().to_string();
        let applied = done(self, LAX, &format!("-o json directory apply {file}"));
        applied.into_iter().next().expect("one object")
    }

    fn side(&self, node: &str, domain: &str) -> Value {
        let listed = done(
            self,
            node,
            &format!("-o json directory list --side {domain}"),
        );
        let sides = listed.first().and_then(|one| one.get("sides"));
        let side = sides.and_then(Value::as_array).and_then(|all| all.first());
        side.cloned().expect("a side")
    }
}

const JFK: &str = "name = \"jfk\"\ncode = \"CBPJFK\"\n\n[[agency.node]]\nname = \"lax\"";

#[test]
fn who_exists_is_believed_only_when_signed_and_in_the_log() {
    let gateway = Gateway::start();
    for (node, domain) in [(LAX, "mx.dev.invalid"), (MEX, "us.dev.invalid")] {
        let side = gateway.side(node, domain);
        assert_eq!(side.get("believed"), Some(&Value::Bool(true)), "{side}");
        assert_eq!(super::number(&side, "version"), 1);
        let signers = side.get("signers").and_then(Value::as_array);
        assert_eq!(signers.map(Vec::len), Some(1), "{side}");
    }
    let told = stdout(&gateway.run(LAX, "directory list"));
    for word in [
        "signed by cbp/ramirez",
        "lax (CBPLAX)",
        "firearms-desk",
        "oversight/audit",
    ] {
        assert!(told.contains(word), "{word}: {told}");
    }
    assert!(
        told.lines().all(|line| line.chars().count() <= 80),
        "{told}"
    );
    let spanish = stdout(&gateway.run(LAX, "--lang es directory list"));
    assert!(spanish.contains("con la firma de"), "{spanish}");

    // What was seen before is not forgotten: a gateway that shows something older is not believed.
    let seen = gateway.file("state/us-cbp-lax/directory.seen");
    let known = fs::read_to_string(&seen).expect("what was seen");
    let newer = known.replace("us.dev.invalid 1 ", "us.dev.invalid 9 ");
    assert_ne!(known, newer);
    let written = fs::File::create(&seen)
        .and_then(|mut file| std::io::Write::write_all(&mut file, newer.as_bytes()));
    written.expect("what was seen");
    let older = gateway.run(LAX, "directory list");
    assert_eq!(older.status.code(), Some(3), "{}", stderr(&older));
    assert!(stderr(&older).contains("version 9"), "{}", stderr(&older));
}

#[test]
fn a_name_is_what_a_person_calls_it() {
    let gateway = Gateway::start();
    for (name, kind) in [
        ("CBPLAX", "node"),
        ("cbp/lax", "node"),
        ("cbp", "agency"),
        ("mx.dev.invalid/anam", "agency"),
        ("hernandez", "officer"),
        ("firearms-desk", "group"),
        ("precursors", "topic"),
        ("mx.dev.invalid", "side"),
    ] {
        let shown = done(&gateway, MEX, &format!("-o json directory show {name}"));
        assert_eq!(text(&shown[0], "kind"), kind, "{name}");
        let said = gateway.run(MEX, &format!("directory show {name}"));
        assert_eq!(said.status.code(), Some(0));
        assert!(stdout(&said).contains("version 1"), "{}", stdout(&said));
    }
    let several = gateway.run(MEX, "directory show hq");
    assert_eq!(several.status.code(), Some(2));
    assert!(stderr(&several).contains("mx.dev.invalid/agency/fgr/node/hq"));
    let unknown = gateway.run(MEX, "directory show ramirezz");
    assert_eq!(unknown.status.code(), Some(7));
    assert!(
        stderr(&unknown).contains("ramirez?"),
        "{}",
        stderr(&unknown)
    );
}

#[test]
fn a_node_joins_in_three_commands_and_both_sides_see_it() {
    let mut gateway = Gateway::start();
    let file = gateway.changed(|text| text.replacen("name = \"lax\"", JFK, 1));
    let dry = gateway.run(
        LAX,
        &format!("directory propose {file} --officer ramirez --dry-run"),
    );
    assert!(
        stdout(&dry).contains("+ node cbp/jfk joins"),
        "{}",
        stderr(&dry)
    );
    let proposed = gateway.propose(&file, "us-cbp-ramirez");
    assert_eq!(proposed.status.code(), Some(0), "{}", stderr(&proposed));
    let proposal = &objects(&proposed)[0];
    assert_eq!(super::number(proposal, "signatures_missing"), 0);
    assert_eq!(
        gateway.side(MEX, "us.dev.invalid")["version"],
        1,
        "nobody is told yet"
    );

    let part = gateway.file("next.part").display().to_string();
    done(
        &gateway,
        LAX,
        &format!("-o json directory apply {part} --dry-run"),
    );
    assert_eq!(
        gateway.side(MEX, "us.dev.invalid")["version"],
        1,
        "nothing is changed yet"
    );
    let applied = gateway.apply();
    assert_eq!(applied["in_force"], Value::Bool(true));
    let change = &applied["changes"][0];
    assert_eq!(
        (text(change, "kind"), text(change, "subject")),
        ("JOINED", "NODE")
    );
    let seen = gateway.side(MEX, "us.dev.invalid");
    assert_eq!(
        (&seen["version"], &seen["index"]),
        (&Value::from(2), &applied["index"])
    );
    let again = gateway.apply();
    assert_eq!(again["duplicate"], Value::Bool(true));
    assert_eq!(again["index"], applied["index"]);

    let folder = gateway.path().display().to_string();
    let vkey = fs::read_to_string(gateway.file("gateway/log.vkey")).expect("the log's key");
    assert_eq!(gateway.stop(), Some(0));
    let (data, trust) = (format!("{folder}/data"), format!("{folder}/trust"));
    let audit = [
        "audit",
        "log",
        &data,
        "--vkey",
        vkey.trim(),
        "--trust",
        &trust,
    ];
    let audit = super::run(&audit);
    assert_eq!(audit.status.code(), Some(0), "{}", stdout(&audit));
}

#[test]
fn as_many_stewards_sign_as_the_part_in_force_wants() {
    let gateway = Gateway::start();
    let two = |text: String| text.replace("stewards_needed = 1", "stewards_needed = 2");
    let file = gateway.changed(two);
    assert_eq!(
        gateway.propose(&file, "us-cbp-ramirez").status.code(),
        Some(0)
    );
    gateway.apply();

    let file = gateway.changed(|text| text.replacen("name = \"lax\"", JFK, 1));
    let first = gateway.propose(&file, "us-cbp-ramirez");
    assert_eq!(super::number(&objects(&first)[0], "signatures_missing"), 1);
    let part = gateway.file("next.part").display().to_string();
    let early = gateway.run(LAX, &format!("directory apply {part}"));
    assert_eq!(early.status.code(), Some(5), "{}", stderr(&early));
    let twice = gateway.propose(&part, "us-cbp-ramirez");
    assert_eq!(twice.status.code(), Some(2), "{}", stdout(&twice));
    let second = gateway.propose(&part, "us-dea-okafor");
    assert_eq!(super::number(&objects(&second)[0], "signatures_missing"), 0);
    assert_eq!(gateway.apply()["version"], 3);
    assert_eq!(
        gateway.side(MEX, "us.dev.invalid")["signers"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}

#[test]
fn wrong_proposals_are_told_with_everything_that_is_wrong() {
    let gateway = Gateway::start();
    let file = gateway.changed(|text| {
        let text = text.replace("\"CBPLAX\"", "\"cbp lax\"");
        text.replace("nodes = [\"lax\"]", "nodes = [\"nowhere\"]")
    });
    let wrong = gateway.propose(&file, "us-cbp-ramirez");
    assert_eq!(wrong.status.code(), Some(2));
    let said = text(&objects(&wrong)[0], "message").to_owned();
    assert!(
        said.contains("node[lax].code") && said.contains("nowhere"),
        "{said}"
    );

    let file = gateway.changed(|text| text.replacen("name = \"lax\"", JFK, 1));
    let stranger = gateway.propose(&file, "us-atf-lindqvist");
    assert_eq!(stranger.status.code(), Some(5));
    let refusal = &objects(&stranger)[0];
    assert_eq!(text(refusal, "reason"), "STEWARD_REQUIRED");
    assert!(text(refusal, "next").contains("dea/okafor"), "{refusal}");

    // The other side's node speaks for itself alone, and the code of the other side's node is taken.
    let other = gateway.run(
        MEX,
        &format!("directory propose {file} --officer hernandez"),
    );
    assert_eq!(other.status.code(), Some(2));
    assert!(
        stderr(&other).contains("speaks for us.dev.invalid"),
        "{}",
        stderr(&other)
    );
    let file = gateway.changed(|text| text.replace("CBPLAX", "ANAMEX"));
    let taken = gateway.propose(&file, "us-cbp-ramirez");
    assert_ne!(taken.status.code(), Some(0));
    let said = text(&objects(&taken)[0], "message").to_owned();
    assert!(said.contains("ANAMEX"), "{said}");
    assert!(
        fs::read(gateway.file("next.part")).is_err(),
        "nothing was written"
    );

    let none = gateway.run(LAX, "directory apply /nowhere/next.part");
    assert_eq!(none.status.code(), Some(2));
    let text_file = gateway.run(LAX, &format!("directory apply {file}"));
    assert_eq!(text_file.status.code(), Some(2), "{}", stderr(&text_file));
}
