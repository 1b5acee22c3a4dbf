//! What the API answers: messages into the outbox, deliveries out of the desk, and how the node is doing.

use super::super::status;
use super::Api;
use super::offer::{Counter, Offer};
use crate::commands::{outbox, send};
use crate::config::Node;
use crate::draft::Draft;
use crate::exit::{Failure, Text};
use crate::output::Lang;
use precinto_alert::Reason;
use precinto_alert::id::MessageId;
use precinto_client::Signed;
use precinto_client::outbox::{Fate, Outbox, OutboxError, Put, Turn};
use precinto_gateway::status::Refusal;
use precinto_proto::v1 as pb;
use precinto_proto::v1::node_service_server::NodeService;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedMutexGuard, mpsc};
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

/// The API's services.
pub(super) struct Service {
    desk: Arc<SendingDesk>,
    counter: Counter,
    limit: Duration,
}

/// What sending takes.
struct SendingDesk {
    node: Node,
    outbox: Outbox,
}

type Taken = Result<pb::TakeDeliveriesResponse, Status>;

impl Service {
    pub(super) fn new(api: Api) -> Self {
        let Api {
            node,
            outbox,
            counter,
            limit,
        } = api;
        let desk = SendingDesk { node, outbox };
        Self {
            desk: Arc::new(desk),
            counter,
            limit,
        }
    }

    /// Does something where waiting for the disk holds up nobody else.
    async fn at_desk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&SendingDesk) -> Result<T, Status> + Send + 'static,
    ) -> Result<T, Status> {
        let desk = Arc::clone(&self.desk);
        let done = tokio::task::spawn_blocking(move || work(&desk)).await;
        done.map_err(|_| Refusal::new(Reason::Internal).to_status())?
    }
}

#[tonic::async_trait]
impl NodeService for Service {
    type TakeDeliveriesStream = ReceiverStream<Taken>;

    async fn send(
        &self,
        request: Request<pb::SendRequest>,
    ) -> Result<Response<pb::SendResponse>, Status> {
        let request = request.into_inner();
        let state = self.at_desk(move |desk| desk.send(request)).await?;
        Ok(Response::new(pb::SendResponse { state: Some(state) }))
    }

    async fn get_message(
        &self,
        request: Request<pb::GetMessageRequest>,
    ) -> Result<Response<pb::GetMessageResponse>, Status> {
        let id = MessageId::from_slice(&request.into_inner().message_id);
        let id = id.map_err(|_| Refusal::new(Reason::Malformed).to_status())?;
        let state = self.at_desk(move |desk| desk.state(id)).await?;
        Ok(Response::new(pb::GetMessageResponse { state: Some(state) }))
    }

