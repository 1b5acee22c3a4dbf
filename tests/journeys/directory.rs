//! Joining and leaving while the gateway runs: a side changes its own part, and both sides see it in the log.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Output;
use std::time::Duration;

use precinto_client::Signed;
use precinto_client::submit::submit;
use precinto_proto::v1 as pb;
use precinto_proto::v1::subscription_service_client::SubscriptionServiceClient;
use precinto_tests::{GatewayProcess, Messages, Node, Site, audit, run};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};
use tonic_types::StatusExt as _;

const MX: &str = "mx.dev.invalid";
const US: &str = "us.dev.invalid";
const LAX: &str = "us-cbp-lax";
const MEX: &str = "mx-anam-mex";
/// The node that leaves and comes back.
const HQ: &str = "mx-cofepris-hq";
const COFEPRIS: &str = "mx.dev.invalid/cofepris";

/// Long enough for a slow machine; that a stream ends within five seconds is tested where the clock stands still.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs a command of the node at this gateway.
fn as_node(site: &Site, node: &str, gateway: &GatewayProcess, arguments: &[&OsStr]) -> Output {
    let file = site.node_file(node);
    let mut all = arguments.to_vec();
    all.extend(["--node".as_ref(), file.as_os_str()]);
    all.extend([OsStr::new("--gateway"), gateway.address().as_ref()]);
    run(&all)
}

fn text(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    )
}

#[track_caller]
pub(super) fn expect_success(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(output));
    text(output)
}

/// The part in force as it stands, changed by hand, proposed and signed by a steward: the signed file.
pub(super) fn proposed(
    site: &Site,
    gateway: &GatewayProcess,
    (node, side, officer): (&str, &str, &str),
    change: impl FnOnce(&str) -> String,
) -> PathBuf {
    let show = ["directory", "show", side, "--text"].map(OsStr::new);
    let shown = as_node(site, node, gateway, &show);
    expect_success(&shown);
    let changed = change(&String::from_utf8(shown.stdout).expect("a text"));
    let (file, part) = (
        site.path().join(format!("{side}.toml")),
        site.path().join(format!("{side}.next.part")),
    );
    write(&file, &changed);
    let propose = [
        "directory".as_ref(),
        "propose".as_ref(),
        file.as_os_str(),
        "--officer".as_ref(),
        officer.as_ref(),
        "--out".as_ref(),
        part.as_os_str(),
    ];
    expect_success(&as_node(site, node, gateway, &propose));
    part
}

pub(super) fn apply(
    site: &Site,
    gateway: &GatewayProcess,
    node: &str,
    part: &std::path::Path,
    flags: &[&str],
) -> Output {
    let mut line = vec!["directory".as_ref(), "apply".as_ref(), part.as_os_str()];
    line.extend(flags.iter().map(OsStr::new));
    as_node(site, node, gateway, &line)
}

#[expect(clippy::disallowed_methods, reason = "a test's own throw-away file")]
fn write(path: &std::path::Path, text: &str) {
    std::fs::write(path, text).expect("a file");
}

/// The text without one node; its agency and officers stay.
pub(super) fn without_hq(part: &str) -> String {
    let mut agency = String::new();
    let blocks = part.split("\n[[").enumerate();
    let kept = blocks.filter_map(|(number, block)| {
        if let Some((_, id)) = block.split_once("id = \"mx.dev.invalid/") {
            agency = id.split('"').next().unwrap_or_default().to_owned();
        }
        let block = match (agency.as_str(), block.split("]]").next()) {
            ("cofepris", Some("agency.node")) => return None,
            ("cofepris", Some("agency.officer")) => block.replace("[\"hq\"]", "[]"),
            _ => block.to_owned(),
        };
        Some(if number == 0 {
            block
        } else {
            format!("\n[[{block}")
        })
    });
    kept.collect()
}

/// An open stream of the node's subscription.
async fn open(
    node: &Node,
) -> (
    mpsc::Sender<pb::SubscribeRequest>,
    Streaming<pb::SubscribeResponse>,
) {
    let connection = node.connect().await;
    let mut client = SubscriptionServiceClient::new(connection.channel());
    let create = pb::CreateSubscriptionRequest {
        name: "desk".to_owned(),
        ..Default::default()
    };
    if let Err(status) = client.create_subscription(create).await {
        assert_eq!(reason(&status), "SUBSCRIPTION_EXISTS");
    }
    let (requests, outgoing) = mpsc::channel(4);
    let init = pb::SubscribeRequest {
        init: Some(pb::Init {
            subscription: "desk".to_owned(),
            credit: 8,
            ..Default::default()
        }),
        ..Default::default()
    };
    requests.send(init).await.expect("a stream");
    let answers = client.subscribe(ReceiverStream::new(outgoing)).await;
    (requests, answers.expect("a stream").into_inner())
}

