//! From the waybill in another system's drawer to an accepted alert and the answers to it: five things typed, one command
//! each, everything checked before it leaves the building.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use precinto_tests::{GatewayProcess, Site, audit, precinto, run, shared};
use serde_json::Value;

/// What a person types to complete the draft of a waybill.
const TYPED: [&str; 10] = [
    "--to",
    "mx.dev.invalid/anam",
    "--precedence",
    "P2",
    "--authority",
    "CUSTOMS_AGREEMENT",
    "--suspect",
    "DRUG",
    "--indicator",
    "PK05=2",
];

/// Runs a command of a node against the gateway.
fn node(site: &Site, gateway: &GatewayProcess, name: &str, words: &[&str]) -> Output {
    let mut command = Command::new(precinto());
    command.args(words).arg("--node").arg(site.node_file(name));
    command.args(["--gateway", gateway.address(), "-o", "json"]);
    command.output().expect("precinto runs")
}

/// The JSON objects that a command prints, which must end well.
fn done(output: &Output) -> Vec<Value> {
    let said = String::from_utf8_lossy(&output.stdout);
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{talk}");
    let all = serde_json::Deserializer::from_slice(&output.stdout).into_iter();
    all.collect::<Result<_, _>>().expect("JSON")
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// The draft of a waybill as a file, as `precinto draft waybill FILE > draft.yaml` leaves it.
fn drafted(folder: &Path, waybill: &Path) -> String {
    let out = run(&["draft".as_ref(), "waybill".as_ref(), waybill.as_os_str()]);
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let name = waybill.file_stem().expect("a name").to_string_lossy();
    let path = folder.join(format!("{name}.yaml"));
    write(&path, &out.stdout);
    path.to_str().expect("UTF-8").to_owned()
}

#[expect(clippy::disallowed_methods, reason = "a test's own throw-away file")]
fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("a file");
}

#[test]
fn a_waybill_becomes_an_alert_with_five_things_typed_and_the_case_goes_on() {
    let Some(folder) = shared("data/cargo-xml") else {
        return;
    };
    let site = Site::new();
    let gateway = site.start();
    let mut sent = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the waybills") {
        let path = entry.expect("a waybill").path();
        if path.extension().is_none_or(|kind| kind != "xml") {
            continue;
        }
        let draft = drafted(site.path(), &path);
        let begun = run(&[
            "draft",
            "waybill",
            path.to_str().expect("UTF-8"),
            "-o",
            "json",
        ]);
        let missing = done(&begun)[0]["missing"].as_array().expect("a list").len();
        assert!(missing <= 5, "{}: {missing}", path.display());
        // Without them it is refused here, all of them at once.
        let refused = node(
            &site,
            &gateway,
            "us-cbp-lax",
            &["send", "alert", &draft, "--dry-run"],
        );
        assert!(!refused.status.success());
        let line = [&["send", "alert", draft.as_str()], TYPED.as_slice()].concat();
        for check in ["--dry-run", "--validate-only"] {
            let line = [line.as_slice(), &[check]].concat();
            done(&node(&site, &gateway, "us-cbp-lax", &line));
        }
        sent.extend(done(&node(&site, &gateway, "us-cbp-lax", &line)));
    }
    assert!(sent.len() >= 3, "{sent:?}");
    answers(&site, &gateway, &sent[0]);
    assert!(gateway.stop().success());
    audit(&site);
}

