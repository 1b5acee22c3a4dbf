//! Witness keys of a development set: one for each node, listed in the directory, and policies that ask for the other side's.

use super::{Folder, Profile, SideEntry, folder};
use crate::files::write_private;
use anyhow::Context;
use precinto_client::witness::key_name;
use precinto_envelope::crypto::SigningKey;
use precinto_merkle::cosignature::CosignatureSigner;
use std::collections::BTreeMap;

/// The verifier keys of the witnesses, by the SPIFFE id of their node.
pub(crate) struct Witnesses(BTreeMap<String, String>);

/// Makes a key for each node: Ed25519, PKCS#8 PEM beside its certificates.
pub(super) fn make(profile: &Profile, folder: &Folder) -> anyhow::Result<Witnesses> {
    let mut keys = BTreeMap::new();
    for (side, agency, node) in profile.nodes() {
        let identity = identity(&side.domain, &agency.id, &node.name);
        let (key, der) = SigningKey::generate_ed25519();
        let name = key_name(&identity.parse().with_context(|| identity.clone())?);
        let signer = CosignatureSigner::new(&name, key).context("a witness key")?;
        let place = format!("{}/{}/{}.witness.key.pem", side.key, agency.id, node.name);
        write_private(&folder.path(&place), folder::pem("PRIVATE KEY", &der))?;
        keys.insert(identity, signer.verifier().to_string());
    }
    Ok(Witnesses(keys))
}

impl Witnesses {
    /// The verifier key of a node's witness.
    pub(crate) fn of(&self, domain: &str, agency: &str, node: &str) -> Option<&str> {
        self.0
            .get(&identity(domain, agency, node))
            .map(String::as_str)
    }

    /// The policy (C2SP tlog-policy) of `side`: a receipt is a witnessed one when any node of another side has cosigned.
    pub(super) fn policy(&self, profile: &Profile, side: &SideEntry, log: &str) -> String {
        let mut text = format!(
            "# When is a receipt witnessed? When a node of the other side has cosigned. C2SP tlog-policy.\n\nlog {log}\n\n"
        );
        let mut names = Vec::new();
        for (of, agency, node) in profile.nodes() {
            let is_counterpart = of.key != side.key && node.revoked.is_empty();
            let key = self.of(&of.domain, &agency.id, &node.name);
            if let Some(key) = key.filter(|_| is_counterpart) {
                let name = format!("{}-{}-{}", of.key, agency.id, node.name);
                text += &["witness ", &name, " ", key, "\n"].concat();
                names.push(name);
            }
        }
        if names.is_empty() {
            return text + "quorum none\n";
        }
        let names = names.join(" ");
        text + &format!("\ngroup counterpart any {names}\nquorum counterpart\n")
    }
}

fn identity(domain: &str, agency: &str, node: &str) -> String {
    format!("spiffe://{domain}/agency/{agency}/node/{node}")
}
