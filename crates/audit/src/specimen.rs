//! A small log for tests, whose bytes are written by [`crate::testing`].
//!
//! [`Site`] holds every key there is: the log's, the authority's, the signers'. So a test can distort an entry in any
//! way and have everything over it signed anew, as a dishonest operator would.

mod authority;
mod draft;
pub(crate) mod story;

use crate::expect::{Expect, LogKey, SideRoots};
use crate::source::Step;
use crate::testing::checkpoint;
pub(crate) use crate::testing::{segment_header, with_checksum};
use authority::{later_list, leaf_certificate, revocation_list, root};
pub(crate) use draft::{Draft, frame};
use precinto_alert::id::MessageId;
use precinto_envelope::body::build_body;
use precinto_envelope::certificate::Certificate;
use precinto_envelope::crypto::{SigningKey, sha256};
use precinto_envelope::directory::PAYLOAD_TYPE as PART_TYPE;
use precinto_envelope::{pae, sign};
use precinto_merkle::hash::{Hash, leaf_hash};
use precinto_merkle::inclusion;
use precinto_merkle::leaf::{EntryType, Leaf};
use precinto_merkle::note::NoteSigner;
use precinto_merkle::receipt::Receipt;
use precinto_merkle::tree::{Edge, HashStore};
use precinto_proto::v1 as pb;
use prost::Message;
use rcgen::{CertifiedIssuer, KeyPair};

pub(crate) const ORIGIN: &str = "gw.dev.invalid/log/2026";
pub(crate) const SIDE: &str = "us.dev.invalid";
/// 2026-11-22, 12:00 UTC.
pub(crate) const NOW_MS: u64 = 1_795_348_800_000;
pub(crate) const SECOND_MS: u64 = 1_000;
const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// One side, with both agencies: what is between sides is tried on real logs.
pub(crate) const PART: &str = r#"
side = "us.dev.invalid"
version = 1
stewards = ["spiffe://us.dev.invalid/agency/cbp/officer/ramirez"]
[[agency]]
id = "us.dev.invalid/cbp"
name_en = "Customs"
name_es = "Aduanas"
[[agency.node]]
name = "lax"
code = "CBPLAX"
[[agency.officer]]
id = "ramirez"
nodes = ["lax"]
[[agency]]
id = "us.dev.invalid/anam"
name_en = "Customs of Mexico"
name_es = "Aduanas de México"
alternates = ["lopez"]
escalation = "both"
[[agency.node]]
name = "mex"
code = "ANAMMEX"
[[agency.officer]]
id = "lopez"
nodes = ["mex"]
[[group]]
name = "both"
members = ["us.dev.invalid/cbp", "us.dev.invalid/anam"]
"#;

/// Every key of a gateway and of one sender.
pub(crate) struct Site {
    pub(crate) log: NoteSigner,
    issuer: CertifiedIssuer<'static, KeyPair>,
    signer: SigningKey,
    certificate: Vec<u8>,
    /// The officer who signs the side's part of the directory, and that part as logged.
    steward: (SigningKey, Vec<u8>),
    part: Vec<u8>,
    pub(crate) crl: Vec<u8>,
}

impl Site {
    pub(crate) fn new() -> Self {
        let issuer = root();
        let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let certificate = leaf_certificate(&issuer, &key, "node/lax");
        let steward = officer(&issuer, "officer/ramirez");
        let crl = revocation_list(&issuer, 1, None);
        Self {
            log: NoteSigner::new(ORIGIN, SigningKey::from_ed25519_seed([7; 32])).unwrap(),
            signer: SigningKey::from_pkcs8_der(&key.serialize_der()).unwrap(),
            part: signed_part(PART, &[&steward]),
            issuer,
            certificate,
            steward,
            crl,
        }
    }

    /// A part signed by the steward and whoever else, and its entry with what it was judged by.
    pub(crate) fn part_entry(&self, text: &str, signers: &[&(SigningKey, Vec<u8>)]) -> Draft {
        let content = signed_part(text, signers);
        let digest = sha256(&[&content]).to_vec();
        let (kind, side) = (pb::TrustKind::Directory.into(), SIDE.to_owned());
        let mut trust = self.trust_refs();
        trust.retain(|used| {
            [pb::TrustKind::Root, pb::TrustKind::RevocationList].contains(&used.kind())
        });
        let record = pb::TrustRecord {
            kind,
            digest,
            side,
            trust,
        };
        Draft {
            record: record.encode_to_vec(),
            ..trust_entry(pb::TrustKind::Directory, SIDE, content)
        }
    }

