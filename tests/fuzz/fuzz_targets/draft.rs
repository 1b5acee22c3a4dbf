//! Drafts in JSON or YAML.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto::foreign_bytes::draft(bytes));
