//! Who has signed what when, and what revocation lists say of it that the records do not name.
//!
//! An entry is judged by what was known when the log took it in, and stays rightly taken in. But an authority may say later that
//! a certificate did not count any more at that time, because its key was stolen: then nobody can tell from the log who signed.
//! That is a gap, not a fault: a log that was kept as it should be can show it.

use crate::finding::Kind;
use precinto_envelope::certificate::Certificate;
use precinto_envelope::hex;
use precinto_envelope::limits::CLOCK_SKEW_MS;
use precinto_envelope::trust::{Purpose, TrustError, TrustStore};
use precinto_envelope::verify::VerifiedSigner;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A certificate by which something was signed, and those between it and its root.
#[derive(Clone)]
pub(super) struct Signed {
    certificate: Arc<Certificate>,
    intermediates: Vec<Arc<Certificate>>,
}

/// What was signed by which certificate: 16 bytes for each signature.
#[derive(Default)]
pub(super) struct Signatures(BTreeMap<[u8; 32], Signer>);

struct Signer {
    by: Signed,
    /// Index and time, milliseconds since 1970 UTC, of what it has signed and no list has spoken of.
    entries: Vec<(u64, u64)>,
}

impl Signed {
    /// By this signer.
    pub(super) fn by(signer: &VerifiedSigner) -> Self {
        Self::of(signer.certificate(), signer.judged().intermediates())
    }

    /// By this certificate.
    pub(super) fn of(certificate: &Arc<Certificate>, intermediates: &[Arc<Certificate>]) -> Self {
        Self {
            certificate: Arc::clone(certificate),
            intermediates: intermediates.to_vec(),
        }
    }

    /// Since when it does not count by these lists, if that is at `time_ms` or before.
    fn revoked_ms(&self, store: &TrustStore, time_ms: u64) -> Option<u64> {
        let purpose = Purpose::Signing;
        match store.judge(&self.certificate, &self.intermediates, purpose, time_ms) {
            Err(TrustError::Revoked { since_ms }) if since_ms <= time_ms => Some(since_ms),
            _ => None,
        }
    }

    fn since(&self, since_ms: u64) -> Kind {
        Kind::RevokedSince {
            digest: hex(&self.certificate.digest()),
            since_ms,
        }
    }
}

/// Whether a revocation list that the record does not name shows that a signer had been revoked at `time_ms`.
pub(super) fn by_then(signed: &[Signed], stores: &[Arc<TrustStore>], time_ms: u64) -> Option<Kind> {
    let mut since = None;
    for store in stores {
        for one in signed {
            let Some(since_ms) = one.revoked_ms(store, time_ms) else {
                continue;
            };
            let identity = one.certificate.identity().ok();
            let side = identity.and_then(|identity| store.side(identity.side()));
            let made_by_then =
                side.is_some_and(|side| side.made_ms() <= time_ms.saturating_add(CLOCK_SKEW_MS));
            if made_by_then {
                let digest = hex(&one.certificate.digest());
                return Some(Kind::RevokedBefore { digest });
            }
            since.get_or_insert_with(|| one.since(since_ms));
        }
    }
    since
}

impl Signatures {
    /// Takes in who has signed the entry at `index`.
    pub(super) fn take(&mut self, index: u64, time_ms: u64, signed: Vec<Signed>) {
        for by in signed {
            let signer = self.0.entry(by.certificate.digest());
            let signer = signer.or_insert_with(|| Signer {
                by,
                entries: Vec::new(),
            });
            signer.entries.push((index, time_ms));
        }
    }

    /// A list has come in: which earlier entries it speaks of. Each is told once.
    pub(super) fn judge(&mut self, store: &TrustStore) -> Vec<(u64, Kind)> {
        let mut found = Vec::new();
        for Signer { by, entries } in self.0.values_mut() {
            let newest_ms = entries.iter().map(|(_, time_ms)| *time_ms).max();
            let since_ms = newest_ms.and_then(|newest_ms| by.revoked_ms(store, newest_ms));
            let Some(since_ms) = since_ms else {
                continue;
            };
            let told = entries.extract_if(.., |(_, time_ms)| *time_ms >= since_ms);
            found.extend(told.map(|(index, _)| (index, by.since(since_ms))));
        }
        found.sort_by_key(|(index, _)| *index);
        found
    }
}
