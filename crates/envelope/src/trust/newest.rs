//! That revocation lists never go back: the newest of each authority that was ever taken, held against what is offered.

use super::TrustStore;
use super::crl::Crl;
use crate::hex::hex;
use precinto_alert::id::Side;

/// The newest revocation list of each authority, as far as it has been seen: by its number (RFC 5280, 5.2.3).
///
/// An older list is as well signed as a newer one, so whoever can put it back lets in again whom the newer one keeps out.
/// Authorities are told apart by their names: one that begins anew with another key takes another name.
#[derive(Debug, Default)]
pub struct NewestLists {
    seen: Vec<Seen>,
}

/// What is remembered of one list.
#[derive(Debug)]
struct Seen {
    side: Side,
    issuer_der: Vec<u8>,
    /// Of which certificates of its issuer it speaks, where not of all.
    point: Option<Vec<u8>>,
    number: Vec<u8>,
    digest: [u8; 32],
}

/// Why a revocation list is not taken; the operator's to mend, by fetching the newest one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OlderList {
    /// Its number is lower than that of one that was taken.
    #[error(
        "side {side}: the revocation list of {issuer} has number {number}, and number {newest} has been in force: an older \
         list would let in again whom the newer one keeps out"
    )]
    Older {
        /// Whose.
        side: Side,
        /// The authority's name.
        issuer: String,
        /// Its number, hexadecimal.
        number: String,
        /// That of the newest one that was taken, hexadecimal.
        newest: String,
    },
    /// It has the number of one that was taken, and says something else.
    #[error(
        "side {side}: the revocation list of {issuer} with number {number} is not the one that has been in force under this \
         number"
    )]
    Rewritten {
        /// Whose.
        side: Side,
        /// The authority's name.
        issuer: String,
        /// Its number, hexadecimal.
        number: String,
    },
}

impl NewestLists {
    /// Takes in the DER of a list that was relied on, and gives the digest of the one that it replaces. What is no list, or
    /// older than what was seen, changes nothing; of two with one number the later counts.
    pub fn see(&mut self, side: &Side, der: &[u8]) -> Taken {
        match Crl::parse(der) {
            Ok(crl) => self.take(side, &crl),
            Err(_) => Taken::Not,
        }
    }

    /// Takes in every list of a store that has come into force.
    pub fn see_all(&mut self, trust: &TrustStore) {
        for side in trust.sides() {
            for crl in &side.crls {
                self.take(side.side(), crl);
            }
        }
    }

    /// Whether no list of the store is older than, or another than, what was seen under its number.
    pub fn check(&self, trust: &TrustStore) -> Result<(), OlderList> {
        for side in trust.sides() {
            for crl in &side.crls {
                let known = self
                    .seen
                    .iter()
                    .find(|seen| seen.speaks_for(side.side(), crl));
                known.map_or(Ok(()), |seen| seen.check(crl))?;
            }
        }
        Ok(())
    }

    fn take(&mut self, side: &Side, crl: &Crl) -> Taken {
        let fresh = Seen {
            side: side.clone(),
            issuer_der: crl.issuer_der.clone(),
            point: point(crl).map(<[u8]>::to_vec),
            number: crl.number.clone(),
            digest: crl.digest,
        };
        match self.seen.iter_mut().find(|seen| seen.speaks_for(side, crl)) {
            Some(seen) if rank(&seen.number) > rank(&fresh.number) => Taken::Not,
            Some(seen) => Taken::InPlaceOf(std::mem::replace(seen, fresh).digest),
            None => {
                self.seen.push(fresh);
                Taken::First
            }
        }
    }
}

/// What became of a list that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is none, or older than what was seen before.
    Not,
    /// It is the first of its authority.
    First,
    /// It took the place of the list with this digest, which may be its own.
    InPlaceOf([u8; 32]),
}

impl Seen {
    /// Whether both are lists of the same certificates.
    fn speaks_for(&self, side: &Side, crl: &Crl) -> bool {
        self.side == *side
            && self.issuer_der == crl.issuer_der
            && self.point.as_deref() == point(crl)
    }

    fn check(&self, crl: &Crl) -> Result<(), OlderList> {
        let (side, issuer) = (self.side.clone(), crl.issuer.clone());
        let number = hex(&crl.number);
        if rank(&crl.number) < rank(&self.number) {
            let newest = hex(&self.number);
            return Err(OlderList::Older {
                side,
                issuer,
                number,
                newest,
            });
        }
        if crl.number == self.number && crl.digest != self.digest {
            return Err(OlderList::Rewritten {
                side,
                issuer,
                number,
            });
        }
        Ok(())
    }
}

/// Orders numbers, which are big-endian without leading zeros.
fn rank(number: &[u8]) -> (usize, &[u8]) {
    (number.len(), number)
}

/// Of which certificates of its issuer a list speaks (RFC 5280, 5.2.5).
fn point(crl: &Crl) -> Option<&[u8]> {
    crl.parsed.issuing_distribution_point()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_pki::{Authority, DAY_MS, MX, NOW_MS, US, side};
    use crate::trust::SideTrust;

    fn list(authority: &Authority, number: u64) -> Vec<u8> {
        authority.crl_numbered(number, &[], NOW_MS - DAY_MS, NOW_MS + DAY_MS)
    }

    fn trust(domain: &str, authority: &Authority, list: &[u8]) -> TrustStore {
        let side = SideTrust::load(side(domain), &[&authority.der], &[list], NOW_MS).unwrap();
        TrustStore::new(vec![side]).unwrap()
    }

    #[test]
    fn a_list_never_goes_back() {
        let authority = Authority::root("a root");
        let lists = [255, 256, 257].map(|number| list(&authority, number));
        let [first, second, third] = lists.each_ref().map(|list| trust(US, &authority, list));
        let mut newest = NewestLists::default();
        newest.check(&first).unwrap();
        assert_eq!(newest.see(&side(US), &lists[1]), Taken::First);
        newest.check(&second).unwrap();
        newest.check(&third).unwrap();
        let older = newest.check(&first).unwrap_err();
        assert!(
            matches!(&older, OlderList::Older { number, newest, .. } if number == "ff" && newest == "0100"),
            "{older}"
        );
        // Seeing it does not make it the newest.
        assert_eq!(newest.see(&side(US), &lists[0]), Taken::Not);
        assert_eq!(newest.see(&side(US), b"no list"), Taken::Not);
        newest.check(&first).unwrap_err();
        newest.see_all(&third);
        newest.check(&second).unwrap_err();
    }

    #[test]
    fn a_number_stands_for_one_list() {
        let authority = Authority::root("a root");
        let (one, other) = (
            list(&authority, 7),
            authority.crl_numbered(7, &[9], NOW_MS, NOW_MS + DAY_MS),
        );
        let mut newest = NewestLists::default();
        newest.see_all(&trust(US, &authority, &one));
        newest.check(&trust(US, &authority, &one)).unwrap();
        let rewritten = newest.check(&trust(US, &authority, &other)).unwrap_err();
        assert!(
            matches!(rewritten, OlderList::Rewritten { .. }),
            "{rewritten}"
        );
    }

    #[test]
    fn authorities_and_sides_are_told_apart() {
        let (one, other) = (Authority::root("one"), Authority::root("other"));
        let mut newest = NewestLists::default();
        newest.see_all(&trust(US, &one, &list(&one, 9)));
        newest.check(&trust(US, &other, &list(&other, 1))).unwrap();
        newest.check(&trust(MX, &one, &list(&one, 1))).unwrap();
    }
}