/// The next message that `wanted` finds something in.
async fn next<T>(
    answers: &mut Streaming<pb::SubscribeResponse>,
    wanted: impl Fn(pb::SubscribeResponse) -> Option<T>,
) -> T {
    let reading = async {
        loop {
            let message = answers.message().await.expect("a stream");
            if let Some(found) = wanted(message.expect("the stream goes on")) {
                return found;
            }
        }
    };
    let read = tokio::time::timeout(PATIENCE, reading);
    read.await.expect("something is lost")
}

async fn delivered(answers: &mut Streaming<pb::SubscribeResponse>) -> u64 {
    next(answers, |message| message.delivery).await.index
}

fn reason(status: &Status) -> String {
    let info = status.get_details_error_info();
    info.unwrap_or_else(|| panic!("{status:?}")).reason
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_leaves_and_comes_back_while_the_gateway_runs() {
    let site = Site::new();
    let mut gateway = site.start();
    let (lax, hq) = (site.node(LAX, &gateway), site.node(HQ, &gateway));
    let line = lax.connect().await;
    let mut messages = Messages::new(&lax.author, "US-CBPLAX", COFEPRIS);
    let (requests, mut stream) = open(&hq).await;
    let first = submit(&line, &messages.notice()).await.expect("accepted");
    assert_eq!(delivered(&mut stream).await, first.index);

    // Nothing counts before it is applied.
    let steward = (MEX, MX, "hernandez");
    let part = proposed(&site, &gateway, steward, without_hq);
    let dry = expect_success(&apply(&site, &gateway, MEX, &part, &["--dry-run"]));
    assert!(dry.contains("cofepris"), "{dry}");
    let second = submit(&line, &messages.notice()).await.expect("accepted");
    assert_eq!(delivered(&mut stream).await, second.index);

    // The other side can look at it, and not apply it.
    let foreign = apply(&site, &gateway, LAX, &part, &[]);
    assert!(!foreign.status.success(), "{}", text(&foreign));
    expect_success(&apply(&site, &gateway, MEX, &part, &[]));
    let closing = next(&mut stream, |message| message.closing).await;
    assert_eq!(closing.reason(), pb::ClosingReason::Unlisted);
    drop((requests, stream));
    let list = ["sub", "list"].map(OsStr::new);
    let cut_off = as_node(&site, HQ, &gateway, &list);
    assert!(
        text(&cut_off).contains("NODE_UNKNOWN"),
        "{}",
        text(&cut_off)
    );
    expect_success(&apply(&site, &gateway, MEX, &part, &[]));

    // Its agency is still told, and nobody hears it; a restart changes nothing, however the process ended.
    let third = submit(&line, &messages.notice()).await.expect("accepted");
    drop(line);
    gateway.kill();
    let gateway = site.start();
    let cut_off = as_node(&site, HQ, &gateway, &list);
    assert!(
        text(&cut_off).contains("NODE_UNKNOWN"),
        "{}",
        text(&cut_off)
    );

    // Both sides see the same part, proven by the log.
    for (node, other) in [(LAX, MX), (MEX, US)] {
        let show = ["directory", "show", other].map(OsStr::new);
        expect_success(&as_node(&site, node, &gateway, &show));
    }
    let node = "\n[[agency.node]]\nname = \"hq\"\ncode = \"COFHQ\"\n";
    let back = |part: &str| {
        let officer = "\n[[agency.officer]]\nid = \"morales\"";
        assert!(part.contains(officer), "{part}");
        part.replace(
            officer,
            &format!("{node}{}", officer.trim_start_matches('\n')),
        )
    };
    let part = proposed(&site, &gateway, steward, back);
    expect_success(&apply(&site, &gateway, MEX, &part, &[]));
    let hq = site.node(HQ, &gateway);
    let (_requests, mut stream) = open(&hq).await;
    let mut heard = [0; 3];
    for index in &mut heard {
        *index = delivered(&mut stream).await;
    }
    assert_eq!(
        heard,
        [first.index, second.index, third.index],
        "nothing is lost"
    );
    assert!(gateway.stop().success());
    audit(&site);
}

/// Everything that the node is delivered from the log's begin, by a subscription of its own that is new each time.
fn told(site: &Site, gateway: &GatewayProcess, node: &str, name: &str) -> Vec<u64> {
    let watch = ["watch", name, "--until-caught-up", "-o", "jsonl"].map(OsStr::new);
    let said = as_node(site, node, gateway, &watch);
    assert!(said.status.success(), "{node}: {}", text(&said));
    let said = String::from_utf8(said.stdout).expect("lines of JSON");
    let events = said
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a line of JSON"));
    let deliveries = events.filter(|one| one["event"] == "delivery");
    let indexes = deliveries.map(|one| one["index"].as_u64().expect("an index"));
    indexes.collect()
}

/// A notice for whatever stands behind a name; where it stands, and who is told as the log has it.
async fn send_to(
    sender: &Node,
    messages: &mut Messages<'_>,
    (kind, name): (pb::RecipientKind, &str),
) -> (u64, Vec<String>) {
    let to = pb::RecipientRef {
        kind: kind.into(),
        name: name.to_owned(),
    };
    let request = sender.resign(&messages.notice(), |said| {
        said.recipients = vec![to.clone()];
    });
    let signed = Signed::from_request(request).expect("a statement");
    let accepted = submit(&sender.connect().await, &signed).await;
    let accepted = accepted.expect("accepted");
    // As the receipt proves that the record has it.
    let [resolved] = accepted.recipients.as_slice() else {
        panic!("{:?}", accepted.recipients)
    };
    assert_eq!(resolved.requested, Some(to));
    assert!(resolved.nodes.is_empty(), "{resolved:?}");
    (accepted.index, resolved.agencies.clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_and_a_topic_reach_exactly_who_belongs_to_them_when_it_is_said() {
    const NODES: [&str; 6] = [
        "us-atf-hq",
        "us-dea-hq",
        "us-cbp-lax",
        "mx-fgr-hq",
        "mx-cofepris-hq",
        "mx-anam-mex",
    ];
    const DESK: (pb::RecipientKind, &str) = (pb::RecipientKind::Group, "firearms-desk");
    let site = Site::new();
    let mut gateway = site.start();
    let lax = site.node(LAX, &gateway);
    let mut messages = Messages::new(&lax.author, "US-CBPLAX", COFEPRIS);
    // Of both sides, each by its own part.
    let (group, agencies) = send_to(&lax, &mut messages, DESK).await;
    assert_eq!(agencies, ["mx.dev.invalid/fgr", "us.dev.invalid/atf"]);
    let precursors = (pb::RecipientKind::Topic, "precursors");
    let (topic, agencies) = send_to(&lax, &mut messages, precursors).await;
    let subscribed = [
        "mx.dev.invalid/cofepris",
        "mx.dev.invalid/fgr",
        "us.dev.invalid/dea",
    ];
    assert_eq!(agencies, subscribed);
    let expected = [
        vec![group],
        vec![topic],
        vec![],
        vec![group, topic],
        vec![topic],
        vec![],
    ];
    for (node, expected) in NODES.into_iter().zip(&expected) {
        assert_eq!(told(&site, &gateway, node, "before"), *expected, "{node}");
    }

    // One leaves the group, another joins: that counts for what is said from then on.
    let steward = (MEX, MX, "hernandez");
    let part = proposed(&site, &gateway, steward, |part| {
        let (old, new) = (
            "members = [\"mx.dev.invalid/fgr\"]",
            "members = [\"mx.dev.invalid/anam\"]",
        );
        assert_eq!(part.matches(old).count(), 1, "{part}");
        part.replace(old, new)
    });
    expect_success(&apply(&site, &gateway, MEX, &part, &[]));
    let (later, agencies) = send_to(&lax, &mut messages, DESK).await;
    assert_eq!(agencies, ["mx.dev.invalid/anam", "us.dev.invalid/atf"]);
    gateway.kill();
    let gateway = site.start();
    let expected = [
        vec![group, later],
        vec![topic],
        vec![],
        vec![group, topic],
        vec![topic],
        vec![later],
    ];
    for (node, expected) in NODES.into_iter().zip(&expected) {
        assert_eq!(told(&site, &gateway, node, "after"), *expected, "{node}");
    }
    assert!(gateway.stop().success());
    audit(&site);
}
