//! The write path: everything that happens to a submission, in order.
//!
//! [`Submissions::check`] takes it to the point where all is known about it but for its case, without writing anything;
//! [`Submissions::commit`] judges it by its case and takes it to the point where losing it is no longer possible. A unary
//! call does one after the other; a stream checks several at once and commits them in the order in which they came.

use std::sync::Arc;

use precinto_alert::content::{Content, ContentError};
use precinto_alert::id::{Identity, MessageId, NodeId};
use precinto_alert::{Reason, Statement};
use precinto_envelope::body::check_body;
use precinto_envelope::trust::TrustStore;
use precinto_envelope::verify::{VerifiedEnvelope, verify_bytes};
use precinto_ledger::clock::Clock;
use precinto_ledger::{AppendError, Entry, EntryKey, Found, InFlight, Ledger, Proven};
use precinto_proto::v1 as pb;
use prost::Message as _;
use tokio_util::sync::CancellationToken;

use crate::cases::{CaseError, Cases, Place, Seat};
use crate::certificates::Certificates;
use crate::policy::{self, FLOOR};
use crate::registry::in_force::Turn;
use crate::registry::{Directory, Held as HeldDirectory, InForce};

mod conflict;
mod error;
mod findings;
mod in_flight;
pub(crate) mod metered;
mod request;
mod service;
mod stream;

pub use conflict::ConflictQuota;
pub use error::SubmitError;
use request::Submission;

pub use in_flight::{Budget, Held, NodeBudget};
pub use service::SubmissionHandler;

