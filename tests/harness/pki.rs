//! A development PKI in memory: one authority a side, that issues, revokes and lies on request.
//!
//! Nothing reads a clock: every authority is made for a time, and everything it issues is valid from an hour before.
//! What a test wants wrong is said in the [`Order`].

#![expect(
    clippy::missing_panics_doc,
    reason = "it panics where a test could not go on"
)]

use precinto_alert::id::Side;
use precinto_envelope::certificate::Certificate;
use precinto_envelope::crypto::{self, SigningKey};
use precinto_envelope::trust::{SideTrust, TrustStore};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    RevocationReason, RevokedCertParams, SanType, SerialNumber, SignatureAlgorithm,
};
use std::sync::Arc;
use std::time::Duration;

/// The two sides of every test, `us.dev.invalid` and `mx.dev.invalid`.
pub struct Pki {
    /// The side `us.dev.invalid`.
    pub us: Authority,
    /// The side `mx.dev.invalid`.
    pub mx: Authority,
}

/// One side's certificate authority: a root, its leaves, and its revocation list.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    root: Vec<u8>,
    side: Side,
    now_ms: u64,
    revoked: Vec<RevokedCertParams>,
    lists: u64,
}

/// What a leaf is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// A node's end of TLS.
    TlsClient,
    /// A gateway's end of TLS.
    TlsServer,
    /// Statements.
    Signing,
}

/// Which key a leaf gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The default for statements.
    Ed25519,
    /// The default for TLS.
    P256,
    /// For those who have to.
    P384,
}

/// A leaf to be issued.
#[derive(Debug, Clone)]
pub struct Order {
    /// SPIFFE ids; a sound leaf has exactly one.
    pub identities: Vec<String>,
    /// DNS names.
    pub dns: Vec<String>,
    /// What it is for.
    pub purpose: Use,
    /// Which key it gets.
    pub key: Key,
    /// Valid from, milliseconds since 1970.
    pub from_ms: u64,
    /// Valid until, milliseconds since 1970.
    pub until_ms: u64,
}

/// A leaf with its key.
#[derive(Clone)]
pub struct Issued {
    /// The certificate.
    pub certificate: Arc<Certificate>,
    /// The private key as PKCS#8 DER.
    pub key_pkcs8: Vec<u8>,
    serial: SerialNumber,
}

impl Pki {
    /// Both authorities, as of `now_ms`.
    pub fn new(now_ms: u64) -> Self {
        let side = |domain: &str| Authority::new(domain, now_ms);
        Self {
            us: side("us.dev.invalid"),
            mx: side("mx.dev.invalid"),
        }
    }

    /// What a gateway or an auditor holds of both sides, with the revocation lists as they are now.
    pub fn trust_store(&mut self) -> TrustStore {
        let sides = vec![self.us.trust(), self.mx.trust()];
        TrustStore::new(sides).expect("the roots are sound and the lists fresh")
    }
}

impl Authority {
    /// A fresh root for the side with this trust domain.
    pub fn new(domain: &str, now_ms: u64) -> Self {
        Self::named(domain, &format!("DEV ONLY {domain} root"), now_ms)
    }

    /// The same, of another name: two roots of one side must not be called the same.
    pub fn named(domain: &str, name: &str, now_ms: u64) -> Self {
        let mut params = authority_params(&[(DnType::CommonName, name)]);
        params.serial_number = Some(serial());
        params.not_before =
            rcgen::date_time_ymd(1970, 1, 1) + since_1970(now_ms.saturating_sub(HOUR_MS));
        params.not_after = rcgen::date_time_ymd(1970, 1, 1) + since_1970(now_ms + 30 * DAY_MS);
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("a key");
        let root = params.self_signed(&key).expect("a root").der().to_vec();
        Self::of(domain, root, Issuer::new(params, key), now_ms)
    }

    /// The authority of a root that exists: `name` is its subject, as it was given to rcgen. Its next list has a number above
    /// that of any list it has made before.
    pub fn adopt(
        domain: &str,
        root: Vec<u8>,
        key_pem: &str,
        name: &[(DnType, &str)],
        now_ms: u64,
    ) -> Self {
        let key = KeyPair::from_pem(key_pem).expect("the root's key");
        let issuer = Issuer::new(authority_params(name), key);
        Self {
            lists: now_ms,
            ..Self::of(domain, root, issuer, now_ms)
        }
    }

