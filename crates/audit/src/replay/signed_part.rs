//! Who has signed a part of the directory: every signature by an officer of its side, judged by what its record names.

use std::collections::BTreeSet;
use std::fmt::Display;

use super::revoked::Signed;
use super::shelf::{Named, what};
use crate::finding::{Kind, said};
use precinto_alert::id::{Identity, OfficerId, Side};
use precinto_alert::{Detail, Reason, reason};
use precinto_envelope::certificate::CertificatePool;
use precinto_envelope::crypto::Algorithm;
use precinto_envelope::directory::PAYLOAD_TYPE;
use precinto_envelope::hex;
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

    /// The officers who have signed and by which certificates, if every signature holds as of `time_ms` under what the record
    /// names.
    pub(super) fn signers(
        &self,
        side: &Side,
        named: &Named,
        time_ms: u64,
    ) -> Result<(BTreeSet<OfficerId>, Vec<Signed>), Kind> {
        let pool = CertificatePool::default().with_hints(&self.certificates);
        let judge = Judge {
            side,
            pool: pool.map_err(|error| cause(&error))?,
            store: named.store.as_ref().map_err(Clone::clone)?,
            named,
            time_ms,
        };
        let signed = pae(PAYLOAD_TYPE, self.text());
        let (mut officers, mut by) = (BTreeSet::new(), Vec::new());
        for signature in &self.envelope.signatures {
            let (officer, signed) = judge.officer(signature, &signed)?;
            by.push(signed);
            if !officers.insert(officer.clone()) {
                return Err(wrong(said!(
                    "{officer} has signed it twice",
                    "{officer} la firmó dos veces"
                )));
            }
        }
        Ok((officers, by))
    }
}

impl Judge<'_> {
    /// Whose signature it is.
    fn officer(
        &self,
        signature: &pb::Signature,
        signed: &[u8],
    ) -> Result<(OfficerId, Signed), Kind> {
        let key_id = <[u8; 32]>::try_from(signature.key_id.as_slice()).ok();
        let certificate = key_id.and_then(|key_id| self.pool.get(&key_id));
        let certificate = certificate.ok_or_else(|| {
            wrong((
                "the certificate of a signature does not stand in it",
                "no contiene el certificado de una de las firmas",
            ))
        })?;
        let above = self.pool.issuers_above(certificate);
        let judged = self
            .store
            .judge(certificate, &above, Purpose::Signing, self.time_ms);
        let judged = judged.map_err(|error| untrusted(&error))?;
        let key = judged.public_key();
        let is_its_own = Algorithm::from_number(signature.alg) == Some(key.algorithm());
        if !is_its_own || key.verify(signed, &signature.sig).is_err() {
            return Err(wrong((
                "a signature does not hold",
                "una firma no es válida",
            )));
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
        match judged.identity() {
            Identity::Officer(officer) if officer.side() == self.side => {
                let signed = Signed::of(certificate, judged.intermediates());
                Ok((officer.clone(), signed))
            }
            other => {
                let side = self.side;
                Err(wrong(said!(
                    "{other} is no officer of {side}",
                    "{other} no es funcionario de {side}"
                )))
            }
        }
    }
}

fn wrong(why: impl Into<Detail>) -> Kind {
    Kind::DirectorySigner { why: why.into() }
}

/// What a library says of it stays in English.
fn cause(error: &impl Display) -> Kind {
    wrong(said!(
        "the certificate of a signature does not count: {error}",
        "el certificado de una firma no vale: {error}"
    ))
}

fn untrusted(error: &TrustError) -> Kind {
    if error.reason() == Reason::CrlStale {
        return Kind::TrustIncomplete {
            reason: reason::name(error.reason()),
            why: error.to_string(),
        };
    }
    cause(error)
}
