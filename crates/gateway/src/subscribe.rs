//! The relay: durable, named subscriptions, replayed and then live in one stream.
//!
//! A name belongs to the node that made it. Subscribers *read* the ledger, woken by its published size: nothing passes to
//! them in any other way, so nobody hears of an entry before it is durable, and no subscriber can slow a sender.

use std::sync::Arc;

use pb::subscription_service_server::SubscriptionService;
use precinto_alert::Reason;
use precinto_alert::id::NodeId;
use precinto_proto::v1 as pb;
use tonic::{Request, Response, Status, Streaming};

use crate::accept::Line;
use crate::acts::Acts;
use crate::limits::{
    CREDIT_MAX, CREDIT_MIN, FIRST_REQUEST_TIMEOUT, SUBSCRIBE_STREAMS_PER_NODE_MAX,
};
use crate::open_streams::StreamCount;
use crate::rights;
use crate::status::Refusal;

mod act;
mod create;
pub mod cursor;
pub mod definition;
mod describe;
pub mod filter;
mod outbox;
mod parked;
mod session;
pub mod slot;
pub mod store;

pub use outbox::Deliveries;
use outbox::Pool;
pub use session::Feed;

use act::Acting;
use create::{Creating, Turns};
use definition::Definition;
use session::{End, Session};
use slot::Hold;
use store::Store;

/// Serves `precinto.v1.SubscriptionService`.
pub struct SubscriptionHandler {
    feed: Feed,
    store: Arc<Store>,
    streams: StreamCount,
    acts: Acts,
    turns: Turns,
    /// What the queues of all streams have in common.
    pool: Arc<Pool>,
}

impl SubscriptionHandler {
    /// A handler over the log and the cursors, that records what is done to them.
    pub fn new(feed: Feed, store: Arc<Store>, acts: Acts) -> Self {
        let streams = StreamCount::new(SUBSCRIBE_STREAMS_PER_NODE_MAX);
        Self {
            feed,
            store,
            streams,
            acts,
            turns: Turns::default(),
            pool: Arc::default(),
        }
    }

    /// What making and deleting subscriptions of this node takes.
    fn creating(&self, node: NodeId) -> Creating {
        Creating {
            node,
            store: Arc::clone(&self.store),
            acts: self.acts.clone(),
            turns: self.turns.clone(),
        }
    }

    /// The node on the line, if the directory lists it.
    fn caller<T>(&self, request: &Request<T>) -> Result<(Line, NodeId), Refusal> {
        let line = Line::of(request)?;
        let node = line.caller().node()?.clone();
        if self.feed.directory.now().has_node(&node) {
            Ok((line, node))
        } else {
            Err(Refusal::new(Reason::NodeUnknown))
        }
    }

    /// The caller's subscription of that name, with what moving it or putting something back takes.
    fn acting<T>(&self, request: &Request<T>, name: &str) -> Result<Acting, Refusal> {
        let (_, node) = self.caller(request)?;
        Ok(Acting {
            slot: self.store.get(&node, name)?,
            ledger: self.feed.ledger.clone(),
            clock: Arc::clone(&self.feed.clock),
            acts: self.acts.clone(),
        })
    }
}

#[tonic::async_trait]
impl SubscriptionService for SubscriptionHandler {
    async fn create_subscription(
        &self,
        request: Request<pb::CreateSubscriptionRequest>,
    ) -> Result<Response<pb::CreateSubscriptionResponse>, Status> {
        let (_, node) = self.caller(&request)?;
        let (request, creating) = (request.into_inner(), self.creating(node.clone()));
        let (ledger, now_ms) = (self.feed.ledger.clone(), self.feed.clock.now_ms());
        let read = move || Definition::read(node, request, &ledger, now_ms);
        let definition = blocking(read).await?;
        let slot = carried_through(creating.create(definition)).await?;
        Ok(Response::new(pb::CreateSubscriptionResponse {
            subscription: Some(slot.describe()),
        }))
    }

    async fn get_subscription(
        &self,
        request: Request<pb::GetSubscriptionRequest>,
    ) -> Result<Response<pb::GetSubscriptionResponse>, Status> {
        let (_, node) = self.caller(&request)?;
        let slot = self.store.get(&node, &request.into_inner().name)?;
        Ok(Response::new(pb::GetSubscriptionResponse {
            subscription: Some(slot.describe()),
        }))
    }

    async fn list_subscriptions(
        &self,
        request: Request<pb::ListSubscriptionsRequest>,
    ) -> Result<Response<pb::ListSubscriptionsResponse>, Status> {
        let (_, node) = self.caller(&request)?;
        let pb::ListSubscriptionsRequest {
            page_size,
            page_token,
        } = request.into_inner();
        let size = page_of(page_size, PAGE_MAX);
        // The token is the last name of the page before: it tells only what its holder was told, and reveals nothing of
        // others, because the names are looked up under the caller's node.
        let slots = self.store.list(&node, &page_token);
        let page = slots.get(..size).unwrap_or(&slots);
        let has_more = slots.len() > page.len();
        let last = page
            .last()
            .filter(|_| has_more)
            .map(|slot| slot.definition().name.clone());
        Ok(Response::new(pb::ListSubscriptionsResponse {
            subscriptions: page.iter().map(|slot| slot.describe()).collect(),
            next_page_token: last.unwrap_or_default(),
        }))
    }

