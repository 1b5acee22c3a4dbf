//! Manifests, CSV and Cargo-XML.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto::foreign_bytes::manifest(bytes));
