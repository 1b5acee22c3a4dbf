//! Rules about the repository itself: what a reviewer would otherwise have to look for by hand.

mod arrows;
mod documents;
mod files;
mod source;
mod top_level;
