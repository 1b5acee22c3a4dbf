//! TRUST entries: something that later entries rest on, put on the shelf if it is what its record says.

use super::keys::Known;
use super::outcome::{Examined, Of, Outcome};
use super::parts::NamedPart;
use super::revoked::{self, Signed};
use super::shelf::{Content, Item, Shelf, what};
use super::signed_part::SignedPart;
use super::{directory, stated};
use crate::finding::{Kind, Thing};
use crate::source::Entry;
use precinto_alert::id::{IdError, Side};
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
        let mut signed = Vec::new();
        let taken = examine(&record, &digest, &mut kinds).and_then(|said| match said.kind {
            TrustKind::Directory => {
                let found = Found {
                    kinds: &mut kinds,
                    signed: &mut signed,
                };
                self.part(said, digest, &content, leaf.time_ms, found)
            }
            _ => item(said, content),
        });
        match taken {
            Ok(item) => self.put(digest, item),
            Err(kind) => kinds.push(kind),
        }
        Outcome {
            place,
            kinds,
            of: Of::Entry(Examined {
                known: Some(Known { key, digest }),
                signed,
                ..Examined::at(index)
            }),
        }
    }

    /// Reads a part of the directory, and asks whether it might be taken: what it says, where it stands, who signed it.
    fn part(
        &mut self,
        said: SaidOf,
        digest: [u8; 32],
        content: &[u8],
        time_ms: u64,
        found: Found<'_>,
    ) -> Result<Item, Kind> {
        let Found { kinds, signed: by } = found;
        let SaidOf { kind, side, trust } = said;
        let signed = SignedPart::open(content)
            .map_err(|error| wrong(format!("{}: {error}", what(kind).0)))?;
        let read = directory::Part::parse(signed.text(), &side)
            .map_err(|error| wrong(format!("{}: {error}", what(kind).0)))?;
        let read = Arc::new(read);
        let named = self.named(&trust, time_ms);
        let signers = match signed.signers(&side, &named, time_ms) {
            Ok((officers, signed)) => {
                kinds.extend(revoked::by_then(&signed, &named.others, time_ms));
                *by = signed;
                Some(officers)
            }
            Err(kind) => {
                kinds.push(kind);
                None
            }
        };
        let next = NamedPart {
            side: side.clone(),
            digest,
            part: Arc::clone(&read),
        };
        kinds.extend(named.kinds);
        kinds.extend(self.parts.take(next, signers.as_ref()));
        Ok(Item {
            kind,
            side,
            content: Content::Part(read),
        })
    }
}

/// What the examination of a part adds to what is known of its entry.
struct Found<'a> {
    kinds: &'a mut Vec<Kind>,
    signed: &'a mut Vec<Signed>,
}

/// What the record of a TRUST entry says of its content.
struct SaidOf {
    kind: TrustKind,
    side: Side,
    /// Only of a part of the directory: what its signatures were judged by.
    trust: Vec<pb::TrustRef>,
}

/// Reads the record, and compares it with the content's digest.
fn examine(record: &[u8], digest: &[u8; 32], kinds: &mut Vec<Kind>) -> Result<SaidOf, Kind> {
    let parsed = pb::TrustRecord::decode(record).map_err(|error| Kind::RecordMalformed {
        why: error.to_string(),
    })?;
    if parsed.encode_to_vec() != record {
        kinds.push(Kind::UnknownFields {
            what: Thing::RECORD,
        });
    }
    let pb::TrustRecord {
        kind,
        digest: stated,
        side,
        trust,
    } = parsed;
    if stated != digest {
        return Err(wrong(
            "its content is not the one whose digest stands in the record",
        ));
    }
    let side = side
        .parse()
        .map_err(|error: IdError| wrong(format!("the side: {error}")))?;
    let kind = TrustKind::try_from(kind).unwrap_or(TrustKind::Unspecified);
    Ok(SaidOf { kind, side, trust })
}

/// Reads anything but a part of the directory.
fn item(said: SaidOf, content: Vec<u8>) -> Result<Item, Kind> {
    let SaidOf { kind, side, .. } = said;
    let content = match kind {
        TrustKind::Root | TrustKind::RevocationList => Content::Der(content),
        TrustKind::Intermediate => Content::Certificate(Arc::new(certificate(&content)?)),
        TrustKind::Signer => {
            let certificate = certificate(&content)?;
            let identity = certificate
                .identity()
                .map_err(|error| wrong(error.to_string()))?;
            if *identity.side() != side {
                return Err(wrong("the certificate names another side"));
            }
            Content::Certificate(Arc::new(certificate))
        }
        TrustKind::Directory | TrustKind::Unspecified => return Err(wrong("its kind is unknown")),
    };
    Ok(Item {
        kind,
        side,
        content,
    })
}

fn wrong(why: impl Into<String>) -> Kind {
    Kind::Trust { why: why.into() }
}

fn certificate(der: &[u8]) -> Result<Certificate, Kind> {
    Certificate::parse(der).map_err(|error| Kind::Trust {
        why: error.to_string(),
    })
}