    fn of(domain: &str, root: Vec<u8>, issuer: Issuer<'static, KeyPair>, now_ms: u64) -> Self {
        Self {
            issuer,
            root,
            side: domain.parse().expect("a trust domain"),
            now_ms,
            revoked: Vec::new(),
            lists: 0,
        }
    }

    /// Whose authority it is.
    pub fn side(&self) -> &Side {
        &self.side
    }

    /// The root, DER.
    pub fn root(&self) -> Vec<u8> {
        self.root.clone()
    }

    /// A sound order for a node's certificate.
    pub fn node_order(&self, agency: &str, node: &str, purpose: Use) -> Order {
        self.order(&format!("agency/{agency}/node/{node}"), purpose)
    }

    /// A signing certificate for a node.
    pub fn node_signer(&self, agency: &str, node: &str) -> Issued {
        self.issue(&self.node_order(agency, node, Use::Signing))
    }

    /// A TLS certificate for a node.
    pub fn node_tls(&self, agency: &str, node: &str) -> Issued {
        self.issue(&self.node_order(agency, node, Use::TlsClient))
    }

    /// A signing certificate for an officer.
    pub fn officer_signer(&self, agency: &str, officer: &str) -> Issued {
        self.issue(&self.order(&format!("agency/{agency}/officer/{officer}"), Use::Signing))
    }

    /// A TLS certificate for a gateway that nodes of this side reach under `dns`.
    pub fn gateway_tls(&self, name: &str, dns: &str) -> Issued {
        let order = self.order(&format!("gateway/{name}"), Use::TlsServer);
        self.issue(&Order {
            dns: vec![dns.to_owned()],
            ..order
        })
    }

    /// Issues a leaf with a fresh key, whatever the order says.
    pub fn issue(&self, order: &Order) -> Issued {
        let key = KeyPair::generate_for(order.key.algorithm()).expect("a key");
        let serial = serial();
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "DEV ONLY leaf");
        for identity in &order.identities {
            let name = identity.as_str().try_into().expect("a URI is ASCII");
            params.subject_alt_names.push(SanType::URI(name));
        }
        for dns in &order.dns {
            let name = dns.as_str().try_into().expect("a DNS name is ASCII");
            params.subject_alt_names.push(SanType::DnsName(name));
        }
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![order.purpose.extended()];
        params.use_authority_key_identifier_extension = true;
        params.serial_number = Some(serial.clone());
        params.not_before = rcgen::date_time_ymd(1970, 1, 1) + since_1970(order.from_ms);
        params.not_after = rcgen::date_time_ymd(1970, 1, 1) + since_1970(order.until_ms);
        let certificate = params.signed_by(&key, &self.issuer).expect("a leaf");
        let certificate = Certificate::parse(certificate.der()).expect("what was issued parses");
        Issued {
            certificate: Arc::new(certificate),
            key_pkcs8: key.serialize_der(),
            serial,
        }
    }

    /// Revokes a leaf as of `at_ms`; it stands in every list from the next one on.
    pub fn revoke(&mut self, leaf: &Issued, at_ms: u64) {
        self.revoked.push(leaf.revocation(at_ms));
    }

    /// Revokes whatever stands under this serial number, as of `at_ms`: what was issued by somebody else with the same root.
    pub fn revoke_serial(&mut self, serial: &[u8], at_ms: u64) {
        self.revoked
            .push(revocation(SerialNumber::from_slice(serial), at_ms));
    }

    /// A new revocation list, DER, with a higher number than the one before, good for a week.
    pub fn crl(&mut self) -> Vec<u8> {
        self.crl_valid(
            self.now_ms.saturating_sub(HOUR_MS),
            self.now_ms + 7 * DAY_MS,
        )
    }

    /// The same with one more leaf revoked as of `at_ms`, which the next one does not have.
    pub fn crl_once(&mut self, leaf: &Issued, at_ms: u64) -> Vec<u8> {
        self.revoked.push(leaf.revocation(at_ms));
        let list = self.crl();
        let _let_in_again = self.revoked.pop();
        list
    }

    /// A new revocation list, DER, for other times.
    pub fn crl_valid(&mut self, from_ms: u64, until_ms: u64) -> Vec<u8> {
        self.lists += 1;
        self.list(self.lists, self.revoked.clone(), (from_ms, until_ms))
    }

    /// A list far newer than any other, DER, with one more leaf revoked as of `at_ms`; the authority forgets it.
    pub fn crl_with(&self, leaf: &Issued, at_ms: u64) -> Vec<u8> {
        let mut revoked = self.revoked.clone();
        revoked.push(leaf.revocation(at_ms));
        self.list(
            1 << 32,
            revoked,
            (
                self.now_ms.saturating_sub(HOUR_MS),
                self.now_ms + 7 * DAY_MS,
            ),
        )
    }

    fn list(
        &self,
        number: u64,
        revoked_certs: Vec<RevokedCertParams>,
        (from_ms, until_ms): (u64, u64),
    ) -> Vec<u8> {
        let params = CertificateRevocationListParams {
            this_update: rcgen::date_time_ymd(1970, 1, 1) + since_1970(from_ms),
            next_update: rcgen::date_time_ymd(1970, 1, 1) + since_1970(until_ms),
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params
            .signed_by(&self.issuer)
            .expect("a revocation list")
            .der()
            .to_vec()
    }

    /// What others hold of this side: its root and a new list.
    pub fn trust(&mut self) -> SideTrust {
        let lists = vec![self.crl()];
        SideTrust::load(self.side.clone(), &[self.root()], &lists, self.now_ms)
            .expect("the root is sound and the list fresh")
    }

    fn order(&self, path: &str, purpose: Use) -> Order {
        Order {
            identities: vec![format!("spiffe://{}/{path}", self.side)],
            dns: Vec::new(),
            purpose,
            key: if purpose == Use::Signing {
                Key::Ed25519
            } else {
                Key::P256
            },
            from_ms: self.now_ms.saturating_sub(HOUR_MS),
            until_ms: self.now_ms + 7 * DAY_MS,
        }
    }
}

