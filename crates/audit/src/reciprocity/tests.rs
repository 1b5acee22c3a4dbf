//! A history of two sides, counted twice: by the fold, and by hand or by a few lines that know nothing of it.

use super::*;
use crate::specimen::story::{ANAM, CBP, DAY, DEA, FGR, HOUR, MINUTE, SECOND, START_MS, Story};
use crate::specimen::{Site, steps};
use precinto_alert::code::Precedence as P;
use precinto_proto::v1 as pb;

fn scope() -> Scope {
    Scope {
        period: Period {
            from_ms: START_MS,
            to_ms: START_MS + 30 * DAY,
        },
        status: None,
        sides: Vec::new(),
    }
}

/// What an audit says of a log that ended `last` after the story's start.
fn audit(last: u64) -> Report {
    let site = Site::new();
    let bytes = site.segment(&site.drafts(), &[8]);
    let mut report = crate::replay(steps(bytes), site.expect(), Vec::new(), &mut |_| {});
    report.last_ms = Some(START_MS + last);
    report
}

fn count(story: &Story, scope: Scope, last: u64) -> Figures {
    let mut reciprocity = Reciprocity::new(scope);
    story
        .entries
        .iter()
        .for_each(|entry| reciprocity.take(entry));
    reciprocity.finish(&audit(last))
}

/// In time, late, missed, open, ended.
fn fates(level: &LevelFigures) -> [u64; 5] {
    [
        level.in_time,
        level.late,
        level.missed,
        level.open,
        level.ended,
    ]
}

fn towards<'a>(figures: &'a Figures, from: &str) -> &'a Direction {
    let mut all = figures.directions.iter();
    all.find(|one| one.from.starts_with(from)).unwrap()
}

/// Four alerts southwards, one northwards; every figure below was counted by hand.
fn a_week() -> Story {
    let mut story = Story::default();
    // P1, acknowledged in time by machine and person, assessed late, seized; one indicator right, one wrong.
    let first = story.alert(0, CBP, &[ANAM], P::P1, &["DO02", "CH05"]);
    story.ack(3 * SECOND, ANAM, first, pb::AckLevel::Node);
    story.ack(9 * MINUTE, ANAM, first, pb::AckLevel::Person);
    story.say(31 * MINUTE, ANAM, CBP, first, pb::MessageType::Assessment);
    story.outcome(
        HOUR,
        ANAM,
        first,
        pb::OutcomeCode::PendingLab,
        &[("DO02", false)],
    );
    story.outcome(
        2 * DAY,
        ANAM,
        first,
        pb::OutcomeCode::Seized,
        &[("DO02", true), ("CH05", false)],
    );
    // P4 to two agencies there and one here: one declines at once, one says nothing until it is too late.
    let second = story.alert(DAY, CBP, &[ANAM, FGR, DEA], P::P4, &["DO02"]);
    story.reject(DAY + 2 * MINUTE, FGR, second);
    story.ack(9 * DAY, ANAM, second, pb::AckLevel::Assessed);
    // P2, cancelled before a person had to look; the machine was too slow.
    let third = story.alert(2 * DAY, CBP, &[ANAM], P::P2, &[]);
    story.ack(2 * DAY + 31 * SECOND, ANAM, third, pb::AckLevel::Node);
    story.say(
        2 * DAY + 50 * MINUTE,
        CBP,
        ANAM,
        third,
        pb::MessageType::Cancel,
    );
    // P3, recalled and confirmed by one of two; a question goes back and is answered in time.
    let fourth = story.alert(3 * DAY, CBP, &[ANAM, FGR], P::P3, &["RT01"]);
    let asked = story.say(3 * DAY + HOUR, ANAM, CBP, fourth, pb::MessageType::Rfi);
    story.reply(
        3 * DAY + 2 * HOUR,
        CBP,
        ANAM,
        asked,
        pb::MessageType::RfiResponse,
    );
    story.say(4 * DAY, CBP, ANAM, fourth, pb::MessageType::Recall);
    story.say(
        4 * DAY + 3 * MINUTE,
        ANAM,
        CBP,
        fourth,
        pb::MessageType::RecallConfirm,
    );
    // Northwards one alert, nine days after, and the log ends an hour later.
    story.alert(9 * DAY, FGR, &[DEA], P::P2, &["FA01"]);
    story.reuse(9 * DAY + MINUTE, FGR);
    story
}

