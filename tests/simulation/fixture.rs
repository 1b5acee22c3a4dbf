//! What every world begins with: two sides with two agencies each, their keys and certificates, made once for all seeds.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use base64ct::{Base64, Encoding as _};
use precinto_audit::SideRoots;
use precinto_client::{Author, Settings, Signer};
use precinto_envelope::crypto::SigningKey;
use precinto_envelope::directory::{PartSigner, sign};
use precinto_envelope::tls::Credential;
use precinto_envelope::trust::{SideTrust, TrustStore};
use precinto_gateway::config::EXAMPLE;
use precinto_merkle::note::NoteSigner;
use precinto_tests::pki::{Authority, Issued, Pki};

/// 2026-11-22, 12:00 UTC: when every world begins.
pub(crate) const BEGINNING_MS: u64 = 1_795_348_800_000;
pub(crate) const DAY_MS: u64 = 86_400_000;
/// Where the gateway listens, by the network's names.
pub(crate) const GATEWAY: &str = "gateway";
pub(crate) const PORT: u16 = 7000;
const ORIGIN: &str = "gw.dev.invalid/log/2026";
/// Revocation lists of each side, one after the other, each of them in two: nobody stands on the first, the side's desk on the second.
pub(crate) const LISTS: usize = 32;

/// A node, and what it is called on the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) name: &'static str,
    pub(crate) side: &'static str,
    pub(crate) agency: &'static str,
    pub(crate) code: &'static str,
}

impl Place {
    /// The agency as a statement names it.
    pub(crate) fn agency_id(&self) -> String {
        format!("{}.dev.invalid/{}", self.side, self.agency)
    }
}

/// Those who send.
pub(crate) const SENDERS: [Place; 2] = [
    place("lax", "us", "cbp", "CBPLAX"),
    place("nlu", "mx", "anam", "ANAMNLU"),
];
/// Those who subscribe, each of an agency of its own.
pub(crate) const DESKS: [Place; 2] = [
    place("elp", "us", "hsi", "HSIELP"),
    place("mex", "mx", "fgr", "FGRMEX"),
];
/// Everybody but the gateway.
pub(crate) const PLACES: [Place; 4] = [SENDERS[0], SENDERS[1], DESKS[0], DESKS[1]];

const fn place(
    name: &'static str,
    side: &'static str,
    agency: &'static str,
    code: &'static str,
) -> Place {
    Place {
        name,
        side,
        agency,
        code,
    }
}

/// Keys and files.
pub(crate) struct Fixture {
    /// What the gateway reads, by its path.
    files: BTreeMap<String, Vec<u8>>,
    /// A side's lists, the oldest first: with nobody, and with its desk.
    lists: BTreeMap<&'static str, Vec<[Vec<u8>; 2]>>,
    roots: BTreeMap<&'static str, Vec<u8>>,
    nodes: BTreeMap<&'static str, (Issued, Issued)>,
    log_key: Vec<u8>,
}

pub(crate) fn fixture() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(Fixture::new)
}

impl Fixture {
    fn new() -> Self {
        let mut pki = Pki::new(BEGINNING_MS);
        let (_, log_key) = SigningKey::generate_ed25519();
        let mut new = Self {
            files: BTreeMap::new(),
            lists: BTreeMap::new(),
            roots: BTreeMap::new(),
            nodes: BTreeMap::new(),
            log_key,
        };
        let log_key = encoded("PRIVATE KEY", &new.log_key);
        new.put("gateway/log.key.pem", log_key);
        new.put("gateway.toml", EXAMPLE.as_bytes().to_vec());
        new.side("us", &mut pki.us, "cbp", "ramirez");
        new.side("mx", &mut pki.mx, "anam", "herrera");
        new
    }

    fn side(&mut self, side: &'static str, authority: &mut Authority, agency: &str, steward: &str) {
        let dns = format!("{side}.gw.dev.invalid");
        let tls = authority.gateway_tls("gw1", &dns);
        let certificate = encoded("CERTIFICATE", tls.certificate.der());
        self.put(&format!("gateway/{side}.tls.pem"), certificate);
        let key = encoded("PRIVATE KEY", &tls.key_pkcs8);
        self.put(&format!("gateway/{side}.tls.key.pem"), key);
        let root = authority.root();
        self.put(&format!("{side}/root.pem"), encoded("CERTIFICATE", &root));
        let _before = self.roots.insert(side, root);
        let part = part(side, agency, steward);
        let signer = authority.officer_signer(agency, steward);
        let key = signer.signing_key();
        let signed = sign(
            &part,
            &[PartSigner {
                key: &key,
                certificate: &signer.certificate,
                issuers: &[],
            }],
        );
        let signed = signed.expect("a part").bytes().to_vec();
        self.put(&format!("directory/{side}.dev.invalid.part"), signed);
        for place in PLACES.iter().filter(|place| place.side == side) {
            let tls = authority.node_tls(place.agency, place.name);
            let signing = authority.node_signer(place.agency, place.name);
            let _before = self.nodes.insert(place.name, (tls, signing));
        }
        let desk = DESKS.iter().find(|desk| desk.side == side).expect("a desk");
        let (tls, _) = &self.nodes[desk.name];
        let mut list = || [authority.crl(), authority.crl_once(tls, BEGINNING_MS)];
        let lists = (0..LISTS).map(|_| list()).collect();
        let _before = self.lists.insert(side, lists);
    }

