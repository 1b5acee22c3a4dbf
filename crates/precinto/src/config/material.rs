//! What a node's settings name, loaded: certificates, keys and trust, each problem with its file.

use super::{Node, Pair, Side};
use crate::exit::{Exit, Failure, Text};
use precinto_alert::id::{IdError, Side as SideId};
use precinto_client::witness::key_name;
use precinto_client::{Author, Clock, Settings, Signer, Witness};
use precinto_envelope::certificate::Certificate;
use precinto_envelope::crypto::SigningKey;
use precinto_envelope::pem;
use precinto_envelope::tls::Credential;
use precinto_envelope::trust::{Purpose, SideTrust, TrustError, TrustStore};
use precinto_merkle::cosignature::CosignatureSigner;
use precinto_merkle::policy::Policy;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why something that the settings name cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {cause}")]
pub(crate) struct MaterialError {
    /// The file or the side.
    pub(crate) what: String,
    /// What is wrong with it.
    pub(crate) cause: Text,
    /// True when trust is missing or stale rather than wrong.
    pub(crate) stale: bool,
}

impl MaterialError {
    fn new(what: &Path, cause: Text) -> Self {
        Self {
            what: what.display().to_string(),
            cause,
            stale: false,
        }
    }

    /// The certificate does not serve.
    fn certificate(what: &Path, cause: impl std::fmt::Display) -> Self {
        Self::new(what, Text::cause(cause, "el certificado no sirve"))
    }

    /// The private key does not serve.
    fn key(what: &Path, cause: impl std::fmt::Display) -> Self {
        Self::new(what, Text::cause(cause, "la llave privada no sirve"))
    }

    /// The roots or revocation lists of a side do not serve.
    fn trust(what: &Path, cause: impl std::fmt::Display) -> Self {
        Self::new(
            what,
            Text::cause(cause, "las raíces o listas de revocación no sirven"),
        )
    }

    /// What and why, in both languages.
    pub(crate) fn text(&self) -> Text {
        self.cause.clone().about(&self.what)
    }
}

impl From<MaterialError> for Failure {
    fn from(error: MaterialError) -> Self {
        let exit = if error.stale {
            Exit::Inconclusive
        } else {
            Exit::Usage
        };
        Self::new(exit, error.text()).next((
            "precinto doctor --offline  looks at every file",
            "precinto doctor --offline  revisa cada archivo",
        ))
    }
}

/// Everything a node needs to connect, and to sign if it may.
pub(crate) struct Material {
    /// For `precinto_client::Connection`.
    pub(crate) settings: Settings,
    /// The clock that certificates are judged by.
    pub(crate) clock: Clock,
    tls: Own,
    /// Loaded with the rest, where that was asked for.
    signing: Option<(Own, Arc<Author>)>,
    node: Node,
}

/// A certificate of the node's own, as it was loaded: what lies in its file may be another by now.
pub(crate) struct Own {
    /// What it is for.
    pub(crate) purpose: Purpose,
    /// Where it came from.
    pub(crate) file: PathBuf,
    /// The certificate.
    pub(crate) leaf: Arc<Certificate>,
    /// Those between it and its root.
    issuers: Vec<Arc<Certificate>>,
}

impl Own {
    fn of(pair: &Pair, chain: &[Vec<u8>], purpose: Purpose) -> Result<Self, MaterialError> {
        let wrong =
            |error: &dyn std::fmt::Display| MaterialError::certificate(&pair.certificate, error);
        let parsed = chain
            .iter()
            .map(|der| Certificate::parse(der).map(Arc::new));
        let parsed: Result<Vec<_>, _> = parsed.collect();
        let mut parsed = parsed.map_err(|error| wrong(&error))?.into_iter();
        Ok(Self {
            purpose,
            file: pair.certificate.clone(),
            leaf: parsed.next().ok_or_else(|| wrong(&NO_CERTIFICATE))?,
            issuers: parsed.collect(),
        })
    }

    /// Whether it counts at `now_ms` by that trust.
    pub(crate) fn judge(&self, trust: &TrustStore, now_ms: u64) -> Result<(), TrustError> {
        trust
            .judge(&self.leaf, &self.issuers, self.purpose, now_ms)
            .map(drop)
    }
}

