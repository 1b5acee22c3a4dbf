//! A development PKI for two sides, and the configuration files that use it. Never for production.
//!
//! Everything is made in memory first, then written into one folder. The roots' private keys are dropped when the set is
//! complete, unless they are asked for: what is not kept cannot leak, and a new set costs a second.

mod authority;
mod directory;
mod folder;
mod profile;
mod settings;
mod unhappy;
mod witness;

pub(crate) use folder::Folder;
pub(crate) use profile::{AgencyEntry, NodeEntry, Profile, SideEntry};
pub(crate) use settings::{NodeSettings, gateway_toml, node_toml};

use crate::files::{write_private, write_public};
use anyhow::Context;
use authority::{Authority, Leaf, Purpose};
use precinto_envelope::crypto::SigningKey;
use precinto_merkle::note::NoteSigner;
use std::path::Path;

/// What the caller may choose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// Add certificates that are wrong in one way each.
    pub(crate) unhappy: bool,
    /// Keep the private keys of the roots, so that certificates and revocation lists can be issued later.
    pub(crate) keep_roots: bool,
    /// Milliseconds since 1970: everything is valid from five minutes before.
    pub(crate) now_ms: u64,
}

/// What was made, for those who go on from it.
#[derive(Debug)]
pub(crate) struct Made {
    /// The log's verifier key, C2SP signed-note form.
    pub(crate) vkey: String,
    /// How many certificates were issued.
    pub(crate) certificates: usize,
}

/// Fills `out` with keys, certificates, revocation lists and configuration files for everything in `profile`.
///
/// Node files name the gateway at `profile.gateway.listen`; [`write_nodes`] writes them again for another address.
pub(crate) fn make(profile: &Profile, out: &Path, options: Options) -> anyhow::Result<Made> {
    let folder = Folder::create(out)?;
    let mut authorities = Vec::new();
    for side in &profile.side {
        authorities.push(Authority::new(profile, side, options.now_ms, None)?);
    }
    let mut officers = Vec::new();
    for (side, authority) in profile.side.iter().zip(&mut authorities) {
        issue_gateway(profile, side, authority, &folder)?;
        officers.extend(issue_agencies(side, authority, &folder)?);
    }
    if options.unhappy {
        unhappy::make(profile, &mut authorities, &folder, options.now_ms)?;
    }
    let mut certificates = 0;
    for (side, authority) in profile.side.iter().zip(authorities) {
        certificates += authority.issued();
        write_public(&folder.root(side), authority.root_pem())?;
        write_public(&folder.crl(side), authority.crl_pem()?)?;
        if options.keep_roots {
            write_private(&folder.root_key(side), authority.key_pem())?;
        }
    }
    let vkey = make_log_key(profile, &folder)?;
    let gateway = gateway_toml(profile, &profile.gateway.listen, "data");
    write_public(&folder.path("gateway.toml"), gateway)?;
    let witnesses = witness::make(profile, &folder)?;
    for side in &profile.side {
        write_public(&folder.policy(side), witnesses.policy(profile, side, &vkey))?;
    }
    for side in &profile.side {
        directory::write(profile, side, &witnesses, &officers, &folder)?;
    }
    write_nodes(profile, out, &profile.gateway.listen, &vkey)?;
    Ok(Made { vkey, certificates })
}

/// Writes the nodes' configuration files for a gateway at `address`.
pub(crate) fn write_nodes(
    profile: &Profile,
    out: &Path,
    address: &str,
    vkey: &str,
) -> anyhow::Result<()> {
    let folder = Folder::create(out)?;
    for (side, agency, node) in profile.nodes() {
        let settings = NodeSettings::of(profile, side, agency, node, (address, vkey));
        write_public(&folder.node_file(side, agency, node), node_toml(&settings))?;
    }
    Ok(())
}

fn issue_gateway(
    profile: &Profile,
    side: &SideEntry,
    authority: &mut Authority,
    folder: &Folder,
) -> anyhow::Result<()> {
    let identity = format!("spiffe://{}/gateway/{}", side.domain, profile.gateway.name);
    let leaf = Leaf::new(Purpose::TlsServer, &identity, "gateway TLS").dns(&side.server_name);
    let (pem, key) = authority.issue(&leaf)?;
    folder.write_pair(&format!("gateway/{}.tls", side.key), &pem, &key)
}

/// An officer's certificate and key while the set is made, PEM.
struct OfficerPair {
    /// The SPIFFE id.
    identity: String,
    certificate: String,
    key: String,
}

/// Issues the certificates of nodes and officers; gives those of the officers.
fn issue_agencies(
    side: &SideEntry,
    authority: &mut Authority,
    folder: &Folder,
) -> anyhow::Result<Vec<OfficerPair>> {
    let mut officers = Vec::new();
    for agency in &side.agency {
        let of_agency = format!("spiffe://{}/agency/{}", side.domain, agency.id);
        for node in &agency.node {
            let identity = format!("{of_agency}/node/{}", node.name);
            let place = format!("{}/{}/{}", side.key, agency.id, node.name);
            for (purpose, suffix) in [(Purpose::TlsClient, "tls"), (Purpose::Signing, "signing")] {
                let title = format!("{}/{} {suffix}", agency.id, node.name);
                let mut leaf = Leaf::new(purpose, &identity, &title);
                leaf.revoked = node.revoked.iter().any(|what| what == suffix);
                let (pem, key) = authority.issue(&leaf)?;
                folder.write_pair(&format!("{place}.{suffix}"), &pem, &key)?;
            }
        }
        for officer in &agency.officer {
            let identity = format!("{of_agency}/officer/{}", officer.id);
            let title = format!("{}/{} officer", agency.id, officer.id);
            let (pem, key) = authority.issue(&Leaf::new(Purpose::Signing, &identity, &title))?;
            let place = format!("officers/{}-{}-{}", side.key, agency.id, officer.id);
            folder.write_pair(&place, &pem, &key)?;
            officers.push(OfficerPair {
                identity,
                certificate: pem,
                key,
            });
        }
    }
    Ok(officers)
}

/// The log's own key: Ed25519, PKCS#8 PEM beside the gateway's certificates, and its verifier key as text.
fn make_log_key(profile: &Profile, folder: &Folder) -> anyhow::Result<String> {
    let (key, der) = SigningKey::generate_ed25519();
    let signer = NoteSigner::new(&profile.gateway.origin, key).context("the log's origin")?;
    let vkey = signer.verifier().to_string();
    write_private(
        &folder.path("gateway/log.key.pem"),
        folder::pem("PRIVATE KEY", &der),
    )?;
    write_public(&folder.path("gateway/log.vkey"), format!("{vkey}\n"))?;
    Ok(vkey)
}

#[cfg(test)]
mod tests;