impl Issued {
    /// The private key, ready to sign statements.
    pub fn signing_key(&self) -> SigningKey {
        SigningKey::from_pkcs8_der(&self.key_pkcs8).expect("the key was just made")
    }

    fn revocation(&self, at_ms: u64) -> RevokedCertParams {
        revocation(self.serial.clone(), at_ms)
    }

    /// SHA-256 of the certificate: what statements name the signer by.
    pub fn key_id(&self) -> [u8; 32] {
        self.certificate.digest()
    }
}

impl Key {
    fn algorithm(self) -> &'static SignatureAlgorithm {
        match self {
            Self::Ed25519 => &rcgen::PKCS_ED25519,
            Self::P256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            Self::P384 => &rcgen::PKCS_ECDSA_P384_SHA384,
        }
    }
}

impl Use {
    fn extended(self) -> ExtendedKeyUsagePurpose {
        match self {
            Self::TlsClient => ExtendedKeyUsagePurpose::ClientAuth,
            Self::TlsServer => ExtendedKeyUsagePurpose::ServerAuth,
            Self::Signing => ExtendedKeyUsagePurpose::Other(DOCUMENT_SIGNING.to_vec()),
        }
    }
}

const HOUR_MS: u64 = 60 * 60 * 1_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// Extended key usage documentSigning, RFC 9336.
const DOCUMENT_SIGNING: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 3, 36];

/// What every root is, whatever it is called.
fn authority_params(name: &[(DnType, &str)]) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    for (kind, value) in name {
        params.distinguished_name.push(kind.clone(), *value);
    }
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn revocation(serial_number: SerialNumber, at_ms: u64) -> RevokedCertParams {
    RevokedCertParams {
        serial_number,
        revocation_time: rcgen::date_time_ymd(1970, 1, 1) + since_1970(at_ms),
        reason_code: Some(RevocationReason::KeyCompromise),
        invalidity_date: None,
    }
}

/// A random serial number: 16 bytes, positive, no leading zero.
fn serial() -> SerialNumber {
    let [first, rest @ ..] = crypto::random::<16>();
    let mut bytes = vec![(first & 0x7f) | 0x40];
    bytes.extend(rest);
    SerialNumber::from(bytes)
}

/// Certificates count whole seconds.
fn since_1970(ms: u64) -> Duration {
    Duration::from_secs(ms / 1_000)
}