    /// The officer who signs the side's part of the directory: key and certificate.
    pub(crate) fn steward(&self) -> &(SigningKey, Vec<u8>) {
        &self.steward
    }

    /// A certificate of the one node, and its key: no officer.
    pub(crate) fn node_as_signer(&self) -> (SigningKey, Vec<u8>) {
        officer(&self.issuer, "node/lax")
    }

    /// Another officer of the side: key and certificate.
    pub(crate) fn officer(&self, name: &str) -> (SigningKey, Vec<u8>) {
        officer(&self.issuer, &format!("officer/{name}"))
    }

    /// What an auditor brings along who knows everything.
    pub(crate) fn expect(&self) -> Expect {
        let roots = vec![self.root()];
        let trust = SideRoots {
            side: SIDE.parse().unwrap(),
            roots,
            crls: Vec::new(),
        };
        let now_ms = NOW_MS + HOUR_MS;
        Expect {
            key: LogKey::Given(self.log.verifier()),
            trust: Some(vec![trust]),
            witnesses: Vec::new(),
            now_ms,
        }
    }

    pub(crate) fn root(&self) -> Vec<u8> {
        self.issuer.der().to_vec()
    }

    /// A list with a higher number on which the signer stands as revoked since `since_ms`.
    pub(crate) fn crl_revoking_signer(&self, since_ms: u64) -> Vec<u8> {
        revocation_list(&self.issuer, 2, Some(since_ms))
    }

    /// A list made at `made_ms`, which holds the signer for invalid since `invalid_ms`.
    pub(crate) fn crl_made_later(&self, made_ms: u64, invalid_ms: u64) -> Vec<u8> {
        later_list(&self.issuer, made_ms, invalid_ms)
    }

    pub(crate) fn key_id(&self) -> [u8; 32] {
        Certificate::parse(&self.certificate).unwrap().digest()
    }

    /// Root, revocation list, the part of the directory, and signer.
    pub(crate) fn trust_entries(&self) -> Vec<Draft> {
        vec![
            trust_entry(pb::TrustKind::Root, SIDE, self.root()),
            trust_entry(pb::TrustKind::RevocationList, SIDE, self.crl.clone()),
            self.part_entry(PART, &[&self.steward]),
            trust_entry(pb::TrustKind::Signer, SIDE, self.certificate.clone()),
        ]
    }

    /// What a record has to name.
    pub(crate) fn trust_refs(&self) -> Vec<pb::TrustRef> {
        let reference = |kind: pb::TrustKind, content: &[u8]| pb::TrustRef {
            kind: kind.into(),
            digest: sha256(&[content]).to_vec(),
        };
        vec![
            reference(pb::TrustKind::Root, &self.root()),
            reference(pb::TrustKind::RevocationList, &self.crl),
            reference(pb::TrustKind::Directory, &self.part),
            reference(pb::TrustKind::Signer, &self.certificate),
        ]
    }

    /// A notice by the one node, the `number`th, with a body if `body` says so.
    pub(crate) fn statement(&self, number: u8, body: bool) -> (pb::Statement, Vec<u8>) {
        let message_id = MessageId::new([number + 1; 16]).unwrap();
        let mut statement = pb::Statement {
            message_id: message_id.as_bytes().to_vec(),
            r#type: pb::MessageType::SystemNotice.into(),
            sender: format!("spiffe://{SIDE}/agency/cbp/node/lax"),
            log_origin: ORIGIN.to_owned(),
            required_signers: vec![pb::SignerRef {
                key_id: self.key_id().to_vec(),
                role: pb::SignerRole::Node.into(),
                alg: 1,
            }],
            recipients: vec![pb::RecipientRef {
                kind: pb::RecipientKind::Agency.into(),
                name: "us.dev.invalid/anam".to_owned(),
            }],
            created_ms: NOW_MS,
            expires_ms: NOW_MS + DAY_MS,
            sender_seq: u64::from(number) + 1,
            status: pb::MessageStatus::Test.into(),
            handling: Some(pb::Handling {
                tlp: pb::Tlp::AmberStrict.into(),
                ..pb::Handling::default()
            }),
            notice_kind: pb::NoticeKind::Outage.into(),
            ..pb::Statement::default()
        };
        if !body {
            return (statement, Vec::new());
        }
        let (bytes, reference) =
            build_body(message_id, self.key_id(), "text/plain", vec![number; 40]);
        statement.body = Some(reference);
        statement.languages = vec!["en".to_owned()];
        statement.payload_protection = pb::PayloadProtection::Clear.into();
        (statement, bytes)
    }

