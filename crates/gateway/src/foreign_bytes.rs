//! What the gateway reads that others wrote, or that its own disk gives back: any bytes at all, for fuzzing and for the replay of
//! its corpora (test only).
//!
//! One function a target, as in `tests/fuzz/targets.rs`. A target that fails panics.

#![cfg_attr(
    not(fuzzing),
    expect(clippy::missing_panics_doc, reason = "a panic is the answer")
)]

use std::hint::black_box;
use std::path::Path;

use precinto_alert::id::NodeId;
use precinto_envelope::crypto::sha256;
use precinto_proto::v1 as pb;
use prost::Message as _;

use crate::config::{Config, ConfigError};
use crate::records::token::PageTokens;
use crate::subscribe::cursor::Cursor;
use crate::subscribe::filter::Filter;

/// A subscription's filter, as a node sends it and as a cursor's file keeps it.
pub fn filter(bytes: &[u8]) {
    if let Ok(wire) = pb::Filter::decode(bytes) {
        match Filter::read(Some(wire)) {
            Ok(filter) => kept(&filter),
            Err(refused) => drop(black_box(refused)),
        }
    }
    if let Some(filter) = std::str::from_utf8(bytes).ok().and_then(Filter::of_line) {
        kept(&filter);
    }
}

/// What was let in is the same after the wire and after the disk.
fn kept(filter: &Filter) {
    let again = Filter::read(filter.to_wire());
    assert_eq!(again.as_ref(), Ok(filter), "changed by the wire");
    let again = Filter::of_line(&filter.to_line());
    assert_eq!(again.as_ref(), Some(filter), "changed by the disk");
}

/// A page token that this gateway never gave out; and what it did give out, spoilt with these bytes.
pub fn page_token(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let tokens = PageTokens::new();
    let node = "spiffe://us.dev.invalid/agency/cbp/node/lax".parse();
    let node: NodeId = node.expect("a node");
    assert!(tokens.position(text, &node, None).is_err(), "not ours");
    let first = bytes.first_chunk().copied();
    let position = u64::from_be_bytes(first.unwrap_or_default());
    let token = tokens.issue(position, &node, None);
    assert_eq!(tokens.position(&token, &node, None), Ok(position));
    for changed in [format!("{token}{text}"), format!("{text}{token}")] {
        let read = tokens.position(&changed, &node, None);
        assert!(read.is_err() || changed == token, "another spelling");
    }
}

/// A cursor's file as it is; and, so that its checksum does not keep everything out, with the right one put behind it.
pub fn cursor(bytes: &[u8]) {
    read_cursor(bytes);
    let end = bytes.windows(7).rposition(|window| window == b"sha256 ");
    let (content, _) = bytes.split_at(end.unwrap_or(bytes.len()));
    let sum = format!("sha256 {}\n", precinto_envelope::hex(&sha256(&[content])));
    read_cursor(&[content, sum.as_bytes()].concat());
}

fn read_cursor(bytes: &[u8]) {
    match Cursor::parse(bytes) {
        Ok((definition, cursor)) => {
            let text = cursor.to_text(&definition);
            let again = Cursor::parse(text.as_bytes());
            assert_eq!(again, Ok((definition, cursor)), "changed by the disk");
        }
        Err(damaged) => assert!(!damaged.to_string().is_empty(), "nothing to show"),
    }
}

/// A gateway's settings.
pub fn gateway_config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match Config::parse(text, Path::new("gateway.toml")) {
        Ok(config) => assert!(!config.show().is_empty(), "nothing in force"),
        Err(ConfigError::Values { problems, .. }) => {
            assert!(!problems.is_empty(), "refused for nothing");
        }
        Err(error) => assert!(!error.to_string().is_empty(), "nothing to show"),
    }
}

#[cfg(test)]
#[path = "../../../tests/fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;

    #[test]
    fn foreign_filters_are_read_or_refused() {
        replay("filter", super::filter);
    }

    #[test]
    fn foreign_page_tokens_are_refused() {
        replay("page_token", super::page_token);
    }

    #[test]
    fn spoilt_cursors_are_read_or_refused() {
        replay("cursor", super::cursor);
    }

    #[test]
    fn settings_of_a_gateway_are_read_or_refused() {
        replay("gateway_config", super::gateway_config);
    }
}
