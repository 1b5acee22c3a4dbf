//! A node that sends: what it writes goes into its outbox, and its courier brings it to the log.

use std::sync::Arc;
use std::time::Duration;

use precinto_alert::id::MessageId;
use precinto_client::outbox::{Courier, CourierEvent, Outbox};
use precinto_client::subscribe::Retry;
use precinto_client::{Author, Draft, Signed};
use precinto_proto::v1 as pb;
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
    let fixture = fixture();
    let author = fixture.author(place);
    let outbox = Outbox::open(&world.home(place))?;
    catch_up(&world, place, &outbox)?;
    let (events, heard) = mpsc::channel(16);
    let courier = Courier::new(
        author.node().clone(),
        outbox.clone(),
        fixture.settings(place),
        world.clock(),
        RETRY,
        events,
    );
    tokio::select! {
        biased;
        done = write(&world, place, &author, &outbox) => done,
        () = listen(&world, place, heard) => Ok(()),
        error = courier.run() => Err(format!("{}: {error}", place.name).into()),
    }
}

/// What was sent in an earlier life, and not told of.
fn catch_up(world: &World, place: &Place, outbox: &Outbox) -> turmoil::Result {
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

async fn listen(world: &World, place: &'static Place, mut heard: mpsc::Receiver<CourierEvent>) {
    while let Some(event) = heard.recv().await {
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

/// A notice, as the plan says it.
fn sign(place: &Place, number: usize, message: &Message, author: &Author, now_ms: u64) -> Signed {
    let recipients = message.recipients.iter().map(|place| pb::RecipientRef {
        kind: pb::RecipientKind::Agency.into(),
        name: place.agency_id(),
    });
    let statement = pb::Statement {
        message_id: id(place, number).as_bytes().to_vec(),
        r#type: pb::MessageType::SystemNotice.into(),
        notice_kind: pb::NoticeKind::Maintenance.into(),
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
    };
    let draft = Draft {
        statement,
        content: None,
    };
    author.sign(draft, &[], now_ms).expect("a valid statement")
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
