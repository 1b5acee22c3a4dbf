//! The authority of one side of a running site: it renews, revokes and retires what `keys dev` issued, in the files that the
//! gateway and the nodes read.
//!
//! Every file is replaced in one step, as whoever runs a gateway should do it; a certificate and its key are two files.

use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding as _};
use precinto_envelope::certificate::Certificate;
use precinto_envelope::pem;
use rcgen::DnType;
use serde::Deserialize;

use crate::pki::{Authority, Issued, Order, Use};
use crate::{Site, now_ms};

/// One side's authority, with as many roots as it has at the moment.
pub struct SiteAuthority<'a> {
    site: &'a Site,
    /// The side's short name, for files: `us`.
    key: String,
    side: Side,
    /// The name that the gateway's certificates of this side carry.
    gateway: String,
    /// The oldest first; the newest issues.
    roots: Vec<Authority>,
    retired: usize,
}

#[derive(Deserialize)]
struct File {
    name: String,
    side: Vec<Side>,
}

#[derive(Deserialize)]
struct Side {
    domain: String,
    country: String,
    server_name: String,
}

impl<'a> SiteAuthority<'a> {
    /// The authority of the side with this short name (`us`), at a site that has kept its roots' keys.
    pub(crate) fn of(site: &'a Site, key: &str) -> Self {
        let text = read(&site.config());
        let File { name, side } =
            toml::from_str(&String::from_utf8(text).expect("UTF-8")).expect("gateway.toml");
        let is_own = |side: &Side| side.domain.starts_with(key);
        let side = side.into_iter().find(is_own).expect("the side");
        let domain = &side.domain;
        let root = read(&site.path().join(format!("trust/{domain}/root.pem")));
        let root = pem::certificates(&root).expect("a root").remove(0);
        let root_key = read(&site.path().join(format!("authority/{domain}.key.pem")));
        let root_key = String::from_utf8(root_key).expect("PEM");
        let subject = [
            (DnType::CountryName, side.country.as_str()),
            (DnType::OrganizationName, domain),
            (DnType::CommonName, "DEV ONLY root"),
        ];
        let root = Authority::adopt(domain, root, &root_key, &subject, now_ms());
        let mut authority = Self {
            site,
            key: key.to_owned(),
            side,
            gateway: name,
            roots: vec![root],
            retired: 0,
        };
        // What the development profile has revoked stays so.
        for revoked in ["us/cbp/lost.tls", "mx/fgr/old.signing"] {
            if revoked.starts_with(key) && authority.path(&format!("{revoked}.pem")).is_file() {
                authority.revoke(revoked);
            }
        }
        authority
    }

    /// Revokes the certificate in `<place>.pem` (`us/cbp/lax.tls`), from the next list on.
    pub fn revoke(&mut self, place: &str) {
        let chain = pem::certificates(&read(&self.path(&format!("{place}.pem"))));
        let leaf = chain.expect("a certificate").remove(0);
        let leaf = Certificate::parse(&leaf).expect("a certificate");
        let digits = leaf.serial().into_bytes();
        let serial: Vec<u8> = digits
            .chunks(2)
            .map(|two| {
                let two = std::str::from_utf8(two).expect("hexadecimal");
                u8::from_str_radix(two, 16).expect("hexadecimal")
            })
            .collect();
        for root in &mut self.roots {
            root.revoke_serial(&serial, now_ms());
        }
    }

    /// A new list of each root, one after the other, PEM.
    pub fn lists(&mut self) -> String {
        let lists = self.roots.iter_mut().map(Authority::crl);
        lists.map(|der| encoded("X509 CRL", &der)).collect()
    }

    /// A new list of each root that ended an hour ago, PEM.
    pub fn stale_lists(&mut self) -> String {
        let hour_ms = 3_600_000;
        let ended_ms = now_ms() - hour_ms;
        let lists = self.roots.iter_mut();
        let lists = lists.map(|root| root.crl_valid(ended_ms - hour_ms, ended_ms));
        lists.map(|der| encoded("X509 CRL", &der)).collect()
    }

    /// Puts new lists where everybody reads them.
    pub fn publish(&mut self) {
        let lists = self.lists();
        replace(&self.list_file(), &lists);
    }

    /// Gives the gateway another certificate and key for this side.
    pub fn renew_gateway(&self) {
        let (certificate, key) = self.gateway_pair(&self.gateway);
        let place = format!("gateway/{}.tls", self.key);
        replace(&self.path(&format!("{place}.key.pem")), &key);
        replace(&self.path(&format!("{place}.pem")), &certificate);
    }