/// What the write path needs. One for the process, shared by every call.
#[derive(Debug)]
pub struct Submissions {
    /// The log.
    pub ledger: Ledger,
    /// Whom to believe.
    pub trust: Arc<TrustStore>,
    /// Whom to send to.
    pub directory: InForce,
    /// What trust rests on, as logged.
    pub certificates: Arc<Certificates>,
    /// Where each case stands.
    pub cases: Arc<Cases>,
    /// The log's origin: what a statement must name.
    pub origin: String,
    /// What reuse of message ids may cost.
    pub conflicts: ConflictQuota,
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
    outcome: Outcome,
    validate_only: bool,
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
    /// reuse of a message id counts against the sender's quota. Waits for nothing but its turn with the directory, and
    /// its case, if that must be read.
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
        let now_ms = self.clock.now_ms();
        let pool = self.certificates.pool(&read, &certificates)?;
        let verified = verify_bytes(envelope, &pool, &self.trust, now_ms)?;
        let statement = Box::new(Statement::decode(verified.payload())?);
        let directory = turn.await;
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
                let (mut record, warnings) =
                    admit((caller, &directory), &verified, &statement, &body, now_ms)?;
                let mut seat = match Place::of(&statement, &record.recipients) {
                    Some(place) => Some(self.cases.seat(&self.ledger, place).await?),
                    None => None,
                };
                if let Some(seat) = &mut seat {
                    let widened = seat.widen(&statement, &mut record.recipients);
                    widened.map_err(SubmitError::Denied)?;
                }
                if validate_only && let Some(seat) = &seat {
                    seat.judge()?;
                }
                let bytes = record.encode_to_vec();
                let entry = Entry::statement(&verified, sender, &message_id, bytes, body);
                Outcome::Fresh {
                    entry,
                    warnings,
                    seat,
                }
            }
        };
        Ok(Checked {
            verified,
            message_id,
            outcome,
            validate_only,
            _directory: directory,
            _announced: announced,
        })
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
        {
            seat.judge()?;
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
            outcome,
            validate_only,
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
                Ok(appended) => return Ok(answer(&appended.proven, false, warnings)),
                // Two submissions of one id were checked at the same time, and the other one was first.
                Err(CaseError::Append(AppendError::Conflict { index, digest })) => {
                    if !self.may_record_conflict(&verified)? {
                        return Err(SubmitError::Reused { index });
                    }
                    (index, digest)
                }
                Err(error) => return Err(error.into()),
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

/// In time, with the body that was signed for, breaking no rule of the domain, allowed: the record to append, and
/// what the sender is told.
fn admit(
    (caller, directory): (&NodeId, &Directory),
    verified: &VerifiedEnvelope,
    statement: &Statement,
    body: &[u8],
    now_ms: u64,
) -> Result<(pb::StatementRecord, Vec<pb::Finding>), SubmitError> {
    let timely = statement.check_time(now_ms);
    let (mut warnings, mut wrong, mut said) = (Vec::new(), Vec::new(), None);
    let sender_key = verified.node().certificate().digest();
    if let Some(body) = check_body(statement.body(), body, statement.message_id(), sender_key)? {
        let inner = body.strict()?;
        match Content::decode(&inner.media_type, &inner.content, statement) {
            Ok(content) => said = Some(content),
            Err(ContentError::Violations(violations)) => wrong.extend(violations),
            Err(error) => return Err(error.into()),
        }
    }
    for signer in verified.signers() {
        if let Identity::Officer(officer) = signer.identity()
            && !directory.has_officer(officer)
        {
            return Err(SubmitError::NotCarried(Reason::OfficerUnknown));
        }
    }
    let admitted = policy::admit(caller, statement, said.as_ref(), directory);
    let admitted = match (timely, admitted) {
        (Ok(late), Ok(admitted)) if wrong.is_empty() => {
            let of_content = said.iter().flat_map(Content::warnings).cloned();
            warnings.extend(late.into_iter().chain(statement.warnings().to_vec()));
            warnings.extend(of_content);
            admitted
        }
        (Err(violation), Ok(_)) if wrong.is_empty() => {
            return Err(SubmitError::Time { violation, now_ms });
        }
        // Everything at once: whoever corrects one thing should not be sent back for the next.
        (timely, admitted) => {
            wrong.extend(timely.err());
            wrong.extend(admitted.err().into_iter().flatten());
            return Err(SubmitError::Denied(wrong));
        }
    };
    let warned = findings::recorded(&warnings);
    let record = record(verified, admitted, directory, warned);
    Ok((record, findings::told(&warnings)))
}

fn record(
    verified: &VerifiedEnvelope,
    admitted: policy::Admitted,
    directory: &Directory,
    warnings: Vec<pb::Finding>,
) -> pb::StatementRecord {
    let mut trust = trust_refs(verified);
    trust.extend(directory.trust_refs());
    pb::StatementRecord {
        envelope_digest: verified.envelope_digest().to_vec(),
        statement_id: verified.statement_id().to_vec(),
        recipients: admitted.into_recipients(),
        warnings,
        decision: Some(pb::Decision {
            policy: FLOOR.to_owned(),
            policy_digest: Vec::new(),
        }),
        trust,
    }
}

/// What the verdict on the signatures rests on, for a record.
fn trust_refs(verified: &VerifiedEnvelope) -> Vec<pb::TrustRef> {
    verified.relied_on().into_iter().map(Into::into).collect()
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

/// The first answer once more, with the findings that stand in its record.
fn repeat(proven: &Proven) -> pb::SubmitResponse {
    let record = pb::StatementRecord::decode(proven.entry.record());
    answer(
        proven,
        true,
        record.map(|record| record.warnings).unwrap_or_default(),
    )
}

fn answer(proven: &Proven, duplicate: bool, warnings: Vec<pb::Finding>) -> pb::SubmitResponse {
    pb::SubmitResponse {
        receipt: Some(receipt(proven)),
        duplicate,
        warnings,
    }
}

/// A receipt for the wire.
pub(crate) fn receipt(proven: &Proven) -> pb::Receipt {
    pb::Receipt {
        proof: proven.receipt.to_text(),
        record: proven.entry.record().to_vec(),
    }
}
