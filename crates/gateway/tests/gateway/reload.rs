//! Trust and certificates that change while the gateway runs: what is taken, what is not, and who is cut.

use std::time::Duration;

use precinto_gateway::config::{Config, EXAMPLE};
use precinto_gateway::{Gateway, RunError};
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use prost::Message as _;
use rcgen::{ExtendedKeyUsagePurpose as Eku, PKCS_ECDSA_P256_SHA256};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::harness::pki::{Authority, DAY_MS, HOUR_MS, Issued, NOW_MS, Pki, REVOKED, pem};
use crate::harness::{AUDIT, LAX, NLU, Node, World, reason, server_name, write};

const ANAM: &str = "mx.dev.invalid/anam";
/// Of the certificate that is revoked here.
const SERIAL: u64 = 77;
/// What a revoked node may still have at most.
const SOON: Duration = Duration::from_secs(5);

impl World {
    fn put_list(&self, side: &str, number: u64, revoked: &[u64], for_ms: u64) {
        let authority = match side {
            "us" => &self.pki.us,
            _ => &self.pki.mx,
        };
        let list = authority.crl_numbered(number, revoked, for_ms);
        let path = self.path(&format!("{side}/root.crl.pem"));
        write(&path, &pem("X509 CRL", &list));
    }

    /// The acts in the log, when there are so many of them.
    async fn acts(&self, count: usize) -> Vec<pb::ActRecord> {
        let node = self.node(NLU).await;
        let found = tokio::time::timeout(Duration::from_secs(10), async {
            loop {
                let acts = acts(&node).await;
                if acts.len() >= count {
                    return acts;
                }
                tokio::task::yield_now().await;
            }
        });
        let found = found.await.expect("so many acts within ten seconds");
        assert_eq!(found.len(), count, "{found:?}");
        found
    }

    /// A node of the American side with a certificate of its own.
    async fn certified(&self, identity: &str, serial: u64) -> Node {
        let tls = self.certificate(identity, serial);
        Node {
            channel: self.connect(&tls).await.unwrap(),
            signing: self.pki.signing(identity),
            identity: identity.to_owned(),
            sequence: 0,
        }
    }

    /// A line on which nothing is open, and nothing is said any more.
    async fn idle(&self, certificate: &Issued) -> TlsStream<TcpStream> {
        let config = self.client_config(certificate);
        let name = ServerName::try_from(server_name(&certificate.uri)).unwrap();
        let socket = TcpStream::connect(self.address).await.unwrap();
        let mut line = TlsConnector::from(config)
            .connect(name, socket)
            .await
            .unwrap();
        let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
        line.write_all(preface).await.unwrap();
        // The other end speaks when it has verified this one.
        line.read_u8().await.unwrap();
        line
    }

    /// Whether a node with this certificate gets an answer: of a refusal it hears after its own end of the handshake.
    async fn lets_in(&self, identity: &str, serial: u64) -> bool {
        self.certified(identity, serial).await.parts().await.is_ok()
    }

    fn certificate(&self, identity: &str, serial: u64) -> Issued {
        let algorithm = &PKCS_ECDSA_P256_SHA256;
        self.pki
            .us
            .issue(identity, None, Eku::ClientAuth, algorithm, serial)
    }
}

/// Another certificate of the gateway for the American side.
fn put_certificate(world: &World, authority: &Authority, name: &str) -> (Issued, String) {
    let uri = format!("spiffe://us.dev.invalid/gateway/{name}");
    let (dns, algorithm) = ("us.gw.dev.invalid", &PKCS_ECDSA_P256_SHA256);
    let issued = authority.issue(&uri, Some(dns), Eku::ServerAuth, algorithm, 99);
    let certificate = pem("CERTIFICATE", &issued.der);
    write(&world.path("gateway/us.tls.pem"), &certificate);
    let key = pem("PRIVATE KEY", &issued.pkcs8);
    write(&world.path("gateway/us.tls.key.pem"), &key);
    (issued, dns.to_owned())
}

