//! The directory that a gateway starts with: what the log holds, and what the settings' folder may add to it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use precinto_alert::Violation;
use precinto_alert::id::Side;
use precinto_envelope::directory::{PartRefused, SignedPart, SuccessionError, VerifiedPart};
use precinto_envelope::trust::TrustStore;
use precinto_ledger::StoredEntry;
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use prost::Message as _;

use super::codes::Codes;
use super::offered::Offer;
use super::{Directory, SideCountry};

/// The directory to start with.
#[derive(Debug)]
pub(crate) struct Started {
    /// What will be in force.
    pub(crate) directory: Directory,
    /// Those of its parts that are to be logged first, in the order in which they are to be.
    pub(crate) fresh: Vec<VerifiedPart>,
    /// Whose each NODE code is, by all parts that were ever logged, and by these.
    pub(crate) codes: Codes,
}

/// Why a gateway does not start with this directory; the operator's to mend.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Neither the log nor the folder has a part of a side.
    #[error("side {side}: the log holds no part of its directory, and there is no {path}")]
    Missing {
        /// The side.
        side: Side,
        /// Where its first part belongs.
        path: PathBuf,
    },
    /// The signatures of an offered part do not hold now.
    #[error("{path}: {source}")]
    Signatures {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: PartRefused,
    },
    /// An offered part does not come next.
    #[error("{path}: {source}{}", after(*.logged))]
    Order {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: SuccessionError,
        /// The version that the log holds of that side.
        logged: Option<u64>,
    },
    /// The parts contradict each other.
    #[error("the parts of the directory do not go together: {}", listed(.0))]
    Together(Vec<Violation>),
    /// They go together, but none of them with what counts before it.
    #[error(
        "the offered parts of the directory cannot come into force one after the other, in whichever order: {}", listed(.0)
    )]
    OneByOne(Vec<Violation>),
    /// Whom a side lists is not known.
    #[error(
        "side {side}: its part of the directory at index {index} of the log cannot be read, and an older one does not count \
         in its place; start a version of the gateway that can read it"
    )]
    Unreadable {
        /// The side.
        side: Side,
        /// Where the part stands.
        index: u64,
    },
}

fn after(logged: Option<u64>) -> String {
    logged.map_or_else(String::new, |version| {
        format!("; the log holds version {version} of that side")
    })
}

