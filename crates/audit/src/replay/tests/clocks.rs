//! Missed deadlines: what a log may hold of them, what it must, and what an audit says.

use super::*;
use crate::verified::Said;
use precinto_envelope::crypto::sha256;
use precinto_merkle::leaf::EntryType;

const CBP: &str = "us.dev.invalid/cbp";
const ANAM: &str = "us.dev.invalid/anam";
const LAX: &str = "spiffe://us.dev.invalid/agency/cbp/node/lax";
const LOPEZ: &str = "spiffe://us.dev.invalid/agency/anam/officer/lopez";
const MEX: &str = "spiffe://us.dev.invalid/agency/anam/node/mex";

/// Entry 4 alone: a P1 alert to ANAM, let in by rules that run a clock.
fn alert(site: &Site, drafts: &mut Vec<Draft>) {
    case_of_two(site, drafts);
    drafts.truncate(5);
    let envelope = pb::Envelope::decode(drafts[4].content.as_slice()).unwrap();
    let mut alert = pb::Statement::decode(envelope.payload.as_slice()).unwrap();
    let body = std::mem::take(&mut drafts[4].body);
    alert.precedence = pb::Precedence::P1.into();
    drafts[4] = site.entry_of(&alert, body, 0);
    record(drafts, 4, |record| {
        record.decision.as_mut().unwrap().policy = "floor/3".to_owned();
    });
}

/// A remark about the alert, so many seconds later: the log goes on.
fn remark(site: &Site, drafts: &mut Vec<Draft>, seconds: u8) {
    let mut fresh = site.drafts();
    case_of_two(site, &mut fresh);
    let envelope = pb::Envelope::decode(fresh[5].content.as_slice()).unwrap();
    let mut comment = pb::Statement::decode(envelope.payload.as_slice()).unwrap();
    let (notice, body) = site.statement(seconds, true);
    (comment.message_id, comment.body) = (notice.message_id, notice.body);
    drafts.push(site.entry_of(&comment, body, seconds));
}

/// What the gateway has to note when ANAM's node is silent: step 1, 2 or 3, due five seconds after each other.
fn step(site: &Site, number: u64) -> pb::OverdueRecord {
    let (alert, _) = site.statement(0, true);
    let directory = site.trust_refs().remove(2);
    let mut overdue = pb::OverdueRecord {
        alert_id: "US-CBPLAX-2026-000123B".to_owned(),
        message_id: alert.message_id,
        sender: LAX.to_owned(),
        index: 4,
        agency: ANAM.to_owned(),
        level: pb::AckLevel::Node.into(),
        step: pb::OverdueStep::SecondRequest.into(),
        started_ms: NOW_MS,
        due_ms: NOW_MS + number * 5 * SECOND_MS,
        precedence: pb::Precedence::P1.into(),
        status: pb::MessageStatus::Test.into(),
        contacts: vec![ANAM.to_owned()],
        nobody_listed: false,
        agencies: vec![ANAM.to_owned(), CBP.to_owned()],
        nodes: Vec::new(),
        trust: vec![directory],
    };
    if number == 2 {
        overdue.step = pb::OverdueStep::AlternateContact.into();
        overdue.contacts = vec![LOPEZ.to_owned()];
        overdue.nodes = vec![MEX.to_owned()];
    }
    if number == 3 {
        overdue.step = pb::OverdueStep::EscalationGroup.into();
        overdue.contacts = vec![ANAM.to_owned(), CBP.to_owned()];
    }
    overdue
}

/// The entry of a missed deadline, so many seconds after the alert.
fn entry(record: &pb::OverdueRecord, seconds: u64) -> Draft {
    let byte = |number: i32| u8::try_from(number).unwrap();
    let key = sha256(&[
        b"precinto/overdue/v1\0",
        &record.message_id,
        &[byte(record.level), byte(record.step)],
        record.sender.as_bytes(),
        b"\0",
        record.agency.as_bytes(),
    ]);
    Draft {
        entry_type: EntryType::Overdue,
        time_ms: NOW_MS + seconds * SECOND_MS,
        record: record.encode_to_vec(),
        content: Vec::new(),
        key,
        digest: key,
        ..trust_entry(pb::TrustKind::Root, SIDE, Vec::new())
    }
}

