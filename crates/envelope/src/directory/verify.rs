//! From a part that somebody has signed to one whose signers are known, and its place behind the part before.

use super::{PAYLOAD_TYPE, PartRefused, SignedPart, SuccessionError};
use crate::certificate::Certificate;
use crate::crypto::Algorithm;
use crate::pae::pae;
use crate::trust::{Judged, Purpose, TrustError, TrustKind, TrustStore, TrustUse};
use precinto_alert::directory::Stewards;
use precinto_alert::id::{Identity, OfficerId};
use precinto_proto::v1 as pb;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A part that officers of its side have signed, each with a certificate that counted under that side's root at the time
/// given. Whether these officers were the ones to sign it is asked of the part before.
///
/// Only [`VerifiedPart::verify`] and [`VerifiedPart::verify_as_of`] make one.
#[derive(Debug)]
pub struct VerifiedPart {
    signed: Arc<SignedPart>,
    signers: Vec<(OfficerId, Arc<Judged>)>,
    revoked: Option<Revoked>,
}

/// A signer whose certificate, or one above it, was revoked after the time that was judged by.
#[derive(Debug)]
struct Revoked {
    key_id: [u8; 32],
    since_ms: u64,
}

impl VerifiedPart {
    /// Verifies a part at `now_ms` (milliseconds since 1970 UTC): every signature holds, each by another officer of the part's
    /// side, and nobody's certificate is revoked.
    pub fn verify(
        signed: Arc<SignedPart>,
        trust: &TrustStore,
        now_ms: u64,
    ) -> Result<Self, PartRefused> {
        let part = Self::verify_as_of(signed, trust, now_ms)?;
        match part.revoked {
            None => Ok(part),
            Some(Revoked { key_id, since_ms }) => {
                let error = TrustError::Revoked { since_ms };
                Err(PartRefused::Untrusted { key_id, error })
            }
        }
    }

    /// As [`VerifiedPart::verify`], for who looks back to the time at which the log took the part: whoever was revoked after
    /// `now_ms` could sign then, and [`VerifiedPart::revoked_since_ms`] says so. Everything else is asked all the same.
    pub fn verify_as_of(
        signed: Arc<SignedPart>,
        trust: &TrustStore,
        now_ms: u64,
    ) -> Result<Self, PartRefused> {
        let bytes = pae(PAYLOAD_TYPE, signed.text.as_bytes());
        let mut signers = Vec::with_capacity(signed.signatures.len());
        let (mut seen, mut revoked) = (BTreeSet::new(), None::<Revoked>);
        for signature in &signed.signatures {
            let (officer, judged, since_ms) = signed.judge(signature, trust, now_ms)?;
            if !seen.insert(officer.clone()) {
                return Err(PartRefused::SignatureRepeated);
            }
            check_signature(signature, &judged, &bytes)?;
            if let Some(since_ms) = since_ms
                && revoked.as_ref().is_none_or(|one| since_ms < one.since_ms)
            {
                let key_id = judged.certificate().digest();
                revoked = Some(Revoked { key_id, since_ms });
            }
            signers.push((officer, judged));
        }
        Ok(Self {
            signed,
            signers,
            revoked,
        })
    }

    /// Since when the first signer to be revoked is revoked, milliseconds since 1970 UTC: later than the time judged by. Only
    /// ever of [`VerifiedPart::verify_as_of`].
    pub fn revoked_since_ms(&self) -> Option<u64> {
        self.revoked.as_ref().map(|revoked| revoked.since_ms)
    }

    /// The part.
    pub fn signed(&self) -> &Arc<SignedPart> {
        &self.signed
    }

    /// Who has signed, in the order of the signatures.
    pub fn officers(&self) -> impl Iterator<Item = &OfficerId> {
        self.signers.iter().map(|(officer, _)| officer)
    }

