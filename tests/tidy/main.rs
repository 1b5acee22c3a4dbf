//! Rules about the repository itself: what a reviewer would otherwise have to look for by hand.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that reaches beyond the end has failed"
)]

mod arrows;
mod ci;
mod documents;
mod files;
mod graph;
mod materials;
mod shipped;
mod source;
mod top_level;
