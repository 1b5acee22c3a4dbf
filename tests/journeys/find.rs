//! Whatever a person holds in the hand leads to the alert: every kind of identifier, written as people write it, in both
//! languages, as text and as JSON, on both sides; and to nobody who was not told.

use std::path::Path;
use std::process::{Command, Output};

use precinto_tests::{Site, audit, precinto};
use serde_json::{Value, json};

const CBP: &str = "us-cbp-lax";
const ANAM: &str = "mx-anam-mex";

/// Air cargo of a precursor, as a person writes a draft.
const CARGO: &str = r#"
type: ALERT
to: ["mx.dev.invalid/anam"]
status: EXERCISE
precedence: P2
commodities: [CHEMICAL_PRECURSOR]
protected_bag: NONE
authority: CUSTOMS_AGREEMENT
handling: { tlp: AMBER_STRICT, use_code: H1 }
languages: [en-US]
expires: +96h
actions: [HOLD]
content:
  shipments:
    - mode: AIR
      channel: CARGO
      master_awb: 020-12345675
      house_awbs: [HX-77120]
      awb_kind: CONSOLIDATION
      uld_ids: [AKE12345LH]
      container_ids: [CSQU3054383]
      pieces: 4
      gross_weight: 96.5 KGM
      goods_description: { language: en-US, text: Flavouring concentrate for bakeries }
  parties:
    - role: SHIPPER
      name: Exercise Trading, Inc.
      address: { lines: [1 Sample Road], city: Memphis, subdivision: US-TN, postal_code: "38118", country: US }
    - role: CONSIGNEE
      name: Distribuidora Peña y Hermanos, S.A. de C.V.
      address: { lines: [Calle Prueba 9], city: Zapopan, subdivision: MX-JAL, postal_code: "45010", country: MX }
  substances:
    - substance_class: PRECURSOR
      cas_number: 108-24-7
      quantity: 80 KGM
  suspicion: { indicators: [{ code: CH05, strength: 3 }] }
"#;

/// A postal item and a parcel with a firearm, as a program writes it.
fn parcels() -> Value {
    let shipment = |channel: &str, identifier: (&str, Value)| {
        let mut shipment = json!({
            "mode": "AIR", "channel": channel, "pieces": 1,
            "gross_weight": { "value": "2.1", "unit": "KGM" },
            "goods_description": { "language": "en-US", "text": "Bicycle parts" },
        });
        shipment[identifier.0] = identifier.1;
        shipment
    };
    json!({
        "type": "ALERT", "to": ["mx.dev.invalid/anam"], "status": "EXERCISE", "precedence": "P3",
        "commodities": ["FIREARM"], "protected_bag": "NONE", "authority": "TREATY",
        "handling": { "tlp": "AMBER_STRICT", "use_code": "H2" }, "languages": ["en-US"],
        "expires": "+96h", "actions": ["INSPECT_XRAY"],
        "content": {
            "shipments": [
                shipment("POST", ("postal_item_id", json!("LX473124829US"))),
                shipment("EXPRESS", ("courier_tracking", json!([{ "carrier": "UPS", "number": "1Z5R89390357567127" }]))),
            ],
            "parties": [
                { "role": "SHIPPER", "name": "Dana Exercise", "address": { "lines": ["2 Sample Road"],
                    "city": "Phoenix", "subdivision": "US-AZ", "postal_code": "85009", "country": "US" } },
                { "role": "CONSIGNEE", "name": "Ramón Ejercicio Núñez", "address": { "lines": ["Calle Ensayo 4"],
                    "city": "Toluca", "subdivision": "MX-MEX", "postal_code": "50000", "country": "MX" } },
            ],
            "firearms": [{ "kind": "PISTOL", "make": "Example", "serial_verbatim": "abo-1047 x", "serial_normalised": "ABO-1047X", "serial_state": "READABLE",
                "quantity": 1, "hs_code": "930200" }],
            "suspicion": { "indicators": [{ "code": "FA01", "strength": 2 }] },
        },
    })
}

fn node(site: &Site, gateway: &str, name: &str, words: &[&str]) -> Output {
    let mut command = Command::new(precinto());
    command.args(words).arg("--node").arg(site.node_file(name));
    command
        .args(["--gateway", gateway])
        .env("LC_ALL", "C.UTF-8");
    command.output().expect("precinto runs")
}

fn object(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stdout);
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{talk}");
    serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
}

#[expect(clippy::disallowed_methods, reason = "a test's own throw-away file")]
fn write(path: &Path, text: &str) -> String {
    std::fs::write(path, text).expect("a file");
    path.to_str().expect("UTF-8").to_owned()
}

