//! A public key infrastructure made in process, for tests alone: both sides, and everything that can be wrong.

use crate::certificate::Certificate;
use crate::crypto::SigningKey;
use crate::trust::{SideTrust, TrustStore};
use precinto_alert::id::Side;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CustomExtension,
    DistinguishedName, DnType, ExtendedKeyUsagePurpose as Eku, IsCa, Issuer, KeyIdMethod, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PublicKeyData, RevokedCertParams,
    SanType, SerialNumber, SignatureAlgorithm, date_time_ymd,
};
use std::sync::Arc;
use std::time::Duration;

/// Dates as rcgen wants them, in a type that it does not name.
macro_rules! at {
    ($ms:expr) => {
        date_time_ymd(1970, 1, 1) + Duration::from_millis($ms)
    };
}
/// The time of every test: 2026-11-22, 12:00 UTC.
pub(crate) const NOW_MS: u64 = 1_795_348_800_000;
pub(crate) const HOUR_MS: u64 = 3_600_000;
pub(crate) const DAY_MS: u64 = 24 * HOUR_MS;

pub(crate) const US: &str = "us.dev.invalid";
pub(crate) const MX: &str = "mx.dev.invalid";
pub(crate) const LAX: &str = "spiffe://us.dev.invalid/agency/cbp/node/lax";
pub(crate) const JFK: &str = "spiffe://us.dev.invalid/agency/cbp/node/jfk";
pub(crate) const RAMIREZ: &str = "spiffe://us.dev.invalid/agency/cbp/officer/ramirez";
pub(crate) const DEA_OFFICER: &str = "spiffe://us.dev.invalid/agency/dea/officer/lee";
pub(crate) const MEX: &str = "spiffe://mx.dev.invalid/agency/anam/node/mex";
pub(crate) const US_GATEWAY: &str = "spiffe://us.dev.invalid/gateway/gw1";
pub(crate) const US_SERVER: &str = "us.gw.dev.invalid";
pub(crate) const MX_GATEWAY: &str = "spiffe://mx.dev.invalid/gateway/gw1";
pub(crate) const MX_SERVER: &str = "mx.gw.dev.invalid";

/// A certificate authority with its key.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) der: Vec<u8>,
}

impl Authority {
    pub(crate) fn root(name: &str) -> Self {
        Self::root_with(name, |_| ())
    }

    pub(crate) fn root_with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = authority_params(name);
        change(&mut params);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        params.key_usages.clear(); // so that the tests' tool signs whatever it is told to
        let issuer = Issuer::new(params, key);
        Self { issuer, der }
    }

    /// An authority below this one.
    pub(crate) fn intermediate(
        &self,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let mut params = authority_params(name);
        change(&mut params);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let der = params.signed_by(&key, &self.issuer).unwrap().der().to_vec();
        let issuer = Issuer::new(params, key);
        Self { issuer, der }
    }

    pub(crate) fn certificate(&self) -> Arc<Certificate> {
        Arc::new(Certificate::parse(&self.der).unwrap())
    }

    /// Issues what `leaf` asks for, with a fresh key.
    pub(crate) fn issue(&self, leaf: &Leaf) -> Issued {
        self.issue_for(leaf, &KeyPair::generate_for(leaf.key).unwrap())
    }

    /// Issues a certificate for a key that exists already.
    pub(crate) fn issue_for(&self, leaf: &Leaf, key: &KeyPair) -> Issued {
        let der = leaf.params().signed_by(key, &self.issuer).unwrap();
        let der = der.der().to_vec();
        let key_pkcs8 = key.serialize_der();
        Issued { der, key_pkcs8 }
    }

    /// Issues a certificate for a public key of which nobody has the private one.
    pub(crate) fn issue_public(&self, leaf: &Leaf, key: &impl PublicKeyData) -> Certificate {
        let der = leaf.params().signed_by(key, &self.issuer).unwrap();
        Certificate::parse(der.der()).unwrap()
    }

    /// A list that revokes the serial numbers given since an hour ago.
    pub(crate) fn crl(&self, revoked: &[u64]) -> Vec<u8> {
        self.crl_numbered(1, revoked, NOW_MS - HOUR_MS, NOW_MS + DAY_MS)
    }

    pub(crate) fn crl_numbered(
        &self,
        number: u64,
        revoked: &[u64],
        this_update_ms: u64,
        next_update_ms: u64,
    ) -> Vec<u8> {
        let revoked_certs = revoked
            .iter()
            .map(|serial| RevokedCertParams {
                serial_number: SerialNumber::from(*serial),
                revocation_time: at!(NOW_MS - HOUR_MS),
                reason_code: None,
                invalidity_date: None,
            })
            .collect();
        let params = CertificateRevocationListParams {
            this_update: at!(this_update_ms),
            next_update: at!(next_update_ms),
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).unwrap().der().to_vec()
    }
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = at!(NOW_MS - 10 * DAY_MS);
    params.not_after = at!(NOW_MS + 3_650 * DAY_MS);
    params
}

/// What an end-entity certificate shall say; the constructors give a good one to spoil.
#[derive(Clone)]
pub(crate) struct Leaf {
    pub(crate) uris: Vec<String>,
    pub(crate) dns: Vec<String>,
    pub(crate) purposes: Vec<Eku>,
    pub(crate) key_usages: Vec<KeyUsagePurpose>,
    pub(crate) from_ms: u64,
    pub(crate) to_ms: u64,
    pub(crate) serial: u64,
    pub(crate) authority: bool,
    pub(crate) extensions: Vec<CustomExtension>,
    pub(crate) key: &'static SignatureAlgorithm,
}

