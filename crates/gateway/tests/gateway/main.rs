//! The gateway through its door: real TLS, real files, port 0, two sides. One module for each story.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails, in its helpers as well"
)]

mod acts;
mod cases;
mod clocks;
mod deliver;
mod desks;
mod directory;
mod harness;
mod limits;
mod metrics;
mod overload;
mod prove;
mod records;
mod refuse;
mod reload;
mod resume;
mod rules;
mod settings;
mod storage;
mod submit;
