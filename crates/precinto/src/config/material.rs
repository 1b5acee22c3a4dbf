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
use precinto_envelope::trust::{SideTrust, TrustStore};
use precinto_merkle::cosignature::CosignatureSigner;
use precinto_merkle::policy::Policy;
use std::path::Path;
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
    /// Loaded with the rest, where that was asked for.
    author: Option<Arc<Author>>,
    node: Node,
}

impl Material {
    /// Loads what the node's settings name.
    pub(crate) fn load(node: &Node) -> Result<Self, MaterialError> {
        let settings = Settings {
            gateway: node.gateway.clone(),
            server_name: node.server_name.clone(),
            gateway_identity: node.gateway_identity.clone(),
            credential: load_credential(&node.tls)?,
            trust: Arc::new(load_trust(&node.sides, crate::clock::now_ms())?),
            log: node.log.clone(),
        };
        Ok(Self {
            settings,
            clock: Clock::new(crate::clock::now_ms),
            author: None,
            node: node.clone(),
        })
    }

    /// The same with what this node signs with, if it does: all of one moment.
    pub(crate) fn load_to_sign(node: &Node) -> Result<Self, MaterialError> {
        let material = Self::load(node)?;
        // Nothing but the key: its state is the witness's own.
        load_witness_key(node)?;
        let author = node.signing.as_ref().map(|_| material.author());
        Ok(Self {
            author: author.transpose()?,
            ..material
        })
    }

    /// What it signs with, if it was loaded with the rest.
    pub(crate) fn signing(&self) -> Option<&Certificate> {
        self.author.as_deref().map(Author::certificate)
    }

    /// The author of what this node signs.
    pub(crate) fn author(&self) -> Result<Arc<Author>, MaterialError> {
        if let Some(author) = &self.author {
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
        let author = Author::new(load_signer(pair)?, self.node.log.name());
        let wrong = |error| MaterialError::certificate(&pair.certificate, error);
        author.map(Arc::new).map_err(wrong)
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
    let key =
        SigningKey::from_pkcs8_der(&key).map_err(|error| MaterialError::key(&pair.key, error))?;
    let wrong =
        |error: &dyn std::fmt::Display| MaterialError::certificate(&pair.certificate, error);
    let mut chain = chain.into_iter();
    let leaf = chain.next().ok_or_else(|| wrong(&"no certificate in it"))?;
    let leaf = Certificate::parse(&leaf).map_err(|error| wrong(&error))?;
    Signer::new(key, Arc::new(leaf), chain.collect()).map_err(|error| wrong(&error))
}

/// Loads a TLS certificate chain and its key, which must belong together.
pub(crate) fn load_credential(pair: &Pair) -> Result<Credential, MaterialError> {
    let (chain, key) = read_pair(pair)?;
    let credential = Credential::new(&chain, &key);
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