    /// The statement, signed by the node.
    pub(crate) fn envelope(&self, statement: &pb::Statement) -> pb::Envelope {
        sign::sign(statement.encode_to_vec(), &[(&self.signer, self.key_id())])
    }

    /// A STATEMENT entry, `number` seconds after [`NOW_MS`].
    pub(crate) fn statement_entry(&self, number: u8, body: bool) -> Draft {
        let (statement, body) = self.statement(number, body);
        self.entry_of(&statement, body, number)
    }

    pub(crate) fn entry_of(&self, statement: &pb::Statement, body: Vec<u8>, number: u8) -> Draft {
        let envelope = self.envelope(statement);
        let content = envelope.encode_to_vec();
        let digest = pae::statement_id(&envelope.payload);
        let record = self.record(statement, &content, digest);
        let sender = statement.sender.as_bytes();
        Draft {
            entry_type: EntryType::Statement,
            time_ms: NOW_MS + u64::from(number) * SECOND_MS,
            salt: [number; 32],
            record: record.encode_to_vec(),
            content,
            body,
            key: sha256(&[b"precinto/pair/v1\0", &statement.message_id, sender]),
            digest,
            ..Draft::empty()
        }
    }

    pub(crate) fn record(
        &self,
        statement: &pb::Statement,
        content: &[u8],
        statement_id: [u8; 32],
    ) -> pb::StatementRecord {
        pb::StatementRecord {
            envelope_digest: sha256(&[content]).to_vec(),
            statement_id: statement_id.to_vec(),
            recipients: vec![pb::ResolvedRecipient {
                requested: statement.recipients.first().cloned(),
                agencies: vec!["us.dev.invalid/anam".to_owned()],
                nodes: Vec::new(),
            }],
            warnings: Vec::new(),
            decision: Some(pb::Decision {
                policy: "floor/4".to_owned(),
                ..pb::Decision::default()
            }),
            trust: self.trust_refs(),
            ..pb::StatementRecord::default()
        }
    }

    /// A CONFLICT entry: the message id of statement `number`, which is entry `index`, used again.
    pub(crate) fn conflict_entry(&self, number: u8, index: u64) -> Draft {
        let (accepted, _) = self.statement(number, false);
        let refused = pb::Statement {
            sender_seq: 999,
            ..accepted.clone()
        };
        let content = self.envelope(&refused).encode_to_vec();
        let refused_id = pae::statement_id(&refused.encode_to_vec());
        let record = pb::ConflictRecord {
            sender: refused.sender.clone(),
            message_id: refused.message_id,
            accepted_statement_id: pae::statement_id(&accepted.encode_to_vec()).to_vec(),
            accepted_index: index,
            refused_statement_id: refused_id.to_vec(),
            refused_envelope_digest: sha256(&[&content]).to_vec(),
            trust: self.trust_refs(),
        };
        Draft {
            entry_type: EntryType::Conflict,
            time_ms: NOW_MS + 100 * SECOND_MS,
            record: record.encode_to_vec(),
            content,
            key: sha256(&[b"precinto/conflict/v1\0", &refused_id]),
            digest: refused_id,
            ..Draft::empty()
        }
    }

    /// Four TRUST entries, then statements without and with a body, then a conflict: eight entries in all.
    pub(crate) fn drafts(&self) -> Vec<Draft> {
        let mut drafts = self.trust_entries();
        drafts.extend([
            self.statement_entry(0, false),
            self.statement_entry(1, true),
            self.statement_entry(2, true),
            self.conflict_entry(0, 4),
        ]);
        drafts
    }