    async fn take_deliveries(
        &self,
        request: Request<Streaming<pb::TakeDeliveriesRequest>>,
    ) -> Result<Response<Self::TakeDeliveriesStream>, Status> {
        let mut said = request.into_inner();
        // The first message begins it and settles nothing.
        said.message().await?;
        let Ok(counter) = Arc::clone(&self.counter.0).try_lock_owned() else {
            let refusal = Refusal::new(Reason::LimitReached).with_detail((
                "Another stream of deliveries is open on this node.",
                "Ya hay otro flujo de entregas abierto en este nodo.",
            ));
            return Err(refusal.to_status());
        };
        let (deliveries, stream) = mpsc::channel(1);
        let limit = self.limit;
        tokio::spawn(async move {
            tokio::select! {
                () = hand_over(counter, said, &deliveries, limit) => {}
                () = deliveries.closed() => {}
            }
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }

    async fn get_node_status(
        &self,
        _: Request<pb::GetNodeStatusRequest>,
    ) -> Result<Response<pb::GetNodeStatusResponse>, Status> {
        let status = self.at_desk(|desk| {
            let status = status::look(&desk.node);
            status.map_err(|error| of_error(error, Reason::Internal))
        });
        Ok(Response::new(status.await?.for_programs()))
    }
}

/// One delivery after the other, until whoever takes them is gone or breaks the rules.
async fn hand_over(
    mut counter: OwnedMutexGuard<mpsc::Receiver<Offer>>,
    mut said: Streaming<pb::TakeDeliveriesRequest>,
    deliveries: &mpsc::Sender<Taken>,
    limit: Duration,
) {
    while let Some(offer) = counter.recv().await {
        let Offer {
            index,
            delivery,
            settle,
        } = offer;
        // The desk has stopped meanwhile, and offers it again when it goes on.
        if settle.is_closed() {
            continue;
        }
        if deliveries.send(Ok(delivery)).await.is_err() {
            return;
        }
        let settled = match timeout(limit, said.message()).await {
            Ok(Ok(Some(one))) if one.index == index && one.not_taken.is_empty() => Ok(()),
            Ok(Ok(Some(one))) if one.index == index => Err(Text::same(one.not_taken)),
            Ok(Ok(Some(_))) => {
                let refused = Refusal::new(Reason::IndexUnknown).to_status();
                drop(deliveries.send(Err(refused)).await);
                return;
            }
            // Gone: it lies there for the next one.
            Ok(Ok(None) | Err(_)) => return,
            Err(_) => {
                let secs = limit.as_secs();
                let (en, es) = (
                    format!("it was not settled within {secs} s"),
                    format!("no se confirmó en {secs} s"),
                );
                Err((en, es).into())
            }
        };
        // Nobody waits any more for what the desk has given up.
        drop(settle.send(settled));
    }
}

impl SendingDesk {
    fn send(&self, request: pb::SendRequest) -> Result<pb::MessageState, Status> {
        let pb::SendRequest {
            signed,
            statement,
            media_type,
            content,
        } = request;
        let mut turn = self.outbox.turn().map_err(|error| of_outbox(&error))?;
        let (signed, put) = match (signed, statement) {
            (Some(signed), None) => {
                let signed = self.signed_before(signed)?;
                let put = turn.put_new(&signed).map_err(|error| of_outbox(&error))?;
                (signed, put)
            }
            (None, Some(statement)) => {
                let content = (!media_type.is_empty()).then_some((media_type, content));
                self.sign_into(&mut turn, statement, content)?
            }
            _ => return Err(Refusal::new(Reason::Malformed).to_status()),
        };
        drop(turn);
        let id = signed.message_id();
        let state = match put {
            Put::Queued(_) => pb::MessageState {
                fate: pb::MessageFate::Queued.into(),
                message_id: id.as_bytes().to_vec(),
                ..pb::MessageState::default()
            },
            Put::Sent => self.state(id)?,
        };
        Ok(pb::MessageState {
            alert_id: signed.statement().alert_id,
            ..state
        })
    }

    /// Only what this node says: a gateway takes nothing else from it.
    fn signed_before(&self, request: pb::SubmitRequest) -> Result<Signed, Status> {
        if request.validate_only {
            return Err(Refusal::new(Reason::Malformed).to_status());
        }
        let signed = Signed::from_request(request);
        let signed = signed.map_err(|_| Refusal::new(Reason::Malformed).to_status())?;
        if signed.statement().sender != self.node.identity.to_string() {
            return Err(Refusal::new(Reason::SenderMismatch).to_status());
        }
        Ok(signed)
    }

    fn sign_into(
        &self,
        turn: &mut Turn<'_>,
        statement: pb::Statement,
        content: Option<(String, Vec<u8>)>,
    ) -> Result<(Signed, Put), Status> {
        let draft = Draft {
            statement,
            content,
            // A person's word is given by a person, not by a program that reaches a socket.
            officers: Vec::new(),
            tag: None,
        };
        let queued = send::queue_draft(&self.node, turn, draft);
        let queued = queued.map_err(|error| of_error(error, Reason::FieldInvalid))?;
        queued.map_err(|found| Refusal::violations(found).to_status())
    }

    fn state(&self, id: MessageId) -> Result<pb::MessageState, Status> {
        let state = pb::MessageState {
            message_id: id.as_bytes().to_vec(),
            ..pb::MessageState::default()
        };
        let fate = self.outbox.fate(id).map_err(|error| of_outbox(&error))?;
        Ok(match fate {
            Fate::Unknown => state,
            Fate::Queued(_) => pb::MessageState {
                fate: pb::MessageFate::Queued.into(),
                ..state
            },
            Fate::Sent(receipt) => pb::MessageState {
                fate: pb::MessageFate::Logged.into(),
                receipt: Some(receipt),
                ..state
            },
            Fate::Refused(refused) => pb::MessageState {
                fate: pb::MessageFate::Refused.into(),
                reason: refused.reason.unwrap_or_default(),
                detail: refused.message,
                detail_es: refused.message_es.unwrap_or_default(),
                ..state
            },
        })
    }
}

fn of_outbox(error: &OutboxError) -> Status {
    of_failure(&outbox::failed(error), Reason::Internal)
}

/// What went wrong here as a program hears it; `uncoded` is the reason of a failure that has none, what nobody foresaw is ours.
fn of_error(error: anyhow::Error, uncoded: Reason) -> Status {
    match error.downcast::<Failure>() {
        Ok(failure) => of_failure(&failure, uncoded),
        Err(error) => {
            let text = Text::cause(format!("{error:#}"), "falla imprevista");
            told(Reason::Internal, &text)
        }
    }
}

fn of_failure(failure: &Failure, uncoded: Reason) -> Status {
    told(failure.reason.unwrap_or(uncoded), &failure.message)
}

/// With its code, and what happened in both languages.
fn told(reason: Reason, text: &Text) -> Status {
    let both = [Lang::En, Lang::Es].map(|lang| text.pick(lang).to_owned());
    let both: (String, String) = both.into();
    Refusal::new(reason).with_detail(both).to_status()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use precinto_client::Refusal as Heard;

    #[test]
    fn every_refusal_has_a_code_and_says_in_both_languages_what_happened() {
        let text = ("no such template", "no existe esa plantilla");
        let uncoded = Failure::new(Exit::Usage, text);
        let coded = Failure::coded(Reason::CrlStale, text);
        let unforeseen = anyhow::anyhow!("no such template");
        for (error, reason, spanish) in [
            (uncoded.into(), Reason::FieldInvalid, text.1),
            (coded.into(), Reason::CrlStale, text.1),
            (
                unforeseen,
                Reason::Internal,
                "falla imprevista: no such template",
            ),
        ] {
            let heard = Heard::from_status(&of_error(error, Reason::FieldInvalid));
            assert_eq!(heard.reason, Some(reason));
            assert!(heard.message.ends_with(text.0), "{}", heard.message);
            let said = heard.message_es.expect("in Spanish too");
            assert!(said.ends_with(spanish), "{said}");
        }
        let full = OutboxError::Full {
            messages: 3,
            bytes: 9,
        };
        let heard = Heard::from_status(&of_outbox(&full));
        assert_eq!(heard.reason, Some(Reason::LimitReached));
    }
}
