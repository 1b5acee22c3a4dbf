//! A side's root, for nodes that can be revoked.

use std::sync::Arc;
use std::time::Duration;

use precinto_envelope::trust::{SideTrust, TrustStore};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};
use rustls::pki_types::CertificateDer;

use super::life::{NOW_MS, node};
use crate::authenticate::Caller;

pub(super) const HOUR: Duration = Duration::from_hours(1);
/// Of the certificate.
pub(super) const SERIAL: u64 = 7;

/// Longer than any history.
pub(super) const LONG: Duration = Duration::from_hours(24 * 20);

/// A root of the node's side.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: Vec<u8>,
}

fn params(name: &str) -> CertificateParams {
    let now = date_time_ymd(1970, 1, 1) + Duration::from_millis(NOW_MS);
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = now - HOUR;
    params.not_after = now + HOUR;
    params
}

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = params("DEV ONLY root");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_after += LONG;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Self {
            issuer: Issuer::new(params, key),
            der,
        }
    }

    /// The caller with a certificate for so long.
    pub(super) fn caller(&self, validity: Duration) -> Caller {
        let mut params = params("DEV ONLY");
        params.not_after = params.not_before + HOUR + validity;
        let name = node().to_string();
        params.subject_alt_names = vec![SanType::URI(name.as_str().try_into().unwrap())];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.serial_number = Some(SerialNumber::from(SERIAL));
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let der = params.signed_by(&key, &self.issuer).unwrap();
        Caller::of(Some(&[CertificateDer::from(der.der().to_vec())])).unwrap()
    }

    /// What is trusted when this serial number is revoked.
    pub(super) fn trust(&self, revoked: Option<u64>) -> Arc<TrustStore> {
        let now = date_time_ymd(1970, 1, 1) + Duration::from_millis(NOW_MS);
        let revoked = revoked.map(|serial| RevokedCertParams {
            serial_number: SerialNumber::from(serial),
            revocation_time: now - HOUR,
            reason_code: None,
            invalidity_date: None,
        });
        let list = CertificateRevocationListParams {
            this_update: now - HOUR,
            next_update: now + LONG,
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: revoked.into_iter().collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&self.issuer).unwrap().der().to_vec();
        let side = node().side().clone();
        let side = SideTrust::load(side, &[&self.der], &[list], NOW_MS).unwrap();
        Arc::new(TrustStore::new(vec![side]).unwrap())
    }
}
