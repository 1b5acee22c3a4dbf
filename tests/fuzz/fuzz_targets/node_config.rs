//! Settings of a node.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto::foreign_bytes::node_config(bytes));
