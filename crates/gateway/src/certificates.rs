//! What trust rests on, as logged: every root, revocation list, signer's certificate and part of the directory is a TRUST
//! entry before the first statement that relies on it.
//!
//! Without that, neither an auditor nor a recipient could repeat a judgement. Verified certificates are kept ready, so
//! that a sender need not attach them every time; after a restart they are found again in the log.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use precinto_alert::Reason;
use precinto_alert::id::Side;
use precinto_envelope::certificate::{Certificate, CertificatePool, HintError};
use precinto_envelope::directory::VerifiedPart;
use precinto_envelope::trust::{TrustKind, TrustStore};
use precinto_envelope::verify::VerifiedEnvelope;
use precinto_ledger::{AppendError, Entry, EntryKey, Ledger};
use precinto_proto::v1 as pb;
use prost::Message as _;

use crate::limits::{ANSWER_CONTENT_MAX, KNOWN_CERTIFICATES_MAX};
use crate::status::Refusal;

/// The TRUST entries of the log, and the certificates among them that are kept ready.
#[derive(Debug)]
pub struct Certificates {
    ledger: Ledger,
    known: RwLock<Known>,
}

/// Only what was verified and logged gets in, so nobody can fill it with certificates of their own making.
#[derive(Debug, Default)]
struct Known {
    pool: CertificatePool,
    logged: HashSet<[u8; 32]>,
}

impl Certificates {
    /// An empty set over this log.
    pub fn new(ledger: Ledger) -> Self {
        Self {
            ledger,
            known: RwLock::default(),
        }
    }

    /// Logs the roots and revocation lists in force, as far as they are not logged yet.
    pub async fn log_foundations(&self, trust: &TrustStore) -> Result<(), AppendError> {
        for item in trust.items() {
            if self.read(|known| known.logged.contains(&item.digest)) {
                continue;
            }
            self.log(item.kind, item.der, item.digest, item.side.as_str())
                .await?;
        }
        Ok(())
    }

    /// Logs a part of the directory, whose certificates are logged.
    pub async fn log_part(&self, part: &VerifiedPart) -> Result<(), AppendError> {
        let signed = part.signed();
        let record = pb::TrustRecord {
            kind: TrustKind::Directory.into(),
            digest: signed.digest().to_vec(),
            side: signed.part().side().to_string(),
            trust: part.relied_on().into_iter().map(Into::into).collect(),
        };
        let entry = Entry::trust(signed.bytes().to_vec(), record.encode_to_vec());
        self.ledger.append(entry).await.map(drop)
    }

    /// The certificates to verify a submission with: those known, those hinted at, and those that only the log knows.
    pub fn pool(
        &self,
        envelope: &pb::Envelope,
        hints: &[Vec<u8>],
    ) -> Result<CertificatePool, HintError> {
        let pool = self.read(|known| known.pool.with_hints(hints))?;
        let unknown = |signature: &&pb::Signature| {
            <[u8; 32]>::try_from(signature.key_id.as_slice())
                .is_ok_and(|id| pool.get(&id).is_none())
        };
        let missing: Vec<&pb::Signature> = envelope
            .signatures
            .iter()
            .filter(unknown)
            .take(precinto_alert::limits::SIGNERS_MAX)
            .collect();
        if missing.is_empty() {
            return Ok(pool);
        }
        let mut pool = pool;
        for signature in missing {
            if let Some(certificate) = self.find(&signature.key_id) {
                pool.insert(certificate);
            }
        }
        Ok(pool)
    }

    /// Whether all the certificates that vouch for this envelope are logged.
    pub fn is_logged(&self, verified: &VerifiedEnvelope) -> bool {
        let mut chain = verified.chain();
        self.read(|known| {
            chain.all(|(_, certificate)| known.logged.contains(&certificate.digest()))
        })
    }

    /// Logs the certificates that vouch for an envelope or a part, as far as they are not logged yet. Those without an
    /// identity of their own belong to `side`.
    pub async fn log_chain(
        &self,
        chain: impl Iterator<Item = (TrustKind, &Arc<Certificate>)>,
        side: &Side,
    ) -> Result<(), AppendError> {
        for (kind, certificate) in chain {
            let digest = certificate.digest();
            if self.read(|known| known.logged.contains(&digest)) {
                continue;
            }
            let identity = certificate.identity();
            // An intermediate belongs to the side of the chain it stands in.
            let side = identity.map_or(side, |identity| identity.side());
            self.log(kind, certificate.der(), digest, side.as_str())
                .await?;
            self.keep(certificate);
        }
        Ok(())
    }