    /// One segment with frames of these sizes, everything signed.
    pub(crate) fn segment(&self, drafts: &[Draft], frames: &[usize]) -> Vec<u8> {
        self.segment_from(0, &mut Edge::new(), drafts, frames)
    }

    /// One segment that continues a log.
    pub(crate) fn segment_from(
        &self,
        first: u64,
        edge: &mut Edge,
        drafts: &[Draft],
        frames: &[usize],
    ) -> Vec<u8> {
        let mut bytes = segment_header(first, ORIGIN);
        let mut rest = drafts;
        let mut index = first;
        for count in frames {
            let (batch, after) = rest.split_at(*count);
            rest = after;
            for draft in batch {
                edge.append(leaf_hash(&draft.leaf_bytes()));
            }
            bytes.extend(frame(index, batch, &checkpoint(&self.log, edge)));
            index += *count as u64;
        }
        assert!(rest.is_empty(), "the frames take up all entries");
        bytes
    }

    /// The checkpoint over the first `size` entries.
    pub(crate) fn note_at(&self, drafts: &[Draft], size: usize) -> String {
        let first = hashes(drafts).into_iter().take(size);
        checkpoint(&self.log, &Edge::from_leaf_hashes(first))
    }

    /// The receipt of entry `index` in the tree of `size` entries.
    pub(crate) fn receipt(&self, drafts: &[Draft], index: usize, size: usize) -> Vec<u8> {
        let mut store = HashStore::new();
        for hash in hashes(drafts) {
            store.push(hash);
        }
        let draft = &drafts[index];
        let receipt = Receipt {
            leaf: Leaf::from_bytes(&draft.leaf_bytes()).unwrap(),
            salt: draft.salt,
            index: index as u64,
            path: inclusion::prove(&store, index as u64, size as u64).unwrap(),
            checkpoint_note: self.note_at(drafts, size),
        };
        receipt.to_text().into_bytes()
    }
}

pub(crate) fn trust_entry(kind: pb::TrustKind, side: &str, content: Vec<u8>) -> Draft {
    let digest = sha256(&[&content]);
    let record = pb::TrustRecord {
        kind: kind.into(),
        digest: digest.to_vec(),
        side: side.to_owned(),
        trust: Vec::new(),
    };
    Draft {
        record: record.encode_to_vec(),
        content,
        key: sha256(&[b"precinto/trust/v1\0", &digest]),
        digest,
        ..Draft::empty()
    }
}

fn officer(issuer: &CertifiedIssuer<'static, KeyPair>, name: &str) -> (SigningKey, Vec<u8>) {
    let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let certificate = leaf_certificate(issuer, &key, name);
    let key = SigningKey::from_pkcs8_der(&key.serialize_der()).unwrap();
    (key, certificate)
}

/// The text of a part, signed by these officers, whatever it says.
pub(crate) fn signed_part(text: &str, signers: &[&(SigningKey, Vec<u8>)]) -> Vec<u8> {
    let signed = pae::pae(PART_TYPE, text.as_bytes());
    let signature = |(key, certificate): &&(SigningKey, Vec<u8>)| pb::Signature {
        key_id: sha256(&[certificate]).to_vec(),
        alg: key.algorithm().number(),
        sig: key.sign(&signed),
    };
    let envelope = pb::Envelope {
        payload_type: PART_TYPE.to_owned(),
        payload: text.into(),
        signatures: signers.iter().map(signature).collect(),
    };
    let certificates = signers.iter().map(|(_, certificate)| certificate.clone());
    let part = pb::SignedPart {
        envelope: envelope.encode_to_vec(),
        certificates: certificates.collect(),
    };
    part.encode_to_vec()
}

fn hashes(drafts: &[Draft]) -> Vec<Hash> {
    drafts
        .iter()
        .map(|draft| leaf_hash(&draft.leaf_bytes()))
        .collect()
}

/// Everything a reader says about one segment.
pub(crate) fn steps(bytes: Vec<u8>) -> Vec<Step> {
    crate::format::segment_steps("00000000000000000000.seg", bytes, true).collect()
}
