//! A node's settings: one TOML file, unknown keys refused with a suggestion, flags and environment before the file.

mod fingerprint;
mod material;
mod run;
mod suggest;

pub(crate) use fingerprint::Fingerprint;
pub(crate) use material::{
    Material, MaterialError, Own, load_credential, load_policy, load_signer, load_witness,
    load_witness_key, read_side,
};
pub(crate) use run::Run;
pub(crate) use suggest::{closest, with_suggestion};

use crate::args::{NodeArgs, environment};
use crate::exit::{Failure, Text};
use crate::pki::NodeSettings;
use precinto_alert::id::{GatewayId, IdError, NodeId};
use precinto_merkle::note::NoteVerifier;
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};

/// A node's settings in force; every path resolved against the folder of its file.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// The file they came from.
    pub(crate) file: PathBuf,
    /// Who the node is.
    pub(crate) identity: NodeId,
    /// The NODE part of its alert ids.
    pub(crate) code: String,
    /// Its side's country, the beginning of its alert ids.
    pub(crate) country: String,
    /// `host:port` of the gateway.
    pub(crate) gateway: String,
    /// Where that came from.
    pub(crate) gateway_origin: Origin,
    /// The server name that selects the gateway's certificate for this side.
    pub(crate) server_name: String,
    /// Who the gateway must prove to be.
    pub(crate) gateway_identity: GatewayId,
    /// The log's verifier key.
    pub(crate) log: NoteVerifier,
    /// The folder for what it must not forget; `state` beside the file when nobody says.
    pub(crate) state: PathBuf,
    /// Where that came from.
    pub(crate) state_origin: Origin,
    /// TLS certificate and key.
    pub(crate) tls: Pair,
    /// Signing certificate and key; a node that only reads has none.
    pub(crate) signing: Option<Pair>,
    /// The key by which it cosigns checkpoints; a node that is no witness has none.
    pub(crate) witness: Option<PathBuf>,
    /// The policy that says whose cosignatures make a receipt a witnessed one.
    pub(crate) policy: Option<PathBuf>,
    /// Officers who sign at this node.
    pub(crate) officers: Vec<Officer>,
    /// Each side's roots and revocation lists.
    pub(crate) sides: Vec<Side>,
    /// What its agent does; a node without one has no agent.
    pub(crate) run: Option<Run>,
}

/// A certificate chain and its key, as files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pair {
    /// PEM, leaf first.
    pub(crate) certificate: PathBuf,
    /// PKCS#8 PEM.
    pub(crate) key: PathBuf,
}

/// An officer who signs at this node.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Officer {
    /// By this id a command names them.
    pub(crate) id: String,
    /// PEM.
    pub(crate) certificate: PathBuf,
    /// PKCS#8 PEM.
    pub(crate) key: PathBuf,
}

/// What a side is judged by.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Side {
    /// Its trust domain.
    pub(crate) domain: String,
    /// Root certificates, PEM.
    pub(crate) roots: Vec<PathBuf>,
    /// Revocation lists, PEM.
    pub(crate) crls: Vec<PathBuf>,
}

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Given on the command line.
    Flag,
    /// Given in the environment.
    Environment,
    /// The file says so.
    File,
    /// Nobody says anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::File => "file",
            Self::Default => "default",
        })
    }
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    identity: String,
    code: String,
    country: String,
    gateway: String,
    server_name: String,
    gateway_identity: String,
    log: Option<String>,
    #[serde(rename = "log_file")]
    log_in: Option<PathBuf>,
    state: Option<PathBuf>,
    witness: Option<PathBuf>,
    policy: Option<PathBuf>,
    tls: Pair,
    signing: Option<Pair>,
    #[serde(default)]
    officer: Vec<Officer>,
    side: Vec<Side>,
    run: Option<run::Table>,
}

impl Node {
    /// The settings that the arguments, the environment and the file give together.
    pub(crate) fn from_args(args: &NodeArgs) -> Result<Self, Failure> {
        let Some(path) = &args.node else {
            return Err(Failure::usage((
                "which node? no configuration file was given",
                "¿qué nodo? no se indicó un archivo de configuración",
            ))
            .next((
                "name it with --node FILE, or set PRECINTO_NODE",
                "indíquelo con --node ARCHIVO, o defina PRECINTO_NODE",
            )));
        };
        let mut node = Self::load(path)?;
        if let Some(gateway) = &args.gateway {
            node.gateway.clone_from(gateway);
            let inherited = environment::is_inherited_gateway(gateway);
            node.gateway_origin = if inherited {
                Origin::Environment
            } else {
                Origin::Flag
            };
        }
        Ok(node)
    }

    /// Reads and checks the file at `path`; certificates and keys are read by [`Material::load`].
    pub(crate) fn load(path: &Path) -> Result<Self, Failure> {
        let text = read_text(path)?;
        Self::parse(&text, path)
    }

    /// As [`Self::load`], from the text of the file at `path`.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self, Failure> {
        let refuse = |what: Text| {
            Failure::usage(what.about(path.display())).next((
                "precinto config example node  shows a complete file",
                "precinto config example node  muestra un archivo completo",
            ))
        };
        let file: File = toml::from_str(text).map_err(|error| refuse(with_suggestion(&error)))?;
        file.resolve(path).map_err(refuse)
    }
}

