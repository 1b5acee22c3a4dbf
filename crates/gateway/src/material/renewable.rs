//! What may be renewed while the gateway runs: whom it believes, and the certificates that it shows.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use precinto_alert::Reason;
use precinto_alert::id::{GatewayId, Identity, Side};
use precinto_envelope::certificate::Certificate;
use precinto_envelope::crypto::sha256;
use precinto_envelope::pem;
use precinto_envelope::tls::{Credential, ServerNames};
use precinto_envelope::trust::{LoadError, Purpose, SideTrust, TrustError, TrustStore};

use super::{CheckError, pem_of};
use crate::config::{Config, SideConfig};

/// Trust and certificates, judged together: what is shown counts for those who are believed.
#[derive(Debug, Clone)]
pub(crate) struct Renewable {
    pub(crate) trust: Arc<TrustStore>,
    pub(crate) names: Arc<ServerNames>,
    /// In the order of the settings, one for each side.
    pub(crate) own: Vec<Own>,
    loaded: Vec<Loaded>,
}

/// A certificate of the gateway's own.
#[derive(Debug, Clone)]
pub(crate) struct Own {
    pub(crate) server_name: String,
    pub(crate) identity: GatewayId,
    pub(crate) certificate: Arc<Certificate>,
}

/// What the trust of a side was loaded from: each root and list by its digest, and as of when it was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Loaded {
    side: Side,
    as_of_ms: BTreeMap<[u8; 32], u64>,
}

impl Renewable {
    /// Reads and judges what the settings name. `before` is what is in force, if anything is: of that, only what is another
    /// now is judged anew, each root, list and certificate by itself, so that one which has ended meanwhile keeps no revocation
    /// out, be it of another root of the same side.
    pub(crate) fn load(
        config: &Config,
        before: Option<&Self>,
        now_ms: u64,
    ) -> Result<Self, CheckError> {
        let (mut sides, mut loaded) = (Vec::new(), Vec::new());
        for side in &config.sides {
            let name: Side = side.domain.parse().map_err(|_| CheckError::Domain {
                domain: side.domain.clone(),
            })?;
            let files = Files::read(side)?;
            let mut known = before.into_iter().flat_map(|before| &before.loaded);
            let known = known.find(|known| known.side == name);
            let as_of_ms = |digest: &[u8; 32]| {
                let known = known.and_then(|known| known.as_of_ms.get(digest));
                known.copied().unwrap_or(now_ms)
            };
            let digests = files.digests().into_iter();
            loaded.push(Loaded {
                side: name.clone(),
                as_of_ms: digests.map(|digest| (digest, as_of_ms(&digest))).collect(),
            });
            sides.push(files.load(side, name, as_of_ms)?);
        }
        let trust = TrustStore::new(sides).map_err(|source| CheckError::Trust {
            domain: "all".to_owned(),
            path: config.file().to_owned(),
            source,
        })?;
        let (mut names, mut own) = (Vec::new(), Vec::new());
        for (side, Loaded { side: name, .. }) in config.sides.iter().zip(&loaded) {
            let identity = GatewayId::new(name.clone(), &config.name).map_err(|error| {
                let problem = error.to_string();
                let path = side.certificate.clone();
                CheckError::Certificate { path, problem }
            })?;
            let chain = pem_of(&side.certificate, pem::certificates)?;
            let shown = before.into_iter().flat_map(|before| &before.own);
            let shown = shown.map(|own| &own.certificate);
            check_chain(side, &identity, &chain, &trust, shown, now_ms)?;
            let credential = load_credential(side, &chain)?;
            own.push(Own {
                server_name: side.server_name.clone(),
                identity,
                certificate: Arc::clone(credential.certificate()),
            });
            names.push((side.server_name.clone(), credential));
        }
        let names = ServerNames::new(names).map_err(|source| CheckError::Credential {
            path: config.file().to_owned(),
            source,
        })?;
        Ok(Self {
            trust: Arc::new(trust),
            names: Arc::new(names),
            own,
            loaded,
        })
    }

    /// In whose name the gateway acts: the first side's, for what concerns all of them.
    pub(crate) fn gateway(&self) -> String {
        let first = self.own.first();
        first.map_or_else(String::new, |own| own.identity.to_string())
    }

