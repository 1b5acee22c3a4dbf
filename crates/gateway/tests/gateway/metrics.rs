//! The operator's port: what it shows, to whom, and that the alarms that ship ask for nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use precinto_envelope::crypto::SigningKey;
use precinto_envelope::directory::SignedPart;
use precinto_gateway::limits::ADMIN_CONNECTIONS_MAX;
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::cosignature::CosignatureSigner;
use precinto_proto::v1 as pb;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::cases::mexico;
use crate::harness::parts::{MX, next};
use crate::harness::watch::Watch;
use crate::harness::{LAX, NLU, Node, World, pki, reason, write};

/// The alarms as they ship.
const ALARMS: &str = include_str!("../../alarms/gateway.rules.yml");

const TABLE: &str = "\n[admin]\nlisten = \"127.0.0.1:0\"\n";

impl World {
    /// A gateway whose operator has a port.
    async fn with_admin() -> Self {
        let mut world = Self::start().await;
        world.stop().await;
        let file = world.path("gateway.toml");
        let settings = std::fs::read_to_string(&file).unwrap();
        write(&file, (settings + TABLE).as_bytes());
        world.resume().await;
        world
    }

    /// What comes back for these bytes, whole.
    async fn raw(&self, request: &str) -> String {
        let mut socket = TcpStream::connect(self.admin.unwrap()).await.unwrap();
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        // A connection that is cut is an end too.
        let read = socket.read_to_string(&mut answer);
        drop(
            tokio::time::timeout(Duration::from_mins(1), read)
                .await
                .unwrap(),
        );
        answer
    }

    /// Status and body.
    async fn get(&self, path: &str) -> (String, String) {
        let host = self.admin.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let answer = self.raw(&request).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap();
        (status.to_owned(), body.to_owned())
    }

    /// Every value that `/metrics` shows, by name and labels.
    async fn figures(&self) -> BTreeMap<String, f64> {
        let (status, body) = self.get("/metrics").await;
        assert_eq!(status, "200");
        assert!(body.ends_with("# EOF\n"), "{body}");
        let lines = body.lines().filter(|line| !line.starts_with('#'));
        let value = |line: &str| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        };
        lines.map(value).collect()
    }
}

/// The metrics that the alarms name.
fn asked_for() -> BTreeSet<String> {
    let expressions = ALARMS.lines().filter_map(|line| line.split_once("expr: "));
    let words = expressions.flat_map(|(_, expression)| {
        expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
    });
    let is_metric = |word: &&str| word.starts_with("precinto_") || word.starts_with("grpc_server_");
    words.filter(is_metric).map(str::to_owned).collect()
}

/// A policy of a side and a witness key come into force; something is refused, accepted, said again, delivered and cosigned, the
/// last two five seconds ago. Lines and stream stay open with the answer.
async fn something_of_each(world: &World) -> (Node, Node, Watch, SignedPart) {
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    // A policy and a witness key, then what they are for.
    let witness = SigningKey::from_ed25519_seed([22; 32]);
    let witness = CosignatureSigner::new(NLU.trim_start_matches("spiffe://"), witness).unwrap();
    let policy = "stewards_needed = 1\npolicy = '''\n@id(\"no-fuel\")\nforbid (principal, action in Action::\"Obtain\", resource)\n\
                  when { resource.commodities.contains(CommodityClass::\"ILLICIT_FUEL\") };\n'''\n";
    let part = world.offered(MX);
    let part = mexico(world, &nlu, &part, "stewards_needed = 1\n", policy).await;
    let code = "code = \"ANAMNLU\"\n";
    let with_key = format!("{code}witness = \"{}\"\n", witness.verifier());
    let part = mexico(world, &nlu, &part, code, &with_key).await;
    let alert = lax.alert(1, 1, &[]);
    assert_eq!(
        reason(&lax.send(&alert).await.unwrap_err()),
        "POLICY_DENIED"
    );

    let notice = lax.notice("mx.dev.invalid/anam");
    for duplicate in [false, true] {
        assert_eq!(lax.submit(&notice).await.unwrap().duplicate, duplicate);
    }
    nlu.create("watch").await;
    let mut watch = nlu.watch("watch", 16).await;
    watch.delivery().await;
    watch.caught_up().await;
    world.clock.advance(5_000);
    let request = pb::GetCheckpointRequest::default();
    let note = lax
        .log()
        .get_checkpoint(request)
        .await
        .unwrap()
        .into_inner();
    let note = SignedCheckpoint::verify(note.checkpoint.as_bytes(), &world.verifier).unwrap();
    let checkpoint = note.checkpoint();
    let line = witness.cosign(checkpoint, pki::NOW_MS / 1000).unwrap();
    let cosignature = pb::Cosignature {
        line,
        tree_size: checkpoint.size,
    };
    let said = pb::SubscribeRequest {
        cosignature: Some(cosignature),
        ..Default::default()
    };
    watch.say(said).await;
    (lax, nlu, watch, part)
}

