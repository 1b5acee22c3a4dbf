//! One side's certificates, made in process.

use precinto_envelope::certificate::Certificate;
use precinto_envelope::crypto::SigningKey;
use precinto_envelope::tls::Credential;
use precinto_envelope::trust::{SideTrust, TrustStore};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose as Eku, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_ED25519, RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};
use std::sync::Arc;

/// The time of every test: 2026-11-22, 12:00 UTC.
pub(crate) const NOW_MS: u64 = 1_795_348_800_000;
pub(crate) const SIDE: &str = "us.dev.invalid";
pub(crate) const SERVER_NAME: &str = "us.gw.dev.invalid";
pub(crate) const GATEWAY: &str = "spiffe://us.dev.invalid/gateway/gw1";
pub(crate) const NODE: &str = "spiffe://us.dev.invalid/agency/cbp/node/lax";
pub(crate) const OFFICER: &str = "spiffe://us.dev.invalid/agency/cbp/officer/ramirez";
/// The serial number on the revocation list.
pub(crate) const REVOKED: u64 = 666;

/// A root with its key.
pub(crate) struct Pki {
    issuer: Issuer<'static, KeyPair>,
    root: Vec<u8>,
}

/// A certificate and its private key.
pub(crate) struct Issued {
    pub(crate) der: Vec<u8>,
    pub(crate) key_pkcs8: Vec<u8>,
}

impl Pki {
    pub(crate) fn new() -> Self {
        let mut params = params("DEV ONLY US root");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let root = params.self_signed(&key).unwrap().der().to_vec();
        Self {
            issuer: Issuer::new(params, key),
            root,
        }
    }

    pub(crate) fn trust(&self) -> Arc<TrustStore> {
        let revoked = RevokedCertParams {
            serial_number: SerialNumber::from(REVOKED),
            revocation_time: date_time_ymd(2026, 11, 21),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 11, 22),
            next_update: date_time_ymd(2026, 11, 30),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: vec![revoked],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let crl = list.signed_by(&self.issuer).unwrap().der().to_vec();
        let side = SideTrust::load(SIDE.parse().unwrap(), &[&self.root], &[crl], NOW_MS).unwrap();
        Arc::new(TrustStore::new(vec![side]).unwrap())
    }

    /// A TLS certificate for either end; `server_name` for a gateway.
    pub(crate) fn tls(&self, uri: &str, server_name: Option<&str>, serial: u64) -> Credential {
        let mut purposes = vec![Eku::ClientAuth];
        purposes.extend(server_name.map(|_| Eku::ServerAuth));
        let issued = self.issue(uri, server_name, purposes, serial, &PKCS_ECDSA_P256_SHA256);
        Credential::new(&[issued.der], &issued.key_pkcs8).unwrap()
    }

    pub(crate) fn signing(&self, uri: &str, serial: u64) -> Issued {
        let document_signing = Eku::Other(vec![1, 3, 6, 1, 5, 5, 7, 3, 36]);
        self.issue(uri, None, vec![document_signing], serial, &PKCS_ED25519)
    }

    fn issue(
        &self,
        uri: &str,
        server_name: Option<&str>,
        purposes: Vec<Eku>,
        serial: u64,
        algorithm: &'static rcgen::SignatureAlgorithm,
    ) -> Issued {
        let mut params = params("a test");
        params.subject_alt_names = vec![SanType::URI(uri.try_into().unwrap())];
        let dns = server_name.map(|name| SanType::DnsName(name.try_into().unwrap()));
        params.subject_alt_names.extend(dns);
        params.extended_key_usages = purposes;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.serial_number = Some(SerialNumber::from(serial));
        let key = KeyPair::generate_for(algorithm).unwrap();
        let der = params.signed_by(&key, &self.issuer).unwrap().der().to_vec();
        Issued {
            der,
            key_pkcs8: key.serialize_der(),
        }
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2026, 11, 1);
    params.not_after = date_time_ymd(2027, 5, 1);
    params
}

impl Issued {
    pub(crate) fn certificate(&self) -> Arc<Certificate> {
        Arc::new(Certificate::parse(&self.der).unwrap())
    }

    pub(crate) fn key(&self) -> SigningKey {
        SigningKey::from_pkcs8_der(&self.key_pkcs8).unwrap()
    }
}