#[test]
fn each_figure_of_a_week_is_the_one_counted_by_hand() {
    let figures = count(&a_week(), scope(), 9 * DAY + HOUR);
    assert_eq!(figures.directions.len(), 2);
    let south = towards(&figures, "us.");
    assert_eq!((south.alerts, south.parts), (4, 6));
    // Node: 3 s, 2 min, 8 d late, 31 s late, 1 h late (by its question), FGR's silence of day 3 missed.
    assert_eq!(fates(&south.levels[0]), [2, 3, 1, 0, 0]);
    // Person: 9 min, 2 min and 1 h in time, 8 d late; the cancelled one ended, the recalled one missed at 8 h.
    assert_eq!(fates(&south.levels[1]), [3, 1, 1, 0, 1]);
    // Assessed: FGR's refusal and ANAM's question in time, 31 min and 8 d late; one ended by cancelling, one by the recall.
    assert_eq!(fates(&south.levels[2]), [2, 2, 0, 0, 2]);
    // The first case was closed by its final outcome.
    assert_eq!(fates(&south.levels[3]), [0, 0, 0, 2, 4]);
    assert_eq!(south.levels[0].p50_ms, Some(2 * MINUTE));
    assert_eq!(south.levels[0].p90_ms, Some(8 * DAY));
    assert_eq!(south.levels[1].p50_ms, Some(9 * MINUTE));
    assert_eq!(south.levels[0].percent_in_time(), Some(33));
    let p1 = &south.by_precedence[0];
    assert_eq!((p1.precedence, p1.alerts), ("P1", 1));
    assert_eq!(p1.levels[1].deadline_ms, Some(10 * MINUTE));
    assert_eq!(south.outcomes, [("SEIZED", 1)].into());
    assert_eq!(
        (south.without_outcome, south.judged, south.quality_sum),
        (5, 1, 4)
    );
    let indicators: Vec<_> = south
        .indicators
        .iter()
        .map(|one| (one.indicator, one.named, one.right, one.wrong))
        .collect();
    assert_eq!(
        indicators,
        [("DO02", 2, 1, 0), ("RT01", 1, 0, 0), ("CH05", 1, 0, 1)]
    );
    assert_eq!((south.cancelled, south.recalls.alerts), (1, 1));
    assert_eq!((south.recalls.confirmed, south.recalls.outstanding), (1, 1));
    assert_eq!(south.recalls.p50_ms, Some(3 * MINUTE));
    assert_eq!((south.refusals.rejected, south.refusals.reused_ids), (1, 0));
    assert_eq!(
        south.refusals.reasons,
        [("MISSING_CNE_NAME".to_owned(), 1)].into()
    );
    assert_eq!(south.by_commodity, [("ILLICIT_FUEL", 4)].into());
    assert_eq!(south.requests.asked, 0);

    let north = towards(&figures, "mx.");
    assert_eq!((north.alerts, north.parts), (1, 1));
    assert_eq!(fates(&north.levels[0]), [0, 0, 1, 0, 0]);
    // The log ended exactly at the person's deadline: still open.
    assert_eq!(fates(&north.levels[1]), [0, 0, 0, 1, 0]);
    assert_eq!(north.levels[1].p50_ms, None);
    assert_eq!((north.requests.asked, north.requests.in_time), (1, 1));
    assert_eq!(north.requests.p50_ms, Some(HOUR));
    assert_eq!(north.refusals.reused_ids, 1);
}

#[test]
fn deadlines_are_those_by_which_the_gateway_asks_again() {
    let (person, assessed) = (1, 2);
    let mut story = Story::default();
    let alert = story.alert(0, CBP, &[ANAM], P::P1, &[]);
    let asked = story.say(MINUTE, CBP, ANAM, alert, pb::MessageType::Rfi);
    // Time for the answer to a question is no time for the alert, and an answer within it is in time.
    story.more_time(2 * MINUTE, ANAM, asked, 20 * HOUR);
    story.ack(HOUR, ANAM, alert, pb::AckLevel::Assessed);
    story.reply(12 * HOUR, ANAM, CBP, asked, pb::MessageType::RfiResponse);
    // Time asked for when the assessment was due already heals nothing.
    let second = story.alert(DAY, CBP, &[ANAM], P::P1, &[]);
    story.ack(DAY + SECOND, ANAM, second, pb::AckLevel::Node);
    story.more_time(DAY + 31 * MINUTE, ANAM, second, DAY + 9 * HOUR);
    story.ack(DAY + 8 * HOUR, ANAM, second, pb::AckLevel::Assessed);
    // What is answered after it was cancelled was not asked for any more.
    let third = story.alert(2 * DAY, CBP, &[ANAM], P::P2, &[]);
    story.say(2 * DAY + MINUTE, CBP, ANAM, third, pb::MessageType::Cancel);
    story.ack(2 * DAY + 2 * HOUR, ANAM, third, pb::AckLevel::Person);
    // Nobody waits for the answer to a question in a case that was closed.
    let fourth = story.alert(3 * DAY, CBP, &[ANAM], P::P1, &[]);
    story.say(3 * DAY + SECOND, ANAM, CBP, fourth, pb::MessageType::Rfi);
    story.outcome(3 * DAY + MINUTE, ANAM, fourth, pb::OutcomeCode::Seized, &[]);
    let figures = count(&story, scope(), 9 * DAY);
    let south = towards(&figures, "us.");
    assert_eq!(fates(&south.levels[assessed]), [1, 2, 0, 0, 1]);
    assert_eq!(fates(&south.levels[person]), [1, 2, 0, 0, 1]);
    assert_eq!((south.requests.in_time, south.requests.late), (1, 0));
    let north = towards(&figures, "mx.").requests.clone();
    assert_eq!((north.asked, north.ended, north.missed), (1, 1, 0));
}

