//! News of the subscription itself: connected, up to date, line lost, something that cannot be believed.

use crate::output::{Lang, printable};
use precinto_alert::reason as catalogue;
use precinto_client::Event;
use serde::Serialize;

/// One piece of news: an object for machines, a line for people.
#[derive(Debug, Default, Serialize)]
pub(super) struct Notice {
    schema: &'static str,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settled: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tree_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_to: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_in_ms: Option<u128>,
    /// For people.
    #[serde(skip)]
    pub(super) text: String,
}

impl Notice {
    /// What there is to say about an event; a delivery speaks for itself, and a heartbeat says nothing new.
    pub(super) fn of(event: &Event, lang: Lang) -> Option<Self> {
        let (name, en, es) = match event {
            Event::Delivery(_) | Event::Overdue(_) | Event::Heartbeat { .. } => return None,
            Event::Connected {
                moved_to: Some(_), ..
            } => (
                "connected",
                "the subscription was MOVED; connected to",
                "la suscripción se MOVIÓ; conectado a",
            ),
            Event::Connected { .. } => ("connected", "connected to", "conectado a"),
            Event::CaughtUp { .. } => ("caught_up", "up to date at entry", "al día en la entrada"),
            Event::Unbelievable(_) => {
                ("unbelievable", "NOT BELIEVED, entry", "NO SE CREE, entrada")
            }
            Event::Disconnected { .. } => ("disconnected", "connection lost", "conexión perdida"),
        };
        let mut notice = Self {
            schema: "precinto.watch.event/v1",
            event: name,
            ..Self::default()
        };
        let rest = notice.fill(event);
        notice.text = format!("{} {}", lang.pick(en, es), printable(&rest));
        Some(notice)
    }

    /// Takes the event's details over; returns them as one text.
    fn fill(&mut self, event: &Event) -> String {
        match event {
            Event::Delivery(_) | Event::Overdue(_) | Event::Heartbeat { .. } => String::new(),
            Event::Connected {
                gateway,
                settled,
                position: _,
                moved_to,
            } => {
                self.gateway = Some(gateway.clone());
                self.settled = Some(*settled);
                self.moved_to = *moved_to;
                match moved_to {
                    Some(to) => format!("{gateway} (-> {to})"),
                    None => gateway.clone(),
                }
            }
            Event::CaughtUp {
                position,
                settled,
                tree_size,
            } => {
                self.position = Some(*position);
                self.settled = Some(*settled);
                self.tree_size = Some(*tree_size);
                position.to_string()
            }
            Event::Unbelievable(problem) => {
                let reason = catalogue::name(problem.reason);
                self.position = Some(problem.index);
                self.reason = Some(reason);
                self.detail = Some(problem.detail.clone());
                format!("{}: {reason}: {}", problem.index, problem.detail)
            }
            Event::Disconnected {
                reason,
                detail,
                retry_in,
            } => {
                self.reason = reason.map(catalogue::name);
                self.detail = Some(detail.clone());
                self.retry_in_ms = Some(retry_in.as_millis());
                format!("{detail} (+{:.1} s)", retry_in.as_secs_f64())
            }
        }
    }
}
