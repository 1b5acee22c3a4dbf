//! Whole handshakes, in memory: who gets in, who does not and why, and every setting that a default would undo.

use super::*;
use crate::test_pki::*;
use precinto_alert::Reason;
use rustls::pki_types::ServerName;
use rustls::{
    CipherSuite, ClientConnection, Connection, HandshakeKind, ProtocolVersion, ServerConnection,
};
use std::sync::atomic::{AtomicU64, Ordering};

/// How a handshake ended: both ends, or the reason that each end gives.
type Outcome = Result<Ends, Refusal>;

struct Ends {
    client: ClientConnection,
    server: ServerConnection,
}

#[derive(Debug, PartialEq, Eq)]
struct Refusal {
    client: Option<Reason>,
    server: Option<Reason>,
}

fn handshake(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>, name: &str) -> Outcome {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut client = Connection::from(ClientConnection::new(Arc::clone(client), name).unwrap());
    let mut server = Connection::from(ServerConnection::new(Arc::clone(server)).unwrap());
    let (mut client_error, mut server_error) = (None, None);
    // A handshake takes three flights; two more carry tickets and alerts.
    for _ in 0..5 {
        carry(&mut client, &mut server, &mut server_error);
        carry(&mut server, &mut client, &mut client_error);
    }
    match (client, server, client_error, server_error) {
        (Connection::Client(client), Connection::Server(server), None, None) => {
            assert!(!client.is_handshaking() && !server.is_handshaking());
            Ok(Ends { client, server })
        }
        (_, _, client, server) => Err(Refusal {
            client: client.map(|error| error_reason(&error)),
            server: server.map(|error| error_reason(&error)),
        }),
    }
}

/// Carries all that one end has to say to the other.
fn carry(from: &mut Connection, to: &mut Connection, error: &mut Option<rustls::Error>) {
    let mut wire = Vec::new();
    while from.wants_write() {
        from.write_tls(&mut wire).unwrap();
    }
    let mut rest = wire.as_slice();
    while !rest.is_empty() && error.is_none() {
        to.read_tls(&mut rest).unwrap();
        *error = to.process_new_packets().err();
    }
}

fn now() -> Arc<dyn TimeProvider> {
    time_provider(|| NOW_MS)
}

fn credential(issued: &Issued) -> Credential {
    Credential::new(&[&issued.der], &issued.key_pkcs8).unwrap()
}

struct Fixture {
    pki: Pki,
    trust: Arc<TrustStore>,
    server: Arc<ServerConfig>,
}

impl Fixture {
    /// The gateway with one certificate for each side.
    fn new() -> Self {
        let pki = Pki::new();
        let trust = Arc::new(pki.trust());
        let us = pki.us.issue(&Leaf::tls_server(US_GATEWAY, US_SERVER));
        let mx = pki.mx.issue(&Leaf::tls_server(MX_GATEWAY, MX_SERVER));
        let names = vec![
            (US_SERVER.to_owned(), credential(&us)),
            (MX_SERVER.to_uppercase(), credential(&mx)),
        ];
        let names = Arc::new(ServerNames::new(names).unwrap());
        let server = server_config(Arc::clone(&trust), names, now());
        Self { pki, trust, server }
    }

    fn client(&self, issued: &Issued) -> Arc<ClientConfig> {
        self.client_of(issued, US_GATEWAY)
    }

    fn client_of(&self, issued: &Issued, gateway: &str) -> Arc<ClientConfig> {
        let trust = Arc::clone(&self.trust);
        client_config(trust, gateway.parse().unwrap(), credential(issued), now())
    }

    fn lax(&self) -> Issued {
        self.pki.us.issue(&Leaf::tls_client(LAX))
    }

    /// Connects with what the American root issued for `leaf`.
    fn connect(&self, leaf: &Leaf) -> Outcome {
        let issued = self.pki.us.issue(leaf);
        handshake(&self.client(&issued), &self.server, US_SERVER)
    }
}

