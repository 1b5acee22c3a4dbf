//! The walk answers as encoding again does, whatever the bytes; and its table is what the contract says.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

use super::*;
use precinto_proto::v1 as pb;

mod random;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/canonical/shapes.rs");

#[test]
fn the_table_is_what_the_contract_says() {
    let want = table();
    if std::env::var_os("UPDATE").is_some() {
        write(Path::new(TABLE), &want);
    }
    let have = std::fs::read_to_string(TABLE).expect("the table");
    assert!(
        have == want,
        "shapes.rs is not what proto/ says: run `UPDATE=1 cargo test -p precinto-alert`"
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "a developer's tool; git keeps the old file"
)]
fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("writes the table");
}

/// The statement and every content, with all that they hold.
fn table() -> String {
    let pool = DescriptorPool::decode(precinto_proto::FILE_DESCRIPTOR_SET).expect("our own");
    let roots: Vec<MessageDescriptor> = pool
        .all_messages()
        .filter(|message| message.package_name() == "precinto.v1")
        .filter(|message| message.name() == "Statement" || message.name().ends_with("Content"))
        .collect();
    let mut shapes = BTreeMap::new();
    for root in &roots {
        collect(root, &mut shapes, &mut Vec::new());
    }
    let mut text = String::from(
        "//! The fields of every message that has one encoding, by their numbers. Written by a test, from the contract.\n\n\
         use super::OneEncoding;\nuse super::shape::{Field, Scalar, Shape};\nuse precinto_proto::v1 as pb;\n\n\
         const BOOL: Field = Field::Scalar(Scalar::Bool);\nconst BITS32: Field = Field::Scalar(Scalar::Bits32);\n\
         const BITS64: Field = Field::Scalar(Scalar::Bits64);\nconst CODE: Field = Field::Scalar(Scalar::Code);\n\n",
    );
    for (name, fields) in shapes {
        writeln!(
            text,
            "const {name}: Shape = Shape(&[{}]);",
            fields.join(", ")
        )
        .unwrap();
    }
    let mut names: Vec<&str> = roots.iter().map(MessageDescriptor::name).collect();
    names.sort_unstable();
    for name in names {
        let shape = shouted(name);
        write!(
            text,
            "\nimpl OneEncoding for pb::{name} {{\n    const SHAPE: Shape = {shape};\n}}\n"
        )
        .unwrap();
    }
    text
}

fn collect(
    message: &MessageDescriptor,
    shapes: &mut BTreeMap<String, Vec<String>>,
    above: &mut Vec<String>,
) {
    let name = shouted(message.name());
    assert!(!above.contains(&name), "{name} nests in itself");
    above.push(name.clone());
    let mut fields = Vec::new();
    for field in message.fields() {
        fields.push(kind(&field));
        assert_eq!(
            field.number() as usize,
            fields.len(),
            "a number before {} is not in use: let the table say so",
            field.full_name()
        );
        if let Some(inner) = field.kind().as_message() {
            collect(inner, shapes, above);
        }
    }
    above.pop();
    shapes.insert(name, fields);
}

fn kind(field: &FieldDescriptor) -> String {
    let name = field.full_name();
    assert!(!field.is_map() && !field.is_group(), "{name}");
    assert!(field.containing_oneof().is_none(), "{name}");
    let list = field.is_list();
    let scalar = match field.kind() {
        Kind::Message(inner) => {
            let item = if list { "MessageList" } else { "Message" };
            return format!("Field::{item}({})", shouted(inner.name()));
        }
        Kind::String | Kind::Bytes => {
            return if list {
                "Field::BytesList"
            } else {
                "Field::Bytes"
            }
            .to_owned();
        }
        Kind::Bool => "Bool",
        Kind::Uint32 | Kind::Sint32 => "Bits32",
        Kind::Uint64 => "Bits64",
        Kind::Enum(_) => "Code",
        other => panic!("{name}: the walk knows no {other:?}"),
    };
    assert!(!field.supports_presence(), "{name}: absent is not zero");
    if list {
        assert!(field.is_packed(), "{name} is not packed");
        return format!("Field::Packed(Scalar::{scalar})");
    }
    scalar.to_uppercase()
}

/// `AlertContent` as `ALERT_CONTENT`.
fn shouted(name: &str) -> String {
    let mut text = String::new();
    for (index, character) in name.char_indices() {
        if character.is_uppercase() && index > 0 {
            text.push('_');
        }
        text.push(character.to_ascii_uppercase());
    }
    text
}

#[test]
fn numbers_have_one_spelling() {
    let read = |bytes: &[u8]| varint(bytes).map(|(number, rest)| (number, rest.len()));
    let most = u64::from(u32::MAX);
    for number in [0, 1, 127, 128, 300, most, u64::MAX >> 1, u64::MAX] {
        let mut bytes = Vec::new();
        prost::encoding::encode_varint(number, &mut bytes);
        assert_eq!(read(&bytes), Some((number, 0)), "{number}");
        bytes.push(9);
        assert_eq!(read(&bytes), Some((number, 1)), "{number}");
        let last = bytes.len() - 2;
        assert_eq!(read(&bytes[..last]), None, "{number} cut short");
        bytes[last] |= 0x80;
        bytes[last + 1] = 0;
        assert_eq!(read(&bytes), None, "{number} with a byte too many");
    }
    let beyond = [[0xff; 9].as_slice(), &[2]].concat();
    assert_eq!(read(&beyond), None, "65 bits");
}

#[test]
fn numbers_that_decode_as_the_same_have_one_spelling() {
    assert!(Scalar::Bool.is_spelt(1) && !Scalar::Bool.is_spelt(2));
    let most = u64::from(u32::MAX);
    assert!(Scalar::Bits32.is_spelt(most) && !Scalar::Bits32.is_spelt(most + 1));
    assert!(Scalar::Bits64.is_spelt(u64::MAX));
    let least = i64::from(i32::MIN).cast_unsigned();
    assert!(Scalar::Code.is_spelt(0x7fff_ffff) && Scalar::Code.is_spelt(least));
    assert!(!Scalar::Code.is_spelt(0x8000_0000) && !Scalar::Code.is_spelt(least - 1));
}
