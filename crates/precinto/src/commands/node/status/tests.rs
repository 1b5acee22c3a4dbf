//! What makes a node unwell, and that it is said in both languages.

use super::*;
use crate::output::Format;

const NODE: &str = "spiffe://us.dev.invalid/agency/cbp/node/lax";

/// A node whose agent is well, changed, as it is judged `later_ms` after that was written.
fn status(change: impl FnOnce(&mut Presence), later_ms: u64) -> Status {
    status_with_program(0, change, later_ms)
}

/// The same where a program may take so long for one delivery.
fn status_with_program(
    command_limit_ms: u64,
    change: impl FnOnce(&mut Presence),
    later_ms: u64,
) -> Status {
    let mut agent = Presence::new();
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
        command_limit_ms,
    };
    found.judged(NODE.to_owned(), now_ms)
}

fn told(status: &Status, lang: Lang) -> String {
    lines(status, Output::new(Format::Text, Some(lang))).join("\n")
}

#[test]
fn a_delivery_that_nobody_takes_is_told_and_after_a_while_is_an_alarm() {
    let two = |agent: &mut Presence| {
        let came_ms = agent.started_ms;
        agent.at_desk([came_ms + 1, came_ms]);
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
    let taken = status(|agent| agent.at_desk([]), WAITING_MAX_MS + 1);
    assert!(taken.ok);
    assert_eq!(taken.for_programs().at_desk_since_ms, 0);
}

#[test]
fn a_desk_that_catches_up_is_no_alarm_and_neither_is_a_program_within_its_limit() {
    let after_a_night = |agent: &mut Presence| {
        agent.at_desk([agent.started_ms; 64]);
        agent.last_done_ms = Some(agent.as_of_ms - 5_000);
    };
    assert!(status(after_a_night, 10 * WAITING_MAX_MS).ok);
    let stuck = |agent: &mut Presence| {
        agent.at_desk([agent.started_ms; 64]);
        agent.last_done_ms = Some(agent.started_ms + 1);
    };
    assert!(status(stuck, WAITING_MAX_MS + 1).ok);
    assert!(status(stuck, WAITING_MAX_MS + 2).untaken);
    // What was done before the oldest came says nothing of it.
    let new = |agent: &mut Presence| {
        agent.at_desk([agent.started_ms]);
        agent.last_done_ms = Some(agent.started_ms - 1);
    };
    assert!(status(new, WAITING_MAX_MS + 1).untaken);
    let one = |agent: &mut Presence| agent.at_desk([agent.started_ms]);
    let limit_ms = 5 * WAITING_MAX_MS;
    assert!(status_with_program(limit_ms, one, limit_ms).ok);
    assert!(status_with_program(limit_ms, one, limit_ms + 1).untaken);
    assert!(status_with_program(1_000, one, WAITING_MAX_MS).ok);
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
