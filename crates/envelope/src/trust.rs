//! Which certificates count, for what, and when: one bundle of roots and revocation lists for each side.
//!
//! The side is chosen from the certificate's own trust domain **before** anything is verified, and only
//! that side's roots are looked at. So neither side's authority can make identities of the other.

mod change;
mod crl;
mod error;
mod load;
mod newest;
mod path;
mod profile;
mod root;
mod side;

pub use change::{Expiry, TrustChange};
pub use crl::CrlProblem;
pub use error::TrustError;
pub use load::LoadError;
pub use newest::{NewestLists, OlderList, Taken};
pub use precinto_proto::v1::TrustKind;
pub use root::RootProblem;
pub use side::SideTrust;

use crate::certificate::Certificate;
use crate::crypto::PublicKey;
use crate::limits::JUDGED_MAX;
use precinto_alert::id::{Identity, Side};
use precinto_proto::v1 as pb;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// What a certificate is shown for. No certificate serves both TLS and signing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To open a TLS connection: a node, or the other side's gateway.
    TlsClient,
    /// To answer TLS connections: a gateway.
    TlsServer,
    /// To sign statements: a node or an officer.
    Signing,
}

/// The trust of all sides at one moment.
///
/// It never changes: another root or another revocation list makes a new store. It remembers what it
/// judged, each for as long as everything it rests on stays valid, so that a known signer costs no
/// chain building. What it remembers ends with it; nothing stale survives a change of trust.
#[derive(Debug)]
pub struct TrustStore {
    sides: Vec<SideTrust>,
    /// Only ever holds chains that verified. Not keyed by intermediates: they lead to the verdict, but
    /// they do not alter it, and whoever may send them could fill the cache with variations.
    judged: RwLock<HashMap<Asked, Arc<Judged>>>,
}

/// What a verdict is remembered by: the certificate's digest, and what it was shown for.
type Asked = ([u8; 32], Purpose);

/// A certificate whose chain verified under its own side's roots, with everything that verdict rests on.
#[derive(Debug)]
pub struct Judged {
    identity: Identity,
    certificate: Arc<Certificate>,
    public_key: PublicKey,
    intermediates: Vec<Arc<Certificate>>,
    relied_on: Vec<TrustUse>,
    /// The verdict holds from the first instant to before the second, in milliseconds since 1970 UTC.
    valid_from_ms: u64,
    valid_until_ms: u64,
}

/// One thing that a verdict rests on. The record of a statement lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrustUse {
    /// What it is; the end-entity certificate counts as [`TrustKind::Signer`].
    pub kind: TrustKind,
    /// SHA-256 of its DER.
    pub digest: [u8; 32],
}

/// One thing that trust is configured from, to be written into the log before it is first relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustItem<'a> {
    /// A root or a revocation list.
    pub kind: TrustKind,
    /// Whose trust it is.
    pub side: &'a Side,
    /// SHA-256 of `der`.
    pub digest: [u8; 32],
    /// Its DER.
    pub der: &'a [u8],
}

impl TrustStore {
    /// Trust in these sides, each at most once.
    pub fn new(sides: Vec<SideTrust>) -> Result<Self, LoadError> {
        for (index, trust) in sides.iter().enumerate() {
            if sides.iter().take(index).any(|t| t.side() == trust.side()) {
                let side = trust.side().clone();
                return Err(LoadError::SideTwice { side });
            }
        }
        Ok(Self {
            sides,
            judged: RwLock::default(),
        })
    }

    /// The trust of each side.
    pub fn sides(&self) -> impl Iterator<Item = &SideTrust> {
        self.sides.iter()
    }

    /// The trust of one side.
    pub fn side(&self, side: &Side) -> Option<&SideTrust> {
        self.sides.iter().find(|trust| trust.side() == side)
    }

