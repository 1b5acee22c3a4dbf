//! What an agent keeps for itself.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto::foreign_bytes::agent_state(bytes));
