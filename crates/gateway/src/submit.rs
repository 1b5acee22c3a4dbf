//! The write path: everything that happens to a submission, in order.
//!
//! [`Submissions::check`] takes it to the point where all is known about it but for its case, without writing anything but what
//! a rule refuses; [`Submissions::commit`] judges it by its case and takes it to the point where losing it is no longer
//! possible. A unary call does one after the other; a stream checks several at once and commits them in the order in which
//! they came.

use std::sync::Arc;

use precinto_alert::code::MessageType;
use precinto_alert::id::{MessageId, NodeId};
use precinto_alert::{Reason, Statement};
use precinto_envelope::certificate::CertificatePool;
use precinto_envelope::trust::TrustStore;
use precinto_envelope::verify::{Disowned, VerifiedEnvelope, verify_bytes};
use precinto_ledger::clock::{Clock, Stopwatch};
use precinto_ledger::{AppendError, Entry, EntryKey, Found, InFlight, Ledger};
use precinto_proto::v1 as pb;
use tokio_util::sync::CancellationToken;

use crate::cases::{CaseError, Cases, Seat};
use crate::certificates::Certificates;
use crate::in_force::Turn;
use crate::metrics::Counts;
use crate::quota::Quotas;
use crate::ration::Ration;
use crate::registry::{Directory, Held as HeldDirectory, InForce};

mod admission;
mod admit;
mod answer;
mod conflict;
mod error;
mod findings;
mod in_flight;
pub(crate) mod metered;
mod refused;
mod request;
mod service;
mod stream;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use in_flight::tests as in_flight_tests;

use admit::Said;
pub(crate) use answer::receipt;
use answer::{answer, repeat};
pub use error::SubmitError;
use refused::About;
pub use refused::Refusals;
use request::Submission;

pub use in_flight::{Budget, Held, NodeBudget, Pressure};
pub use service::SubmissionHandler;

/// What the write path needs. One for the process, shared by every call.
#[derive(Debug)]
pub struct Submissions {
    /// The log.
    pub ledger: Ledger,
    /// Whom to send to, and whom to believe.
    pub directory: InForce,
    /// What trust rests on, as logged.
    pub certificates: Arc<Certificates>,
    /// Where each case stands.
    pub cases: Arc<Cases>,
    /// The log's origin: what a statement must name.
    pub origin: String,
    /// What reuse of message ids may cost.
    pub conflicts: Ration,
    /// Where what a rule has refused is recorded.
    pub refusals: Refusals,
    /// What each agency and node may submit.
    pub quotas: Quotas,
    /// For an operator's figures.
    pub counts: Counts,
    /// The only clock.
    pub clock: Arc<dyn Clock>,
    /// Cancelled when the gateway shuts down.
    pub draining: CancellationToken,
}

/// A submission about which all is known that does not hang on what else is said. Nothing has been written on its account.
#[derive(Debug)]
pub struct Checked {
    verified: VerifiedEnvelope,
    message_id: MessageId,
    message_type: MessageType,
    /// Since it has come.
    watch: Stopwatch,
    outcome: Outcome,
    validate_only: bool,
    /// What a refusal would say of it; none if nothing is to be written.
    about: Option<About>,
    /// By which it was decided: no other comes into force before it is in the log.
    _directory: HeldDirectory,
    /// Tells the ledger that more is coming, until this one has been taken.
    _announced: InFlight,
}

#[derive(Debug)]
enum Outcome {
    /// The same statement stands at this index.
    Repeat { index: u64 },
    /// Another statement, with this digest, has its message id: to be logged.
    Reused { index: u64, digest: [u8; 32] },
    /// The same, and nothing more is to be logged of it.
    Refused { index: u64 },
    /// It may be appended.
    Fresh {
        entry: Entry,
        warnings: Vec<pb::Finding>,
        /// None for what belongs to no case.
        seat: Option<Seat>,
    },
}

impl Submissions {
    /// Takes a submission to the point where losing it is no longer possible.
    ///
    /// MUST NOT return a receipt before the frame that holds the entry is synced: [`Ledger::append`] resolves only then.
    pub async fn submit(
        &self,
        caller: &NodeId,
        request: pb::SubmitRequest,
    ) -> Result<pb::SubmitResponse, SubmitError> {
        let (announced, turn) = (self.ledger.announce(), self.directory.hold());
        let checked = self.check(caller, request, announced, turn).await?;
        self.log_trust(&checked).await?;
        self.commit(checked).await
    }

