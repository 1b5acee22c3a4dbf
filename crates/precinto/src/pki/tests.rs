//! The development set as those who use it meet it: loaded, judged and refused by `envelope`.

use super::*;
use precinto_envelope::certificate::Certificate;
use precinto_envelope::pem;
use precinto_envelope::trust::{Purpose, SideTrust, TrustStore};
use std::fs;
use std::sync::Arc;

const NOW_MS: u64 = 1_795_000_000_000;

fn made(unhappy: bool) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::built_in().unwrap();
    make(
        &profile,
        folder.path(),
        Options {
            unhappy,
            keep_roots: unhappy,
            now_ms: NOW_MS,
        },
    )
    .unwrap();
    folder
}

fn trust(folder: &Path) -> TrustStore {
    let sides = ["us.dev.invalid", "mx.dev.invalid"].map(|domain| {
        let root = fs::read(folder.join(format!("trust/{domain}/root.pem"))).unwrap();
        let crl = fs::read(folder.join(format!("trust/{domain}/root.crl.pem"))).unwrap();
        let roots = pem::certificates(&root).unwrap();
        let crls = pem::revocation_lists(&crl).unwrap();
        SideTrust::load(domain.parse().unwrap(), &roots, &crls, NOW_MS).unwrap()
    });
    TrustStore::new(sides.into()).unwrap()
}

fn judged(trust: &TrustStore, file: &Path, purpose: Purpose) -> String {
    let text = fs::read(file).unwrap();
    let der = pem::certificates(&text).unwrap().remove(0);
    let certificate = Arc::new(Certificate::parse(&der).unwrap());
    match trust.judge(&certificate, &[], purpose, NOW_MS) {
        Ok(judged) => judged.identity().to_string(),
        Err(error) => precinto_alert::reason::name(error.reason()).to_owned(),
    }
}

#[test]
fn every_certificate_is_judged_as_the_profile_says() {
    let folder = made(false);
    let trust = trust(folder.path());
    for (side, agency, node) in Profile::built_in().unwrap().nodes() {
        let identity = format!(
            "spiffe://{}/agency/{}/node/{}",
            side.domain, agency.id, node.name
        );
        for (kind, purpose) in [("tls", Purpose::TlsClient), ("signing", Purpose::Signing)] {
            let file = format!("{}/{}/{}.{kind}.pem", side.key, agency.id, node.name);
            let revoked = node.revoked.iter().any(|what| what == kind);
            let expected = if revoked { "CERT_REVOKED" } else { &identity };
            assert_eq!(
                judged(&trust, &folder.path().join(&file), purpose),
                expected,
                "{file}"
            );
        }
    }
}

#[test]
fn the_unhappy_set_is_refused_for_the_reasons_it_lists() {
    let folder = made(true);
    let trust = trust(folder.path());
    let index = fs::read_to_string(folder.path().join("unhappy/index.json")).unwrap();
    let cases: Vec<serde_json::Value> = serde_json::from_str(&index).unwrap();
    let mut judged_count = 0;
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        let purpose = match name {
            "forged-signing" | "revoked-signing" | "tls-for-signing" | "rsa-1024" => {
                Purpose::Signing
            }
            "key-differs" | "stale.crl" => continue,
            _ => Purpose::TlsClient,
        };
        let file = folder.path().join(format!("unhappy/{name}.pem"));
        let verdict = judged(&trust, &file, purpose);
        let expected = match name {
            // One certificate, two views: alone it has an unknown issuer, on a statement that makes an untrusted signer.
            "forged-signing" => "CERT_UNKNOWN_CA",
            _ => case["reason"].as_str().unwrap(),
        };
        assert_eq!(verdict, expected, "{name}");
        judged_count += 1;
    }
    assert_eq!(judged_count, 13);
}

#[cfg(unix)]
#[test]
fn private_keys_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = made(true);
    let mut pending = vec![folder.path().to_owned()];
    let mut keys = 0;
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if String::from_utf8_lossy(&fs::read(&path).unwrap()).contains("PRIVATE KEY") {
                let mode = fs::metadata(&path).unwrap().permissions().mode();
                assert_eq!(mode & 0o077, 0, "{}", path.display());
                keys += 1;
            }
        }
    }
    assert!(keys > 20, "{keys}");
}

#[test]
fn the_roots_keys_are_kept_only_when_asked_for() {
    for (kept, folder) in [(true, made(true)), (false, made(false))] {
        for domain in ["us.dev.invalid", "mx.dev.invalid"] {
            let key = folder.path().join(format!("authority/{domain}.key.pem"));
            assert_eq!(key.is_file(), kept, "{}", key.display());
        }
    }
}
