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

/// Does `work`, and says that it is alive for as long as that goes on and the runtime turns: thrice in the time after which the
/// service manager would end it.
pub(crate) async fn alive_while<T>(work: impl Future<Output = T>) -> T {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return work.await;
    };
    let mut ticks = tokio::time::interval((limit / 3).max(Duration::from_millis(1)));
    let mut work = pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            _ = ticks.tick() => alive(),
        }
    }
}

fn say(states: &[NotifyState<'_>]) {
    drop(sd_notify::notify(states));
}
