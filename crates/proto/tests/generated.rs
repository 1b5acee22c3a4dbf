//! The checked-in Rust is what the contract in `proto/` says today.
//!
//! `UPDATE=1 cargo test -p precinto-proto` rewrites the generated files.

use std::path::{Path, PathBuf};

use prost_types::FileDescriptorSet;
use protox::Compiler;
use protox::prost::Message as _;

/// The generated files, by name.
const RUST: &str = "precinto.v1.rs";
const DESCRIPTORS: &str = "precinto.v1.bin";

#[test]
fn generated_code_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    let (rust, descriptors) = generate(&root);
    let checked_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/generated");
    let update = std::env::var_os("UPDATE").is_some();
    for (name, want) in [(RUST, rust), (DESCRIPTORS, descriptors)] {
        let path = checked_in.join(name);
        if update {
            write(&path, &want);
        }
        let have = std::fs::read(&path).unwrap_or_default();
        assert!(
            have == want,
            "{name} is not what proto/ says: run `UPDATE=1 cargo test -p precinto-proto`"
        );
    }
}

/// Every message, field, enum value, service and method says what it is.
#[test]
fn everything_in_the_contract_is_commented() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    let set = compile(&root);
    let mut silent = Vec::new();
    for file in set.file.iter().filter(|f| f.package() == "precinto.v1") {
        let info = file
            .source_code_info
            .as_ref()
            .expect("compiled with comments");
        for location in &info.location {
            // Paths of even depth name a declaration: [4,i] message, [4,i,2,j] field, [5,i,2,j] enum value, [6,i,2,j] method.
            let declares = matches!(
                location.path.as_slice(),
                [4..=6, _] | [4..=6, _, 2, _] | [4, _, 3 | 4, _] | [4, _, 3 | 4, _, 2, _]
            );
            if declares && location.leading_comments().trim().is_empty() {
                silent.push(format!("{} line {}", file.name(), location.span[0] + 1));
            }
        }
    }
    assert!(silent.is_empty(), "no comment above: {silent:#?}");
}

/// Signed messages hold nothing that implementations encode in different ways.
#[test]
fn signed_messages_have_one_encoding() {
    let pool = prost_reflect::DescriptorPool::decode(precinto_proto::FILE_DESCRIPTOR_SET)
        .expect("our own descriptors");
    for name in [
        "precinto.v1.Statement",
        "precinto.v1.Body",
        "precinto.v1.Inner",
    ] {
        let message = pool.get_message_by_name(name).expect("in the contract");
        let mut open = vec![message];
        let mut seen = std::collections::BTreeSet::new();
        while let Some(message) = open.pop() {
            if !seen.insert(message.full_name().to_owned()) {
                continue;
            }
            assert_eq!(
                message.oneofs().count(),
                0,
                "oneof in {}",
                message.full_name()
            );
            for field in message.fields() {
                let kind = field.kind();
                assert!(!field.is_map(), "map {}", field.full_name());
                assert!(!field.is_group(), "group {}", field.full_name());
                assert!(
                    !matches!(
                        kind,
                        prost_reflect::Kind::Float | prost_reflect::Kind::Double
                    ),
                    "floating point {}",
                    field.full_name()
                );
                if let Some(inner) = kind.as_message() {
                    assert!(
                        inner.package_name() == "precinto.v1",
                        "foreign {}",
                        field.full_name()
                    );
                    open.push(inner.clone());
                }
            }
        }
    }
}

/// Compiles the contract with comments, without `protoc`.
fn compile(root: &Path) -> FileDescriptorSet {
    let mut files: Vec<PathBuf> = std::fs::read_dir(root.join("precinto/v1"))
        .expect("the contract's folder")
        .map(|entry| entry.expect("a file of it").path())
        .filter(|path| path.extension().is_some_and(|e| e == "proto"))
        .collect();
    files.sort();
    let mut compiler = Compiler::new([root]).expect("an include folder");
    compiler.include_imports(true).include_source_info(true);
    compiler
        .open_files(files)
        .unwrap_or_else(|error| panic!("{error:?}"));
    compiler.file_descriptor_set()
}

/// The Rust file and the descriptor set, as bytes.
fn generate(root: &Path) -> (Vec<u8>, Vec<u8>) {
    let set = compile(root);
    let out = tempfile::tempdir().expect("a folder for the generator");
    let mut bare = set.clone();
    for file in &mut bare.file {
        file.source_code_info = None;
    }
    tonic_prost_build::configure()
        .out_dir(out.path())
        .emit_rerun_if_changed(false)
        // What a gateway hands out by the thousand is shared with what it has read, not copied.
        .bytes(".precinto.v1.Delivery")
        .bytes(".precinto.v1.Receipt.record")
        .compile_fds(set)
        .expect("generates");
    let rust = std::fs::read(out.path().join(RUST)).expect("generated");
    (rust, bare.encode_to_vec())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a developer's tool; git keeps the old file"
)]
fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("writes the generated file");
}
