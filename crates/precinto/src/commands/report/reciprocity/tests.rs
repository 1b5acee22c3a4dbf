//! A made-up month of two sides, in words and drawings: well formed, in both languages, and the same each time.

use super::*;
use precinto_audit::Verdict;
use precinto_audit::reciprocity::{
    Answers, Basis, IndicatorFigures, OverdueFigures, PrecedenceFigures, Recalls, Refusals,
};
use quick_xml::Reader;
use quick_xml::events::Event;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

fn level(
    name: &'static str,
    deadline: Option<u64>,
    counts: [u64; 5],
    times: [u64; 2],
) -> LevelFigures {
    let [in_time, late, missed, open, ended] = counts;
    LevelFigures {
        level: name,
        deadline_ms: deadline,
        in_time,
        late,
        missed,
        open,
        ended,
        p50_ms: Some(times[0]).filter(|_| in_time + late > 0),
        p90_ms: Some(times[1]).filter(|_| in_time + late > 0),
    }
}

fn precedence(
    name: &'static str,
    alerts: u64,
    deadlines: [u64; 3],
    levels: [([u64; 5], [u64; 2]); 3],
) -> PrecedenceFigures {
    let names = ["NODE", "PERSON", "ASSESSED"];
    let all = names.into_iter().zip(deadlines).zip(levels);
    PrecedenceFigures {
        precedence: name,
        alerts,
        levels: all
            .map(|((name, due), (counts, times))| level(name, Some(due), counts, times))
            .collect(),
    }
}

