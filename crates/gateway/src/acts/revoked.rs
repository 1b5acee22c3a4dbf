//! Who comes back with a certificate that is revoked: heard of in the middle of a handshake, recorded beside it.
//!
//! The connection is refused whatever becomes of the record: there is nothing that could be held back for it. Whoever goes on
//! trying makes one entry an hour, and those who have no certificate of ours make none.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use precinto_alert::Reason;
use precinto_alert::id::Identity;
use precinto_alert::reason;
use precinto_envelope::certificate::Certificate;
use precinto_envelope::tls::HearRevoked;
use precinto_ledger::clock::Clock;
use precinto_proto::v1 as pb;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Acts, Doing, act_id};
use crate::limits::REVOKED_HEARD_MAX;
use crate::status::Refusal;

/// The end that handshakes speak to. Clones are one.
#[derive(Debug, Clone)]
pub(crate) struct Revoked {
    clock: Arc<dyn Clock>,
    /// In which hour each certificate was heard of last, by its digest.
    heard: Arc<Mutex<HashMap<[u8; 32], u64>>>,
    queue: mpsc::Sender<Shown>,
}

/// The end that records.
#[derive(Debug)]
pub(crate) struct Hearing {
    revoked: Revoked,
    queue: mpsc::Receiver<Shown>,
    acts: Acts,
    gateway: String,
}

/// A revoked certificate that was shown.
#[derive(Debug)]
struct Shown {
    identity: Identity,
    digest: [u8; 32],
    hour: u64,
}

const HOUR_MS: u64 = 3_600_000;

impl Revoked {
    /// Both ends; nobody was heard of so far. What is heard is recorded as acts of `gateway`.
    pub(crate) fn new(clock: Arc<dyn Clock>, acts: Acts, gateway: String) -> (Self, Hearing) {
        let (sender, queue) = mpsc::channel(REVOKED_HEARD_MAX);
        let revoked = Self {
            clock,
            heard: Arc::default(),
            queue: sender,
        };
        let hearing = Hearing {
            revoked: revoked.clone(),
            queue,
            acts,
            gateway,
        };
        (revoked, hearing)
    }

    /// Whether this certificate is heard of for the first time in this hour.
    fn is_new(&self, digest: [u8; 32], hour: u64) -> bool {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.get(&digest) == Some(&hour) {
            return false;
        }
        heard.retain(|_, last| *last == hour);
        if heard.len() >= REVOKED_HEARD_MAX {
            return false;
        }
        heard.insert(digest, hour);
        true
    }

    /// It was not recorded: the next time that it is shown is the first.
    fn forget(&self, digest: &[u8; 32]) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.remove(digest);
    }
}

impl HearRevoked for Revoked {
    fn revoked(&self, certificate: &Certificate) {
        let Ok(identity) = certificate.identity() else {
            return;
        };
        let (digest, hour) = (certificate.digest(), self.clock.now_ms() / HOUR_MS);
        if !self.is_new(digest, hour) {
            return;
        }
        let shown = Shown {
            identity: identity.clone(),
            digest,
            hour,
        };
        if self.queue.try_send(shown).is_err() {
            self.forget(&digest);
        }
    }
}

impl Hearing {
    /// Records who was heard of, until `stop`.
    pub(crate) async fn keep(mut self, stop: CancellationToken) {
        loop {
            let shown = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                shown = self.queue.recv() => shown,
            };
            let Some(shown) = shown else {
                return;
            };
            let recorded = record(&self.acts, &self.gateway, &shown).await;
            if let Err(refusal) = recorded {
                let reason = reason::name(refusal.reason());
                tracing::warn!(party = %shown.identity, reason, "that a revoked certificate was shown is not logged");
                self.revoked.forget(&shown.digest);
            }
        }
    }
}

/// Records it once an hour, also over restarts.
async fn record(acts: &Acts, gateway: &str, shown: &Shown) -> Result<(), Refusal> {
    let act_id = act_id(&[
        b"precinto/connection-refused/v1\0",
        &shown.digest,
        &shown.hour.to_be_bytes(),
    ]);
    if acts.has(&act_id)? {
        return Ok(());
    }
    let act = pb::ActRecord {
        actor: gateway.to_owned(),
        kind: pb::ActKind::ConnectionRefused.into(),
        party: shown.identity.to_string(),
        reason: Reason::CertRevoked.into(),
        certificate: shown.digest.to_vec(),
        ..Default::default()
    };
    acts.record_as(act_id, Doing::Asked, act).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use precinto_envelope::crypto::sha256;
    use precinto_ledger::clock::ManualClock;

    use super::*;
    use crate::test_ledger;

    #[test]
    fn each_certificate_is_heard_of_once_an_hour_and_there_is_an_end_to_them() {
        let folder = tempfile::tempdir().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(1_000_000));
        let (ledger, owner) = test_ledger::open(folder.path(), Arc::clone(&clock));
        let acts = Acts::new(ledger, Arc::clone(&clock));
        let (revoked, _hearing) = Revoked::new(clock, acts, String::new());
        let digest = |number: usize| sha256(&[&number.to_be_bytes()]);
        assert!(revoked.is_new(digest(0), 7));
        assert!(!revoked.is_new(digest(0), 7));
        revoked.forget(&digest(0));
        assert!(revoked.is_new(digest(0), 7), "it was not recorded");
        for number in 1..REVOKED_HEARD_MAX {
            assert!(revoked.is_new(digest(number), 7));
        }
        assert!(!revoked.is_new(digest(REVOKED_HEARD_MAX), 7), "too many");
        assert!(
            revoked.is_new(digest(REVOKED_HEARD_MAX), 8),
            "the next hour"
        );
        assert!(revoked.is_new(digest(0), 8));
        owner.stop().unwrap();
    }
}
