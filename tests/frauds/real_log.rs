//! A real log with everything that left its gateway: written once by the ledger, copied for each fraud.

use precinto_alert::id::{MessageId, Side};
use precinto_audit::{Expect, Held, LogKey, Report, SideRoots, audit_folder};
use precinto_envelope::body::build_body;
use precinto_envelope::certificate::CertificatePool;
use precinto_envelope::crypto::{SigningKey, sha256};
use precinto_envelope::directory::PAYLOAD_TYPE;
use precinto_envelope::pae::pae;
use precinto_envelope::sign::sign;
use precinto_envelope::trust::{TrustKind, TrustStore};
use precinto_envelope::verify::{VerifiedEnvelope, verify};
use precinto_ledger::clock::ManualClock;
use precinto_ledger::{Appended, BatchLimits, Entry, Ledger, Options};
use precinto_merkle::note::NoteSigner;
use precinto_proto::v1 as pb;
use precinto_tests::pki::{Authority, Issued, Pki};
use prost::Message;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;

pub(crate) const ORIGIN: &str = "gw.dev.invalid/log/2026";
/// 2026-11-22, 12:00 UTC.
pub(crate) const NOW_MS: u64 = 1_795_348_800_000;
pub(crate) const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

/// What each side says of itself, as its steward signs it.
pub(crate) const PART_US: &str = r#"side = "us.dev.invalid"
version = 1
stewards = ["spiffe://us.dev.invalid/agency/cbp/officer/ramirez"]
[[agency]]
id = "us.dev.invalid/cbp"
name_en = "Customs and Border Protection"
name_es = "Aduanas y Protección Fronteriza"
[[agency.node]]
name = "lax"
code = "CBPLAX"
[[agency.officer]]
id = "ramirez"
nodes = ["lax"]
"#;

pub(crate) const PART_MX: &str = r#"side = "mx.dev.invalid"
version = 1
stewards = ["spiffe://mx.dev.invalid/agency/anam/officer/hernandez"]
[[agency]]
id = "mx.dev.invalid/anam"
name_en = "National Customs Agency"
name_es = "Agencia Nacional de Aduanas"
[[agency.node]]
name = "mex"
code = "ANMMEX"
[[agency.officer]]
id = "hernandez"
nodes = ["mex"]
[[agency]]
id = "mx.dev.invalid/sat"
name_en = "Tax Administration Service"
name_es = "Servicio de Administración Tributaria"
[[agency.node]]
name = "mex"
code = "SATMEX"
"#;

/// The log, the keys of those who use it, and what they hold.
pub(crate) struct RealLog {
    folder: TempDir,
    pki: Pki,
    us: Issued,
    mx: Issued,
    /// The stewards of both sides.
    pub(crate) stewards: [Issued; 2],
    trust: TrustStore,
    /// One for each entry, in order.
    pub(crate) receipts: Vec<Held>,
    /// One after each append, by rising size.
    pub(crate) checkpoints: Vec<Held>,
}

/// A statement as its sender made it.
pub(crate) struct Signed {
    pub(crate) verified: VerifiedEnvelope,
    pub(crate) record: Vec<u8>,
    pub(crate) body: Vec<u8>,
    pub(crate) message_id: MessageId,
}

/// Entries 0 to 9 are TRUST, 6 and 7 of them the parts of the directory; 10 to 17 statements of both sides in turn, 18 a
/// CONFLICT about 10, 19 to 22 statements.
pub(crate) const PARTS: [usize; 2] = [6, 7];
pub(crate) const FIRST_STATEMENT: usize = 10;
pub(crate) const CONFLICT: usize = 18;
pub(crate) const ENTRIES: usize = 23;

/// The log that all tests begin with.
pub(crate) fn real_log() -> &'static RealLog {
    static LOG: OnceLock<RealLog> = OnceLock::new();
    LOG.get_or_init(|| RealLog::write(NOW_MS))
}

/// The operator's key.
pub(crate) fn log_key() -> NoteSigner {
    NoteSigner::new(ORIGIN, SigningKey::from_ed25519_seed([5; 32])).expect("a name and a key")
}

