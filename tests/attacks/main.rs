//! What an attacker gets: settings of the door, each with a test that fails when it is removed, and attack scripts against the
//! unmodified gateway process (classes C1 to C26; P1 is a flood that only a node can make), each with an honest client beside it.
//!
//! `cargo test` runs the settings, and at a small size those scripts that are worth something then. All of them, at full size:
//! `PRECINTO_ATTACKS=all cargo test --release -p precinto-tests --test attacks -- --test-threads 1`; with
//! `PRECINTO_ATTACKS_JSON=FILE` the rows are appended there. Everything stays on this machine's loopback addresses, and is
//! bounded in count and time.
//!
//! Not here: C17, hostile revocation lists, is fuzzed (`trust` and `certificate` in `tests/fuzz`); C22, signatures, has its vectors in `crates/envelope`;
//! C23 is a floor of a version (`tests/tidy/graph.rs`); C25 needs NATS, which this gateway does not speak.

mod canary;
mod cost;
mod descriptors;
mod drill;
mod floods;
mod garbage;
mod half_open;
mod honest;
mod messages;
mod parts;
mod people;
mod quotas;
mod raw;
mod readers;
mod report;
mod revocation;
mod settings;
mod soak;
mod strangers;
mod tls;
