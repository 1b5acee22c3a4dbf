//! The directory that a gateway starts with: what the log holds, and what the settings' folder may add to it.

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

use super::Directory;
use super::offered::{Logged, Offer};

/// The directory to start with.
#[derive(Debug)]
pub(crate) struct Started {
    /// What will be in force.
    pub(crate) directory: Directory,
    /// Those of its parts that are to be logged first.
    pub(crate) fresh: Vec<VerifiedPart>,
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

/// Remembers the part in this entry, if there is one: shown every entry of a log in its order, the newest of each side.
///
/// Signatures are not verified again: they were when the part was logged, and their certificates may have ended since.
pub(crate) fn remember(newest: &mut Logged, entry: &StoredEntry) {
    if entry.leaf().entry_type != EntryType::Trust || entry.record_pruned() {
        return;
    }
    let record = pb::TrustRecord::decode(entry.record());
    if record.is_ok_and(|record| record.kind() == pb::TrustKind::Directory) {
        match SignedPart::read(entry.content().to_vec()) {
            Ok(part) => {
                newest.insert(part.part().side().clone(), Arc::new(part));
            }
            Err(error) => {
                let index = entry.index();
                tracing::error!(index, %error, "a logged part of the directory cannot be read");
            }
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
    let (mut parts, mut fresh) = (Vec::new(), Vec::new());
    for offer in offers {
        let known = logged.get(&offer.side.side);
        let Some(taken) = take(known, offer, trust, now_ms)? else {
            parts.extend(known.map(Arc::clone));
            continue;
        };
        parts.push(Arc::clone(taken.signed()));
        fresh.push(taken);
    }
    let sides: Vec<_> = offers.iter().map(|offer| offer.side.clone()).collect();
    let directory = Directory::combine(parts, &sides).map_err(StartError::Together)?;
    Ok(Started { directory, fresh })
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
