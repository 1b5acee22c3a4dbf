//! Who puts the next part of a side, or other trust, in force while the gateway runs: checked, logged, and only then counting.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use precinto_alert::directory::{Change, PartError, changes};
use precinto_alert::id::{NodeId, Side};
use precinto_alert::violation::headline;
use precinto_alert::{Reason, Violation};
use precinto_envelope::directory::{PartRefused, SignedPart, SuccessionError, VerifiedPart};
use precinto_envelope::trust::TrustStore;
use precinto_ledger::clock::Clock;
use precinto_ledger::{AppendError, ReadError};
use precinto_proto::v1 as pb;
use tokio::sync::{Mutex, MutexGuard, Semaphore, watch};

use super::Directory;
use super::codes::Codes;
use crate::acts::{Acts, Doing, Withheld, act_id};
use crate::blocking;
use crate::certificates::Certificates;
use crate::in_force::{InForce, Seat, Terms};
use crate::limits::{DIRECTORY_WAIT_MAX, PART_JUDGED_MAX};
use crate::ration::Ration;
use crate::status::Refusal;

/// Puts parts and trust in force, one after the other.
#[derive(Debug)]
pub(crate) struct Keeper {
    seat: Seat,
    certificates: Arc<Certificates>,
    clock: Arc<dyn Clock>,
    acts: Acts,
    /// Who is told of what the rules in force withhold.
    withheld: Withheld,
    /// What one node may try in a while.
    quota: Ration,
    /// One place for each side: what one brings, however much of it, keeps the other's out for no longer than its own turn.
    judging: BTreeMap<Side, Semaphore>,
    /// One at a time, which is who holds this: whose each NODE code is.
    codes: Mutex<Codes>,
    /// How many wait with other trust.
    believing: watch::Sender<usize>,
}

/// Somebody waits with other trust, for as long as this lives.
struct Believing<'a>(&'a watch::Sender<usize>);

impl<'a> Believing<'a> {
    fn new(believing: &'a watch::Sender<usize>) -> Self {
        believing.send_modify(|waiting| *waiting += 1);
        Self(believing)
    }
}

impl Drop for Believing<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting -= 1);
    }
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
    /// The node has brought too many, and may bring the next one after so long.
    #[error("too many in a while")]
    Quota(Duration),
    /// Somebody decided something for too long, or other terms came first.
    #[error("the directory was in use all the time")]
    Busy,
    /// The log did not take it.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The task that judged it died: our bug.
    #[error("the judging did not finish")]
    Lost,
}

impl ApplyError {
    /// Why a part whose form is good does not come into force, if that is the part's own fault or its bearer's.
    fn reason(&self) -> Option<Reason> {
        match self {
            Self::Part(error) => Some(error.reason()),
            Self::WrongSide => Some(Reason::WrongSide),
            Self::Order(error) => Some(error.reason()),
            Self::Together(problems) => Some(headline(problems)),
            Self::Quota(_) | Self::Busy | Self::Append(_) | Self::Read(_) | Self::Lost => None,
        }
    }
}

impl Keeper {
    /// Puts `terms` in force, whose parts, roots and lists are in the log; `codes` has seen those parts, and all before them.
    pub(crate) fn new(
        terms: Terms,
        codes: Codes,
        certificates: Arc<Certificates>,
        (acts, clock): (Acts, Arc<dyn Clock>),
        withheld: Withheld,
    ) -> Self {
        terms.directory.facts().tell(&withheld);
        let sides = terms.directory.sides();
        let judging = sides.map(|side| (side.clone(), Semaphore::new(1)));
        let judging = judging.collect();
        Self {
            seat: Seat::new(terms),
            certificates,
            clock,
            acts,
            withheld,
            quota: Ration::default(),
            judging,
            codes: Mutex::new(codes),
            believing: watch::Sender::new(0),
        }
    }

    pub(crate) fn in_force(&self) -> InForce {
        self.seat.in_force()
    }

    /// Judges the part that `caller` brings, and unless `validate_only` puts it in force; what is refused of it stands in the
    /// log before its bearer hears so. MUST be run to its end: what is logged and not in force would count only after a
    /// restart.
    ///
    /// Nobody else waits for the judging, least of all a revocation: that passes before whatever has not begun to be logged.
    pub(crate) async fn apply(
        &self,
        caller: &NodeId,
        bytes: Vec<u8>,
        validate_only: bool,
    ) -> Result<Applied, ApplyError> {
        // First of all, and whatever becomes of it: a try that fails costs no less than one that does not.
        let taken = self.quota.take(caller, self.clock.now_ms());
        taken.map_err(ApplyError::Quota)?;
        let (signed, applied) = {
            // From here on: whoever waits for it judges by terms that are not of before the wait.
            let place = self.judging.get(caller.side());
            let place = place.ok_or(ApplyError::WrongSide)?.acquire().await;
            let _place = place.map_err(|_| ApplyError::Lost)?;
            let signed = work(move || Ok(SignedPart::read(bytes)?)).await?;
            let signed = Arc::new(signed);
            let applied = self.follow(caller, &signed, validate_only).await;
            (signed, applied)
        };
        if let Err(error) = &applied
            && let Some(reason) = error.reason()
            && !validate_only
        {
            self.record_refused(caller, &signed, reason).await?;
        }
        applied
    }