    /// The things with these digests that the log holds and `may_see` allows, in the order asked for; `SIZE` when they are
    /// too much for one answer, and must be asked for one by one.
    pub fn items(
        &self,
        digests: &[[u8; 32]],
        may_see: impl Fn(TrustKind) -> bool,
    ) -> Result<Vec<pb::TrustItem>, Refusal> {
        let (mut items, mut bytes) = (Vec::new(), 0);
        for digest in digests {
            let Some(found) = self.ledger.find(&EntryKey::trust(digest))? else {
                continue;
            };
            let entry = self.ledger.read(found.index)?;
            let Ok(record) = pb::TrustRecord::decode(entry.record()) else {
                continue;
            };
            if may_see(record.kind()) {
                let pb::TrustRecord {
                    kind, digest, side, ..
                } = record;
                bytes += entry.size_bytes();
                if bytes > ANSWER_CONTENT_MAX {
                    return Err(Refusal::new(Reason::Size).with_fact("limit", ANSWER_CONTENT_MAX));
                }
                items.push(pb::TrustItem {
                    kind,
                    digest,
                    content: entry.content().to_vec(),
                    side,
                    index: found.index,
                });
            }
        }
        Ok(items)
    }

    async fn log(
        &self,
        kind: TrustKind,
        content: &[u8],
        digest: [u8; 32],
        side: &str,
    ) -> Result<(), AppendError> {
        let record = pb::TrustRecord {
            kind: kind.into(),
            digest: digest.to_vec(),
            side: side.to_owned(),
            trust: Vec::new(),
        };
        self.ledger
            .append(Entry::trust(content.to_vec(), record.encode_to_vec()))
            .await?;
        self.write(|known| {
            known.logged.insert(digest);
        });
        Ok(())
    }

    /// A certificate that was logged before this process began.
    fn find(&self, key_id: &[u8]) -> Option<Arc<Certificate>> {
        let digest: [u8; 32] = key_id.try_into().ok()?;
        let found = self.ledger.find(&EntryKey::trust(&digest)).ok()??;
        let entry = self.ledger.read(found.index).ok()?;
        let certificate = Arc::new(Certificate::parse(entry.content()).ok()?);
        self.write(|known| {
            known.logged.insert(digest);
        });
        self.keep(&certificate);
        Some(certificate)
    }

    fn keep(&self, certificate: &Arc<Certificate>) {
        self.write(|known| {
            if known.logged.len() <= KNOWN_CERTIFICATES_MAX {
                known.pool.insert(Arc::clone(certificate));
            }
        });
    }

    fn read<T>(&self, read: impl FnOnce(&Known) -> T) -> T {
        read(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, write: impl FnOnce(&mut Known)) {
        write(&mut self.known.write().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use precinto_ledger::clock::ManualClock;
    use precinto_ledger::{BatchLimits, Options};
    use precinto_merkle::note::NoteSigner;

    use super::*;

    #[tokio::test]
    async fn more_than_one_answer_holds_is_refused_and_may_be_asked_for_one_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let key = || precinto_envelope::crypto::SigningKey::from_ed25519_seed([7; 32]);
        let options = || Options {
            dir: folder.path().join("log"),
            signer: NoteSigner::new("gw.dev.invalid/log/2026", key()).unwrap(),
            limits: BatchLimits::default(),
        };
        Ledger::create(&options()).unwrap();
        let (ledger, owner) = Ledger::open(options(), Arc::new(ManualClock::new(1_000))).unwrap();
        let certificates = Certificates::new(ledger);
        let mut digests = Vec::new();
        for side in ["us.dev.invalid", "mx.dev.invalid"] {
            let list = side.repeat(precinto_envelope::limits::CRL_BYTES_MAX / side.len());
            let digest = precinto_envelope::crypto::sha256(&[list.as_bytes()]);
            let kind = TrustKind::RevocationList;
            certificates
                .log(kind, list.as_bytes(), digest, side)
                .await
                .unwrap();
            digests.push(digest);
        }
        let ask = |digests: &[[u8; 32]]| certificates.items(digests, |_| true);
        assert_eq!(ask(&digests).unwrap_err().reason(), Reason::Size);
        for digest in &digests {
            assert_eq!(ask(&[*digest]).unwrap().len(), 1);
        }
        owner.stop().unwrap();
    }
}
