//! One file a noun: each command reads its arguments, does one thing, and says how it went.

pub(crate) mod audit;
pub(crate) mod config;
pub(crate) mod doctor;
pub(crate) mod draft;
pub(crate) mod explain;
pub(crate) mod gateway;
pub(crate) mod keys;
pub(crate) mod log;
pub(crate) mod schema;
pub(crate) mod send;
pub(crate) mod watch;