    /// All roots and revocation lists in use, side by side, roots first.
    pub fn items(&self) -> impl Iterator<Item = TrustItem<'_>> {
        self.sides.iter().flat_map(SideTrust::items)
    }

    /// Judges a certificate at `now_ms` (milliseconds since 1970 UTC), which an auditor sets to the past.
    ///
    /// It counts only if it fits the profile of its purpose, names an identity of the right kind, and
    /// chains, with `intermediates` where needed, to a root **of the side that it names**, with every
    /// certificate of the chain in force and on no revocation list, and every such list at hand and fresh.
    pub fn judge(
        &self,
        end_entity: &Arc<Certificate>,
        intermediates: &[Arc<Certificate>],
        purpose: Purpose,
        now_ms: u64,
    ) -> Result<Arc<Judged>, TrustError> {
        let key = (end_entity.digest(), purpose);
        if let Some(judged) = self.remembered(&key, now_ms) {
            return Ok(judged);
        }
        let identity = end_entity.identity()?;
        let trust = self
            .side(identity.side())
            .ok_or_else(|| TrustError::UnknownSide {
                side: identity.side().clone(),
            })?;
        profile::check(end_entity, identity, purpose)?;
        let judged = Arc::new(trust.judge(end_entity, intermediates, purpose, now_ms)?);
        let mut all = self.judged.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= JUDGED_MAX {
            all.clear();
        }
        all.insert(key, Arc::clone(&judged));
        Ok(judged)
    }

    /// As [`TrustStore::judge`], only that what was revoked after `now_ms` still counted then; and since when it is revoked,
    /// the earliest of the chain, in milliseconds since 1970 UTC. For who looks back: a gateway that decides now asks the other.
    pub fn judge_as_of(
        &self,
        end_entity: &Arc<Certificate>,
        intermediates: &[Arc<Certificate>],
        purpose: Purpose,
        now_ms: u64,
    ) -> Result<(Arc<Judged>, Option<u64>), TrustError> {
        match self.judge(end_entity, intermediates, purpose, now_ms) {
            Ok(judged) => return Ok((judged, None)),
            Err(TrustError::Revoked { .. }) => {}
            Err(error) => return Err(error),
        }
        let side = end_entity.identity()?.side();
        let unknown = || TrustError::UnknownSide { side: side.clone() };
        let trust = self.side(side).ok_or_else(unknown)?;
        // Never remembered: to `judge` it is revoked.
        let judged = trust.judge_unrevoked(end_entity, intermediates, purpose, now_ms)?;
        match trust.revoked_since(&judged) {
            Some(since_ms) if since_ms > now_ms => Ok((Arc::new(judged), Some(since_ms))),
            // Where the list does not tell, it was always so.
            since_ms => Err(TrustError::Revoked {
                since_ms: since_ms.unwrap_or(0),
            }),
        }
    }

    fn remembered(&self, key: &Asked, now_ms: u64) -> Option<Arc<Judged>> {
        let all = self.judged.read().unwrap_or_else(PoisonError::into_inner);
        let judged = all.get(key)?;
        let still_true = (judged.valid_from_ms..judged.valid_until_ms).contains(&now_ms);
        still_true.then(|| Arc::clone(judged))
    }
}

impl Judged {
    /// Whom the certificate names; its side is the one whose root verified.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The certificate judged.
    pub fn certificate(&self) -> &Arc<Certificate> {
        &self.certificate
    }

    /// Its key, which is one that is admitted for the purpose.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The certificates between it and the root, from it upwards; most often none.
    pub fn intermediates(&self) -> &[Arc<Certificate>] {
        &self.intermediates
    }

    fn below_root(&self) -> impl Iterator<Item = &Certificate> {
        let above = self.intermediates.iter().map(AsRef::as_ref);
        std::iter::once(self.certificate.as_ref()).chain(above)
    }

    /// The certificate, the intermediates, the root, and the revocation lists of each issuer, in this order.
    pub fn relied_on(&self) -> &[TrustUse] {
        &self.relied_on
    }

    /// The first instant at which something that the verdict rests on is no longer in force, in
    /// milliseconds since 1970 UTC.
    pub fn valid_until_ms(&self) -> u64 {
        self.valid_until_ms
    }
}

impl From<TrustUse> for pb::TrustRef {
    fn from(TrustUse { kind, digest }: TrustUse) -> Self {
        Self {
            kind: kind.into(),
            digest: digest.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests;
