//! A clock that jumps while the gateway runs: times in the log never fall, what does not fit is refused with its reason, and a
//! clock that is behind the log keeps it from starting.

use precinto_alert::Reason;
use precinto_client::submit::{SubmitError, submit};
use precinto_client::{Connection, Signed};
use precinto_tests::{Messages, Site, audit};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// When the log took it in, or all the reasons why it did not.
async fn said(connection: &Connection, message: &Signed) -> Result<u64, Vec<Reason>> {
    match submit(connection, message).await {
        Ok(accepted) => Ok(accepted.time_ms),
        Err(SubmitError::Refused(refusal)) => {
            let violations = refusal.violations.iter().filter_map(|found| found.reason);
            Err(violations.chain(refusal.reason).collect())
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_goes_back_a_day_dates_nothing_back() {
    let site = Site::new();
    site.shift_clock(0);
    let gateway = site.start();
    let node = site.node("us-cbp-lax", &gateway);
    let connection = node.connect().await;
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let before = said(&connection, &messages.notice())
        .await
        .expect("accepted");
    // A little: entries wait at the last time for the clock to come up with it.
    site.shift_clock(-60_000);
    let after = said(&connection, &messages.notice())
        .await
        .expect("accepted");
    assert!(after >= before, "{after} after {before}");
    // Ten minutes: what is new seems to be of the future. A day: certificates of today do not count yet.
    let steps = [
        (-600_000, Reason::TimeFuture),
        (-DAY_MS, Reason::CertExpired),
    ];
    for (step_ms, reason) in steps {
        site.shift_clock(step_ms);
        let refused = said(&connection, &messages.notice()).await;
        let reasons = refused.expect_err("a time that does not fit");
        assert!(reasons.contains(&reason), "{step_ms} ms: {reasons:?}");
    }
    site.shift_clock(0);
    let again = said(&connection, &messages.notice())
        .await
        .expect("accepted");
    assert!(again >= after, "{again} after {after}");
    drop(connection);
    assert!(gateway.stop().success());
    audit(&site);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_from_the_future_is_not_gone_on_with() {
    let site = Site::new();
    site.shift_clock(0);
    let gateway = site.start();
    let node = site.node("us-cbp-lax", &gateway);
    let connection = node.connect().await;
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let before = said(&connection, &messages.notice())
        .await
        .expect("accepted");
    site.shift_clock(HOUR_MS);
    let ahead = said(&connection, &messages.notice())
        .await
        .expect("accepted");
    assert!(ahead >= before + 3_600_000, "dated by the clock: {ahead}");
    // Back again: it is never dated back, and waits at the last time.
    site.shift_clock(0);
    let after = said(&connection, &messages.notice())
        .await
        .expect("accepted");
    assert!(after >= ahead, "{after} after {ahead}");
    drop(connection);
    assert!(gateway.stop().success());
    // A start tells that one of the two clocks is wrong, and does not date a day's entries forward.
    let refused = site.start_under(std::process::Command::new("env"));
    assert!(refused.is_err(), "it goes on behind its own log");
    site.shift_clock(HOUR_MS);
    let gateway = site.start();
    assert!(gateway.stop().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_goes_far_ahead_takes_nothing_dates_nothing_forward_and_is_over_when_it_is_back()
 {
    let site = Site::new();
    site.shift_clock(0);
    let gateway = site.start();
    let node = site.node("us-cbp-lax", &gateway);
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let connection = node.connect().await;
    let before = said(&connection, &messages.notice())
        .await
        .expect("accepted");
    // A day: what is written by the right time is over by now. Ten years: no certificate counts any more.
    let steps = [
        (DAY_MS, Reason::Expired),
        (10 * 366 * DAY_MS, Reason::CertExpired),
    ];
    for (step_ms, reason) in steps {
        site.shift_clock(step_ms);
        let refused = said(&connection, &messages.notice()).await;
        let reasons = refused.expect_err("a time that does not fit");
        assert!(reasons.contains(&reason), "{step_ms} ms: {reasons:?}");
    }
    let nobody = Connection::open(&node.settings, &node.clock).await;
    assert!(nobody.is_err(), "let in by a certificate that has ended");
    // Back again, all is as it was; and nothing was logged meanwhile that would hold the log's time back now.
    site.shift_clock(0);
    let back = node.connect().await;
    let after = said(&back, &messages.notice()).await.expect("accepted");
    assert!((before..before + 3_600_000).contains(&after), "{after}");
    drop((connection, back));
    assert!(gateway.stop().success());
    audit(&site);
}
