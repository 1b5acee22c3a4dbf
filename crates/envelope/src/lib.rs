//! Who vouches for a message.

pub mod crypto;
