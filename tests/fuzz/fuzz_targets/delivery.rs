//! Deliveries and records of a gateway, as the client judges them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto_client::foreign_bytes::delivery(bytes));
