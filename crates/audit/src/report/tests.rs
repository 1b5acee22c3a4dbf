//! What a report says to people and to machines.

use super::*;
use crate::finding::{Kind, Place};
use precinto_alert::Lang;

fn report(kinds: Vec<Kind>) -> Report {
    let mut findings = Findings::default();
    for kind in kinds {
        findings.push(Finding {
            kind,
            place: Place::entry(3),
        });
    }
    let expect = Expect {
        key: LogKey::Unknown,
        trust: None,
        witnesses: Vec::new(),
        now_ms: 0,
    };
    Report::new(
        &Tally::default(),
        None,
        (4, Some([7; 32])),
        findings,
        &expect,
    )
}

#[test]
fn the_worst_finding_decides_the_verdict() {
    let note = Kind::from(crate::finding::Damage::TornTail { bytes: 1 });
    let (gap, fault) = (Kind::Withheld, Kind::Commitment);
    for (kinds, verdict, code) in [
        (vec![], Verdict::Clean, 0),
        (vec![note.clone()], Verdict::Clean, 0),
        (vec![note.clone(), gap.clone()], Verdict::Inconclusive, 4),
        (vec![fault.clone(), gap, note], Verdict::Findings, 3),
        (vec![fault], Verdict::Findings, 3),
    ] {
        let report = report(kinds);
        assert_eq!((report.verdict(), report.exit_code()), (verdict, code));
        assert_eq!(report.findings_count() == 0, verdict == Verdict::Clean);
    }
}

#[test]
fn a_flood_of_findings_is_counted_but_not_kept() {
    let report = report(vec![Kind::Commitment; 1_000]);
    assert_eq!((report.faults(), report.findings.len()), (1_000, 100));
    assert_eq!(report.counts.get("COMMITMENT"), Some(&1_000));
    let text = report.to_string();
    assert!(text.contains("and 900 more of the same kinds"));
    assert!(text.contains("  leaves          1000 faults"), "{text}");
}

#[test]
fn the_text_has_the_verdict_first_and_the_limits_last() {
    let text = report(vec![Kind::Commitment]).to_string();
    assert!(
        text.starts_with("FINDINGS   log unknown, 0 entries\n"),
        "{text}"
    );
    assert!(text.contains("  leaves          1 fault"), "{text}");
    assert!(
        text.contains("fault  COMMITMENT             entry 3: record and salt"),
        "{text}"
    );
    assert!(
        text.ends_with("or that nobody else has read them.\n"),
        "{text}"
    );
    assert!(text.contains("Not proven: whose roots these are"), "{text}");
}

#[test]
fn the_reader_gets_the_findings_in_the_own_language() {
    let text = report(vec![Kind::Commitment]).text(Lang::Es);
    assert!(
        text.contains("falla  COMMITMENT             entrada 3: el registro y la sal no son"),
        "{text}"
    );
    assert!(!text.contains("record and salt"), "{text}");
    assert!(text.contains("de otros        nada dado"), "{text}");
}

#[test]
fn a_verdict_under_the_logs_own_roots_says_so() {
    let text = report(Vec::new()).to_string();
    assert!(
        text.starts_with("CLEAN (under the log's own roots)   log"),
        "{text}"
    );
}

#[test]
fn machines_get_the_same() {
    let json = serde_json::to_value(report(vec![Kind::Withheld])).unwrap();
    assert_eq!(json["schema"], "precinto.audit.log/v1");
    assert_eq!(json["verdict"], "inconclusive");
    assert_eq!(json["tree_size"], 4);
    assert_eq!(json["key"], "unknown");
    assert_eq!(json["gaps"], 1);
    assert_eq!(json["findings"][0]["code"], "WITHHELD");
    assert_eq!(json["findings"][0]["where"]["entry"], 3);
}
