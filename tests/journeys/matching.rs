//! A whole manifest against the alerts that an agency holds: one command, answered from its own copy, so that nobody
//! learns what was asked; and house waybills that go out with their air waybill as one consolidation.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use precinto_tests::{Site, audit, precinto, shared};
use redb::{Database, TableDefinition};
use serde_json::Value;

const CBP: &str = "us-cbp-lax";
const ANAM: &str = "mx-anam-mex";

fn node(site: &Site, gateway: &str, name: &str, words: &[&str]) -> Output {
    let mut command = Command::new(precinto());
    command.args(words).arg("--node").arg(site.node_file(name));
    command
        .args(["--gateway", gateway])
        .env("LC_ALL", "C.UTF-8");
    command.output().expect("precinto runs")
}

/// What a command prints that must end well.
fn done(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{talk}");
    said
}

fn object(output: &Output) -> Value {
    serde_json::from_str(&done(output)).expect("JSON")
}

#[expect(clippy::disallowed_methods, reason = "a test's own throw-away file")]
fn write(path: &Path, bytes: &[u8]) -> String {
    std::fs::write(path, bytes).expect("a file");
    path.to_str().expect("UTF-8").to_owned()
}

/// Thousands of rows, as a Mexican broker's spreadsheet writes them; two speak of the precursor of the samples.
fn manifest() -> String {
    let mut text = "Guía aérea;Guía house;Destinatario;Peso kg\n".to_owned();
    for row in 1..=3_000 {
        let (waybill, name) = match row {
            1_500 => ("86548291176".to_owned(), "-"),
            2_000 => (
                "020-12345675".to_owned(),
                "COMERCIALIZADORA EJERCICIO, SA DE CV",
            ),
            _ => (format!("999-{row:08}"), "Nadie"),
        };
        writeln!(text, "{waybill};H{row};\"{name}\";12,5").expect("a string");
    }
    text.push_str("torcida\n");
    text
}

#[test]
fn a_manifest_is_matched_against_what_an_agency_holds() {
    let site = Site::new();
    let gateway = site.start();
    let address = gateway.address().to_owned();
    let sample = "crates/precinto/samples/precursor-us-mx.yaml";
    let sample = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(sample);
    let sample = sample.to_str().expect("UTF-8");
    let sent = object(&node(
        &site,
        &address,
        CBP,
        &["send", "alert", sample, "-o", "jsonl"],
    ));
    let csv = write(&site.path().join("manifest.csv"), manifest().as_bytes());
    let found = object(&node(&site, &address, ANAM, &["match", &csv, "-o", "json"]));
    let hits = found["hits"].as_array().expect("hits");
    let rows: Vec<(&Value, &str)> = hits
        .iter()
        .map(|hit| (&hit["row"], hit["says"].as_str().expect("a text")))
        .collect();
    let expected = [
        (1_500, "86548291176"),
        (2_000, "COMERCIALIZADORA EJERCICIO, SA DE CV"),
    ];
    assert_eq!(rows.len(), expected.len(), "{found}");
    for (row, expected) in rows.iter().zip(expected) {
        assert_eq!((row.0.as_u64(), row.1), (Some(expected.0), expected.1));
    }
    for hit in hits {
        assert_eq!(hit["alert_id"], sent["alert_id"]);
        assert_eq!(hit["standing"], "OPEN");
        assert_eq!(hit["status"], "EXERCISE");
        assert_eq!(hit["line"].as_u64(), hit["row"].as_u64().map(|row| row + 1));
        assert!(
            hit["precedence"]
                .as_str()
                .is_some_and(|one| one.starts_with('P'))
        );
    }
    assert_eq!(
        hits[0]["places"][0]["field"],
        "content.shipments[0].master_awb"
    );
    assert_eq!(found["odd_rows"], 1, "the row of one column");
    assert_eq!(found["remarks"][0]["line"], 3_002);
    let none = write(
        &site.path().join("none.csv"),
        b"AWB,HAWB\n020-12345675,H1\n",
    );
    let out = node(&site, &address, ANAM, &["match", &none]);
    assert_eq!(out.status.code(), Some(7), "nothing is found");
    // Of an agency that was not told, nobody is told by way of a manifest either.
    let out = node(&site, &address, "us-atf-hq", &["match", &csv]);
    assert_eq!(out.status.code(), Some(7));
    assert!(gateway.stop().success());
    // Without a gateway the copy answers, and says as of when it does.
    let out = node(&site, &address, ANAM, &["match", &csv]);
    assert!(done(&out).contains(sent["alert_id"].as_str().expect("an id")));
    assert!(String::from_utf8_lossy(&out.stderr).contains("cannot be reached"));
    let offline = node(
        &site,
        &address,
        ANAM,
        &["match", &csv, "--offline", "--lang", "es"],
    );
    assert!(done(&offline).contains("1501"), "the line of the file");
    audit(&site);
}