    /// Whether it comes right behind `before`: one version on, made on top of exactly that part, and signed by enough of
    /// the stewards named there and by nobody else.
    pub fn check_follows(&self, before: &SignedPart) -> Result<(), SuccessionError> {
        let (part, last) = (self.signed.part(), before.part());
        if part.side() != last.side() {
            return Err(SuccessionError::Side);
        }
        let expected = last.version().saturating_add(1);
        if part.version() != expected {
            let found = part.version();
            return Err(SuccessionError::Version { found, expected });
        }
        if part.previous() != Some(before.digest()) {
            return Err(SuccessionError::Previous);
        }
        self.check_signed_by(last.stewards())
    }

    /// Whether it may be the first of its side: version 1, naming exactly the stewards given, and signed by enough of them.
    ///
    /// An auditor who was given no stewards takes those that the part itself names: then nobody vouches for the first one but
    /// itself.
    pub fn check_first(&self, stewards: &Stewards) -> Result<(), SuccessionError> {
        let part = self.signed.part();
        if part.version() != 1 {
            let (found, expected) = (part.version(), 1);
            return Err(SuccessionError::Version { found, expected });
        }
        if part.stewards() != stewards {
            return Err(SuccessionError::FirstStewards);
        }
        self.check_signed_by(stewards)
    }

    fn check_signed_by(&self, stewards: &Stewards) -> Result<(), SuccessionError> {
        if stewards.suffice(self.officers()) {
            return Ok(());
        }
        let needed = stewards.needed;
        Err(SuccessionError::Stewards { needed })
    }

    /// Everything that the verdicts on all signers rest on, by kind and digest, without repetition.
    pub fn relied_on(&self) -> Vec<TrustUse> {
        let uses = self
            .signers
            .iter()
            .flat_map(|(_, judged)| judged.relied_on());
        let mut uses: Vec<TrustUse> = uses.copied().collect();
        uses.sort_unstable();
        uses.dedup();
        uses
    }

    /// The signers' certificates and those between them and the root, for the log to keep before it first relies on them.
    pub fn chain(&self) -> impl Iterator<Item = (TrustKind, &Arc<Certificate>)> {
        self.signers.iter().flat_map(|(_, judged)| {
            let own = (TrustKind::Signer, judged.certificate());
            let above = judged.intermediates().iter();
            std::iter::once(own).chain(above.map(|c| (TrustKind::Intermediate, c)))
        })
    }
}

impl SignedPart {
    /// The officer of a signature, by a certificate that counted; and since when it is revoked, if after that.
    fn judge(
        &self,
        signature: &pb::Signature,
        trust: &TrustStore,
        now_ms: u64,
    ) -> Result<(OfficerId, Arc<Judged>, Option<u64>), PartRefused> {
        let key_id = signature.key_id.as_slice().try_into();
        let key_id: [u8; 32] = key_id.map_err(|_| PartRefused::KeyId)?;
        let certificate = self.certificates.get(&key_id);
        let certificate = certificate.ok_or(PartRefused::SignerUnknown { key_id })?;
        let issuers = self.certificates.issuers_above(certificate);
        let (judged, since_ms) = trust
            .judge_as_of(certificate, &issuers, Purpose::Signing, now_ms)
            .map_err(|error| PartRefused::Untrusted { key_id, error })?;
        match judged.identity() {
            Identity::Officer(officer) if officer.side() == self.part.side() => {
                Ok((officer.clone(), judged, since_ms))
            }
            other => Err(PartRefused::NotOfficer {
                signer: other.clone(),
            }),
        }
    }
}

/// The algorithm follows from the certificate's key; the signature may only agree.
fn check_signature(
    signature: &pb::Signature,
    judged: &Judged,
    signed: &[u8],
) -> Result<(), PartRefused> {
    let (key, found) = (judged.public_key(), signature.alg);
    let expected = key.algorithm();
    if Algorithm::from_number(found) != Some(expected) {
        return Err(PartRefused::AlgorithmRefused { found, expected });
    }
    key.verify(signed, &signature.sig)
        .map_err(|error| PartRefused::SignatureBad {
            key_id: judged.certificate().digest(),
            error,
        })
}
