//! Signed statements, and the claim that is read from one before its signatures are checked.
#![no_main]

#[path = "../targets.rs"]
#[allow(dead_code, reason = "each program runs one of them")]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::alert::statement(bytes));
