//! Replays a log and says what does not add up.
