//! What is told to whoever mistypes: all of it at once, in their language, and before anything leaves the building.

use super::keys::{made, node};
use super::{objects, precinto, run, stderr, stdout, text};
use serde_json::Value;
use std::io::Write as _;
use std::path::Path;

/// Nobody listens there: what succeeds was done without a gateway.
const NOWHERE: &str = "127.0.0.1:9";

fn sample_with(folder: &Path, from: &str, to: &str) -> String {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/precursor-us-mx.yaml");
    let sample = std::fs::read_to_string(sample).expect("the sample");
    let changed = sample.replace(from, to);
    assert_ne!(changed, sample, "{from}");
    let path = folder.join("changed.yaml");
    std::fs::File::create(&path)
        .and_then(|mut file| file.write_all(changed.as_bytes()))
        .expect("a draft");
    path.display().to_string()
}

#[test]
fn a_mistyped_digit_is_told_with_what_would_fit_in_either_language() {
    let folder = made();
    let file = sample_with(folder.path(), "865-48291176", "865-48291177");
    let lax = node(folder.path(), "us-cbp-lax");
    for lang in ["en", "es"] {
        let line = [
            "send",
            "alert",
            &file,
            "--node",
            &lax,
            "--gateway",
            NOWHERE,
            "--lang",
            lang,
        ];
        let output = run(&line);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let said = stderr(&output);
        assert!(
            said.contains("content.shipments[0].master_awb: AWB_CHECK_DIGIT"),
            "{said}"
        );
        for (en, es) in [
            ("was refused", "fue rechazado"),
            ("check digit should be", "el dígito verificador debería ser"),
        ] {
            let fits = said.contains(if lang == "es" { es } else { en });
            let alien = said.contains(if lang == "es" { en } else { es });
            assert!(fits && !alien, "{said}");
        }
        assert!(said.contains("865-48291176"), "what would fit: {said}");
    }
}

#[test]
fn programs_get_both_languages() {
    let folder = made();
    let file = sample_with(folder.path(), "865-48291176", "865-48291177");
    let lax = node(folder.path(), "us-cbp-lax");
    let line = ["send", "alert", &file, "--node", &lax, "-o", "json"];
    let said = objects(&run(&line));
    let wrong = &said[0]["violations"][0];
    assert_eq!(wrong["reason"], "AWB_CHECK_DIGIT");
    let has = |key: &str, words: &str| text(wrong, key).starts_with(words);
    assert!(has("detail", "check digit should be"), "{wrong}");
    assert!(has("detail_es", "el dígito verificador debería"), "{wrong}");
    let meant = wrong["proposals"].as_array().expect("proposals");
    assert!(meant.contains(&"865-48291176".into()), "{wrong}");
}

