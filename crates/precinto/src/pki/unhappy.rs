//! Certificates that are wrong in one way each, with the refusal that each must meet: for tests by hand and by machine.

use super::authority::{Authority, Leaf, Purpose};
use super::{Folder, Profile};
use crate::files::write_public;
use anyhow::Context;
use precinto_envelope::crypto;
use serde::Serialize;

const HOUR_MS: u64 = 60 * 60 * 1_000;

/// One wrong certificate, as `unhappy/index.json` lists it.
#[derive(Debug, Serialize)]
struct Case {
    /// The beginning of its files' names.
    name: &'static str,
    /// What is wrong with it.
    wrong: &'static str,
    /// The reason that must meet it.
    reason: &'static str,
}

/// Writes the unhappy set into `unhappy/`: identities of the first side's first node, except where said otherwise.
pub(super) fn make(
    profile: &Profile,
    authorities: &mut [Authority],
    folder: &Folder,
    now_ms: u64,
) -> anyhow::Result<()> {
    let (side, agency, node) = profile.nodes().next().context("a profile with a node")?;
    let identity = format!(
        "spiffe://{}/agency/{}/node/{}",
        side.domain, agency.id, node.name
    );
    let [own, other, ..] = authorities else {
        anyhow::bail!("the unhappy set needs a profile with two sides");
    };
    let tls = Leaf::new(Purpose::TlsClient, &identity, "unhappy TLS");
    let signing = Leaf::new(Purpose::Signing, &identity, "unhappy signing");
    let mut cases = Vec::new();

    for (name, leaf, wrong, reason) in leaves(&tls, &signing, now_ms) {
        let (pem, key) = own.issue(&leaf)?;
        folder.write_pair(&format!("unhappy/{name}"), &pem, &key)?;
        cases.push(Case {
            name,
            wrong,
            reason,
        });
    }

    let (pem, key) = other.issue(&tls)?;
    folder.write_pair("unhappy/wrong-side", &pem, &key)?;
    cases.push(Case {
        name: "wrong-side",
        wrong: "this side's identity, issued by the other side's root",
        reason: "CERT_UNKNOWN_CA",
    });

    let mut stranger = Authority::new(profile, side, now_ms, None)?;
    let (pem, key) = stranger.issue(&signing)?;
    folder.write_pair("unhappy/forged-signing", &pem, &key)?;
    cases.push(Case {
        name: "forged-signing",
        wrong: "a signing certificate by a root of the right name that nobody trusts",
        reason: "SIGNER_UNTRUSTED",
    });

    let (pem, _) = own.issue(&tls)?;
    let (_, key) = own.issue(&tls)?;
    folder.write_pair("unhappy/key-differs", &pem, &key)?;
    cases.push(Case {
        name: "key-differs",
        wrong: "certificate and key do not belong together: refused where they are loaded",
        reason: "",
    });

    let pem = own.certify(&signing, &WeakRsa::new())?;
    write_public(&folder.path("unhappy/rsa-1024.pem"), &pem)?;
    cases.push(Case {
        name: "rsa-1024",
        wrong: "an RSA key of 1024 bits (a certificate only: nobody has the key)",
        reason: "CERT_KEY",
    });

    constrained(profile, side, &tls, folder, now_ms)?;
    cases.push(Case {
        name: "uri-constraint",
        wrong: "issued by a root with a URI name constraint, which no verifier of ours can satisfy",
        reason: "CERT_UNKNOWN_CA",
    });

    let stale = own.crl_pem_valid(now_ms.saturating_sub(48 * HOUR_MS), now_ms - 24 * HOUR_MS)?;
    write_public(&folder.path("unhappy/stale.crl.pem"), &stale)?;
    cases.push(Case {
        name: "stale.crl",
        wrong: "a revocation list that ran out yesterday",
        reason: "CRL_STALE",
    });
    let index = serde_json::to_string_pretty(&cases)?;
    write_public(&folder.path("unhappy/index.json"), format!("{index}\n"))
}

