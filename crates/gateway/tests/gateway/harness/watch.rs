//! A subscriber with plain stubs.

use std::time::Duration;

use precinto_proto::v1 as pb;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use super::Node;

/// One open subscription stream.
pub(crate) struct Watch {
    requests: mpsc::Sender<pb::SubscribeRequest>,
    pub(crate) answers: Streaming<pb::SubscribeResponse>,
    covered: Option<u64>,
}

impl Node {
    pub(crate) async fn create(&self, name: &str) -> pb::Subscription {
        let request = pb::CreateSubscriptionRequest {
            name: name.to_owned(),
            ..Default::default()
        };
        let answer = self
            .subscriptions()
            .create_subscription(request)
            .await
            .unwrap();
        answer.into_inner().subscription.unwrap()
    }

    /// Opens a stream on an existing subscription.
    pub(crate) async fn watch(&self, subscription: &str, credit: u32) -> Watch {
        self.watch_with(pb::Init {
            subscription: subscription.to_owned(),
            credit,
            ..Default::default()
        })
        .await
    }

    pub(crate) async fn watch_with(&self, init: pb::Init) -> Watch {
        let (requests, receiver) = mpsc::channel(1024);
        requests
            .send(pb::SubscribeRequest {
                init: Some(init),
                ..Default::default()
            })
            .await
            .unwrap();
        let answers = self
            .subscriptions()
            .subscribe(ReceiverStream::new(receiver))
            .await
            .unwrap();
        Watch {
            requests,
            answers: answers.into_inner(),
            covered: None,
        }
    }
}

impl Watch {
    /// The next message; its range must follow the one before.
    pub(crate) async fn next(&mut self) -> pb::SubscribeResponse {
        let message = self.try_next().await.unwrap();
        message.expect("the stream goes on")
    }

    pub(crate) async fn try_next(
        &mut self,
    ) -> Result<Option<pb::SubscribeResponse>, tonic::Status> {
        let next = tokio::time::timeout(Duration::from_mins(1), self.answers.message()).await;
        let Some(message) = next.expect("a message within a minute")? else {
            return Ok(None);
        };
        let covered = [
            message
                .delivery
                .as_ref()
                .and_then(|delivery| delivery.covered),
            message
                .caught_up
                .as_ref()
                .and_then(|caught_up| caught_up.covered),
            message
                .heartbeat
                .as_ref()
                .and_then(|heartbeat| heartbeat.covered),
        ];
        for range in covered.into_iter().flatten() {
            assert!(
                self.covered.is_none_or(|end| end == range.first),
                "a hole before {range:?}"
            );
            self.covered = Some(range.end);
        }
        Ok(Some(message))
    }

    /// The next delivery; what comes before it is skipped.
    pub(crate) async fn delivery(&mut self) -> pb::Delivery {
        loop {
            let message = self.next().await;
            assert!(message.closing.is_none(), "{:?}", message.closing);
            if let Some(delivery) = message.delivery {
                return delivery;
            }
        }
    }

    pub(crate) async fn indexes(&mut self, count: usize) -> Vec<u64> {
        let mut indexes = Vec::new();
        for _ in 0..count {
            indexes.push(self.delivery().await.index);
        }
        indexes
    }

    pub(crate) async fn caught_up(&mut self) -> pb::CaughtUp {
        loop {
            if let Some(caught_up) = self.next().await.caught_up {
                return caught_up;
            }
        }
    }

    pub(crate) async fn closing(&mut self) -> pb::ClosingReason {
        loop {
            if let Some(closing) = self.next().await.closing {
                assert!(
                    self.try_next().await.unwrap().is_none(),
                    "nothing follows Closing"
                );
                return closing.reason();
            }
        }
    }

    pub(crate) async fn ack(&self, index: u64) {
        self.say(pb::SubscribeRequest {
            ack: Some(pb::Ack {
                index,
                all_up_to: false,
            }),
            ..Default::default()
        })
        .await;
    }

    pub(crate) async fn ack_up_to(&self, index: u64) {
        self.say(pb::SubscribeRequest {
            ack: Some(pb::Ack {
                index,
                all_up_to: true,
            }),
            ..Default::default()
        })
        .await;
    }

    pub(crate) async fn nack(&self, index: u64, delay: Duration) {
        let nack = pb::Nack {
            index,
            delay: Some(delay.try_into().unwrap()),
            reason: 0,
        };
        self.say(pb::SubscribeRequest {
            nack: Some(nack),
            ..Default::default()
        })
        .await;
    }

    /// Says that nothing more will be said.
    pub(crate) fn half_close(&mut self) {
        (self.requests, _) = mpsc::channel(1);
    }

    pub(crate) async fn say(&self, request: pb::SubscribeRequest) {
        self.requests.send(request).await.unwrap();
    }

    /// No delivery comes for a while; other messages may.
    pub(crate) async fn is_quiet(&mut self) -> bool {
        let quiet = tokio::time::timeout(Duration::from_millis(300), self.delivery()).await;
        quiet.is_err()
    }
}
