//! A statement whose signatures hold and that a rule refuses, or that somebody has signed who must not: the refusal is in the log
//! before its sender hears of it.
//!
//! Who tried to send what he must not, and which rule stopped it, is what an auditor asks years later. What was said is not
//! kept: a refusal must not be a way of putting things into the log. Nor is what anybody could send without an identity.
//!
//! Of a node that is refused more often than its ration allows, the newest refusal is recorded when the next window begins, or at a
//! stop, with the number of those that are not in the log: none goes by without a trace.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use precinto_alert::Reason;
use precinto_alert::id::NodeId;
use precinto_alert::statement::StatementError;
use precinto_envelope::verify::{Disowned, VerifiedEnvelope};
use precinto_ledger::AppendError;
use precinto_proto::v1 as pb;
use tokio_util::sync::CancellationToken;

use super::{Submissions, SubmitError};
use crate::acts::{self, Acts, Doing};
use crate::limits::CLOCK_TICK;
use crate::policy;
use crate::ration::Ration;

/// What a refusal of a statement would say of it.
#[derive(Debug, Clone)]
pub(super) struct About {
    carrier: NodeId,
    sender: NodeId,
    message_id: [u8; 16],
    statement_id: [u8; 32],
}

impl About {
    /// The statement in this envelope, carried by `carrier`; none if it does not begin with a message id, as no canonical one
    /// fails to.
    pub(super) fn of(carrier: &NodeId, verified: &VerifiedEnvelope) -> Option<Self> {
        Some(Self {
            carrier: carrier.clone(),
            sender: verified.sender().clone(),
            message_id: message_id(verified.payload())?,
            statement_id: verified.statement_id(),
        })
    }

    /// The same of one that somebody has signed who must not.
    pub(super) fn of_disowned(
        carrier: &NodeId,
        disowned: &Disowned,
        payload: &[u8],
    ) -> Option<Self> {
        Some(Self {
            carrier: carrier.clone(),
            sender: disowned.sender().clone(),
            message_id: message_id(payload)?,
            statement_id: disowned.statement_id(),
        })
    }

    /// The same for the same statement, carrier and reason: who asks again makes no second entry.
    fn act_id(&self, reason: Reason) -> [u8; 16] {
        acts::act_id(&[
            b"precinto/refused/v1\0",
            &self.statement_id,
            &(reason as i32).to_be_bytes(),
            self.carrier.to_string().as_bytes(),
        ])
    }
}

fn message_id(payload: &[u8]) -> Option<[u8; 16]> {
    // Field 1, length-delimited, 16 bytes.
    let after = payload.strip_prefix(&[0x0a, 16])?;
    after.first_chunk().copied()
}

/// Why something is refused, for the record.
#[derive(Debug, Clone)]
struct Because {
    reason: Reason,
    decision: pb::Decision,
    /// Of whose key has signed it and must not have; nothing otherwise.
    certificate: Option<[u8; 32]>,
}

/// Records refusals, so many of each node in a while; of what is beyond that the newest is told later, and the rest is counted.
#[derive(Debug)]
pub struct Refusals {
    acts: Acts,
    quota: Ration,
    /// Refusals that were not recorded, by carrier. Bounded by the nodes of the directory.
    left_out: Mutex<HashMap<NodeId, LeftOut>>,
}

/// What was not recorded of one carrier.
#[derive(Debug, Default)]
struct LeftOut {
    count: u64,
    /// The newest of those that are counted, unless it is known by its number only.
    newest: Option<(About, Because)>,
}

impl Refusals {
    /// None so far.
    pub fn new(acts: Acts) -> Self {
        Self {
            acts,
            quota: Ration::default(),
            left_out: Mutex::default(),
        }
    }

    /// Records that a rule has refused this, once for each statement, carrier and reason; durable when it returns.
    async fn record(
        &self,
        about: &About,
        because: Because,
        now_ms: u64,
    ) -> Result<(), SubmitError> {
        let act_id = about.act_id(because.reason);
        if self.acts.has(&act_id)? {
            return Ok(());
        }
        let Some(count) = self.take(about, &because, now_ms) else {
            return Ok(());
        };
        self.write(about, because, count).await
    }

