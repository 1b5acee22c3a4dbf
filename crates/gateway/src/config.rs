//! The gateway's settings: one TOML file, read once, every value checked before a port opens.
//!
//! This module, with [`crate::registry::offered`] for the directory and `material` for keys and certificates, is the only
//! one that reads files named by an operator.

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use precinto_ledger::clock::{Clock, ShiftedClock, SystemClock};
use serde::Deserialize;

use crate::limits::FILE_BYTES_MAX;
use crate::quota::Allowances;

mod file;
mod place;
mod quota;
#[cfg(test)]
mod tests;

/// A commented settings file that works as it stands once the files it names exist.
///
/// ```
/// use precinto_gateway::config::{Config, EXAMPLE};
/// let config = Config::parse(EXAMPLE, "/etc/precinto/gateway.toml".as_ref()).expect("the example is valid");
/// assert_eq!(config.sides.len(), 2);
/// assert_eq!(config.data.to_str(), Some("/etc/precinto/data"));
/// ```
pub const EXAMPLE: &str = include_str!("config/gateway.example.toml");

/// What an operator may set. Every path is resolved against the folder of the file it came from.
#[derive(Debug, Clone)]
pub struct Config {
    file: PathBuf,
    /// The gateway's name, as in `spiffe://<side>/gateway/<name>`.
    pub name: String,
    /// The origin of its log (C2SP tlog-checkpoint).
    pub origin: String,
    /// The data folder: journal, checkpoint, cursors.
    pub data: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Whether trust domains that end in `.invalid` are allowed.
    pub dev: bool,
    /// Whether server reflection is offered; only with `dev`.
    pub reflection: bool,
    /// A file by whose milliseconds the gateway's clock is shifted: for tests and drills, and refused where any side is
    /// a real one.
    pub clock_shift: Option<PathBuf>,
    /// The folder with the sides' signed parts of the directory: `<domain>.part`.
    pub directory: PathBuf,
    /// The file with the log's signing key.
    pub log_key: PathBuf,
    /// The file on another disk that says how far the log was published, if there is one.
    pub second_marker: Option<PathBuf>,
    /// The sides, at least one.
    pub sides: Vec<SideConfig>,
    /// What each agency may submit a minute.
    pub quotas: Allowances,
    /// The operator's own listener, if there is to be one.
    pub admin: Option<AdminConfig>,
    defaulted: BTreeSet<&'static str>,
}

/// Where the operator asks for readiness and figures; see `gateway::admin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Whether that may be an address that others than this machine reach.
    #[serde(default)]
    pub beyond_this_machine: bool,
}

/// What belongs to one side, as the file says it but for the paths, which are resolved.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SideConfig {
    /// Its trust domain, for example `us.dev.invalid`.
    pub domain: String,
    /// Its country, ISO 3166-1 alpha-2.
    pub country: String,
    /// The server name (SNI) that selects its certificate.
    pub server_name: String,
    /// The gateway's TLS certificate chain under this side's root, PEM.
    pub certificate: PathBuf,
    /// The key of that certificate, PKCS#8 PEM.
    pub key: PathBuf,
    /// The side's root certificates, PEM.
    pub roots: Vec<PathBuf>,
    /// The side's revocation lists, PEM.
    pub crls: Vec<PathBuf>,
    /// Officers who sign the side's first part of the directory, as SPIFFE ids; who signs the next is said by the part before.
    pub stewards: Vec<String>,
    /// How many of them it takes; 1 when not said.
    pub stewards_needed: Option<usize>,
}

/// One value in force, for `config show`. Secrets never stand here: the file only names where they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The key with its table, for example `side.us.dev.invalid.country`.
    pub key: String,
    /// The value, paths resolved.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The file says so.
    File,
    /// The file is silent.
    Default,
}

/// Why settings were refused; the operator's to mend.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Not TOML, an unknown key, a missing key or a value of the wrong kind. The text shows the line.
    #[error("{path}: {message}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        message: String,
    },
    /// Values that cannot be, all of them.
    #[error("{path}: {}", list(problems))]
    Values {
        /// The file.
        path: PathBuf,
        /// Each with its key.
        problems: Vec<Problem>,
    },
}

/// One value that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key.
    pub key: String,
    /// What is wrong with its value, and what would be right.
    pub text: String,
}