fn indicators(all: &[(&'static str, u64, u64, u64)]) -> Vec<IndicatorFigures> {
    let one = |(indicator, named, right, wrong): &(&'static str, u64, u64, u64)| IndicatorFigures {
        indicator,
        named: *named,
        right: *right,
        wrong: *wrong,
    };
    all.iter().map(one).collect()
}

fn overdue(level: &'static str, step: &'static str, count: u64) -> OverdueFigures {
    OverdueFigures { level, step, count }
}

/// What one side answered well and quickly.
fn south() -> Direction {
    Direction {
        from: "us.dev.invalid".to_owned(),
        to: "mx.dev.invalid".to_owned(),
        alerts: 34,
        parts: 41,
        by_status: [("ACTUAL", 31), ("EXERCISE", 3)].into(),
        by_commodity: [
            ("CHEMICAL_PRECURSOR", 14),
            ("FIREARM", 17),
            ("ILLICIT_DRUG", 4),
        ]
        .into(),
        levels: vec![
            level("NODE", None, [40, 1, 0, 0, 0], [900, 4 * SECOND]),
            level("PERSON", None, [33, 4, 2, 1, 1], [11 * MINUTE, 5 * HOUR]),
            level("ASSESSED", None, [27, 5, 4, 3, 2], [3 * HOUR, 2 * DAY]),
            level("ACTED", None, [19, 0, 0, 22, 0], [9 * HOUR, 3 * DAY]),
        ],
        by_precedence: south_by_precedence(),
        outcomes: [
            ("SEIZED", 9),
            ("PARTIAL", 2),
            ("NEGATIVE_INSPECTION", 6),
            ("ALREADY_DELIVERED", 3),
            ("RELEASED_LEGITIMATE", 2),
        ]
        .into(),
        without_outcome: 19,
        judged: 12,
        quality_sum: 47,
        indicators: indicators(&[
            ("ID04", 6, 3, 1),
            ("DO02", 19, 12, 2),
            ("CH05", 11, 7, 1),
            ("RT02", 5, 0, 2),
        ]),
        unread_bodies: 0,
        requests: Answers {
            asked: 9,
            in_time: 6,
            late: 1,
            missed: 1,
            open: 1,
            ended: 0,
            p50_ms: Some(4 * HOUR),
            p90_ms: Some(DAY),
            verdicts: [("ACCEPTED", 4), ("PARTIAL", 2), ("DECLINED", 1)].into(),
        },
        overdue: south_overdue(),
        cancelled: 2,
        recalls: Recalls {
            alerts: 1,
            confirmed: 1,
            outstanding: 1,
            p50_ms: Some(3 * SECOND),
        },
        refusals: Refusals {
            rejected: 2,
            reasons: [
                ("MISSING_CNE_NAME".to_owned(), 1),
                ("VAGUE_DESCRIPTION".to_owned(), 1),
            ]
            .into(),
            reused_ids: 0,
        },
    }
}

fn south_overdue() -> Vec<OverdueFigures> {
    vec![
        overdue("NODE", "SECOND_REQUEST", 1),
        overdue("PERSON", "SECOND_REQUEST", 6),
        overdue("PERSON", "ALTERNATE_CONTACT", 3),
        overdue("PERSON", "ESCALATION_GROUP", 2),
    ]
}

fn south_by_precedence() -> Vec<PrecedenceFigures> {
    vec![
        precedence(
            "P1",
            6,
            [5 * SECOND, 10 * MINUTE, 30 * MINUTE],
            [
                ([7, 0, 0, 0, 0], [600, 2 * SECOND]),
                ([5, 2, 0, 0, 0], [7 * MINUTE, 14 * MINUTE]),
                ([4, 2, 1, 0, 0], [22 * MINUTE, 55 * MINUTE]),
            ],
        ),
        precedence(
            "P2",
            20,
            [30 * SECOND, HOUR, 8 * HOUR],
            [
                ([23, 1, 0, 0, 0], [SECOND, 9 * SECOND]),
                ([19, 2, 2, 0, 1], [12 * MINUTE, 80 * MINUTE]),
                ([17, 3, 3, 0, 1], [3 * HOUR, 10 * HOUR]),
            ],
        ),
        precedence(
            "P4",
            8,
            [15 * MINUTE, DAY, 7 * DAY],
            [
                ([10, 0, 0, 0, 0], [SECOND, 5 * SECOND]),
                ([9, 0, 0, 1, 0], [2 * HOUR, 19 * HOUR]),
                ([6, 0, 0, 3, 1], [DAY, 4 * DAY]),
            ],
        ),
    ]
}

/// What the other answered seldom and slowly.
fn north() -> Direction {
    Direction {
        from: "mx.dev.invalid".to_owned(),
        to: "us.dev.invalid".to_owned(),
        alerts: 12,
        parts: 12,
        by_status: [("ACTUAL", 12)].into(),
        by_commodity: [("ILLICIT_DRUG", 7), ("ILLICIT_FUEL", 5)].into(),
        levels: vec![
            level("NODE", None, [12, 0, 0, 0, 0], [700, 2 * SECOND]),
            level("PERSON", None, [5, 3, 4, 0, 0], [2 * HOUR, DAY]),
            level("ASSESSED", None, [3, 2, 7, 0, 0], [20 * HOUR, 6 * DAY]),
            level("ACTED", None, [2, 0, 0, 10, 0], [2 * DAY, 9 * DAY]),
        ],
        by_precedence: vec![
            precedence(
                "P2",
                9,
                [30 * SECOND, HOUR, 8 * HOUR],
                [
                    ([9, 0, 0, 0, 0], [700, 2 * SECOND]),
                    ([3, 3, 3, 0, 0], [70 * MINUTE, 11 * HOUR]),
                    ([1, 2, 6, 0, 0], [20 * HOUR, 2 * DAY]),
                ],
            ),
            precedence(
                "P4",
                3,
                [15 * MINUTE, DAY, 7 * DAY],
                [
                    ([3, 0, 0, 0, 0], [SECOND, SECOND]),
                    ([2, 0, 1, 0, 0], [3 * HOUR, DAY]),
                    ([2, 0, 1, 0, 0], [3 * DAY, 6 * DAY]),
                ],
            ),
        ],
        outcomes: [("SEIZED", 2), ("NOT_LOCATED", 1)].into(),
        without_outcome: 9,
        indicators: indicators(&[("DO02", 4, 1, 0), ("FU01", 5, 0, 0)]),
        refusals: Refusals {
            rejected: 0,
            reasons: BTreeMap::new(),
            reused_ids: 1,
        },
        ..Direction::default()
    }
}

fn month() -> Figures {
    Figures {
        schema: "precinto.report.reciprocity/v1",
        from_ms: 1_793_491_200_000,
        to_ms: 1_796_083_200_000,
        only_status: None,
        log: Basis {
            origin: Some("gw.dev.invalid/log/2026".to_owned()),
            tree_size: 412,
            root: Some("RJNzhy+SFQFOXI+SYM1tLUpSX6mVVk1lmSOeVWQw/ng=".to_owned()),
            last_ms: Some(1_796_080_000_000),
            verdict: Verdict::Clean,
            findings: BTreeMap::new(),
            verified: 398,
            left_out: 0,
            missing: 0,
        },
        directions: vec![north(), south()],
    }
}

fn spoilt() -> Figures {
    let mut figures = month();
    figures.log.verdict = Verdict::Findings;
    figures.log.findings = [("BODY", 2), ("TRUST_FROM_LOG", 1)].into();
    figures.log.left_out = 2;
    figures.log.missing = 3;
    figures
}

/// Every element is closed, and nothing is fetched or run.
fn check(page: &str) {
    let mut reader = Reader::from_str(page);
    let mut depth = 0;
    loop {
        match reader.read_event().expect(page) {
            Event::Start(tag) => {
                let name = tag.name();
                assert!(name.as_ref() != b"script", "a page runs nothing");
                depth += 1;
                for attribute in tag.attributes() {
                    let attribute = attribute.expect("well-formed attributes");
                    assert!(
                        !matches!(attribute.key.as_ref(), b"src" | b"href"),
                        "a page fetches nothing"
                    );
                }
            }
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "elements are left open");
    assert!(!page.contains("url(") && !page.contains("@import"));
}

#[test]
fn the_page_is_well_formed_in_both_languages() {
    for (lang, spanish) in [(Lang::En, false), (Lang::Es, true)] {
        for figures in [month(), spoilt()] {
            let text = page(&figures, lang);
            check(&text);
            assert_eq!(text.contains("De un vistazo"), spanish);
            let step = if spanish {
                "grupo de escalamiento"
            } else {
                "escalation group"
            };
            assert!(text.contains(step), "what followed missed deadlines");
            assert_eq!(text, page(&figures, lang), "the same bytes");
        }
    }
    let empty = Figures {
        directions: Vec::new(),
        ..month()
    };
    check(&page(&empty, Lang::En));
}

#[test]
fn a_log_with_findings_says_so_first() {
    for (lang, title) in [(Lang::En, "HAS FINDINGS"), (Lang::Es, "TIENE HALLAZGOS")] {
        let lines = text(&spoilt(), lang);
        assert!(lines[0].contains(title), "{lines:?}");
        assert!(lines[1].contains("BODY (2)"), "{lines:?}");
        assert!(lines[2].starts_with("  2 "), "{lines:?}");
        assert!(
            lines.iter().any(|line| line.starts_with("  3 ")),
            "{lines:?}"
        );
        let page = page(&spoilt(), lang);
        let (caution, figures) = (page.find(title), page.find("<table"));
        assert!(caution.unwrap() < figures.unwrap());
    }
    assert!(!text(&month(), Lang::En).join("\n").contains("FINDINGS"));
    // A clean audit says so, and under whose roots if those were the log's own.
    let mut clean = month();
    assert!(page(&clean, Lang::En).contains("The audit of the log is clean.<br/>"));
    clean.log.findings = [("TRUST_FROM_LOG", 1)].into();
    assert!(page(&clean, Lang::En).contains("clean under the log&#39;s own roots"));
    assert!(page(&clean, Lang::Es).contains("bajo las raíces de la propia bitácora"));
}

#[test]
fn the_text_holds_the_figures_of_both_directions() {
    let all = text(&month(), Lang::En).join("\n");
    for part in [
        "US → MX",
        "MX → US",
        "to 41 addressees",
        "84 % of 39",
        "half in 11 min",
        "53 % of 41",
        "11 seized",
        "43 actual alerts, 3 exercises",
        "1 outstanding",
        "2 escalated",
    ] {
        assert!(all.contains(part), "no {part:?} in\n{all}");
    }
    let spanish = text(&month(), Lang::Es).join("\n");
    for line in all.lines().chain(spanish.lines()) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(
        spanish.contains("Evaluadas a tiempo") && spanish.contains("bitácora"),
        "{spanish}"
    );
}

#[test]
fn the_spreadsheet_has_one_figure_a_line() {
    let bytes = csv(&month()).unwrap();
    let mut rows = ::csv::Reader::from_reader(bytes.as_slice());
    let rows: Vec<::csv::StringRecord> = rows.records().collect::<Result<_, _>>().unwrap();
    let value = |from: &str, figure: &str, code: &str, level: &str, measure: &str| {
        let found = rows.iter().find(|row| {
            [&row[0], &row[2], &row[3], &row[4], &row[5]] == [from, figure, code, level, measure]
        });
        found.map(|row| row[6].to_owned())
    };
    let us = "us.dev.invalid";
    assert_eq!(value(us, "alerts", "", "", "count").unwrap(), "34");
    assert_eq!(value(us, "times", "", "PERSON", "late").unwrap(), "4");
    assert_eq!(
        value(us, "times_by_precedence", "P1", "NODE", "deadline_ms").unwrap(),
        "5000"
    );
    assert_eq!(value(us, "indicators", "DO02", "", "right").unwrap(), "12");
    let escalated = value(us, "overdue", "ESCALATION_GROUP", "PERSON", "count");
    assert_eq!(escalated.unwrap(), "2");
    assert_eq!(
        value("mx.dev.invalid", "reused_ids", "", "", "count").unwrap(),
        "1"
    );
    assert_eq!(value("mx.dev.invalid", "requests", "", "", "p50_ms"), None);
}