    /// Puts it into the log, with the number of those that are not there.
    async fn write(&self, about: &About, because: Because, count: u64) -> Result<(), SubmitError> {
        let Because {
            reason,
            decision,
            certificate,
        } = because;
        let act = pb::ActRecord {
            actor: about.carrier.to_string(),
            kind: pb::ActKind::SubmissionRefused.into(),
            via: pb::ActVia::Call.into(),
            party: about.sender.to_string(),
            reason: reason.into(),
            message_id: about.message_id.to_vec(),
            statement_id: about.statement_id.to_vec(),
            decision: Some(decision),
            certificate: certificate.map(Vec::from).unwrap_or_default(),
            count,
            ..Default::default()
        };
        let recorded = self
            .acts
            .record_as(about.act_id(reason), Doing::Asked, act)
            .await;
        if recorded.is_err() {
            // This entry does not tell of them.
            self.leave_out(&about.carrier, count);
        }
        match recorded {
            // Carried twice at the same time, and the other one was first.
            Ok(_) | Err(AppendError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// So many refusals more are to be told with the next.
    fn leave_out(&self, carrier: &NodeId, more: u64) {
        if more > 0 {
            let mut left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
            let left_out = left_out.entry(carrier.clone()).or_default();
            left_out.count = left_out.count.saturating_add(more);
        }
    }

    /// How many refusals were left out before this one, if it may be recorded now.
    fn take(&self, about: &About, because: &Because, now_ms: u64) -> Option<u64> {
        let mut left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
        if self.quota.take(&about.carrier, now_ms).is_ok() {
            let left_out = left_out.remove(&about.carrier);
            return Some(left_out.map_or(0, |left_out| left_out.count));
        }
        let left_out = left_out.entry(about.carrier.clone()).or_default();
        left_out.count = left_out.count.saturating_add(1);
        left_out.newest = Some((about.clone(), because.clone()));
        None
    }

    /// Records what was left out of each carrier, as far as its ration allows, or of every one if it is the `last` time.
    async fn tell_left_out(&self, now_ms: u64, last: bool) {
        for (carrier, LeftOut { count, newest }) in self.due(now_ms, last) {
            let told = match newest {
                Some((about, because)) => self.write(&about, because, count - 1).await,
                None => continue,
            };
            if let Err(error) = told {
                // The one that was to tell of the others is one of them.
                self.leave_out(&carrier, 1);
                tracing::warn!(%carrier, %error, "refusals are not in the log");
            }
        }
    }

    /// Takes out those who may be told of.
    fn due(&self, now_ms: u64, last: bool) -> Vec<(NodeId, LeftOut)> {
        let mut left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
        let may = |carrier: &NodeId| last || self.quota.take(carrier, now_ms).is_ok();
        let due = left_out.extract_if(|carrier, one| one.newest.is_some() && may(carrier));
        due.collect()
    }
}

impl Submissions {
    /// Tells in the log of refusals that were too many to be told of at once, until `stop`.
    pub(crate) async fn keep_told(self: Arc<Self>, stop: CancellationToken) {
        loop {
            let last = tokio::select! {
                biased;
                () = stop.cancelled() => true,
                () = tokio::time::sleep(CLOCK_TICK) => false,
            };
            self.refusals.tell_left_out(self.clock.now_ms(), last).await;
            if last {
                return;
            }
        }
    }
}

impl Submissions {
    /// What its sender is to be told: the verdict, in the log by now if a rule has spoken it; or that the log could not take
    /// that, which is no verdict and may be asked again.
    pub(super) async fn refused(&self, about: Option<About>, verdict: SubmitError) -> SubmitError {
        let (Some(about), Some(reason)) = (about, rule(&verdict)) else {
            return verdict;
        };
        // Whom the directory does not list is nobody here, whatever he carries.
        let directory = self.directory.now();
        if !directory.has_node(&about.carrier) {
            return verdict;
        }
        let decision = match &verdict {
            SubmitError::Forbidden { decision, .. } => decision.clone(),
            _ => policy::by_code(&directory),
        };
        let certificate = match &verdict {
            SubmitError::Verify(error) => error.key_id(),
            _ => None,
        };
        let because = Because {
            reason,
            decision,
            certificate,
        };
        let recorded = self.refusals.record(&about, because, self.clock.now_ms());
        match recorded.await {
            Ok(()) => verdict,
            Err(error) => error,
        }
    }
}

/// The first reason of a verdict that is a rule's: of the floor, of release, of classification, of the case; or that somebody has
/// signed who must not. Everything else is a mistake, which its sender mends.
fn rule(verdict: &SubmitError) -> Option<Reason> {
    match verdict {
        SubmitError::Verify(error) => Some(error.reason()).filter(|reason| is_signers(*reason)),
        SubmitError::Case(violation) => Some(violation.reason),
        SubmitError::NotCarried(reason) => Some(*reason).filter(|reason| is_rule(*reason)),
        SubmitError::Denied(violations) | SubmitError::Forbidden { violations, .. } => {
            let mut reasons = violations.iter().map(|violation| violation.reason);
            reasons.find(|reason| is_rule(*reason))
        }
        SubmitError::Statement(StatementError::Violations(broken)) => {
            let mut reasons = broken.errors.iter().map(|violation| violation.reason);
            reasons.find(|reason| is_rule(*reason))
        }
        _ => None,
    }
}

/// Whether a key has signed that must not, or not any more.
fn is_signers(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::CertRevoked | Reason::SenderMismatch | Reason::OfficerUnknown
    )
}

fn is_rule(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::SenderMismatch
            | Reason::WrongSide
            | Reason::OfficerUnknown
            | Reason::AlertIdNotYours
            | Reason::HandlingConflict
            | Reason::ClassifiedRefused
            | Reason::NotReleasable
            | Reason::MarkUnknown
            | Reason::NoLegalBasis
            | Reason::DiplomaticBag
            | Reason::ConsularBag
            | Reason::RecipientNotReleasable
            | Reason::PurposeMissing
            | Reason::OnwardRelease
            | Reason::PolicyDenied
            | Reason::PolicyError
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use precinto_alert::Violation;
    use precinto_ledger::clock::ManualClock;
    use prost::Message as _;

    use super::*;
    use crate::limits::{CONFLICT_WINDOW, CONFLICTS_PER_NODE_MAX};
    use crate::test_ledger;

    const NOW_MS: u64 = 1_000_000;

    fn about(number: u8) -> About {
        let node = |name: &str| name.parse().unwrap();
        About {
            carrier: node("spiffe://us.dev.invalid/agency/cbp/node/lax"),
            sender: node("spiffe://us.dev.invalid/agency/cbp/node/jfk"),
            message_id: [7; 16],
            statement_id: [number; 32],
        }
    }

    fn because(reason: Reason) -> Because {
        Because {
            reason,
            decision: pb::Decision::default(),
            certificate: None,
        }
    }

    #[tokio::test]
    async fn each_refusal_is_recorded_once_and_a_flood_of_them_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(NOW_MS));
        let (ledger, owner) = test_ledger::open(folder.path(), Arc::<ManualClock>::clone(&clock));
        let refusals = Refusals::new(Acts::new(ledger.clone(), clock));
        let size = || ledger.published().borrow().size;
        let refuse = async |number, reason, now_ms| {
            let recorded = refusals
                .record(&about(number), because(reason), now_ms)
                .await;
            recorded.unwrap();
        };
        for _ in 0..3 {
            refuse(0, Reason::DiplomaticBag, NOW_MS).await;
        }
        assert_eq!(size(), 1, "asked again");
        refuse(0, Reason::WrongSide, NOW_MS).await;
        assert_eq!(size(), 2, "another reason");
        let max = u8::try_from(CONFLICTS_PER_NODE_MAX).unwrap();
        for number in 1..=max {
            refuse(number, Reason::DiplomaticBag, NOW_MS).await;
        }
        assert_eq!(size(), u64::from(max));
        let later_ms = NOW_MS + u64::try_from(CONFLICT_WINDOW.as_millis()).unwrap();
        refuse(200, Reason::DiplomaticBag, later_ms).await;
        let entry = ledger.read(u64::from(max)).unwrap();
        let act = pb::ActRecord::decode(entry.record()).unwrap();
        assert_eq!((act.count, &*act.statement_id), (2, &[200; 32][..]));
        assert_eq!(act.party, about(0).sender.to_string());
        assert_eq!(act.reason(), Reason::DiplomaticBag);
        refuse(201, Reason::DiplomaticBag, later_ms).await;
        let entry = ledger.read(u64::from(max) + 1).unwrap();
        let act = pb::ActRecord::decode(entry.record()).unwrap();
        assert_eq!(act.count, 0, "told once");
        owner.stop().unwrap();
    }

