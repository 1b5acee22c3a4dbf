//! What makes a node unwell, and that it is said in both languages.

use super::super::untaken::Untaken;
use super::*;
use crate::output::Format;
use std::time::Duration;

const NODE: &str = "spiffe://us.dev.invalid/agency/cbp/node/lax";

/// A node whose agent is well, changed, as it is judged `later_ms` after that was written.
fn status(change: impl FnOnce(&mut Presence), later_ms: u64) -> Status {
    let mut agent = Presence::new(Duration::ZERO);
    agent.line(Line::Up, None);
    let now_ms = agent.as_of_ms + later_ms;
    // It goes on saying how it is.
    agent.as_of_ms = now_ms;
    change(&mut agent);
    let found = Found {
        running: true,
        agent: Some(agent),
        outbox: Queue::none(),
        refusals: Vec::new(),
    };
    found.judged(NODE.to_owned(), now_ms)
}

/// Deliveries that came so long after the agent had started, from index 0.
fn came(agent: &Presence, after_ms: impl IntoIterator<Item = u64>) -> Untaken {
    let mut untaken = Untaken::default();
    for (index, after_ms) in (0..).zip(after_ms) {
        assert!(untaken.comes(index, agent.started_ms + after_ms));
    }
    untaken
}

fn told(status: &Status, lang: Lang) -> String {
    lines(status, Output::new(Format::Text, Some(lang))).join("\n")
}

#[test]
fn a_delivery_that_nobody_takes_is_told_and_after_a_while_is_an_alarm() {
    let two = |agent: &mut Presence| {
        agent.lies(&came(agent, [1, 0]));
    };
    let soon = status(two, WAITING_MAX_MS);
    assert!(soon.ok && !soon.untaken);
    let text = told(&soon, Lang::En);
    assert!(text.contains("at the desk") && text.contains("2, the oldest came"));
    assert!(!text.contains("NOT TAKEN"), "{text}");
    let late = status(two, WAITING_MAX_MS + 1);
    assert!(!late.ok && late.untaken);
    assert!(told(&late, Lang::En).contains("NOT TAKEN"));
    assert!(told(&late, Lang::Es).contains("SIN TOMAR"));
    let came_ms = late.agent.as_ref().unwrap().started_ms;
    let said = late.for_programs();
    assert_eq!((said.at_desk, said.at_desk_since_ms), (2, came_ms));
    assert!(said.untaken);
    let taken = status(|agent| agent.lies(&Untaken::default()), WAITING_MAX_MS + 1);
    assert!(taken.ok);
    assert_eq!(taken.for_programs().at_desk_since_ms, 0);
}

#[test]
fn a_desk_that_catches_up_is_no_alarm() {
    let after_a_night = |agent: &mut Presence| {
        agent.lies(&came(agent, [0; 64]));
        agent.last_taken_ms = Some(agent.as_of_ms - 5_000);
    };
    assert!(status(after_a_night, 10 * WAITING_MAX_MS).ok);
    let stuck = |agent: &mut Presence| {
        agent.lies(&came(agent, [0; 64]));
        agent.last_taken_ms = Some(agent.started_ms + 1);
    };
    assert!(status(stuck, WAITING_MAX_MS + 1).ok);
    assert!(status(stuck, WAITING_MAX_MS + 2).untaken);
    // What was taken before the oldest came says nothing of it.
    let new = |agent: &mut Presence| {
        agent.lies(&came(agent, [0]));
        agent.last_taken_ms = Some(agent.started_ms - 1);
    };
    assert!(status(new, WAITING_MAX_MS + 1).untaken);
}

#[test]
fn a_program_that_takes_nothing_is_an_alarm_though_it_is_done_with_one_each_minute() {
    let fails = |agent: &mut Presence| {
        let mut untaken = came(agent, [0; 64]);
        for index in 0..2 {
            untaken.put_back(index, agent.started_ms + (index + 1) * 60_000);
        }
        agent.lies(&untaken);
    };
    assert!(!status(fails, WAITING_MAX_MS).untaken);
    let status = status(fails, WAITING_MAX_MS + 1);
    assert!(!status.ok && status.untaken);
    let text = told(&status, Lang::En);
    assert!(text.contains("64, the oldest") && text.contains("2 of them put back"));
    assert!(told(&status, Lang::Es).contains("2 de ellas devueltas"));
}

#[test]
fn one_delivery_that_fails_again_and_again_is_an_alarm_though_all_others_are_taken() {
    let one_fails = |agent: &mut Presence| {
        let mut untaken = came(agent, [0]);
        untaken.put_back(0, agent.started_ms + 1_000);
        agent.lies(&untaken);
        agent.last_taken_ms = Some(agent.as_of_ms);
    };
    let limit_ms = PUT_BACK_MAX_MS + WAITING_MAX_MS;
    assert!(limit_ms < 600_000, "ten minutes are long");
    assert!(status(one_fails, limit_ms).ok);
    assert!(status(one_fails, limit_ms + 1).untaken);
}

#[test]
fn who_takes_a_delivery_within_the_limit_is_no_alarm() {
    let limit_ms = 5 * WAITING_MAX_MS;
    let slow = |agent: &mut Presence| {
        agent.desk_limit_ms = limit_ms;
        agent.lies(&came(agent, [0]));
    };
    assert!(status(slow, limit_ms).ok);
    assert!(status(slow, limit_ms + 1).untaken);
    let quick = |agent: &mut Presence| {
        slow(agent);
        agent.desk_limit_ms = 1_000;
    };
    assert!(status(quick, WAITING_MAX_MS).ok);
    // As the agent that runs has it, not as its file now has it.
    let agent = Presence::new(Duration::from_mins(10));
    assert_eq!(agent.desk_limit_ms, 600_000);
}

#[test]
fn an_api_that_does_not_answer_is_an_alarm_until_it_does() {
    let down = |agent: &mut Presence| {
        assert!(agent.api_down("no room".to_owned()));
        assert!(!agent.api_down("no room".to_owned()), "said once");
    };
    let status_down = status(down, 5_000);
    assert!(!status_down.ok);
    let text = told(&status_down, Lang::En);
    assert!(text.contains("DOES NOT ANSWER") && text.contains("no room"));
    assert!(told(&status_down, Lang::Es).contains("NO RESPONDE"));
    let up_again = |agent: &mut Presence| {
        down(agent);
        assert!(agent.api_up());
    };
    assert!(status(up_again, 5_000).ok);
}