/// Another file of a node, which trusts another root of the same name in the place of a side's.
fn mistrusting(site: &Site, other: &Site, name: &str, domain: &str) {
    let honest = std::fs::read_to_string(site.node_file(name)).expect("the node's file");
    let strange = other.path().join("trust").join(domain);
    let wrong = honest.replace(
        &format!("../trust/{domain}"),
        strange.to_str().expect("UTF-8"),
    );
    assert_ne!(honest, wrong);
    let file = site.node_file(&format!("{name}-mistrusting"));
    write(&file, wrong.as_bytes());
}

/// What a command prints that finds nothing, where something could not be looked at.
fn inconclusive(output: &Output) -> Value {
    let talk = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{talk}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn nothing_found_is_not_said_of_what_was_not_looked_at() {
    const WAYBILL: &str = "865-48291176";
    let (site, other) = (Site::new(), Site::new());
    let gateway = site.start();
    let address = gateway.address().to_owned();
    let sample = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../crates/precinto/samples/precursor-us-mx.yaml"
    );
    let words = ["send", "alert", sample, "-o", "jsonl"];
    let sent = object(&node(&site, &address, CBP, &words));
    let csv = write(&site.path().join("one.csv"), b"AWB\n865-48291176\n");
    // The alert is not believed: it may be the one, and nobody here knows.
    mistrusting(&site, &other, ANAM, "us.dev.invalid");
    let wrong = format!("{ANAM}-mistrusting");
    for words in [
        ["match", &csv, "-o", "json"].as_slice(),
        &["match", &csv, "-o", "json", "--offline"],
        &["find", WAYBILL, "-o", "json"],
        &["find", WAYBILL, "-o", "json", "--offline"],
    ] {
        let said = inconclusive(&node(&site, &address, &wrong, words));
        let doubts = said["unbelievable"].as_array().expect("doubts");
        assert_eq!(doubts.len(), 1, "{said}");
        assert_eq!(doubts[0]["index"], sent["index"]);
        assert!(
            said["as_of"].is_string() && said["position"].is_u64(),
            "{said}"
        );
    }
    let text = node(&site, &address, &wrong, &["match", &csv, "--offline"]);
    let talk = String::from_utf8_lossy(&text.stderr).into_owned();
    for expected in ["was not asked", "not believed", "INCONCLUSIVE"] {
        assert!(talk.contains(expected), "{expected}: {talk}");
    }
    // Once it is believed the answer is one, and so is another that finds nothing.
    let found = node(&site, &address, ANAM, &["match", &csv]);
    assert!(done(&found).contains(sent["alert_id"].as_str().expect("an id")));
    let none = node(&site, &address, ANAM, &["find", "020-12345675"]);
    assert_eq!(none.status.code(), Some(7));
    let rounded = write(&site.path().join("rounded.csv"), b"AWB\n8.65483E+10\n");
    let words = ["match", &rounded, "-o", "json"];
    let said = inconclusive(&node(&site, &address, ANAM, &words));
    assert_eq!(said["not_looked_at"], 1);
    assert_eq!(said["remarks"][0]["looked_at"], false);
    // Of several questions all are read before the first is answered.
    let half = node(&site, &address, ANAM, &["find", "--each", WAYBILL, " "]);
    assert_eq!(half.status.code(), Some(2));
    assert!(half.stdout.is_empty());
    among_words(&site, &address, &sent);
    held_back(&site, &address, &sent);
    assert!(gateway.stop().success());
    audit(&site);
}

/// A number is found beside words; a cell that is not understood is no cell in which nothing is.
fn among_words(site: &Site, address: &str, sent: &Value) {
    for (name, bytes, flags) in [
        (
            "a.csv",
            b"AWB\nAWB: 865-48291176\n".as_slice(),
            [].as_slice(),
        ),
        ("b.csv", b"MAWB\n865-48291176 y 020-12345675\n", &[]),
        (
            "c.csv",
            b"notes\n865-48291176 (consol)\n",
            &["--any-column"],
        ),
    ] {
        let csv = write(&site.path().join(name), bytes);
        let words = [&["match", &csv, "-o", "json"], flags].concat();
        let found = object(&node(site, address, ANAM, &words));
        assert_eq!(found["hits"][0]["alert_id"], sent["alert_id"], "{name}");
    }
    let strange = write(&site.path().join("d.csv"), b"MAWB\nAWB 865-4829117\n");
    let words = ["match", &strange, "-o", "json"];
    let said = inconclusive(&node(site, address, ANAM, &words));
    assert_eq!(
        (&said["without_form"], &said["odd_rows"]),
        (&1.into(), &1.into())
    );
}