    #[tokio::test]
    async fn after_a_flood_and_silence_the_newest_is_told_with_the_number_of_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(NOW_MS));
        let (ledger, owner) = test_ledger::open(folder.path(), Arc::<ManualClock>::clone(&clock));
        let refusals = Refusals::new(Acts::new(ledger.clone(), clock));
        let max = u8::try_from(CONFLICTS_PER_NODE_MAX).unwrap();
        let told = |index: u8| {
            let entry = ledger.read(index.into()).unwrap();
            let act = pb::ActRecord::decode(entry.record()).unwrap();
            (act.count, act.statement_id)
        };
        for number in 0..max + 6 {
            let said = because(Reason::DiplomaticBag);
            refusals.record(&about(number), said, NOW_MS).await.unwrap();
        }
        refusals.tell_left_out(NOW_MS, false).await;
        let size = || ledger.published().borrow().size;
        assert_eq!(size(), u64::from(max), "its ration is used up");
        let later_ms = NOW_MS + u64::try_from(CONFLICT_WINDOW.as_millis()).unwrap();
        refusals.tell_left_out(later_ms, false).await;
        assert_eq!(told(max), (5, vec![max + 5; 32]));
        refusals.tell_left_out(later_ms, true).await;
        assert_eq!(size(), u64::from(max) + 1, "told once");
        // At a stop the ration is no reason to be silent: one entry for each node.
        for number in 100..100 + max + 2 {
            let said = because(Reason::DiplomaticBag);
            let about = about(number);
            let recorded = refusals.record(&about, said, later_ms);
            recorded.await.unwrap();
        }
        let before = size();
        refusals.tell_left_out(later_ms, true).await;
        assert_eq!(size(), before + 1);
        let last = u8::try_from(before).unwrap();
        assert_eq!(told(last), (2, vec![100 + max + 1; 32]));
        owner.stop().unwrap();
    }

    #[tokio::test]
    async fn what_cannot_be_recorded_is_no_refusal() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(NOW_MS));
        let (ledger, owner) = test_ledger::open(folder.path(), Arc::<ManualClock>::clone(&clock));
        let acts = Acts::new(ledger, clock);
        let failures = acts.failures();
        let refusals = Refusals::new(acts);
        owner.stop().unwrap();
        let carrier = about(0).carrier;
        refusals.leave_out(&carrier, 3);
        let said = because(Reason::WrongSide);
        let recorded = refusals.record(&about(0), said, NOW_MS).await;
        let error = recorded.unwrap_err();
        let stopped = SubmitError::Append(AppendError::Stopped);
        assert_eq!(error.to_string(), stopped.to_string());
        assert_eq!(failures.get(), 1, "an operator sees it");
        let said = because(Reason::WrongSide);
        let told = refusals.take(&about(0), &said, NOW_MS);
        assert_eq!(told, Some(3), "those that it would have told of");
    }

    #[test]
    fn a_mistake_is_no_act_and_what_a_rule_forbids_is_one() {
        let said = |reasons: &[Reason]| {
            let violations = reasons.iter().map(|reason| Violation {
                field: "x".to_owned(),
                reason: *reason,
                detail: precinto_alert::Detail::default(),
                proposals: Vec::new(),
            });
            rule(&SubmitError::Denied(violations.collect()))
        };
        assert_eq!(said(&[Reason::FieldMissing, Reason::HsUnknown]), None);
        let bag = said(&[Reason::FieldMissing, Reason::DiplomaticBag]);
        assert_eq!(bag, Some(Reason::DiplomaticBag));
        let not_carried = |reason| rule(&SubmitError::NotCarried(reason));
        assert_eq!(not_carried(Reason::WrongSide), Some(Reason::WrongSide));
        assert_eq!(not_carried(Reason::LogOriginWrong), None);
        assert_eq!(rule(&SubmitError::Draining), None);
    }
}