#[test]
fn both_ends_know_each_other() {
    let f = Fixture::new();
    let mut ends = f.connect(&Leaf::tls_client(LAX)).unwrap();
    let node = peer(ends.server.peer_certificates()).unwrap();
    assert_eq!(node.identity.to_string(), LAX);
    let gateway = peer(ends.client.peer_certificates()).unwrap();
    assert_eq!(gateway.identity.to_string(), US_GATEWAY);
    assert_eq!(
        ends.server.protocol_version(),
        Some(ProtocolVersion::TLSv1_3)
    );
    assert_eq!(ends.server.alpn_protocol(), Some(ALPN));
    assert_eq!(peer(None).map(|p| p.identity), None);
    ends.client.send_close_notify();
}

#[test]
fn the_server_name_chooses_the_certificate_of_a_side() {
    let f = Fixture::new();
    let mex = f.pki.mx.issue(&Leaf::tls_client(MEX));
    let ends = handshake(&f.client_of(&mex, MX_GATEWAY), &f.server, MX_SERVER)
        .unwrap_or_else(|r| panic!("{r:?}"));
    let gateway = peer(ends.client.peer_certificates()).unwrap();
    assert_eq!(gateway.identity.to_string(), MX_GATEWAY);
    // A node of one side may also verify the gateway under the other side's name; what it pinned decides.
    let refused = handshake(&f.client_of(&mex, US_GATEWAY), &f.server, MX_SERVER)
        .err()
        .unwrap();
    assert_eq!(refused.client, Some(Reason::GatewayMismatch));
}

#[test]
fn an_unknown_server_name_and_an_address_get_no_certificate() {
    let f = Fixture::new();
    let client = f.client(&f.lax());
    for name in ["gw.example", "127.0.0.1"] {
        let refused = handshake(&client, &f.server, name).err().unwrap();
        assert_eq!(refused.client, Some(Reason::TrustDomainUnknown), "{name}");
    }
}

/// What the gateway does not let in, and what the node hears of it.
#[test]
fn the_door() {
    type Spoil = fn(&mut Leaf);
    let table: [(&str, Spoil, Reason, Reason); 9] = [
        (
            "revoked",
            |l| l.serial = REVOKED,
            Reason::CertRevoked,
            Reason::CertRevoked,
        ),
        (
            "expired",
            |l| l.to_ms = NOW_MS - 1_000,
            Reason::CertExpired,
            Reason::CertExpired,
        ),
        (
            "early",
            |l| l.from_ms = NOW_MS + 1_000,
            Reason::CertNotYetValid,
            Reason::CertExpired,
        ),
        (
            "other side",
            |l| l.uris = vec![MEX.to_owned()],
            Reason::CertUnknownCa,
            Reason::CertUnknownCa,
        ),
        (
            "no side",
            |l| l.uris = vec!["spiffe://ca.dev.invalid/agency/cbsa/node/yul".to_owned()],
            Reason::TrustDomainUnknown,
            Reason::TrustDomainUnknown,
        ),
        (
            "two URIs",
            |l| l.uris.push(JFK.to_owned()),
            Reason::CertIdentity,
            Reason::CertMalformed,
        ),
        (
            "an officer",
            |l| l.uris = vec![RAMIREZ.to_owned()],
            Reason::CertRole,
            Reason::CertPurpose,
        ),
        (
            "for signing",
            |l| l.purposes = vec![document_signing()],
            Reason::CertPurpose,
            Reason::CertPurpose,
        ),
        (
            "too long a life",
            |l| l.to_ms = l.from_ms + 399 * DAY_MS,
            Reason::CertMalformed,
            Reason::CertMalformed,
        ),
    ];
    let f = Fixture::new();
    for (name, spoil, here, there) in table {
        let refused = f.connect(&Leaf::tls_client(LAX).with(spoil)).err();
        let refused = refused.expect(name);
        let server_reason = match here {
            // rustls has one word for both; the difference is told only to those who ask the store.
            Reason::CertRole => Reason::CertPurpose,
            other => other,
        };
        assert_eq!(refused.server, Some(server_reason), "{name}");
        assert_eq!(refused.client, Some(there), "{name}");
    }
}

