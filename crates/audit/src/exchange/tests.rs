//! What crosses a border is listed, once each, with its term; what does not is not.

use super::*;
use crate::report::Report;
use crate::specimen::story::{ANAM, CBP, DAY, DEA, FGR, HOUR, MINUTE, START_MS, Story};
use crate::specimen::{Site, steps};
use precinto_alert::code::Precedence as P;
use precinto_proto::v1 as pb;

fn scope(agencies: &[&str]) -> Scope {
    Scope {
        period: Period {
            from_ms: START_MS,
            to_ms: START_MS + 30 * DAY,
        },
        agencies: agencies.iter().map(|name| name.parse().unwrap()).collect(),
        officers: BTreeSet::new(),
        status: None,
        term_ms: 3 * DAY,
    }
}

fn audit() -> Report {
    let site = Site::new();
    let bytes = site.segment(&site.drafts(), &[8]);
    crate::replay(steps(bytes), site.expect(), Vec::new(), &mut |_| {})
}

fn list(story: &Story, scope: Scope) -> Exchanges {
    let mut exchange = Exchange::new(scope);
    story.entries.iter().for_each(|entry| exchange.take(entry));
    exchange.finish(&audit())
}

fn story() -> Story {
    let mut story = Story::default();
    let alert = story.alert(0, CBP, &[ANAM, DEA], P::P2, &[]);
    story.ack(MINUTE, ANAM, alert, pb::AckLevel::Node);
    story.ack(HOUR, ANAM, alert, pb::AckLevel::Person);
    story.ack(2 * HOUR, DEA, alert, pb::AckLevel::Node);
    story.alert(DAY, ANAM, &[FGR], P::P4, &[]);
    story.alert(2 * DAY, ANAM, &[FGR, CBP, DEA], P::P4, &[]);
    story
}

#[test]
fn every_message_across_the_border_has_its_row_and_its_term() {
    let found = list(&story(), scope(&[ANAM]));
    let rows: Vec<_> = found
        .messages
        .iter()
        .map(|row| {
            (
                row.index,
                row.sent,
                row.message_type,
                row.counterparts.len(),
            )
        })
        .collect();
    // Neither what DEA told CBP, nor what ANAM told FGR alone.
    assert_eq!(
        rows,
        [
            (0, false, "ALERT", 1),
            (1, true, "ACK", 1),
            (2, true, "ACK", 1),
            (5, true, "ALERT", 2)
        ]
    );
    let last = &found.messages[3];
    assert_eq!(last.time_ms, START_MS + 2 * DAY);
    assert_eq!(last.due_ms, START_MS + 5 * DAY);
    assert_eq!(last.counterparts, [CBP, DEA].map(str::to_owned).into());
    assert_eq!(last.agencies, [ANAM.to_owned()].into());
    assert_eq!(found.log.verified, 6);
    // From the other end of the line, the same messages but for the one to CBP and DEA, which DEA has too.
    let here = list(&story(), scope(&[DEA]));
    let indexes: Vec<u64> = here.messages.iter().map(|row| row.index).collect();
    assert_eq!(indexes, [5], "what CBP sent its own side is no exchange");
}

#[test]
fn an_officer_reports_what_bears_that_name() {
    let mut mine = scope(&[ANAM]);
    let lopez = "spiffe://mx.dev.invalid/agency/anam/officer/lopez";
    mine.officers = [lopez.parse().unwrap()].into();
    let found = list(&story(), mine.clone());
    assert_eq!(found.messages.len(), 1);
    assert_eq!(found.messages[0].index, 2);
    assert_eq!(found.messages[0].officers, [lopez.to_owned()].into());
    mine.officers = ["spiffe://mx.dev.invalid/agency/anam/officer/ruiz"
        .parse()
        .unwrap()]
    .into();
    assert_eq!(list(&story(), mine).messages, []);
}

#[test]
fn period_and_status_narrow_the_list() {
    let mut narrow = scope(&[ANAM]);
    narrow.period.from_ms = START_MS + HOUR;
    narrow.period.to_ms = START_MS + 2 * DAY;
    let indexes: Vec<u64> = list(&story(), narrow.clone())
        .messages
        .iter()
        .map(|row| row.index)
        .collect();
    assert_eq!(indexes, [2]);
    narrow.status = Some(MessageStatus::Actual);
    assert_eq!(list(&story(), narrow).messages, []);
}