impl File {
    fn resolve(self, path: &Path) -> Result<Node, Text> {
        let base = path.parent().unwrap_or_else(|| Path::new(""));
        let pair = |pair: Pair| Pair {
            certificate: base.join(pair.certificate),
            key: base.join(pair.key),
        };
        let vkey = vkey(self.log, self.log_in.map(|file| base.join(file)))?;
        let misnamed = |key: &str, error: IdError| Text::from(error.detail()).about(key);
        let identity = self.identity.parse::<NodeId>();
        let identity = identity.map_err(|error| misnamed("identity", error))?;
        let gateway_identity = self.gateway_identity.parse();
        let gateway_identity =
            gateway_identity.map_err(|error| misnamed("gateway_identity", error))?;
        if self
            .side
            .iter()
            .all(|side| side.domain != identity.side().as_str())
        {
            let side = identity.side();
            return Err(Text::from((
                format!("no [[side]] for {side}, the node's own"),
                format!("falta [[side]] para {side}, el lado del propio nodo"),
            )));
        }
        let run = self.run.map(|run| run.resolve(base)).transpose()?;
        if !self.gateway.contains(':') {
            let form = ("an address is host:port", "una dirección es host:puerto");
            return Err(Text::from(form).about("gateway"));
        }
        Ok(Node {
            file: path.to_owned(),
            identity,
            code: self.code,
            country: self.country,
            gateway: self.gateway,
            gateway_origin: Origin::File,
            server_name: self.server_name,
            gateway_identity,
            log: NoteVerifier::parse(vkey.trim()).map_err(|error| {
                Text::cause(error, "no es la llave verificadora de una bitácora").about("log")
            })?,
            state_origin: if self.state.is_some() {
                Origin::File
            } else {
                Origin::Default
            },
            state: base.join(self.state.unwrap_or_else(|| PathBuf::from("state"))),
            tls: pair(self.tls),
            signing: self.signing.map(pair),
            witness: self.witness.map(|file| base.join(file)),
            policy: self.policy.map(|file| base.join(file)),
            officers: self
                .officer
                .into_iter()
                .map(|officer| Officer {
                    id: officer.id,
                    certificate: base.join(officer.certificate),
                    key: base.join(officer.key),
                })
                .collect(),
            sides: self
                .side
                .into_iter()
                .map(|side| side.resolve(base))
                .collect(),
            run,
        })
    }
}

/// The log's verifier key, as it stands in the settings or in a file that they name.
fn vkey(given: Option<String>, file: Option<PathBuf>) -> Result<String, Text> {
    match (given, file) {
        (Some(vkey), None) => Ok(vkey),
        (None, Some(file)) => std::fs::read_to_string(&file)
            .map_err(|error| Text::io(&error).about(file.display()).about("log_file")),
        _ => Err(Text::from((
            "exactly one of log and log_file is needed",
            "se requiere exactamente uno de log y log_file",
        ))),
    }
}

impl Side {
    fn resolve(self, base: &Path) -> Self {
        let join = |paths: Vec<PathBuf>| paths.into_iter().map(|path| base.join(path)).collect();
        Self {
            domain: self.domain,
            roots: join(self.roots),
            crls: join(self.crls),
        }
    }
}

/// Text files that an operator names are small; a device or a log file by mistake is not read to its end.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Reads a text file of at most 1 MiB.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let read = || {
        let size = std::fs::metadata(path)
            .map_err(|error| Text::io(&error))?
            .len();
        if size > FILE_BYTES_MAX {
            return Err(Text::from((
                format!("{size} bytes are more than 1 MiB"),
                format!("{size} bytes son más de 1 MiB"),
            )));
        }
        std::fs::read_to_string(path).map_err(|error| Text::io(&error))
    };
    read().map_err(|what: Text| {
        let path = path.display();
        let (en, es) = (
            format!("cannot read {path}"),
            format!("no se puede leer {path}"),
        );
        Failure::usage(what.behind(en, es))
    })
}

/// A commented node's file to start from, for the development keys.
pub(crate) fn example() -> String {
    crate::pki::node_toml(&NodeSettings {
        identity: "spiffe://us.dev.invalid/agency/cbp/node/lax".to_owned(),
        code: "CBPLAX".to_owned(),
        country: "US".to_owned(),
        gateway: "127.0.0.1:7443".to_owned(),
        server_name: "us.gw.dev.invalid".to_owned(),
        gateway_identity: "spiffe://us.dev.invalid/gateway/gw1".to_owned(),
        vkey: EXAMPLE_VKEY.to_owned(),
        state: "../state/us-cbp-lax".to_owned(),
        pairs: "../us/cbp/lax".to_owned(),
        policy: "../policy/us.tlog-policy".to_owned(),
        officers: vec![(
            "ramirez".to_owned(),
            "../officers/us-cbp-ramirez".to_owned(),
        )],
        sides: vec!["us.dev.invalid".to_owned(), "mx.dev.invalid".to_owned()],
    })
}

/// A well-formed verifier key: the public key of RFC 8032, 7.1, test 1.
const EXAMPLE_VKEY: &str =
    "gw.dev.invalid/log/2026+2e293d79+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";

#[cfg(test)]
mod tests;
