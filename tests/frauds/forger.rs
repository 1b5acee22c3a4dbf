//! The forger: takes a log apart, lets a test change it, and writes it again with every checksum and signature right.
//!
//! It writes the documented format with code that shares nothing with the ledger's; that it does so faithfully is a test below.

use crate::real_log::{RealLog, Signed, log_key};
use precinto_audit::Step;
use precinto_audit::format::Journal;
use precinto_audit::testing::{Row, checkpoint, frame, segment_header};
use precinto_envelope::crypto::sha256;
use precinto_merkle::hash::leaf_hash;
use precinto_merkle::leaf::{EntryType, Leaf, commitment};
use precinto_merkle::note::NoteSigner;
use precinto_merkle::tree::Edge;
use precinto_proto::v1 as pb;
use prost::Message;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;

/// A log in the forger's hands.
#[derive(Clone)]
pub(crate) struct Forgery {
    /// The entries, to be changed at will.
    pub(crate) entries: Vec<Forged>,
}

/// One entry. Its index, its commitment and everything over it follow when the log is written.
#[derive(Clone)]
pub(crate) struct Forged {
    pub(crate) entry_type: EntryType,
    pub(crate) time_ms: u64,
    pub(crate) salt: [u8; 32],
    pub(crate) record: Vec<u8>,
    pub(crate) content: Vec<u8>,
    pub(crate) body: Vec<u8>,
    /// For a pruned entry: the commitment that stays in the tree.
    pub(crate) pruned: Option<[u8; 32]>,
    pub(crate) body_pruned: bool,
    pub(crate) key: [u8; 32],
    pub(crate) digest: [u8; 32],
    /// Which segment and which frame it belongs to.
    place: (usize, usize),
}

impl Forgery {
    /// Takes the log apart.
    pub(crate) fn of(log: &RealLog) -> Self {
        let journal = Journal::open(&log.folder().join("journal"), None).expect("a journal");
        let (mut entries, mut frame) = (Vec::new(), 0);
        for step in journal {
            let Step::Batch(batch) = step else {
                panic!("the real log is sound: {step:?}")
            };
            frame += 1;
            for entry in batch.entries {
                let file = entry.place.file.expect("a segment");
                let segment = file
                    .trim_end_matches(".seg")
                    .parse()
                    .expect("a segment's name");
                let leaf = Leaf::from_bytes(&entry.leaf).expect("a leaf");
                let stated = entry.stated.expect("a row");
                entries.push(Forged {
                    entry_type: leaf.entry_type,
                    time_ms: leaf.time_ms,
                    salt: entry.salt.try_into().expect("32 bytes"),
                    record: entry.record,
                    content: entry.content,
                    body: entry.body,
                    pruned: None,
                    body_pruned: false,
                    key: stated.key,
                    digest: stated.digest,
                    place: (segment, frame),
                });
            }
        }
        Self { entries }
    }

    /// Writes a data folder around the log, published checkpoint and key included, signed with the log's own key.
    pub(crate) fn write(&self) -> TempDir {
        self.write_signed(&log_key())
    }