/// What is shown, once the cosignature is: it is judged beside everything else.
async fn figures_with(world: &World, cosigned: &str) -> BTreeMap<String, f64> {
    let look = async {
        loop {
            let figures = world.figures().await;
            if figures.contains_key(cosigned) {
                return figures;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let figures = tokio::time::timeout(Duration::from_mins(1), look).await;
    figures.unwrap()
}

/// Names and values after [`something_of_each`].
const EXPECTED: &[(&str, f64)] = &[
    (
        "precinto_accepted_total{agency=\"us.dev.invalid/cbp\",type=\"SYSTEM_NOTICE\"}",
        1.0,
    ),
    ("precinto_refused_total{reason=\"POLICY_DENIED\"}", 1.0),
    (
        "precinto_policy_denials_total{policy=\"mx.dev.invalid#no-fuel\"}",
        1.0,
    ),
    ("precinto_submit_durable_seconds_count", 1.0),
    ("precinto_audit_write_failures_total", 0.0),
    ("precinto_ready", 1.0),
    ("precinto_connections", 2.0),
    (
        "precinto_cosignature_age_seconds{witness=\"spiffe://mx.dev.invalid/agency/anam/node/nlu\"}",
        5.0,
    ),
    ("precinto_checkpoint_age_seconds", 5.0),
    (
        "precinto_oldest_unsettled_seconds{node=\"spiffe://mx.dev.invalid/agency/anam/node/nlu\"}",
        5.0,
    ),
    (
        "precinto_parked_deliveries{node=\"spiffe://mx.dev.invalid/agency/anam/node/nlu\"}",
        0.0,
    ),
    (
        "precinto_subscription_lag_entries{node=\"spiffe://mx.dev.invalid/agency/anam/node/nlu\"}",
        0.0,
    ),
    (
        "grpc_server_handled_total{grpc_service=\"precinto.v1.SubmissionService\",grpc_method=\"Submit\",grpc_code=\"OK\"}",
        2.0,
    ),
    (
        "grpc_server_started_total{grpc_service=\"precinto.v1.SubscriptionService\",grpc_method=\"Subscribe\"}",
        1.0,
    ),
];

/// What is above 0, and not ours to say by how much.
const ABOVE_ZERO: &[&str] = &[
    "precinto_fsync_seconds_count",
    "precinto_batch_entries_sum",
    "precinto_storage_free_bytes",
    "precinto_crl_next_update_seconds{side=\"mx.dev.invalid\"}",
    "precinto_cert_expiry_seconds{id=\"us.gw.dev.invalid\"}",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_sees_what_happens_and_every_figure_that_an_alarm_asks_for() {
    let mut world = World::with_admin().await;
    let (lax, nlu, watch, part) = something_of_each(&world).await;
    let cosigned = format!("precinto_cosignature_age_seconds{{witness=\"{NLU}\"}}");
    let figures = figures_with(&world, &cosigned).await;
    let of = |name: &str| {
        let figure = figures.get(name);
        *figure.unwrap_or_else(|| panic!("no {name} in {figures:#?}"))
    };
    for (name, value) in EXPECTED {
        assert!((of(name) - value).abs() < 1e-9, "{name} {}", of(name));
    }
    let size: f64 = lax.size().await.parse().unwrap();
    assert!((of("precinto_log_size") - size).abs() < 1e-9);
    for name in ABOVE_ZERO {
        assert!(of(name) > 0.0, "{name}");
    }
    // Who, which rule, how many: never what was said.
    let all: String = figures.keys().cloned().collect();
    for secret in ["ANAMNLU-", "CBPLAX-", "Ejemplo"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    let shown: BTreeSet<&str> = figures
        .keys()
        .map(|key| key.split('{').next().unwrap())
        .collect();
    let asked = asked_for();
    assert!(asked.len() > 10, "{asked:?}");
    let missing: Vec<_> = asked
        .iter()
        .filter(|name| !shown.contains(name.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?} in {shown:#?}");
    // Another node is in its place: nobody is to be called for who has left, though what it has subscribed to is kept.
    let text = next(&part, |text| {
        let lines = text
            .lines()
            .filter(|line| !line.starts_with("witness = "))
            .map(|line| format!("{line}\n"));
        let text: String = lines.collect();
        text.replace("\"nlu\"", "\"tij\"")
            .replace("ANAMNLU", "ANAMTIJ")
    });
    // It may be cut off before it hears the answer.
    drop(nlu.apply(&world.pki.part(&text)).await);
    let left = async {
        while world.figures().await.keys().any(|key| key.contains(NLU)) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let left = tokio::time::timeout(Duration::from_mins(1), left).await;
    left.expect("who has left is not shown");
    drop((lax, nlu, watch));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_port_answers_what_it_knows_and_refuses_the_rest() {
    let mut world = World::with_admin().await;
    for (path, status, text) in [
        ("/livez", "200", "alive\n"),
        ("/readyz", "200", "ready\n"),
        ("/readyz?verbose", "200", "ready\n"),
        (
            "/version",
            "200",
            concat!("precinto ", env!("CARGO_PKG_VERSION"), "\n"),
        ),
        (
            "/",
            "404",
            "there are /livez, /readyz, /metrics and /version\n",
        ),
    ] {
        assert_eq!(
            world.get(path).await,
            (status.to_owned(), text.to_owned()),
            "{path}"
        );
    }
    let long = format!("X: {}\r\n", "x".repeat(64 * 1024));
    let many = "X: x\r\n".repeat(100);
    for (request, status) in [
        (
            "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
            "405",
        ),
        (
            "GET /metrics HTTP/1.1\r\nHost: gateway.example\r\n\r\n",
            "421",
        ),
        (
            &format!("GET /livez HTTP/1.1\r\nHost: localhost\r\n{long}\r\n"),
            "431",
        ),
        (
            &format!("GET /livez HTTP/1.1\r\nHost: localhost\r\n{many}\r\n"),
            "431",
        ),
        ("no HTTP\r\n\r\n", "400"),
    ] {
        let answer = world.raw(request).await;
        let head = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&head), "{status}: {answer:.200}");
    }
    // As many as it has places for, none of whom says anything: who comes after them is not kept out.
    let address = world.admin.unwrap();
    let mut silent = Vec::new();
    for _ in 0..ADMIN_CONNECTIONS_MAX {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    assert_eq!(world.get("/livez").await.0, "200");
    let mut first = silent.swap_remove(0);
    let mut nothing = Vec::new();
    let end = tokio::time::timeout(Duration::from_mins(1), first.read_to_end(&mut nothing));
    drop(end.await.expect("who says nothing is let go"));
    assert!(nothing.is_empty());
    // It ends with the gateway. That nobody listens there then cannot be asked: the port may be another's by now.
    world.stop().await;
}
