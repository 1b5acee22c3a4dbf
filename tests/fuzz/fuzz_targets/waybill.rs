//! Cargo-XML waybills.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto::foreign_bytes::waybill(bytes));