    /// Everything up to the commit, in the order of the verification rules; pure computation and reading, but that a new
    /// reuse of a message id counts against the sender's quota, and that what a rule refuses is recorded first. Waits for
    /// nothing else but its turn with the directory, and its case, if that must be read.
    ///
    /// `turn` MUST have been taken in the order in which messages are committed, or a change of the directory waits for a
    /// message whose predecessor waits for the change.
    ///
    /// A repeat is found before time and body are looked at, so that a late retry still gets its receipt.
    pub async fn check(
        &self,
        caller: &NodeId,
        request: pb::SubmitRequest,
        announced: InFlight,
        turn: Turn,
    ) -> Result<Checked, SubmitError> {
        let mut about = None;
        let examined = self.examine(caller, request, announced, turn, &mut about);
        match examined.await {
            Ok(checked) => Ok(Checked { about, ..checked }),
            Err(verdict) => Err(self.refused(about, verdict).await),
        }
    }

    async fn examine(
        &self,
        caller: &NodeId,
        request: pb::SubmitRequest,
        announced: InFlight,
        turn: Turn,
        about: &mut Option<About>,
    ) -> Result<Checked, SubmitError> {
        if self.draining.is_cancelled() {
            return Err(SubmitError::Draining);
        }
        let Submission {
            envelope,
            read,
            body,
            validate_only,
            certificates,
        } = request.try_into()?;
        let (watch, now_ms) = (Stopwatch::start(), self.clock.now_ms());
        let pool = self.certificates.pool(&read, &certificates)?;
        // Before its turn, so that several are verified at once and nobody who holds the terms is waited for meanwhile.
        let trust = self.directory.trust();
        let verified = verify_bytes(envelope, &pool, &trust, now_ms);
        if !validate_only {
            *about = match &verified {
                Ok(verified) => About::of(caller, verified),
                Err(error) => Disowned::of(&read, &pool, error)
                    .and_then(|by| About::of_disowned(caller, &by, &read.payload)),
            };
        }
        let verified = verified?;
        let statement = Box::new(Statement::decode(verified.payload())?);
        let directory = turn.await;
        let verified = self.verified_by(&directory, verified, &trust, &pool)?;
        self.may_carry(caller, &statement, &directory)?;
        let (sender, message_id) = (statement.sender(), statement.message_id());
        let outcome = match self
            .ledger
            .find(&EntryKey::statement(sender, &message_id))?
        {
            Some(Found { index, digest }) if digest == verified.statement_id() => {
                Outcome::Repeat { index }
            }
            // Asked before its certificates are logged: a refusal that leaves no entry leaves none of those either.
            Some(Found { index, .. })
                if validate_only || !self.may_record_conflict(&verified)? =>
            {
                Outcome::Refused { index }
            }
            Some(Found { index, digest }) => Outcome::Reused { index, digest },
            None => {
                let said = Said {
                    carrier: caller.agency(),
                    verified: &verified,
                    statement: &statement,
                    body,
                };
                self.admit(said, &directory, (now_ms, validate_only))
                    .await?
            }
        };
        Ok(Checked {
            verified,
            message_id,
            message_type: statement.message_type(),
            watch,
            outcome,
            validate_only,
            about: None,
            _directory: directory,
            _announced: announced,
        })
    }

    /// The same envelope, verified by the terms that are held: once more if it was by `trust` and other trust has come into
    /// force, which stands in the log by now, so that what follows it rests on it.
    fn verified_by(
        &self,
        held: &HeldDirectory,
        verified: VerifiedEnvelope,
        trust: &Arc<TrustStore>,
        pool: &CertificatePool,
    ) -> Result<VerifiedEnvelope, SubmitError> {
        if Arc::ptr_eq(trust, held.trust()) {
            return Ok(verified);
        }
        let (envelope, now_ms) = (verified.envelope_bytes().to_vec(), self.clock.now_ms());
        Ok(verify_bytes(envelope, pool, held.trust(), now_ms)?)
    }

