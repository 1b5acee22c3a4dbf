//! Who vouches for a message.
//!
//! Certificates and the trust that each side puts in them, the DSSE envelope around a statement, the body
//! beside it, and the TLS between those who exchange them. Time is an argument everywhere; nothing here reads
//! a clock, a file or a socket.

pub mod body;
pub mod certificate;
pub mod crypto;
pub mod directory;
mod hex;
pub mod limits;
pub mod pae;
pub mod pem;
pub mod sign;
pub mod tls;
pub mod trust;
pub mod verify;

pub use hex::hex;

#[cfg(test)]
#[expect(unreachable_pub, reason = "one file for the tests of every crate")]
#[path = "../../../tests/harness/skipped.rs"]
mod skipped;
#[cfg(test)]
mod test_pki;
