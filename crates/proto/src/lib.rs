//! The contract in Rust: messages and stubs generated from `proto/`, and the descriptors they came from; nothing by hand.
//!
//! The generated files are checked in, so that a change of contract is read as a diff and an ordinary build needs
//! neither `protoc` nor a build script. `tests/generated.rs` generates them again and fails on any difference;
//! `UPDATE=1 cargo test -p precinto-proto` rewrites them.

/// Package `precinto.v1`.
#[expect(
    clippy::all,
    clippy::pedantic,
    reason = "generated code keeps the style of its generators"
)]
pub mod v1 {
    include!("generated/precinto.v1.rs");
}

/// The serialised `google.protobuf.FileDescriptorSet` of the contract with everything it imports, without comments:
/// for server reflection, for reading drafts, and for clients without the `.proto` files.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("generated/precinto.v1.bin");
