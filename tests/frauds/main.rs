//! Frauds by an operator who holds every key of the gateway, each found by what others hold, and what nobody can find.
//!
//! The log is a real one, written by the ledger. The forger rewrites it and signs everything anew; the auditor knows
//! the log's verifier key and the sides' roots from outside, and has been given receipts and checkpoints.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that indexes wrongly fails, as it should"
)]

mod directory;
mod flips;
mod forger;
mod policy;
mod pruned;
mod real_log;
mod rewritten;
mod trust;
mod unprovable;
