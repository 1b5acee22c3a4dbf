//! What the API answers: messages into the outbox, deliveries out of the desk, and how the node is doing.

use super::super::counter::{CREDIT_MAX, Counter};
use super::super::status;
use super::Api;
use crate::commands::{outbox, send};
use crate::config::{Material, Node};
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
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};
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
    material: watch::Receiver<Option<Arc<Material>>>,
    outbox: Outbox,
}

type Taken = Result<pb::TakeDeliveriesResponse, Status>;

impl Service {
    pub(super) fn new(api: Api) -> Self {
        let Api {
            node,
            material,
            outbox,
            counter,
            limit,
        } = api;
        let desk = SendingDesk {
            node,
            material,
            outbox,
        };
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
        let credit = said.message().await?.map_or(0, |first| first.credit);
        let credit = usize::try_from(credit).unwrap_or(CREDIT_MAX);
        let credit = credit.clamp(1, CREDIT_MAX);
        let Ok(taker) = Arc::clone(&self.counter.taker).try_lock_owned() else {
            let refusal = Refusal::new(Reason::LimitReached).with_detail((
                "Another stream of deliveries is open on this node.",
                "Ya hay otro flujo de entregas abierto en este nodo.",
            ));
            return Err(refusal.to_status());
        };
        let (deliveries, stream) = mpsc::channel(credit);
        let taking = Taking {
            counter: self.counter.clone(),
            credit,
            limit: self.limit,
            in_hand: BTreeMap::new(),
        };
        let counter = self.counter.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = taking.run(said, &deliveries) => {}
                () = deliveries.closed() => {}
            }
            counter.forget();
            drop(taker);
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

/// One stream of deliveries.
struct Taking {
    counter: Counter,
    /// How many whoever takes them may have in hand.
    credit: usize,
    /// How long each may be.
    limit: Duration,
    /// Until when, by index.
    in_hand: BTreeMap<u64, Instant>,
}

impl Taking {
    /// Until whoever takes them is gone or breaks the rules. What they have not settled lies there for the next one.
    async fn run(
        mut self,
        mut said: Streaming<pb::TakeDeliveriesRequest>,
        deliveries: &mpsc::Sender<Taken>,
    ) {
        let mut changes = self.counter.changes();
        loop {
            // Seen before it is looked at: what comes meanwhile is a change.
            changes.mark_unchanged();
            while let Some((index, delivery)) = self.next() {
                self.in_hand.insert(index, Instant::now() + self.limit);
                let delivery = Arc::unwrap_or_clone(delivery);
                if deliveries.send(Ok(delivery)).await.is_err() {
                    return;
                }
            }
            let first = self.in_hand.values().min().copied();
            tokio::select! {
                one = said.message() => match one {
                    Ok(Some(one)) if self.settled(&one) => {}
                    Ok(Some(_)) => {
                        let refused = Refusal::new(Reason::IndexUnknown).to_status();
                        drop(deliveries.send(Err(refused)).await);
                        return;
                    }
                    Ok(None) | Err(_) => return,
                },
                // Its other end is ours.
                _ = changes.changed() => {}
                () = sleep_until(first.unwrap_or_else(Instant::now)), if first.is_some() => {
                    self.overdue();
                }
            }
        }
    }

    fn next(&self) -> Option<(u64, Arc<pb::TakeDeliveriesResponse>)> {
        let in_hand = self.in_hand.keys().copied().collect();
        self.counter.next(&in_hand, self.credit)
    }

    /// Settles what is in hand; `false` when it is not.
    fn settled(&mut self, one: &pb::TakeDeliveriesRequest) -> bool {
        let was_in_hand = self.in_hand.remove(&one.index).is_some();
        if was_in_hand {
            let settled = if one.not_taken.is_empty() {
                Ok(())
            } else {
                Err(Text::same(one.not_taken.clone()))
            };
            self.counter.settle(one.index, settled);
        }
        was_in_hand
    }

    /// What has been in hand for too long was not taken.
    fn overdue(&mut self) {
        let (now, secs) = (Instant::now(), self.limit.as_secs());
        let overdue = self.in_hand.extract_if(.., |_, until| *until <= now);
        for (index, _) in overdue {
            let why = (
                format!("it was not settled within {secs} s"),
                format!("no se confirmó en {secs} s"),
            );
            self.counter.settle(index, Err(why.into()));
        }
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
        let queued = self
            .material()
            .and_then(|material| send::queue_draft((&self.node, &material), turn, draft));
        let queued = queued.map_err(|error| of_error(error, Reason::FieldInvalid))?;
        queued.map_err(|found| Refusal::violations(found).to_status())
    }

    /// What the agent works by: a file that it has not taken signs nothing. Before there is any, what its first session will read.
    fn material(&self) -> anyhow::Result<Arc<Material>> {
        if let Some(material) = self.material.borrow().clone() {
            return Ok(material);
        }
        let material = Material::load(&self.node).map_err(Failure::from)?;
        Ok(Arc::new(material))
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
