//! A line that swallows a message and then breaks: the message comes again, and the subscription goes on. A line on which somebody
//! sits and changes what passes by: it ends, and nothing of it counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use precinto_client::Pin;
use precinto_client::submit::submit;
use precinto_client::subscribe::{Event, Retry, SubscribeOptions, Subscriber};
use precinto_tests::{Messages, Site, audit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Long enough for a slow machine; reaching it means that something is lost.
const PATIENCE: Duration = Duration::from_mins(1);

/// A line between a node and its gateway that can lose what the gateway says, and break.
#[derive(Clone)]
struct Line {
    loses: Arc<AtomicBool>,
    /// Bytes lost so far.
    lost: watch::Sender<usize>,
    cut: watch::Sender<()>,
    /// Whether the next bytes that the node, or the gateway, says are changed on their way.
    changes: [Arc<AtomicBool>; 2],
}

/// Whose words are changed: the index into [`Line::changes`].
#[derive(Clone, Copy, Debug)]
enum Says {
    Node,
    Gateway,
}

impl Line {
    /// A line to the gateway at `far`, which loses nothing yet, and the address of its near end.
    async fn to(far: String) -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let near = listener.local_addr().expect("an address").to_string();
        let line = Self {
            loses: Arc::default(),
            lost: watch::Sender::new(0),
            cut: watch::Sender::new(()),
            changes: Default::default(),
        };
        let accepting = line.clone();
        tokio::spawn(async move {
            while let Ok((node, _)) = listener.accept().await {
                let gateway = TcpStream::connect(&far).await.expect("the gateway");
                tokio::spawn(accepting.clone().carry(node, gateway));
            }
        });
        (line, near)
    }

    /// Carries bytes both ways until one end is gone or the line is cut.
    async fn carry(self, node: TcpStream, gateway: TcpStream) {
        let mut cut = self.cut.subscribe();
        let ((mut node_says, mut node_hears), (mut gateway_says, mut gateway_hears)) =
            (node.into_split(), gateway.into_split());
        let up = async {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = node_says.read(&mut bytes).await {
                self.change(Says::Node, &mut bytes[..count]);
                if gateway_hears.write_all(&bytes[..count]).await.is_err() {
                    return;
                }
            }
        };
        let down = async {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = gateway_says.read(&mut bytes).await {
                self.change(Says::Gateway, &mut bytes[..count]);
                if self.loses.load(Ordering::SeqCst) {
                    self.lost.send_modify(|lost| *lost += count);
                } else if node_hears.write_all(&bytes[..count]).await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = up => {}
            () = down => {}
            _ = cut.changed() => {}
        }
    }

    /// Turns one bit of the middle of these bytes around, if that was asked for.
    fn change(&self, says: Says, bytes: &mut [u8]) {
        if self.changes[says as usize].swap(false, Ordering::SeqCst) {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        }
    }

    /// From now on what the gateway says is lost.
    fn lose(&self) {
        self.loses.store(true, Ordering::SeqCst);
    }

    /// Waits until so many bytes are lost, and then breaks; the next connection loses nothing.
    async fn break_after(&self, bytes: usize) {
        let mut lost = self.lost.subscribe();
        let enough = lost.wait_for(|lost| *lost >= bytes);
        let enough = tokio::time::timeout(PATIENCE, enough).await;
        enough.expect("in time").expect("the line is here");
        self.loses.store(false, Ordering::SeqCst);
        self.cut.send_replace(());
    }
}

/// The next event that `wanted` turns into something.
async fn next<T>(subscriber: &mut Subscriber, wanted: impl Fn(&Event) -> Option<T>) -> T {
    loop {
        let event = tokio::time::timeout(PATIENCE, subscriber.next()).await;
        let event = event.expect("in time").expect("the subscription goes on");
        if let Some(found) = wanted(&event) {
            return found;
        }
    }
}

fn delivered(event: &Event) -> Option<u64> {
    match event {
        Event::Delivery(delivery) => Some(delivery.index),
        Event::Unbelievable(what) => panic!("unbelievable: {what:?}"),
        _ => None,
    }
}

/// Settles a delivery. A line may break between the two, and what was not settled then comes again.
async fn settle(desk: &mut Subscriber, index: u64) {
    for _ in 0..10 {
        if desk.ack(index).await.is_ok() {
            return;
        }
        assert_eq!(next(desk, delivered).await, index);
    }
    panic!("the line breaks each time");
}

fn caught_up(event: &Event) -> Option<()> {
    matches!(event, Event::CaughtUp { .. }).then_some(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_line_loses_comes_again_and_accuses_nobody() {
    let site = Site::new();
    let gateway = site.start();
    let us = site.node("us-cbp-lax", &gateway);
    let mut mx = site.node("mx-anam-mex", &gateway);
    let mut messages = Messages::new(&us.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let connection = us.connect().await;
    let (line, near) = Line::to(mx.settings.gateway.clone()).await;
    mx.settings.gateway = near;
    let retry = Retry {
        min: Duration::from_millis(10),
        max: Duration::from_millis(100),
    };
    let options = SubscribeOptions {
        retry,
        ..SubscribeOptions::named("desk")
    };
    let mut desk = Subscriber::new(
        mx.settings.clone(),
        mx.clock.clone(),
        options,
        Pin::memory(),
    );

    let before = submit(&connection, &messages.alert(600))
        .await
        .expect("accepted");
    assert_eq!(next(&mut desk, delivered).await, before.index);
    desk.ack(before.index).await.expect("the link is up");
    next(&mut desk, caught_up).await;

    // Twice, for a stream that was resumed is resumed like any other.
    for _ in 0..2 {
        line.lose();
        let message = messages.alert(600);
        let lost = submit(&connection, &message).await.expect("accepted");
        line.break_after(message.request().envelope.len()).await;
        assert_eq!(next(&mut desk, delivered).await, lost.index);
        settle(&mut desk, lost.index).await;

        let after = submit(&connection, &messages.alert(600))
            .await
            .expect("accepted");
        assert_eq!(next(&mut desk, delivered).await, after.index);
        settle(&mut desk, after.index).await;
    }
    drop(desk);
    assert!(gateway.stop().success());
    assert_eq!(audit(&site)["findings"].as_array().map(Vec::len), Some(0));
}

/// A2 of the threat table, in which somebody sits between: TLS notices, and the line is of no use to him. What the message says is
/// signed beside that, so neither a changed word nor half an answer can count.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_on_which_somebody_changes_a_bit_ends_and_nothing_counts_twice() {
    let site = Site::new();
    let gateway = site.start();
    let mut us = site.node("us-cbp-lax", &gateway);
    let mut messages = Messages::new(&us.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let (line, near) = Line::to(us.settings.gateway.clone()).await;
    us.settings.gateway = near;
    for says in [Says::Node, Says::Gateway] {
        let connection = us.connect().await;
        let before = submit(&connection, &messages.alert(600)).await;
        let before = before.expect("accepted").index;
        let message = messages.alert(600);
        line.changes[says as usize].store(true, Ordering::SeqCst);
        let broken = submit(&connection, &message).await;
        assert!(broken.is_err(), "{says:?}: {broken:?}");
        let waits = line.changes[says as usize].load(Ordering::SeqCst);
        assert!(!waits, "{says:?}: nothing was changed");
        // The same again over a line that nobody touches: in the log once, wherever the first try had come to.
        let again = us.connect().await;
        let once = submit(&again, &message).await.expect("accepted");
        let twice = submit(&again, &message).await.expect("accepted");
        assert!(once.index > before, "{says:?}");
        assert_eq!(once.index, twice.index, "{says:?}");
    }
    assert!(gateway.stop().success());
    let report = audit(&site);
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(0));
    assert_eq!(report["statements"], 4, "{report}");
}
