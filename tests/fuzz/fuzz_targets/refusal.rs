//! A gateway's answer to a refused message, as the client reads it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto_client::foreign_bytes::refusal(bytes));