    /// A certificate and key, PEM, for a gateway of this name.
    pub fn gateway_pair(&self, name: &str) -> (String, String) {
        pair(&self.newest().gateway_tls(name, &self.side.server_name))
    }

    /// A certificate for TLS in any name, DER, and its key, PKCS#8: an authority may say what it likes.
    pub fn names(&self, identity: &str) -> (Vec<u8>, Vec<u8>) {
        let sound = self.newest().node_order("any", "any", Use::TlsClient);
        let issued = self.newest().issue(&Order {
            identities: vec![identity.to_owned()],
            ..sound
        });
        (issued.certificate.der().to_vec(), issued.key_pkcs8)
    }

    /// Gives a node (`cbp/lax`) another certificate and key for TLS.
    pub fn renew_tls(&self, node: &str) {
        self.renew(node, Use::TlsClient, "tls");
    }

    /// Gives a node another certificate and key for statements.
    pub fn renew_signing(&self, node: &str) {
        self.renew(node, Use::Signing, "signing");
    }

    /// Gives an officer (`cbp/lee`) a certificate and key for statements.
    pub fn issue_officer(&self, officer: &str) {
        let (agency, name) = officer.split_once('/').expect("agency/officer");
        let (certificate, key) = pair(&self.newest().officer_signer(agency, name));
        let place = format!("officers/{}-{agency}-{name}", self.key);
        replace(&self.path(&format!("{place}.key.pem")), &key);
        replace(&self.path(&format!("{place}.pem")), &certificate);
    }

    fn renew(&self, node: &str, purpose: Use, suffix: &str) {
        let (agency, name) = node.split_once('/').expect("agency/node");
        let order: Order = self.newest().node_order(agency, name, purpose);
        let (certificate, key) = pair(&self.newest().issue(&order));
        let place = format!("{}/{node}.{suffix}", self.key);
        replace(&self.path(&format!("{place}.key.pem")), &key);
        replace(&self.path(&format!("{place}.pem")), &certificate);
    }

    /// A second root beside the one there is, with its list; from now on it issues.
    pub fn add_root(&mut self) {
        let number = self.retired + self.roots.len() + 1;
        let name = format!("DEV ONLY root {number}");
        self.roots
            .push(Authority::named(&self.side.domain, &name, now_ms()));
        self.write_roots();
    }

    /// Withdraws the oldest root. What an auditor is given keeps it, and its last list: old entries rest on them.
    pub fn retire_root(&mut self) {
        let mut root = self.roots.remove(0);
        self.retired += 1;
        let kept = format!("trust/{}/retired-{}.pem", self.side.domain, self.retired);
        let last = encoded("CERTIFICATE", &root.root()) + &encoded("X509 CRL", &root.crl());
        replace(&self.path(&kept), &last);
        self.write_roots();
    }

    /// Lists first: a root whose list is missing is none.
    fn write_roots(&mut self) {
        self.publish();
        let roots = self.roots.iter().map(Authority::root);
        let roots: String = roots.map(|der| encoded("CERTIFICATE", &der)).collect();
        replace(&self.root_file(), &roots);
    }

    /// Where everybody reads this side's lists.
    pub fn list_file(&self) -> PathBuf {
        self.path(&format!("trust/{}/root.crl.pem", self.side.domain))
    }

    /// Where everybody reads this side's roots.
    pub fn root_file(&self) -> PathBuf {
        self.path(&format!("trust/{}/root.pem", self.side.domain))
    }

    fn newest(&self) -> &Authority {
        self.roots.last().expect("a side has a root")
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.site.path().join(inside)
    }
}

/// Replaces a file in one step.
#[expect(clippy::disallowed_methods, reason = "a test's own throw-away files")]
pub fn replace(path: &Path, text: &str) {
    let new = path.with_extension("new");
    std::fs::write(&new, text).expect("a file");
    std::fs::rename(new, path).expect("a file");
}

fn pair(issued: &Issued) -> (String, String) {
    (
        encoded("CERTIFICATE", issued.certificate.der()),
        encoded("PRIVATE KEY", &issued.key_pkcs8),
    )
}

/// One PEM section (RFC 7468).
fn encoded(label: &str, der: &[u8]) -> String {
    let text = Base64::encode_string(der);
    let lines = text.as_bytes().chunks(64);
    let lines: Vec<&str> = lines
        .map(|line| std::str::from_utf8(line).expect("base64"))
        .collect();
    let lines = lines.join("\n");
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n")
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
