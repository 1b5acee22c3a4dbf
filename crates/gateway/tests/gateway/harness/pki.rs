//! Development certificates made in process, valid at the tests' own time.

use std::path::Path;
use std::time::Duration;

use precinto_alert::directory::{EXAMPLE_MX, EXAMPLE_US};
use precinto_envelope::crypto::{SigningKey, sha256};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose as Eku, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_ED25519, RevokedCertParams, SanType, SerialNumber,
    SignatureAlgorithm, date_time_ymd,
};

use super::parts::write_part;
use super::{write, write_settings};

/// The time of every test: 2026-11-22, 12:00 UTC.
pub(crate) const NOW_MS: u64 = 1_795_348_800_000;
/// The serial number on every revocation list.
pub(crate) const REVOKED: u64 = 666;

pub(crate) const HOUR_MS: u64 = 3_600_000;
pub(crate) const DAY_MS: u64 = 24 * HOUR_MS;

macro_rules! at {
    ($ms:expr) => {
        date_time_ymd(1970, 1, 1) + Duration::from_millis($ms)
    };
}

/// One root for each side.
pub(crate) struct Pki {
    pub(crate) us: Authority,
    pub(crate) mx: Authority,
}

pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) der: Vec<u8>,
}

/// A certificate with its key.
#[derive(Clone)]
pub(crate) struct Issued {
    pub(crate) uri: String,
    pub(crate) der: Vec<u8>,
    pub(crate) pkcs8: Vec<u8>,
}

impl Issued {
    pub(crate) fn key(&self) -> SigningKey {
        SigningKey::from_pkcs8_der(&self.pkcs8).unwrap()
    }

    pub(crate) fn digest(&self) -> [u8; 32] {
        sha256(&[&self.der])
    }
}

impl Pki {
    pub(crate) fn new() -> Self {
        Self {
            us: Authority::new("DEV ONLY US root"),
            mx: Authority::new("DEV ONLY MX root"),
        }
    }

    fn side(&self, uri: &str) -> &Authority {
        if uri.starts_with("spiffe://us.") {
            &self.us
        } else {
            &self.mx
        }
    }

    pub(crate) fn tls_client(&self, uri: &str) -> Issued {
        self.side(uri)
            .issue(uri, None, Eku::ClientAuth, &PKCS_ECDSA_P256_SHA256, 7)
    }

    pub(crate) fn revoked_tls_client(&self, uri: &str) -> Issued {
        self.side(uri)
            .issue(uri, None, Eku::ClientAuth, &PKCS_ECDSA_P256_SHA256, REVOKED)
    }

    pub(crate) fn signing(&self, uri: &str) -> Issued {
        self.side(uri)
            .issue(uri, None, document_signing(), &PKCS_ED25519, 8)
    }

    pub(crate) fn revoked_signing(&self, uri: &str) -> Issued {
        self.side(uri)
            .issue(uri, None, document_signing(), &PKCS_ED25519, REVOKED)
    }

    /// Everything that the example settings name.
    pub(crate) fn write(&self, folder: &Path) {
        write_settings(folder);
        for (name, authority) in [("us", &self.us), ("mx", &self.mx)] {
            write(
                &folder.join(format!("{name}/root.pem")),
                &pem("CERTIFICATE", &authority.der),
            );
            write(
                &folder.join(format!("{name}/root.crl.pem")),
                &pem("X509 CRL", &authority.crl()),
            );
            let uri = format!("spiffe://{name}.dev.invalid/gateway/gw1");
            let dns = format!("{name}.gw.dev.invalid");
            let issued = authority.issue(
                &uri,
                Some(&dns),
                Eku::ServerAuth,
                &PKCS_ECDSA_P256_SHA256,
                9,
            );
            write(
                &folder.join(format!("gateway/{name}.tls.pem")),
                &pem("CERTIFICATE", &issued.der),
            );
            let key = pem("PRIVATE KEY", &issued.pkcs8);
            write(&folder.join(format!("gateway/{name}.tls.key.pem")), &key);
        }
        for text in [EXAMPLE_US, EXAMPLE_MX] {
            write_part(folder, &self.part(text));
        }
        let (_, log_key) = SigningKey::generate_ed25519();
        write(
            &folder.join("gateway/log.key.pem"),
            &pem("PRIVATE KEY", &log_key),
        );
    }
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = at!(NOW_MS - DAY_MS);
        params.not_after = at!(NOW_MS + 30 * DAY_MS);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Self {
            issuer: Issuer::new(params, key),
            der,
        }
    }

    /// A list with [`REVOKED`] on it, for a week.
    pub(crate) fn crl(&self) -> Vec<u8> {
        self.crl_numbered(1, &[REVOKED], 7 * DAY_MS)
    }

    /// The list of this number with these serial numbers, for so many milliseconds from now.
    pub(crate) fn crl_numbered(&self, number: u64, revoked: &[u64], for_ms: u64) -> Vec<u8> {
        let from_ms = NOW_MS - HOUR_MS;
        self.crl_between(number, revoked, from_ms, NOW_MS + for_ms)
    }

    /// The list of this number, in force from the one time to the other.
    pub(crate) fn crl_between(
        &self,
        number: u64,
        revoked: &[u64],
        from_ms: u64,
        to_ms: u64,
    ) -> Vec<u8> {
        let entry = |serial: &u64| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: at!(NOW_MS - HOUR_MS),
            reason_code: None,
            invalidity_date: None,
        };
        let revoked_certs = revoked.iter().map(entry).collect();
        let params = CertificateRevocationListParams {
            this_update: at!(from_ms),
            next_update: at!(to_ms),
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).unwrap().der().to_vec()
    }

    pub(crate) fn issue(
        &self,
        uri: &str,
        dns: Option<&str>,
        purpose: Eku,
        algorithm: &'static SignatureAlgorithm,
        serial: u64,
    ) -> Issued {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, "DEV ONLY");
        let mut names = vec![SanType::URI(uri.try_into().unwrap())];
        names.extend(dns.map(|name| SanType::DnsName(name.try_into().unwrap())));
        params.subject_alt_names = names;
        params.extended_key_usages = vec![purpose];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.not_before = at!(NOW_MS - HOUR_MS);
        params.not_after = at!(NOW_MS + 7 * DAY_MS);
        params.serial_number = Some(SerialNumber::from(serial));
        let key = KeyPair::generate_for(algorithm).unwrap();
        let der = params.signed_by(&key, &self.issuer).unwrap().der().to_vec();
        Issued {
            uri: uri.to_owned(),
            der,
            pkcs8: key.serialize_der(),
        }
    }
}

fn document_signing() -> Eku {
    Eku::Other(vec![1, 3, 6, 1, 5, 5, 7, 3, 36])
}

/// RFC 7468.
pub(crate) fn pem(label: &str, der: &[u8]) -> Vec<u8> {
    let body = base64(der);
    let lines: String = body
        .as_bytes()
        .chunks(64)
        .flat_map(|line| [String::from_utf8_lossy(line), "\n".into()])
        .collect();
    format!("-----BEGIN {label}-----\n{lines}-----END {label}-----\n").into_bytes()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |chunk: &[u8]| {
        let value = chunk
            .iter()
            .fold(0_u32, |value, byte| value << 8 | u32::from(*byte));
        let value = value << (8 * (3 - chunk.len()));
        (0..4)
            .map(|place| {
                let digit = usize::try_from(value >> (18 - 6 * place) & 63).unwrap();
                if place <= chunk.len() {
                    char::from(DIGITS[digit])
                } else {
                    '='
                }
            })
            .collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}
