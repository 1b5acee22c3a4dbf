//! A short list in words: its term, its counterparts, its page.

use super::*;
use precinto_audit::Verdict;
use precinto_audit::exchange::Communication;
use precinto_audit::reciprocity::Basis;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::{BTreeMap, BTreeSet};

fn list() -> Exchanges {
    let names = |all: &[&str]| {
        all.iter()
            .map(|one| (*one).to_owned())
            .collect::<BTreeSet<_>>()
    };
    let message = Communication {
        index: 12,
        time_ms: 1_793_491_260_000,
        due_ms: 1_793_491_260_000 + 3 * 86_400_000,
        sent: true,
        agencies: names(&["mx.dev.invalid/anam"]),
        counterparts: names(&["us.dev.invalid/cbp", "us.dev.invalid/dea"]),
        message_type: "ACK",
        status: "ACTUAL",
        alert_id: Some("US-CBPLAX-2026-000001V".to_owned()),
        message_id: "01a205de-c575-74fa-8ab9-bc76cbf5eb5b".to_owned(),
        officers: names(&["spiffe://mx.dev.invalid/agency/anam/officer/hernandez"]),
    };
    Exchanges {
        schema: "precinto.report.exchange/v1",
        from_ms: 1_793_491_200_000,
        to_ms: 1_796_083_200_000,
        agencies: names(&["mx.dev.invalid/anam"]),
        officers: BTreeSet::new(),
        only_status: None,
        term_ms: 3 * 86_400_000,
        log: Basis {
            origin: Some("gw.dev.invalid/log/2026".to_owned()),
            tree_size: 20,
            root: None,
            last_ms: Some(1_793_500_000_000),
            verdict: Verdict::Clean,
            findings: BTreeMap::new(),
            verified: 9,
            left_out: 0,
            missing: 0,
        },
        messages: vec![message],
    }
}

#[test]
fn a_message_has_its_term_and_its_counterparts_in_both_languages() {
    let rules = Rules::load(None).unwrap();
    let english = text(&list(), &rules, Lang::En).join("\n");
    for part in [
        "#12  2026-11-01 00:01Z  acknowledgement  US-CBPLAX-2026-000001V",
        "sent to us.dev.invalid/cbp, us.dev.invalid/dea",
        "report by 2026-11-04 00:01Z; hernandez",
    ] {
        assert!(english.contains(part), "no {part:?} in\n{english}");
    }
    let spanish = text(&list(), &rules, Lang::Es).join("\n");
    assert!(
        spanish.contains("enviado a us.dev.invalid/cbp"),
        "{spanish}"
    );
    let machine = json(&list(), &rules);
    assert_eq!(machine["schema"], "precinto.report.exchange/v1");
    assert_eq!(machine["rules"]["recipient"][1]["short"], "SSPC");
    let lines = csv(&list()).unwrap();
    assert_eq!(lines.split(|byte| *byte == b'\n').count(), 3);
}

#[test]
fn the_page_is_well_formed_and_shows_foreign_text_as_text() {
    let rules = Rules::load(None).unwrap();
    let mut odd = list();
    let foreign = "<script>alert(1)</script> & \u{1b}".to_owned();
    odd.messages[0].counterparts.insert(foreign);
    for lang in [Lang::En, Lang::Es] {
        let page = page(&odd, &rules, lang);
        assert!(
            !page.contains("<script") && page.contains("&lt;script&gt;"),
            "{page}"
        );
        let mut reader = Reader::from_str(&page);
        while !matches!(reader.read_event().expect("well-formed"), Event::Eof) {}
    }
}
