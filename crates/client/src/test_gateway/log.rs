//! A log in memory that can prove what it holds, and can be made to lie.

use crate::author::Signed;
use precinto_envelope::crypto::{SigningKey, random};
use precinto_merkle::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use precinto_merkle::leaf::{EntryType, Leaf, commitment};
use precinto_merkle::note::{NoteSigner, NoteVerifier};
use precinto_merkle::receipt::Receipt;
use precinto_merkle::tree::HashStore;
use precinto_merkle::{consistency, inclusion};
use precinto_proto::v1 as pb;
use prost::Message;
use std::sync::Arc;

use super::pki::NOW_MS;

/// What the gateway of the tests finds likelier than what was written: a value from the content.
pub(crate) const PROPOSAL: &str = "020-99887766";

pub(crate) const ORIGIN: &str = "gw.dev.invalid/log/2026";

pub(crate) struct TestLog {
    signer: Arc<NoteSigner>,
    tree: HashStore,
    entries: Vec<TestEntry>,
    /// The time of the first entry; each later one is a millisecond on.
    pub(crate) time_ms: u64,
}

#[derive(Clone)]
struct TestEntry {
    request: pb::SubmitRequest,
    leaf: Leaf,
    salt: [u8; 32],
    record: Vec<u8>,
}

impl TestLog {
    pub(crate) fn new() -> Self {
        let (key, _) = SigningKey::generate_ed25519();
        let signer = Arc::new(NoteSigner::new(ORIGIN, key).unwrap());
        Self {
            signer,
            tree: HashStore::new(),
            entries: Vec::new(),
            time_ms: NOW_MS,
        }
    }

    /// Where the log took this part of the directory.
    pub(super) fn index_of_part(&self, part: &[u8]) -> Option<u64> {
        let digest = precinto_envelope::crypto::sha256(&[part]);
        let is_it = |entry: &TestEntry| {
            let record = pb::TrustRecord::decode(entry.record.as_slice());
            entry.leaf.entry_type == EntryType::Trust
                && record.is_ok_and(|record| record.digest == digest)
        };
        let place = self.entries.iter().rposition(is_it)?;
        u64::try_from(place).ok()
    }

    pub(crate) fn verifier(&self) -> NoteVerifier {
        self.signer.verifier()
    }

    pub(crate) fn size(&self) -> u64 {
        self.tree.len()
    }

    /// Takes a statement in; gives its index.
    pub(crate) fn append(&mut self, signed: &Signed) -> u64 {
        let subject = signed.subject();
        let record = pb::StatementRecord {
            envelope_digest: subject.envelope_digest.to_vec(),
            statement_id: subject.statement_id.to_vec(),
            ..Default::default()
        };
        self.append_record(signed.request().clone(), &record, EntryType::Statement)
    }

    /// As [`TestLog::append`], sent to these agencies.
    pub(crate) fn append_to(&mut self, signed: &Signed, agencies: &[&str]) -> u64 {
        let subject = signed.subject();
        let record = pb::StatementRecord {
            envelope_digest: subject.envelope_digest.to_vec(),
            statement_id: subject.statement_id.to_vec(),
            recipients: vec![pb::ResolvedRecipient {
                agencies: agencies.iter().map(ToString::to_string).collect(),
                ..Default::default()
            }],
            warnings: vec![pb::Finding {
                field: "content.shipments[0]".to_owned(),
                proposals: vec![PROPOSAL.to_owned()],
                ..Default::default()
            }],
            ..Default::default()
        };
        self.append_record(signed.request().clone(), &record, EntryType::Statement)
    }

    /// Takes a missed deadline in; gives its index.
    pub(crate) fn append_overdue(&mut self, record: &pb::OverdueRecord) -> u64 {
        let request = pb::SubmitRequest::default();
        self.append_bytes(request, record.encode_to_vec(), EntryType::Overdue)
    }

