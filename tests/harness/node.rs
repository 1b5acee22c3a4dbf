//! An agency's node in a test: the client library, set up from the configuration file that `keys dev` wrote.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use precinto_client::{Author, Clock, Connection, Settings, Signed, Signer};
use precinto_envelope::certificate::Certificate;
use precinto_envelope::crypto::SigningKey;
use precinto_envelope::pem;
use precinto_envelope::sign::sign;
use precinto_envelope::tls::Credential;
use precinto_envelope::trust::{SideTrust, TrustStore};
use precinto_ledger::clock::{Clock as _, SystemClock};
use precinto_merkle::note::NoteVerifier;
use precinto_proto::v1 as pb;
use prost::Message as _;
use serde::Deserialize;

/// The present time in milliseconds since 1970 UTC.
pub fn now_ms() -> u64 {
    SystemClock.now_ms()
}

#[derive(Deserialize)]
struct File {
    server_name: String,
    gateway_identity: String,
    log: Option<String>,
    #[serde(rename = "log_file")]
    log_beside: Option<PathBuf>,
    tls: Pair,
    signing: Pair,
    side: Vec<Side>,
}

#[derive(Deserialize)]
struct Pair {
    certificate: PathBuf,
    key: PathBuf,
}

#[derive(Deserialize)]
struct Side {
    domain: String,
    roots: Vec<PathBuf>,
    crls: Vec<PathBuf>,
}

/// A node that can connect and sign.
pub struct Node {
    /// How it connects.
    pub settings: Settings,
    /// Who signs for it.
    pub author: Author,
    /// The system's clock.
    pub clock: Clock,
    key: SigningKey,
    key_id: [u8; 32],
}

impl Node {
    /// Reads a node's configuration file and everything it names.
    pub fn load(file: &Path, gateway: &str) -> Self {
        let base = file.parent().expect("a folder");
        let read = |p: &Path| {
            std::fs::read(base.join(p)).unwrap_or_else(|e| panic!("{}: {e}", p.display()))
        };
        let text = std::fs::read_to_string(file).expect("the node's file");
        let node: File = toml::from_str(&text).expect("the node's file");
        let sides = node.side.iter().map(|side| {
            let many = |paths: &[PathBuf], parse: fn(&[u8]) -> Vec<Vec<u8>>| -> Vec<Vec<u8>> {
                paths.iter().flat_map(|p| parse(&read(p))).collect()
            };
            let roots = many(&side.roots, |b| pem::certificates(b).expect("roots"));
            let crls = many(&side.crls, |b| pem::revocation_lists(b).expect("CRLs"));
            let domain = side.domain.parse().expect("a trust domain");
            SideTrust::load(domain, &roots, &crls, now_ms()).expect("trust")
        });
        let trust = Arc::new(TrustStore::new(sides.collect()).expect("trust"));
        let log = node.log.unwrap_or_else(|| {
            let path = node.log_beside.as_deref().expect("log or log_file");
            String::from_utf8(read(path)).expect("a verifier key")
        });
        let log = NoteVerifier::parse(log.trim()).expect("a verifier key");
        let chain = pem::certificates(&read(&node.tls.certificate)).expect("a chain");
        let key = pem::private_key(&read(&node.tls.key)).expect("a key");
        let credential = Credential::new(&chain, &key).expect("key and certificate");
        let settings = Settings {
            gateway: gateway.to_owned(),
            server_name: node.server_name,
            gateway_identity: node.gateway_identity.parse().expect("a gateway"),
            credential,
            trust,
            log: log.clone(),
        };
        let chain = pem::certificates(&read(&node.signing.certificate)).expect("a chain");
        let key = pem::private_key(&read(&node.signing.key)).expect("a key");
        let leaf = Certificate::parse(chain.first().expect("a leaf")).expect("a certificate");
        let again = SigningKey::from_pkcs8_der(&key).expect("a key");
        let key = SigningKey::from_pkcs8_der(&key).expect("a key");
        let key_id = leaf.digest();
        let signer = Signer::new(key, Arc::new(leaf), Vec::new()).expect("key and certificate");
        let author = Author::new(signer, log.name()).expect("a node's signer");
        Self {
            settings,
            author,
            clock: Clock::new(now_ms),
            key: again,
            key_id,
        }
    }

    /// Connects.
    pub async fn connect(&self) -> Connection {
        Connection::open(&self.settings, &self.clock)
            .await
            .expect("the gateway lets the node in")
    }

    /// Changes a signed request's statement and signs it anew with the node's own key, whatever it says now.
    pub fn resign(
        &self,
        signed: &Signed,
        change: impl FnOnce(&mut pb::Statement),
    ) -> pb::SubmitRequest {
        let mut request = signed.request().clone();
        let mut statement = signed.statement();
        change(&mut statement);
        request.envelope = self.sign_bytes(statement.encode_to_vec());
        request
    }

    /// Signs any bytes as a statement: a serialised envelope.
    pub fn sign_bytes(&self, payload: Vec<u8>) -> Vec<u8> {
        sign(payload, &[(&self.key, self.key_id)]).encode_to_vec()
    }
}