    fn put(&mut self, path: &str, bytes: Vec<u8>) {
        let _before = self.files.insert(path.to_owned(), bytes);
    }

    /// Writes what the gateway reads, with each side's first list.
    pub(crate) fn write(&self, folder: &Path) {
        for (path, bytes) in &self.files {
            put(&folder.join(path), bytes);
        }
        std::fs::create_dir_all(folder.join("data")).expect("a folder");
        for side in self.lists.keys() {
            self.publish(folder, side, 0, false);
        }
    }

    /// Puts the list of this number where the gateway reads it, the one with the side's desk or the one without.
    pub(crate) fn publish(&self, folder: &Path, side: &str, number: usize, with_desk: bool) {
        let list = encoded(
            "X509 CRL",
            &self.lists[side][number][usize::from(with_desk)],
        );
        put(&folder.join(format!("{side}/root.crl.pem")), &list);
    }

    pub(crate) fn log_signer(&self) -> NoteSigner {
        let key = SigningKey::from_pkcs8_der(&self.log_key).expect("the log's key");
        NoteSigner::new(ORIGIN, key).expect("the log's name")
    }

    fn trust(&self) -> TrustStore {
        let sides = self.roots.iter().map(|(side, root)| {
            let domain = format!("{side}.dev.invalid").parse().expect("a domain");
            let [list, _] = self.lists[side].first().expect("a list");
            SideTrust::load(domain, &[root], &[list], BEGINNING_MS).expect("trust")
        });
        TrustStore::new(sides.collect()).expect("trust")
    }

    /// How a node reaches the gateway.
    pub(crate) fn settings(&self, place: &Place) -> Settings {
        let (tls, _) = &self.nodes[place.name];
        let side = place.side;
        let gateway = format!("spiffe://{side}.dev.invalid/gateway/gw1");
        Settings {
            gateway: format!("{GATEWAY}:{PORT}"),
            server_name: format!("{side}.gw.dev.invalid"),
            gateway_identity: gateway.parse().expect("a gateway"),
            credential: Credential::new(&[tls.certificate.der()], &tls.key_pkcs8)
                .expect("key and certificate"),
            trust: Arc::new(self.trust()),
            log: self.log_signer().verifier(),
        }
    }

    /// Who signs for a node.
    pub(crate) fn author(&self, place: &Place) -> Author {
        let (_, signing) = &self.nodes[place.name];
        let certificate = Arc::clone(&signing.certificate);
        let signer = Signer::new(signing.signing_key(), certificate, Vec::new());
        Author::new(signer.expect("key and certificate"), ORIGIN).expect("a node's signer")
    }

    /// What an auditor knows of the sides.
    pub(crate) fn side_roots(&self) -> Vec<SideRoots> {
        let side = |(side, root): (&&str, &Vec<u8>)| SideRoots {
            side: format!("{side}.dev.invalid").parse().expect("a domain"),
            roots: vec![root.clone()],
            crls: Vec::new(),
        };
        self.roots.iter().map(side).collect()
    }
}

/// A side's part of the directory: its two agencies, with one node each.
fn part(side: &str, agency: &str, steward: &str) -> String {
    use std::fmt::Write as _;
    let mut text = format!(
        "side = \"{side}.dev.invalid\"\nversion = 1\n\
         stewards = [\"spiffe://{side}.dev.invalid/agency/{agency}/officer/{steward}\"]\n"
    );
    for place in PLACES.iter().filter(|place| place.side == side) {
        let Place { name, code, .. } = place;
        let id = place.agency_id();
        write!(
            text,
            "[[agency]]\nid = \"{id}\"\nname_en = \"{name} (simulated)\"\nname_es = \"{name} (simulada)\"\n\
             [[agency.node]]\nname = \"{name}\"\ncode = \"{code}\"\n"
        )
        .expect("text");
        if place.agency == agency {
            write!(
                text,
                "[[agency.officer]]\nid = \"{steward}\"\nnodes = [\"{name}\"]\n"
            )
            .expect("text");
        }
    }
    text
}

/// Replaces a file in one step.
#[expect(clippy::disallowed_methods, reason = "a test's own throw-away files")]
fn put(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    let new = path.with_extension("new");
    std::fs::write(&new, bytes).expect("a file");
    std::fs::rename(new, path).expect("a file");
}

/// One PEM section (RFC 7468).
fn encoded(label: &str, der: &[u8]) -> Vec<u8> {
    let text = Base64::encode_string(der);
    let lines = text.as_bytes().chunks(64);
    let lines: Vec<&str> = lines
        .map(|line| std::str::from_utf8(line).expect("base64"))
        .collect();
    let lines = lines.join("\n");
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n").into_bytes()
}
