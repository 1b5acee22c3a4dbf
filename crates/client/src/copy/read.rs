//! What was said: one message, or all of a case, as far as this agency was told.

use super::overdue;
use super::store::{About, BODIES, CASES, IDS, MESSAGES, Stored, StoredBody, UNREADABLE, damaged};
use super::{CopyError, OwnCopy};
use crate::overdue::Overdue;
use precinto_alert::case::{Audience, Step};
use precinto_alert::code::{MessageType, SignerRole};
use precinto_alert::id::{AgencyId, AlertId, Identity, MessageId, NodeId};
use precinto_alert::statement::{Lenient, Statement};
use precinto_alert::{Case, Content};
use precinto_proto::v1 as pb;
use prost::Message;
use redb::{ReadTransaction, ReadableDatabase, ReadableTable};
use std::collections::BTreeSet;
use std::path::Path;

/// Everything that the copy has of one case.
#[derive(Debug)]
pub struct HeldCase {
    /// The case.
    pub alert_id: AlertId,
    /// Its life: where it stands, and what may follow, as far as this agency was told.
    pub case: Case,
    /// Its messages, in the order of the log; never empty.
    pub messages: Vec<Held>,
    /// The deadlines that were missed, in the order of the log.
    pub overdue: Vec<Overdue>,
}

/// One message that was verified before it was stored.
#[derive(Debug)]
pub struct Held {
    /// Where in the log it stands.
    pub index: u64,
    /// When the log took it in, by the log's clock and under its signature, milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// What was said.
    pub statement: Statement,
    /// The same as the exact bytes that were signed.
    pub payload: Vec<u8>,
    /// Statement or body say more than this version understands.
    pub unknown_fields: bool,
    /// What the body says; there when `body` is [`BodyState::Present`], and only then.
    pub content: Option<Content>,
    /// What became of the body.
    pub body: BodyState,
    /// What the gateway found and let pass; empty when the content is under lock or erased, because findings quote it.
    pub warnings: Vec<pb::Finding>,
    /// Whom it was sent to, as the gateway's directory said on that day.
    pub recipients: Vec<pb::ResolvedRecipient>,
    /// Who signed, in the statement's order.
    pub signers: Vec<SignedBy>,
    /// The receipt: it proves index, time and record to anybody. When the content is under lock or erased its record is empty,
    /// because findings quote the content, and it proves nothing.
    pub receipt: pb::Receipt,
}

/// A signature that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedBy {
    /// Who.
    pub identity: Identity,
    /// In what capacity.
    pub role: SignerRole,
}

/// What became of a message's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyState {
    /// It is there.
    Present,
    /// The message has none.
    None,
    /// It is there and signed for, but this version cannot read it.
    Unreadable,
    /// Deleted by law before it came here: so the gateway says, and nothing proves it. See [`OwnCopy::pruned`].
    Pruned,
    /// Under lock, because its case was recalled.
    Quarantined,
    /// Erased, because its case was recalled.
    Erased,
}

impl HeldCase {
    /// The newest version of the alert; `None` when this agency was sent none of them.
    pub fn newest_alert(&self) -> Option<&Held> {
        let originator = self.case.originator()?;
        let versions = self.messages.iter().filter(|held| {
            let of = held.statement.message_type();
            matches!(of, MessageType::Alert | MessageType::Amend)
                && held.statement.sender().agency() == originator
        });
        versions.max_by_key(|held| held.statement.alert_version())
    }

    /// Everybody who was sent anything of the case, as far as this agency knows: agencies, and nodes that were named alone.
    pub fn everybody(&self) -> (BTreeSet<AgencyId>, BTreeSet<NodeId>) {
        let recipients = || self.messages.iter().flat_map(|held| &held.recipients);
        let agencies = recipients().flat_map(|to| &to.agencies);
        let nodes = recipients().flat_map(|to| &to.nodes);
        (
            agencies.filter_map(|name| name.parse().ok()).collect(),
            nodes.filter_map(|name| name.parse().ok()).collect(),
        )
    }
}

impl Held {
    /// The message as its case keeps it; `None` for a system notice.
    pub(super) fn step(&self) -> Option<Step> {
        Step::new(&self.statement, Audience::of_recipients(&self.recipients))
    }
}

impl OwnCopy {
    /// Everything that was said under an alert id; `None` when this agency was told nothing of it.
    pub fn case(&self, alert_id: &AlertId) -> Result<Option<HeldCase>, CopyError> {
        let path = &self.path;
        let read = self.database.begin_read().about(path)?;
        let cases = read.open_table(CASES).about(path)?;
        let messages = read.open_table(MESSAGES).about(path)?;
        let bodies = read.open_table(BODIES).about(path)?;
        let held = load_case(&(&cases, &messages, &bodies), alert_id, path)?;
        held.map(|held| with_overdue(held, &read, path)).transpose()
    }

    /// The message with this id; of two senders' messages with the same id, the older one.
    pub fn message(&self, message_id: MessageId) -> Result<Option<Held>, CopyError> {
        let path = &self.path;
        let read = self.database.begin_read().about(path)?;
        let ids = read.open_table(IDS).about(path)?;
        let id = message_id.as_bytes();
        let Some(entry) = ids.range((id, 0)..=(id, u64::MAX)).about(path)?.next() else {
            return Ok(None);
        };
        let index = entry.about(path)?.0.value().1;
        let messages = read.open_table(MESSAGES).about(path)?;
        let bodies = read.open_table(BODIES).about(path)?;
        load(&messages, &bodies, index, path).map(Some)
    }