const NO_CERTIFICATE: &str = "no certificate in it";

impl Material {
    /// Loads what the node's settings name.
    pub(crate) fn load(node: &Node) -> Result<Self, MaterialError> {
        let (chain, key) = read_pair(&node.tls)?;
        let settings = Settings {
            gateway: node.gateway.clone(),
            server_name: node.server_name.clone(),
            gateway_identity: node.gateway_identity.clone(),
            credential: credential_of(&node.tls, &chain, &key)?,
            trust: Arc::new(load_trust(&node.sides, crate::clock::now_ms())?),
            log: node.log.clone(),
        };
        Ok(Self {
            settings,
            clock: Clock::new(crate::clock::now_ms),
            tls: Own::of(&node.tls, &chain, Purpose::TlsClient)?,
            signing: None,
            node: node.clone(),
        })
    }

    /// The same with what this node signs with, if it does: all of one moment.
    pub(crate) fn load_to_sign(node: &Node) -> Result<Self, MaterialError> {
        let material = Self::load(node)?;
        // Nothing but the key: its state is the witness's own.
        load_witness_key(node)?;
        let signing = node.signing.as_ref().map(|pair| signing_of(node, pair));
        Ok(Self {
            signing: signing.transpose()?,
            ..material
        })
    }

    /// The node's own certificates: for TLS, and for what it signs if that was loaded with the rest.
    pub(crate) fn own(&self) -> impl Iterator<Item = &Own> {
        let signing = self.signing.as_ref().map(|(own, _)| own);
        std::iter::once(&self.tls).chain(signing)
    }

    /// The author of what this node signs.
    pub(crate) fn author(&self) -> Result<Arc<Author>, MaterialError> {
        if let Some((_, author)) = &self.signing {
            return Ok(Arc::clone(author));
        }
        let Some(pair) = &self.node.signing else {
            return Err(MaterialError::new(
                &self.node.file,
                Text::from((
                    "no [signing]: this node only reads",
                    "sin [signing]: este nodo solo lee",
                )),
            ));
        };
        signing_of(&self.node, pair).map(|(_, author)| author)
    }

    /// The node as a witness, if it has a key for that. Its folder of state must exist.
    pub(crate) fn witness(&self) -> Result<Option<Witness>, MaterialError> {
        load_witness(&self.node)
    }

    /// An officer of the settings, by id.
    pub(crate) fn officer(&self, id: &str) -> Result<Signer, MaterialError> {
        let known = self.node.officers.iter().find(|officer| officer.id == id);
        let officer = known.ok_or_else(|| {
            let ids: Vec<&str> = self
                .node
                .officers
                .iter()
                .map(|one| one.id.as_str())
                .collect();
            let known = ids.join(", ");
            let cause = (
                format!("no officer \"{id}\" signs at this node; known: {known}"),
                format!("ningún oficial \"{id}\" firma en este nodo; se conocen: {known}"),
            );
            MaterialError::new(&self.node.file, cause.into())
        })?;
        let (certificate, key) = (officer.certificate.clone(), officer.key.clone());
        load_signer(&Pair { certificate, key })
    }
}

/// Loads a policy (C2SP tlog-policy).
pub(crate) fn load_policy(file: &Path) -> Result<Policy, MaterialError> {
    Policy::parse(read(file)?)
        .map_err(|error| MaterialError::new(file, Text::cause(error, "la política no sirve")))
}

/// The key by which the node cosigns, if it has one for that.
pub(crate) fn load_witness_key(node: &Node) -> Result<Option<CosignatureSigner>, MaterialError> {
    let Some(file) = &node.witness else {
        return Ok(None);
    };
    let wrong = |error: &dyn std::fmt::Display| MaterialError::key(file, error);
    let der = pem::private_key(&read(file)?).map_err(|error| wrong(&error))?;
    let key = SigningKey::from_pkcs8_der(&der).map_err(|error| wrong(&error))?;
    let signer = CosignatureSigner::new(&key_name(&node.identity), key);
    signer.map(Some).map_err(|error| wrong(&error))
}

