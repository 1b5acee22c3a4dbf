//! A durable subscription as its node sees it: resumes by itself, and hands on nothing that it has not verified.
//!
//! ```text
//! Down ── pause over ──> connect, create or find the subscription, Init ──> Up
//!  ^                                                                        │ each message: covered ranges contiguous?
//!  └── line broken, or silent for 45 s, or Closing with retry advice ───────┤ deliveries: envelope, record, body, receipt
//!                                                                           │ checkpoints: signed, and extending the pin
//!                                                                 anything that cannot be: stop, and say so
//! ```
//!
//! Delivery is at least once: `index` is the key by which a repeat is recognised.

pub(crate) mod backoff;
mod coverage;
pub(crate) mod delivery;
mod event;
mod failure;
mod link;
mod message;
mod options;

pub use crate::subscriptions::Start;
pub use crate::unbelievable::Unbelievable;
pub use backoff::Retry;
pub use coverage::CoverageError;
pub use delivery::Delivery;
pub use event::{Event, LinkDown, SubscribeError};
pub use options::SubscribeOptions;

use crate::clock::Clock;
use crate::connection::Settings;
use crate::heard::Common;
use crate::machine;
use crate::overdue;
use crate::pin::Pin;
use crate::wire_time::timestamp_ms;
use crate::witness::{self, Witness};
use backoff::Backoff;
use coverage::Coverage;
use delivery::Offered;
use failure::Failure;
use link::Up;
use message::Message;
use precinto_alert::Reason;
use precinto_envelope::certificate::CertificatePool;
use precinto_proto::v1 as pb;
use std::time::Duration;
use tokio::time::Instant;

/// A subscription that keeps itself alive.
#[derive(Debug)]
pub struct Subscriber {
    settings: Settings,
    clock: Clock,
    options: SubscribeOptions,
    pin: Pin,
    common: Option<Common>,
    witness: Option<Witness>,
    link: Link,
    backoff: Backoff,
    coverage: Coverage,
    known: CertificatePool,
    /// One past the highest index acknowledged on a stream that was lost, until the gateway's durable floor reaches it.
    unconfirmed: u64,
    /// How often the subscription had been moved, and how patient it is, as the gateway said last.
    told: Option<Told>,
    filter: Option<pb::Filter>,
}

/// What the gateway said of the subscription at the opening of a stream.
#[derive(Debug, Clone, Copy)]
struct Told {
    moves: u64,
    attempts_max: u32,
    parked: u32,
}

#[derive(Debug)]
enum Link {
    Down { until: Option<Instant> },
    Up(Box<Up>),
    Stopped,
}

impl Subscriber {
    /// Prepares a subscription; nothing happens before the first [`Subscriber::next`]. One pin per subscriber.
    pub fn new(settings: Settings, clock: Clock, options: SubscribeOptions, pin: Pin) -> Self {
        Self {
            backoff: Backoff::new(options.retry),
            link: Link::Down { until: None },
            coverage: Coverage::default(),
            known: CertificatePool::default(),
            unconfirmed: 0,
            told: None,
            filter: None,
            common: None,
            settings,
            clock,
            options,
            pin,
            witness: None,
        }
    }

    /// Makes the node a witness on this subscription: each checkpoint that it hears and has verified is cosigned, and the
    /// cosignature returned to the gateway.
    #[must_use]
    pub fn with_witness(mut self, witness: Option<Witness>) -> Self {
        self.witness = witness;
        self
    }

    /// Has every checkpoint that is heard on this subscription agree with what others of the same log have heard.
    #[must_use]
    pub fn with_common(mut self, common: Common) -> Self {
        self.common = Some(common);
        self
    }

    /// What it lets through, as the gateway said when the last stream was opened; found as it was, perhaps not what was asked for.
    pub fn filter(&self) -> Option<&pb::Filter> {
        self.filter.as_ref()
    }

    /// A nack of this attempt, or of a later one, parks: the delivery does not come again by itself. None before the first
    /// stream was open.
    pub fn attempts_max(&self) -> Option<u32> {
        self.told
            .map(|told| told.attempts_max)
            .filter(|max| *max > 0)
    }

    /// How often the subscription was moved since it was made, as the gateway said when the last stream was opened.
    pub fn moves(&self) -> Option<u64> {
        self.told.map(|told| told.moves)
    }

    /// How many deliveries were parked when the last stream was opened.
    pub fn parked(&self) -> Option<u32> {
        self.told.map(|told| told.parked)
    }