    /// As [`Self::write`], with another key of the log's name.
    pub(crate) fn write_signed(&self, signer: &NoteSigner) -> TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let put = |name: &str, bytes: &[u8]| {
            let mut file = File::create(folder.path().join(name)).expect("a file");
            file.write_all(bytes).expect("space on the disk");
        };
        fs::create_dir(folder.path().join("journal")).expect("a folder");
        let (mut edge, mut note) = (Edge::new(), String::new());
        for segment in self
            .entries
            .chunk_by(|left, right| left.place.0 == right.place.0)
        {
            let first = edge.size();
            let mut bytes = segment_header(first, signer.verifier().name());
            for batch in segment.chunk_by(|left, right| left.place == right.place) {
                let first = edge.size();
                for entry in batch {
                    edge.append(leaf_hash(&entry.leaf()));
                }
                note = checkpoint(signer, &edge);
                let rows: Vec<Row<'_>> = batch.iter().map(Forged::row).collect();
                bytes.extend(frame(first, &rows, &note));
            }
            put(&format!("journal/{first:020}.seg"), &bytes);
        }
        put("checkpoint", note.as_bytes());
        put("log.vkey", format!("{}\n", signer.verifier()).as_bytes());
        folder
    }

    /// Adds a TRUST entry at the end, a minute after the one before.
    pub(crate) fn push_trust(&mut self, (content, record): (Vec<u8>, Vec<u8>)) {
        let mut entry = self.entries[0].clone();
        let last = self.entries.last().expect("a log has entries");
        (entry.place, entry.time_ms) = (last.place, last.time_ms + 60_000);
        entry.digest = sha256(&[&content]);
        entry.key = sha256(&[b"precinto/trust/v1\0", &entry.digest]);
        (entry.content, entry.record) = (content, record);
        self.entries.push(entry);
    }

    /// Adds an ACT entry at the end, a second after the one before.
    pub(crate) fn push_act(&mut self, record: &pb::ActRecord) {
        let mut entry = self.entries[0].clone();
        let last = self.entries.last().expect("a log has entries");
        (entry.place, entry.time_ms) = (last.place, last.time_ms + 1_000);
        entry.entry_type = EntryType::Act;
        entry.content.clear();
        entry.record = record.encode_to_vec();
        entry.digest = sha256(&[&entry.record]);
        entry.key = sha256(&[b"precinto/act/v1\0", &record.act_id]);
        self.entries.push(entry);
    }

    /// Adds a statement at the end, a second after the one before.
    pub(crate) fn push_statement(&mut self, signed: &Signed) {
        let last = self.entries.last().expect("a log has entries");
        let (place, time_ms) = (last.place, last.time_ms + 1_000);
        let of_its_type = |entry: &&Forged| entry.entry_type == EntryType::Statement;
        let entry = self.entries.iter().find(of_its_type);
        let mut entry = entry.expect("a statement").clone();
        (entry.place, entry.time_ms) = (place, time_ms);
        self.entries.push(entry);
        self.replace(self.entries.len() - 1, signed);
    }

    /// Makes one batch of all entries of a segment.
    pub(crate) fn merge_batches(&mut self) {
        self.entries.iter_mut().for_each(|entry| entry.place.1 = 0);
    }

    /// Changes the record of a statement.
    pub(crate) fn record(&mut self, at: usize, change: impl FnOnce(&mut pb::StatementRecord)) {
        let entry = &mut self.entries[at];
        let mut record = pb::StatementRecord::decode(entry.record.as_slice()).expect("a record");
        change(&mut record);
        entry.record = record.encode_to_vec();
    }

    /// Changes the record of a conflict.
    pub(crate) fn conflict(&mut self, at: usize, change: impl FnOnce(&mut pb::ConflictRecord)) {
        let entry = &mut self.entries[at];
        let mut record = pb::ConflictRecord::decode(entry.record.as_slice()).expect("a record");
        change(&mut record);
        entry.record = record.encode_to_vec();
    }

    /// Puts what another statement made into the place of an entry.
    pub(crate) fn replace(&mut self, at: usize, signed: &Signed) {
        let entry = &mut self.entries[at];
        entry.record.clone_from(&signed.record);
        entry.content = signed.verified.envelope_bytes().to_vec();
        entry.body.clone_from(&signed.body);
        entry.digest = signed.verified.statement_id();
        let sender = signed.verified.sender().to_string();
        let id = signed.message_id.as_bytes();
        entry.key = sha256(&[b"precinto/pair/v1\0", id, sender.as_bytes()]);
    }

    /// Replaces a thing that trust rests on, and every mention of it.
    pub(crate) fn replace_trust(&mut self, at: usize, content: Vec<u8>) {
        let old = self.entries[at].digest.to_vec();
        let digest = sha256(&[&content]);
        let entry = &mut self.entries[at];
        let mut record = pb::TrustRecord::decode(entry.record.as_slice()).expect("a record");
        record.digest = digest.to_vec();
        entry.record = record.encode_to_vec();
        (entry.content, entry.digest) = (content, digest);
        entry.key = sha256(&[b"precinto/trust/v1\0", &digest]);
        for index in 0..self.entries.len() {
            if self.entries[index].entry_type == EntryType::Statement {
                self.record(index, |record| {
                    let named = record.trust.iter_mut().filter(|used| used.digest == old);
                    named.for_each(|used| used.digest = digest.to_vec());
                });
            }
        }
    }
}

impl Forged {
    fn leaf(&self) -> [u8; 50] {
        let commitment = self
            .pruned
            .unwrap_or_else(|| commitment(self.entry_type, &self.salt, &self.record));
        Leaf {
            entry_type: self.entry_type,
            time_ms: self.time_ms,
            commitment,
        }
        .to_bytes()
    }

    fn row(&self) -> Row<'_> {
        Row {
            leaf: self.leaf(),
            flags: u8::from(self.pruned.is_some()) | u8::from(self.body_pruned) << 1,
            zero: 0,
            record: &self.record,
            content: &self.content,
            body: &self.body,
            salt: self.salt,
            key: self.key,
            digest: self.digest,
        }
    }

    /// Deletes record, salt and content; the leaf stays.
    pub(crate) fn prune_record(&mut self) {
        self.pruned = Some(commitment(self.entry_type, &self.salt, &self.record));
        self.salt = [0; 32];
        self.record.clear();
        self.content.clear();
    }
}

/// The names of a folder's segments and their bytes.
pub(crate) fn segments(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(folder.join("journal"))
        .expect("a journal")
        .map(|file| {
            let file = file.expect("a file");
            let name = file.file_name().into_string().expect("ASCII");
            (name, fs::read(file.path()).expect("readable"))
        });
    let mut files: Vec<_> = files.collect();
    files.sort();
    files
}

#[test]
fn the_forger_writes_what_the_ledger_wrote() {
    let log = crate::real_log::real_log();
    let copy = Forgery::of(log).write();
    let (left, right) = (segments(log.folder()), segments(copy.path()));
    assert!(right.len() > 1, "the log has several segments");
    assert!(left == right, "byte for byte");
    for name in ["checkpoint", "log.vkey"] {
        let read = |folder: &Path| fs::read(folder.join(name)).expect("readable");
        assert_eq!(read(log.folder()), read(copy.path()), "{name}");
    }
}
