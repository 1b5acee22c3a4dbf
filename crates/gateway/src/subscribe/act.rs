//! What a node does to its own subscription that must be accounted for: moving it, and putting parked deliveries back.
//!
//! Each is an ACT entry of the log before it takes effect. If it cannot be logged, it does not happen; a caller that hangs up
//! changes nothing; if the process ends between the two, the log says that it was asked for, and the subscription is where it was: ask again.

use std::collections::BTreeSet;
use std::sync::Arc;

use precinto_alert::Reason;
use precinto_ledger::Ledger;
use precinto_ledger::clock::Clock;
use precinto_proto::v1 as pb;

use super::blocking;
use super::definition::{Definition, Place};
use super::slot::Slot;
use crate::acts::Acts;
use crate::limits::PARKED_PAGE_MAX;
use crate::status::Refusal;

/// What an act takes.
pub(super) struct Acting {
    pub(super) slot: Arc<Slot>,
    pub(super) ledger: Ledger,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) acts: Acts,
}

impl Acting {
    /// Moves the subscription; an open stream on it is closed with SOUGHT.
    ///
    /// MUST NOT close the stream, nor answer, before the act is logged.
    pub(super) async fn seek(
        self,
        request: pb::SeekSubscriptionRequest,
    ) -> Result<pb::SeekSubscriptionResponse, Refusal> {
        let to_index = self.destination(&request).await?;
        let from_index = self.slot.read_cursor(super::cursor::Cursor::position);
        let act_index = self
            .log(pb::ActRecord {
                kind: pb::ActKind::SubscriptionSought.into(),
                from_index,
                to_index,
                ..Default::default()
            })
            .await?;
        let hold = self.slot.hold_from(pb::ClosingReason::Sought).await?;
        self.slot.with_cursor(|cursor| cursor.seek(to_index));
        self.write_down().await?;
        drop(hold);
        Ok(pb::SeekSubscriptionResponse {
            subscription: Some(self.slot.describe()),
            act_index,
        })
    }

    async fn destination(&self, request: &pb::SeekSubscriptionRequest) -> Result<u64, Refusal> {
        if request.to() == pb::StartPosition::Unspecified {
            // Unlike for a new subscription, the beginning of the log is no natural default here.
            return Err(Refusal::new(Reason::FieldMissing));
        }
        let place = Place {
            position: request.to(),
            index: request.index,
            time: request.time,
        };
        let (ledger, now_ms) = (self.ledger.clone(), self.clock.now_ms());
        let (_, to_index) = blocking(move || place.find(&ledger, now_ms)).await?;
        Ok(to_index)
    }

    /// Puts parked deliveries back: an open stream makes them at once, another one when it opens.
    pub(super) async fn unpark(
        self,
        request: pb::UnparkDeliveriesRequest,
    ) -> Result<pb::UnparkDeliveriesResponse, Refusal> {
        let indexes = self.chosen(request)?;
        if indexes.is_empty() {
            return Ok(pb::UnparkDeliveriesResponse::default());
        }
        let position = self.slot.read_cursor(super::cursor::Cursor::position);
        let act_index = self
            .log(pb::ActRecord {
                kind: pb::ActKind::SubscriptionUnparked.into(),
                from_index: position,
                to_index: position,
                indexes: indexes.clone(),
                ..Default::default()
            })
            .await?;
        let now_ms = self.clock.now_ms();
        // Somebody may have put one of them back meanwhile, which is as good.
        self.slot.with_cursor(|cursor| {
            for index in &indexes {
                cursor.unpark(*index, now_ms);
            }
        });
        self.slot.tell_put_back();
        self.write_down().await?;
        Ok(pb::UnparkDeliveriesResponse { indexes, act_index })
    }

    /// The parked deliveries that are meant, ascending, each once.
    fn chosen(&self, request: pb::UnparkDeliveriesRequest) -> Result<Vec<u64>, Refusal> {
        let pb::UnparkDeliveriesRequest {
            name: _,
            indexes,
            all,
        } = request;
        let parked: BTreeSet<u64> = self
            .slot
            .read_cursor(|cursor| cursor.parked().map(|(index, _)| index).collect());
        if all {
            return if indexes.is_empty() {
                // The record has room for so many; who has more parked asks again.
                Ok(parked.into_iter().take(PARKED_PAGE_MAX).collect())
            } else {
                Err(Refusal::new(Reason::FieldUnexpected).with_detail((
                    "Name indexes or all of them, not both.",
                    "Indique índices o todos, no ambos.",
                )))
            };
        }
        if indexes.is_empty() {
            return Err(Refusal::new(Reason::FieldMissing));
        }
        if indexes.len() > PARKED_PAGE_MAX {
            return Err(Refusal::new(Reason::FieldTooLong).with_fact("limit", PARKED_PAGE_MAX));
        }
        let wanted: BTreeSet<u64> = indexes.into_iter().collect();
        match wanted.iter().find(|index| !parked.contains(index)) {
            Some(index) => Err(Refusal::new(Reason::IndexUnknown)
                .with_fact("index", index)
                .with_detail((
                    format!("Entry {index} is not parked here."),
                    format!("La entrada {index} no está apartada aquí."),
                ))),
            None => Ok(wanted.into_iter().collect()),
        }
    }

    /// Logs the act of the subscription's node, and gives the entry's index.
    async fn log(&self, act: pb::ActRecord) -> Result<u64, Refusal> {
        let Definition { node, name, .. } = self.slot.definition();
        let record = pb::ActRecord {
            actor: node.to_string(),
            subject: name.clone(),
            via: pb::ActVia::Call.into(),
            ..act
        };
        self.acts.record(record).await
    }

    /// What was done is on disk before it is answered.
    async fn write_down(&self) -> Result<(), Refusal> {
        let slot = Arc::clone(&self.slot);
        blocking(move || {
            if slot.flush_or_warn() {
                Ok(())
            } else {
                Err(Refusal::new(Reason::Internal))
            }
        })
        .await
    }
}
