//! The parts of one side from what this node has seen, or from its first one, up to what is shown: each step believed or doubted.
//!
//! Each is judged at the time at which the log took it, by the log's own receipt. So it matters to none of them who has retired,
//! or was revoked, since. If its authority dates a revocation back to before that, or its root is trusted no more, it takes
//! stewards of the last part that is believed: who of them signs a later part vouches for what that stands on.
//!
//! When the log took a part is the log's word. It is held to this much: never before the part that it follows, so a card that
//! was revoked signs nothing on top of what is later than that. Between the two a log can lie; the auditor finds its clock going
//! backwards.

use super::seen::SeenError;
use super::{Believed, DirectoryClient, DirectoryError, Doubt, believe};
use crate::log::LogError;
use precinto_envelope::directory::{PartRefused, SignedPart};
use precinto_envelope::trust::TrustStore;
use std::sync::Arc;

/// Parts by their digests, each named by the next one as the one before it.
#[derive(Debug)]
pub(super) struct Row {
    /// What was believed before, if it was not the first part of the side.
    base: Option<Arc<SignedPart>>,
    /// Oldest first; the last one is what is shown.
    steps: Vec<Step>,
}

/// A part, and its proven place in the log.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) signed: Arc<SignedPart>,
    pub(super) index: u64,
    /// When the log took it, milliseconds since 1970-01-01 UTC.
    pub(super) time_ms: u64,
}

impl DirectoryClient {
    /// The row up to `newest`, which must lead by what was seen: never older, never another of the same version.
    pub(super) async fn row(
        &self,
        newest: Step,
        seen: Option<(u64, [u8; 32])>,
    ) -> Result<Result<Row, Doubt>, DirectoryError> {
        let part = newest.signed.part();
        let (side, shown) = (part.side().to_string(), part.version());
        let contradiction = |seen| SeenError::Contradiction {
            side: side.clone(),
            seen,
            shown,
        };
        let (mut steps, mut at, mut met) = (Vec::new(), newest, false);
        for _ in 0..STEPS_MAX {
            let version = at.signed.part().version();
            match seen {
                Some((known, digest)) if version == known && *at.signed.digest() == digest => {
                    met = true;
                }
                Some((known, _)) if version <= known && !met => {
                    return Err(contradiction(known).into());
                }
                _ => {}
            }
            // What was seen was believed, and so was what stands before that.
            if met && !steps.is_empty() {
                steps.reverse();
                let base = Some(at.signed);
                return Ok(Ok(Row { base, steps }));
            }
            let previous = at.signed.part().previous().copied();
            let (index, time_ms) = (at.index, at.time_ms);
            steps.push(at);
            let Some(previous) = previous else {
                steps.reverse();
                return Ok(Ok(Row { base: None, steps }));
            };
            at = match (self.by_digest(&previous).await?, seen) {
                (Some(before), _) if before.index < index => before,
                (_, Some((known, _))) if !met => return Err(contradiction(known).into()),
                _ => break,
            };
            if at.time_ms > time_ms {
                let before_ms = at.time_ms;
                return Ok(Err(Doubt::DatedBack { time_ms, before_ms }));
            }
        }
        Ok(Err(Doubt::NoPrevious))
    }

    /// A part of the log by the digest that a signed part names; none if the log does not show it.
    async fn by_digest(&self, digest: &[u8; 32]) -> Result<Option<Step>, DirectoryError> {
        let items = self.log.certificates(&[*digest]).await?;
        let Some(item) = items.into_iter().next() else {
            return Ok(None);
        };
        let Ok(signed) = SignedPart::read(item.content) else {
            return Ok(None);
        };
        let held = self.log.receipt_at(item.index).await?;
        let place = self.place(&held.receipt)?;
        if !place.is_of(&signed) {
            let why = "a part of the directory does not stand where the log says";
            return Err(LogError::Answer(why).into());
        }
        Ok(Some(Step {
            signed: Arc::new(signed),
            index: place.index,
            time_ms: place.time_ms,
        }))
    }
}

impl Row {
    /// Who has signed the newest part, if each step up to it is to be believed; else the worst doubt that nobody has vouched
    /// away.
    pub(super) fn judge(&self, trust: &TrustStore) -> Result<Believed, Doubt> {
        let (mut before, mut sworn) = (self.base.as_ref(), self.base.as_ref());
        let mut verdict = Err(Doubt::NoPrevious);
        for (number, step) in self.steps.iter().enumerate() {
            let own = believe(&step.signed, before.map(AsRef::as_ref), trust, step.time_ms);
            verdict = match (verdict, own) {
                (_, own) if number == 0 => own,
                (Ok(_), own) => own,
                (Err(doubt), Ok(believed)) if self.is_vouched(&doubt, sworn, &believed) => {
                    Ok(believed)
                }
                // Who has signed weighs more than whether his certificate counted: nobody vouches for a stranger.
                (Err(doubt), Err(other)) if is_about_certificate(&doubt) => Err(other),
                (Err(doubt), _) => Err(doubt),
            };
            if verdict.is_ok() {
                sworn = Some(&step.signed);
            }
            before = Some(&step.signed);
        }
        verdict
    }

    /// Whether those who have signed on top of a doubt are stewards of the last part that is believed, or, while none is, of
    /// the first one: nobody stands before that, so those count whom it names itself.
    fn is_vouched(
        &self,
        doubt: &Doubt,
        sworn: Option<&Arc<SignedPart>>,
        believed: &Believed,
    ) -> bool {
        let first = self.steps.first().map(|step| &step.signed);
        let stewards = sworn.or(first).map(|signed| signed.part().stewards());
        is_about_certificate(doubt)
            && stewards.is_some_and(|stewards| stewards.suffice(believed.signers.iter()))
    }
}

/// Whether the doubt is about a signer's certificate, under this node's trust and at that time, and not about who has signed.
fn is_about_certificate(doubt: &Doubt) -> bool {
    matches!(doubt, Doubt::Signature(PartRefused::Untrusted { .. }))
}

/// Steps back to what was seen before, or to the first part: two questions to the log each. Behind more of them is a doubt.
const STEPS_MAX: usize = 1_024;
