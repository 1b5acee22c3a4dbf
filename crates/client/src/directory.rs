//! The directory as this node believes it: each side's part under its stewards' signatures, and in the log.
//!
//! ```text
//! bytes ──> receipt: the log holds exactly these ──> not older than what was seen before (seen) ──> what they say
//!                                                └─> who signed it and each step up to it, under our own trust (row)
//!                                                                           ──> or a doubt, and then it is not remembered
//! ```
//!
//! What a gateway cannot do unseen: invent a part, change one, go back to an older one that this node has seen a newer one
//! of, leave out a side that it has seen. What it can: withhold the newest one from a node that has not seen it; and to a node
//! that has seen nothing yet, whoever stands in the first part is vouched for by that part alone.

mod change;
mod row;
mod seen;
#[cfg(test)]
mod tests;

pub use change::{Applied, as_next, countersign, sign};
pub use seen::{Seen, SeenError};

use crate::connection::{Connection, unary};
use crate::log::{LogClient, LogError};
use crate::receipt::ReceiptError;
use crate::refusal::Refusal;
use precinto_alert::Reason;
use precinto_alert::directory::Part;
use precinto_alert::id::{OfficerId, Side};
use precinto_envelope::directory::{PartRefused, SignedPart, SuccessionError, VerifiedPart};
use precinto_envelope::trust::{TrustKind, TrustStore};
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use prost::Message as _;
use row::Step;
use std::sync::Arc;

/// Questions and orders about the directory.
#[derive(Debug, Clone)]
pub struct DirectoryClient {
    connection: Connection,
    log: LogClient,
}

/// A part that the log holds, with what is to be said against it.
#[derive(Debug, Clone)]
pub struct Held {
    /// What was signed, and what it says.
    pub signed: Arc<SignedPart>,
    /// The officers who have signed it; empty when there is a `doubt`.
    pub signers: Vec<OfficerId>,
    /// Where in the log it stands.
    pub index: u64,
    /// When the log took it, milliseconds since 1970-01-01 UTC, under the log's signature.
    pub time_ms: u64,
    /// The log's receipt: what proves it to anybody.
    pub receipt: pb::Receipt,
    /// Since when somebody who signed it is revoked, milliseconds since 1970-01-01 UTC, if that came after the log took it, as
    /// happens to a card that is lost: it is believed and built on all the same, and should be built on soon.
    pub revoked_since: Option<u64>,
    /// Why it should not have been taken, or why that cannot be told.
    pub doubt: Option<Doubt>,
}

/// Who has signed a part, when everything holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Believed {
    /// The officers, in the order of their signatures.
    pub signers: Vec<OfficerId>,
    /// Since when the first of them to be revoked is revoked, if that came after the time that was judged by.
    pub revoked_since: Option<u64>,
}

/// Why a part that the log holds is not to be believed as it stands.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Doubt {
    /// The signatures or certificates do not hold under this node's trust, as of the log's time.
    #[error(transparent)]
    Signature(#[from] PartRefused),
    /// It does not follow the part before, or those who signed are not enough of the stewards whom that names.
    #[error(transparent)]
    Succession(#[from] SuccessionError),
    /// A part before it cannot be had, or too many are between it and what was seen: nobody knows who may sign it.
    #[error("a part before it cannot be had from the log")]
    NoPrevious,
    /// The log dates it, or a part before it, before the part that it follows: its clock went back, or it lies.
    #[error("the log dates a part {time_ms}, and the part before that {before_ms}")]
    DatedBack {
        /// When it says that it took the part, milliseconds since 1970-01-01 UTC.
        time_ms: u64,
        /// When it says that it took the part before.
        before_ms: u64,
    },
}

/// Why there is no directory to be believed.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The gateway refuses, or the line failed.
    #[error(transparent)]
    Refused(Box<Refusal>),
    /// A question to the log behind it has no believable answer.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The log does not vouch for the part.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// The receipt is about something else than the part that came with it.
    #[error("the receipt is for another entry than this part of {side}")]
    OtherEntry {
        /// The side that it should be of.
        side: String,
    },
    /// The log holds something that no gateway may take for a part.
    #[error("the part of {side} in the log is none: {error}")]
    NoPart {
        /// Whose.
        side: String,
        /// What is wrong with it.
        error: PartRefused,
    },
    /// Older than one that this node has seen, or another one of the same version.
    #[error(transparent)]
    Seen(#[from] SeenError),
}

impl Held {
    /// What it says.
    pub fn part(&self) -> &Part {
        self.signed.part()
    }
}

impl Doubt {
    /// The coded reason.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Signature(error) => error.reason(),
            Self::Succession(error) => error.reason(),
            Self::NoPrevious => Reason::StewardRequired,
            Self::DatedBack { .. } => Reason::LogInconsistent,
        }
    }
}

impl DirectoryError {
    /// The coded reason; none if the line failed.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Refused(refusal) => refusal.reason,
            Self::Log(error) => error.reason(),
            Self::Receipt(error) => Some(error.reason()),
            Self::OtherEntry { .. } | Self::NoPart { .. } => Some(Reason::ReceiptInvalid),
            Self::Seen(SeenError::Contradiction { .. } | SeenError::NotOnce { .. }) => {
                Some(Reason::LogInconsistent)
            }
            Self::Seen(_) => None,
        }
    }
}

