//! What a log may claim, and how to check it.
//!
//! The formats are those of RFC 6962 (hashes and proofs) and of C2SP (signed notes, checkpoints,
//! cosignatures, receipts), so that anybody can check a log without our code. Nothing here reads a file,
//! a clock or a socket, and nothing here knows protobuf: records are bytes.

pub mod checkpoint;
pub mod consistency;
pub mod cosignature;
pub mod hash;
pub mod inclusion;
pub mod leaf;
pub mod note;
pub mod policy;
pub mod receipt;
mod text;
pub mod tree;

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The index is not below the tree size, or the older size is zero or above the newer one.
    #[error("the proof is about entries that are not in the tree")]
    Range,
    /// Fewer or more hashes than index and sizes call for.
    #[error("the proof does not have the number of hashes that it must have")]
    Length,
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// The most hashes a proof may carry: enough for a tree of 2^63 entries.
pub const PROOF_HASHES_MAX: usize = 63;