    /// What becomes of a part whose form is good.
    async fn follow(
        &self,
        caller: &NodeId,
        signed: &Arc<SignedPart>,
        validate_only: bool,
    ) -> Result<Applied, ApplyError> {
        for _ in 0..PART_JUDGED_MAX {
            let terms = self.seat.terms();
            let (part, directory, applied) = match self.judge(caller, signed, &terms).await? {
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
            let mut codes = self.turn().await?;
            if !self.seat.terms().is_same_as(&terms) {
                continue;
            }
            codes
                .check(part.signed().part())
                .map_err(ApplyError::Together)?;
            if validate_only {
                return Ok(applied);
            }
            let side = part.signed().part().side();
            self.certificates.log_chain(part.chain(), side).await?;
            let change = tokio::select! {
                biased;
                () = self.trust_comes() => None,
                change = self.seat.change(DIRECTORY_WAIT_MAX) => change,
            };
            let change = change.ok_or(ApplyError::Busy)?;
            self.certificates.log_part(&part).await?;
            codes.see(part.signed().part());
            directory.facts().tell(&self.withheld);
            let trust = terms.trust;
            change.put_in_force(Terms { directory, trust });
            let version = part.signed().part().version();
            let changes = applied.changes.len();
            tracing::info!(%side, version, changes, %caller, "another part of the directory is in force");
            return Ok(applied);
        }
        Err(ApplyError::Busy)
    }

    /// Judges a part by these terms, without keeping anybody from changing them.
    async fn judge(
        &self,
        caller: &NodeId,
        signed: &Arc<SignedPart>,
        terms: &Terms,
    ) -> Result<Judged, ApplyError> {
        let (signed, terms) = (Arc::clone(signed), terms.clone());
        let (caller_side, now_ms) = (caller.side().clone(), self.clock.now_ms());
        let judge = move || {
            if *signed.part().side() != caller_side {
                return Err(ApplyError::WrongSide);
            }
            Judged::new(signed, &terms.directory, &terms.trust, now_ms)
        };
        work(judge).await
    }

    /// Records that a part was refused, once for each part, node and reason; durable when it returns.
    async fn record_refused(
        &self,
        caller: &NodeId,
        signed: &SignedPart,
        reason: Reason,
    ) -> Result<(), ApplyError> {
        let (actor, digest) = (caller.to_string(), signed.digest());
        let act_id = act_id(&[
            b"precinto/part-refused/v1\0",
            digest,
            &(reason as i32).to_be_bytes(),
            actor.as_bytes(),
        ]);
        if self.acts.has(&act_id)? {
            return Ok(());
        }
        let act = pb::ActRecord {
            actor,
            kind: pb::ActKind::PartRefused.into(),
            via: pb::ActVia::Call.into(),
            subject: signed.part().side().to_string(),
            reason: reason.into(),
            statement_id: digest.to_vec(),
            ..Default::default()
        };
        match self.acts.record_as(act_id, Doing::Asked, act).await {
            // Brought twice at the same time, and the other one was first.
            Ok(_) | Err(AppendError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Nobody else changes the terms, for whoever has a part for it; that is nobody while other trust waits.
    pub(crate) async fn turn(&self) -> Result<MutexGuard<'_, Codes>, ApplyError> {
        tokio::select! {
            biased;
            () = self.trust_comes() => Err(ApplyError::Busy),
            codes = self.codes.lock() => Ok(codes),
        }
    }

    /// Resolves while other trust waits to come into force.
    async fn trust_comes(&self) {
        let mut believing = self.believing.subscribe();
        // It lives as long as this does.
        drop(believing.wait_for(|waiting| *waiting > 0).await);
    }

    /// Logs the roots and lists of `next` that are new, then `records`, which say what changes, and puts it in force. Waits
    /// until nobody decides for as long as that takes: a revocation is never dropped. Parts of the directory that wait for
    /// their turn are sent away meanwhile: however many there are, it stands behind one at most, which is in the log's queue.
    /// MUST be run to its end: what is logged and not in force would make the records behind it untrue.
    pub(crate) async fn believe(
        &self,
        next: Arc<TrustStore>,
        records: Vec<pb::ActRecord>,
    ) -> Result<(), Refusal> {
        let _first = Believing::new(&self.believing);
        let _alone = self.codes.lock().await;
        let change = loop {
            if let Some(change) = self.seat.change(DIRECTORY_WAIT_MAX).await {
                break change;
            }
            tracing::warn!("other trust waits for somebody who decides, and is tried again");
        };
        if !self.acts.takes_nothing() {
            self.certificates.log_foundations(&next).await?;
        }
        for record in records {
            self.acts.record_own(record).await?;
        }
        let directory = self.seat.terms().directory;
        change.put_in_force(Terms {
            directory,
            trust: next,
        });
        Ok(())
    }
}

/// Does what a long text and up to four signatures ask for: not on the workers that submissions need.
async fn work<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApplyError> + Send + 'static,
) -> Result<T, ApplyError> {
    let done = blocking::spawn(work).await;
    done.map_err(|_| ApplyError::Lost)?
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
            ApplyError::Quota(wait) => Self::new(Reason::Overloaded).with_retry_after(wait),
            ApplyError::Busy => Self::new(Reason::Overloaded),
            ApplyError::Append(error) => error.into(),
            ApplyError::Read(error) => error.into(),
            ApplyError::Lost => Self::new(Reason::Internal),
        }
    }
}
