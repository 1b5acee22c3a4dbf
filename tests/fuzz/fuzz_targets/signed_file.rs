//! Submissions that were signed elsewhere.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto::foreign_bytes::signed_file(bytes));
