//! A recall at `precinto node run`: handed over, carried out in a copy of some thousand messages and among files, and confirmed.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use precinto_alert::code::MessageType;
use precinto_client::submit::submit;
use precinto_client::subscribe::Subscriber;
use precinto_tests::{GatewayProcess, Site, precinto};
use tokio::time::{Instant, timeout};

use super::{PATIENCE, live, next, recall};
use crate::measure::{percentile_ms, sized, spread};
use crate::relay::delivery::subscriber;
use crate::relay::{Sender, alerts, pour, site};
use crate::{limit, say};

/// Alerts that the agent has taken over and acknowledged before the first recall: its copy holds twice as many messages.
const COPIED: u32 = 2_500;
/// Of those, how many are recalled one after the other.
const RECALLS: u32 = 25;
/// The goal.
const P99_MS: f64 = 5_000.0;
/// Until the agent has taken over and acknowledged all of it.
const FILLING: Duration = Duration::from_mins(20);

pub(super) async fn run() {
    let site = site(1, 1);
    let gateway = site.start();
    let agent = Agent::start(&site, &gateway, "mx-anam-d00");
    let sender = Sender::first(&site, &gateway);
    let line = sender.node.connect().await;
    let mut listening = live(subscriber(&sender.node, "answers")).await;
    let (copied, count) = (sized(COPIED), sized(RECALLS));
    let sent = alerts(&mut sender.messages(), copied);
    pour(std::slice::from_ref(&line), sent.clone()).await;
    let acknowledged = async {
        for _ in 0..copied {
            answer(&mut listening, MessageType::Ack).await;
        }
    };
    timeout(FILLING, acknowledged)
        .await
        .expect("acknowledged in time");

    let mut took = Vec::new();
    for (number, alert) in (0..count).zip(&sent) {
        let recall = recall(&sender.node, alert, number);
        submit(&line, &recall).await.expect("accepted");
        let recalled = Instant::now();
        let confirmed = answer(&mut listening, MessageType::RecallConfirm);
        let about = timeout(PATIENCE, confirmed).await.expect("in time");
        assert_eq!(&about, recall.message_id().as_bytes(), "the newest recall");
        took.push(recalled.elapsed());
    }
    say(&format!(
        "recall, {count} recalls one after the other, each confirmed by an agent with a copy of {} messages:",
        2 * copied
    ));
    say(&format!(
        "  receipt of the recall to delivery of the confirmation: {}",
        spread(&mut took)
    ));
    limit(
        "confirmed by an agent, p99, ms",
        percentile_ms(&mut took, 99),
        P99_MS,
    );
    drop(agent);
    assert!(gateway.stop().success(), "a clean stop");
}

/// What the next message of this type refers to.
async fn answer(listening: &mut Subscriber, wanted: MessageType) -> [u8; 16] {
    loop {
        let delivery = next(listening).await;
        if delivery.statement.message_type() == wanted {
            let about = delivery.statement.refers_to().expect("what it answers");
            return *about.as_bytes();
        }
    }
}

/// A running agent, whose systems do what is handed over to them. Dropping it kills it.
struct Agent(Child);

impl Agent {
    fn start(site: &Site, gateway: &GatewayProcess, node: &str) -> Self {
        let file = site.node_file(node);
        let text = std::fs::read_to_string(&file).expect("the node's file");
        let table = "[run]\nhand_over = \"../in\"\nconfirm_recalls = true\n";
        write(&file, &format!("{text}\n{table}"));
        let mut command = Command::new(precinto());
        command.args(["node", "run", "--exit-with-stdin", "--node"]);
        command.arg(&file).args(["--gateway", gateway.address()]);
        // Its stdin is ours: should this benchmark die, the agent ends too.
        command.stdin(Stdio::piped());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().expect("precinto runs"))
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // Already ended is as good as killed.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark's own throw-away file"
)]
fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file");
}
