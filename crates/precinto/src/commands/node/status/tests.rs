//! What makes a node unwell, and that it is said in both languages.

use super::*;
use crate::output::Format;

const NODE: &str = "spiffe://us.dev.invalid/agency/cbp/node/lax";

/// A node whose agent is well, changed, as it is judged `later_ms` after that was written.
fn status(change: impl FnOnce(&mut Presence), later_ms: u64) -> Status {
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
