//! The parts of one side from what this node has seen, or from its first one, up to what is shown: each step believed or doubted.
//!
//! When the log took a part in between nobody here asks; it was before the newest one. So a certificate that has ended since
//! counts for such a part, and one that was revoked before the newest part does not, unless stewards of the last part that is
//! believed have signed a later one: who signs on top of a part vouches for it.

use super::seen::SeenError;
use super::{DirectoryClient, DirectoryError, Doubt, believe};
use precinto_alert::id::OfficerId;
use precinto_envelope::directory::{PartRefused, SignedPart};
use precinto_envelope::trust::{TrustError, TrustStore};
use std::sync::Arc;

/// Parts by their digests, each named by the next one as the one before it.
#[derive(Debug)]
pub(super) struct Row {
    /// What was believed before, if it was not the first part of the side.
    base: Option<Arc<SignedPart>>,
    /// Oldest first; the last one is what is shown.
    steps: Vec<Arc<SignedPart>>,
}

impl DirectoryClient {
    /// The row up to `newest`, which must lead by what was seen: never older, never another of the same version.
    pub(super) async fn row(
        &self,
        newest: &Arc<SignedPart>,
        seen: Option<(u64, [u8; 32])>,
    ) -> Result<Result<Row, Doubt>, DirectoryError> {
        let contradiction = |seen| SeenError::Contradiction {
            side: newest.part().side().to_string(),
            seen,
            shown: newest.part().version(),
        };
        let (mut steps, mut at, mut met) = (Vec::new(), Arc::clone(newest), false);
        for _ in 0..STEPS_MAX {
            let version = at.part().version();
            match seen {
                Some((known, digest)) if version == known && *at.digest() == digest => met = true,
                Some((known, _)) if version <= known && !met => {
                    return Err(contradiction(known).into());
                }
                _ => {}
            }
            // What was seen was believed, and so was what stands before that.
            if met && !steps.is_empty() {
                steps.reverse();
                let base = Some(at);
                return Ok(Ok(Row { base, steps }));
            }
            let previous = at.part().previous().copied();
            steps.push(at);
            let Some(previous) = previous else {
                steps.reverse();
                return Ok(Ok(Row { base: None, steps }));
            };
            at = match (self.by_digest(&previous).await?, seen) {
                (Some(before), _) => Arc::new(before),
                (None, Some((known, _))) if !met => return Err(contradiction(known).into()),
                (None, _) => break,
            };
        }
        Ok(Err(Doubt::NoPrevious))
    }
}

impl Row {
    /// Who has signed the newest part, which the log took at `time_ms`, if each step up to it is to be believed; else the first
    /// doubt that nobody has vouched away.
    pub(super) fn judge(&self, trust: &TrustStore, time_ms: u64) -> Result<Vec<OfficerId>, Doubt> {
        let (mut before, mut sworn) = (self.base.as_ref(), self.base.as_ref());
        let mut verdict = Ok(Vec::new());
        for (number, step) in self.steps.iter().enumerate() {
            let is_newest = number + 1 == self.steps.len();
            let own = match believe(step, before.map(AsRef::as_ref), trust, time_ms) {
                Err(doubt) if !is_newest => match ended_at(&doubt) {
                    Some(end_ms) => believe(step, before.map(AsRef::as_ref), trust, end_ms),
                    None => Err(doubt),
                },
                own => own,
            };
            verdict = match (verdict, own) {
                (Err(doubt), Ok(signers)) => {
                    // Nobody stands before a first part: those count whom it names itself.
                    let stewards = sworn
                        .or_else(|| self.steps.first())
                        .map(|part| part.part().stewards());
                    let vouched = is_about_certificate(&doubt)
                        && stewards.is_some_and(|stewards| stewards.suffice(signers.iter()));
                    if vouched { Ok(signers) } else { Err(doubt) }
                }
                (Err(doubt), Err(_)) => Err(doubt),
                (Ok(_), own) => own,
            };
            if verdict.is_ok() {
                sworn = Some(step);
            }
            before = Some(step);
        }
        verdict
    }
}

/// When a signer's certificate, or one above it, ended, if that is the doubt.
fn ended_at(doubt: &Doubt) -> Option<u64> {
    match doubt {
        Doubt::Signature(PartRefused::Untrusted {
            error: TrustError::Expired { not_after_ms },
            ..
        }) => Some(*not_after_ms),
        _ => None,
    }
}

/// Whether the doubt is about the time at which a signer's certificate counted, and not about who has signed.
fn is_about_certificate(doubt: &Doubt) -> bool {
    matches!(doubt, Doubt::Signature(PartRefused::Untrusted { .. }))
}

/// Steps back to what was seen before, or to the first part: one question to the log each. Behind more of them is a doubt.
const STEPS_MAX: usize = 1_024;
