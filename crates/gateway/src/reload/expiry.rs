//! What ends soon: roots, revocation lists and the gateway's own certificates, said in its log well before, once a day each.

use std::collections::BTreeMap;
use std::time::Duration;

use precinto_envelope::trust::TrustKind;

use crate::limits::EXPIRY_WARNED_EVERY;
use crate::material::Renewable;

/// Of what was warned, and when.
#[derive(Debug, Default)]
pub(super) struct Warned {
    last_ms: BTreeMap<[u8; 32], u64>,
}

/// What ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A root of a side.
    Root,
    /// A revocation list.
    List,
    /// The gateway's own.
    Certificate,
}

/// Something that ends.
#[derive(Debug)]
pub(crate) struct Ending {
    pub(crate) kind: Kind,
    pub(crate) side: String,
    /// Of whom, for people.
    pub(crate) of: String,
    digest: [u8; 32],
    from_ms: u64,
    pub(crate) until_ms: u64,
}

impl Ending {
    /// Whether its end is near: it is in the last third of its life, or a list in its second half, because an authority makes
    /// the next one well before, and without one its whole side is refused.
    fn is_near(&self, now_ms: u64) -> bool {
        let life_ms = self.until_ms.saturating_sub(self.from_ms);
        let share = match self.kind {
            Kind::List => 2,
            Kind::Root | Kind::Certificate => 3,
        };
        self.until_ms.saturating_sub(now_ms) < life_ms / share
    }
}

impl Warned {
    /// Warns of what is near its end, unless that was done less than a day ago.
    pub(super) fn warn(&mut self, renewable: &Renewable, now_ms: u64) {
        for Ending {
            kind, of, until_ms, ..
        } in self.due(endings(renewable), now_ms)
        {
            let left = Duration::from_millis(until_ms.saturating_sub(now_ms));
            let hours = left.as_secs() / 3600;
            tracing::warn!(?kind, of, hours, "ends soon: it is to be replaced");
        }
    }

    fn due(&mut self, endings: Vec<Ending>, now_ms: u64) -> Vec<Ending> {
        // Of what has gone nothing is kept.
        let is_known = |digest: &[u8; 32]| endings.iter().any(|ending| ending.digest == *digest);
        self.last_ms.retain(|digest, _| is_known(digest));
        let every_ms = u64::try_from(EXPIRY_WARNED_EVERY.as_millis()).unwrap_or(u64::MAX);
        let mut due = Vec::new();
        for ending in endings {
            let last = self.last_ms.get(&ending.digest);
            let is_new = last.is_none_or(|last_ms| now_ms.abs_diff(*last_ms) >= every_ms);
            if is_new && ending.is_near(now_ms) {
                self.last_ms.insert(ending.digest, now_ms);
                due.push(ending);
            }
        }
        due
    }
}

pub(super) fn endings(renewable: &Renewable) -> Vec<Ending> {
    let sides = renewable.trust.sides();
    let of_sides = sides.flat_map(|side| {
        side.expiries().map(move |one| Ending {
            kind: match one.kind {
                TrustKind::Root => Kind::Root,
                _ => Kind::List,
            },
            side: side.side().to_string(),
            of: format!("{}: {}", side.side(), one.name),
            digest: one.digest,
            from_ms: one.from_ms,
            until_ms: one.until_ms,
        })
    });
    let own = renewable.own.iter().map(|own| Ending {
        kind: Kind::Certificate,
        side: own.identity.side().to_string(),
        of: own.server_name.clone(),
        digest: own.certificate.digest(),
        from_ms: own.certificate.not_before_ms(),
        until_ms: own.certificate.not_after_ms(),
    });
    of_sides.chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: u64 = 24 * 3_600_000;

    #[test]
    fn a_warning_comes_well_before_the_end_and_once_a_day() {
        let all = || {
            let one = |kind, number| Ending {
                kind,
                side: String::new(),
                of: String::new(),
                digest: [number; 32],
                from_ms: 0,
                until_ms: 12 * DAY_MS,
            };
            vec![
                one(Kind::Root, 1),
                one(Kind::List, 2),
                one(Kind::Certificate, 3),
            ]
        };
        let mut warned = Warned::default();
        let mut at = |now_ms: u64| -> Vec<Kind> {
            let due = warned.due(all(), now_ms);
            due.into_iter().map(|ending| ending.kind).collect()
        };
        assert_eq!(at(6 * DAY_MS), []);
        assert_eq!(at(6 * DAY_MS + 1), [Kind::List]);
        assert_eq!(at(7 * DAY_MS), []);
        assert_eq!(at(7 * DAY_MS + 1), [Kind::List]);
        assert_eq!(at(8 * DAY_MS), []);
        assert_eq!(
            at(8 * DAY_MS + 1),
            [Kind::Root, Kind::List, Kind::Certificate]
        );
        assert_eq!(at(20 * DAY_MS).len(), 3, "and after it");
        warned.due(Vec::new(), 20 * DAY_MS);
        assert!(warned.last_ms.is_empty());
    }
}
