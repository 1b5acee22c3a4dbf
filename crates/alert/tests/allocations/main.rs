//! Reading an alert takes memory for what it says and for nothing else: counted, not timed, so that no machine is too slow.

mod typical;

use std::alloc::System;

use precinto_alert::code::MessageType;
use precinto_alert::content::media_type;
use precinto_alert::{Content, Statement};
use prost::Message as _;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Alerts that are read and kept.
const ALERTS: usize = 1_000;
/// Allocations of one alert, read and checked: 73 when this was written, some 50 of them its texts.
const ALLOCATIONS_MAX: usize = 84;
/// Bytes that one alert takes once it is read, for each byte that it has on the wire: most are of fields left empty.
const TIMES_ITS_SIZE_MAX: usize = 12;

/// Bytes that the test's runner may take while it waits: seven for each alert.
const RUNNER_MAX: usize = 7 * ALERTS;

/// One test in one binary, because whatever else ran would be counted with it.
#[test]
fn a_thousand_alerts_take_what_one_takes_a_thousand_times() {
    let statement = typical::statement().encode_to_vec();
    let body = typical::content().encode_to_vec();
    let size = statement.len() + body.len();
    let read = || {
        let statement = Statement::decode(&statement).expect("a sound statement");
        let media_type = media_type(MessageType::Alert);
        let content = Content::decode(media_type, &body, &statement).expect("a sound body");
        assert!(content.warnings().is_empty());
        (statement, content)
    };
    drop(read()); // what is made once and kept is not an alert's

    let region = Region::new(COUNTED);
    let kept = read();
    let one = region.change();
    drop(kept);

    let mut alerts = Vec::with_capacity(ALERTS);
    let region = Region::new(COUNTED);
    for _ in 0..ALERTS {
        alerts.push(read());
    }
    let all = region.change();
    drop(alerts);
    let after = region.change();

    let allocations = one.allocations + one.reallocations;
    let held = one.bytes_allocated - one.bytes_deallocated;
    eprintln!("{size} bytes: {allocations} allocations, {held} bytes held");
    assert!(allocations <= ALLOCATIONS_MAX, "{allocations} allocations");
    assert!(held <= TIMES_ITS_SIZE_MAX * size, "{held} of {size} bytes");
    // The test's runner takes a little meanwhile, from a thread of its own.
    assert_eq!(all.allocations / ALERTS, one.allocations);
    assert_eq!(all.reallocations / ALERTS, one.reallocations);
    let beside = (all.bytes_allocated - all.bytes_deallocated).abs_diff(ALERTS * held);
    assert!(beside < RUNNER_MAX, "{beside} bytes beside the alerts");
    // The list itself was there before.
    let list = ALERTS * size_of::<(Statement, Content)>();
    let left = (after.bytes_deallocated - after.bytes_allocated).abs_diff(list);
    assert!(left < RUNNER_MAX, "{left} bytes left after them");
}
