//! One open stream of a subscription, and what can go wrong with it: for now, or for good.

use super::delivery;
use super::failure::Failure;
use super::message::{Message, NotOne};
use super::{LinkDown, SubscribeError, SubscribeOptions};
use crate::clock::Clock;
use crate::connection::{Connection, Settings};
use crate::heard::Common;
use crate::limits;
use crate::log::{LogClient, LogError};
use crate::pin::{AcceptError, Pin};
use crate::receipt::ReceiptVerifier;
use crate::shown::{NO_PROOF, Shown};
use crate::subscriptions::{Definition, Subscriptions};
use crate::witness::{self, CosignError, Witness};
use precinto_alert::Reason;
use precinto_envelope::certificate::CertificatePool;
use precinto_merkle::receipt::checkpoint_note;
use precinto_proto::v1 as pb;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

/// An open stream.
#[derive(Debug)]
pub(super) struct Up {
    log: LogClient,
    connection: Connection,
    inbound: Streaming<pb::SubscribeResponse>,
    outbound: mpsc::Sender<pb::SubscribeRequest>,
    /// One past the highest index acknowledged on this stream; 0 when none was.
    acked: AtomicU64,
    /// What the log has shown of itself, here and before.
    shown: Shown,
    /// Received and accounted for, but not handed on yet.
    pub(super) current: Option<Message>,
}

/// A line on which a stream can be opened.
pub(super) struct Line {
    connection: Connection,
}

impl Up {
    /// Connects.
    pub(super) async fn open(settings: &Settings, clock: &Clock) -> Result<Line, Failure> {
        let connection = Connection::open(settings, clock).await?;
        Ok(Line { connection })
    }
}

impl Line {
    /// The subscription, made if there is none.
    pub(super) async fn find_or_make(
        &self,
        options: &SubscribeOptions,
    ) -> Result<pb::Subscription, Failure> {
        let subscriptions = Subscriptions::new(&self.connection);
        if options.as_it_is {
            match subscriptions.get(&options.name).await {
                Err(refusal) if refusal.reason == Some(Reason::SubscriptionUnknown) => {}
                found => return Ok(found?),
            }
        }
        Ok(subscriptions.create(&Definition::from(options)).await?)
    }

    /// Opens the stream of the subscription, for a subscriber that was covered so far.
    pub(super) async fn subscribe(
        self,
        options: &SubscribeOptions,
        covered_up_to: u64,
        pin: &Pin,
    ) -> Result<Up, Failure> {
        let Self { connection } = self;
        // Every unsettled delivery may be settled at once without waiting for the line.
        let places = options.credit.min(limits::CREDIT_MAX) as usize + 1;
        let (outbound, requests) = mpsc::channel(places);
        let shown = Shown::since(pin.newest());
        let init = pb::Init {
            subscription: options.name.clone(),
            credit: options.credit,
            with_proofs: options.with_proofs,
            covered_up_to,
            shown_size: shown.size(),
        };
        let init = pb::SubscribeRequest {
            init: Some(init),
            ..Default::default()
        };
        let mut service = connection.subscription();
        let opening = async {
            let said = outbound.send(init).await;
            said.map_err(|_| tonic::Status::unavailable("the stream ended at once"))?;
            service.subscribe(ReceiverStream::new(requests)).await
        };
        let inbound = timeout(limits::UNARY_MAX, opening)
            .await
            .map_err(|_| Failure::line("the gateway does not open the stream"))??
            .into_inner();
        Ok(Up {
            log: LogClient::new(&connection),
            connection,
            inbound,
            outbound,
            acked: AtomicU64::new(0),
            shown,
            current: None,
        })
    }
}

impl Up {
    pub(super) fn receipts(&self) -> &ReceiptVerifier {
        self.connection.receipts()
    }

    pub(super) async fn say(&self, request: pb::SubscribeRequest) -> Result<(), LinkDown> {
        self.outbound.send(request).await.map_err(|_| LinkDown)
    }

    /// As [`Up::say`], and remembers that this acknowledgement has no confirmation yet.
    pub(super) async fn ack(&self, ack: pb::Ack) -> Result<(), LinkDown> {
        let end = ack.index.saturating_add(1);
        self.say(pb::SubscribeRequest {
            ack: Some(ack),
            ..Default::default()
        })
        .await?;
        self.acked.fetch_max(end, Ordering::Relaxed);
        Ok(())
    }

    /// One past the highest index acknowledged on this stream; 0 when none was.
    pub(super) fn acked(&self) -> u64 {
        self.acked.load(Ordering::Relaxed)
    }