/// What is found in a log of the alert, these steps so many seconds later, and a remark at the end.
fn with_steps(
    steps: &[(u64, u64)],
    change: impl Fn(usize, &mut pb::OverdueRecord),
) -> Vec<(&'static str, Option<u64>)> {
    after(|site, drafts| {
        alert(site, drafts);
        for (place, (number, seconds)) in steps.iter().enumerate() {
            let mut overdue = step(site, *number);
            change(place, &mut overdue);
            drafts.push(entry(&overdue, *seconds));
        }
        remark(site, drafts, 40);
    })
}

#[test]
fn steps_in_their_order_are_as_it_should_be() {
    assert_eq!(with_steps(&[], |_, _| {}), NOTHING);
    assert_eq!(with_steps(&[(1, 5), (2, 10), (3, 16)], |_, _| {}), NOTHING);
    assert_eq!(with_steps(&[(1, 30), (2, 30), (3, 30)], |_, _| {}), NOTHING);
}

/// What is handed on of missed deadlines in a log of the alert and its first step, after this change.
fn told(change: impl FnOnce(&mut Vec<Draft>)) -> Vec<(u64, String)> {
    let site = Site::new();
    let mut drafts = site.drafts();
    alert(&site, &mut drafts);
    drafts.push(entry(&step(&site, 1), 5));
    remark(&site, &mut drafts, 40);
    change(&mut drafts);
    let mut replay = Replay::new(site.expect(), Vec::new());
    replay.keep_verified();
    let whole = drafts.len();
    for step in steps(site.segment(&drafts, &[whole])) {
        replay.step(step);
    }
    let (report, rest) = replay.finish_telling();
    assert_eq!(report.overdue, 1);
    let overdue = rest.into_iter().filter_map(|one| match one.said {
        Said::Overdue(overdue) => Some((one.index, overdue.missed.agency.to_string())),
        _ => None,
    });
    overdue.collect()
}

#[test]
fn a_missed_deadline_counts_only_where_its_case_could_be_asked() {
    assert_eq!(told(|_| ()), [(5, ANAM.to_owned())]);
    // What the entry before it said nobody knows.
    let spoilt = told(|drafts| drafts[4].content = vec![0xff]);
    assert_eq!(spoilt, []);
    let too_early = told(|drafts| drafts[5].time_ms -= 2 * SECOND_MS);
    assert_eq!(too_early, []);
}

#[test]
fn a_step_that_is_none_is_a_fault() {
    let fault = [("OVERDUE", Some(5))];
    assert_eq!(with_steps(&[(1, 4)], |_, _| {}), fault, "before its time");
    assert_eq!(
        with_steps(&[(2, 12)], |_, _| {}),
        fault,
        "the first is missing"
    );
    let changes: [fn(usize, &mut pb::OverdueRecord); 12] = [
        |_, one| one.due_ms += 1,
        |_, one| one.started_ms -= 1,
        |_, one| one.precedence = pb::Precedence::P2.into(),
        |_, one| one.status = pb::MessageStatus::Actual.into(),
        |_, one| one.index = 3,
        |_, one| one.agency = "us.dev.invalid/fgr".to_owned(),
        |_, one| one.sender = MEX.to_owned(),
        |_, one| one.level = pb::AckLevel::Acted.into(),
        |_, one| one.agencies.push("us.dev.invalid/dea".to_owned()),
        |_, one| one.agencies.truncate(1),
        |_, one| one.contacts.clear(),
        |_, one| one.nobody_listed = true,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        assert_eq!(with_steps(&[(1, 6)], change), fault, "change {number}");
    }
    let other_case = |_: usize, one: &mut pb::OverdueRecord| {
        one.alert_id = "US-CBPLAX-2026-000001M".to_owned();
    };
    assert_eq!(with_steps(&[(1, 6)], other_case)[0], ("OVERDUE", Some(5)));
    let found = with_steps(&[(1, 6), (1, 7)], |_, _| {});
    let twice = [("OVERDUE", Some(6)), ("KEY_REUSED", Some(6))];
    assert_eq!(found, twice);
    let alone = |place: usize, one: &mut pb::OverdueRecord| {
        if place == 1 {
            (one.contacts, one.nodes) = (vec![ANAM.to_owned()], Vec::new());
            one.nobody_listed = true;
        }
    };
    assert_eq!(
        with_steps(&[(1, 6), (2, 10)], alone),
        [("OVERDUE", Some(6))]
    );
}

