//! Who puts the next part of a side, or other trust, in force while the gateway runs: checked, logged, and only then counting.

use std::sync::Arc;

use precinto_alert::directory::{Change, PartError, changes};
use precinto_alert::id::NodeId;
use precinto_alert::{Reason, Violation};
use precinto_envelope::directory::{PartRefused, SignedPart, SuccessionError, VerifiedPart};
use precinto_envelope::trust::TrustStore;
use precinto_ledger::AppendError;
use precinto_ledger::clock::Clock;
use precinto_proto::v1 as pb;
use tokio::sync::Mutex;

use super::Directory;
use super::codes::Codes;
use crate::acts::Acts;
use crate::blocking;
use crate::certificates::Certificates;
use crate::in_force::{InForce, Seat, Terms};
use crate::limits::DIRECTORY_WAIT_MAX;
use crate::ration::Ration;
use crate::status::Refusal;

/// Puts parts and trust in force, one after the other.
#[derive(Debug)]
pub(crate) struct Keeper {
    seat: Seat,
    certificates: Arc<Certificates>,
    clock: Arc<dyn Clock>,
    /// What one node may try in a while.
    quota: Ration,
    /// One at a time, which is who holds this: whose each NODE code is.
    codes: Mutex<Codes>,
}

/// A part that is in force, or could be.
#[derive(Debug)]
pub(crate) struct Applied {
    /// The part.
    pub(crate) signed: Arc<SignedPart>,
    /// In what it differs from the one before.
    pub(crate) changes: Vec<Change>,
    /// Whether it was in force before.
    pub(crate) duplicate: bool,
}

/// Why a part was not put in force.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApplyError {
    /// It is no good by itself.
    #[error(transparent)]
    Part(#[from] PartRefused),
    /// It belongs to another side than the node that brought it.
    #[error("the part of another side")]
    WrongSide,
    /// It does not come next.
    #[error(transparent)]
    Order(#[from] SuccessionError),
    /// It contradicts the parts of the other sides, or takes a NODE code from another agency of its own.
    #[error("it does not go with the other parts")]
    Together(Vec<Violation>),
    /// The node has brought too many.
    #[error("too many in a while")]
    Quota,
    /// Somebody decided something for too long.
    #[error("the directory was in use all the time")]
    Busy,
    /// The log did not take it.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The task that judged it died: our bug.
    #[error("the judging did not finish")]
    Lost,
}

impl Keeper {
    /// Puts `terms` in force, whose parts, roots and lists are in the log; `codes` has seen those parts, and all before them.
    pub(crate) fn new(
        terms: Terms,
        codes: Codes,
        certificates: Arc<Certificates>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            seat: Seat::new(terms),
            certificates,
            clock,
            quota: Ration::default(),
            codes: Mutex::new(codes),
        }
    }

    pub(crate) fn in_force(&self) -> InForce {
        self.seat.in_force()
    }

    /// Judges the part that `caller` brings, and unless `validate_only` puts it in force. MUST be run to its end: what is
    /// logged and not in force would count only after a restart.
    pub(crate) async fn apply(
        &self,
        caller: &NodeId,
        bytes: Vec<u8>,
        validate_only: bool,
    ) -> Result<Applied, ApplyError> {
        let mut codes = self.codes.lock().await;
        let Terms {
            directory: before,
            trust,
        } = self.seat.terms();
        let (caller_side, now_ms) = (caller.side().clone(), self.clock.now_ms());
        let judged_by = Arc::clone(&trust);
        // A long text and up to four signatures: not on the workers that submissions need.
        let judge = move || {
            let signed = Arc::new(SignedPart::read(bytes)?);
            if *signed.part().side() != caller_side {
                return Err(ApplyError::WrongSide);
            }
            Judged::new(signed, &before, &judged_by, now_ms)
        };
        let judged = blocking::spawn(judge).await;
        let (part, directory, applied) = match judged.map_err(|_| ApplyError::Lost)?? {
            Judged::InForce(signed) => {
                return Ok(Applied {
                    signed,
                    changes: Vec::new(),
                    duplicate: true,
                });
            }
            Judged::Next {
                part,
                directory,
                applied,
            } => (part, directory, applied),
        };
        codes
            .check(part.signed().part())
            .map_err(ApplyError::Together)?;
        if validate_only {
            return Ok(applied);
        }
        // Before anything is logged or anybody kept waiting: also a try that fails costs the others their time.
        if !self.quota.take(caller, now_ms) {
            return Err(ApplyError::Quota);
        }
        let side = part.signed().part().side();
        self.certificates.log_chain(part.chain(), side).await?;
        let change = self.seat.change(DIRECTORY_WAIT_MAX).await;
        let change = change.ok_or(ApplyError::Busy)?;
        self.certificates.log_part(&part).await?;
        codes.see(part.signed().part());
        change.put_in_force(Terms { directory, trust });
        let version = part.signed().part().version();
        let changes = applied.changes.len();
        tracing::info!(%side, version, changes, %caller, "another part of the directory is in force");
        Ok(applied)
    }
}