/// Leaves that the side's own root issues, each wrong in one way.
fn leaves(
    tls: &Leaf,
    signing: &Leaf,
    now_ms: u64,
) -> Vec<(&'static str, Leaf, &'static str, &'static str)> {
    let before = now_ms.saturating_sub(48 * HOUR_MS);
    let expired = Leaf {
        validity_ms: Some((before, before + HOUR_MS)),
        ..tls.clone()
    };
    let ahead = (now_ms + 24 * HOUR_MS, now_ms + 48 * HOUR_MS);
    let not_yet = Leaf {
        validity_ms: Some(ahead),
        ..tls.clone()
    };
    let mut two = tls.clone();
    two.identities
        .push(format!("{}-2", two.identities.concat()));
    let none = Leaf {
        identities: Vec::new(),
        ..tls.clone()
    };
    vec![
        ("expired", expired, "expired yesterday", "CERT_EXPIRED"),
        (
            "not-yet-valid",
            not_yet,
            "valid from tomorrow",
            "CERT_NOT_YET_VALID",
        ),
        (
            "revoked",
            Leaf {
                revoked: true,
                ..tls.clone()
            },
            "on the revocation list",
            "CERT_REVOKED",
        ),
        (
            "revoked-signing",
            Leaf {
                revoked: true,
                ..signing.clone()
            },
            "a signing certificate on the revocation list",
            "CERT_REVOKED",
        ),
        ("two-identities", two, "two identity SANs", "CERT_IDENTITY"),
        ("no-identity", none, "no SAN at all", "CERT_IDENTITY"),
        (
            "no-purpose",
            Leaf {
                purposeless: true,
                ..tls.clone()
            },
            "no extended key usage",
            "CERT_PURPOSE",
        ),
        (
            "tls-for-signing",
            tls.clone(),
            "a TLS certificate: must not be taken for statements",
            "CERT_PURPOSE",
        ),
        (
            "signing-for-tls",
            signing.clone(),
            "a signing certificate: must not be taken for TLS",
            "CERT_PURPOSE",
        ),
    ]
}

/// A root that may only name `.example.invalid`, and a leaf under it.
fn constrained(
    profile: &Profile,
    side: &super::SideEntry,
    tls: &Leaf,
    folder: &Folder,
    now_ms: u64,
) -> anyhow::Result<()> {
    // NameConstraints { permittedSubtrees [0] { GeneralSubtree { uniformResourceIdentifier [6] } } }, RFC 5280 4.2.1.10
    let host = b".example.invalid";
    let length = |inner: usize| u8::try_from(inner).expect("a short extension");
    let mut der = vec![0x30, length(host.len() + 6), 0xa0, length(host.len() + 4)];
    der.extend([0x30, length(host.len() + 2), 0x86, length(host.len())]);
    der.extend(host);
    let mut extension = rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 30], der);
    extension.set_criticality(true);
    let mut authority = Authority::new(profile, side, now_ms, Some(extension))?;
    let (pem, key) = authority.issue(tls)?;
    folder.write_pair("unhappy/uri-constraint", &pem, &key)?;
    write_public(
        &folder.path("unhappy/uri-constraint.root.pem"),
        authority.root_pem(),
    )?;
    write_public(
        &folder.path("unhappy/uri-constraint.crl.pem"),
        authority.crl_pem()?,
    )
}

/// A public key too short to admit. Its modulus is random, so there is no private half.
struct WeakRsa(Vec<u8>);

impl WeakRsa {
    fn new() -> Self {
        // RSAPublicKey { modulus INTEGER of 129 bytes with a leading zero, publicExponent 65537 }, RFC 8017 A.1.1
        let [first, middle @ .., last] = crypto::random::<128>();
        let mut der = vec![0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00, first | 0x80];
        der.extend(middle);
        der.extend([last | 1, 0x02, 0x03, 0x01, 0x00, 0x01]);
        Self(der)
    }
}

impl rcgen::PublicKeyData for WeakRsa {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}
