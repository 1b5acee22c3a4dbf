//! The certificates of the one signer and of officers, and the revocation lists of the one authority.

use super::{DAY_MS, HOUR_MS, NOW_MS, SIDE};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams,
    SanType, SerialNumber, date_time_ymd,
};
use std::time::Duration;

/// A fresh root.
pub(super) fn root() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "DEV ONLY root");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(1970, 1, 1) + Duration::from_millis(NOW_MS - HOUR_MS);
    params.not_after = date_time_ymd(1970, 1, 1) + Duration::from_millis(NOW_MS + 30 * DAY_MS);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

pub(super) fn leaf_certificate(
    issuer: &CertifiedIssuer<'static, KeyPair>,
    key: &KeyPair,
    name: &str,
) -> Vec<u8> {
    let mut params = CertificateParams::default();
    let identity = format!("spiffe://{SIDE}/agency/cbp/{name}");
    params.subject_alt_names = vec![SanType::URI(identity.try_into().unwrap())];
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let document_signing = ExtendedKeyUsagePurpose::Other(vec![1, 3, 6, 1, 5, 5, 7, 3, 36]);
    params.extended_key_usages = vec![document_signing];
    if name.starts_with("node") {
        params.serial_number = Some(SerialNumber::from(SIGNER_SERIAL));
    }
    params.not_before = date_time_ymd(1970, 1, 1) + Duration::from_millis(NOW_MS - HOUR_MS);
    params.not_after = date_time_ymd(1970, 1, 1) + Duration::from_millis(NOW_MS + 7 * DAY_MS);
    params.signed_by(key, issuer).unwrap().der().to_vec()
}

/// A list made an hour before all else, on which the signer may stand as revoked.
pub(super) fn revocation_list(
    issuer: &CertifiedIssuer<'static, KeyPair>,
    number: u64,
    signer_since_ms: Option<u64>,
) -> Vec<u8> {
    let revoked = signer_since_ms.map(|since_ms| revoked(since_ms, None));
    list(issuer, number, NOW_MS - HOUR_MS, revoked)
}

/// A list made then, on which the signer is revoked and held for invalid since earlier.
pub(super) fn later_list(
    issuer: &CertifiedIssuer<'static, KeyPair>,
    made_ms: u64,
    invalid_ms: u64,
) -> Vec<u8> {
    list(issuer, 3, made_ms, Some(revoked(made_ms, Some(invalid_ms))))
}

fn revoked(since_ms: u64, invalid_ms: Option<u64>) -> RevokedCertParams {
    let time = |ms| date_time_ymd(1970, 1, 1) + Duration::from_millis(ms);
    RevokedCertParams {
        serial_number: SerialNumber::from(SIGNER_SERIAL),
        revocation_time: time(since_ms),
        reason_code: None,
        invalidity_date: invalid_ms.map(time),
    }
}

fn list(
    issuer: &CertifiedIssuer<'static, KeyPair>,
    number: u64,
    made_ms: u64,
    revoked: Option<RevokedCertParams>,
) -> Vec<u8> {
    let params = CertificateRevocationListParams {
        this_update: date_time_ymd(1970, 1, 1) + Duration::from_millis(made_ms),
        next_update: date_time_ymd(1970, 1, 1) + Duration::from_millis(NOW_MS + 7 * DAY_MS),
        crl_number: SerialNumber::from(number),
        issuing_distribution_point: None,
        revoked_certs: revoked.into_iter().collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    params.signed_by(issuer).unwrap().der().to_vec()
}

const SIGNER_SERIAL: u64 = 0x4711;