/// The text of a part with these signatures, whatever it says and whoever they are.
fn signed_part(text: &str, signers: &[&Issued]) -> Vec<u8> {
    let signed = pae(PAYLOAD_TYPE, text.as_bytes());
    let signature = |signer: &&Issued| pb::Signature {
        key_id: signer.key_id().to_vec(),
        alg: signer.signing_key().algorithm().number(),
        sig: signer.signing_key().sign(&signed),
    };
    let envelope = pb::Envelope {
        payload_type: PAYLOAD_TYPE.to_owned(),
        payload: text.into(),
        signatures: signers.iter().map(signature).collect(),
    };
    let certificates = signers
        .iter()
        .map(|signer| signer.certificate.der().to_vec());
    let part = pb::SignedPart {
        envelope: envelope.encode_to_vec(),
        certificates: certificates.collect(),
    };
    part.encode_to_vec()
}

impl RealLog {
    /// Has the ledger write the log while the gateway's clock stands at `clock_ms`; the true time is [`NOW_MS`].
    pub(crate) fn write(clock_ms: u64) -> Self {
        let mut pki = Pki::new(NOW_MS);
        let us = pki.us.node_signer("cbp", "lax");
        let mx = pki.mx.node_signer("anam", "mex");
        let stewards = [
            pki.us.officer_signer("cbp", "ramirez"),
            pki.mx.officer_signer("anam", "hernandez"),
        ];
        let trust = pki.trust_store();
        let folder = tempfile::tempdir().expect("a folder");
        let (receipts, checkpoints) = (Vec::new(), Vec::new());
        let mut log = Self {
            folder,
            pki,
            us,
            mx,
            stewards,
            trust,
            receipts,
            checkpoints,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        runtime.block_on(log.fill(clock_ms));
        log
    }

    async fn fill(&mut self, clock_ms: u64) {
        let clock = Arc::new(ManualClock::new(clock_ms));
        let limits = BatchLimits {
            segment_bytes: 2_500,
            ..BatchLimits::default()
        };
        let options = Options {
            dir: self.folder.path().to_owned(),
            signer: log_key(),
            limits,
        };
        Ledger::create(&options).expect("a new log");
        let (ledger, owner) =
            Ledger::open(options, Arc::<ManualClock>::clone(&clock)).expect("a new log");
        for entry in self.trust_entries() {
            self.append(&ledger, entry).await;
        }
        for number in 0..8 {
            clock.advance(1_000);
            self.append(&ledger, self.statement(number).entry()).await;
        }
        self.append(&ledger, self.conflict(FIRST_STATEMENT as u64))
            .await;
        // The last four share a batch: it waits for half of what is announced, and that is all of them.
        let last: Vec<Signed> = (8..12).map(|number| self.statement(number)).collect();
        clock.advance(1_000);
        let announced = 0..last.len() * 2;
        let _arriving: Vec<_> = announced.map(|_| ledger.announce()).collect();
        let appends: Vec<_> = last
            .iter()
            .map(|signed| {
                let (ledger, entry) = (ledger.clone(), signed.entry());
                tokio::spawn(async move { ledger.append(entry).await })
            })
            .collect();
        for append in appends {
            self.keep(&append.await.expect("no panic").expect("appended"));
        }
        owner.stop().expect("a clean stop");
    }

    async fn append(&mut self, ledger: &Ledger, entry: Entry) {
        let appended = ledger.append(entry).await.expect("appended");
        self.keep(&appended);
    }

    /// What the sender keeps.
    fn keep(&mut self, appended: &Appended) {
        let receipt = &appended.proven.receipt;
        let name = format!("{}.tlog-proof", appended.proven.index);
        self.receipts.push(Held {
            name,
            bytes: receipt.to_text().into_bytes(),
        });
        let name = format!("checkpoint-{}", appended.proven.size);
        self.checkpoints.push(Held {
            name,
            bytes: receipt.checkpoint_note.clone().into_bytes(),
        });
    }

    fn trust_entries(&self) -> Vec<Entry> {
        let items = self.trust.items();
        let items = items.map(|item| (item.kind, item.side.to_string(), item.der.to_vec()));
        let mut items: Vec<(TrustKind, String, Vec<u8>)> = items.collect();
        let sides = [self.pki.us.side(), self.pki.mx.side()];
        let signer = |(signer, side): (&Issued, &Side)| {
            let der = signer.certificate.der().to_vec();
            (TrustKind::Signer, side.to_string(), der)
        };
        items.extend(self.stewards.iter().zip(sides).map(signer));
        let entry = |(kind, side, content): (TrustKind, String, Vec<u8>)| {
            let digest = sha256(&[&content]).to_vec();
            let record = pb::TrustRecord {
                kind: kind.into(),
                digest,
                side,
                trust: Vec::new(),
            };
            Entry::trust(content, record.encode_to_vec())
        };
        let mut entries: Vec<Entry> = items.into_iter().map(entry).collect();
        for (text, steward) in [PART_US, PART_MX].into_iter().zip(&self.stewards) {
            let (content, record) = self.part(text, &[steward]);
            entries.push(Entry::trust(content, record));
        }
        let signers = [&self.us, &self.mx].into_iter().zip(sides);
        entries.extend(signers.map(signer).map(entry));
        entries
    }

    /// A part of the directory, signed by these, and its record: the side is that of the text, whoever signs.
    pub(crate) fn part(&self, text: &str, signers: &[&Issued]) -> (Vec<u8>, Vec<u8>) {
        let content = signed_part(text, signers);
        let of_us = text.starts_with("side = \"us");
        let side = if of_us { &self.pki.us } else { &self.pki.mx };
        let items = self.trust.items().filter(|item| item.side == side.side());
        let trust = items.map(|item| pb::TrustRef {
            kind: item.kind.into(),
            digest: item.digest.to_vec(),
        });
        let record = pb::TrustRecord {
            kind: TrustKind::Directory.into(),
            digest: sha256(&[&content]).to_vec(),
            side: side.side().to_string(),
            trust: trust.collect(),
        };
        (content, record.encode_to_vec())
    }

    /// The `number`th statement: even ones by the United States, odd ones by Mexico; every third without a body.
    pub(crate) fn statement(&self, number: u8) -> Signed {
        self.statement_with(number, |_| ())
    }

    /// As [`Self::statement`], changed by its sender before it was signed.
    pub(crate) fn statement_with(
        &self,
        number: u8,
        change: impl FnOnce(&mut pb::Statement),
    ) -> Signed {
        let (signer, sender, recipient) = if number.is_multiple_of(2) {
            (
                &self.us,
                "spiffe://us.dev.invalid/agency/cbp/node/lax",
                "mx.dev.invalid/anam",
            )
        } else {
            (
                &self.mx,
                "spiffe://mx.dev.invalid/agency/anam/node/mex",
                "us.dev.invalid/cbp",
            )
        };
        let message_id = MessageId::new([number + 1; 16]).expect("not all zero");
        let (body, reference) = if number.is_multiple_of(3) {
            (Vec::new(), None)
        } else {
            let text = format!("what statement {number} says").into_bytes();
            let (body, reference) = build_body(message_id, signer.key_id(), "text/plain", text);
            (body, Some(reference))
        };
        let mut statement = notice(message_id, sender, recipient);
        statement.required_signers[0].key_id = signer.key_id().to_vec();
        statement.sender_seq = u64::from(number) / 2 + 1;
        if reference.is_some() {
            statement.languages = vec!["en".to_owned()];
            statement.payload_protection = pb::PayloadProtection::Clear.into();
        }
        statement.body = reference;
        change(&mut statement);
        let verified = self.verified(&statement, signer);
        let record = self.record(&statement, &verified).encode_to_vec();
        Signed {
            verified,
            record,
            body,
            message_id,
        }
    }

    fn verified(&self, statement: &pb::Statement, signer: &Issued) -> VerifiedEnvelope {
        let key = signer.signing_key();
        let envelope = sign(statement.encode_to_vec(), &[(&key, signer.key_id())]);
        let mut pool = CertificatePool::default();
        assert!(
            pool.insert(Arc::clone(&signer.certificate)),
            "the pool is empty"
        );
        verify(envelope, &pool, &self.trust, NOW_MS).expect("a sound statement")
    }

    fn record(
        &self,
        statement: &pb::Statement,
        verified: &VerifiedEnvelope,
    ) -> pb::StatementRecord {
        let requested = statement.recipients.first().cloned();
        let agencies = requested
            .iter()
            .map(|recipient| recipient.name.clone())
            .collect();
        pb::StatementRecord {
            envelope_digest: verified.envelope_digest().to_vec(),
            statement_id: verified.statement_id().to_vec(),
            recipients: vec![pb::ResolvedRecipient {
                requested,
                agencies,
                nodes: Vec::new(),
            }],
            warnings: Vec::new(),
            decision: Some(pb::Decision {
                policy: "floor/4".to_owned(),
                ..pb::Decision::default()
            }),
            trust: self.relied_on(verified, true),
            ..pb::StatementRecord::default()
        }
    }

    fn relied_on(&self, verified: &VerifiedEnvelope, with_directory: bool) -> Vec<pb::TrustRef> {
        let mut trust: Vec<pb::TrustRef> =
            verified.relied_on().into_iter().map(Into::into).collect();
        let parts = [PART_US, PART_MX].into_iter().zip(&self.stewards);
        let parts = parts.map(|(text, steward)| pb::TrustRef {
            kind: TrustKind::Directory.into(),
            digest: sha256(&[&signed_part(text, &[steward])]).to_vec(),
        });
        trust.extend(parts.filter(|_| with_directory));
        trust
    }

    /// The message id of the first statement, used again.
    fn conflict(&self, index: u64) -> Entry {
        let accepted = self.statement(0);
        let refused = self
            .statement_with(0, |statement| statement.sender_seq = 77)
            .verified;
        let record = pb::ConflictRecord {
            sender: refused.sender().to_string(),
            message_id: accepted.message_id.as_bytes().to_vec(),
            accepted_statement_id: accepted.verified.statement_id().to_vec(),
            accepted_index: index,
            refused_statement_id: refused.statement_id().to_vec(),
            refused_envelope_digest: refused.envelope_digest().to_vec(),
            trust: self.relied_on(&refused, false),
        };
        Entry::conflict(&refused, record.encode_to_vec())
    }

    /// The data folder as the ledger left it.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The side `us.dev.invalid`.
    pub(crate) fn us(&self) -> &Authority {
        &self.pki.us
    }

    /// The signer of the statements of that side.
    pub(crate) fn us_signer(&self) -> &Issued {
        &self.us
    }

    /// What an auditor brings along: the log's key and the roots, both from outside.
    pub(crate) fn expect(&self) -> Expect {
        let roots = |authority: &Authority| SideRoots {
            side: authority.side().clone(),
            roots: vec![authority.root()],
            crls: Vec::new(),
        };
        let trust = vec![roots(&self.pki.us), roots(&self.pki.mx)];
        let key = LogKey::Given(log_key().verifier());
        Expect {
            key,
            trust: Some(trust),
            witnesses: Vec::new(),
            now_ms: NOW_MS + DAY_MS,
        }
    }

    /// Audits a folder with nothing held against it.
    pub(crate) fn audit(&self, folder: &Path) -> Report {
        self.audit_against(folder, &[])
    }

    /// Audits a folder.
    pub(crate) fn audit_against(&self, folder: &Path, held: &[&Held]) -> Report {
        let held = held.iter().map(|held| (*held).clone()).collect();
        audit_folder(folder, self.expect(), held, &mut |_| {}).expect("a journal")
    }
}

impl Signed {
    /// The entry that the gateway makes of it.
    pub(crate) fn entry(&self) -> Entry {
        let (record, body) = (self.record.clone(), self.body.clone());
        Entry::statement(
            &self.verified,
            self.verified.sender(),
            &self.message_id,
            record,
            body,
        )
    }
}

fn notice(message_id: MessageId, sender: &str, recipient: &str) -> pb::Statement {
    pb::Statement {
        message_id: message_id.as_bytes().to_vec(),
        r#type: pb::MessageType::SystemNotice.into(),
        sender: sender.to_owned(),
        log_origin: ORIGIN.to_owned(),
        required_signers: vec![pb::SignerRef {
            key_id: Vec::new(),
            role: pb::SignerRole::Node.into(),
            alg: 1,
        }],
        recipients: vec![pb::RecipientRef {
            kind: pb::RecipientKind::Agency.into(),
            name: recipient.to_owned(),
        }],
        created_ms: NOW_MS,
        expires_ms: NOW_MS + DAY_MS,
        status: pb::MessageStatus::Exercise.into(),
        handling: Some(pb::Handling {
            tlp: pb::Tlp::AmberStrict.into(),
            ..pb::Handling::default()
        }),
        notice_kind: pb::NoticeKind::Maintenance.into(),
        ..pb::Statement::default()
    }
}

#[test]
fn the_real_log_agrees_with_everything_that_left_it() {
    let log = real_log();
    let held: Vec<&Held> = log.receipts.iter().chain(&log.checkpoints).collect();
    let report = log.audit_against(log.folder(), &held);
    assert_eq!(report.findings, []);
    assert_eq!(report.exit_code(), 0);
    let counts = (
        report.entries,
        report.statements,
        report.conflicts,
        report.sound,
    );
    assert_eq!(counts, (ENTRIES as u64, 12, 1, ENTRIES as u64));
    assert_eq!(
        (report.receipts_agreed, report.checkpoints_agreed),
        (ENTRIES as u64, ENTRIES as u64)
    );
    assert!(report.published_agreed);
}
