//! The directory for its nodes: the parts in force, each with the proof that the log holds it, and their change.

use std::sync::Arc;

use pb::directory_service_server::DirectoryService;
use precinto_alert::Reason;
use precinto_alert::id::Side;
use precinto_envelope::directory::SignedPart;
use precinto_ledger::{EntryKey, Ledger};
use precinto_proto::v1 as pb;
use prost::Message as _;
use tonic::{Request, Response, Status};

use crate::limits::ANSWER_CONTENT_MAX;
use crate::registry::InForce;
use crate::registry::keeper::{Applied, Keeper};
use crate::rights;
use crate::status::Refusal;
use crate::submit::metered::Share;
use crate::submit::receipt;

/// Serves `precinto.v1.DirectoryService`.
pub struct DirectoryHandler {
    ledger: Ledger,
    directory: InForce,
    keeper: Arc<Keeper>,
}

impl DirectoryHandler {
    pub(crate) fn new(ledger: Ledger, keeper: Arc<Keeper>) -> Self {
        Self {
            directory: keeper.in_force(),
            ledger,
            keeper,
        }
    }
}

#[tonic::async_trait]
impl DirectoryService for DirectoryHandler {
    async fn get_directory(
        &self,
        request: Request<pb::GetDirectoryRequest>,
    ) -> Result<Response<pb::GetDirectoryResponse>, Status> {
        let directory = self.directory.now();
        rights::reader(&request, &directory)?;
        let wanted = request.into_inner().side;
        let wanted: Option<Side> = match wanted.as_str() {
            "" => None,
            side => Some(
                side.parse()
                    .map_err(|_| Refusal::new(Reason::FieldFormat).with_fact("field", "side"))?,
            ),
        };
        let (mut parts, mut bytes) = (Vec::new(), 0);
        for (side, part) in directory.parts() {
            if wanted.as_ref().is_some_and(|wanted| wanted != side) {
                continue;
            }
            let part = shown(&self.ledger, part)?;
            bytes += part.encoded_len();
            if bytes > ANSWER_CONTENT_MAX {
                return Err(Refusal::new(Reason::Size)
                    .with_fact("limit", ANSWER_CONTENT_MAX)
                    .into());
            }
            parts.push(part);
        }
        if parts.is_empty() {
            return Err(Refusal::new(Reason::NotFound).into());
        }
        Ok(Response::new(pb::GetDirectoryResponse { parts }))
    }

    async fn apply_directory_part(
        &self,
        request: Request<pb::ApplyDirectoryPartRequest>,
    ) -> Result<Response<pb::ApplyDirectoryPartResponse>, Status> {
        let (_, node, _) = rights::reader(&request, &self.directory.now())?;
        let share = request.extensions().get::<Share>().cloned();
        let share = share.ok_or_else(|| Refusal::new(Reason::Internal))?;
        let request = request.into_inner();
        let held = share.take(request.encoded_len());
        let held = held.ok_or_else(|| Refusal::new(Reason::Overloaded))?;
        let (keeper, ledger) = (Arc::clone(&self.keeper), self.ledger.clone());
        // On a task of its own, which goes on when the caller goes away: see `Keeper::apply`.
        let applied = tokio::spawn(async move {
            let _held = held;
            let pb::ApplyDirectoryPartRequest {
                part,
                validate_only,
            } = request;
            let applied = keeper.apply(&node, part, validate_only).await;
            applied
                .map_err(Refusal::from)
                .and_then(|applied| answer(&ledger, applied, validate_only))
                .inspect_err(|refusal| {
                    let reason = precinto_alert::reason::name(refusal.reason());
                    tracing::info!(caller = %node, reason, "part of the directory refused");
                })
        });
        let lost = |_| Err(Refusal::new(Reason::Internal));
        let answer = applied.await.unwrap_or_else(lost)?;
        Ok(Response::new(answer))
    }
}

fn answer(
    ledger: &Ledger,
    applied: Applied,
    validate_only: bool,
) -> Result<pb::ApplyDirectoryPartResponse, Refusal> {
    let Applied {
        signed,
        changes,
        duplicate,
    } = applied;
    let is_logged = duplicate || !validate_only;
    let applied = is_logged.then(|| shown(ledger, &signed)).transpose()?;
    Ok(pb::ApplyDirectoryPartResponse {
        changes,
        applied,
        duplicate,
    })
}

/// A part in force, with its place in the log and its receipt.
fn shown(ledger: &Ledger, part: &SignedPart) -> Result<pb::DirectoryPart, Refusal> {
    let found = ledger.find(&EntryKey::trust(part.digest()))?;
    // What is in force is in the log.
    let found = found.ok_or_else(|| Refusal::new(Reason::Internal))?;
    Ok(pb::DirectoryPart {
        signed: part.bytes().to_vec(),
        index: found.index,
        receipt: Some(receipt(&ledger.receipt(found.index)?)),
    })
}
