//! What the log says of trust: the newest revocation list of each authority, and what was in force when it was last written.

use std::collections::BTreeSet;

use precinto_alert::id::Side;
use precinto_envelope::trust::{NewestLists, OlderList, Taken, TrustChange, TrustStore, TrustUse};
use precinto_ledger::StoredEntry;
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use prost::Message as _;

/// Roots and revocation lists by the entries of a log.
///
/// What a log begins with is in force. From then on a TRUST entry only says that there is such a thing: `TRUST_CHANGED` puts it
/// in force, and says what went. A process that ended between the two has left that to the next start.
#[derive(Debug, Default)]
pub(crate) struct LoggedTrust {
    newest: NewestLists,
    in_force: BTreeSet<TrustUse>,
    /// Whether something stands in the log that rests on what it began with.
    has_begun: bool,
}

impl LoggedTrust {
    /// Takes in an entry: to be shown every one of a log in its order.
    pub(crate) fn see(&mut self, entry: &StoredEntry) {
        match entry.leaf().entry_type {
            EntryType::Trust => self.see_trust(entry),
            EntryType::Act => {
                self.has_begun = true;
                self.see_act(entry);
            }
            _ => self.has_begun = true,
        }
    }

    fn see_trust(&mut self, entry: &StoredEntry) {
        let record = pb::TrustRecord::decode(entry.record()).unwrap_or_default();
        let kind = record.kind();
        let (Ok(digest), Ok(side)) = (record.digest.try_into(), record.side.parse::<Side>()) else {
            return;
        };
        match kind {
            pb::TrustKind::Root => {}
            pb::TrustKind::RevocationList => match self.newest.see(&side, entry.content()) {
                Taken::Not => return,
                Taken::InPlaceOf(digest) if !self.has_begun => {
                    self.in_force.remove(&TrustUse { kind, digest });
                }
                Taken::First | Taken::InPlaceOf(_) => {}
            },
            _ => {
                self.has_begun = true;
                return;
            }
        }
        if !self.has_begun {
            self.in_force.insert(TrustUse { kind, digest });
        }
    }

    fn see_act(&mut self, entry: &StoredEntry) {
        let record = pb::ActRecord::decode(entry.record()).unwrap_or_default();
        if record.kind() != pb::ActKind::TrustChanged {
            return;
        }
        self.in_force.extend(record.added.iter().filter_map(read));
        for gone in record.removed.iter().filter_map(read) {
            self.in_force.remove(&gone);
        }
    }

    /// Whether no list of this trust is older than one that the log holds.
    pub(crate) fn check(&self, trust: &TrustStore) -> Result<(), OlderList> {
        self.newest.check(trust)
    }

    /// What a gateway that starts with this trust has to say: in what it differs from what was in force before. Nothing in a
    /// new log, whose first TRUST entries say all.
    pub(crate) fn change(&self, trust: &TrustStore) -> TrustChange {
        if self.in_force.is_empty() {
            return TrustChange::default();
        }
        let now: BTreeSet<TrustUse> = trust
            .items()
            .map(|item| TrustUse {
                kind: item.kind,
                digest: item.digest,
            })
            .collect();
        TrustChange {
            added: now.difference(&self.in_force).copied().collect(),
            removed: self.in_force.difference(&now).copied().collect(),
        }
    }

    /// The newest lists, for those that come while the gateway runs.
    pub(crate) fn into_newest(self) -> NewestLists {
        self.newest
    }
}

fn read(named: &pb::TrustRef) -> Option<TrustUse> {
    Some(TrustUse {
        kind: named.kind(),
        digest: named.digest.as_slice().try_into().ok()?,
    })
}