/// What is typed, what it is called in English and in Spanish, its code and its normal form, and where it stands; of the first
/// alert, then of the second.
type Row = (
    &'static str,
    [&'static str; 2],
    &'static str,
    &'static str,
    &'static str,
);
const OF_CARGO: &[Row] = &[
    (
        "020 1234 5675",
        ["air waybill", "guía aérea"],
        "waybill",
        "02012345675",
        "shipments[0].master_awb",
    ),
    (
        "hx77120",
        ["house air waybill", "guía aérea house"],
        "house_waybill",
        "HX77120",
        "shipments[0].house_awbs[0]",
    ),
    (
        "AKE 12345 LH",
        ["unit load device", "contenedor aéreo (ULD)"],
        "uld",
        "AKE12345LH",
        "shipments[0].uld_ids[0]",
    ),
    (
        "csqu 305438-3",
        ["container", "contenedor"],
        "container",
        "CSQU3054383",
        "shipments[0].container_ids[0]",
    ),
    (
        "108247",
        ["CAS number", "número CAS"],
        "cas",
        "108247",
        "substances[0].cas_number",
    ),
    (
        "pena hermanos",
        ["name", "nombre"],
        "party",
        "",
        "parties[1].name",
    ),
];
const OF_PARCELS: &[Row] = &[
    (
        "LX 473 124 829 US",
        ["postal item", "envío postal"],
        "s10",
        "LX473124829US",
        "shipments[0].postal_item_id",
    ),
    (
        "1z 5r8 939 03 5756 7127",
        ["courier's tracking number", "número de rastreo"],
        "courier",
        "1Z5R89390357567127",
        "shipments[1].courier_tracking[0].number",
    ),
    (
        "abo1047x",
        ["firearm's serial number", "número de serie del arma"],
        "serial",
        "ABO1047X",
        "firearms[0].serial_verbatim",
    ),
    (
        "NUÑEZ, RAMON",
        ["name", "nombre"],
        "party",
        "",
        "parties[1].name",
    ),
];

/// One identifier, found at one desk: as JSON, and as text in both languages.
fn is_found(site: &Site, gateway: &str, desk: &str, row: &Row, alert: &str) {
    let (typed, names, kind, value, field) = row;
    let found = object(&node(site, gateway, desk, &["find", typed, "-o", "json"]));
    assert_eq!(found["text"], *typed);
    assert!(
        found["as_of"].is_string() && found["unreadable"] == json!([]),
        "{found}"
    );
    let cases = found["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 1, "{desk}: {typed}: {found}");
    assert_eq!(
        (&cases[0]["alert_id"], &cases[0]["standing"]),
        (&json!(alert), &json!("OPEN"))
    );
    let places = cases[0]["places"].as_array().expect("places");
    let place = places
        .iter()
        .find(|place| place["identifier"]["kind"] == *kind);
    let place = place.unwrap_or_else(|| panic!("{typed}: {found}"));
    assert_eq!(place["field"], format!("content.{field}"));
    if !value.is_empty() {
        assert_eq!(place["identifier"]["value"], *value);
    }
    for (lang, name) in ["en", "es"].into_iter().zip(names) {
        let out = node(
            site,
            gateway,
            desk,
            &["find", typed, "--lang", lang, "--offline"],
        );
        let said = String::from_utf8_lossy(&out.stdout);
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            out.status.success() && flat.contains(alert),
            "{typed}: {said}"
        );
        let line = format!("{name} ");
        assert!(
            flat.contains(&line) && flat.contains(field),
            "{line}{field}: {said}"
        );
    }
}

#[test]
fn every_identifier_that_a_person_holds_leads_to_its_alert() {
    let site = Site::new();
    let gateway = site.start();
    let address = gateway.address().to_owned();
    let cargo = write(&site.path().join("cargo.yaml"), CARGO);
    let parcels = write(&site.path().join("parcels.json"), &parcels().to_string());
    let sent = |file: &str| {
        let sent = object(&node(
            &site,
            &address,
            CBP,
            &["send", "alert", file, "-o", "jsonl"],
        ));
        sent["alert_id"].as_str().expect("an id").to_owned()
    };
    let (cargo, parcels) = (sent(&cargo), sent(&parcels));
    for (rows, alert) in [(OF_CARGO, &cargo), (OF_PARCELS, &parcels)] {
        for row in rows {
            is_found(&site, &address, ANAM, row, alert);
            let out = node(&site, &address, "us-atf-hq", &["find", row.0, "-o", "json"]);
            assert_eq!(
                out.status.code(),
                Some(7),
                "nobody told this agency: {}",
                row.0
            );
        }
        // The sender finds what it sent; one that is close is not the same.
        is_found(&site, &address, CBP, &rows[0], alert);
        let out = node(
            &site,
            &address,
            ANAM,
            &["find", "020-12345686", "1Z5R89390357567128"],
        );
        assert_eq!(out.status.code(), Some(7));
    }
    // Several at once, one line of JSON each.
    let words = [
        "find",
        "--each",
        "02012345675",
        "LX473124829US",
        "AKE99999LH",
        "-o",
        "jsonl",
    ];
    let out = node(&site, &address, ANAM, &words);
    assert!(out.status.success());
    let said = String::from_utf8_lossy(&out.stdout);
    let counts: Vec<usize> = said
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .map(|found| found["cases"].as_array().expect("cases").len())
        .collect();
    assert_eq!(counts, [1, 1, 0], "{said}");
    assert!(gateway.stop().success());
    audit(&site);
}
