//! What the settings name: keys, certificates, trust and parts of the directory, read and judged before a port opens.

use std::path::{Path, PathBuf};

use precinto_alert::directory::Stewards;
use precinto_alert::id::Side;
use precinto_envelope::crypto::SigningKey;
use precinto_envelope::pem::{self, PemError};
use precinto_envelope::tls::CredentialError;
use precinto_envelope::trust::LoadError;
use precinto_merkle::note::NoteSigner;

use crate::config::Config;
use crate::limits::FILE_BYTES_MAX;
use crate::registry::SideCountry;
use crate::registry::offered::{Offer, OfferError};
use crate::registry::start::{self, Logged, StartError};

mod renewable;

pub(crate) use renewable::{Own, Renewable};

/// Everything that was read, each part fit for its purpose.
pub(crate) struct Material {
    pub(crate) renewable: Renewable,
    /// What the folder of the directory offers, one for each side.
    pub(crate) offers: Vec<Offer>,
    pub(crate) signer: NoteSigner,
}

/// Why a gateway cannot start with these settings; the operator's to mend.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// A file that the settings name cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file does not hold the PEM that it should.
    #[error("{path}: {source}")]
    Pem {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: PemError,
    },
    /// The log's key cannot sign checkpoints.
    #[error("{path}: {problem}")]
    LogKey {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A domain is no trust domain.
    #[error("side {domain}: not a trust domain")]
    Domain {
        /// The domain.
        domain: String,
    },
    /// Roots and revocation lists of a side do not go together, or are out of date.
    #[error("{path}: side {domain}: {source}")]
    Trust {
        /// The side.
        domain: String,
        /// The file, or the first of several that may be wrong.
        path: PathBuf,
        /// What is wrong.
        source: LoadError,
    },
    /// The gateway's own certificate and key do not go together.
    #[error("{path}: {source}")]
    Credential {
        /// The certificate's file.
        path: PathBuf,
        /// What is wrong.
        source: CredentialError,
    },
    /// The gateway's own certificate would be refused by its callers.
    #[error("{path}: {problem}")]
    Certificate {
        /// The certificate's file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A file of the directory.
    #[error(transparent)]
    Offer(#[from] OfferError),
    /// The directory that the log would begin with.
    #[error(transparent)]
    Directory(#[from] StartError),
}

impl Material {
    pub(crate) fn load(config: &Config, now_ms: u64) -> Result<Self, CheckError> {
        let renewable = Renewable::load(config, None, now_ms)?;
        let mut countries = Vec::new();
        for side in &config.sides {
            let name: Side = side.domain.parse().map_err(|_| CheckError::Domain {
                domain: side.domain.clone(),
            })?;
            countries.push(SideCountry {
                side: name,
                country: side.country.clone(),
            });
        }
        let offers = load_offers(config, countries)?;
        let journal = config.data.join("journal");
        if matches!(journal.try_exists(), Ok(false)) {
            // Nothing is in any log yet, so the folder alone must do.
            start::start(&Logged::default(), &offers, &renewable.trust, now_ms)?;
        }
        Ok(Self {
            renewable,
            offers,
            signer: load_signer(config)?,
        })
    }
}

fn load_offers(config: &Config, sides: Vec<SideCountry>) -> Result<Vec<Offer>, CheckError> {
    let mut offers = Vec::new();
    for (side, known) in config.sides.iter().zip(sides) {
        let officers: Result<_, _> = side.stewards.iter().map(|name| name.parse()).collect();
        let stewards = Stewards {
            officers: officers.map_err(|_| CheckError::Domain {
                domain: side.domain.clone(),
            })?,
            needed: side.needed(),
        };
        offers.push(Offer::load(&config.directory, known, stewards)?);
    }
    Ok(offers)
}

fn load_signer(config: &Config) -> Result<NoteSigner, CheckError> {
    let path = &config.log_key;
    let wrong = |problem: String| CheckError::LogKey {
        path: path.clone(),
        problem,
    };
    let key = SigningKey::from_pkcs8_der(&pem_of(path, pem::private_key)?)
        .map_err(|error| wrong(error.to_string()))?;
    NoteSigner::new(&config.origin, key).map_err(|error| wrong(error.to_string()))
}

fn pem_of<T>(path: &Path, read: fn(&[u8]) -> Result<T, PemError>) -> Result<T, CheckError> {
    let bytes = bytes_of(path).map_err(|source| CheckError::Read {
        path: path.to_owned(),
        source,
    })?;
    read(&bytes).map_err(|source| CheckError::Pem {
        path: path.to_owned(),
        source,
    })
}

fn bytes_of(path: &Path) -> std::io::Result<Vec<u8>> {
    if std::fs::metadata(path)?.len() > FILE_BYTES_MAX {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    std::fs::read(path)
}
