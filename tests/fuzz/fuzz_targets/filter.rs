//! Filters of subscriptions.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto_gateway::foreign_bytes::filter(bytes));
