//! The relay: durable, named subscriptions, replayed and then live in one stream.
//!
//! A name belongs to the node that made it. Subscribers *read* the ledger, woken by its published size: nothing passes to
//! them in any other way, so nobody hears of an entry before it is durable, and no subscriber can slow a sender.

use std::sync::Arc;

use pb::subscription_service_server::SubscriptionService;
use precinto_alert::Reason;
use precinto_alert::id::NodeId;
use precinto_ledger::Ledger;
use precinto_ledger::clock::Clock;
use precinto_proto::v1 as pb;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use crate::accept::Line;
use crate::limits::{
    CREDIT_MAX, CREDIT_MIN, FIRST_REQUEST_TIMEOUT, SUBSCRIBE_STREAMS_PER_NODE_MAX,
};
use crate::open_streams::StreamCount;
use crate::registry::Directory;
use crate::rights::Reader;
use crate::status::Refusal;

pub mod cursor;
mod outbox;
mod session;
pub mod store;

pub use outbox::Deliveries;

use cursor::{Definition, Start};
use session::{End, Feed, Session};
use store::{Slot, Store};

/// Serves `precinto.v1.SubscriptionService`.
pub struct SubscriptionHandler {
    feed: Feed,
    store: Arc<Store>,
    directory: Arc<Directory>,
    streams: StreamCount,
}

impl SubscriptionHandler {
    /// A handler over the log and the cursors. `draining` ends its streams.
    pub fn new(
        ledger: Ledger,
        store: Arc<Store>,
        directory: Arc<Directory>,
        clock: Arc<dyn Clock>,
        draining: CancellationToken,
    ) -> Self {
        let streams = StreamCount::new(SUBSCRIBE_STREAMS_PER_NODE_MAX);
        Self {
            feed: Feed {
                ledger,
                clock,
                draining,
            },
            store,
            directory,
            streams,
        }
    }

    /// The node on the line, if the directory lists it.
    fn caller<T>(&self, request: &Request<T>) -> Result<(Line, NodeId), Refusal> {
        let line = Line::of(request)?;
        let node = line.caller().node()?.clone();
        if self.directory.has_node(&node) {
            Ok((line, node))
        } else {
            Err(Refusal::new(Reason::NodeUnknown))
        }
    }

    fn definition(
        &self,
        node: NodeId,
        request: pb::CreateSubscriptionRequest,
    ) -> Result<Definition, Refusal> {
        let start = request.start();
        let pb::CreateSubscriptionRequest {
            name,
            start: _,
            start_index,
        } = request;
        let size = self.feed.ledger.published().borrow().size;
        if start != pb::StartPosition::Index && start_index != 0 {
            return Err(Refusal::new(Reason::FieldUnexpected).with_detail((
                "start_index is for START_POSITION_INDEX.",
                "start_index es para START_POSITION_INDEX.",
            )));
        }
        let (start, start_index) = match start {
            pb::StartPosition::Unspecified | pb::StartPosition::First => (Start::First, 0),
            pb::StartPosition::Now => (Start::Now, size),
            pb::StartPosition::Index if start_index > size => {
                return Err(Refusal::new(Reason::CursorAhead).with_fact("size", size));
            }
            pb::StartPosition::Index => (Start::Index, start_index),
        };
        Ok(Definition {
            node,
            name,
            start,
            start_index,
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
        let definition = self.definition(node, request.into_inner())?;
        let store = Arc::clone(&self.store);
        let slot = blocking(move || store.create(definition)).await?;
        Ok(Response::new(pb::CreateSubscriptionResponse {
            subscription: Some(describe(&slot)),
        }))
    }

    async fn get_subscription(
        &self,
        request: Request<pb::GetSubscriptionRequest>,
    ) -> Result<Response<pb::GetSubscriptionResponse>, Status> {
        let (_, node) = self.caller(&request)?;
        let slot = self.store.get(&node, &request.into_inner().name)?;
        Ok(Response::new(pb::GetSubscriptionResponse {
            subscription: Some(describe(&slot)),
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
        let size = match page_size {
            0 => PAGE_MAX,
            size => usize::try_from(size).unwrap_or(PAGE_MAX).min(PAGE_MAX),
        };
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
            subscriptions: page.iter().map(|slot| describe(slot)).collect(),
            next_page_token: last.unwrap_or_default(),
        }))
    }

    async fn delete_subscription(
        &self,
        request: Request<pb::DeleteSubscriptionRequest>,
    ) -> Result<Response<pb::DeleteSubscriptionResponse>, Status> {
        let (_, node) = self.caller(&request)?;
        let name = request.into_inner().name;
        let store = Arc::clone(&self.store);
        blocking(move || store.delete(&node, &name)).await?;
        Ok(Response::new(pb::DeleteSubscriptionResponse {}))
    }

    type SubscribeStream = Deliveries;

    async fn subscribe(
        &self,
        request: Request<Streaming<pb::SubscribeRequest>>,
    ) -> Result<Response<Deliveries>, Status> {
        let (line, node) = self.caller(&request)?;
        let place = self.streams.enter(&node)?;
        let reader = Reader::new(line.caller(), &node, &self.directory);
        let (store, feed) = (Arc::clone(&self.store), self.feed.clone());
        let (outbox, deliveries) = outbox::outbox();
        let mut inbound = request.into_inner();
        // The head of the answer goes out at once: some clients send nothing before they have seen it.
        tokio::spawn(async move {
            let _place = place;
            match open(&store, &node, &mut inbound).await {
                Ok((init, hold)) => {
                    Session::new(feed, line, hold, reader, &init, outbox)
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
    node: &NodeId,
    inbound: &mut Streaming<pb::SubscribeRequest>,
) -> Result<(pb::Init, store::Hold), End> {
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
    hold.go_back(&init);
    Ok((init, hold))
}

/// Runs what waits for the disk away from the async workers.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(Refusal::new(Reason::Internal)))
}

fn describe(slot: &Slot) -> pb::Subscription {
    let Definition {
        node: _,
        name,
        start,
        start_index,
    } = slot.definition();
    let start = match start {
        Start::First | Start::Salvaged => pb::StartPosition::First,
        Start::Now => pb::StartPosition::Now,
        Start::Index => pb::StartPosition::Index,
    };
    pb::Subscription {
        name: name.clone(),
        start: start.into(),
        start_index: *start_index,
        settled: slot.settled(),
    }
}

const PAGE_MAX: usize = 100;
