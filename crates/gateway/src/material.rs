//! What the settings name: keys, certificates, trust and parts of the directory, read and judged before a port opens.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use precinto_alert::directory::Stewards;
use precinto_alert::id::{GatewayId, Identity, Side};
use precinto_envelope::certificate::Certificate;
use precinto_envelope::crypto::SigningKey;
use precinto_envelope::pem::{self, PemError};
use precinto_envelope::tls::{Credential, CredentialError, ServerNames};
use precinto_envelope::trust::{LoadError, Purpose, SideTrust, TrustStore};
use precinto_merkle::note::NoteSigner;

use crate::config::{Config, SideConfig};
use crate::limits::FILE_BYTES_MAX;
use crate::registry::SideCountry;
use crate::registry::offered::{Offer, OfferError};
use crate::registry::start::{self, Logged, StartError};

/// Everything that was read, each part fit for its purpose.
pub(crate) struct Material {
    pub(crate) trust: Arc<TrustStore>,
    pub(crate) names: Arc<ServerNames>,
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
    #[error("side {domain}: {source}")]
    Trust {
        /// The side.
        domain: String,
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
        let mut sides = Vec::new();
        let mut countries = Vec::new();
        for side in &config.sides {
            let name: Side = side.domain.parse().map_err(|_| CheckError::Domain {
                domain: side.domain.clone(),
            })?;
            sides.push(load_trust(side, name.clone(), now_ms)?);
            countries.push(SideCountry {
                side: name,
                country: side.country.clone(),
            });
        }
        let trust = TrustStore::new(sides).map_err(|source| CheckError::Trust {
            domain: "all".to_owned(),
            source,
        })?;
        let mut names = Vec::new();
        for (side, known) in config.sides.iter().zip(&countries) {
            let chain = pem_of(&side.certificate, pem::certificates)?;
            check_chain(&config.name, side, &known.side, &chain, &trust, now_ms)?;
            names.push((side.server_name.clone(), load_credential(side, &chain)?));
        }
        let names = ServerNames::new(names).map_err(|source| CheckError::Credential {
            path: config.directory.clone(),
            source,
        })?;
        let offers = load_offers(config, countries)?;
        let journal = config.data.join("journal");
        if matches!(journal.try_exists(), Ok(false)) {
            // Nothing is in any log yet, so the folder alone must do.
            start::start(&Logged::default(), &offers, &trust, now_ms)?;
        }
        Ok(Self {
            trust: Arc::new(trust),
            names: Arc::new(names),
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

fn load_trust(side: &SideConfig, name: Side, now_ms: u64) -> Result<SideTrust, CheckError> {
    let mut roots = Vec::new();
    for path in &side.roots {
        roots.extend(pem_of(path, pem::certificates)?);
    }
    let mut crls = Vec::new();
    for path in &side.crls {
        crls.extend(pem_of(path, pem::revocation_lists)?);
    }
    SideTrust::load(name, &roots, &crls, now_ms).map_err(|source| CheckError::Trust {
        domain: side.domain.clone(),
        source,
    })
}

fn load_credential(side: &SideConfig, chain: &[Vec<u8>]) -> Result<Credential, CheckError> {
    let key = pem_of(&side.key, pem::private_key)?;
    Credential::new(chain, &key).map_err(|source| CheckError::Credential {
        path: side.certificate.clone(),
        source,
    })
}

/// Judges the gateway's own certificate as its callers will: better to fail here than at every handshake.
fn check_chain(
    gateway: &str,
    side: &SideConfig,
    name: &Side,
    chain: &[Vec<u8>],
    trust: &TrustStore,
    now_ms: u64,
) -> Result<(), CheckError> {
    let wrong = |problem: String| CheckError::Certificate {
        path: side.certificate.clone(),
        problem,
    };
    let parsed: Result<Vec<_>, _> = chain
        .iter()
        .map(|der| Certificate::parse(der).map(Arc::new))
        .collect();
    let parsed = parsed.map_err(|error| wrong(error.to_string()))?;
    let Some((certificate, intermediates)) = parsed.split_first() else {
        return Err(wrong("holds no certificate".to_owned()));
    };
    let expected = GatewayId::new(name.clone(), gateway).map(Identity::Gateway);
    let expected = expected.map_err(|error| wrong(error.to_string()))?;
    let judged = trust
        .judge(certificate, intermediates, Purpose::TlsServer, now_ms)
        .map_err(|error| wrong(error.to_string()))?;
    if *judged.identity() == expected {
        Ok(())
    } else {
        Err(wrong(format!(
            "is for {}, not for {expected}",
            judged.identity()
        )))
    }
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
