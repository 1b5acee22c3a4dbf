//! C16, C18 and C19: certificates that cost much to judge, that say what their authority may not say, or that count no more.

use std::sync::Arc;
use std::time::Duration;

use precinto_client::{Connection, Settings};
use precinto_envelope::pem;
use precinto_envelope::tls::Credential;
use precinto_tests::{Node, Site};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};

use crate::cost::cpu_us;
use crate::drill::{Drill, sized};
use crate::raw::{self, PREFACE};

/// What the end of a connection may take.
const SOON: Duration = Duration::from_secs(5);

/// Asks to be let in as often as this; nobody is. Afterwards whoever may come in does.
async fn knock(drill: &Drill, node: &Node, settings: &Settings, times: usize) {
    for _ in 0..times {
        let entered = Connection::open(settings, &node.clock).await;
        assert!(entered.is_err(), "it was let in");
    }
    // It comes from the same address, whose places the last of them may still hold: a node tries again.
    let newcomer = drill.site.node("us-atf-hq", &drill.gateway);
    let enters = async {
        while Connection::open(&newcomer.settings, &newcomer.clock)
            .await
            .is_err()
        {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(SOON, enters).await.expect("it is let in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c16_chains_without_end() {
    let drill = Drill::begin("C16", "chains of fifty certificates").await;
    let attacker = drill.attacker();
    let read = |name: &str| std::fs::read(drill.site.path().join(name)).expect("a site's file");
    let mut chain = pem::certificates(&read("us/dea/hq.tls.pem")).expect("a chain");
    let key = pem::private_key(&read("us/dea/hq.tls.key.pem")).expect("a key");
    let root = pem::certificates(&read("trust/us.dev.invalid/root.pem")).expect("a root");
    chain.extend(root.iter().cycle().take(49).cloned());
    let chain: Vec<_> = chain.into_iter().map(CertificateDer::from).collect();
    let mut config = raw::tls_settings(&attacker, &[b"h2"]);
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key));
    let keys = config.crypto_provider().key_provider;
    let key = keys.load_private_key(key).expect("a key");
    config.client_auth_cert_resolver =
        Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, key)));
    let times = sized(100, 5_000);
    let process = drill.gateway.id().to_string();
    let before = cpu_us(&process);
    for _ in 0..times {
        let tcp = raw::dial(&attacker.settings.gateway, 66)
            .await
            .expect("TCP");
        // In TLS 1.3 the client is through before the gateway has looked at its certificates.
        let Ok(mut tls) = raw::handshake_by(config.clone(), &attacker, tcp).await else {
            continue;
        };
        drop(tls.write_all(PREFACE).await);
        let mut all = Vec::new();
        let end = timeout(SOON, tls.read_to_end(&mut all)).await;
        assert!(end.is_ok() && all.is_empty(), "it was let in");
    }
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let each_us = (cpu_us(&process) - before) / times as f64;
    knock(&drill, &attacker, &attacker.settings, 0).await;
    // The honest client's share of it included.
    let outcome = format!("{times} handshakes, all refused, {each_us:.0} us of CPU for each");
    drill.end(&outcome).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c18_an_authority_that_names_the_other_sides_nodes() {
    let site = Site::with_authorities();
    let drill = Drill::begin_at("C18", "one side's authority names the other's nodes", site).await;
    let attacker = drill.attacker();
    let authority = drill.site.authority("mx");
    let (chain, key) = authority.names("spiffe://us.dev.invalid/agency/dea/node/hq");
    let settings = Settings {
        credential: Credential::new(&[chain], &key).expect("key and certificate"),
        ..attacker.settings.clone()
    };
    let times = sized(100, 5_000);
    knock(&drill, &attacker, &settings, times).await;
    drop(authority);
    drill.end(&format!("{times} handshakes, all refused")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c19_the_stolen_laptop_that_comes_again_and_again() {
    let drill = Drill::begin("C19", "a revoked certificate").await;
    let stolen = drill.site.node("us-cbp-lost", &drill.gateway);
    let times = sized(100, 5_000);
    knock(&drill, &stolen, &stolen.settings, times).await;
    drill.end(&format!("{times} handshakes, all refused")).await;
}