    /// The next message. Silence for as long as three heartbeats means that nobody is there.
    pub(super) async fn receive(&mut self) -> Result<Message, Failure> {
        let message = timeout(limits::DEAD_LINK, self.inbound.message())
            .await
            .map_err(|_| Failure::line("nothing was heard for 45 s"))??
            .ok_or_else(|| Failure::line("the gateway ended the stream"))?;
        Message::try_from(message).map_err(|NotOne| Failure::Final(SubscribeError::Message))
    }

    /// Says no more, and waits until the gateway has written down what was settled and ended the stream.
    ///
    /// Only a good end without [`pb::Closing`] says that: after an error, or once the gateway ends the stream by itself,
    /// the last acknowledgements may not have been taken.
    pub(super) async fn finish(self) -> Result<(), LinkDown> {
        let Self {
            mut inbound,
            outbound,
            current,
            ..
        } = self;
        drop(outbound);
        if matches!(current, Some(Message::Closing(_))) {
            return Err(LinkDown);
        }
        let ended = async {
            while let Some(message) = inbound.message().await.map_err(|_| LinkDown)? {
                if message.closing.is_some() {
                    return Err(LinkDown);
                }
            }
            Ok(())
        };
        timeout(limits::UNARY_MAX, ended)
            .await
            .unwrap_or(Err(LinkDown))
    }

    /// Holds the checkpoint in a delivery's receipt against all that was shown before, and the pinned one: what stands on a branch
    /// of its own is not handed on. A receipt that is none is not believed anyway.
    pub(super) async fn is_of_one_log(&mut self) -> Result<(), Failure> {
        let Some(Message::Delivery(delivery)) = &self.current else {
            return Ok(());
        };
        let receipt = delivery.receipt.as_ref();
        let note = receipt.and_then(|receipt| checkpoint_note(&receipt.proof));
        let Some(note) = note else {
            return Ok(());
        };
        if let Ok(checkpoint) = self.connection.receipts().checkpoint(note) {
            let goes_on = self
                .shown
                .goes_on(&checkpoint, &delivery.consistency, &self.log);
            goes_on.await?;
        }
        Ok(())
    }

    /// Fetches into `known` what judging this delivery takes.
    pub(super) async fn certificates(
        &self,
        delivery: &pb::Delivery,
        known: &mut CertificatePool,
    ) -> Result<(), Failure> {
        Ok(delivery::fetch_certificates(delivery, known, &self.log).await?)
    }

    /// Verifies a checkpoint, that it extends the pinned one and all that the receipts have shown, and pins it; gives its size.
    pub(super) async fn pin(
        &mut self,
        pin: &mut Pin,
        common: Option<&Common>,
        note: &str,
    ) -> Result<u64, Failure> {
        if let Some((newer, _)) = pin.offered(note, &self.log)? {
            // What was shown began with the pin: who goes on from the largest goes on from it.
            self.shown.goes_on(&newer, NO_PROOF, &self.log).await?;
            if let Some(common) = common {
                common.agree(&newer, &self.log).await?;
            }
            pin.advance(newer).await?;
        }
        Ok(pin.newest().map_or(0, |pinned| pinned.checkpoint().size))
    }

    /// Cosigns the pinned checkpoint and tells the gateway. Nothing waits for it: without an answer from the log, or without
    /// room on the line, this checkpoint goes without.
    pub(super) async fn cosign(
        &self,
        witness: &Witness,
        pin: &Pin,
        now_ms: u64,
    ) -> Result<(), Failure> {
        let Some(newest) = pin.newest() else {
            return Ok(());
        };
        match witness.cosign(newest, &self.log, now_ms).await {
            Ok(Some(line)) => {
                let cosignature = pb::SubscribeRequest {
                    cosignature: Some(witness::message(line, newest)),
                    ..Default::default()
                };
                // Waiting for room could wait for the gateway while it waits for us.
                drop(self.outbound.try_send(cosignature));
                Ok(())
            }
            Ok(None) | Err(CosignError::Log(LogError::Refused(_))) => Ok(()),
            Err(CosignError::Log(error)) => Err(error.into()),
            Err(CosignError::Pin(error)) => Err(error.into()),
            Err(CosignError::Contradiction(error)) => Err(Failure::Final(error.into())),
        }
    }
}

impl From<AcceptError> for Failure {
    fn from(error: AcceptError) -> Self {
        match error {
            AcceptError::Log(error) => error.into(),
            AcceptError::Contradiction(contradiction) => Self::Final(contradiction.into()),
            AcceptError::Pin(error) => error.into(),
        }
    }
}

/// A span for the wire; what is too long for it is cut to the longest, which the gateway refuses.
pub(super) fn duration(span: Duration) -> Option<prost_types::Duration> {
    prost_types::Duration::try_from(span).ok()
}
