//! Tables of cases for policies.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto_policy::foreign_bytes::policy_table(bytes));