    /// The newest checkpoint verified.
    pub fn pin(&self) -> &Pin {
        &self.pin
    }

    /// The next event; waits as long as it takes. Cancel-safe: nothing is lost when the future is dropped.
    ///
    /// An error is final: the subscription has stopped, and a person should know why.
    pub async fn next(&mut self) -> Result<Event, SubscribeError> {
        let step = match &self.link {
            Link::Stopped => return Err(SubscribeError::Stopped),
            Link::Down { until } => {
                let until = *until;
                self.connect(until).await
            }
            Link::Up(_) => self.listen().await,
        };
        match step {
            Ok(event) => Ok(event),
            Err(Failure::Line {
                reason,
                detail,
                retry_after,
            }) => Ok(self.fall_back(reason, detail, retry_after)),
            Err(Failure::Final(error)) => {
                self.hang_up(Link::Stopped);
                Err(error)
            }
        }
    }

    /// Settles one delivery. It moves a cursor and is no evidence: that is a signed acknowledgement.
    pub async fn ack(&self, index: u64) -> Result<(), LinkDown> {
        self.settle(pb::Ack {
            index,
            all_up_to: false,
        })
        .await
    }

    /// Settles everything delivered up to and with `index`.
    pub async fn ack_up_to(&self, index: u64) -> Result<(), LinkDown> {
        self.settle(pb::Ack {
            index,
            all_up_to: true,
        })
        .await
    }

    /// Puts a delivery back: it comes again after `delay`, at most one hour. After the last attempt,
    /// [`Subscriber::attempts_max`], it is parked instead.
    pub async fn nack(&self, index: u64, delay: Duration, reason: Reason) -> Result<(), LinkDown> {
        let nack = pb::Nack {
            index,
            delay: link::duration(delay),
            reason: reason.into(),
        };
        self.say(pb::SubscribeRequest {
            nack: Some(nack),
            ..Default::default()
        })
        .await
    }

    /// Ends the stream on purpose: what was settled is durable at the gateway when this returns without an error.
    ///
    /// What is still on its way is not handed on; it comes again. [`LinkDown`] when the gateway does not confirm that all is
    /// written, within [`limits::UNARY_MAX`], or has not confirmed what was settled on a line that broke: it may come again.
    ///
    /// [`limits::UNARY_MAX`]: crate::limits::UNARY_MAX
    pub async fn finish(self) -> Result<(), LinkDown> {
        if let Link::Up(up) = self.link {
            up.finish().await?;
        }
        if self.unconfirmed == 0 {
            Ok(())
        } else {
            Err(LinkDown)
        }
    }

    async fn settle(&self, ack: pb::Ack) -> Result<(), LinkDown> {
        match &self.link {
            Link::Up(up) => up.ack(ack).await,
            Link::Down { .. } | Link::Stopped => Err(LinkDown),
        }
    }

    async fn say(&self, request: pb::SubscribeRequest) -> Result<(), LinkDown> {
        match &self.link {
            Link::Up(up) => up.say(request).await,
            Link::Down { .. } | Link::Stopped => Err(LinkDown),
        }
    }

    async fn connect(&mut self, until: Option<Instant>) -> Result<Event, Failure> {
        if let Some(until) = until {
            tokio::time::sleep_until(until).await;
        }
        let up = Up::open(&self.settings, &self.clock).await?;
        let made = up.find_or_make(&self.options).await?;
        let told = Told {
            moves: made.moves,
            attempts_max: made.attempts_max,
            parked: made.parked,
        };
        let before = self.told.replace(told);
        self.filter = Some(made.filter.unwrap_or_default());
        let is_moved = before.is_some_and(|before| before.moves != told.moves);
        if is_moved {
            // Somebody of this node has moved it, which is in the log: how far it was covered before means nothing now.
            self.coverage = Coverage::default();
            self.unconfirmed = 0;
        }
        let stream = up
            .subscribe(&self.options, self.coverage.reached(), &self.pin)
            .await?;
        self.coverage.new_stream();
        self.confirm(made.settled);
        self.link = Link::Up(Box::new(stream));
        Ok(Event::Connected {
            gateway: self.settings.gateway.clone(),
            settled: made.settled,
            position: made.position,
            moved_to: is_moved.then_some(made.position),
        })
    }

