//! The list that development keys are made from.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto::foreign_bytes::pki_profile(bytes));