impl Keeper {
    /// Logs the roots and lists of `next` that are new, then `records`, which say what changes, and puts it in force. Waits
    /// until nobody decides for as long as that takes: a revocation is never dropped. MUST be run to its end: what is logged
    /// and not in force would make the records behind it untrue.
    pub(crate) async fn believe(
        &self,
        next: Arc<TrustStore>,
        acts: &Acts,
        records: Vec<pb::ActRecord>,
    ) -> Result<(), Refusal> {
        let _alone = self.codes.lock().await;
        let change = loop {
            if let Some(change) = self.seat.change(DIRECTORY_WAIT_MAX).await {
                break change;
            }
            tracing::warn!("other trust waits for somebody who decides, and is tried again");
        };
        self.certificates.log_foundations(&next).await?;
        for record in records {
            acts.record(record).await?;
        }
        let directory = self.seat.terms().directory;
        change.put_in_force(Terms {
            directory,
            trust: next,
        });
        Ok(())
    }
}

/// What there is to be done with a part.
enum Judged {
    /// Nothing: it is in force.
    InForce(Arc<SignedPart>),
    /// It comes next, and this is the directory that it makes.
    Next {
        part: VerifiedPart,
        directory: Arc<Directory>,
        applied: Applied,
    },
}

impl Judged {
    fn new(
        signed: Arc<SignedPart>,
        before: &Directory,
        trust: &TrustStore,
        now_ms: u64,
    ) -> Result<Self, ApplyError> {
        let last = before
            .part(signed.part().side())
            .ok_or(ApplyError::WrongSide)?;
        if last.digest() == signed.digest() {
            return Ok(Self::InForce(signed));
        }
        let part = VerifiedPart::verify(signed, trust, now_ms)?;
        part.check_follows(last)?;
        let signed = Arc::clone(part.signed());
        let directory = before.with(&signed).map_err(ApplyError::Together)?;
        Ok(Self::Next {
            directory: Arc::new(directory),
            applied: Applied {
                changes: changes(Some(last.part()), signed.part()),
                signed,
                duplicate: false,
            },
            part,
        })
    }
}

impl From<ApplyError> for Refusal {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Part(PartRefused::Part(PartError::Content(problems)))
            | ApplyError::Together(problems) => Self::violations(problems),
            ApplyError::Part(PartRefused::Part(PartError::Syntax { message })) => {
                Self::new(Reason::Malformed).with_detail((
                    format!("The text: {message}"),
                    format!("El texto (en inglés): {message}"),
                ))
            }
            ApplyError::Part(error) => Self::new(error.reason()),
            ApplyError::WrongSide => Self::new(Reason::WrongSide),
            ApplyError::Order(error) => {
                let refusal = Self::new(error.reason());
                match error {
                    SuccessionError::Version { expected, .. } => {
                        refusal.with_fact("expected", expected)
                    }
                    SuccessionError::Stewards { needed } => refusal.with_fact("needed", needed),
                    SuccessionError::Side
                    | SuccessionError::Previous
                    | SuccessionError::FirstStewards => refusal,
                }
            }
            ApplyError::Quota | ApplyError::Busy => Self::new(Reason::Overloaded),
            ApplyError::Append(error) => error.into(),
            ApplyError::Lost => Self::new(Reason::Internal),
        }
    }
}