fn listed(problems: &[Violation]) -> String {
    let one = |problem: &Violation| format!("{}: {}", problem.field, problem.detail);
    problems.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// The newest part of each side that the log holds.
#[derive(Debug, Default)]
pub(crate) struct Logged {
    newest: BTreeMap<Side, Arc<SignedPart>>,
    /// Sides whose newest part cannot be read, with its index.
    unreadable: BTreeMap<String, u64>,
    codes: Codes,
}

impl Logged {
    /// Takes in the part in this entry, if there is one: to be shown every entry of a log in its order.
    ///
    /// Signatures are not verified again: they were when the part was logged, and their certificates may have ended since.
    pub(crate) fn see(&mut self, entry: &StoredEntry) {
        if entry.leaf().entry_type != EntryType::Trust {
            return;
        }
        // Of a record that was deleted by law nothing is left that says what its entry is; the content may.
        let record = pb::TrustRecord::decode(entry.record()).unwrap_or_default();
        let kind = record.kind();
        if !matches!(kind, pb::TrustKind::Directory | pb::TrustKind::Unspecified) {
            return;
        }
        match SignedPart::read(entry.content().to_vec()) {
            Ok(part) => {
                let side = part.part().side().clone();
                self.unreadable.remove(side.as_str());
                self.codes.see(part.part());
                self.newest.insert(side, Arc::new(part));
            }
            Err(error) if kind == pb::TrustKind::Directory => {
                let index = entry.index();
                tracing::error!(index, %error, "a logged part of the directory cannot be read");
                self.unreadable.insert(record.side, index);
            }
            // A certificate, or a list.
            Err(_) => {}
        }
    }

    /// The side's newest part. The one before it never stands in for one that cannot be read: who has left would be back.
    fn newest(&self, side: &Side) -> Result<Option<&Arc<SignedPart>>, StartError> {
        match self.unreadable.get(side.as_str()) {
            Some(index) => Err(StartError::Unreadable {
                side: side.clone(),
                index: *index,
            }),
            None => Ok(self.newest.get(side)),
        }
    }
}

/// What the gateway would start with. Writes nothing.
pub(crate) fn start(
    logged: &Logged,
    offers: &[Offer],
    trust: &TrustStore,
    now_ms: u64,
) -> Result<Started, StartError> {
    let (mut parts, mut fresh) = (BTreeMap::new(), Vec::new());
    for offer in offers {
        let side = &offer.side.side;
        let known = logged.newest(side)?;
        parts.extend(known.map(|known| (side.clone(), Arc::clone(known))));
        fresh.extend(take(known, offer, trust, now_ms)?);
    }
    let sides: Vec<_> = offers.iter().map(|offer| offer.side.clone()).collect();
    let mut together = parts.clone();
    together.extend(fresh.iter().map(of_its_side));
    let directory =
        Directory::combine(together.into_values(), &sides).map_err(StartError::Together)?;
    let fresh = in_order(parts, fresh, &sides)?;
    let mut codes = logged.codes.clone();
    for part in fresh.iter().map(|part| part.signed().part()) {
        codes.check(part).map_err(StartError::Together)?;
        codes.see(part);
    }
    Ok(Started {
        directory,
        fresh,
        codes,
    })
}

/// The fresh parts in an order in which each goes with the other sides' parts that stand before it in the log, as it would if
/// it were applied by itself: what one side gives up may be another's only from then on.
///
/// Taking the first that goes is enough: since all go together, none that was taken is in the way of those that are left.
fn in_order(
    mut parts: BTreeMap<Side, Arc<SignedPart>>,
    mut fresh: Vec<VerifiedPart>,
    sides: &[SideCountry],
) -> Result<Vec<VerifiedPart>, StartError> {
    let mut ordered = Vec::new();
    while !fresh.is_empty() {
        let mut problems = Vec::new();
        let goes = |part: &VerifiedPart| {
            let mut so_far = parts.clone();
            so_far.extend([of_its_side(part)]);
            // In a new log the first parts come without those of the others.
            let known = sides
                .iter()
                .filter(|known| so_far.contains_key(&known.side));
            let known: Vec<_> = known.cloned().collect();
            Directory::combine(so_far.into_values(), &known)
                .map_err(|wrong| problems.extend(wrong))
                .is_ok()
        };
        let Some(next) = fresh.iter().position(goes) else {
            return Err(StartError::OneByOne(problems));
        };
        let next = fresh.remove(next);
        parts.extend([of_its_side(&next)]);
        ordered.push(next);
    }
    Ok(ordered)
}

fn of_its_side(part: &VerifiedPart) -> (Side, Arc<SignedPart>) {
    let signed = Arc::clone(part.signed());
    (signed.part().side().clone(), signed)
}

/// The offered part, if it is to be taken; none if that of the log stays.
fn take(
    known: Option<&Arc<SignedPart>>,
    offer: &Offer,
    trust: &TrustStore,
    now_ms: u64,
) -> Result<Option<VerifiedPart>, StartError> {
    let side = &offer.side.side;
    let (known, part) = match (known, &offer.part) {
        (None, None) => {
            return Err(StartError::Missing {
                side: side.clone(),
                path: offer.path.clone(),
            });
        }
        (Some(_), None) => return Ok(None),
        (known, Some(part)) => (known, part),
    };
    if let Some(known) = known {
        let (holds, offered) = (known.part().version(), part.part().version());
        if offered <= holds {
            let same = known.digest() == part.digest();
            tracing::info!(%side, offered, holds, same, "the log's part of the directory counts, not the folder's");
            return Ok(None);
        }
    }
    let verified = VerifiedPart::verify(Arc::clone(part), trust, now_ms).map_err(|source| {
        StartError::Signatures {
            path: offer.path.clone(),
            source,
        }
    })?;
    let in_order = match known {
        Some(known) => verified.check_follows(known),
        None => verified.check_first(&offer.stewards),
    };
    in_order.map_err(|source| StartError::Order {
        path: offer.path.clone(),
        source,
        logged: known.map(|known| known.part().version()),
    })?;
    Ok(Some(verified))
}

#[cfg(test)]
mod tests {
    use precinto_alert::directory::{EXAMPLE_MX, EXAMPLE_US};
    use precinto_ledger::clock::ManualClock;
    use precinto_ledger::{Entry, Ledger};

    use super::*;
    use crate::registry::tests::{sides, signed};
    use crate::test_ledger;

    const US: &str = "us.dev.invalid";

    async fn log(ledger: &Ledger, content: &[u8], side: &str) {
        let record = pb::TrustRecord {
            kind: pb::TrustKind::Directory.into(),
            side: side.to_owned(),
            ..Default::default()
        };
        let entry = Entry::trust(content.to_vec(), record.encode_to_vec());
        ledger.append(entry).await.unwrap();
    }

    /// The version of the side's part that a restart takes.
    fn started(ledger: &Ledger) -> Result<u64, StartError> {
        let mut logged = Logged::default();
        let mut next = 0;
        loop {
            let entries = ledger.read_from(next, 1 << 20).unwrap();
            let Some(last) = entries.last() else { break };
            next = last.index() + 1;
            for entry in &entries {
                logged.see(entry);
            }
        }
        let offers = sides().map(|side| Offer {
            stewards: signed(EXAMPLE_US).part().stewards().clone(),
            path: PathBuf::new(),
            part: None,
            side,
        });
        let trust = TrustStore::new(Vec::new()).unwrap();
        let started = start(&logged, &offers, &trust, 1_000)?;
        let us = started.directory.part(&US.parse().unwrap()).unwrap();
        Ok(us.part().version())
    }

    #[tokio::test]
    async fn an_older_part_does_not_stand_in_for_one_that_cannot_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(1_000));
        let (ledger, owner) = test_ledger::open(folder.path(), clock);
        log(&ledger, signed(EXAMPLE_US).bytes(), US).await;
        log(&ledger, signed(EXAMPLE_MX).bytes(), "mx.dev.invalid").await;
        assert_eq!(started(&ledger).unwrap(), 1);
        log(&ledger, b"of another version of the gateway", US).await;
        let error = started(&ledger).unwrap_err();
        assert!(matches!(&error, StartError::Unreadable { side, index: 2 } if side.as_str() == US));
        let previous = "0".repeat(64);
        let third = format!("version = 3\nprevious = \"{previous}\"");
        let third = signed(&EXAMPLE_US.replace("version = 1", &third));
        log(&ledger, third.bytes(), US).await;
        assert_eq!(started(&ledger).unwrap(), 3, "what follows it counts");
        owner.stop().unwrap();
    }
}
