//! What the whole-system tests share: the real binary, a site made by its own `keys dev`, nodes, and the audit at the end.

#![expect(
    clippy::missing_panics_doc,
    reason = "a harness panics to fail the test"
)]

mod authority;
mod binary;
mod gateway;
mod message;
mod node;
pub mod pki;
mod site;
mod skipped;

pub use authority::{SiteAuthority, replace};
pub use binary::{node_js, precinto, python, python_with, run};
pub use gateway::{GatewayProcess, inner_id};
pub use message::{Messages, fuel};
pub use node::{Node, now_ms};
pub use site::{Site, audit, audit_report};
pub use skipped::{say_skipped, shared, skipped};
