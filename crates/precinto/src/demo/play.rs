//! Plays a script: gives the nodes their drafts, answers what they are delivered, and writes down what happened when.
//!
//! Who must receive what is worked out here from the profile and the drafts alone; the gateway's own answer about it is
//! never asked. So a delivery too few or too many shows.

mod record;

pub(crate) use record::{Message, Record};

use super::child::Line;
use super::script::{Fault, Script};
use super::stage::{Node, Stage};
use crate::clock;
use crate::exit::Text;
use anyhow::Context;
use indicatif::ProgressBar;
use precinto_envelope::crypto;
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;
use tokio::time::timeout;

/// How many drafts a node may have unanswered. Their answers fit into a pipe, so a node that prints is never kept waiting
/// while it is given more, and neither end can block the other.
const IN_FLIGHT_MAX: usize = 64;

/// How long nothing may happen before the play is given up.
const PATIENCE: Duration = Duration::from_secs(20);

/// The play while it runs.
pub(crate) struct Play<'a> {
    stage: &'a mut Stage,
    script: Script,
    queues: Vec<VecDeque<Value>>,
    in_flight: Vec<VecDeque<String>>,
    deliveries_missing: usize,
    record: Record,
    bar: &'a ProgressBar,
}

impl<'a> Play<'a> {
    /// A play on a stage that stands.
    pub(crate) fn new(stage: &'a mut Stage, script: Script, bar: &'a ProgressBar) -> Self {
        let nodes = stage.nodes.len();
        Self {
            stage,
            script,
            queues: vec![VecDeque::new(); nodes],
            in_flight: vec![VecDeque::new(); nodes],
            deliveries_missing: 0,
            record: Record::default(),
            bar,
        }
    }

    /// Plays to the end: everything answered, every delivery there, every reply sent and delivered in its turn.
    pub(crate) async fn run(mut self) -> anyhow::Result<Record> {
        loop {
            self.feed().await?;
            if self.is_over() {
                return Ok(self.record);
            }
            let Ok(line) = timeout(PATIENCE, self.stage.lines.recv()).await else {
                let seconds = PATIENCE.as_secs();
                self.record.wrong.push(Text::from((
                    format!("nothing happened for {seconds} seconds"),
                    format!("no pasó nada durante {seconds} segundos"),
                )));
                return Ok(self.record);
            };
            self.hear(&line.context("all nodes are gone")?)?;
        }
    }

    fn is_over(&self) -> bool {
        self.script.cues.is_empty()
            && self.deliveries_missing == 0
            && self.queues.iter().all(VecDeque::is_empty)
            && self.in_flight.iter().all(VecDeque::is_empty)
    }

    /// Gives every node as much as it may have in flight.
    async fn feed(&mut self) -> anyhow::Result<()> {
        self.take_cues()?;
        let stations = self
            .queues
            .iter_mut()
            .zip(&mut self.in_flight)
            .zip(&mut self.stage.nodes);
        for ((queue, in_flight), node) in stations {
            while in_flight.len() < IN_FLIGHT_MAX
                && let Some(draft) = queue.pop_front()
            {
                in_flight.push_back(text(&draft, "message_id").to_owned());
                node.send
                    .say(&draft)
                    .await
                    .with_context(|| node.name.clone())?;
            }
        }
        Ok(())
    }

    /// Moves cues to their nodes' queues, in order, as far as the queues are short.
    fn take_cues(&mut self) -> anyhow::Result<()> {
        while let Some(cue) = self.script.cues.front() {
            let node = self.stage.position(&cue.node)?;
            if self
                .queues
                .get(node)
                .is_some_and(|queue| queue.len() >= IN_FLIGHT_MAX)
            {
                return Ok(());
            }
            if let Some(cue) = self.script.cues.pop_front() {
                self.enqueue(node, cue.draft, &cue.tag, cue.fault)?;
            }
        }
        Ok(())
    }