    /// The certificates that `next` shows and this does not, of which there is one for each server name.
    pub(crate) fn other_certificates(&self, next: &Self) -> Vec<Own> {
        let is_other = |own: &&Own| {
            let digest = own.certificate.digest();
            let same = |shown: &Own| {
                shown.server_name == own.server_name && shown.certificate.digest() == digest
            };
            !self.own.iter().any(same)
        };
        next.own.iter().filter(is_other).cloned().collect()
    }
}

/// Roots and lists of one side, DER, each with the file that it stands in.
struct Files {
    roots: Vec<(PathBuf, Vec<u8>)>,
    crls: Vec<(PathBuf, Vec<u8>)>,
}

impl Files {
    fn read(side: &SideConfig) -> Result<Self, CheckError> {
        let (mut roots, mut crls) = (Vec::new(), Vec::new());
        for path in &side.roots {
            let found = pem_of(path, pem::certificates)?;
            roots.extend(found.into_iter().map(|der| (path.clone(), der)));
        }
        for path in &side.crls {
            let found = pem_of(path, pem::revocation_lists)?;
            crls.extend(found.into_iter().map(|der| (path.clone(), der)));
        }
        Ok(Self { roots, crls })
    }

    /// Of each.
    fn digests(&self) -> Vec<[u8; 32]> {
        let all = self.roots.iter().chain(&self.crls);
        all.map(|(_, der)| sha256(&[der])).collect()
    }

    fn load(
        self,
        config: &SideConfig,
        side: Side,
        as_of_ms: impl Fn(&[u8; 32]) -> u64,
    ) -> Result<SideTrust, CheckError> {
        let ders = |files: &[(PathBuf, Vec<u8>)]| -> Vec<Vec<u8>> {
            files.iter().map(|(_, der)| der.clone()).collect()
        };
        let (roots, crls) = (ders(&self.roots), ders(&self.crls));
        SideTrust::load_as_of(side, &roots, &crls, as_of_ms).map_err(|source| CheckError::Trust {
            domain: config.domain.clone(),
            path: self.file_of(config, &source),
            source,
        })
    }

    /// Where the operator has to look.
    fn file_of(&self, config: &SideConfig, error: &LoadError) -> PathBuf {
        let of = |files: &[(PathBuf, Vec<u8>)], index: usize| {
            files.get(index).map(|(path, _)| path.clone())
        };
        let found = match error {
            LoadError::Root { index, .. } => of(&self.roots, *index),
            LoadError::Crl { index, .. } => of(&self.crls, *index),
            LoadError::NoRoot { .. } | LoadError::SameName { .. } => config.roots.first().cloned(),
            _ => config.crls.first().cloned(),
        };
        found.unwrap_or_default()
    }
}

fn load_credential(side: &SideConfig, chain: &[Vec<u8>]) -> Result<Credential, CheckError> {
    let key = pem_of(&side.key, pem::private_key)?;
    Credential::new(chain, &key).map_err(|source| CheckError::Credential {
        path: side.certificate.clone(),
        source,
    })
}

/// Judges the gateway's own certificate as its callers will: better to fail here than at every handshake. One that is
/// `shown` already and has ended, or was revoked, is not a mistake in the files, and callers refuse it themselves.
fn check_chain<'a>(
    side: &SideConfig,
    expected: &GatewayId,
    chain: &[Vec<u8>],
    trust: &TrustStore,
    mut shown: impl Iterator<Item = &'a Arc<Certificate>>,
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
    let found = match trust.judge(certificate, intermediates, Purpose::TlsServer, now_ms) {
        Ok(judged) => judged.identity().clone(),
        Err(error)
            if has_ended(&error) && shown.any(|own| own.digest() == certificate.digest()) =>
        {
            let path = side.certificate.display();
            tracing::warn!(file = %path, %error, "the gateway's own certificate does not count any more");
            return Ok(());
        }
        Err(error) => return Err(wrong(error.to_string())),
    };
    if found == Identity::Gateway(expected.clone()) {
        Ok(())
    } else {
        Err(wrong(format!("is for {found}, not for {expected}")))
    }
}

/// Whether it counted once.
fn has_ended(error: &TrustError) -> bool {
    matches!(
        error.reason(),
        Reason::CertExpired | Reason::CertRevoked | Reason::CrlStale
    )
}
