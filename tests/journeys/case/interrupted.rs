//! `sync` is killed again and again in the middle of a page: the next one goes on, and in the end the copy is what it would
//! have been without that; nothing is missing, nothing is there twice.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use precinto_alert::id::MessageId;
use precinto_client::copy::{Filter, OwnCopy, Page};
use precinto_client::pipeline;
use precinto_tests::{Messages, Node, Site, audit, precinto};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const ANAM: &str = "mx-anam-mex";
/// Ten pages of records.
const ALERTS: usize = 1_000;
/// How often `sync` is killed.
const KILLS: usize = 6;
/// Long enough for a slow machine; reaching it means that the line never came to stand.
const PATIENCE: Duration = Duration::from_mins(1);

/// A line to the gateway that stands still when it has brought so many bytes.
struct Line {
    near: String,
    /// Bytes that may still come, and whether the line has come to stand.
    left: Arc<AtomicUsize>,
    stands: watch::Sender<bool>,
}

impl Line {
    async fn to(far: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let near = listener.local_addr().expect("an address").to_string();
        let (left, stands) = (Arc::new(AtomicUsize::new(0)), watch::Sender::new(false));
        let (budget, standing) = (Arc::clone(&left), stands.clone());
        tokio::spawn(async move {
            while let Ok((node, _)) = listener.accept().await {
                let gateway = TcpStream::connect(&far).await.expect("the gateway");
                tokio::spawn(carry(node, gateway, Arc::clone(&budget), standing.clone()));
            }
        });
        Self { near, left, stands }
    }
}

/// Carries bytes both ways until one end is gone; what the gateway says only while there is something left.
async fn carry(
    node: TcpStream,
    gateway: TcpStream,
    left: Arc<AtomicUsize>,
    stands: watch::Sender<bool>,
) {
    let ((mut node_says, mut node_hears), (mut gateway_says, mut gateway_hears)) =
        (node.into_split(), gateway.into_split());
    let down = async {
        let mut bytes = [0; 4096];
        loop {
            let room = left.load(Ordering::SeqCst).min(bytes.len());
            if room == 0 {
                stands.send_replace(true);
                std::future::pending::<()>().await;
            }
            match gateway_says.read(&mut bytes[..room]).await {
                Ok(count @ 1..) if node_hears.write_all(&bytes[..count]).await.is_ok() => {
                    left.fetch_sub(count, Ordering::SeqCst);
                }
                _ => return,
            }
        }
    };
    tokio::select! {
        _ = tokio::io::copy(&mut node_says, &mut gateway_hears) => {}
        () = down => {}
    }
}

fn sync(site: &Site, gateway: &str) -> Command {
    let mut command = Command::new(precinto());
    command.args(["sync", "--gateway", gateway, "--node"]);
    command.arg(site.node_file(ANAM));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn state(site: &Site) -> PathBuf {
    site.path().join("state").join(ANAM)
}

/// Where the copy stands, and every case of it with its messages.
fn held(site: &Site, node: &Node) -> (u64, Vec<(String, Vec<MessageId>)>) {
    let origin = node.settings.log.name();
    let agency = node.author.node().agency();
    let file = state(site).join("copy.redb");
    let copy = OwnCopy::open(file, origin, agency, u64::MAX).expect("a sound copy");
    let page = Page {
        limit: 10 * ALERTS,
        ..Page::default()
    };
    let listed = copy.cases(&Filter::default(), &page).expect("a list");
    let cases = listed.cases.iter().map(|case| {
        let held = copy.case(&case.alert_id).expect("a case").expect("held");
        let messages = held.messages.iter();
        let ids = messages.map(|held| held.statement.message_id());
        (case.alert_id.to_string(), ids.collect())
    });
    (copy.position(), cases.collect())
}

async fn send(node: &Node) {
    let connection = node.connect().await;
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let (mut sender, mut answers) = pipeline::open(&connection, 64).await.expect("a stream");
    let signed: Vec<_> = (0..ALERTS).map(|_| messages.alert(600)).collect();
    let sending = async {
        for one in signed {
            sender.send(one).await.expect("the stream is open");
        }
        drop(sender);
    };
    let hearing = async {
        while let Some(answer) = answers.next().await {
            answer.outcome.expect("accepted");
        }
    };
    tokio::join!(sending, hearing);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_that_is_killed_in_the_middle_of_a_page_goes_on() {
    let site = Site::new();
    let gateway = site.start();
    send(&site.node("us-cbp-lax", &gateway)).await;
    let node = site.node(ANAM, &gateway);
    let line = Line::to(gateway.address().to_owned()).await;
    // Once without being disturbed: what shall be there in the end, and how much comes over the line for it.
    line.left.store(usize::MAX, Ordering::SeqCst);
    let whole = tokio::task::block_in_place(|| sync(&site, &line.near).status());
    assert!(whole.expect("precinto runs").success());
    let bytes = usize::MAX - line.left.load(Ordering::SeqCst);
    let expected = held(&site, &node);
    assert_eq!(expected.1.len(), ALERTS);
    std::fs::remove_dir_all(state(&site)).expect("the copy");

    let mut position = 0;
    for kill in 0..KILLS {
        // More than a page, and each time somewhere else in the next one.
        let share = bytes / (KILLS + 1) + 997 * kill;
        line.left.store(share, Ordering::SeqCst);
        line.stands.send_replace(false);
        let mut running = sync(&site, &line.near).spawn().expect("precinto runs");
        let mut stands = line.stands.subscribe();
        let stands = stands.wait_for(|stands| *stands);
        let stands = tokio::time::timeout(PATIENCE, stands).await;
        drop(stands.expect("in time").expect("the line is here"));
        running.kill().expect("our own child");
        running.wait().expect("our own child");
        let (reached, cases) = held(&site, &node);
        assert!((position + 1..expected.0).contains(&reached), "{reached}");
        position = reached;
        // The newest come first, and the oldest have been fetched.
        assert!(expected.1.ends_with(&cases), "{} cases", cases.len());
    }
    line.left.store(usize::MAX, Ordering::SeqCst);
    let rest = tokio::task::block_in_place(|| sync(&site, &line.near).status());
    assert!(rest.expect("precinto runs").success());
    // How far it comes depends on how often it was read, which is in the log too; what is there does not.
    let (reached, cases) = held(&site, &node);
    assert!(reached >= expected.0, "{reached}");
    assert_eq!(cases, expected.1);
    assert!(gateway.stop().success());
    audit(&site);
}
