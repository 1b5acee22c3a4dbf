//! What is asked of a submission that is new: time, body, content, whom it is for, and the rules.

use precinto_alert::content::{Content, ContentError};
use precinto_alert::id::{AgencyId, Identity};
use precinto_alert::{Reason, Statement, Violation};
use precinto_envelope::body::check_body;
use precinto_envelope::verify::VerifiedEnvelope;
use precinto_ledger::{Entry, EntryKey};
use precinto_proto::v1 as pb;
use prost::Message as _;

use super::{HeldDirectory, Outcome, Submissions, SubmitError, findings};
use crate::cases::{Place, Seat};
use crate::policy::{self, Asked, Resolution};
use crate::registry::Directory;

/// A submission that nobody has made before.
pub(super) struct Said<'a> {
    /// Whose node is on the line.
    pub(super) carrier: &'a AgencyId,
    pub(super) verified: &'a VerifiedEnvelope,
    pub(super) statement: &'a Statement,
    pub(super) body: Vec<u8>,
}

/// What was read of it, and what speaks against it so far.
struct Examined {
    content: Option<Content>,
    recipients: Vec<pb::ResolvedRecipient>,
    warnings: Vec<Violation>,
    wrong: Vec<Violation>,
    /// What is wrong with its times, which is told otherwise if nothing else is.
    untimely: Option<Violation>,
}

impl Submissions {
    /// In time, with the body that was signed for, breaking no rule of the domain, allowed by floor and policies: the entry to
    /// append, and what the sender is told.
    pub(super) async fn admit(
        &self,
        said: Said<'_>,
        directory: &HeldDirectory,
        (now_ms, validate_only): (u64, bool),
    ) -> Result<Outcome, SubmitError> {
        let Said {
            carrier,
            verified,
            statement,
            body,
        } = said;
        let mut examined = examine(verified, statement, &body, (directory, now_ms))?;
        let is_nominal = examined
            .content
            .as_ref()
            .is_some_and(Content::names_persons);
        if examined.is_wrong() {
            let (asked, _) = self.ask(
                (carrier, statement),
                is_nominal,
                &examined.recipients,
                (directory, None),
            )?;
            return Err(examined.refused(asked, now_ms));
        }
        let mut seat = match Place::of(statement, &examined.recipients) {
            Some(place) => Some(self.cases.seat(&self.ledger, place).await?),
            None => None,
        };
        if let Some(seat) = &mut seat {
            let widened = seat.widen(statement, &mut examined.recipients);
            widened.map_err(SubmitError::Denied)?;
        }
        let recipients = &examined.recipients;
        let (asked, onward) = self.ask(
            (carrier, statement),
            is_nominal,
            recipients,
            (directory, seat.as_mut()),
        )?;
        if !asked.allowed() {
            return Err(examined.refused(asked, now_ms));
        }
        if validate_only && let Some(seat) = &seat {
            seat.judge()?;
        }
        let Examined {
            recipients,
            warnings,
            ..
        } = examined;
        let record = pb::StatementRecord {
            envelope_digest: verified.envelope_digest().to_vec(),
            statement_id: verified.statement_id().to_vec(),
            recipients,
            warnings: findings::recorded(&warnings),
            trust: trust_refs(verified).chain(directory.trust_refs()).collect(),
            nominal: is_nominal,
            onward,
            decision: Some(asked.decision),
        };
        let (sender, message_id) = (statement.sender(), statement.message_id());
        let bytes = record.encode_to_vec();
        Ok(Outcome::Fresh {
            entry: Entry::statement(verified, sender, &message_id, bytes, body),
            warnings: findings::told(&warnings),
            seat,
        })
    }

    /// What the rules say to it; and, for the record, to whom it passes on what another said and by whose word, as `seat` knows, its
    /// case. Without a case, to nobody.
    fn ask(
        &self,
        (carrier, statement): (&AgencyId, &Statement),
        is_nominal: bool,
        recipients: &[pb::ResolvedRecipient],
        (directory, seat): (&HeldDirectory, Option<&mut Seat>),
    ) -> Result<(Asked, Vec<pb::Onward>), SubmitError> {
        let mut onward = Vec::new();
        let mut located = Vec::new();
        for mut one in seat
            .map_or(&[][..], |seat| seat.passes_on(directory.directory()))
            .to_vec()
        {
            let by = one.released_by.as_ref();
            let word = by.map(|by| {
                self.ledger
                    .find(&EntryKey::statement(&by.sender, &by.message_id))
            });
            match word.transpose()?.flatten() {
                Some(found) => located.push(pb::Onward {
                    agency: one.agency.to_string(),
                    released_by: found.index,
                }),
                // Said, but not in the log as yet: it is no word before that.
                None => one.released_by = None,
            }
            onward.push(one);
        }
        let asked = policy::ask(
            directory,
            (carrier, statement, is_nominal),
            recipients,
            &onward,
        );
        // Both are listed, so the directory knows their agencies.
        let asked = asked.ok_or(SubmitError::NotCarried(Reason::NodeUnknown))?;
        Ok((asked, located))
    }
}

fn examine(
    verified: &VerifiedEnvelope,
    statement: &Statement,
    body: &[u8],
    (directory, now_ms): (&Directory, u64),
) -> Result<Examined, SubmitError> {
    let timely = statement.check_time(now_ms);
    let (mut wrong, mut content) = (Vec::new(), None);
    let sender_key = verified.node().certificate().digest();
    if let Some(body) = check_body(statement.body(), body, statement.message_id(), sender_key)? {
        let inner = body.strict()?;
        match Content::decode(&inner.media_type, &inner.content, statement) {
            Ok(read) => content = Some(read),
            Err(ContentError::Violations(violations)) => wrong.extend(violations.errors),
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
    let Resolution {
        recipients,
        objections,
    } = policy::resolve(statement, content.as_ref(), directory);
    wrong.extend(objections);
    let mut warnings: Vec<Violation> = timely
        .as_ref()
        .ok()
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    warnings.extend(statement.warnings().to_vec());
    warnings.extend(content.iter().flat_map(Content::warnings).cloned());
    Ok(Examined {
        content,
        recipients,
        warnings,
        wrong,
        untimely: timely.err(),
    })
}

impl Examined {
    fn is_wrong(&self) -> bool {
        !self.wrong.is_empty() || self.untimely.is_some()
    }

    /// Everything at once: whoever corrects one thing should not be sent back for the next.
    fn refused(self, asked: Asked, now_ms: u64) -> SubmitError {
        let Self {
            mut wrong,
            untimely,
            ..
        } = self;
        let is_forbidden = !asked.allowed();
        if let Some(violation) = untimely {
            if wrong.is_empty() && !is_forbidden {
                return SubmitError::Time { violation, now_ms };
            }
            wrong.push(violation);
        }
        wrong.extend(asked.objections);
        if is_forbidden {
            SubmitError::Forbidden {
                violations: wrong,
                decision: asked.decision,
            }
        } else {
            SubmitError::Denied(wrong)
        }
    }
}

/// What the verdict on the signatures rests on, for a record.
pub(super) fn trust_refs(verified: &VerifiedEnvelope) -> impl Iterator<Item = pb::TrustRef> {
    verified.relied_on().into_iter().map(Into::into)
}
