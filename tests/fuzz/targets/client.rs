//! The targets of `precinto-client`: what a gateway answers.

use std::hint::black_box;

/// What a gateway says in band of a refused message.
pub(crate) fn refusal(bytes: &[u8]) {
    if let Ok(refusal) = precinto_client::Refusal::from_status_bytes(bytes) {
        black_box(format!("{refusal:?}").len());
    }
}