/// A waybill whose times say which clock they mean has told until when something can be done: nobody types it.
#[test]
fn the_route_says_the_last_moment_to_act() {
    let Some(folder) = shared("data/cargo-xml") else {
        return;
    };
    let site = Site::new();
    let gateway = site.start();
    let waybill = folder.join("888-11111111_XFWB.xml");
    let xml = std::fs::read_to_string(waybill).expect("the waybill");
    // The first leg departs in the evening of a day far enough ahead, the last one two days later.
    let (first, last) = (day(9), day(11));
    let dated = xml
        .replace("2021-03-10T00:00:00", &format!("{first}T20:00:00+09:00"))
        .replace("2021-03-12T00:00:00", &format!("{last}T20:00:00+01:00"));
    assert_ne!(dated, xml);
    let path = site.path().join("dated.xml");
    write(&path, dated.as_bytes());
    let begun = run(&[
        "draft",
        "waybill",
        path.to_str().expect("UTF-8"),
        "-o",
        "json",
    ]);
    let begun = done(&begun).remove(0);
    // Two hours before 20:00 in Seoul.
    let last_action = format!("{first}T09:00:00");
    assert!(text_starts(&begun, "last_action", &last_action), "{begun}");
    let draft = drafted(site.path(), &path);
    let page = std::fs::read_to_string(&draft).expect("the draft");
    assert!(
        page.contains(&format!("#last_action: {last_action}")),
        "{page}"
    );
    let send = |more: &[&str]| {
        let line = [&["send", "alert", draft.as_str()], TYPED.as_slice(), more].concat();
        let sent = done(&node(&site, &gateway, "us-cbp-lax", &line)).remove(0);
        let show = ["show", text(&sent, "alert_id")];
        done(&node(&site, &gateway, "us-cbp-lax", &show)).remove(0)
    };
    let case = send(&[]);
    assert!(text_starts(&case, "last_action", &last_action), "{case}");
    // Who knows better says so, and who says something impossible is told what the route says.
    let case = send(&["--last-action", "+3h"]);
    assert!(!text_starts(&case, "last_action", &last_action), "{case}");
    let late = format!("{last}T12:00:00Z");
    let case = send(&["--last-action", &late]);
    let warnings = case["messages"][0]["warnings"].to_string();
    assert!(warnings.contains("last_action_ms"), "{case}");
    assert!(gateway.stop().success());
    audit(&site);
}

/// The day so many days from now, by UTC.
fn day(ahead: i64) -> String {
    let now = jiff::Timestamp::now();
    let then = now + jiff::SignedDuration::from_hours(24 * ahead);
    then.strftime("%F").to_string()
}

fn text_starts(value: &Value, name: &str, with: &str) -> bool {
    text(value, name).starts_with(with)
}

/// The receiving side asks, holds and reports, and the sending side answers and takes back: flags only.
fn answers(site: &Site, gateway: &GatewayProcess, alert: &Value) {
    let (id, message) = (text(alert, "alert_id"), text(alert, "message_id"));
    let mx = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let about = ["send", words[0], id, message, "--to", "us.dev.invalid/cbp"];
        done(&node(
            site,
            gateway,
            "mx-anam-mex",
            &[&about, &words[1..]].concat(),
        ))
        .remove(0)
    };
    mx("ack --level person --officer hernandez --function Turno");
    let asked = mx("rfi --precedence P2 --authority CUSTOMS_AGREEMENT --question Consignatario?");
    mx("hold-set --kind EXAMINATION --at NLU --pieces 3");
    let refused = mx_refused(
        site,
        gateway,
        &[
            "send",
            "hold-status",
            id,
            message,
            "--to",
            "us.dev.invalid/cbp",
        ],
    );
    assert!(
        refused.contains("hold_kind") && refused.contains("hold_state"),
        "{refused}"
    );
    mx(
        "outcome --code SEIZED --form MX_EMBARGO_PRECAUTORIO --quality 5 --confirmed PK05 --officer hernandez",
    );
    let question = text(&asked, "message_id");
    let answer = [
        "send",
        "rfi-response",
        id,
        question,
        "--to",
        "mx.dev.invalid/anam",
        "--answer",
        "1=Freight paid in cash",
    ];
    done(&node(site, gateway, "us-cbp-lax", &answer));
    let comment = [
        "send",
        "comment",
        id,
        message,
        "--to",
        "mx.dev.invalid/anam",
        "--text",
        "Two hours late",
    ];
    done(&node(site, gateway, "us-cbp-lax", &comment));
}