impl From<tonic::Status> for DirectoryError {
    fn from(status: tonic::Status) -> Self {
        Self::Refused(Box::new(status.into()))
    }
}

impl DirectoryClient {
    /// Speaks over `connection`.
    pub fn new(connection: &Connection) -> Self {
        Self {
            connection: connection.clone(),
            log: LogClient::new(connection),
        }
    }

    /// The newest part of each side, sorted by side, each proven to stand in the log; `seen` is asked first, and then knows them.
    pub async fn all(&self, seen: &mut Seen) -> Result<Vec<Held>, DirectoryError> {
        let mut service = self.connection.directory_service();
        let request = pb::GetDirectoryRequest {
            side: String::new(),
        };
        let answer = service.get_directory(unary(request)).await?.into_inner();
        let mut all = Vec::new();
        for part in answer.parts {
            all.push(self.held(part, seen).await?);
        }
        let shown: Vec<&Side> = all.iter().map(|held| held.part().side()).collect();
        seen.all_are_once_in(&shown)?;
        all.sort_by(|one, other| one.part().side().cmp(other.part().side()));
        Ok(all)
    }

    /// The newest part of one side, as [`DirectoryClient::all`] gives it; none if the directory has no such side.
    pub async fn of(&self, side: &Side, seen: &mut Seen) -> Result<Option<Held>, DirectoryError> {
        let all = self.all(seen).await?;
        Ok(all.into_iter().find(|held| held.part().side() == side))
    }

    /// A part as the gateway shows it, proven by its receipt and held against what was seen; what speaks against its signatures,
    /// or against those of a step up to it, stands in it, and then it is not remembered as seen.
    async fn held(
        &self,
        shown: pb::DirectoryPart,
        seen: &mut Seen,
    ) -> Result<Held, DirectoryError> {
        let pb::DirectoryPart {
            signed,
            index,
            receipt,
        } = shown;
        let receipt = receipt.ok_or(ReceiptError::Missing)?;
        let place = self.place(&receipt)?;
        let side = place.side.clone();
        let signed = SignedPart::read(signed).map_err(|error| {
            let side = side.clone();
            DirectoryError::NoPart { side, error }
        })?;
        if place.index != index || !place.is_of(&signed) {
            return Err(DirectoryError::OtherEntry { side });
        }
        let signed = Arc::new(signed);
        let newest = Step {
            signed: Arc::clone(&signed),
            index,
            time_ms: place.time_ms,
        };
        let row = self.row(newest, seen.of(signed.part().side())).await?;
        let believed = row.and_then(|row| row.judge(self.connection.trust()));
        if believed.is_ok() {
            let part = signed.part();
            seen.keep(part.side(), part.version(), *signed.digest())?;
        }
        let (signers, revoked_since, doubt) = match believed {
            Ok(believed) => (believed.signers, believed.revoked_since, None),
            Err(doubt) => (Vec::new(), None, Some(doubt)),
        };
        Ok(Held {
            signed,
            signers,
            index,
            time_ms: place.time_ms,
            receipt,
            revoked_since,
            doubt,
        })
    }

    /// Where a receipt says that a part of the directory stands, and which one.
    fn place(&self, receipt: &pb::Receipt) -> Result<Place, ReceiptError> {
        let receipts = self.connection.receipts();
        let proven = receipts.prove(receipt, EntryType::Trust)?;
        let record = pb::TrustRecord::decode(receipt.record.as_ref());
        let record = record.map_err(|_| ReceiptError::Record)?;
        Ok(Place {
            index: proven.index(),
            time_ms: proven.leaf().time_ms,
            is_part: record.kind() == TrustKind::Directory,
            digest: record.digest,
            side: record.side,
        })
    }
}

/// What a receipt proves of an entry about trust.
struct Place {
    index: u64,
    /// When the log took it, milliseconds since 1970-01-01 UTC.
    time_ms: u64,
    is_part: bool,
    digest: Vec<u8>,
    side: String,
}

impl Place {
    /// Whether it is the place of this part.
    fn is_of(&self, signed: &SignedPart) -> bool {
        let is_side = signed.part().side().as_str() == self.side;
        self.is_part && is_side && self.digest == signed.digest()
    }
}

/// Who has signed, if `before` names them as stewards and they are enough; nobody stands before the first part, so those count
/// whom it names itself. At `time_ms`, when the log took it: who was revoked later could sign it then. For a part that no log
/// has taken yet that is now, and there is no later.
pub fn believe(
    signed: &Arc<SignedPart>,
    before: Option<&SignedPart>,
    trust: &TrustStore,
    time_ms: u64,
) -> Result<Believed, Doubt> {
    let verified = VerifiedPart::verify_as_of(Arc::clone(signed), trust, time_ms)?;
    match before {
        Some(before) => verified.check_follows(before)?,
        None => verified.check_first(signed.part().stewards())?,
    }
    Ok(Believed {
        signers: verified.officers().cloned().collect(),
        revoked_since: verified.revoked_since_ms(),
    })
}