#[test]
fn a_client_without_a_certificate_is_refused() {
    let f = Fixture::new();
    let verifier = ServerVerifier::new(Arc::clone(&f.trust), US_GATEWAY.parse().unwrap());
    let bare = ClientConfig::builder_with_details(tls_provider(), now())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    let refused = handshake(&Arc::new(bare), &f.server, US_SERVER)
        .err()
        .unwrap();
    assert_eq!(refused.server, Some(Reason::CertMissing));
    assert_eq!(refused.client, Some(Reason::CertMissing));
}

/// A node connects to the pinned gateway, certified by its own side, for the name asked for, and to no other.
#[test]
fn the_gateway_is_pinned() {
    let f = Fixture::new();
    let gateway = |leaf: &Leaf, authority: &Authority| {
        let names = vec![(US_SERVER.to_owned(), credential(&authority.issue(leaf)))];
        let names = Arc::new(ServerNames::new(names).unwrap());
        let server = server_config(Arc::clone(&f.trust), names, now());
        let refused = handshake(&f.client(&f.lax()), &server, US_SERVER).err();
        refused.expect("must be refused").client
    };
    let other = Leaf::tls_server("spiffe://us.dev.invalid/gateway/gw2", US_SERVER);
    assert_eq!(gateway(&other, &f.pki.us), Some(Reason::GatewayMismatch));
    let proper = Leaf::tls_server(US_GATEWAY, US_SERVER);
    assert_eq!(gateway(&proper, &f.pki.mx), Some(Reason::CertUnknownCa));
    let revoked = proper.clone().with(|l| l.serial = REVOKED);
    assert_eq!(gateway(&revoked, &f.pki.us), Some(Reason::CertRevoked));
    let node = proper.with(|l| l.uris = vec![LAX.to_owned()]);
    assert_eq!(gateway(&node, &f.pki.us), Some(Reason::CertPurpose));
}

#[test]
fn the_gateways_certificate_must_carry_the_name_asked_for() {
    let f = Fixture::new();
    let issued = f
        .pki
        .us
        .issue(&Leaf::tls_server(US_GATEWAY, "other.gw.dev.invalid"));
    let certified = SingleCertAndKey::from(credential(&issued).certified());
    let mut server = ServerConfig::clone(&f.server);
    server.cert_resolver = Arc::new(certified);
    let refused = handshake(&f.client(&f.lax()), &Arc::new(server), US_SERVER)
        .err()
        .unwrap();
    assert_eq!(refused.client, Some(Reason::GatewayMismatch));
}

/// C19: the second connection of a node is a full handshake, so a revoked one cannot come back.
#[test]
fn nothing_is_resumed() {
    let f = Fixture::new();
    let eager = {
        let mut config = ClientConfig::clone(&f.client(&f.lax()));
        config.resumption = Resumption::in_memory_sessions(8);
        Arc::new(config)
    };
    for _ in 0..3 {
        let ends = handshake(&eager, &f.server, US_SERVER).unwrap_or_else(|r| panic!("{r:?}"));
        assert_eq!(ends.client.tls13_tickets_received(), 0);
        assert_eq!(ends.server.handshake_kind(), Some(HandshakeKind::Full));
    }
    assert!(!f.server.session_storage.can_cache());
    assert!(!f.server.ticketer.enabled());
    assert_eq!(
        (f.server.send_tls13_tickets, f.server.max_tls13_tickets),
        (0, 0)
    );
    // Our own clients would not resume even with a server that offers it.
    let mut generous = ServerConfig::clone(&f.server);
    generous.send_tls13_tickets = 2;
    generous.session_storage = rustls::server::ServerSessionMemoryCache::new(8);
    let (generous, client) = (Arc::new(generous), f.client(&f.lax()));
    for _ in 0..2 {
        let ends = handshake(&client, &generous, US_SERVER).unwrap_or_else(|r| panic!("{r:?}"));
        assert_eq!(ends.server.handshake_kind(), Some(HandshakeKind::Full));
    }
}

