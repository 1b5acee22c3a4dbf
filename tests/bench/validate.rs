//! Reading and checking a typical alert, against one verification of a signature: statement and body, every rule.
//!
//! How much memory that takes is counted by a test of the crate that does it, on the same alert.

#[path = "../../crates/alert/tests/allocations/typical.rs"]
mod typical;

use std::time::Duration;

use precinto_alert::code::MessageType;
use precinto_alert::content::media_type;
use precinto_alert::{Content, Statement};
use precinto_ledger::clock::{Clock as _, SystemClock};
use prost::Message as _;

/// Turns in which verifications and alerts alternate, so that a busy machine slows both alike. The middle one counts.
const TURNS: usize = 15;
/// Verifications and alerts in each turn: long enough for a clock of milliseconds.
const VERIFICATIONS: u32 = 500;
const ALERTS: u32 = 2_500;
/// Part of one verification that reading and checking may take.
const SHARE: f64 = 0.25;

pub(crate) fn run(yardstick: &crate::Yardstick) {
    let (statement, body) = (
        typical::statement().encode_to_vec(),
        typical::content().encode_to_vec(),
    );
    let mut turns: Vec<(f64, f64)> = (0..TURNS)
        .map(|_| {
            let verification =
                yardstick.verify(VERIFICATIONS).as_secs_f64() / f64::from(VERIFICATIONS);
            let alert = read(&statement, &body).as_secs_f64() / f64::from(ALERTS);
            (alert / verification, alert * 1e6)
        })
        .collect();
    turns.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (share, each) = *turns.get(TURNS / 2).expect("as many turns as were taken");
    crate::say(&format!(
        "validate: statement of {} bytes and body of {} bytes in {each:.1} us",
        statement.len(),
        body.len()
    ));
    crate::limit("share of V", share, SHARE);
}

/// How long it takes to read and check the alerts of one turn.
fn read(statement: &[u8], body: &[u8]) -> Duration {
    let media_type = media_type(MessageType::Alert);
    let begun = SystemClock.now_ms();
    for _ in 0..ALERTS {
        let statement = Statement::decode(statement).expect("a sound statement");
        let content = Content::decode(media_type, body, &statement).expect("a sound body");
        assert!(content.warnings().is_empty());
    }
    Duration::from_millis(SystemClock.now_ms() - begun)
}
