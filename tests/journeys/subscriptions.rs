//! Durable subscriptions, statement by statement (S1 to S32), over mutual TLS against a gateway process that is killed or
//! stopped and started again while they run.

#![expect(
    clippy::unwrap_used,
    clippy::large_futures,
    reason = "a test that cannot go on fails, in its helpers as well; and its futures are few"
)]

mod by_hand;
mod credit;
mod desk;
mod durable;
mod live;
mod naming;
mod rights;
mod slow;
