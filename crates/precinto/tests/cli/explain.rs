//! Every code is explained in both languages; unknown ones are met with the nearest.

use super::{objects, run, stderr, stdout, text};
use serde_json::Value;

#[test]
fn reasons_in_both_languages() {
    let english = stdout(&run(&["explain", "CERT_REVOKED"]));
    assert!(
        english.contains("The certificate has been revoked."),
        "{english}"
    );
    let spanish = stdout(&run(&["--lang", "es", "explain", "cert-revoked"]));
    assert!(
        spanish.starts_with("CERT_REVOKED  (motivo)\n"),
        "the code never changes: {spanish}"
    );
    assert!(spanish.contains("revocado"), "{spanish}");
}

#[test]
fn codes_say_an_example_and_what_to_do_next() {
    let cases = [
        ("ch01", "CH01  (", "PEN Online", "COFEPRIS"),
        ("ACTION_CODE_HOLD", "HOLD  (", "HOLD_SET", "retener"),
        ("seized", "SEIZED  (", "seizure_form", "asegurado"),
        (
            "TLP:AMBER+STRICT",
            "AMBER_STRICT  (",
            "DISSEMINATION_REQUEST",
            "dependencia",
        ),
        ("H1", "H1  (", "originator", "carpeta"),
        ("us:les", "US:LES  (", "law enforcement", "originador"),
        ("LES", "US:LES  (", "law enforcement", "originador"),
        ("p1", "P1  (", "10 minutes", "10 minutos"),
        (
            "MX_ASEGURAMIENTO",
            "MX_ASEGURAMIENTO  (",
            "carpeta",
            "carpeta de investigación",
        ),
        ("UNLAWFUL", "UNLAWFUL  (", "warrant", "orden judicial"),
    ];
    for (code, start, english_part, spanish_part) in cases {
        let english = stdout(&run(&["explain", code]));
        assert!(english.starts_with(start), "{code}: {english}");
        assert!(english.contains(english_part), "{code}: {english}");
        assert!(
            english.contains("  example ") && english.contains("  next "),
            "{english}"
        );
        let spanish = stdout(&run(&["--lang", "es", "explain", code]));
        assert!(spanish.starts_with(start), "{code}: {spanish}");
        assert!(
            spanish
                .to_lowercase()
                .contains(&spanish_part.to_lowercase()),
            "{code}: {spanish}"
        );
        assert!(
            spanish.contains("  ejemplo ") && spanish.contains("  siguiente "),
            "{spanish}"
        );
    }
}

#[test]
fn a_code_of_several_families_is_shown_for_each() {
    let all = objects(&run(&["-o", "json", "explain", "PARTIAL"]));
    let families: Vec<&str> = all.iter().map(|one| text(one, "family")).collect();
    assert_eq!(
        families,
        ["verdict", "hold_state", "outcome", "serial_state"]
    );
    let people = stdout(&run(&["explain", "partial"]));
    for title in ["(answer to an action)", "(state of a hold)", "(outcome)"] {
        assert!(people.contains(title), "{people}");
    }
    let one = objects(&run(&[
        "-o", "json", "explain", "PARTIAL", "--family", "outcome",
    ]));
    assert_eq!(one.len(), 1);
    let fields = one.first().and_then(|one| one.get("fields")).unwrap();
    assert_eq!(fields, &serde_json::json!(["Statement.outcome_code"]));
    // To ask that a hold be lifted, and to say that it was: each names the other.
    let ask = stdout(&run(&["explain", "RELEASE_HOLD"]));
    let report = stdout(&run(&["explain", "HOLD_RELEASE"]));
    assert!(
        ask.contains("HOLD_RELEASE") && report.contains("RELEASE_HOLD"),
        "{ask}{report}"
    );
}

#[test]
fn indicators_name_where_they_come_from() {
    let found = objects(&run(&["-o", "json", "explain", "ID05"]));
    let sources = found
        .first()
        .and_then(|one| one.get("sources"))
        .and_then(Value::as_array);
    let letters: Vec<&str> = sources
        .unwrap()
        .iter()
        .map(|one| text(one, "letter"))
        .collect();
    assert_eq!(letters, ["A", "O"]);
    let spanish = stdout(&run(&["--lang", "es", "explain", "FU02"]));
    assert!(spanish.contains("huachicol fiscal"), "{spanish}");
}

#[test]
fn the_list_is_complete_for_machines() {
    let output = run(&["-o", "jsonl", "explain"]);
    let all = objects(&output);
    let reasons = all
        .iter()
        .filter(|one| text(one, "schema") == "precinto.reason/v1");
    assert!(reasons.count() > 100);
    let codes = all
        .iter()
        .filter(|one| text(one, "schema") == "precinto.code/v1");
    assert!(codes.count() > 300);
    for one in &all {
        let fields: &[&str] = match text(one, "schema") {
            "precinto.reason/v1" => &["text", "example", "next"],
            _ => &["title", "label", "example", "next"],
        };
        for field in fields {
            let both = one.get(field).expect("both languages");
            assert!(
                both.is_null() || !text(both, "en").is_empty() && !text(both, "es").is_empty(),
                "{one}"
            );
        }
    }
}