#[test]
fn no_provider_is_installed_for_the_process() {
    let f = Fixture::new();
    handshake(&f.client(&f.lax()), &f.server, US_SERVER).unwrap_or_else(|r| panic!("{r:?}"));
    // Whoever asks rustls for "the" provider must not find one that nobody chose.
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
}

/// C19, the other way round: revocation works on the very next handshake, by a fresh configuration.
#[test]
fn a_node_revoked_between_two_connections_does_not_get_in_again() {
    let f = Fixture::new();
    let lax = f
        .pki
        .us
        .issue(&Leaf::tls_client(LAX).with(|l| l.serial = 42));
    let client = f.client(&lax);
    assert!(handshake(&client, &f.server, US_SERVER).is_ok());
    let crl = f.pki.us.crl_numbered(2, &[42], NOW_MS, NOW_MS + DAY_MS);
    let trust = Arc::new(f.pki.trust_with(&[crl]));
    let us = f.pki.us.issue(&Leaf::tls_server(US_GATEWAY, US_SERVER));
    let names = ServerNames::new(vec![(US_SERVER.to_owned(), credential(&us))]).unwrap();
    let server = server_config(trust, Arc::new(names), now());
    let refused = handshake(&client, &server, US_SERVER).err().unwrap();
    assert_eq!(refused.client, Some(Reason::CertRevoked));
}

#[test]
fn the_settings_that_guard_against_drift() {
    let f = Fixture::new();
    let server = &f.server;
    assert!(server.ignore_client_order);
    assert_eq!(server.alpn_protocols, [ALPN]);
    assert_eq!(server.max_early_data_size, 0);
    assert!(!server.send_half_rtt_data && !server.enable_secret_extraction);
    assert!(!server.key_log.will_log("CLIENT_RANDOM"));
    assert!(server.cert_compressors.is_empty() && server.cert_decompressors.is_empty());
    let client = f.client(&f.lax());
    assert_eq!(client.alpn_protocols, [ALPN]);
    assert!(client.enable_sni && client.check_selected_alpn);
    assert!(!client.enable_early_data && !client.enable_secret_extraction);
    assert!(!client.key_log.will_log("CLIENT_RANDOM"));
    assert!(client.cert_compressors.is_empty() && client.cert_decompressors.is_empty());
}

#[test]
fn aes_256_is_chosen_whatever_the_client_prefers() {
    let f = Fixture::new();
    let mut provider = rustls::crypto::CryptoProvider::clone(&tls_provider());
    provider.cipher_suites.reverse();
    let verifier = ServerVerifier::new(Arc::clone(&f.trust), US_GATEWAY.parse().unwrap());
    let client = ClientConfig::builder_with_details(Arc::new(provider), now())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(
            credential(&f.lax()).certified(),
        )));
    let ends =
        handshake(&Arc::new(client), &f.server, US_SERVER).unwrap_or_else(|r| panic!("{r:?}"));
    let suite = ends.server.negotiated_cipher_suite().unwrap().suite();
    assert_eq!(suite, CipherSuite::TLS13_AES_256_GCM_SHA384);
}

#[test]
fn another_application_protocol_is_refused() {
    let f = Fixture::new();
    let mut client = ClientConfig::clone(&f.client(&f.lax()));
    client.alpn_protocols = vec![b"http/1.1".to_vec()];
    assert!(handshake(&Arc::new(client), &f.server, US_SERVER).is_err());
}

