//! What an alert says.
