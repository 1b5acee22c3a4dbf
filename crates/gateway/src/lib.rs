//! The server: authenticate, decide, append, relay, prove.