/// The node as a witness, if it has a key for that. Its folder of state must exist.
pub(crate) fn load_witness(node: &Node) -> Result<Option<Witness>, MaterialError> {
    let Some(signer) = load_witness_key(node)? else {
        return Ok(None);
    };
    let state = node.state.join("witness.cosigned");
    let witness = Witness::open(&state, signer, &node.log);
    witness.map(Some).map_err(|error| {
        let es = "no se puede usar el punto de control que este nodo firmó como testigo";
        MaterialError::new(&state, Text::cause(error, es))
    })
}

/// Loads a signing certificate and its key, which must belong together.
pub(crate) fn load_signer(pair: &Pair) -> Result<Signer, MaterialError> {
    let (chain, key) = read_pair(pair)?;
    signer_of(pair, &chain, &key)
}

fn signer_of(pair: &Pair, chain: &[Vec<u8>], key: &[u8]) -> Result<Signer, MaterialError> {
    let key =
        SigningKey::from_pkcs8_der(key).map_err(|error| MaterialError::key(&pair.key, error))?;
    let wrong =
        |error: &dyn std::fmt::Display| MaterialError::certificate(&pair.certificate, error);
    let (leaf, issuers) = chain.split_first().ok_or_else(|| wrong(&NO_CERTIFICATE))?;
    let leaf = Certificate::parse(leaf).map_err(|error| wrong(&error))?;
    Signer::new(key, Arc::new(leaf), issuers.to_vec()).map_err(|error| wrong(&error))
}

/// What the node signs with.
fn signing_of(node: &Node, pair: &Pair) -> Result<(Own, Arc<Author>), MaterialError> {
    let (chain, key) = read_pair(pair)?;
    let author = Author::new(signer_of(pair, &chain, &key)?, node.log.name());
    let wrong = |error| MaterialError::certificate(&pair.certificate, error);
    let author = author.map(Arc::new).map_err(wrong)?;
    Ok((Own::of(pair, &chain, Purpose::Signing)?, author))
}

/// Loads a TLS certificate chain and its key, which must belong together.
pub(crate) fn load_credential(pair: &Pair) -> Result<Credential, MaterialError> {
    let (chain, key) = read_pair(pair)?;
    credential_of(pair, &chain, &key)
}

fn credential_of(pair: &Pair, chain: &[Vec<u8>], key: &[u8]) -> Result<Credential, MaterialError> {
    let credential = Credential::new(chain, key);
    credential.map_err(|error| MaterialError::certificate(&pair.certificate, error))
}

/// Loads one side's trust as of `now_ms`.
pub(crate) fn read_side(side: &Side, now_ms: u64) -> Result<SideTrust, MaterialError> {
    let name = || Path::new("side").join(&side.domain);
    let domain: SideId = side
        .domain
        .parse()
        .map_err(|error: IdError| MaterialError::new(&name(), error.detail().into()))?;
    let (mut roots, mut crls) = (Vec::new(), Vec::new());
    for path in &side.roots {
        let found = pem::certificates(&read(path)?);
        roots.extend(found.map_err(|error| MaterialError::trust(path, error))?);
    }
    for path in &side.crls {
        let found = pem::revocation_lists(&read(path)?);
        crls.extend(found.map_err(|error| MaterialError::trust(path, error))?);
    }
    SideTrust::load(domain, &roots, &crls, now_ms).map_err(|error| MaterialError {
        stale: true,
        ..MaterialError::trust(&name(), error)
    })
}

fn load_trust(sides: &[Side], now_ms: u64) -> Result<TrustStore, MaterialError> {
    let loaded: Result<Vec<_>, _> = sides.iter().map(|side| read_side(side, now_ms)).collect();
    TrustStore::new(loaded?).map_err(|error| MaterialError::trust(Path::new("[[side]]"), error))
}

fn read_pair(pair: &Pair) -> Result<(Vec<Vec<u8>>, Vec<u8>), MaterialError> {
    let chain = pem::certificates(&read(&pair.certificate)?)
        .map_err(|error| MaterialError::certificate(&pair.certificate, error))?;
    let key = pem::private_key(&read(&pair.key)?)
        .map_err(|error| MaterialError::key(&pair.key, error))?;
    Ok((chain, key))
}

fn read(path: &Path) -> Result<Vec<u8>, MaterialError> {
    super::read_text(path)
        .map(String::into_bytes)
        .map_err(|failure| MaterialError::new(path, failure.message))
}