    /// Gives a draft its message id, works out who must receive it, and puts it into the node's queue.
    fn enqueue(
        &mut self,
        node: usize,
        mut draft: Value,
        tag: &str,
        fault: Option<Fault>,
    ) -> anyhow::Result<()> {
        let id = new_message_id();
        let fields = draft.as_object_mut().context("a draft is an object")?;
        set(fields, "message_id", json!(id));
        set(fields, "tag", json!(id));
        let code = ["ack_level", "outcome_code"]
            .iter()
            .map(|name| text(&draft, name))
            .collect();
        let message = Message {
            kind: text(&draft, "type").to_owned(),
            tag: tag.to_owned(),
            code,
            sender: node,
            audience: self.audience(&draft),
            fault,
            ..Message::default()
        };
        drop(self.record.messages.insert(id.clone(), message));
        self.record.order.push(id);
        if let Some(queue) = self.queues.get_mut(node) {
            queue.push_back(draft);
        }
        Ok(())
    }

    /// The nodes taking part that a draft's recipients stand for, by the profile.
    fn audience(&self, draft: &Value) -> BTreeSet<usize> {
        let one = draft.get("to").filter(|to| to.is_string());
        let many = draft
            .get("to")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let names = one.into_iter().chain(many).filter_map(Value::as_str);
        let profile = &self.stage.profile;
        let mut audience = BTreeSet::new();
        for name in names {
            let group = name.strip_prefix("group:");
            let topic = name.strip_prefix("topic:");
            let agencies: Vec<&str> = match (group, topic) {
                (Some(wanted), _) => {
                    let found = profile.group.iter().filter(|group| group.name == wanted);
                    found
                        .flat_map(|group| &group.members)
                        .map(String::as_str)
                        .collect()
                }
                (_, Some(wanted)) => {
                    let found = profile.topic.iter().filter(|topic| topic.name == wanted);
                    found
                        .flat_map(|topic| &topic.subscribers)
                        .map(String::as_str)
                        .collect()
                }
                (None, None) => vec![name],
            };
            let meant = |node: &Node| {
                agencies.contains(&node.agency.as_str())
                    || node.officers.iter().any(|one| one == name)
            };
            let nodes = self.stage.nodes.iter().enumerate();
            audience.extend(
                nodes
                    .filter(|(_, node)| meant(node))
                    .map(|(position, _)| position),
            );
        }
        audience
    }

    fn hear(&mut self, line: &Line) -> anyhow::Result<()> {
        match text(&line.value, "schema") {
            "precinto.send.result/v1" => self.answered(line),
            "precinto.watch.delivery/v1" => self.delivered(line),
            "precinto.watch.event/v1" if text(&line.value, "event") == "unbelievable" => {
                let said = &line.value;
                self.record.wrong.push(Text::from((
                    format!("a delivery was not believed: {said}"),
                    format!("no se creyó una entrega: {said}"),
                )));
                Ok(())
            }
            "precinto.error/v1" => {
                let node = self
                    .stage
                    .nodes
                    .get(line.from)
                    .map_or("", |node| &node.name);
                anyhow::bail!("{node}: {}", text(&line.value, "message"))
            }
            _ => Ok(()),
        }
    }

    /// A node has its answer: a verified receipt, or a refusal.
    fn answered(&mut self, line: &Line) -> anyhow::Result<()> {
        let value = &line.value;
        let in_flight = self
            .in_flight
            .get_mut(line.from)
            .context("an answer from nowhere")?;
        let id = in_flight.pop_front().context("an answer to nothing")?;
        anyhow::ensure!(text(value, "tag") == id, "answers are out of order");
        let message = self
            .record
            .messages
            .get_mut(&id)
            .context("an answer to nothing")?;
        message.sent_us = moment_us(text(value, "sent_time"));
        message.submit_ms = value
            .get("submit_ms")
            .and_then(Value::as_f64)
            .unwrap_or_default();
        text(value, "alert_id").clone_into(&mut message.alert_id);
        message.index = value.get("index").and_then(Value::as_u64);
        if message.index.is_some() {
            self.deliveries_missing += message.audience.len();
            let early = message.delivered_us.len();
            self.deliveries_missing = self.deliveries_missing.saturating_sub(early);
        } else {
            message.refused = Some((refusal_reason(value), violations(value)));
        }
        if message.kind == "ALERT" {
            self.bar.inc(1);
        }
        Ok(())
    }