#[test]
fn what_cannot_be_read_and_what_breaks_a_rule_are_told_together() {
    let folder = made();
    let lax = node(folder.path(), "us-cbp-lax");
    let line = [
        "send",
        "rfi",
        "US-CBPLAX-2026-000001W",
        "--precedence",
        "P9",
        "--question",
        "Quién?",
        "--to",
        "mx.dev.invalid/anam",
        "--node",
        &lax,
        "--gateway",
        NOWHERE,
        "--lang",
        "es",
    ];
    let output = run(&line);
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    for expected in [
        "precedence: no existe el código \"P9\"",
        "alert_id: ",
        "refers_to: ",
        "authority: NO_LEGAL_BASIS",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert_eq!(said.matches("precedence: ").count(), 1, "said once: {said}");
}

/// A wrong check character of a tax number, and a consular bag: each is flagged and no more.
#[test]
fn what_would_be_flagged_is_told_beside_what_is_wrong() {
    let folder = made();
    let lax = node(folder.path(), "us-cbp-lax");
    let bag = "protected_bag: CONSULAR";
    let consular = sample_with(folder.path(), "protected_bag: NONE", bag);
    let consular = std::fs::read_to_string(consular).expect("it");
    let consular = consular.replace("ABC010101AB1", "ABC010101AB2");
    let with = |from: &str, to: &str| {
        let changed = consular.replace(from, to);
        assert_ne!(changed, consular, "{from}");
        let path = folder.path().join("wrong.yaml");
        std::fs::File::create(&path)
            .and_then(|mut file| file.write_all(changed.as_bytes()))
            .expect("a draft");
        path.display().to_string()
    };
    let flagged = [
        "protected_bag: CONSULAR_BAG: ",
        "content.parties[1].tax_ids[0]",
    ];
    // Wrong content; a wrong statement, by the name that is typed in the draft; a draft that cannot be read.
    for (from, to, wrong) in [
        (
            "865-48291176",
            "865-48291177",
            "content.shipments[0].master_awb: AWB_CHECK_DIGIT",
        ),
        (
            "last_action: +16h",
            "last_action: +90h",
            "last_action (last_action_ms): TIME_ORDER",
        ),
        ("precedence: P2", "precedence: P7", "precedence: "),
    ] {
        let file = with(from, to);
        for (lang, word) in [("en", "warning: "), ("es", "aviso: ")] {
            for way in [&["--dry-run"][..], &["--gateway", NOWHERE]] {
                let line = ["send", "alert", &file, "--node", &lax, "--lang", lang];
                let output = run(&[line.as_slice(), way].concat());
                let said = stderr(&output);
                assert!(!output.status.success() && said.contains(wrong), "{said}");
                for flagged in flagged {
                    let line = said.find(&format!("{word}{flagged}"));
                    assert!(line > said.find(wrong), "{word}{flagged}: {said}");
                }
            }
        }
        let line = ["send", "alert", &file, "--node", &lax, "--dry-run"];
        let said = objects(&run(&[line.as_slice(), &["-o", "json"]].concat())).remove(0);
        for flagged in ["CONSULAR_BAG", "RFC_CHECK_DIGIT"] {
            let told = said["warnings"].to_string() + &said["message"].to_string();
            assert!(told.contains(flagged), "{said}");
        }
        if said["violations"].is_array() {
            assert!(!said["violations"].to_string().contains("RFC"), "{said}");
        } else {
            let spanish = text(&said, "message_es");
            assert!(
                spanish.contains("aviso: ") && !spanish.contains("did you mean"),
                "{said}"
            );
        }
    }
    let sound = with("pieces: 24", "pieces: 25");
    for (lang, said) in [
        ("en", "would be taken, with 2 warnings (the gateway"),
        ("es", "se aceptaría, con 2 avisos (no se consultó"),
    ] {
        let line = ["send", "alert", &sound, "--node", &lax, "--dry-run"];
        let page = stdout(&run(&[line.as_slice(), &["--lang", lang]].concat()));
        assert!(page.contains(said), "{page}");
    }
}

#[test]
fn whoever_lacks_an_officer_is_told_how_to_name_one() {
    let folder = made();
    let lax = node(folder.path(), "us-cbp-lax");
    let id = "0192f0c1-7a2b-7c3d-8e4f-0123456789ab";
    let to = ["--to", "mx.dev.invalid/anam", "--refers-to", id];
    let line = ["send", "ack", "US-CBPLAX-2026-000001V", "--level", "person"];
    let line = [&line[..], &to, &["--node", &lax, "--dry-run"]].concat();
    for (lang, next) in [("en", "next: Have"), ("es", "siguiente: Pida")] {
        let output = run(&[line.as_slice(), &["--lang", lang]].concat());
        let said = stderr(&output);
        assert!(
            said.contains("officers (required_signers): OFFICER_REQUIRED"),
            "{said}"
        );
        assert!(
            said.contains(next) && said.contains("--officer ID"),
            "{said}"
        );
    }
}

#[test]
fn a_file_that_is_no_yaml_says_so_in_either_language() {
    let folder = made();
    let lax = node(folder.path(), "us-cbp-lax");
    let file = sample_with(folder.path(), "to: [mx", "to: [[mx");
    for (lang, said) in [("en", "not YAML: "), ("es", "no es YAML: ")] {
        let line = ["send", "alert", &file, "--node", &lax, "--lang", lang];
        let output = run(&line);
        assert_eq!(output.status.code(), Some(2));
        let page = stderr(&output);
        assert!(
            page.contains(said) && !page.contains("error: line"),
            "{page}"
        );
    }
}

#[test]
fn a_dry_run_needs_no_gateway_and_says_that_it_asked_none() {
    let folder = made();
    let lax = node(folder.path(), "us-cbp-lax");
    let id = "0192f0c1-7a2b-7c3d-8e4f-0123456789ab";
    let line = [
        "send",
        "cancel",
        "US-CBPLAX-2026-000001V",
        "--refers-to",
        id,
        "--to",
        "mx.dev.invalid/anam",
        "--node",
        &lax,
        "--gateway",
        NOWHERE,
        "--dry-run",
    ];
    let output = run(&line);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("the gateway was not asked"),
        "{}",
        stdout(&output)
    );
    let missing = [&line[..3], &line[5..]].concat();
    let output = run(&[missing.as_slice(), &["-o", "json"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let said = objects(&output).pop().expect("one object");
    assert_eq!(text(&said, "reason"), "FIELD_INVALID", "{said}");
    assert!(
        said["violations"].to_string().contains("refers_to"),
        "{said}"
    );
    let asked = [&line[..line.len() - 1], &["--validate-only"]].concat();
    assert_eq!(
        run(&asked).status.code(),
        Some(6),
        "this one asks the gateway"
    );
}

#[test]
fn a_table_becomes_drafts_by_its_mapping() {
    let folder = made();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::File::create(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .expect("a file");
        path.display().to_string()
    };
    let table = put(
        "hits.csv",
        "\u{feff}AWB,KG,DRUG,HIDDEN\n865-48291176,12.5,heroin,\n,1,cocaine,Body\n865-48291176,2,opium,\n",
    );
    let map = put(
        "map.yaml",
        "skip: { HIDDEN: [Body] }\ncodes:\n  DRUG: { heroin: Heroin }\ndraft:\n  type: ALERT\n  content:\n    shipments: [{ master_awb: \"{AWB}\", gross_weight: \"{KG} KGM\" }]\n    substances: [{ substance_class: DRUG, names: [\"{DRUG}\"] }]\n",
    );
    let output = run(&["draft", "csv", &table, "--map", &map]);
    assert_eq!(output.status.code(), Some(1), "one row was refused");
    let drafts = objects(&output);
    assert_eq!(drafts.len(), 1, "{}", stdout(&output));
    assert_eq!(text(&drafts[0], "tag"), "row 1");
    assert_eq!(
        drafts[0]["content"]["shipments"][0]["gross_weight"],
        "12.5 KGM"
    );
    assert!(
        stderr(&output).contains("row 3: DRUG: \"opium\""),
        "{}",
        stderr(&output)
    );
    let out = folder.path().join("drafts");
    let output = precinto()
        .args(["draft", "csv", &table, "--map", &map, "--out"])
        .arg(&out)
        .output()
        .expect("the binary runs");
    assert!(stdout(&output).is_empty());
    let page = std::fs::read_to_string(out.join("row-000001.yaml")).expect("a draft");
    assert!(
        page.contains("\n#precedence: P2\n")
            && page.contains("protected_bag")
            && page.contains("CONSIGNEE")
            && page.contains("pieces"),
        "{page}"
    );
}

#[test]
fn one_wrong_draft_keeps_back_the_others_and_uses_up_no_number() {
    let folder = made();
    let lax = node(folder.path(), "us-cbp-lax");
    let sound = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/precursor-us-mx.yaml");
    let wrong = sample_with(folder.path(), "865-48291176", "865-48291177");
    let broken = folder.path().join("broken.yaml");
    std::fs::File::create(&broken)
        .and_then(|mut file| file.write_all(b"type: ALERT\nprecedence: P9\n"))
        .expect("a draft");
    let broken = broken.display().to_string();
    let to_nowhere = ["--node", &lax, "--gateway", NOWHERE, "-o", "jsonl"];
    let send = |files: &[&str]| run(&[&["send", "alert"], files, to_nowhere.as_slice()].concat());
    for other in [&wrong, &broken] {
        let output = send(&[sound, other]);
        let code = if *other == wrong { 1 } else { 2 };
        assert_eq!(
            output.status.code(),
            Some(code),
            "nobody was asked: {}",
            stderr(&output)
        );
        let said = objects(&output);
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(
            text(&said[0], "message").starts_with("not sent"),
            "{said:?}"
        );
        assert_eq!(text(&said[1], "tag"), other);
        assert!(said.iter().all(|one| one["ok"] == false), "{said:?}");
    }
    // The counters stand where they stood, if they have been touched at all.
    let counters = |expected: u64| {
        let kept = folder.path().join("state/us-cbp-lax/counters.json");
        let kept = std::fs::read(kept).expect("the counters");
        let kept: Value = serde_json::from_slice(&kept).expect("JSON");
        assert_eq!(kept["sequence"], expected, "{kept}");
        assert_eq!(kept["alert"], expected, "{kept}");
    };
    counters(1);
    assert_eq!(
        send(&[sound]).status.code(),
        Some(6),
        "this one would be sent"
    );
    counters(2);
    let all = [sound, wrong.as_str(), broken.as_str()];
    let output = run(&[
        &["send", "alert"],
        all.as_slice(),
        &["--node", &lax, "--dry-run"],
    ]
    .concat());
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("breaks no rule"),
        "{}",
        stdout(&output)
    );
    for expected in [
        &format!("{wrong} ("),
        "AWB_CHECK_DIGIT",
        &format!("{broken} was refused"),
    ] {
        assert!(
            stderr(&output).contains(expected),
            "{expected}: {}",
            stderr(&output)
        );
    }
    counters(2);
}

#[test]
fn nobody_confirms_a_recall_that_was_not_carried_out() {
    let folder = made();
    let lax = node(folder.path(), "us-cbp-lax");
    let id = "0192f0c1-7a2b-7c3d-8e4f-0123456789ab";
    let line = [
        "send",
        "recall-confirm",
        "US-CBPLAX-2026-000001V",
        "--refers-to",
        id,
        "--alert-version",
        "1",
        "--to",
        "mx.dev.invalid/anam",
        "--measure",
        "ERASE",
        "--copies",
        "0",
        "--done=-1m",
        "--node",
        &lax,
        "--gateway",
        NOWHERE,
    ];
    for way in ["--dry-run", "--validate-only", "--sign-only"] {
        let file = folder.path().join("kept.signed").display().to_string();
        let way: &[&str] = if way == "--sign-only" {
            &[way, &file]
        } else {
            &[way]
        };
        let output = run(&[line.as_slice(), way].concat());
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let said = stderr(&output);
        assert!(
            said.contains("no recall was carried out here") && said.contains("--elsewhere"),
            "{said}"
        );
        assert!(std::fs::metadata(&file).is_err());
    }
    let output = run(&[line.as_slice(), &["--dry-run", "--elsewhere"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}