/// Marks the body of `index` as deleted by law, as a gateway may say, and makes it what no version can read.
fn hold_back(site: &Site, index: u64, alert: &str) {
    const PRUNED: TableDefinition<'_, u64, &str> = TableDefinition::new("pruned");
    const BODIES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("bodies");
    const UNREADABLE: TableDefinition<'_, u64, ()> = TableDefinition::new("unreadable");
    let node = std::fs::read_to_string(site.node_file(ANAM)).expect("the node's file");
    let node: toml::Value = toml::from_str(&node).expect("TOML");
    let state = node["state"].as_str().expect("a folder");
    let folder = site.node_file(ANAM).with_file_name("");
    let copy = Database::open(folder.join(state).join("copy.redb")).expect("the copy");
    let write = copy.begin_write().expect("a transaction");
    {
        let mut pruned = write.open_table(PRUNED).expect("a table");
        pruned.insert(index, alert).expect("written");
        let mut bodies = write.open_table(BODIES).expect("a table");
        bodies.insert(index, b"\xff".as_slice()).expect("written");
        let mut unreadable = write.open_table(UNREADABLE).expect("a table");
        unreadable.insert(index, ()).expect("written");
    }
    write.commit().expect("durable");
}

/// What is said to be deleted, and what this version cannot read, was not looked at either.
fn held_back(site: &Site, address: &str, sent: &Value) {
    let none = write(&site.path().join("none.csv"), b"AWB\n020-12345675\n");
    let words = ["match", &none, "--offline"];
    let before = node(site, address, ANAM, &words);
    assert_eq!(before.status.code(), Some(7));
    let alert = sent["alert_id"].as_str().expect("an id");
    hold_back(site, sent["index"].as_u64().expect("an index"), alert);
    for words in [
        ["match", &none, "-o", "json"].as_slice(),
        &["match", &none, "-o", "json", "--offline"],
        &["find", "020-12345675", "-o", "json"],
        &["find", "020-12345675", "-o", "json", "--offline"],
        &["list", "--from", "ZZZ", "-o", "json"],
        &["list", "--from", "ZZZ", "-o", "json", "--offline"],
    ] {
        let said = inconclusive(&node(site, address, ANAM, words));
        assert_eq!(said["pruned"][0]["alert_id"], sent["alert_id"], "{said}");
        assert_eq!(said["unreadable"][0]["index"], sent["index"], "{said}");
        assert_eq!(said["unbelievable"], Value::Array(Vec::new()), "{said}");
    }
    for (lang, expected) in [
        ("en", ["deleted by law", "cannot read it", "INCONCLUSIVE"]),
        (
            "es",
            ["conforme a la ley", "no puede leerlo", "NO CONCLUYENTE"],
        ),
    ] {
        let words = ["match", &none, "--offline", "--lang", lang];
        let told = node(site, address, ANAM, &words);
        let talk = String::from_utf8_lossy(&told.stderr);
        for text in expected {
            assert!(talk.contains(text), "{text}: {talk}");
        }
    }
}

#[test]
fn a_consolidation_goes_out_as_one_alert_and_its_house_waybill_is_found_again() {
    let Some(folder) = shared("data/cargo-xml") else {
        return;
    };
    let path = |name: &str| folder.join(name).to_str().expect("UTF-8").to_owned();
    let (air, house) = (path("888-11111111_XFWB.xml"), path("SEL22222222_XFZB.xml"));
    let site = Site::new();
    let gateway = site.start();
    let address = gateway.address().to_owned();
    let page = Command::new(precinto())
        .args(["draft", "waybill", &house, &air, "--lang", "en"])
        .output()
        .expect("precinto runs");
    let draft = write(
        &site.path().join("consolidation.yaml"),
        done(&page).as_bytes(),
    );
    let typed = "--to mx.dev.invalid/anam --precedence P2 --authority CUSTOMS_AGREEMENT --suspect DRUG --indicator PK05=2";
    let typed: Vec<&str> = typed.split(' ').collect();
    let line = [&["send", "alert", &draft, "-o", "jsonl"], typed.as_slice()].concat();
    let sent = object(&node(&site, &address, CBP, &line));
    let found = object(&node(
        &site,
        &address,
        ANAM,
        &["match", &house, "-o", "json"],
    ));
    let hits = found["hits"].as_array().expect("hits");
    let of_house = hits
        .iter()
        .find(|hit| hit["says"] == "SEL22222222")
        .expect("the house waybill");
    assert_eq!(of_house["alert_id"], sent["alert_id"]);
    let fields: Vec<&str> = of_house["places"]
        .as_array()
        .expect("places")
        .iter()
        .map(|place| place["field"].as_str().expect("a path"))
        .collect();
    assert_eq!(
        fields,
        [
            "content.shipments[0].house_awbs[0]",
            "content.shipments[1].house_awbs[0]"
        ]
    );
    assert!(gateway.stop().success());
    audit(&site);
}