/// The clock that is passed in decides, at the moment of each handshake.
#[test]
fn time_is_passed_in() {
    let f = Fixture::new();
    let clock = Arc::new(AtomicU64::new(NOW_MS));
    let read = Arc::clone(&clock);
    let mut server = ServerConfig::clone(&f.server);
    server.time_provider = time_provider(move || read.load(Ordering::Relaxed));
    let (server, client) = (Arc::new(server), f.client(&f.lax()));
    assert!(handshake(&client, &server, US_SERVER).is_ok());
    // The gateway's revocation list ends before anything else does.
    clock.store(NOW_MS + DAY_MS, Ordering::Relaxed);
    let refused = handshake(&client, &server, US_SERVER).err().unwrap();
    assert_eq!(refused.server, Some(Reason::CrlStale));
}

/// C16: nothing that is too much is even parsed.
#[test]
fn a_chain_of_more_than_three_or_a_huge_certificate_is_refused() {
    use rustls::server::danger::ClientCertVerifier;
    let f = Fixture::new();
    let verifier = ClientVerifier::new(Arc::clone(&f.trust));
    let leaf = CertificateDer::from(f.lax().der);
    let now = UnixTime::since_unix_epoch(Duration::from_millis(NOW_MS));
    let verify = |count| {
        let above = vec![CertificateDer::from(f.pki.us.der.clone()); count];
        verifier.verify_client_cert(&leaf, &above, now)
    };
    assert!(verify(2).is_ok());
    assert_eq!(error_reason(&verify(3).unwrap_err()), Reason::Size);
    let padding = rcgen::CustomExtension::from_oid_content(&[1, 2, 3], vec![0; 8 * 1024]);
    let huge = Leaf::tls_client(LAX).with(|l| l.extensions = vec![padding]);
    let huge = CertificateDer::from(f.pki.us.issue(&huge).der);
    let refused = verifier.verify_client_cert(&huge, &[], now).unwrap_err();
    assert_eq!(error_reason(&refused), Reason::Size);
    let garbage = verifier.verify_client_cert(&CertificateDer::from(vec![0x30]), &[], now);
    assert_eq!(error_reason(&garbage.unwrap_err()), Reason::CertMalformed);
}

#[test]
fn credentials_that_do_not_fit_are_refused() {
    let f = Fixture::new();
    let (lax, other) = (f.lax(), f.lax());
    let mismatch = Credential::new(&[&lax.der], &other.key_pkcs8).unwrap_err();
    assert!(matches!(mismatch, CredentialError::KeyMismatch { .. }));
    let none: [&[u8]; 0] = [];
    let empty = Credential::new(&none, &lax.key_pkcs8).unwrap_err();
    assert_eq!(empty, CredentialError::Count { count: 0 });
    let long = Credential::new(&[&lax.der; 4], &lax.key_pkcs8).unwrap_err();
    assert_eq!(long, CredentialError::Count { count: 4 });
    let no_key = Credential::new(&[&lax.der], b"no key").unwrap_err();
    assert_eq!(no_key, CredentialError::Key);
    let garbage = Credential::new(&[b"no certificate".as_slice()], &lax.key_pkcs8).unwrap_err();
    assert!(matches!(
        garbage,
        CredentialError::Certificate { index: 0, .. }
    ));
    let nameless = ServerNames::new(vec![(US_SERVER.to_owned(), credential(&lax))]).unwrap_err();
    assert!(matches!(nameless, CredentialError::ServerName { .. }));
    let server = f.pki.us.issue(&Leaf::tls_server(US_GATEWAY, US_SERVER));
    let twice = [US_SERVER, "US.gw.dev.invalid"].map(|n| (n.to_owned(), credential(&server)));
    let twice = ServerNames::new(twice.to_vec()).unwrap_err();
    assert!(matches!(twice, CredentialError::ServerNameTwice { .. }));
    assert!(!format!("{:?}", credential(&lax)).contains("PRIVATE"));
}