#[test]
fn nobody_is_late_who_has_answered_or_whom_nobody_waits_for() {
    let cancelled = after(|site, drafts| {
        alert(site, drafts);
        let (notice, _) = site.statement(3, false);
        let envelope = pb::Envelope::decode(drafts[4].content.as_slice()).unwrap();
        let said = pb::Statement::decode(envelope.payload.as_slice()).unwrap();
        let cancel = pb::Statement {
            r#type: pb::MessageType::Cancel.into(),
            notice_kind: 0,
            alert_id: said.alert_id,
            alert_version: 1,
            refers_to: said.message_id,
            ..notice
        };
        drafts.push(site.entry_of(&cancel, Vec::new(), 3));
        drafts.push(entry(&step(site, 1), 6));
    });
    assert_eq!(cancelled, [("OVERDUE", Some(6))]);
}

#[test]
fn what_should_be_there_and_is_not_is_told_if_the_log_went_on() {
    let silent = |seconds: &[u8]| {
        after(|site, drafts| {
            alert(site, drafts);
            for at in seconds {
                remark(site, drafts, *at);
            }
        })
    };
    assert_eq!(silent(&[200]), NOTHING, "it may have been down until then");
    assert_eq!(silent(&[6, 65]), NOTHING);
    assert_eq!(
        silent(&[6, 66, 130]),
        [("OVERDUE_MISSING", Some(6))],
        "and told once"
    );
    let late = after(|site, drafts| {
        alert(site, drafts);
        remark(site, drafts, 6);
        drafts.push(entry(&step(site, 1), 50));
        drafts.push(entry(&step(site, 2), 50));
        drafts.push(entry(&step(site, 3), 50));
        remark(site, drafts, 200);
    });
    assert_eq!(late, NOTHING);
    let older = after(|site, drafts| {
        alert(site, drafts);
        record(drafts, 4, |record| {
            record.decision.as_mut().unwrap().policy = "floor/2".to_owned();
        });
        remark(site, drafts, 6);
        remark(site, drafts, 200);
    });
    let unjudged = [("CLOCKS_NOT_AUDITED", Some(4))];
    assert_eq!(older, unjudged, "that gateway kept no clock");
}

/// What is found in a log in which ANAM's escalation group, with a third agency, is told of an alert that may be released to
/// these, and was let in by these rules.
fn escalated(release: &[&str], rules: &str, contacts: &[&str]) -> Vec<(&'static str, Option<u64>)> {
    const SAT: &str = "us.dev.invalid/sat";
    after(|site, drafts| {
        alert(site, drafts);
        let envelope = pb::Envelope::decode(drafts[4].content.as_slice()).unwrap();
        let mut said = pb::Statement::decode(envelope.payload.as_slice()).unwrap();
        let release = release.iter().map(|&to| to.to_owned()).collect();
        said.handling.as_mut().unwrap().releasable_to = release;
        let body = std::mem::take(&mut drafts[4].body);
        drafts[4] = site.entry_of(&said, body, 0);
        record(drafts, 4, |record| {
            record.decision.as_mut().unwrap().policy = rules.to_owned();
        });
        let members = format!("members = [\"{SAT}\", ");
        let text = floor::with_sat().replace("members = [", &members);
        let part = floor::part(site, 2, &drafts[2], &text);
        drafts.push(part.clone());
        for number in 1..=3 {
            let mut overdue = step(site, number);
            floor::rests_on(&part)(&mut overdue.trust);
            if number == 3 {
                overdue.contacts = contacts.iter().map(|&name| name.to_owned()).collect();
                overdue.agencies.clone_from(&overdue.contacts);
            }
            drafts.push(entry(&overdue, 16));
        }
    })
}

#[test]
fn no_agency_outside_a_release_is_told_of_a_missed_deadline() {
    const SAT: &str = "us.dev.invalid/sat";
    let (all, released) = ([ANAM, CBP, SAT], [ANAM, CBP]);
    let wrong = [("OVERDUE", Some(8))];
    for open in [&[][..], &["US"], &[ANAM, SAT]] {
        assert_eq!(escalated(open, "floor/4", &all), NOTHING, "{open:?}");
        assert_eq!(escalated(open, "floor/4", &released), wrong, "{open:?}");
    }
    assert_eq!(escalated(&[ANAM], "floor/4", &released), NOTHING);
    assert_eq!(escalated(&[ANAM], "floor/4", &all), wrong);
    // Let in by a gateway that did not ask, and missed before or after it learned to.
    assert_eq!(escalated(&[ANAM], "floor/3", &all), NOTHING);
    assert_eq!(escalated(&[ANAM], "floor/3", &released), NOTHING);
}
