//! The relay under load: who is on the line, what a delivery costs, and how soon it comes.
//!
//! Sizes are those of a quiet machine of two cores; `PRECINTO_BENCH_SIZE=0.1` makes every part a tenth as large, 5 five times.

mod catchup;
mod delivery;
pub(crate) mod echo;
mod flash;
mod paced;
mod proxy;
pub(crate) mod reader;
mod recall;
mod stalled;
mod subscribers;

use precinto_client::load::{self, Load, Report, Style};
use precinto_client::{Author, Connection, Signed};
use precinto_tests::{GatewayProcess, Messages, Node, Site};

/// The parts named in `parts`, one after the other.
pub(crate) async fn run(parts: &str) {
    if parts.contains("delivery") {
        delivery::run().await;
    }
    if parts.contains("catchup") {
        catchup::run().await;
    }
    if parts.contains("subscribers") {
        subscribers::run().await;
    }
    if parts.contains("stalled") {
        stalled::run().await;
    }
    if parts.contains("recall") {
        recall::run().await;
    }
    if parts.contains("flash") {
        flash::run().await;
    }
}

/// Whom everything is sent to.
const RECIPIENT: &str = "mx.dev.invalid/anam";
/// Letters of narrative that make an alert of 1 KiB.
const LETTERS: usize = 400;

/// A site where the Mexican customs have so many more desks (`d00`, `d01` …), and the American ones so many more senders.
fn site(desks: u32, senders: u32) -> Site {
    let more = |name: &str, code: &str, count: u32| -> String {
        let node = |n| format!(r#", {{ name = "{name}{n:02}", code = "{code}{n:03}" }}"#);
        (0..count).map(node).collect()
    };
    let [lax, mex] = [
        r#"{ name = "lax", code = "CBPLAX" }"#,
        r#"{ name = "mex", code = "ANAMEX" }"#,
    ];
    Site::of_profile(|profile| {
        assert!(profile.contains(lax) && profile.contains(mex));
        profile
            .replace(lax, &format!("{lax}{}", more("s", "CBP", senders)))
            .replace(mex, &format!("{mex}{}", more("d", "ANA", desks)))
    })
}

/// The Mexican customs' desk of this number.
fn desk(site: &Site, gateway: &GatewayProcess, number: u32) -> Node {
    site.node(&format!("mx-anam-d{number:02}"), gateway)
}

/// A node of the American customs that sends, its line, and what it sends.
pub(crate) struct Sender {
    pub(crate) node: Node,
    code: String,
}

impl Sender {
    /// The additional sender of this number.
    fn numbered(site: &Site, gateway: &GatewayProcess, number: u32) -> Self {
        Self {
            node: site.node(&format!("us-cbp-s{number:02}"), gateway),
            code: format!("US-CBP{number:03}"),
        }
    }

    /// The one that is always there.
    pub(crate) fn first(site: &Site, gateway: &GatewayProcess) -> Self {
        Self {
            node: site.node("us-cbp-lax", gateway),
            code: "US-CBPLAX".to_owned(),
        }
    }

    /// What it says to the Mexican customs, numbered from 1: make one for all that it sends.
    pub(crate) fn messages(&self) -> Messages<'_> {
        messages(&self.node.author, &self.code)
    }
}

fn messages<'a>(author: &'a Author, code: &str) -> Messages<'a> {
    Messages::new(author, code, RECIPIENT)
}

/// So many alerts of 1 KiB.
pub(crate) fn alerts(messages: &mut Messages<'_>, count: u32) -> Vec<Signed> {
    (0..count).map(|_| messages.alert(LETTERS)).collect()
}

/// All at once, 256 in flight on each connection; all must be accepted.
pub(crate) async fn pour(connections: &[Connection], work: Vec<Signed>) -> Report {
    let count = work.len();
    let load = Load {
        in_flight: 256,
        style: Style::Pipelined,
    };
    let report = load::run(connections, work, load).await.expect("the run");
    assert_eq!(report.accepted, count, "all accepted: {report:?}");
    report
}
