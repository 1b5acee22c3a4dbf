//! Page tokens that nobody gave out.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto_gateway::foreign_bytes::page_token(bytes));