    async fn delete_subscription(
        &self,
        request: Request<pb::DeleteSubscriptionRequest>,
    ) -> Result<Response<pb::DeleteSubscriptionResponse>, Status> {
        let (_, node) = self.caller(&request)?;
        let name = request.into_inner().name;
        carried_through(self.creating(node).delete(name)).await?;
        Ok(Response::new(pb::DeleteSubscriptionResponse {}))
    }

    async fn seek_subscription(
        &self,
        request: Request<pb::SeekSubscriptionRequest>,
    ) -> Result<Response<pb::SeekSubscriptionResponse>, Status> {
        let acting = self.acting(&request, &request.get_ref().name)?;
        let seek = carried_through(acting.seek(request.into_inner()));
        Ok(Response::new(seek.await?))
    }

    async fn list_parked(
        &self,
        request: Request<pb::ListParkedRequest>,
    ) -> Result<Response<pb::ListParkedResponse>, Status> {
        let (_, node) = self.caller(&request)?;
        let slot = self.store.get(&node, &request.get_ref().name)?;
        Ok(Response::new(parked::list(&slot, &request.into_inner())?))
    }

    async fn unpark_deliveries(
        &self,
        request: Request<pb::UnparkDeliveriesRequest>,
    ) -> Result<Response<pb::UnparkDeliveriesResponse>, Status> {
        let acting = self.acting(&request, &request.get_ref().name)?;
        let unpark = carried_through(acting.unpark(request.into_inner()));
        Ok(Response::new(unpark.await?))
    }

    type SubscribeStream = Deliveries;

    async fn subscribe(
        &self,
        request: Request<Streaming<pb::SubscribeRequest>>,
    ) -> Result<Response<Deliveries>, Status> {
        let (line, node) = self.caller(&request)?;
        let directory = self.feed.directory.now();
        let reader = rights::reader_on(&line, &directory)?;
        let (store, feed) = (Arc::clone(&self.store), self.feed.clone());
        let streams = self.streams.clone();
        let (outbox, deliveries) = outbox::outbox(&self.pool);
        let mut inbound = request.into_inner();
        // The head of the answer goes out at once: some clients send nothing before they have seen it.
        tokio::spawn(async move {
            match open(&store, &streams, &node, &mut inbound).await {
                Ok((init, hold)) => {
                    Session::new(feed, line, hold, (reader, directory), &init, outbox)
                        .run(inbound)
                        .await;
                }
                Err(End::Refused(refusal)) => outbox.close_with(Err(refusal.to_status())),
                Err(_) => {}
            }
        });
        Ok(Response::new(deliveries))
    }
}

/// Reads `Init` and takes the slot.
async fn open(
    store: &Store,
    streams: &StreamCount,
    node: &NodeId,
    inbound: &mut Streaming<pb::SubscribeRequest>,
) -> Result<(pb::Init, Hold), End> {
    let refused = |refusal: Refusal| End::Refused(Box::new(refusal));
    let first = tokio::time::timeout(FIRST_REQUEST_TIMEOUT, inbound.message()).await;
    let first = first.map_err(|_| refused(Refusal::new(Reason::Deadline)))?;
    let first = first
        .map_err(|status| End::from_inbound(&status))?
        .ok_or(End::Gone)?;
    let pb::SubscribeRequest {
        init: Some(init),
        ack: None,
        nack: None,
        cosignature: None,
    } = first
    else {
        return Err(refused(Refusal::new(Reason::InitExpected)));
    };
    if !(CREDIT_MIN..=CREDIT_MAX).contains(&init.credit) {
        return Err(refused(
            Refusal::new(Reason::CreditInvalid).with_fact("limit", CREDIT_MAX),
        ));
    }
    let slot = store.get(node, &init.subscription).map_err(refused)?;
    let hold = slot.hold().await.map_err(refused)?;
    // Only now: the stream that this one takes over has given back its place, be it half-open.
    let hold = hold.with_place(streams.enter(node).map_err(refused)?);
    hold.go_back(&init);
    Ok((init, hold))
}

/// Does what must not stop half-way when the caller hangs up: an act that is in the log takes effect.
async fn carried_through<T: Send + 'static>(
    act: impl Future<Output = Result<T, Refusal>> + Send + 'static,
) -> Result<T, Refusal> {
    tokio::spawn(act)
        .await
        .unwrap_or_else(|_| Err(Refusal::new(Reason::Internal)))
}

/// Runs what waits for the disk away from the async workers.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    crate::blocking::spawn(work)
        .await
        .unwrap_or_else(|_| Err(Refusal::new(Reason::Internal)))
}

/// What a list is cut to: `wanted` of at most `max`; 0 means as many as may be.
fn page_of(wanted: u32, max: usize) -> usize {
    match wanted {
        0 => max,
        wanted => usize::try_from(wanted).unwrap_or(max).min(max),
    }
}

const PAGE_MAX: usize = 100;

#[cfg(test)]
mod tests;
