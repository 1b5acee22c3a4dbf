//! What the gateway does not take: the message, and beside it why, for people and programs.

use super::error::at;
use super::{MESSAGE, OutboxError, names_in};
use crate::durable::{self, PRIVATE};
use crate::refusal::{Refusal, Violation};
use crate::submit::SubmitError;
use precinto_alert::id::MessageId;
use precinto_alert::reason;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Why a message was not taken, as it stands in `<message id>.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// `precinto.outbox.refused/v1`
    pub schema: String,
    /// Which message, as a UUID.
    pub message_id: String,
    /// When the answer came, milliseconds since 1970-01-01 UTC, by this machine's clock.
    pub at_ms: u64,
    /// The coded reason.
    pub reason: Option<String>,
    /// One sentence, English.
    pub message: String,
    /// The same in Spanish, if the gateway said it.
    pub message_es: Option<String>,
    /// Every field that breaks a rule.
    pub violations: Vec<RefusedField>,
}

/// One field that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedField {
    /// Its path.
    pub field: String,
    /// The coded reason.
    pub reason: Option<String>,
    /// One sentence, English.
    pub detail: String,
    /// The same in Spanish, if the gateway said it.
    pub detail_es: Option<String>,
}

const SCHEMA: &str = "precinto.outbox.refused/v1";
const WHY: &str = ".json";

/// A file of ours is far smaller; one that is not is not read.
const WHY_BYTES_MAX: u64 = 1024 * 1024;

impl Refused {
    /// Reads such a file; `None` when it is none.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// What `error` says of the message, at `at_ms`.
    pub fn of(id: MessageId, error: &SubmitError, at_ms: u64) -> Self {
        let refusal: Option<&Refusal> = match error {
            SubmitError::Refused(refusal) | SubmitError::Lost(refusal) => Some(refusal),
            SubmitError::Receipt(_) | SubmitError::Answer => None,
        };
        let name = |reason| reason::name(reason).to_owned();
        let violations = refusal.map_or(&[][..], |refusal| &refusal.violations);
        Self {
            schema: SCHEMA.to_owned(),
            message_id: id.to_string(),
            at_ms,
            reason: error.reason().map(name),
            message: refusal.map_or_else(|| error.to_string(), |refusal| refusal.message.clone()),
            message_es: refusal.and_then(|refusal| refusal.message_es.clone()),
            violations: violations
                .iter()
                .map(|one| RefusedField {
                    field: one.field.clone(),
                    reason: one.reason.map(name),
                    detail: one.description.clone(),
                    detail_es: one.description_es.clone(),
                })
                .collect(),
        }
    }

    /// The same of a message that nobody has judged: the gateway itself failed over it so many `times`.
    pub(super) fn unjudged(self, times: u32) -> Self {
        let es = self.message_es.as_ref().unwrap_or(&self.message);
        Self {
            message_es: Some(format!(
                "nadie lo ha juzgado: la pasarela falló {times} veces con él, y se apartó para que sigan los demás; no se sabe si está en la bitácora ({es})"
            )),
            message: format!(
                "not judged: the gateway itself failed over it {times} times, and it was put aside so that those behind it go on; whether it is in the log is not known ({})",
                self.message
            ),
            ..self
        }
    }

    /// The same as [`crate::submit::submit`] tells it of a message that it sends itself.
    pub fn error(&self) -> SubmitError {
        let known = |name: &Option<String>| name.as_deref().and_then(reason::from_name);
        let coded = known(&self.reason);
        let code = coded.map_or(tonic::Code::Unknown, |coded| {
            tonic::Code::from_i32(reason::entry(coded).code.number())
        });
        SubmitError::Refused(Box::new(Refusal {
            code,
            reason: coded,
            message: self.message.clone(),
            message_es: self.message_es.clone(),
            violations: self
                .violations
                .iter()
                .map(|one| Violation {
                    field: one.field.clone(),
                    reason: known(&one.reason),
                    description: one.detail.clone(),
                    description_es: one.detail_es.clone(),
                })
                .collect(),
            retry_after: None,
            metadata: BTreeMap::new(),
        }))
    }

    /// What waits under this id is no message: `error` says which file.
    pub(super) fn damaged(id: MessageId, error: &OutboxError, at_ms: u64) -> Self {
        Self {
            at_ms,
            message: error.to_string(),
            message_es: Some("el archivo está dañado; no es un mensaje firmado".to_owned()),
            ..unreadable(&id.to_string())
        }
    }

    /// The message id, if the file is one of ours.
    pub fn id(&self) -> Option<MessageId> {
        self.message_id.parse().ok()
    }
}

/// Keeps a message with its reason; the reason first, so that where there is a refused message, there is why.
pub(super) fn keep(
    folder: &Path,
    id: MessageId,
    refused: &Refused,
    message: &[u8],
) -> Result<(), OutboxError> {
    let [path, why] = files(folder, id);
    let text = serde_json::to_vec_pretty(refused).map_err(|error| at(&why)(error.into()))?;
    durable::replace(&why, &text, PRIVATE).map_err(at(&why))?;
    durable::replace(&path, message, PRIVATE).map_err(at(&path))
}

/// Takes it away, if it is there; the message first, as a reason alone says nothing.
pub(super) fn forget(folder: &Path, id: MessageId) -> Result<(), OutboxError> {
    for path in files(folder, id) {
        if path.try_exists().map_err(at(&path))? {
            durable::remove(&path).map_err(at(&path))?;
        }
    }
    Ok(())
}

/// What was said of one message, if it was refused.
pub(super) fn one(folder: &Path, id: MessageId) -> Result<Option<Refused>, OutboxError> {
    let [path, why] = files(folder, id);
    let is_there = path.try_exists().map_err(at(&path))?;
    Ok(is_there.then(|| read(&why).unwrap_or_else(|| unreadable(&id.to_string()))))
}

/// Everything refused whose message is there; a reason alone was cut short by a crash, and its message still waits.
pub(super) fn all(folder: &Path) -> Result<Vec<Refused>, OutboxError> {
    let mut all = Vec::new();
    for (name, _) in names_in(folder)? {
        if let Some(stem) = name.strip_suffix(MESSAGE) {
            let read = read(&folder.join(format!("{stem}{WHY}")));
            all.push(read.unwrap_or_else(|| unreadable(stem)));
        }
    }
    all.sort_by(|one, other| (one.at_ms, &one.message_id).cmp(&(other.at_ms, &other.message_id)));
    Ok(all)
}

/// The message, and why it was refused.
fn files(folder: &Path, id: MessageId) -> [PathBuf; 2] {
    [MESSAGE, WHY].map(|kind| folder.join(format!("{id}{kind}")))
}

fn read(why: &Path) -> Option<Refused> {
    let size = why.metadata().ok()?.len();
    let bytes = (size <= WHY_BYTES_MAX).then(|| std::fs::read(why).ok())??;
    Refused::parse(&bytes)
}

/// The message is there and its reason cannot be read: it is told all the same.
fn unreadable(id: &str) -> Refused {
    Refused {
        schema: SCHEMA.to_owned(),
        message_id: id.to_owned(),
        at_ms: 0,
        reason: None,
        message: "the reason beside it cannot be read".to_owned(),
        message_es: Some("no se puede leer el motivo que la acompaña".to_owned()),
        violations: Vec::new(),
    }
}