    /// The certificates that vouch for it go into the log before it does, unless its case refuses it already. To be called
    /// when all has been committed that came before it, so that the case knows of it.
    pub async fn log_trust(&self, checked: &Checked) -> Result<(), SubmitError> {
        if self.is_trust_logged(checked) {
            return Ok(());
        }
        if let Outcome::Fresh {
            seat: Some(seat), ..
        } = &checked.outcome
            && let Err(objection) = seat.judge()
        {
            return Err(self.refused(checked.about.clone(), objection.into()).await);
        }
        let verified = &checked.verified;
        let side = verified.sender().side();
        Ok(self.certificates.log_chain(verified.chain(), side).await?)
    }

    /// Whether [`Submissions::log_trust`] has nothing to do.
    pub fn is_trust_logged(&self, checked: &Checked) -> bool {
        checked.validate_only
            || matches!(
                checked.outcome,
                Outcome::Repeat { .. } | Outcome::Refused { .. }
            )
            || self.certificates.is_logged(&checked.verified)
    }

    /// Appends what was checked; [`Submissions::log_trust`] comes before. Its first poll puts the entry in the queue.
    pub async fn commit(&self, checked: Checked) -> Result<pb::SubmitResponse, SubmitError> {
        let Checked {
            verified,
            message_id,
            message_type,
            watch,
            outcome,
            validate_only,
            about,
            _directory,
            _announced,
        } = checked;
        if validate_only {
            return outcome.verdict();
        }
        let (index, digest) = match outcome {
            Outcome::Repeat { index } => return Ok(repeat(&self.ledger.receipt(index)?)),
            Outcome::Refused { index } => return Err(SubmitError::Reused { index }),
            Outcome::Reused { index, digest } => (index, digest),
            Outcome::Fresh {
                entry,
                warnings,
                seat,
            } => match self.cases.append(&self.ledger, entry, seat).await {
                Ok(appended) if appended.duplicate => return Ok(repeat(&appended.proven)),
                Ok(appended) => {
                    let agency = verified.sender().agency();
                    self.counts.accepted(agency, message_type, watch.elapsed());
                    return Ok(answer(&appended.proven, false, warnings));
                }
                // Two submissions of one id were checked at the same time, and the other one was first.
                Err(CaseError::Append(AppendError::Conflict { index, digest })) => {
                    if !self.may_record_conflict(&verified)? {
                        return Err(SubmitError::Reused { index });
                    }
                    (index, digest)
                }
                Err(error) => return Err(self.refused(about, error.into()).await),
            },
        };
        self.record_conflict(&verified, &message_id, index, digest)
            .await?;
        Err(SubmitError::Reused { index })
    }

    /// The peer speaks for the sender's agency, and to this log.
    ///
    /// Side and agency must be the sender's, the node need not: an agency may send for its nodes over one line, and the
    /// statement is signed by the node it names in any case.
    fn may_carry(
        &self,
        caller: &NodeId,
        statement: &Statement,
        directory: &Directory,
    ) -> Result<(), SubmitError> {
        let sender = statement.sender();
        let reason = if caller.side() != sender.side() {
            Reason::WrongSide
        } else if caller.agency() != sender.agency() {
            Reason::SenderMismatch
        } else if statement.log_origin() != self.origin {
            Reason::LogOriginWrong
        } else if !directory.has_node(sender) || !directory.has_node(caller) {
            Reason::NodeUnknown
        } else {
            return Ok(());
        };
        Err(SubmitError::NotCarried(reason))
    }
}

impl Outcome {
    /// What `validate_only` answers: the same, without a receipt and without a trace in the log.
    fn verdict(self) -> Result<pb::SubmitResponse, SubmitError> {
        let (duplicate, warnings) = match self {
            Self::Repeat { .. } => (true, Vec::new()),
            Self::Reused { index, .. } | Self::Refused { index } => {
                return Err(SubmitError::Reused { index });
            }
            Self::Fresh { warnings, .. } => (false, warnings),
        };
        Ok(pb::SubmitResponse {
            receipt: None,
            duplicate,
            warnings,
        })
    }
}
