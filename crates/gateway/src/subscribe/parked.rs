//! What was parked, a page at a time.

use precinto_alert::Reason;
use precinto_proto::v1 as pb;

use super::cursor::Parked;
use super::definition::timestamp;
use super::page_of;
use super::slot::Slot;
use crate::limits::PARKED_PAGE_MAX;
use crate::status::Refusal;

/// A page of what is parked on a subscription. The token is the last index of the page before.
pub(super) fn list(
    slot: &Slot,
    request: &pb::ListParkedRequest,
) -> Result<pb::ListParkedResponse, Refusal> {
    let token = request.page_token.as_str();
    let after: Option<u64> = match token {
        "" => None,
        token => Some(token.parse().map_err(|_| Refusal::new(Reason::PageToken))?),
    };
    let size = page_of(request.page_size, PARKED_PAGE_MAX);
    slot.read_cursor(|cursor| {
        let mut rest = cursor
            .parked()
            .filter(|(index, _)| after.is_none_or(|after| *index > after));
        let parked: Vec<_> = rest.by_ref().take(size).map(to_wire).collect();
        let last = parked.last().map(|last| last.index.to_string());
        let next_page_token = last.filter(|_| rest.next().is_some());
        Ok(pb::ListParkedResponse {
            parked,
            next_page_token: next_page_token.unwrap_or_default(),
        })
    })
}

fn to_wire((index, parked): (u64, &Parked)) -> pb::ParkedDelivery {
    let Parked {
        attempts,
        reason,
        since_ms,
        at_ms,
    } = *parked;
    pb::ParkedDelivery {
        index,
        attempts,
        reason: reason.into(),
        // Of a delivery from before times were kept.
        first_delivered: (since_ms > 0).then(|| timestamp(since_ms)),
        parked: Some(timestamp(at_ms)),
    }
}
