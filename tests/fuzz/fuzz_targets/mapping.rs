//! A mapping file and the table that it is for.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto::foreign_bytes::mapping(bytes));