#[test]
fn missed_deadlines_are_counted_where_one_side_waits_for_the_other() {
    use pb::OverdueStep as S;
    let mut story = Story::default();
    let alert = story.alert(0, CBP, &[ANAM, DEA], P::P1, &[]);
    story.overdue(
        6 * SECOND,
        ANAM,
        alert,
        pb::AckLevel::Node,
        S::SecondRequest,
    );
    // DEA is of the sender's own side.
    story.overdue(6 * SECOND, DEA, alert, pb::AckLevel::Node, S::SecondRequest);
    story.overdue(
        11 * SECOND,
        ANAM,
        alert,
        pb::AckLevel::Node,
        S::AlternateContact,
    );
    story.overdue(
        601 * SECOND,
        ANAM,
        alert,
        pb::AckLevel::Person,
        S::SecondRequest,
    );
    let figures = count(&story, scope(), DAY);
    let rows = |from: &str| -> Vec<_> {
        let way = towards(&figures, from);
        let rows = way.overdue.iter();
        rows.map(|one| (one.level, one.step, one.count)).collect()
    };
    assert_eq!(
        rows("us."),
        [
            ("NODE", "SECOND_REQUEST", 1),
            ("NODE", "ALTERNATE_CONTACT", 1),
            ("PERSON", "SECOND_REQUEST", 1)
        ]
    );
    assert_eq!(rows("mx."), []);
    // Of alerts of another time nothing is counted.
    let mut later = scope();
    later.period.from_ms += SECOND;
    let figures = count(&story, later, DAY);
    assert_eq!(towards(&figures, "us.").overdue, []);
}

#[test]
fn the_period_is_of_alerts_and_a_status_narrows_it() {
    let mut narrow = scope();
    narrow.period.from_ms = START_MS + DAY;
    narrow.period.to_ms = START_MS + 9 * DAY;
    let figures = count(&a_week(), narrow, 20 * DAY);
    let south = towards(&figures, "us.");
    assert_eq!(south.alerts, 3, "the first is of the day before");
    assert_eq!(south.levels[2].late, 1, "an answer after the period is one");
    let north = towards(&figures, "mx.");
    assert_eq!(
        (north.alerts, north.refusals.reused_ids),
        (0, 0),
        "the end is not in it"
    );
    let mut actual = scope();
    actual.status = Some(MessageStatus::Actual);
    let figures = count(&a_week(), actual, 20 * DAY);
    assert_eq!(towards(&figures, "us.").alerts, 0, "all were exercises");
    assert_eq!(figures.only_status, Some("ACTUAL"));
}

#[test]
fn sides_that_say_nothing_have_their_noughts() {
    let mut empty = scope();
    empty.sides = vec![
        "mx.dev.invalid".parse().unwrap(),
        "us.dev.invalid".parse().unwrap(),
    ];
    let figures = count(&Story::default(), empty, 0);
    let ways: Vec<_> = figures
        .directions
        .iter()
        .map(|one| (&*one.from, &*one.to, one.alerts))
        .collect();
    let (mx, us) = ("mx.dev.invalid", "us.dev.invalid");
    assert_eq!(ways, [(mx, us, 0), (us, mx, 0)]);
}

#[test]
fn the_same_log_gives_the_same_bytes() {
    let audit = audit(9 * DAY);
    let bytes = || {
        let mut reciprocity = Reciprocity::new(scope());
        let story = a_week();
        story
            .entries
            .iter()
            .for_each(|entry| reciprocity.take(entry));
        serde_json::to_string(&reciprocity.finish(&audit)).unwrap()
    };
    assert_eq!(bytes(), bytes());
}

/// Deadlines of machine, person and assessment by precedence, as the data model's table has them.
const TABLE: [[u64; 3]; 4] = [
    [5 * SECOND, 10 * MINUTE, 30 * MINUTE],
    [30 * SECOND, HOUR, 8 * HOUR],
    [5 * MINUTE, 8 * HOUR, 3 * DAY],
    [15 * MINUTE, DAY, 7 * DAY],
];

