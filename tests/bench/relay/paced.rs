//! A steady sender: so many a second over one pipelined stream, and when each was acknowledged.

use std::time::Duration;

use precinto_client::{Connection, Signed, pipeline};
use tokio::time::{Instant, MissedTickBehavior, interval};

/// One acknowledged message.
pub(super) struct Acknowledged {
    pub(super) index: u64,
    /// When its receipt was verified.
    pub(super) at: Instant,
    /// From sending to the verified receipt.
    pub(super) round_trip: Duration,
}

/// Sends all messages at this rate; every one must be accepted. What could not be sent in time is sent at once when it can.
pub(super) async fn send(
    connection: &Connection,
    messages: Vec<Signed>,
    per_second: u32,
) -> Vec<Acknowledged> {
    let (mut sender, mut answers) = pipeline::open(connection, 256).await.expect("a stream");
    let send = async move {
        let mut tick = interval(Duration::from_secs(1) / per_second);
        tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for message in messages {
            tick.tick().await;
            sender.send(message).await.expect("the stream goes on");
        }
    };
    let receive = async move {
        let mut acknowledged = Vec::new();
        while let Some(answer) = answers.next().await {
            let accepted = answer.outcome.expect("accepted");
            acknowledged.push(Acknowledged {
                index: accepted.index,
                at: Instant::now(),
                round_trip: answer.round_trip,
            });
        }
        acknowledged
    };
    tokio::join!(send, receive).1
}
