//! One file a noun: each command reads its arguments, does one thing, and says how it went.

pub(crate) mod ack;
pub(crate) mod audit;
pub(crate) mod basis;
pub(crate) mod config;
pub(crate) mod directory;
pub(crate) mod doctor;
pub(crate) mod draft;
pub(crate) mod explain;
pub(crate) mod find;
pub(crate) mod gateway;
pub(crate) mod keys;
pub(crate) mod list;
pub(crate) mod log;
pub(crate) mod matching;
pub(crate) mod node;
pub(crate) mod outbox;
pub(crate) mod own_copy;
pub(crate) mod report;
pub(crate) mod running;
pub(crate) mod schema;
pub(crate) mod send;
pub(crate) mod show;
pub(crate) mod sub;
pub(crate) mod sync;
pub(crate) mod watch;