/// One row of the spreadsheet: which alert, southwards, precedence, and how long each level took.
type Row = (u64, bool, usize, [Option<u64>; 3]);

/// An alert an hour, in any direction and of any precedence, acknowledged as far as it pleases and when it pleases.
fn history() -> (Story, Vec<Row>) {
    let precedences = [P::P1, P::P2, P::P3, P::P4];
    let levels = [
        pb::AckLevel::Node,
        pb::AckLevel::Person,
        pb::AckLevel::Assessed,
    ];
    let (mut story, mut rows, mut seed) = (Story::default(), Vec::new(), 7_u64);
    let mut below = |limit: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % limit
    };
    for number in 0..400 {
        let (south, urgency) = (below(2) == 0, usize::try_from(below(4)).unwrap());
        let (from, to) = if south { (CBP, ANAM) } else { (FGR, DEA) };
        let alert = story.alert(number * HOUR, from, &[to], precedences[urgency], &[]);
        let (mut took, mut after) = ([None; 3], 0);
        for level in 0..usize::try_from(below(4)).unwrap() {
            after += 1 + below(TABLE[urgency][level] * 3 / 2);
            took[level] = Some(after);
            story.ack(number * HOUR + after, to, alert, levels[level]);
        }
        rows.push((number, south, urgency, took));
    }
    story.sort();
    (story, rows)
}

/// Many random alerts, counted again by what a spreadsheet would do with one row a part.
#[test]
fn a_long_history_agrees_with_a_spreadsheet() {
    let (story, rows) = history();
    let end = 401 * HOUR;
    let figures = count(&story, scope(), end);
    for south in [true, false] {
        let direction = towards(&figures, if south { "us." } else { "mx." });
        let mine: Vec<&Row> = rows.iter().filter(|row| row.1 == south).collect();
        assert_eq!(direction.alerts, mine.len() as u64);
        for level in 0..3 {
            let (mut by_hand, mut took) = ([0; 5], Vec::new());
            for (number, _, urgency, times) in &mine {
                let due = TABLE[*urgency][level];
                let fate = match times[level] {
                    Some(time) if time <= due => 0,
                    Some(_) => 1,
                    None if number * HOUR + due < end => 2,
                    None => 3,
                };
                by_hand[fate] += 1;
                took.extend(times[level]);
            }
            took.sort_unstable();
            let shown = &direction.levels[level];
            assert_eq!(fates(shown), by_hand, "{south} {level}");
            assert_eq!(shown.p50_ms, Some(took[took.len().div_ceil(2) - 1]));
            assert_eq!(shown.p90_ms, Some(took[(took.len() * 9).div_ceil(10) - 1]));
        }
        for shown in &direction.by_precedence {
            let urgency = ["P1", "P2", "P3", "P4"]
                .iter()
                .position(|one| *one == shown.precedence);
            let rows = mine.iter().filter(|row| Some(row.2) == urgency).count();
            assert_eq!(shown.alerts, rows as u64);
        }
    }
}

/// The figures of a log of these entries.
fn of_log(site: &Site, drafts: &[crate::specimen::Draft]) -> Figures {
    let bytes = site.segment(drafts, &[8]);
    let mut replay = crate::Replay::new(site.expect(), Vec::new());
    replay.keep_verified();
    let mut reciprocity = Reciprocity::new(scope());
    for step in steps(bytes) {
        replay.step(step);
        replay
            .take_verified()
            .iter()
            .for_each(|one| reciprocity.take(one));
    }
    let (audit, rest) = replay.finish_telling();
    for one in &rest {
        reciprocity.take(one);
    }
    reciprocity.finish(&audit)
}

#[test]
fn only_what_was_verified_is_counted_and_the_rest_is_said() {
    let site = Site::new();
    let mut drafts = site.drafts();
    drafts[5].body[3] ^= 1;
    let figures = of_log(&site, &drafts);
    // Three statements and a conflict, of which one statement is spoilt.
    assert_eq!((figures.log.verified, figures.log.left_out), (3, 1));
    assert_eq!(figures.log.missing, 0);
    assert_eq!(figures.log.verdict, crate::Verdict::Findings);
    assert!(
        figures.log.findings.contains_key("BODY"),
        "{:?}",
        figures.log.findings
    );
    // Of what that entry was nobody knows.
    drafts[5].leaf = Some([0xff; 50]);
    let figures = of_log(&site, &drafts);
    let log = &figures.log;
    assert_eq!((log.verified, log.left_out, log.missing), (3, 0, 1));
}
