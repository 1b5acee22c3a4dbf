//! What an entry states beside its content: in its leaf, in the journal's table, in its record.

use crate::finding::Kind;
use crate::source::{Entry, Stated};
use precinto_alert::floor::Rules;
use precinto_alert::{Reason, reason};
use precinto_merkle::leaf::{self, Leaf};
use precinto_proto::v1 as pb;

/// What the record says that the message was let in by. Each is judged by the rules that it claims, unless the log has claimed
/// newer ones before: a gateway does not choose what it is audited by.
pub(super) fn claimed(record: &pb::StatementRecord) -> Rules {
    let decision = record.decision.as_ref();
    Rules::of(decision.map_or("", |decision| &decision.policy))
}

/// Compares record and salt with the leaf's commitment.
pub(super) fn commitment(leaf: &Leaf, entry: &Entry) -> Option<Kind> {
    let salt = <[u8; 32]>::try_from(entry.salt.as_slice()).ok();
    let right = salt.is_some_and(|salt| {
        leaf::commitment(leaf.entry_type, &salt, &entry.record) == leaf.commitment
    });
    (!right).then_some(Kind::Commitment)
}

/// Compares key and digest; the wire states neither.
pub(super) fn compare(stated: Option<&Stated>, key: &[u8; 32], digest: &[u8; 32]) -> Vec<Kind> {
    let Some(stated) = stated else {
        return Vec::new();
    };
    let key_differs = stated.key != *key;
    let digest_differs = stated.digest != *digest;
    let kinds = [
        key_differs.then_some(Kind::EntryKey),
        digest_differs.then_some(Kind::EntryDigest),
    ];
    kinds.into_iter().flatten().collect()
}

/// What stands beside the record of an entry whose record says it all.
pub(super) fn beside_the_record(entry: &Entry) -> Option<Kind> {
    if !entry.content.is_empty() {
        return Some(Kind::EnvelopeMalformed {
            why: "an entry of this type has no content".to_owned(),
        });
    }
    (!entry.body.is_empty() || entry.body_pruned).then(body_unexpected)
}

/// A body stands where none belongs.
pub(super) fn body_unexpected() -> Kind {
    Kind::Body {
        reason: reason::name(Reason::BodyUnexpected),
        why: "an entry of this type has no body".to_owned(),
    }
}
