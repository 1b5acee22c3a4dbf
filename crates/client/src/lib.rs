//! A node's side: submit, subscribe, verify before believing.
//!
//! Nothing that a gateway says is handed on before it is proven: a receipt by the log's signature and its inclusion
//! proof, a delivery by its signers' certificates under their own side's root, a checkpoint by its consistency with
//! what was seen before. Configuration files are read elsewhere, and the time is an argument.

pub mod author;
pub mod clock;
pub mod connection;
pub mod copy;
pub mod directory;
mod durable;
mod extends;
#[cfg(any(test, fuzzing))]
pub mod foreign_bytes;
pub mod grade;
pub mod heard;
pub mod inbox;
pub mod limits;
pub mod load;
pub mod log;
pub mod machine;
pub mod outbox;
pub mod overdue;
pub mod pin;
pub mod pipeline;
mod recalled;
pub mod receipt;
mod records;
pub mod refusal;
mod shown;
pub mod submit;
pub mod subscribe;
pub mod subscriptions;
#[cfg(test)]
mod test_gateway;
mod unbelievable;
mod wire_time;
pub mod witness;

pub use author::{Author, Draft, DraftContent, Signed, Signer};
pub use clock::Clock;
pub use connection::{ConnectError, Connection, Settings};
pub use copy::OwnCopy;
pub use directory::DirectoryClient;
pub use inbox::Inbox;
pub use log::LogClient;
pub use outbox::Outbox;
pub use overdue::Overdue;
pub use pin::Pin;
pub use refusal::Refusal;
pub use submit::{Accepted, SubmitError, submit, validate};
pub use subscribe::{Delivery, Event, SubscribeOptions, Subscriber};
pub use witness::Witness;