/// A refusal on this machine: every field at once.
fn mx_refused(site: &Site, gateway: &GatewayProcess, line: &[&str]) -> String {
    let out = node(site, gateway, "mx-anam-mex", line);
    assert!(!out.status.success());
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// Four rows: two alerts, one that is none by its hiding place, one with a mistyped waybill.
const HITS: &str = "\
AWB,BULTOS,KG,DROGA,OCULTO
865-48291176,24,618.4,heroína,
020-12345675,3,12.5,fentanilo,
125-12345675,1,2,cocaína,Cuerpo
888-11111112,1,4,heroína,
";

const MAP: &str = r#"
skip: { OCULTO: [Cuerpo] }
codes:
  DROGA: { heroína: heroin, fentanilo: fentanyl }
draft:
  type: ALERT
  to: [mx.dev.invalid/anam]
  status: EXERCISE
  precedence: P3
  authority: CUSTOMS_AGREEMENT
  protected_bag: NONE
  content:
    shipments:
      - master_awb: "{AWB}"
        pieces: "{BULTOS}"
        gross_weight: "{KG} KGM"
        goods_description: Personal effects
    parties: [{ role: SHIPPER, not_stated: true }, { role: CONSIGNEE, not_stated: true }]
    substances: [{ substance_class: DRUG, names: ["{DROGA}"] }]
    suspicion: { indicators: [{ code: PK05, strength: 2 }] }
"#;

/// A table goes through a pipe into the log, and what is wrong in one row is told of that row.
#[test]
fn the_rows_of_a_table_go_through_a_pipe_into_the_log() {
    let site = Site::new();
    let gateway = site.start();
    let put = |name: &str, text: &str| {
        let path = site.path().join(name);
        write(&path, text.as_bytes());
        path
    };
    let mut drafts = Command::new(precinto())
        .args(["draft", "csv"])
        .arg(put("hits.csv", HITS))
        .arg("--map")
        .arg(put("map.yaml", MAP))
        .stdout(Stdio::piped())
        .spawn()
        .expect("precinto runs");
    let pipe = drafts.stdout.take().expect("a pipe");
    let sent = Command::new(precinto())
        .args(["send", "-", "-o", "jsonl", "--node"])
        .arg(site.node_file("us-cbp-lax"))
        .args(["--gateway", gateway.address()])
        .stdin(pipe)
        .output()
        .expect("precinto runs");
    assert!(drafts.wait().expect("it ends").success());
    let talk = String::from_utf8_lossy(&sent.stderr);
    assert_eq!(sent.status.code(), Some(1), "{talk}");
    let all = serde_json::Deserializer::from_slice(&sent.stdout).into_iter();
    let all: Vec<Value> = all.collect::<Result<_, _>>().expect("JSON");
    let of = |row: &str| {
        let mut all = all.iter().filter(|one| one["tag"] == row);
        let one = all.next().unwrap_or_else(|| panic!("no {row}: {talk}"));
        assert!(all.next().is_none(), "{row} is told once");
        one
    };
    let held = |row: &str| {
        let sent = of(row);
        assert_eq!(sent["ok"], true, "{sent}");
        let show = ["show", text(sent, "alert_id")];
        let case = done(&node(&site, &gateway, "mx-anam-mex", &show)).remove(0);
        case["messages"][0]["content"].clone()
    };
    let (first, second) = (held("row 1"), held("row 2"));
    assert_eq!(first["shipments"][0]["master_awb"], "865-48291176");
    assert_eq!(second["shipments"][0]["pieces"], 3);
    assert_eq!(second["substances"][0]["names"][0]["text"], "fentanyl");
    let wrong = of("row 4");
    assert_eq!(wrong["ok"], false, "{wrong}");
    let violation = &wrong["violations"][0];
    assert_eq!(violation["reason"], "AWB_CHECK_DIGIT", "{wrong}");
    assert_eq!(violation["field"], "content.shipments[0].master_awb");
    assert!(all.iter().all(|one| one["tag"] != "row 3"), "{all:?}");
    assert!(gateway.stop().success());
    audit(&site);
}
