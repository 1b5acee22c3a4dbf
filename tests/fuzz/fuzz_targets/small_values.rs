//! Quantities, sums of money, times and the like, written as one text in a draft.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| precinto::foreign_bytes::small_values(bytes));
