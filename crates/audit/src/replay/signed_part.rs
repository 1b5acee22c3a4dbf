//! Who has signed a part of the directory: every signature by an officer of its side, judged by what its record names.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::shelf::{Named, hex, what};
use crate::finding::Kind;
use precinto_alert::id::{Identity, OfficerId, Side};
use precinto_alert::{Reason, reason};
use precinto_envelope::certificate::CertificatePool;
use precinto_envelope::crypto::Algorithm;
use precinto_envelope::directory::PAYLOAD_TYPE;
use precinto_envelope::pae::pae;
use precinto_envelope::trust::{Purpose, TrustError, TrustKind, TrustStore, TrustUse};
use precinto_proto::v1 as pb;
use prost::Message;

/// A part taken apart, nothing judged.
pub(super) struct SignedPart {
    envelope: pb::Envelope,
    certificates: Vec<Vec<u8>>,
}

/// A part with what to judge it by.
struct Judge<'a> {
    side: &'a Side,
    pool: CertificatePool,
    store: &'a TrustStore,
    named: &'a Named,
    time_ms: u64,
}

impl SignedPart {
    /// Takes the content of the entry apart, which has one encoding: nobody signs what else could stand around the envelope.
    pub(super) fn open(content: &[u8]) -> Result<Self, String> {
        let part = pb::SignedPart::decode(content).map_err(|error| error.to_string())?;
        let envelope = pb::Envelope::decode(part.envelope.as_slice());
        let envelope = envelope.map_err(|error| error.to_string())?;
        if part.encode_to_vec() != content || envelope.encode_to_vec() != part.envelope {
            return Err("it is not in the one encoding that a signed part has".to_owned());
        }
        if envelope.payload_type != PAYLOAD_TYPE {
            return Err("its payload is of another type".to_owned());
        }
        Ok(Self {
            envelope,
            certificates: part.certificates,
        })
    }

    /// What was signed.
    pub(super) fn text(&self) -> &[u8] {
        &self.envelope.payload
    }

    /// The officers who have signed, if every signature holds as of `time_ms` under what the record names.
    pub(super) fn signers(
        &self,
        side: &Side,
        named: &Named,
        time_ms: u64,
    ) -> Result<BTreeSet<OfficerId>, Kind> {
        let pool = CertificatePool::default().with_hints(&self.certificates);
        let judge = Judge {
            side,
            pool: pool.map_err(|error| wrong(error.to_string()))?,
            store: named.store.as_ref().map_err(Clone::clone)?,
            named,
            time_ms,
        };
        let signed = pae(PAYLOAD_TYPE, self.text());
        let mut officers = BTreeSet::new();
        for signature in &self.envelope.signatures {
            let officer = judge.officer(signature, &signed)?;
            if !officers.insert(officer.clone()) {
                return Err(wrong(format!("{officer} has signed it twice")));
            }
        }
        Ok(officers)
    }
}

impl Judge<'_> {
    /// Whose signature it is.
    fn officer(&self, signature: &pb::Signature, signed: &[u8]) -> Result<OfficerId, Kind> {
        let key_id = <[u8; 32]>::try_from(signature.key_id.as_slice()).ok();
        let certificate = key_id.and_then(|key_id| self.pool.get(&key_id));
        let certificate = certificate
            .ok_or_else(|| wrong("the certificate of a signature does not stand in it"))?;
        let above = self.pool.issuers_above(certificate);
        let judge =
            |store: &TrustStore| store.judge(certificate, &above, Purpose::Signing, self.time_ms);
        let judged = judge(self.store).map_err(|error| untrusted(&error))?;
        let key = judged.public_key();
        let is_its_own = Algorithm::from_number(signature.alg) == Some(key.algorithm());
        if !is_its_own || key.verify(signed, &signature.sig).is_err() {
            return Err(wrong("a signature does not hold"));
        }
        // The certificates stand in the part itself; what they were judged by does not.
        let is_beside = |used: &&TrustUse| {
            !self.named.names(&used.digest)
                && matches!(used.kind, TrustKind::Root | TrustKind::RevocationList)
        };
        if let Some(unnamed) = judged.relied_on().iter().find(is_beside) {
            return Err(Kind::TrustUnnamed {
                what: what(unnamed.kind),
                digest: hex(&unnamed.digest),
            });
        }
        let revoked = |store: &Arc<TrustStore>| matches!(judge(store), Err(TrustError::Revoked { since_ms }) if since_ms <= self.time_ms);
        if self.named.others.iter().any(revoked) {
            return Err(Kind::RevokedBefore {
                digest: hex(&certificate.digest()),
            });
        }
        match judged.identity() {
            Identity::Officer(officer) if officer.side() == self.side => Ok(officer.clone()),
            other => Err(wrong(format!("{other} is no officer of {}", self.side))),
        }
    }
}

fn wrong(why: impl Into<String>) -> Kind {
    Kind::DirectorySigner { why: why.into() }
}

fn untrusted(error: &TrustError) -> Kind {
    if error.reason() == Reason::CrlStale {
        return Kind::TrustIncomplete {
            reason: reason::name(error.reason()),
            why: error.to_string(),
        };
    }
    wrong(format!(
        "the certificate of a signature does not count: {error}"
    ))
}
