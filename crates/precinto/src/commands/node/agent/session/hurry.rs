//! What comes by the way for what is urgent, and what is put back on either way.

use super::super::super::desk::{Work, again_after};
use super::super::super::notice::Notice;
use super::reader::Reader;
use super::ways::By;
use super::{Agent, Ended, Next};
use crate::clock;
use precinto_alert::Reason;
use precinto_alert::reason as catalogue;
use precinto_client::Event;
use precinto_client::subscribe::{SubscribeError, Unbelievable};

impl Agent {
    /// Opens the second way, once it is known what the first one lets through and up to where all is settled there.
    pub(super) fn hurry(&mut self, settled: u64, reader: &mut Reader) -> anyhow::Result<()> {
        let opened = reader.hurry(&self.run.urgent_subscription(), settled);
        if let Err(failure) = opened {
            let why = failure.message.pick(self.output.lang()).to_owned();
            return self.without_hurry(Some(reader), why);
        }
        Ok(())
    }

    /// What one of the two ways says.
    pub(super) async fn heard_by(
        &mut self,
        by: By,
        event: Event,
        reader: &mut Reader,
    ) -> anyhow::Result<()> {
        match by {
            By::All => self.heard(event, reader).await,
            By::Urgent => self.heard_urgent(event, reader).await,
        }
    }

    /// One of them has stopped for good; what becomes of the session. Without the second one it goes on, if that is refused: a
    /// node may have as many subscriptions as it may have.
    pub(super) fn lost(
        &mut self,
        by: By,
        error: &SubscribeError,
        reader: Option<&mut Reader>,
    ) -> anyhow::Result<Option<Ended>> {
        match (by, error) {
            (By::Urgent, SubscribeError::Refused(refusal)) => {
                self.without_hurry(reader, refusal.to_string())?;
                Ok(None)
            }
            _ => Ok(Some(self.of_subscription(error))),
        }
    }

    /// What the second way has brought. How the line is, and what is settled and parked, the first one says.
    async fn heard_urgent(&mut self, event: Event, reader: &mut Reader) -> anyhow::Result<()> {
        self.is_news = true;
        match event {
            Event::Delivery(delivery) => {
                let (work, attempt) = (Work::of(&delivery)?, delivery.attempt);
                self.put_on_desk_urgent(work, attempt, reader).await;
            }
            Event::Overdue(overdue) => {
                let (work, attempt) = (Work::of_overdue(&overdue)?, overdue.attempt);
                self.put_on_desk_urgent(work, attempt, reader).await;
            }
            Event::Unbelievable(problem) => self.doubt(By::Urgent, &problem, reader).await?,
            Event::Connected { moved_to, .. } => {
                if let Some(way) = reader.urgent.as_mut().filter(|_| moved_to.is_some()) {
                    way.moved();
                }
                if !reader.is_as_wanted() {
                    let name = self.run.urgent_subscription();
                    let why = self.output.lang().pick(
                        format!("{name} has another filter; delete it: precinto sub delete {name}"),
                        format!("{name} tiene otro filtro; bórrela: precinto sub delete {name}"),
                    );
                    return self.without_hurry(Some(reader), why);
                }
            }
            Event::CaughtUp { .. } | Event::Heartbeat { .. } => {}
            Event::Disconnected {
                reason,
                detail,
                retry_in,
            } => {
                let said = (
                    "the line for what is urgent is down:",
                    "sin conexión para lo urgente:",
                );
                let notice = Notice::of("urgent_disconnected", self.output.lang(), said);
                let notice = notice.reason(reason.map(catalogue::name)).detail(detail);
                self.say(notice.retry_in(retry_in))?;
            }
        }
        Ok(())
    }

    /// Goes on with the first way alone, which brings everything, and says so.
    fn without_hurry(&mut self, reader: Option<&mut Reader>, why: String) -> anyhow::Result<()> {
        if let Some(reader) = reader {
            reader.urgent = None;
        }
        self.is_news = true;
        self.presence.trouble(why.clone());
        let said = (
            "what is urgent WAITS behind what came before it:",
            "lo urgente ESPERA detrás de lo que llegó antes:",
        );
        self.say(Notice::of("not_urgent", self.output.lang(), said).detail(why))
    }

    async fn put_on_desk_urgent(&mut self, work: Work, attempt: u32, reader: &mut Reader) {
        let index = work.index();
        let Some(way) = reader.urgent.as_mut() else {
            return;
        };
        way.brings(index, attempt);
        // Below the floor it is dealt with, taken or passed over; and what is in no hurry keeps its place.
        let is_settled = self.presence.settled.is_some_and(|floor| index < floor);
        if is_settled || !work.is_urgent() {
            return way.settle(index).await;
        }
        self.put_on_desk(work, reader).await;
    }

    /// Puts back what nobody took, with whoever has brought it. Until it comes again, it is still here and untaken.
    pub(super) async fn put_back(
        &mut self,
        reader: &mut Reader,
        index: u64,
        reason: Reason,
    ) -> Next {
        let hurried = match reader.urgent.as_mut() {
            Some(way) => way.put_back_urgent(index, reason).await,
            None => None,
        };
        let next = reader.all.put_back(index, reason).await.or(hurried);
        let next = next.unwrap_or_else(|| Next::Comes(again_after(1)));
        if matches!(next, Next::Comes(_)) {
            reader.untaken.put_back(index, clock::now_ms());
        }
        self.is_put_back(index, &next, reader);
        next
    }

    /// Puts back what was not believed as one way has brought it. The desk may have it from the other.
    pub(super) async fn put_back_doubted(
        &mut self,
        by: By,
        problem: &Unbelievable,
        reader: &mut Reader,
    ) -> Next {
        let (index, attempt, reason) = (problem.index, problem.attempt, problem.reason);
        let urgent = reader.urgent.as_mut().filter(|_| by == By::Urgent);
        let next = if let Some(way) = urgent {
            way.brings(index, attempt);
            way.put_back_urgent(index, reason).await
        } else {
            reader.all.brings(index, attempt);
            reader.all.put_back(index, reason).await
        };
        let next = next.unwrap_or_else(|| Next::Comes(again_after(attempt)));
        if matches!(next, Next::Comes(_)) {
            reader.untaken.doubted(index, clock::now_ms());
        }
        self.is_put_back(index, &next, reader);
        next
    }

    fn is_put_back(&mut self, index: u64, next: &Next, reader: &mut Reader) {
        self.presence.put_back += 1;
        if matches!(next, Next::Parked) {
            self.presence.parked = self.presence.parked.saturating_add(1);
            reader.untaken.gone(index);
        }
        self.presence.lies(&reader.untaken);
    }
}
