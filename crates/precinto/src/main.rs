//! The `precinto` binary.

fn main() {}
