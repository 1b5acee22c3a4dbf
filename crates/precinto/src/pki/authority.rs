//! One side's certificate authority while the set is made: a root, leaves, and a revocation list.

use super::{Profile, SideEntry};
use precinto_envelope::crypto;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer,
    CustomExtension, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod,
    KeyPair, KeyUsagePurpose, RevocationReason, RevokedCertParams, SanType, SerialNumber,
};
use std::time::Duration;

/// Extended key usage documentSigning, RFC 9336.
const DOCUMENT_SIGNING: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 3, 36];

/// How long before "now" everything becomes valid: verifiers allow no tolerance, and clocks differ a little.
const BACKDATED_MS: u64 = 60 * 60 * 1_000;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// What a leaf is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A node's end of TLS; P-256, because not every gRPC library takes Ed25519 there.
    TlsClient,
    /// The gateway's end of TLS; P-256.
    TlsServer,
    /// Statements; Ed25519.
    Signing,
}

/// A leaf to be issued. The fields that the unhappy set breaks are open to it.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    /// What it is for.
    pub(super) purpose: Purpose,
    /// The SPIFFE ids; a sound leaf has exactly one.
    pub(super) identities: Vec<String>,
    /// The DNS names.
    pub(super) dns: Vec<String>,
    /// The end of its common name.
    pub(super) title: String,
    /// Put it on the revocation list.
    pub(super) revoked: bool,
    /// Leave the extended key usage out.
    pub(super) purposeless: bool,
    /// Valid from and until, milliseconds since 1970, instead of the usual.
    pub(super) validity_ms: Option<(u64, u64)>,
}

impl Leaf {
    /// A sound leaf.
    pub(super) fn new(purpose: Purpose, identity: &str, title: &str) -> Self {
        Self {
            purpose,
            identities: vec![identity.to_owned()],
            dns: Vec::new(),
            title: title.to_owned(),
            revoked: false,
            purposeless: false,
            validity_ms: None,
        }
    }

    /// Adds a DNS name.
    pub(super) fn dns(mut self, name: &str) -> Self {
        self.dns.push(name.to_owned());
        self
    }
}

/// One side's authority.
pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    country: String,
    domain: String,
    now_ms: u64,
    leaf_ms: u64,
    revoked: Vec<SerialNumber>,
    issued: usize,
}

impl Authority {
    /// A fresh root for a side. P-256: its signature stands in TLS chains. A sound root has no `extension`.
    pub(super) fn new(
        profile: &Profile,
        side: &SideEntry,
        now_ms: u64,
        extension: Option<CustomExtension>,
    ) -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name = name(&side.country, &side.domain, "root");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.serial_number = Some(serial());
        set_validity(
            &mut params,
            now_ms.saturating_sub(BACKDATED_MS),
            now_ms + u64::from(profile.root_days) * DAY_MS - BACKDATED_MS,
        );
        params.custom_extensions.extend(extension);
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
        Ok(Self {
            issuer: CertifiedIssuer::self_signed(params, key)?,
            country: side.country.clone(),
            domain: side.domain.clone(),
            now_ms,
            leaf_ms: u64::from(profile.leaf_days) * DAY_MS,
            revoked: Vec::new(),
            issued: 1,
        })
    }

    /// Issues a leaf with a fresh key; returns the certificate and the key as PEM.
    pub(super) fn issue(&mut self, leaf: &Leaf) -> Result<(String, String), rcgen::Error> {
        let key = match leaf.purpose {
            Purpose::TlsClient | Purpose::TlsServer => {
                KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?
            }
            // rcgen would write PKCS#8 version 2, which OpenSSL 3.0 and others cannot read.
            Purpose::Signing => KeyPair::try_from(crypto::SigningKey::generate_ed25519().1)?,
        };
        let pem = self.certify(leaf, &key)?;
        Ok((pem, key.serialize_pem()))
    }

    /// Issues a leaf for a key that is somewhere else; returns the certificate as PEM.
    pub(super) fn certify(
        &mut self,
        leaf: &Leaf,
        key: &impl rcgen::PublicKeyData,
    ) -> Result<String, rcgen::Error> {
        let serial = serial();
        let mut params = CertificateParams::default();
        params.distinguished_name = name(&self.country, &self.domain, &leaf.title);
        params.subject_alt_names = subject_names(leaf)?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = extended_usages(leaf);
        params.use_authority_key_identifier_extension = true;
        params.serial_number = Some(serial.clone());
        let (from, until) = leaf.validity_ms.unwrap_or_else(|| self.usual_validity());
        set_validity(&mut params, from, until);
        let certificate = params.signed_by(key, &self.issuer)?;
        self.issued += 1;
        if leaf.revoked {
            self.revoked.push(serial);
        }
        Ok(certificate.pem())
    }

    /// The root as PEM.
    pub(super) fn root_pem(&self) -> String {
        self.issuer.pem()
    }

    /// The root's private key as PEM.
    pub(super) fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    /// The revocation list as PEM, good as long as the leaves.
    pub(super) fn crl_pem(&self) -> Result<String, rcgen::Error> {
        let (from, until) = self.usual_validity();
        self.crl_pem_valid(from, until)
    }

    /// The revocation list as PEM, with a validity of its own.
    pub(super) fn crl_pem_valid(&self, from: u64, until: u64) -> Result<String, rcgen::Error> {
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        let revoked = self.revoked.iter().map(|serial| RevokedCertParams {
            serial_number: serial.clone(),
            revocation_time: epoch + since_1970(from),
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: epoch + since_1970(from),
            next_update: epoch + since_1970(until),
            crl_number: SerialNumber::from(self.now_ms),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer)?.pem()
    }

    /// How many certificates it has made, the root included.
    pub(super) fn issued(&self) -> usize {
        self.issued
    }

    /// From a little before now, for the life of a leaf.
    fn usual_validity(&self) -> (u64, u64) {
        let from = self.now_ms.saturating_sub(BACKDATED_MS);
        (from, from + self.leaf_ms)
    }
}

fn subject_names(leaf: &Leaf) -> Result<Vec<SanType>, rcgen::Error> {
    let mut names = Vec::new();
    for identity in &leaf.identities {
        names.push(SanType::URI(identity.as_str().try_into()?));
    }
    for dns in &leaf.dns {
        names.push(SanType::DnsName(dns.as_str().try_into()?));
    }
    Ok(names)
}

fn extended_usages(leaf: &Leaf) -> Vec<ExtendedKeyUsagePurpose> {
    if leaf.purposeless {
        return Vec::new();
    }
    vec![match leaf.purpose {
        Purpose::TlsClient => ExtendedKeyUsagePurpose::ClientAuth,
        Purpose::TlsServer => ExtendedKeyUsagePurpose::ServerAuth,
        Purpose::Signing => ExtendedKeyUsagePurpose::Other(DOCUMENT_SIGNING.to_vec()),
    }]
}

fn name(country: &str, domain: &str, title: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, country);
    name.push(DnType::OrganizationName, domain);
    name.push(DnType::CommonName, format!("DEV ONLY {title}"));
    name
}

fn set_validity(params: &mut CertificateParams, from_ms: u64, until_ms: u64) {
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + since_1970(from_ms);
    params.not_after = epoch + since_1970(until_ms);
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
