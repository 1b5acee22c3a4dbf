//! `keys` and `config`: making development keys, and looking at configuration files.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `precinto keys …`
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// [changes state] A development PKI for two sides, with configuration files that use it. Never for production
    #[command(after_help = "\
Examples:
  precinto keys dev --out certs-dev
  precinto keys dev --out /tmp/pki --unhappy        (also certificates that must be refused)

then, in three terminals:
  precinto gateway init --config certs-dev/gateway.toml        (once)
  precinto gateway run --config certs-dev/gateway.toml
  precinto watch --node certs-dev/nodes/mx-anam-mex.toml
  precinto config example alert > alert.yaml && precinto send alert alert.yaml --node certs-dev/nodes/us-cbp-lax.toml")]
    Dev(KeysDev),
}

/// `precinto keys dev`
#[derive(Debug, Args)]
pub(crate) struct KeysDev {
    /// The folder to fill
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// The list of sides, agencies, nodes and officers [default: the one of certs-dev, compiled in]
    #[arg(long, value_name = "FILE")]
    pub(crate) profile: Option<PathBuf>,
    /// Add the unhappy set: certificates wrong in one way each
    #[arg(long)]
    pub(crate) unhappy: bool,
    /// Keep the roots' private keys in authority/, to issue certificates and revocation lists with later
    #[arg(long)]
    pub(crate) keep_roots: bool,
    /// Replace an older set in the same folder
    #[arg(long)]
    pub(crate) force: bool,
}

/// `precinto config …`
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Read a node's or a gateway's file, refuse unknown keys, and check that everything it names is there
    #[command(after_help = "\
Examples:
  precinto config check nodes/us-cbp-lax.toml
  precinto config check gateway.toml")]
    Check {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// The settings as they take effect
    #[command(
        after_help = "Example:\n  precinto config show --node nodes/us-cbp-lax.toml --origin"
    )]
    Show(ConfigShow),
    /// A commented example to start from
    #[command(after_help = "\
Examples:
  precinto config example node > node.toml
  precinto config example gateway > gateway.toml
  precinto config example alert > alert.yaml")]
    Example {
        /// Of what
        #[arg(value_enum)]
        kind: Example,
    },
}

/// `precinto config show`
#[derive(Debug, Args)]
pub(crate) struct ConfigShow {
    /// Which node.
    #[command(flatten)]
    pub(crate) node: super::NodeArgs,
    /// Name the source of each value: flag, environment, file or default
    #[arg(long)]
    pub(crate) origin: bool,
}

/// What an example is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Example {
    /// A node's configuration file.
    Node,
    /// A gateway's configuration file.
    Gateway,
    /// A draft of an alert, in YAML.
    Alert,
}
