//! Whole gateways and nodes with real tonic, h2 and rustls on a simulated network, by seed, each seed twice with the same trace.
//!
//! One thread runs a world: its network (turmoil), its disk (`FaultyMemory`), its clocks and its faults follow from the seed.
//! What is real is everything else: the gateway as it is served, `Courier` with its outbox and `Subscriber` with its pin as nodes
//! run them. What is compared between two runs of a seed is what each actor saw and did, in order and to the millisecond of
//! simulated time, and the log as it stands at the end; not bytes, which hang on keys and nonces that nobody seeds.
//!
//! Not from the seed is in which order tokio wakes several who wait for one `watch` (`BigNotify`), and what a `select!` polls first
//! that is not `biased`, as tonic's are. Neither reaches a trace as long as what they wake meets nowhere but in the network, each on a
//! link of its own, a link takes the same time for each packet until the plan says another, and of two things that tonic may find
//! ready at once ours makes sure that the order does not matter (`gateway::accept`, seed 279). Nor does real time, of which h2 asks
//! when it forgets a stream that was reset. Where that does not hold, two runs differ, and the seed fails.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

mod deadlines;
mod desk;
mod dice;
mod fixture;
mod gateway;
mod judge;
mod plan;
mod run;
mod seeds;
mod sender;
mod word;
mod world;