    /// The record of the entry at `index`, as its parties read it.
    pub(crate) fn record(&self, index: u64) -> pb::Record {
        let entry = &self.entries[usize::try_from(index).unwrap()];
        pb::Record {
            index,
            envelope: entry.request.envelope.clone(),
            body: entry.request.body.clone(),
            receipt: Some(self.receipt(index)),
            body_pruned: false,
            kind: kind_of(entry).into(),
        }
    }

    pub(crate) fn append_record(
        &mut self,
        request: pb::SubmitRequest,
        record: &pb::StatementRecord,
        entry_type: EntryType,
    ) -> u64 {
        self.append_bytes(request, record.encode_to_vec(), entry_type)
    }

    pub(super) fn append_bytes(
        &mut self,
        request: pb::SubmitRequest,
        record: Vec<u8>,
        entry_type: EntryType,
    ) -> u64 {
        let salt = random();
        let commitment = commitment(entry_type, &salt, &record);
        let leaf = Leaf {
            entry_type,
            time_ms: self.time_ms + self.size(),
            commitment,
        };
        self.tree.push(leaf.hash());
        self.entries.push(TestEntry {
            request,
            leaf,
            salt,
            record,
        });
        self.size() - 1
    }

    /// Forgets its first entry, and holds to the rest as if it had never been: a rewritten history.
    pub(crate) fn forget(&mut self) {
        let kept = self.entries.split_off(1);
        self.tree = HashStore::new();
        for entry in &kept {
            self.tree.push(entry.leaf.hash());
        }
        self.entries = kept;
    }

    /// Another log under the same key: it begins with as many of these entries, and then goes its own way.
    pub(crate) fn branch(&self, kept: usize) -> Self {
        let entries = self.entries[..kept].to_vec();
        let mut tree = HashStore::new();
        for entry in &entries {
            tree.push(entry.leaf.hash());
        }
        Self {
            signer: Arc::clone(&self.signer),
            tree,
            entries,
            time_ms: self.time_ms,
        }
    }

    pub(crate) fn checkpoint(&self, size: u64) -> SignedCheckpoint {
        let (origin, root) = (
            Origin::parse(ORIGIN).unwrap(),
            self.tree.root(size).unwrap(),
        );
        Checkpoint { origin, size, root }
            .sign(&self.signer)
            .unwrap()
    }

    /// The newest checkpoint's note.
    pub(crate) fn note(&self) -> String {
        self.checkpoint(self.size()).note().to_owned()
    }

    pub(crate) fn receipt(&self, index: u64) -> pb::Receipt {
        let entry = &self.entries[usize::try_from(index).unwrap()];
        let proof = Receipt {
            leaf: entry.leaf,
            salt: entry.salt,
            index,
            path: inclusion::prove(&self.tree, index, self.size()).unwrap(),
            checkpoint_note: self.note(),
        };
        pb::Receipt {
            proof: proof.to_text(),
            record: entry.record.clone().into(),
        }
    }

    pub(crate) fn consistency(&self, old: u64, new: u64) -> Vec<Vec<u8>> {
        let proof = consistency::prove(&self.tree, old, new).unwrap_or_default();
        proof.iter().map(|hash| hash.to_vec()).collect()
    }

    /// A delivery of the entry at `index` that covers `first..end`, without a proof.
    pub(crate) fn delivery(&self, index: u64, first: u64, end: u64) -> pb::Delivery {
        let entry = &self.entries[usize::try_from(index).unwrap()];
        pb::Delivery {
            index,
            covered: Some(pb::Range { first, end }),
            envelope: entry.request.envelope.clone().into(),
            body: entry.request.body.clone().into(),
            receipt: Some(pb::Receipt {
                proof: String::new(),
                record: entry.record.clone().into(),
            }),
            attempt: 1,
            time_ms: entry.leaf.time_ms,
            kind: kind_of(entry).into(),
            body_pruned: false,
            consistency: Vec::new(),
        }
    }
}

fn kind_of(entry: &TestEntry) -> pb::EntryKind {
    match entry.leaf.entry_type {
        EntryType::Overdue => pb::EntryKind::Overdue,
        _ => pb::EntryKind::Unspecified,
    }
}
