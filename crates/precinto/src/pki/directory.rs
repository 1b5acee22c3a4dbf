//! The first part of the directory of each side of a development set, signed by as many of its stewards as it takes.

use super::settings::part_toml;
use super::witness::Witnesses;
use super::{Folder, OfficerPair, Profile, SideEntry};
use crate::files::write_public;
use anyhow::Context;
use precinto_client::Signer;
use precinto_client::directory::{countersign, sign};
use precinto_envelope::certificate::Certificate;
use precinto_envelope::crypto::SigningKey;
use precinto_envelope::pem;
use std::sync::Arc;

/// Writes `directory/<domain>.part`.
pub(super) fn write(
    profile: &Profile,
    side: &SideEntry,
    witnesses: &Witnesses,
    officers: &[OfficerPair],
    folder: &Folder,
) -> anyhow::Result<()> {
    let mut stewards = Vec::new();
    for steward in side.stewards.iter().take(side.stewards_needed) {
        let identity = side.officer_id(steward);
        let pair = officers.iter().find(|pair| pair.identity == identity);
        stewards.push(signer(pair.with_context(|| identity.clone())?)?);
    }
    let (first, others) = stewards.split_first().context("a steward")?;
    let mut part = sign(&part_toml(profile, side, witnesses), first)?;
    for other in others {
        part = countersign(&part, other)?;
    }
    write_public(&folder.part(side), part.bytes())
}

fn signer(pair: &OfficerPair) -> anyhow::Result<Signer> {
    let der = pem::certificates(pair.certificate.as_bytes())?;
    let certificate = Certificate::parse(der.first().context("a certificate")?)?;
    let key = SigningKey::from_pkcs8_der(&pem::private_key(pair.key.as_bytes())?)?;
    Ok(Signer::new(key, Arc::new(certificate), Vec::new())?)
}
