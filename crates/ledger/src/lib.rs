//! Append once, durably, in order; read by index.
