//! Where each file of a development set stands, and how it is written: private keys for their owner's eyes only.

use super::profile::AgencyEntry;
use super::{NodeEntry, SideEntry};
use crate::files::{make_folder, write_private, write_public};
use base64ct::{Base64, Encoding};
use std::path::{Path, PathBuf};

/// The folder of one development set.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    top: PathBuf,
}

impl Folder {
    /// Makes the folder if it is not there.
    pub(crate) fn create(top: &Path) -> anyhow::Result<Self> {
        make_folder(top)?;
        Ok(Self {
            top: top.to_owned(),
        })
    }

    /// A file inside it.
    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.top.join(inside)
    }

    /// A side's root certificate. `trust` holds nothing secret: it is what an auditor is given.
    pub(crate) fn root(&self, side: &SideEntry) -> PathBuf {
        self.path(&format!("trust/{}/root.pem", side.domain))
    }

    /// The private key of a side's root, where it is kept: beside `trust`, which an auditor is given.
    pub(crate) fn root_key(&self, side: &SideEntry) -> PathBuf {
        self.path(&format!("authority/{}.key.pem", side.domain))
    }

    /// A side's revocation list.
    pub(crate) fn crl(&self, side: &SideEntry) -> PathBuf {
        self.path(&format!("trust/{}/root.crl.pem", side.domain))
    }

    /// The policy by which a side's nodes grade receipts.
    pub(crate) fn policy(&self, side: &SideEntry) -> PathBuf {
        self.path(&format!("policy/{}.tlog-policy", side.key))
    }

    /// A side's part of the directory as its stewards signed it.
    pub(crate) fn part(&self, side: &SideEntry) -> PathBuf {
        self.path(&format!("directory/{}.part", side.domain))
    }

    /// A node's configuration file.
    pub(crate) fn node_file(
        &self,
        side: &SideEntry,
        agency: &AgencyEntry,
        node: &NodeEntry,
    ) -> PathBuf {
        self.path(&format!(
            "nodes/{}-{}-{}.toml",
            side.key, agency.id, node.name
        ))
    }

    /// Writes `<place>.pem` and `<place>.key.pem`.
    pub(crate) fn write_pair(
        &self,
        place: &str,
        certificate: &str,
        key: &str,
    ) -> anyhow::Result<()> {
        write_public(&self.path(&format!("{place}.pem")), certificate)?;
        write_private(&self.path(&format!("{place}.key.pem")), key)
    }
}

/// One PEM section (RFC 7468).
pub(super) fn pem(label: &str, der: &[u8]) -> String {
    let text = Base64::encode_string(der);
    let mut lines = vec![format!("-----BEGIN {label}-----")];
    let mut rest = text.as_str();
    while let Some((line, more)) = rest.split_at_checked(64) {
        lines.push(line.to_owned());
        rest = more;
    }
    if !rest.is_empty() {
        lines.push(rest.to_owned());
    }
    lines.push(format!("-----END {label}-----\n"));
    lines.join("\n")
}