/// What the gateway has said of trust and of its certificates; not what others did meanwhile.
async fn acts(node: &Node) -> Vec<pb::ActRecord> {
    use pb::ActKind as K;
    let said = [K::TrustChanged, K::CredentialChanged, K::ReloadRefused];
    let request = pb::ReadEntriesRequest::default();
    let mut answers = node.log().read_entries(request).await.unwrap().into_inner();
    let mut acts = Vec::new();
    while let Some(entry) = answers.message().await.unwrap().unwrap().entry {
        // The entry's type is the leaf's second byte.
        if EntryType::from_number(entry.leaf[1]) == Some(EntryType::Act) {
            let act = pb::ActRecord::decode(entry.record.as_slice()).unwrap();
            acts.extend(Some(act).filter(|act| said.contains(&act.kind())));
        }
    }
    acts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_node_loses_every_stream_call_and_idle_line() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    let audit = world.certified(AUDIT, SERIAL).await;
    for node in [&audit, &nlu] {
        node.create("desk").await;
    }
    let (mut watch, mut stays) = (audit.watch("desk", 4).await, nlu.watch("desk", 4).await);
    // More entries than fit between the log and a reader who does not read on.
    lax.submit_many(ANAM, 200).await;
    let everything = pb::ReadEntriesRequest::default();
    let mut reader = world.narrow_reader(&world.certificate(AUDIT, SERIAL)).await;
    let entries = reader.read_entries(everything).await.unwrap();
    let mut entries = entries.into_inner();
    let (_open, requests) = tokio::sync::mpsc::channel(1);
    let requests = tokio_stream::wrappers::ReceiverStream::new(requests);
    let submissions = audit.submissions().submit_stream(requests).await;
    let mut submissions = submissions.unwrap().into_inner();
    // An idle line, and a call that waits for a checkpoint which does not come, on lines of their own.
    let waiting = world.certified(AUDIT, SERIAL).await;
    let call = tokio::spawn(async move {
        let request = pb::GetCheckpointRequest {
            min_size: 1_000,
            ..Default::default()
        };
        waiting.log().get_checkpoint(request).await
    });
    let mut idle = world.idle(&world.certificate(AUDIT, SERIAL)).await;

    world.put_list("us", 2, &[REVOKED, SERIAL], DAY_MS);
    world.ask_reload();
    let [changed] = tokio::time::timeout(SOON, async {
        let acts = world.acts(1).await;
        let ended = loop {
            match entries.message().await {
                Ok(message) => assert!(message.is_some(), "it looks complete"),
                Err(ended) => break ended,
            }
        };
        assert_eq!(reason(&ended), "CERT_REVOKED");
        loop {
            if let Some(closing) = watch.next().await.closing {
                assert_eq!(closing.reason(), pb::ClosingReason::Revoked);
                break;
            }
        }
        let ended = submissions.message().await.unwrap_err();
        assert_eq!(reason(&ended), "CERT_REVOKED");
        call.await.unwrap().unwrap_err();
        let mut bytes = Vec::new();
        // An abrupt end is an end too.
        drop(idle.read_to_end(&mut bytes).await);
        acts.try_into().unwrap()
    })
    .await
    .expect("all of it, soon");
    assert!(!world.lets_in(AUDIT, SERIAL).await);

    // The others have noticed nothing.
    let notice = lax.notice(ANAM);
    lax.submit(&notice).await.unwrap();
    stays.delivery().await;
    assert_eq!(changed.kind(), pb::ActKind::TrustChanged);
    assert_eq!(changed.via(), pb::ActVia::Signal);
    assert_eq!(changed.actor, "spiffe://us.dev.invalid/gateway/gw1");
    let kinds = |refs: &[pb::TrustRef]| refs.iter().map(pb::TrustRef::kind).collect::<Vec<_>>();
    let a_list = [pb::TrustKind::RevocationList];
    assert_eq!(kinds(&changed.added), a_list);
    assert_eq!(kinds(&changed.removed), a_list);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_does_not_outlive_its_certificate() {
    let mut world = World::start().await;
    let lax = world.node(LAX).await;
    lax.parts().await.unwrap();
    let mut idle = world.idle(&world.pki.tls_client(LAX)).await;
    // Its lists end in the same moment, which is nobody's fault; the certificate does.
    world.clock.advance(7 * DAY_MS + 1_000);
    let mut bytes = Vec::new();
    // A patrol and a last word.
    let ended = idle.read_to_end(&mut bytes);
    let ended = tokio::time::timeout(SOON + Duration::from_millis(500), ended).await;
    drop(ended.expect("cut"));
    assert!(lax.parts().await.is_err());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_root_comes_beside_the_old_one_which_then_leaves() {
    let mut world = World::start().await;
    let (old, new) = (&world.pki.us, Authority::new("DEV ONLY US root 2"));
    let put = |number: u64, authorities: &[&Authority]| {
        let bundle = |label, der: &dyn Fn(&Authority) -> Vec<u8>| -> Vec<u8> {
            let all = authorities.iter();
            all.flat_map(|authority| pem(label, &der(authority)))
                .collect()
        };
        let roots = bundle("CERTIFICATE", &|authority| authority.der.clone());
        write(&world.path("us/root.pem"), &roots);
        let lists = bundle("X509 CRL", &|authority| {
            authority.crl_numbered(number, &[REVOKED], DAY_MS)
        });
        write(&world.path("us/root.crl.pem"), &lists);
        world.ask_reload();
    };
    let lax = world.node(LAX).await;
    lax.parts().await.unwrap();
    put(2, &[old, &new]);
    let both = world.acts(1).await.pop().unwrap();
    let count = |act: &pb::ActRecord| (act.added.len(), act.removed.len());
    assert_eq!(
        count(&both),
        (3, 1),
        "a root, its list, and another of the old"
    );
    let algorithm = &PKCS_ECDSA_P256_SHA256;
    let fresh = new.issue(LAX, None, Eku::ClientAuth, algorithm, 7);
    let fresh = Node {
        channel: world.connect(&fresh).await.unwrap(),
        signing: world.pki.signing(LAX),
        identity: LAX.to_owned(),
        sequence: 0,
    };
    fresh.parts().await.unwrap();
    lax.parts().await.unwrap();

    // Not while the gateway itself stands under it.
    put(3, &[&new]);
    let refused = world.acts(2).await.pop().unwrap();
    assert_eq!(refused.kind(), pb::ActKind::ReloadRefused);
    assert!(
        refused.subject.contains("us.tls.pem: no root"),
        "{refused:?}"
    );
    put_certificate(&world, &new, "gw1");
    world.ask_reload();
    let acts = world.acts(4).await;
    assert_eq!(acts[2].kind(), pb::ActKind::CredentialChanged);
    assert_eq!(acts[3].kind(), pb::ActKind::TrustChanged);
    assert_eq!(
        acts[3].removed.len(),
        3,
        "the root with its list, and a list of the new one"
    );
    tokio::time::timeout(SOON, async { while lax.parts().await.is_ok() {} })
        .await
        .expect("cut");
    fresh.parts().await.unwrap();
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_taken_without_being_asked() {
    let mut world = World::start().await;
    world.put_list("mx", 2, &[REVOKED], DAY_MS);
    let [changed] = world.acts(1).await.try_into().unwrap();
    assert_eq!(changed.kind(), pb::ActKind::TrustChanged);
    assert_eq!(changed.via(), pb::ActVia::Files);
    let (issued, server_name) = put_certificate(&world, &world.pki.us, "gw1");
    let [_, shown] = world.acts(2).await.try_into().unwrap();
    assert_eq!(shown.kind(), pb::ActKind::CredentialChanged);
    assert_eq!(
        (shown.subject, shown.certificate),
        (server_name, issued.digest().to_vec())
    );
    let line = world.idle(&world.pki.tls_client(LAX)).await;
    let certificates = line.get_ref().1.peer_certificates().unwrap();
    assert_eq!(certificates[0].as_ref(), issued.der);
    // What is there already is not taken again.
    world.ask_reload();
    world.put_list("mx", 3, &[REVOKED], DAY_MS);
    let last = world.acts(3).await.pop().unwrap();
    assert_eq!(last.kind(), pb::ActKind::TrustChanged);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_file_changes_nothing_and_says_why() {
    let mut world = World::start().await;
    world.put_list("us", 5, &[REVOKED, SERIAL], DAY_MS);
    world.ask_reload();
    world.acts(1).await;
    let (settings, list) = (world.path("gateway.toml"), world.path("us/root.crl.pem"));
    let (certificate, key) = (
        world.path("gateway/us.tls.pem"),
        world.path("gateway/us.tls.key.pem"),
    );
    let all = [&settings, &list, &certificate, &key];
    let good: Vec<_> = all
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    let strangers = Pki::new();
    let breaks: [(&str, &dyn Fn()); 9] = [
        ("root.crl.pem", &|| {
            write(&list, &good[1][..good[1].len() / 2]);
        }),
        ("root.crl.pem", &|| std::fs::remove_file(&list).unwrap()),
        ("has number 04", &|| {
            world.put_list("us", 4, &[REVOKED], DAY_MS);
        }),
        ("with number 05", &|| {
            world.put_list("us", 5, &[REVOKED], DAY_MS);
        }),
        ("root.crl.pem: side us", &|| {
            world.put_list("us", 6, &[REVOKED], 0);
        }),
        ("us.tls.pem: the private key", &|| {
            put_certificate(&world, &world.pki.us, "gw1");
            write(&key, &good[3]);
        }),
        ("us.tls.pem: is for spiffe", &|| {
            put_certificate(&world, &world.pki.us, "gw2");
        }),
        ("us.tls.pem: no root", &|| {
            put_certificate(&world, &strangers.us, "gw1");
        }),
        ("origin: is another", &|| {
            let other = EXAMPLE.replace("log/2026", "log/2027");
            write(&settings, other.as_bytes());
        }),
    ];
    let folder = world.folder.path().display().to_string();
    for (count, (says, spoil)) in (2..).zip(breaks) {
        spoil();
        world.ask_reload();
        let refused = world.acts(count).await.pop().unwrap();
        assert_eq!(refused.kind(), pb::ActKind::ReloadRefused);
        assert!(refused.subject.contains(says), "{says} in {refused:?}");
        assert!(!refused.subject.contains(&folder), "{refused:?}");
        if count == 2 {
            // The same is logged once. Only here: a reload between two files that are mended would find something else.
            world.ask_reload();
        }
        // What was in force is.
        assert!(!world.lets_in(AUDIT, SERIAL).await);
        world.node(LAX).await.parts().await.unwrap();
        for (path, bytes) in all.iter().zip(&good) {
            write(path, bytes);
        }
    }
    // What is mended is taken.
    world.put_list("us", 7, &[REVOKED], DAY_MS);
    world.ask_reload();
    let taken = world.acts(11).await.pop().unwrap();
    assert_eq!(taken.kind(), pb::ActKind::TrustChanged);
    assert!(world.lets_in(AUDIT, SERIAL).await);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_has_ended_keeps_no_revocation_of_another_side_out() {
    let mut world = World::start().await;
    world.put_list("mx", 2, &[REVOKED], HOUR_MS);
    world.ask_reload();
    world.acts(1).await;
    let lax = world.certified(LAX, SERIAL).await;
    let (lists, nlu) = (lax.parts(), world.node(NLU).await);
    lists.await.unwrap();
    world.clock.advance(2 * HOUR_MS);
    world.put_list("us", 2, &[REVOKED, SERIAL], DAY_MS);
    world.ask_reload();
    // The one who reads was let in before.
    let found = tokio::time::timeout(SOON, async {
        while acts(&nlu).await.len() < 2 {
            tokio::task::yield_now().await;
        }
    });
    found.await.expect("taken");
    tokio::time::timeout(SOON, async { while lax.parts().await.is_ok() {} })
        .await
        .expect("cut");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_has_ended_keeps_no_revocation_of_another_root_of_its_side_out() {
    let mut world = World::start().await;
    let (old, new) = (&world.pki.us, Authority::new("DEV ONLY US root 2"));
    let roots = [&old.der, &new.der].map(|der| pem("CERTIFICATE", der));
    write(&world.path("us/root.pem"), &roots.concat());
    // A list is what it is, byte for byte: it is not made twice.
    let of_old = old.crl_numbered(2, &[REVOKED], HOUR_MS);
    let put = |number: u64, revoked: &[u64]| {
        let of_new = new.crl_numbered(number, revoked, DAY_MS);
        let lists = [&of_old, &of_new].map(|list| pem("X509 CRL", list));
        write(&world.path("us/root.crl.pem"), &lists.concat());
        world.ask_reload();
    };
    put(1, &[]);
    world.acts(1).await;
    let algorithm = &PKCS_ECDSA_P256_SHA256;
    let lost = new.issue(LAX, None, Eku::ClientAuth, algorithm, SERIAL);
    let lost = Node {
        channel: world.connect(&lost).await.unwrap(),
        signing: world.pki.signing(LAX),
        identity: LAX.to_owned(),
        sequence: 0,
    };
    lost.parts().await.unwrap();
    let nlu = world.node(NLU).await;
    nlu.parts().await.unwrap();
    // The old root's list ends, and nobody has made another.
    world.clock.advance(2 * HOUR_MS);
    put(2, &[SERIAL]);
    let found = tokio::time::timeout(SOON, async {
        while acts(&nlu).await.len() < 2 {
            tokio::task::yield_now().await;
        }
    });
    found.await.expect("taken");
    let taken = acts(&nlu).await.pop().unwrap();
    assert_eq!(taken.kind(), pb::ActKind::TrustChanged, "{taken:?}");
    tokio::time::timeout(SOON, async { while lost.parts().await.is_ok() {} })
        .await
        .expect("cut");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_was_refused_for_a_while_is_taken_without_anybody_touching_it() {
    let mut world = World::start().await;
    let (from_ms, to_ms) = (NOW_MS + HOUR_MS, NOW_MS + DAY_MS);
    let ahead = world
        .pki
        .us
        .crl_between(2, &[REVOKED, SERIAL], from_ms, to_ms);
    write(&world.path("us/root.crl.pem"), &pem("X509 CRL", &ahead));
    world.ask_reload();
    let refused = world.acts(1).await.pop().unwrap();
    assert_eq!(refused.kind(), pb::ActKind::ReloadRefused);
    world.clock.advance(HOUR_MS);
    let taken = world.acts(2).await.pop().unwrap();
    assert_eq!(taken.kind(), pb::ActKind::TrustChanged);
    assert!(!world.lets_in(LAX, SERIAL).await);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_an_older_list_is_refused() {
    let mut world = World::start().await;
    world.put_list("us", 5, &[REVOKED, SERIAL], DAY_MS);
    world.ask_reload();
    world.acts(1).await;
    world.stop().await;
    // A newer one is taken, and the log says so, once.
    world.put_list("us", 7, &[REVOKED], DAY_MS);
    world.resume().await;
    let started = world.acts(2).await.pop().unwrap();
    assert_eq!(started.kind(), pb::ActKind::TrustChanged);
    assert_eq!(started.via(), pb::ActVia::Start);
    assert_eq!((started.added.len(), started.removed.len()), (1, 1));
    world.stop().await;
    world.resume().await;
    world.acts(2).await;
    world.stop().await;

    world.put_list("us", 6, &[REVOKED], DAY_MS);
    let config = Config::load(&world.path("gateway.toml")).unwrap();
    let gateway = Gateway::check(config, NOW_MS).unwrap();
    let clock = std::sync::Arc::clone(&world.clock);
    let error = gateway.open(clock).await.map(drop).unwrap_err();
    assert!(matches!(&error, RunError::OlderList(_)), "{error}");
}