impl Leaf {
    fn of(uri: &str, purposes: Vec<Eku>) -> Self {
        Self {
            uris: vec![uri.to_owned()],
            dns: Vec::new(),
            purposes,
            key_usages: vec![KeyUsagePurpose::DigitalSignature],
            from_ms: NOW_MS - HOUR_MS,
            to_ms: NOW_MS + 7 * DAY_MS,
            serial: 7,
            authority: false,
            extensions: Vec::new(),
            key: &PKCS_ECDSA_P256_SHA256,
        }
    }

    pub(crate) fn tls_client(uri: &str) -> Self {
        Self::of(uri, vec![Eku::ClientAuth])
    }

    pub(crate) fn tls_server(uri: &str, name: &str) -> Self {
        Self::of(uri, vec![Eku::ServerAuth, Eku::ClientAuth])
            .with(|leaf| leaf.dns = vec![name.to_owned()])
    }

    pub(crate) fn signing(uri: &str) -> Self {
        Self::of(uri, vec![document_signing()]).with(|leaf| leaf.key = &PKCS_ED25519)
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn params(&self) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "a test");
        let uris = self
            .uris
            .iter()
            .map(|uri| SanType::URI(uri.as_str().try_into().unwrap()));
        let dns = self
            .dns
            .iter()
            .map(|name| SanType::DnsName(name.as_str().try_into().unwrap()));
        params.subject_alt_names = uris.chain(dns).collect();
        params.extended_key_usages = self.purposes.clone();
        params.key_usages = self.key_usages.clone();
        params.not_before = at!(self.from_ms);
        params.not_after = at!(self.to_ms);
        params.serial_number = Some(SerialNumber::from(self.serial));
        params.custom_extensions = self.extensions.clone();
        if self.authority {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        params
    }
}

pub(crate) fn document_signing() -> Eku {
    Eku::Other(vec![1, 3, 6, 1, 5, 5, 7, 3, 36])
}

/// A certificate and its private key.
#[derive(Clone)]
pub(crate) struct Issued {
    pub(crate) der: Vec<u8>,
    pub(crate) key_pkcs8: Vec<u8>,
}

impl Issued {
    pub(crate) fn certificate(&self) -> Arc<Certificate> {
        Arc::new(Certificate::parse(&self.der).unwrap())
    }

    pub(crate) fn digest(&self) -> [u8; 32] {
        self.certificate().digest()
    }

    /// The holder of this certificate playing authority with the same name and key.
    pub(crate) fn as_authority(&self) -> Authority {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "a test");
        let key = KeyPair::try_from(self.key_pkcs8.as_slice()).unwrap();
        Authority {
            issuer: Issuer::new(params, key),
            der: self.der.clone(),
        }
    }

    pub(crate) fn signing_key(&self) -> SigningKey {
        SigningKey::from_pkcs8_der(&self.key_pkcs8).unwrap()
    }
}

/// Two sides with a root each, on whose lists serial number 666 is revoked.
pub(crate) struct Pki {
    pub(crate) us: Authority,
    pub(crate) mx: Authority,
}

impl Pki {
    pub(crate) fn new() -> Self {
        Self {
            us: Authority::root("DEV ONLY US root"),
            mx: Authority::root("DEV ONLY MX root"),
        }
    }

    pub(crate) fn trust(&self) -> TrustStore {
        self.trust_with(&[])
    }

    /// The trust of one who knows the Mexican side alone.
    pub(crate) fn trust_of_mx(&self) -> TrustStore {
        let crls = [self.mx.crl(&[REVOKED])];
        let mx = SideTrust::load(side(MX), &[&self.mx.der], &crls, NOW_MS).unwrap();
        TrustStore::new(vec![mx]).unwrap()
    }

    /// With further revocation lists of the American side.
    pub(crate) fn trust_with(&self, us_crls: &[Vec<u8>]) -> TrustStore {
        let mut crls = vec![self.us.crl(&[REVOKED])];
        crls.extend_from_slice(us_crls);
        let us = SideTrust::load(side(US), &[&self.us.der], &crls, NOW_MS).unwrap();
        let crls = [self.mx.crl(&[REVOKED])];
        let mx = SideTrust::load(side(MX), &[&self.mx.der], &crls, NOW_MS).unwrap();
        TrustStore::new(vec![us, mx]).unwrap()
    }
}

/// The serial number on every revocation list of [`Pki`].
pub(crate) const REVOKED: u64 = 666;

pub(crate) fn side(name: &str) -> Side {
    name.parse().unwrap()
}

/// An RSA public key of `bits` bits without a private one.
pub(crate) struct RsaPublicKey(Vec<u8>);

impl RsaPublicKey {
    /// PKCS#1 `RSAPublicKey` with the exponent 65537.
    pub(crate) fn new(bits: usize) -> Self {
        let mut modulus = vec![0xc5; bits / 8];
        modulus.insert(0, 0);
        let integer = |bytes: &[u8]| [tag(0x02, bytes.len()), bytes.to_vec()].concat();
        let parts = [integer(&modulus), integer(&[1, 0, 1])].concat();
        Self([tag(0x30, parts.len()), parts].concat())
    }
}

fn tag(tag: u8, len: usize) -> Vec<u8> {
    let [high, low] = u16::try_from(len).unwrap().to_be_bytes();
    match (high, low) {
        (0, 0..=0x7f) => vec![tag, low],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    }
}

impl PublicKeyData for RsaPublicKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}
