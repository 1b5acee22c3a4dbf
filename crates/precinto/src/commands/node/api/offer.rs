//! How a delivery gets from the desk to whoever takes deliveries by the API: one at a time, over a counter.
//!
//! The desk puts one on the counter and waits until it is settled. When nobody is there, or whoever was there has gone, it lies
//! there for the next one: only what somebody could not take is an attempt.

use crate::exit::Text;
use precinto_proto::v1 as pb;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, oneshot};

/// A delivery on the counter.
pub(super) struct Offer {
    /// Its index in the log.
    pub(super) index: u64,
    /// What is handed over.
    pub(super) delivery: pb::TakeDeliveriesResponse,
    /// Whether it was taken, or why not. Dropped when whoever had it is gone.
    pub(super) settle: oneshot::Sender<Result<(), Text>>,
}

/// The desk's side.
#[derive(Debug, Clone)]
pub(in super::super) struct Window(mpsc::Sender<Offer>);

/// The takers' side: one at a time.
#[derive(Debug, Clone)]
pub(in super::super) struct Counter(pub(super) Arc<Mutex<mpsc::Receiver<Offer>>>);

/// A counter, and its window.
pub(in super::super) fn counter() -> (Window, Counter) {
    let (window, counter) = mpsc::channel(1);
    (Window(window), Counter(Arc::new(Mutex::new(counter))))
}

impl Window {
    /// Offers a delivery until somebody has taken it, or has said why not. May be dropped at any moment.
    pub(in super::super) async fn hand_over(
        &self,
        index: u64,
        delivery: &pb::TakeDeliveriesResponse,
    ) -> Result<(), Text> {
        loop {
            let (settle, settled) = oneshot::channel();
            let offer = Offer {
                index,
                delivery: delivery.clone(),
                settle,
            };
            if self.0.send(offer).await.is_err() {
                return Err(("the API has ended", "la API terminó").into());
            }
            if let Ok(settled) = settled.await {
                return settled;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_delivery_lies_there_until_somebody_settles_it() {
        let (window, counter) = counter();
        let delivery = pb::TakeDeliveriesResponse::default();
        let handing = tokio::spawn(async move { window.hand_over(7, &delivery).await });
        // Whoever goes without a word has not taken it.
        drop(counter.0.lock().await.recv().await.unwrap());
        let offer = counter.0.lock().await.recv().await.unwrap();
        assert_eq!(offer.index, 7);
        offer.settle.send(Ok(())).unwrap();
        assert_eq!(handing.await.unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn what_the_desk_no_longer_offers_is_seen_to_be_stale() {
        let (window, counter) = counter();
        let delivery = pb::TakeDeliveriesResponse::default();
        let handing = tokio::spawn(async move { window.hand_over(7, &delivery).await });
        let offer = counter.0.lock().await.recv().await.unwrap();
        handing.abort();
        assert!(handing.await.is_err());
        assert!(offer.settle.is_closed());
    }
}