    /// Takes the next message, or goes on with one that a dropped future has left half done.
    async fn listen(&mut self) -> Result<Event, Failure> {
        let Link::Up(up) = &mut self.link else {
            return Err(Failure::Final(SubscribeError::Stopped));
        };
        if up.current.is_none() {
            let message = up.receive().await?;
            self.backoff.reset();
            self.coverage
                .account(&message)
                .map_err(SubscribeError::from)?;
            up.current = Some(message);
        }
        up.is_of_one_log().await?;
        match &up.current {
            Some(Message::Delivery(delivery)) => {
                up.certificates(delivery, &mut self.known).await?;
            }
            Some(
                Message::CaughtUp(pb::CaughtUp {
                    checkpoint,
                    server_time,
                    ..
                })
                | Message::Heartbeat(pb::Heartbeat {
                    checkpoint,
                    server_time,
                    ..
                }),
            ) => {
                let (common, checkpoint) = (self.common.as_ref(), checkpoint.clone());
                let is_timely = witness::is_timely(server_time.as_ref(), &self.clock);
                let size = up.pin(&mut self.pin, common, &checkpoint).await?;
                self.coverage
                    .stays_below(size)
                    .map_err(SubscribeError::from)?;
                if let Some(witness) = self.witness.as_ref().filter(|_| is_timely) {
                    // Boxed: it is rare, and would make every wait for a message larger.
                    Box::pin(up.cosign(witness, &self.pin, self.clock.now_ms())).await?;
                }
            }
            Some(Message::Closing(_)) | None => {}
        }
        let message = up.current.take().ok_or(SubscribeError::Message)?;
        if let Message::CaughtUp(pb::CaughtUp { settled, .. })
        | Message::Heartbeat(pb::Heartbeat { settled, .. }) = &message
        {
            self.confirm(*settled);
        }
        self.event(message)
    }

    /// Everything below `settled` is durable at the gateway, whichever stream it was acknowledged on.
    fn confirm(&mut self, settled: u64) {
        if settled >= self.unconfirmed {
            self.unconfirmed = 0;
        }
    }

    /// Leaves the stream, if there is one, without the confirmation of what was acknowledged on it.
    fn hang_up(&mut self, link: Link) {
        if let Link::Up(up) = std::mem::replace(&mut self.link, link) {
            self.unconfirmed = self.unconfirmed.max(up.acked());
        }
    }

    /// Turns a message, for which everything needed is at hand, into an event.
    fn event(&self, message: Message) -> Result<Event, Failure> {
        let tree_size = self
            .pin
            .newest()
            .map_or(0, |newest| newest.checkpoint().size);
        match message {
            Message::Delivery(delivery) => {
                let Link::Up(up) = &self.link else {
                    return Err(Failure::Final(SubscribeError::Stopped));
                };
                let receipts = up.receipts();
                if delivery.kind() == pb::EntryKind::Overdue {
                    return Ok(match overdue::judge(*delivery, receipts) {
                        Ok(overdue) => Event::Overdue(overdue),
                        Err(unbelievable) => Event::Unbelievable(unbelievable),
                    });
                }
                let judged = delivery::judge(
                    Offered::of(*delivery, self.options.with_proofs),
                    &self.known,
                    &self.settings.trust,
                    receipts,
                );
                Ok(match judged {
                    Ok(delivery) => Event::Delivery(delivery),
                    Err(unbelievable) => Event::Unbelievable(unbelievable),
                })
            }
            Message::CaughtUp(pb::CaughtUp {
                position,
                checkpoint: _,
                settled,
                covered: _,
                server_time: _,
            }) => Ok(Event::CaughtUp {
                position,
                settled,
                tree_size,
            }),
            Message::Heartbeat(heartbeat) => Ok(Event::Heartbeat {
                tree_size,
                settled: heartbeat.settled,
                unsettled: heartbeat.unsettled,
                live: heartbeat.phase() == pb::Phase::Live,
                parked: heartbeat.parked,
                server_time_ms: heartbeat.server_time.map_or(0, timestamp_ms),
            }),
            Message::Closing(closing) => Err(failure::closed(&closing)),
        }
    }

    /// Waits before the next attempt: as long as the gateway asks, or longer with each failure.
    fn fall_back(
        &mut self,
        reason: Option<Reason>,
        detail: String,
        retry_after: Option<Duration>,
    ) -> Event {
        let pause = self.backoff.next(machine::dice());
        let retry_in = pause.max(retry_after.unwrap_or_default().min(self.options.retry.max));
        self.hang_up(Link::Down {
            until: Some(Instant::now() + retry_in),
        });
        Event::Disconnected {
            reason,
            detail,
            retry_in,
        }
    }
}

#[cfg(test)]
mod tests;