#[test]
fn the_list_for_people_is_cut_by_family() {
    let all = stdout(&run(&["explain"]));
    for heading in [
        "risk indicator (indicator)",
        "outcome (outcome)",
        "reason (reason)",
        "mark (mark)",
    ] {
        assert!(all.lines().any(|line| line == heading), "{heading}");
    }
    let indicators = stdout(&run(&["explain", "indicator"]));
    let rows = indicators.lines().filter(|line| line.starts_with("  "));
    assert_eq!(rows.count(), 49, "48 and the heading: {indicators}");
}

#[test]
fn messages_say_what_comes_nearest_in_systems_that_people_know() {
    let page = stdout(&run(&["explain", "CANCEL"]));
    assert!(page.contains("CAP Cancel; ICS2 Q04"), "{page}");
    let object = objects(&run(&["-o", "json", "explain", "CANCEL"])).remove(0);
    assert_eq!(object["nearest"][0]["system"], "CAP");
    assert!(!stdout(&run(&["explain", "SEIZED"])).contains("elsewhere"));
}

#[test]
fn codes_of_lists_that_alerts_quote_are_explained_too() {
    for (asked, code, english, spanish) in [
        ("kgm", "KGM", "kilograms", "kilogramos"),
        ("kg", "KGM", "kilograms", "kilogramos"),
        ("MX-DIF", "MX-CMX", "Mexico City", "Ciudad de México"),
        ("MX-JAL", "MX-JAL", "Jalisco", "Jalisco"),
        ("cn", "CN", "China", "China"),
        ("DE", "DE", "Germany", "Alemania"),
        ("NLU", "NLU", "airport in Mexico", "aeropuerto en México"),
        (
            "DGR",
            "DGR",
            "may also be a special handling code (IATA), of which there is no list here",
            "también puede ser un código de manejo especial (IATA), del que no hay lista aquí",
        ),
        ("108-24-7", "108-24-7", "UN1715", "UN1715"),
        ("UN 1203", "UN1203", "class       3", "clase       3"),
        ("UN2924", "UN2924", "not listed here", "no figuran aquí"),
        ("mxn", "MXN", "Mexican Peso", "peso mexicano"),
        ("MXN", "MXN", "airport in France", "aeropuerto en Francia"),
        ("FOB", "FOB", "free on board", "franco a bordo"),
        ("GR", "GRM", "grams", "gramos"),
        ("GR", "GRM", "Greece", "Grecia"),
    ] {
        for (lang, said) in [("en", english), ("es", spanish)] {
            let page = stdout(&run(&["--lang", lang, "explain", asked]));
            assert!(page.starts_with(&format!("{code}  (")), "{page}");
            assert!(page.contains(said), "{page}");
        }
        let object = objects(&run(&["-o", "json", "explain", asked])).remove(0);
        assert_eq!(text(&object, "code"), code);
        assert!(object["label"]["es"].is_string(), "{object}");
    }
}

/// Three letters that only an airport has may be how goods are handled; four of them, or what a list has besides, are not.
#[test]
fn of_special_handling_codes_there_is_no_list() {
    for (asked, perhaps) in [
        ("AVI", true),
        ("PER", true),
        ("KLAX", false),
        ("MXN", false),
        ("DE", false),
    ] {
        let all = objects(&run(&["-o", "jsonl", "explain", asked]));
        assert!(!all.is_empty(), "{asked}");
        let told =
            |one: &Value| one["perhaps"]["es"].is_string() && one["perhaps"]["en"].is_string();
        assert_eq!(all.iter().any(told), perhaps, "{asked}: {all:?}");
    }
}

#[test]
fn an_unknown_code_is_not_found() {
    for (asked, meant) in [
        ("H4", "precinto explain H"),
        ("P9", "precinto explain P"),
        ("CERT_REVOKD", "precinto explain CERT_REVOKED"),
        ("SEIZD", "precinto explain SEIZED"),
        ("NEGATIVE_INSPECION", "precinto explain NEGATIVE_INSPECTION"),
    ] {
        let output = run(&["explain", asked]);
        assert_eq!(output.status.code(), Some(7));
        assert!(stderr(&output).contains(meant), "{}", stderr(&output));
    }
    let output = run(&["explain", "--family", "outcom"]);
    assert_eq!(output.status.code(), Some(7));
    assert!(
        stderr(&output).contains("--family outcome"),
        "{}",
        stderr(&output)
    );
}
