//! A subscriber at the bare protocol, which verifies nothing: it is the gateway that is measured.

use precinto_client::Connection;
use precinto_proto::v1 as pb;
use precinto_proto::v1::subscription_service_client::SubscriptionServiceClient;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// Deliveries that are settled by one acknowledgement.
const SETTLED_AT_ONCE: u32 = 100;

/// One open stream.
pub(crate) struct Reader {
    requests: mpsc::Sender<pb::SubscribeRequest>,
    answers: tonic::Streaming<pb::SubscribeResponse>,
    unsettled: u32,
}

/// Makes a subscription from `start` on.
pub(crate) async fn create(connection: &Connection, name: &str, start: pb::StartPosition) {
    let request = pb::CreateSubscriptionRequest {
        name: name.to_owned(),
        start: start.into(),
        ..Default::default()
    };
    let mut client = SubscriptionServiceClient::new(connection.channel());
    client.create_subscription(request).await.expect("created");
}

/// Deletes it.
pub(crate) async fn delete(connection: &Connection, name: &str) {
    let request = pb::DeleteSubscriptionRequest {
        name: name.to_owned(),
    };
    let mut client = SubscriptionServiceClient::new(connection.channel());
    client.delete_subscription(request).await.expect("deleted");
}

impl Reader {
    /// Opens a stream on a subscription that exists, with all the credit there is.
    pub(crate) async fn open(connection: &Connection, name: &str) -> Self {
        let (requests, outgoing) = mpsc::channel(16);
        let init = pb::Init {
            subscription: name.to_owned(),
            credit: 1_000,
            ..Default::default()
        };
        let init = pb::SubscribeRequest {
            init: Some(init),
            ..Default::default()
        };
        requests.send(init).await.expect("room");
        let answers = SubscriptionServiceClient::new(connection.channel())
            .subscribe(ReceiverStream::new(outgoing))
            .await
            .expect("subscribed")
            .into_inner();
        Self {
            requests,
            answers,
            unsettled: 0,
        }
    }

    /// The next message; none when the stream is over.
    pub(crate) async fn message(&mut self) -> Option<pb::SubscribeResponse> {
        let message = self.answers.message().await.ok()??;
        if let Some(delivery) = &message.delivery {
            self.unsettled += 1;
            if self.unsettled >= SETTLED_AT_ONCE {
                self.settle(delivery.index).await;
            }
        }
        Some(message)
    }

    /// The next delivery; none when the stream is over.
    pub(crate) async fn delivery(&mut self) -> Option<pb::Delivery> {
        loop {
            if let Some(delivery) = self.message().await?.delivery {
                return Some(delivery);
            }
        }
    }

    /// Waits until everything that the log holds has been delivered.
    pub(crate) async fn caught_up(&mut self) {
        while let Some(message) = self.message().await {
            if message.caught_up.is_some() {
                return;
            }
        }
        panic!("the stream ended before it had caught up");
    }

    async fn settle(&mut self, index: u64) {
        self.unsettled = 0;
        let ack = pb::Ack {
            index,
            all_up_to: true,
        };
        let ack = pb::SubscribeRequest {
            ack: Some(ack),
            ..Default::default()
        };
        // A stream that has ended says so to whoever reads it next.
        drop(self.requests.send(ack).await);
    }
}
