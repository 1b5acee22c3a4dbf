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
use precinto_envelope::trust::{TrustError, TrustKind, TrustStore};
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use prost::Message as _;
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
    /// The officers whose signatures hold; empty when `doubt` says that not all do.
    pub signers: Vec<OfficerId>,
    /// Where in the log it stands.
    pub index: u64,
    /// When the log took it, milliseconds since 1970-01-01 UTC, under the log's signature.
    pub time_ms: u64,
    /// The log's receipt: what proves it to anybody.
    pub receipt: pb::Receipt,
    /// Why it should not have been taken, or why that cannot be told.
    pub doubt: Option<Doubt>,
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
        }
    }

    /// Whether all that speaks against it is that a signer was revoked after the log had taken it, as happens to a card that was
    /// lost: it may be built on, and should be, soon.
    pub fn is_only_revoked_after(&self, time_ms: u64) -> bool {
        let Self::Signature(PartRefused::Untrusted { error, .. }) = self else {
            return false;
        };
        matches!(error, TrustError::Revoked { since_ms } if *since_ms > time_ms)
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
        let proven = self
            .connection
            .receipts()
            .prove(&receipt, EntryType::Trust)?;
        let record = pb::TrustRecord::decode(receipt.record.as_slice());
        let record = record.map_err(|_| ReceiptError::Record)?;
        let side = record.side.clone();
        let read = SignedPart::read(signed);
        let signed = read.map_err(|error| DirectoryError::NoPart {
            side: side.clone(),
            error,
        })?;
        let is_it = record.kind() == TrustKind::Directory && record.digest == signed.digest();
        if !is_it || proven.index() != index || signed.part().side().as_str() != side {
            return Err(DirectoryError::OtherEntry { side });
        }
        let time_ms = proven.leaf().time_ms;
        let signed = Arc::new(signed);
        let row = self.row(&signed, seen.of(signed.part().side())).await?;
        let trust = self.connection.trust();
        let (signers, doubt) = match row.and_then(|row| row.judge(trust, time_ms)) {
            Ok(signers) => (signers, None),
            Err(doubt) => (Vec::new(), Some(doubt)),
        };
        let held = Held {
            signed,
            signers,
            index,
            time_ms,
            receipt,
            doubt,
        };
        let doubt = held.doubt.as_ref();
        if doubt.is_none_or(|doubt| doubt.is_only_revoked_after(time_ms)) {
            let part = held.part();
            seen.keep(part.side(), part.version(), *held.signed.digest())?;
        }
        Ok(held)
    }

    /// A part of the log by the digest that a signed part names; none if the log does not show it.
    async fn by_digest(&self, digest: &[u8; 32]) -> Result<Option<SignedPart>, LogError> {
        let items = self.log.certificates(&[*digest]).await?;
        let content = items.into_iter().next().map(|item| item.content);
        Ok(content.and_then(|content| SignedPart::read(content).ok()))
    }
}

/// The officers who have signed, if `before` names them as stewards and they are enough; nobody stands before the first part,
/// so those count whom it names itself.
pub fn believe(
    signed: &Arc<SignedPart>,
    before: Option<&SignedPart>,
    trust: &TrustStore,
    time_ms: u64,
) -> Result<Vec<OfficerId>, Doubt> {
    let verified = VerifiedPart::verify(Arc::clone(signed), trust, time_ms)?;
    match before {
        Some(before) => verified.check_follows(before)?,
        None => verified.check_first(signed.part().stewards())?,
    }
    Ok(verified.officers().cloned().collect())
}
