//! What a service manager (systemd) is told, where one listens: that this process is ready, how it stands, that it is alive, that
//! it ends (`sd_notify`). Without one all of it does nothing.
//!
//! Nothing here is a promise to anybody, so what cannot be said is not said: a service manager that hears nothing does what its
//! unit says.

use sd_notify::NotifyState;
use std::pin::pin;
use std::time::Duration;

/// It works from now on.
pub(crate) fn ready() {
    say(&[NotifyState::Ready]);
}

/// How it stands, in one line of our own words: `systemctl status` shows it.
pub(crate) fn status(line: &'static str) {
    say(&[NotifyState::Status(line)]);
}

/// It has been asked to end, and does.
pub(crate) fn stopping() {
    say(&[NotifyState::Stopping]);
}

/// It is not stuck.
pub(crate) fn alive() {
    if sd_notify::watchdog_enabled().is_some() {
        say(&[NotifyState::Watchdog]);
    }
}

/// Does `work`, with which it starts, and asks for more time for as long as that goes on and the runtime turns: a log that takes longer
/// to read than the unit gives a start would never be served.
pub(crate) async fn starting_while<T>(work: impl Future<Output = T>) -> T {
    let more = u32::try_from(START_MORE.as_micros()).unwrap_or(u32::MAX);
    let say_so = || say(&[NotifyState::ExtendTimeoutUsec(more)]);
    while_it_goes_on(work, START_MORE / 3, say_so).await
}

/// So much more time is asked for, thrice in it.
const START_MORE: Duration = Duration::from_mins(3);

/// Does `work`, and says that it is alive for as long as that goes on and the runtime turns: thrice in the time after which the
/// service manager would end it.
pub(crate) async fn alive_while<T>(work: impl Future<Output = T>) -> T {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return work.await;
    };
    while_it_goes_on(work, limit / 3, alive).await
}

async fn while_it_goes_on<T>(
    work: impl Future<Output = T>,
    every: Duration,
    say_so: impl Fn(),
) -> T {
    let mut ticks = tokio::time::interval(every.max(Duration::from_millis(1)));
    let mut work = pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            _ = ticks.tick() => say_so(),
        }
    }
}

fn say(states: &[NotifyState<'_>]) {
    drop(sd_notify::notify(states));
}