    /// Messages whose body is there and shown, and cannot be read by this version, by index: what stands in them is filed under
    /// no identifier.
    pub fn unreadable(&self) -> Result<Vec<u64>, CopyError> {
        let path = &self.path;
        let read = self.database.begin_read().about(path)?;
        let unreadable = read.open_table(UNREADABLE).about(path)?;
        let all = unreadable.iter().about(path)?;
        all.map(|entry| Ok(entry.about(path)?.0.value())).collect()
    }
}

/// The tables that a case is read from: cases, messages, bodies.
pub(super) type CaseTables<'a, C, M> = (&'a C, &'a M, &'a M);

/// The case with its missed deadlines.
pub(super) fn with_overdue(
    mut held: HeldCase,
    read: &ReadTransaction,
    path: &Path,
) -> Result<HeldCase, CopyError> {
    held.overdue = overdue::load(read, &held.alert_id, path)?;
    for overdue in &held.overdue {
        held.case.apply_overdue(overdue.missed.clone());
    }
    Ok(held)
}

/// Reads a case; `None` when there is nothing of it.
pub(super) fn load_case<C, M>(
    (cases, messages, bodies): &CaseTables<'_, C, M>,
    alert_id: &AlertId,
    path: &Path,
) -> Result<Option<HeldCase>, CopyError>
where
    C: ReadableTable<(&'static str, u64), ()>,
    M: ReadableTable<u64, &'static [u8]>,
{
    let name = alert_id.as_str();
    let (mut case, mut held) = (Case::default(), Vec::new());
    for entry in cases.range((name, 0)..=(name, u64::MAX)).about(path)? {
        let index = entry.about(path)?.0.value().1;
        let message = load(*messages, *bodies, index, path)?;
        if let Some(step) = message.step() {
            case.apply(step);
        }
        held.push(message);
    }
    Ok((!held.is_empty()).then(|| HeldCase {
        alert_id: alert_id.clone(),
        case,
        messages: held,
        overdue: Vec::new(),
    }))
}

/// Reads the message at `index`, which must be there.
pub(super) fn load(
    messages: &impl ReadableTable<u64, &'static [u8]>,
    bodies: &impl ReadableTable<u64, &'static [u8]>,
    index: u64,
    path: &Path,
) -> Result<Held, CopyError> {
    let broken = || damaged(path, format!("message {index} cannot be read"));
    let stored = messages.get(index).about(path)?.ok_or_else(broken)?;
    let stored = Stored::decode(stored.value()).map_err(|_| broken())?;
    let state = stored.body();
    let body = match state {
        StoredBody::Present => Some(bodies.get(index).about(path)?.ok_or_else(broken)?),
        _ => None,
    };
    let body = body.as_ref().map(redb::AccessGuard::value);
    held(index, stored, body).ok_or_else(broken)
}

/// The message as it is handed on; `None` when it cannot be read, which cannot be unless the file was changed.
fn held(index: u64, stored: Stored, body: Option<&[u8]>) -> Option<Held> {
    let (state, mut receipt) = (stored.body(), stored.receipt?);
    let envelope = pb::Envelope::decode(stored.envelope.as_slice()).ok()?;
    let Lenient { statement, .. } = Statement::decode_lenient(&envelope.payload).ok()?;
    let mut record = pb::StatementRecord::decode(receipt.record.as_ref()).ok()?;
    let content = body.and_then(|body| content_of(body, &statement));
    let body = match state {
        StoredBody::Present if content.is_none() => BodyState::Unreadable,
        StoredBody::Present => BodyState::Present,
        StoredBody::None => BodyState::None,
        StoredBody::Pruned => BodyState::Pruned,
        StoredBody::Quarantined => BodyState::Quarantined,
        StoredBody::Erased => BodyState::Erased,
    };
    if body == BodyState::Erased {
        record.recipients = stored.recipients;
    }
    if matches!(body, BodyState::Quarantined | BodyState::Erased) {
        record.warnings.clear();
        receipt.record.clear();
    }
    let signer = |(name, signer): (&String, &precinto_alert::statement::Signer)| {
        Some(SignedBy {
            identity: Identity::parse(name).ok()?,
            role: signer.role,
        })
    };
    let signers = stored.signers.iter().zip(statement.signers());
    Some(Held {
        index,
        time_ms: stored.time_ms,
        unknown_fields: stored.unknown_fields,
        content,
        body,
        warnings: record.warnings,
        recipients: record.recipients,
        signers: signers.map(signer).collect::<Option<_>>()?,
        receipt,
        statement,
        payload: envelope.payload,
    })
}

/// What a body says; `None` when this version cannot read it.
pub(super) fn content_of(body: &[u8], statement: &Statement) -> Option<Content> {
    let body = pb::Body::decode(body).ok()?;
    let inner = pb::Inner::decode(body.clear.as_slice()).ok()?;
    let content = Content::decode_lenient(&inner.media_type, &inner.content, statement);
    content.ok().map(|(content, _)| content)
}
