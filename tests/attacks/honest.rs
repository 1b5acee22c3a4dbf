//! An honest client beside the attack: sends an alert every 20 ms, waits until the other side has it, and takes the time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use precinto_client::Connection;
use precinto_client::submit::submit;
use precinto_proto::v1 as pb;
use precinto_proto::v1::subscription_service_client::SubscriptionServiceClient;
use precinto_tests::{GatewayProcess, Messages, Node, Site};
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;

/// What was measured of one message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// When it was sent.
    pub(crate) at: Instant,
    /// From there to its delivery.
    pub(crate) took: Duration,
}

/// A client that works until it is stopped.
pub(crate) struct Honest {
    samples: Arc<Mutex<Vec<Sample>>>,
    stop: oneshot::Sender<()>,
    work: JoinHandle<()>,
}

impl Honest {
    /// Connects a sender and a subscriber of the other side, and begins.
    pub(crate) async fn start(site: &Site, gateway: &GatewayProcess) -> Self {
        let sender = site.node("us-cbp-lax", gateway);
        let connection = sender.connect().await;
        let desk = site.node("mx-anam-mex", gateway).connect().await;
        let deliveries = Deliveries::create(&desk, "honest").await;
        let samples = Arc::<Mutex<Vec<Sample>>>::default();
        let (stop, stopped) = oneshot::channel();
        let route = (connection, deliveries);
        let work = tokio::spawn(work(sender, route, Arc::clone(&samples), stopped));
        Self {
            samples,
            stop,
            work,
        }
    }

    /// Messages that have arrived so far.
    pub(crate) fn served(&self) -> usize {
        self.samples.lock().expect("nobody panicked").len()
    }

    /// What was measured so far, in order.
    pub(crate) fn samples(&self) -> Vec<Sample> {
        self.samples.lock().expect("nobody panicked").clone()
    }

    /// Ends; all samples, in order.
    ///
    /// # Panics
    /// When a message was refused or not delivered.
    pub(crate) async fn stop(self) -> Vec<Sample> {
        drop(self.stop);
        self.work.await.expect("the honest client was served");
        self.samples.lock().expect("nobody panicked").clone()
    }
}

async fn work(
    sender: Node,
    (connection, mut deliveries): (Connection, Deliveries),
    samples: Arc<Mutex<Vec<Sample>>>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut messages = Messages::new(&sender.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let mut next = tokio::time::interval(PACE);
    // Whoever began it keeps the other end, and sends nothing.
    while matches!(stopped.try_recv(), Err(TryRecvError::Empty)) {
        next.tick().await;
        let alert = messages.alert(400);
        let at = Instant::now();
        let accepted = submit(&connection, &alert)
            .await
            .expect("an honest client is served");
        deliveries.until(accepted.index).await;
        let took = at.elapsed();
        let sample = Sample { at, took };
        samples.lock().expect("nobody panicked").push(sample);
    }
}

/// An open subscription at the bare protocol.
pub(crate) struct Deliveries {
    requests: mpsc::Sender<pb::SubscribeRequest>,
    answers: tonic::Streaming<pb::SubscribeResponse>,
}

impl Deliveries {
    /// Makes a subscription that begins with the first entry, and opens it.
    pub(crate) async fn create(connection: &Connection, name: &str) -> Self {
        let mut client = SubscriptionServiceClient::new(connection.channel());
        let create = pb::CreateSubscriptionRequest {
            name: name.to_owned(),
            start: pb::StartPosition::First.into(),
            ..Default::default()
        };
        client.create_subscription(create).await.expect("created");
        Self::open(connection, name).await
    }

    /// Opens a subscription that is there.
    pub(crate) async fn open(connection: &Connection, name: &str) -> Self {
        let mut client = SubscriptionServiceClient::new(connection.channel());
        let (requests, outgoing) = mpsc::channel(16);
        let init = pb::Init {
            subscription: name.to_owned(),
            credit: 100,
            ..Default::default()
        };
        let init = pb::SubscribeRequest {
            init: Some(init),
            ..Default::default()
        };
        requests.send(init).await.expect("room");
        let answers = client.subscribe(ReceiverStream::new(outgoing)).await;
        let answers = answers.expect("subscribed").into_inner();
        Self { requests, answers }
    }

    /// The index of the next delivery.
    pub(crate) async fn next(&mut self) -> u64 {
        loop {
            let message = self.answers.message().await.expect("the stream lives");
            if let Some(delivery) = message.expect("the stream goes on").delivery {
                return delivery.index;
            }
        }
    }

    /// Settles everything up to an entry.
    pub(crate) async fn settle(&self, index: u64) {
        let ack = pb::Ack {
            index,
            all_up_to: true,
        };
        let ack = pb::SubscribeRequest {
            ack: Some(ack),
            ..Default::default()
        };
        self.requests.send(ack).await.expect("the stream lives");
    }

    /// Waits for the entry at `index`, and settles it.
    async fn until(&mut self, index: u64) {
        while self.next().await != index {}
        self.settle(index).await;
    }
}

/// One message each 20 ms, if the one before has arrived.
const PACE: Duration = Duration::from_millis(20);
