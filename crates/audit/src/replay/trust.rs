//! TRUST entries: something that later entries rest on, put on the shelf if it is what its record says.

use super::directory::Directory;
use super::keys::Known;
use super::outcome::{Examined, Of, Outcome};
use super::shelf::{Content, Item, Shelf, what};
use super::stated;
use crate::finding::{Kind, Thing};
use crate::source::Entry;
use precinto_alert::id::Side;
use precinto_envelope::certificate::Certificate;
use precinto_envelope::crypto::sha256;
use precinto_envelope::trust::TrustKind;
use precinto_merkle::leaf::Leaf;
use precinto_proto::v1 as pb;
use prost::Message;
use std::sync::Arc;

impl Shelf {
    /// Checks a TRUST entry and takes in what it holds.
    pub(super) fn take_in(&mut self, leaf: &Leaf, entry: Entry) -> Outcome {
        let committed = stated::commitment(leaf, &entry);
        let Entry {
            index,
            place,
            record,
            content,
            body,
            body_pruned,
            stated,
            ..
        } = entry;
        let digest = sha256(&[&content]);
        let key = sha256(&[b"precinto/trust/v1\0", &digest]);
        let mut kinds = stated::compare(stated.as_ref(), &key, &digest);
        kinds.extend(committed);
        if !body.is_empty() || body_pruned {
            kinds.push(stated::body_unexpected());
        }
        match examine(&record, &digest, content) {
            Ok((item, note)) => {
                kinds.extend(note);
                self.put(digest, item);
            }
            Err(kind) => kinds.push(kind),
        }
        Outcome {
            place,
            kinds,
            of: Of::Entry(Examined {
                known: Some(Known { key, digest }),
                ..Examined::at(index)
            }),
        }
    }
}

/// Compares record and content, and reads the content.
fn examine(
    record: &[u8],
    digest: &[u8; 32],
    content: Vec<u8>,
) -> Result<(Item, Option<Kind>), Kind> {
    let parsed = pb::TrustRecord::decode(record).map_err(|error| Kind::RecordMalformed {
        why: error.to_string(),
    })?;
    let note = (parsed.encode_to_vec() != record).then_some(Kind::UnknownFields {
        what: Thing::RECORD,
    });
    let wrong = |why: String| Kind::Trust { why };
    let pb::TrustRecord {
        kind,
        digest: stated,
        side,
    } = parsed;
    if stated != digest {
        return Err(wrong(
            "its content is not the one whose digest stands in the record".to_owned(),
        ));
    }
    let kind = TrustKind::try_from(kind).unwrap_or(TrustKind::Unspecified);
    let side = match kind {
        TrustKind::Directory if side.is_empty() => None,
        TrustKind::Directory => return Err(wrong("the directory belongs to no side".to_owned())),
        _ => Some(
            side.parse::<Side>()
                .map_err(|error| wrong(format!("the side: {error}")))?,
        ),
    };
    let content = match kind {
        TrustKind::Root | TrustKind::RevocationList => Content::Der(content),
        TrustKind::Intermediate => Content::Certificate(Arc::new(certificate(&content)?)),
        TrustKind::Signer => {
            let certificate = certificate(&content)?;
            let identity = certificate
                .identity()
                .map_err(|error| wrong(error.to_string()))?;
            if Some(identity.side()) != side.as_ref() {
                return Err(wrong("the certificate names another side".to_owned()));
            }
            Content::Certificate(Arc::new(certificate))
        }
        TrustKind::Directory => {
            let directory = Directory::parse(&content)
                .map_err(|error| wrong(format!("{}: {error}", what(kind))))?;
            Content::Directory(Arc::new(directory))
        }
        TrustKind::Unspecified => return Err(wrong("its kind is unknown".to_owned())),
    };
    Ok((
        Item {
            kind,
            side,
            content,
        },
        note,
    ))
}

fn certificate(der: &[u8]) -> Result<Certificate, Kind> {
    Certificate::parse(der).map_err(|error| Kind::Trust {
        why: error.to_string(),
    })
}
