//! Reads the text files (RFC 7468) in which operators keep certificates, revocation lists and keys.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivatePkcs8KeyDer};

/// Why a file is not what it should be: the operator's to mend. Never says anything of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    /// A damaged section: no end line, or not base64.
    #[error("damaged: a PEM section does not end, or is not base64")]
    Malformed,
    /// None of the sections looked for.
    #[error("no PEM section \"BEGIN {wanted}\" in it")]
    Missing {
        /// The label looked for.
        wanted: &'static str,
    },
    /// Several, where one is meant.
    #[error("more than one PEM section \"BEGIN {wanted}\" in it")]
    Several {
        /// The label looked for.
        wanted: &'static str,
    },
}

/// All `CERTIFICATE` sections as DER, in file order, at least one. Other sections are passed over.
pub fn certificates(pem: &[u8]) -> Result<Vec<Vec<u8>>, PemError> {
    sections::<CertificateDer<'static>>(pem, "CERTIFICATE")
}

/// All `X509 CRL` sections as DER, in file order, at least one. Other sections are passed over.
pub fn revocation_lists(pem: &[u8]) -> Result<Vec<Vec<u8>>, PemError> {
    sections::<CertificateRevocationListDer<'static>>(pem, "X509 CRL")
}

/// The only `PRIVATE KEY` section (PKCS#8, unencrypted) as DER: a secret.
pub fn private_key(pem: &[u8]) -> Result<Vec<u8>, PemError> {
    let wanted = "PRIVATE KEY";
    let mut found = PrivatePkcs8KeyDer::pem_slice_iter(pem);
    let key = match found.next() {
        Some(Ok(key)) => key.secret_pkcs8_der().to_vec(),
        Some(Err(_)) => return Err(PemError::Malformed),
        None => return Err(PemError::Missing { wanted }),
    };
    match found.next() {
        None => Ok(key),
        Some(_) => Err(PemError::Several { wanted }),
    }
}

fn sections<T: PemObject + AsRef<[u8]>>(
    pem: &[u8],
    wanted: &'static str,
) -> Result<Vec<Vec<u8>>, PemError> {
    let found: Vec<Vec<u8>> = T::pem_slice_iter(pem)
        .map(|section| section.map(|der| der.as_ref().to_vec()))
        .collect::<Result<_, _>>()
        .map_err(|_| PemError::Malformed)?;
    if found.is_empty() {
        return Err(PemError::Missing { wanted });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &[u8] =
        b"# a comment\n-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n\
        -----BEGIN PRIVATE KEY-----\nBAU=\n-----END PRIVATE KEY-----\n\
        -----BEGIN CERTIFICATE-----\nBg==\n-----END CERTIFICATE-----\n";

    #[test]
    fn sections_come_in_order_and_others_are_passed_over() {
        assert_eq!(certificates(TWO), Ok(vec![vec![1, 2, 3], vec![6]]));
        assert_eq!(private_key(TWO), Ok(vec![4, 5]));
        assert_eq!(
            revocation_lists(TWO),
            Err(PemError::Missing { wanted: "X509 CRL" })
        );
    }

    #[test]
    fn a_damaged_file_and_a_second_key_are_refused() {
        let cut = TWO.strip_suffix(b"-----END CERTIFICATE-----\n").unwrap();
        assert_eq!(certificates(cut), Err(PemError::Malformed));
        let twice = [TWO, TWO].concat();
        let wanted = "PRIVATE KEY";
        assert_eq!(private_key(&twice), Err(PemError::Several { wanted }));
        assert_eq!(private_key(b""), Err(PemError::Missing { wanted }));
    }
}
