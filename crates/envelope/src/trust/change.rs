//! What differs between two stores of trust: what came into force and what went; and how long what is trusted counts.

use super::{SideTrust, TrustKind, TrustStore, TrustUse};
use std::collections::BTreeSet;

/// What one store trusts and another does not: roots and revocation lists, each sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustChange {
    /// In force from now on, and not before.
    pub added: Vec<TrustUse>,
    /// In force until now, and not any more.
    pub removed: Vec<TrustUse>,
}

/// How long something that trust is configured from counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiry<'a> {
    /// A root or a revocation list.
    pub kind: TrustKind,
    /// Its name for people: a root's subject, a list's issuer.
    pub name: &'a str,
    /// SHA-256 of its DER.
    pub digest: [u8; 32],
    /// Since when it counts, in milliseconds since 1970 UTC.
    pub from_ms: u64,
    /// First instant at which it does not count any more, in milliseconds since 1970 UTC.
    pub until_ms: u64,
}

impl TrustChange {
    /// Whether both stores trust the same.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

impl TrustStore {
    /// What comes into force and what goes when `next` takes this store's place.
    ///
    /// A thing is known by its digest alone, as records name it: what one side drops and another keeps has not gone.
    pub fn changes(&self, next: &Self) -> TrustChange {
        let (before, after) = (self.uses(), next.uses());
        TrustChange {
            added: after.difference(&before).copied().collect(),
            removed: before.difference(&after).copied().collect(),
        }
    }

    /// Whether `other` trusts the same things for the same sides. It may not, though [`TrustStore::changes`] names nothing: when
    /// something has passed from one side to another.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let all = |store: &Self| -> BTreeSet<_> {
            let items = store.items();
            items.map(|item| (item.side.clone(), item.digest)).collect()
        };
        all(self) == all(other)
    }

    fn uses(&self) -> BTreeSet<TrustUse> {
        let items = self.items();
        items
            .map(|item| TrustUse {
                kind: item.kind,
                digest: item.digest,
            })
            .collect()
    }
}

impl SideTrust {
    /// How long each of its roots and then each of its revocation lists counts.
    pub fn expiries(&self) -> impl Iterator<Item = Expiry<'_>> {
        let roots = self.roots.iter().map(|root| Expiry {
            kind: TrustKind::Root,
            name: root.certificate.subject(),
            digest: root.certificate.digest(),
            from_ms: root.certificate.not_before_ms(),
            // The last second still counts, whole.
            until_ms: root.certificate.not_after_ms().saturating_add(1_000),
        });
        let lists = self.crls.iter().map(|crl| Expiry {
            kind: TrustKind::RevocationList,
            name: &crl.issuer,
            digest: crl.digest,
            from_ms: crl.made_ms(),
            until_ms: crl.next_update_ms(),
        });
        roots.chain(lists)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_pki::{Authority, DAY_MS, HOUR_MS, MX, NOW_MS, US};

    fn side(domain: &str, roots: &[&Authority], lists: &[Vec<u8>]) -> SideTrust {
        let roots: Vec<_> = roots.iter().map(|root| &root.der).collect();
        SideTrust::load(domain.parse().unwrap(), &roots, lists, NOW_MS).unwrap()
    }

    fn store(sides: Vec<SideTrust>) -> TrustStore {
        TrustStore::new(sides).unwrap()
    }

    fn digests(uses: &[TrustUse]) -> Vec<(TrustKind, [u8; 32])> {
        uses.iter().map(|used| (used.kind, used.digest)).collect()
    }

    #[test]
    fn what_was_added_and_what_was_removed() {
        let (old, new, mx) = (
            Authority::root("old"),
            Authority::root("new"),
            Authority::root("mx"),
        );
        let mx_list = mx.crl(&[]);
        let mexico = || side(MX, &[&mx], std::slice::from_ref(&mx_list));
        let (first, second) = (
            old.crl_numbered(1, &[], NOW_MS, NOW_MS + DAY_MS),
            old.crl_numbered(2, &[], NOW_MS, NOW_MS + DAY_MS),
        );
        let of_new = new.crl(&[]);
        let before = store(vec![
            side(US, &[&old], std::slice::from_ref(&first)),
            mexico(),
        ]);
        let same = store(vec![
            mexico(),
            side(US, &[&old], std::slice::from_ref(&first)),
        ]);
        assert!(before.changes(&same).is_empty());
        let both = store(vec![
            side(US, &[&old, &new], &[second.clone(), of_new.clone()]),
            mexico(),
        ]);
        let change = before.changes(&both);
        let sha256 = |der: &[u8]| crate::crypto::sha256(&[der]);
        let mut lists = vec![sha256(&second), sha256(&of_new)];
        lists.sort_unstable();
        let mut added = vec![(TrustKind::Root, sha256(&new.der))];
        added.extend(
            lists
                .into_iter()
                .map(|digest| (TrustKind::RevocationList, digest)),
        );
        assert_eq!(digests(&change.added), added);
        assert_eq!(
            digests(&change.removed),
            [(TrustKind::RevocationList, sha256(&first))]
        );
        let back = both.changes(&before);
        assert_eq!((back.added, back.removed), (change.removed, change.added));
    }

    #[test]
    fn what_passes_to_another_side_is_no_change_and_not_the_same_either() {
        let root = Authority::root("root");
        let (list, other) = (root.crl(&[]), Authority::root("other"));
        let of_other = other.crl(&[]);
        let with = |domain: &str, another: &str| {
            store(vec![
                side(domain, &[&root], std::slice::from_ref(&list)),
                side(another, &[&other], std::slice::from_ref(&of_other)),
            ])
        };
        let (before, swapped) = (with(US, MX), with(MX, US));
        assert!(before.changes(&swapped).is_empty());
        assert!(!before.is_same_as(&swapped));
        assert!(before.is_same_as(&with(US, MX)));
    }

    #[test]
    fn how_long_everything_counts() {
        let root = Authority::root("us");
        let list = root.crl_numbered(7, &[], NOW_MS - HOUR_MS, NOW_MS + DAY_MS);
        let side = side(US, &[&root], &[list]);
        let [of_root, of_list] = side.expiries().collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(of_root.kind, TrustKind::Root);
        assert!(
            of_root.name.contains("us") && of_root.from_ms < NOW_MS && of_root.until_ms > NOW_MS
        );
        assert_eq!(of_root.until_ms % 1_000, 0);
        assert_eq!(
            (of_list.kind, of_list.from_ms, of_list.until_ms),
            (TrustKind::RevocationList, NOW_MS - HOUR_MS, NOW_MS + DAY_MS)
        );
        assert_eq!(of_list.until_ms, side.fresh_until_ms());
    }
}
