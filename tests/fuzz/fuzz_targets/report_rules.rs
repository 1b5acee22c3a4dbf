//! To whom exchanges are reported.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto::foreign_bytes::report_rules(bytes));
