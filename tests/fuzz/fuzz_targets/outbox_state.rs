//! What an outbox has written of refused messages.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto_client::foreign_bytes::outbox_state(bytes));
