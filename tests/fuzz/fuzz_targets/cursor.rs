//! The files that say how far a subscriber has come.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto_gateway::foreign_bytes::cursor(bytes));
