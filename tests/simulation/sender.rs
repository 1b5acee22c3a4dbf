//! A node that sends: what it writes goes into its outbox, and its courier brings it to the log.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use precinto_alert::code::Precedence;
use precinto_alert::id::{AlertId, MessageId};
use precinto_client::outbox::{Courier, CourierError, CourierEvent, Outbox};
use precinto_client::subscribe::Retry;
use precinto_client::{Author, Draft, DraftContent, Signed};
use precinto_proto::v1 as pb;
use precinto_tests::fuel;
use tokio::sync::mpsc;

use crate::fixture::{DAY_MS, Place, fixture};
use crate::plan::Message;
use crate::world::{World, elapsed};

/// How nodes try again.
pub(crate) const RETRY: Retry = Retry {
    min: Duration::from_millis(200),
    max: Duration::from_secs(2),
};

/// One life of the node.
pub(crate) async fn live(world: Arc<World>, place: &'static Place) -> turmoil::Result {
    let author = fixture().author(place);
    let outbox = Outbox::open(&world.home(place))?;
    catch_up(&world, place, &outbox)?;
    tokio::select! {
        biased;
        done = write(&world, place, &author, &outbox) => done,
        error = post(&world, place, &outbox) => Err(format!("{}: {error}", place.name).into()),
    }
}

/// Brings what is in the outbox to the log, until that cannot be.
pub(crate) async fn post(world: &World, place: &'static Place, outbox: &Outbox) -> CourierError {
    let settings = fixture().settings(place);
    let (events, heard) = mpsc::channel(16);
    let node = fixture().author(place).node().clone();
    let courier = Courier::new(node, outbox.clone(), settings, world.clock(), RETRY, events);
    tokio::select! {
        biased;
        never = listen(world, place, heard) => match never {},
        error = courier.run() => error,
    }
}

/// What was sent in an earlier life, and not told of.
pub(crate) fn catch_up(world: &World, place: &Place, outbox: &Outbox) -> turmoil::Result {
    let written = world.state().written.get(place.name).copied();
    for number in 0..written.unwrap_or_default() {
        if let Some(receipt) = outbox.receipt(id(place, number))? {
            let name = name(place, number);
            world.state().held.entry(name).or_insert(receipt);
        }
    }
    Ok(())
}

/// Writes what the plan says, each at its time, and one after the other.
async fn write(
    world: &World,
    place: &'static Place,
    author: &Author,
    outbox: &Outbox,
) -> turmoil::Result {
    loop {
        let number = world.state().written.get(place.name).copied();
        let number = number.unwrap_or_default();
        let Some(message) = world.plan.messages[place.name].get(number) else {
            return std::future::pending().await;
        };
        tokio::time::sleep(message.at.saturating_sub(elapsed())).await;
        let signed = sign(place, number, message, author, world.clock().now_ms());
        outbox.turn()?.put(&signed)?;
        let _before = world.state().written.insert(place.name, number + 1);
        world.note(place.name, format_args!("wrote {}", name(place, number)));
    }
}

async fn listen(
    world: &World,
    place: &'static Place,
    mut heard: mpsc::Receiver<CourierEvent>,
) -> Infallible {
    loop {
        let Some(event) = heard.recv().await else {
            return std::future::pending().await;
        };
        match event {
            CourierEvent::Connected => world.note(place.name, "connected"),
            CourierEvent::Sent { accepted, .. } => {
                let name = called(accepted.message_id.as_bytes());
                let index = accepted.index;
                world.note(place.name, format_args!("{name} is entry {index}"));
                let receipt = accepted.receipt.clone();
                let _before = world.state().held.insert(name, receipt);
            }
            CourierEvent::Refused { entry, refused } => {
                world.accuse(format!(
                    "{}: {} was refused: {refused:?}",
                    place.name, entry.place
                ));
            }
            CourierEvent::Waiting {
                reason, retry_in, ..
            } => world.note(place.name, format_args!("waits {retry_in:?}: {reason:?}")),
        }
    }
}

/// A message, as the plan says it.
fn sign(place: &Place, number: usize, message: &Message, author: &Author, now_ms: u64) -> Signed {
    let recipients = message.recipients.iter().map(Place::agency_id).collect();
    let mut statement = statement(place, number, recipients, now_ms);
    let content = message
        .precedence
        .map(|precedence| alert(&mut statement, place, number, precedence));
    if content.is_none() {
        statement.r#type = pb::MessageType::SystemNotice.into();
        statement.notice_kind = pb::NoticeKind::Maintenance.into();
    }
    let draft = Draft { statement, content };
    author.sign(draft, &[], now_ms).expect("a valid statement")
}

/// What every message says.
pub(crate) fn statement(
    place: &Place,
    number: usize,
    agencies: Vec<String>,
    now_ms: u64,
) -> pb::Statement {
    let recipients = agencies.into_iter().map(|name| pb::RecipientRef {
        kind: pb::RecipientKind::Agency.into(),
        name,
    });
    pb::Statement {
        message_id: id(place, number).as_bytes().to_vec(),
        status: pb::MessageStatus::Exercise.into(),
        recipients: recipients.collect(),
        handling: Some(pb::Handling {
            tlp: pb::Tlp::AmberStrict.into(),
            ..Default::default()
        }),
        created_ms: now_ms,
        expires_ms: now_ms + DAY_MS,
        sender_seq: number as u64 + 1,
        ..Default::default()
    }
}

/// Makes it an alert, a case of its own.
fn alert(
    statement: &mut pb::Statement,
    place: &Place,
    number: usize,
    precedence: Precedence,
) -> DraftContent {
    let number = u32::try_from(number + 1).expect("few messages");
    let alert_id = AlertId::compose(&place.side.to_uppercase(), place.code, 2026, number);
    fuel(statement, &alert_id.expect("an alert id"), precedence, 40)
}

/// What a message is called in traces, which its id says: `lax#3`.
pub(crate) fn name(place: &Place, number: usize) -> String {
    format!("{}#{}", place.name, number + 1)
}

/// The name of the message with this id.
pub(crate) fn called(id: &[u8]) -> String {
    let (name, rest) = id.split_at(3);
    let number = u64::from_be_bytes(rest[5..].try_into().expect("eight bytes"));
    format!("{}#{number}", String::from_utf8_lossy(name))
}

fn id(place: &Place, number: usize) -> MessageId {
    let mut id = [0; 16];
    id[..3].copy_from_slice(place.name.as_bytes());
    id[8..].copy_from_slice(&(number as u64 + 1).to_be_bytes());
    MessageId::new(id).expect("not all zero")
}
