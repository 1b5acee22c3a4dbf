//! What is told of the content of a message.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto::foreign_bytes::words(bytes));