    /// A node was delivered something, verified: its node acknowledges an alert at once, then its officers do what the
    /// script says.
    fn delivered(&mut self, line: &Line) -> anyhow::Result<()> {
        let value = &line.value;
        let received_us = moment_us(text(value, "received_time"));
        let id = text(value, "message_id");
        let Some(message) = self.record.messages.get_mut(id) else {
            self.record.wrong.push(Text::from((
                format!("{id} was delivered, and nobody has sent it"),
                format!("se entregó {id}, que nadie envió"),
            )));
            return Ok(());
        };
        let node = self
            .stage
            .nodes
            .get(line.from)
            .context("a delivery to nowhere")?;
        if !message.audience.contains(&line.from) {
            let name = &node.name;
            self.record.wrong.push(Text::from((
                format!("{id} was delivered to {name}, whom it does not concern"),
                format!("se entregó {id} a {name}, a quien no le incumbe"),
            )));
            return Ok(());
        }
        if message
            .delivered_us
            .insert(line.from, received_us)
            .is_some()
        {
            let name = &node.name;
            self.record.wrong.push(Text::from((
                format!("{id} was delivered to {name} twice"),
                format!("se entregó {id} a {name} dos veces"),
            )));
            return Ok(());
        }
        if message.index.is_some() {
            self.deliveries_missing = self.deliveries_missing.saturating_sub(1);
        }
        if message.kind != "ALERT" {
            return Ok(());
        }
        let tag = message.tag.clone();
        let acknowledgement = json!({ "type": "ACK", "ack_level": "NODE" });
        let mut drafts = vec![acknowledgement];
        for reply in self.script.replies(&node.name, &tag) {
            let mut draft = reply.draft.clone();
            if let (Some(officer), Some(fields)) = (&reply.officer, draft.as_object_mut()) {
                set(fields, "officers", json!([officer]));
            }
            drafts.push(draft);
        }
        for mut draft in drafts {
            address(&mut draft, value);
            self.enqueue(line.from, draft, &tag, None)?;
        }
        Ok(())
    }
}

/// Fills in what every reply says of what it answers: to whom, about which alert, in earnest or not.
fn address(draft: &mut Value, answered: &Value) {
    let Some(fields) = draft.as_object_mut() else {
        return;
    };
    let sender = text(answered, "sender").trim_start_matches("spiffe://");
    let mut parts = sender.split('/');
    let (side, agency) = (
        parts.next().unwrap_or_default(),
        parts.nth(1).unwrap_or_default(),
    );
    set(fields, "to", json!([format!("{side}/{agency}")]));
    set(fields, "refers_to", json!(text(answered, "message_id")));
    set(fields, "alert_id", json!(text(answered, "alert_id")));
    set(fields, "status", json!(text(answered, "status")));
}

fn set(fields: &mut Map<String, Value>, name: &str, value: Value) {
    drop(fields.insert(name.to_owned(), value));
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn refusal_reason(value: &Value) -> String {
    let reason = text(value, "reason");
    if reason.is_empty() {
        text(value, "message").to_owned()
    } else {
        reason.to_owned()
    }
}

fn violations(value: &Value) -> Vec<(String, String)> {
    let all = value
        .get("violations")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    all.map(|one| {
        (
            text(one, "field").to_owned(),
            text(one, "reason").to_owned(),
        )
    })
    .collect()
}

fn moment_us(text: &str) -> u64 {
    let moment = text.parse::<jiff::Timestamp>().ok();
    moment
        .and_then(|moment| u64::try_from(moment.as_microsecond()).ok())
        .unwrap_or_default()
}

/// A `UUIDv7` (RFC 9562): the time in front, so that ids sort as they were made.
fn new_message_id() -> String {
    let id = uuid::Builder::from_unix_timestamp_millis(clock::now_ms(), &crypto::random());
    id.into_uuid().hyphenated().to_string()
}