impl Config {
    /// Reads and checks the file at `path`. The files that it names are read by [`crate::Gateway::check`].
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = read_text(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text, path)
    }

    /// As [`Config::load`], from the text of the file at `path`.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let file: file::File = toml::from_str(text).map_err(|error| ConfigError::Syntax {
            path: path.to_owned(),
            message: error.to_string(),
        })?;
        let problems = file.problems(path.parent().unwrap_or_else(|| Path::new("")));
        if !problems.is_empty() {
            return Err(ConfigError::Values {
                path: path.to_owned(),
                problems,
            });
        }
        Ok(file.resolve(path))
    }

    /// The file that these settings are from.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The file as it is now, for a gateway that runs by these settings: a side's certificate, key, roots and lists may come
    /// from other files. Whatever else is another needs a restart, and is refused by its key.
    pub fn read_anew(&self) -> Result<Self, ConfigError> {
        let next = Self::load(&self.file)?;
        let fixed = |config: &Self| -> BTreeSet<(String, String)> {
            let all = config.show().into_iter();
            let fixed = all.filter(|setting| !is_renewable(&setting.key));
            fixed.map(|setting| (setting.key, setting.value)).collect()
        };
        let (before, after) = (fixed(self), fixed(&next));
        let keys = before.symmetric_difference(&after).map(|(key, _)| key);
        let keys: BTreeSet<&String> = keys.collect();
        if keys.is_empty() {
            return Ok(next);
        }
        let problem = |key: &String| Problem {
            key: key.clone(),
            text: "is another than at the start, and changes with the next start only".to_owned(),
        };
        Err(ConfigError::Values {
            path: self.file.clone(),
            problems: keys.into_iter().map(problem).collect(),
        })
    }

    /// The files that a reload reads: the settings and what they name of each side.
    pub(crate) fn renewable_files(&self) -> Vec<PathBuf> {
        let sides = self.sides.iter().flat_map(|side| {
            let pair = [&side.certificate, &side.key].into_iter();
            pair.chain(&side.roots).chain(&side.crls)
        });
        std::iter::once(&self.file).chain(sides).cloned().collect()
    }

    /// The clock that this gateway lives by: the system's, unless a drill has shifted it.
    pub fn clock(&self) -> Arc<dyn Clock> {
        match &self.clock_shift {
            None => Arc::new(SystemClock),
            Some(file) => Arc::new(ShiftedClock::new(file.clone())),
        }
    }

    /// Every value in force with where it came from, in the order of the example.
    pub fn show(&self) -> Vec<Setting> {
        let Self {
            name,
            origin,
            data,
            listen,
            dev,
            reflection,
            clock_shift,
            directory,
            log_key,
            second_marker,
            sides,
            quotas,
            admin,
            ..
        } = self;
        let mut all = vec![
            self.setting("name", name),
            self.setting("origin", origin),
            self.setting("data", data.display()),
            self.setting("listen", listen),
            self.setting("dev", dev),
            self.setting("reflection", reflection),
            self.setting("directory", directory.display()),
            self.setting("log.key", log_key.display()),
        ];
        if let Some(file) = clock_shift {
            all.insert(6, self.setting("clock_shift", file.display()));
        }
        if let Some(file) = second_marker {
            all.push(self.setting("log.second_marker", file.display()));
        }
        for side in sides {
            all.extend(side.settings());
        }
        all.extend(quota::settings(quotas));
        if let Some(admin) = admin {
            all.push(self.setting("admin.listen", admin.listen));
            let beyond = admin.beyond_this_machine;
            all.push(self.setting("admin.beyond_this_machine", beyond));
        }
        all
    }

    fn setting(&self, key: &'static str, value: impl fmt::Display) -> Setting {
        let defaulted = self.defaulted.contains(key);
        let origin = if defaulted {
            Origin::Default
        } else {
            Origin::File
        };
        Setting {
            key: key.to_owned(),
            value: value.to_string(),
            origin,
        }
    }
}

impl SideConfig {
    /// How many of the stewards it takes to sign the side's first part of the directory.
    pub fn needed(&self) -> usize {
        self.stewards_needed.unwrap_or(1)
    }

    fn settings(&self) -> Vec<Setting> {
        let Self {
            domain,
            country,
            server_name,
            certificate,
            key,
            roots,
            crls,
            stewards,
            stewards_needed,
        } = self;
        let files = |paths: &[PathBuf]| {
            paths
                .iter()
                .map(|path| path.display().to_string())
                .collect::<Vec<_>>()
                .join(", ")
        };
        [
            ("country", country.clone()),
            ("server_name", server_name.clone()),
            ("certificate", certificate.display().to_string()),
            ("key", key.display().to_string()),
            ("roots", files(roots)),
            ("crls", files(crls)),
            ("stewards", stewards.join(", ")),
            ("stewards_needed", self.needed().to_string()),
        ]
        .into_iter()
        .map(|(name, value)| Setting {
            key: format!("side.{domain}.{name}"),
            value,
            origin: if name == "stewards_needed" && stewards_needed.is_none() {
                Origin::Default
            } else {
                Origin::File
            },
        })
        .collect()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "file",
            Self::Default => "default",
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, text } = self;
        write!(f, "{key}: {text}")
    }
}

/// Whether the setting only names a file that may be another after a reload.
fn is_renewable(key: &str) -> bool {
    let names = [".certificate", ".key", ".roots", ".crls"];
    key.starts_with("side.") && names.iter().any(|name| key.ends_with(name))
}

/// Reads a text file of at most [`FILE_BYTES_MAX`].
pub(crate) fn read_text(path: &Path) -> std::io::Result<String> {
    let size = std::fs::metadata(path)?.len();
    if size > FILE_BYTES_MAX {
        let text = format!("{size} bytes are more than the {FILE_BYTES_MAX} that are read");
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, text));
    }
    std::fs::read_to_string(path)
}

fn list(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(Problem::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}
