//! The published signature vectors of Wycheproof and CCTV decide which signatures count, and OpenSSL's keys are read.
//!
//! The vectors lie beside the project, not in it; without them these tests say so and pass.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic, and says what it skips"
)]

use precinto_envelope::crypto::{Algorithm, PublicKey, SigningKey};
use serde_json::Value;
use skipped::{shared, skipped};
use std::process::{Command, Stdio};

#[expect(unreachable_pub, reason = "one file for the tests of every crate")]
#[path = "../../../tests/harness/skipped.rs"]
mod skipped;

/// One vector file, or nothing where the folder of vectors is not there.
fn vectors(file: &str) -> Option<Value> {
    let bytes = std::fs::read(shared(&format!("vectors/{file}"))?).unwrap();
    Some(serde_json::from_slice(&bytes).unwrap())
}

fn hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// Runs a Wycheproof file: every signature must be judged as labelled, under a key read from its certificate form.
fn wycheproof(file: &str, algorithm: Algorithm, count: usize) {
    let Some(suite) = vectors(&format!("wycheproof/{file}")) else {
        return;
    };
    let mut ran = 0;
    for group in suite["testGroups"].as_array().unwrap() {
        let key = PublicKey::from_spki_der(&hex(&group["publicKeyDer"])).unwrap();
        assert_eq!(key.algorithm(), algorithm);
        for case in group["tests"].as_array().unwrap() {
            let accepted = key.verify(&hex(&case["msg"]), &hex(&case["sig"])).is_ok();
            assert_eq!(
                accepted,
                case["result"] == "valid",
                "{}: {}",
                case["tcId"],
                case["comment"]
            );
            ran += 1;
        }
    }
    assert_eq!(ran, count);
}

#[test]
fn wycheproof_ed25519() {
    wycheproof("ed25519_test.json", Algorithm::Ed25519, 151);
}

#[test]
fn wycheproof_p256_fixed_length() {
    wycheproof(
        "ecdsa_secp256r1_sha256_p1363_test.json",
        Algorithm::EcdsaP256,
        262,
    );
}

#[test]
fn wycheproof_p384_fixed_length() {
    wycheproof(
        "ecdsa_secp384r1_sha384_p1363_test.json",
        Algorithm::EcdsaP384,
        280,
    );
}

#[test]
fn exactly_43_of_the_914_ed25519_edge_cases_are_accepted() {
    let Some(cases) = vectors("ed25519-cctv/ed25519/ed25519vectors.json") else {
        return;
    };
    let cases = cases.as_array().unwrap();
    assert_eq!(cases.len(), 914);
    let mut accepted = 0;
    for case in cases {
        let key = PublicKey::ed25519(hex(&case["key"]).try_into().unwrap());
        let message = case["msg"].as_str().unwrap().as_bytes();
        if !key.is_ok_and(|key| key.verify(message, &hex(&case["sig"])).is_ok()) {
            continue;
        }
        accepted += 1;
        let flags = case["flags"].as_array().into_iter().flatten();
        for weakness in flags.map(|flag| flag.as_str().unwrap()) {
            let refused = [
                "low_order_A",
                "low_order_R",
                "non_canonical_A",
                "non_canonical_R",
            ];
            assert!(
                !refused.contains(&weakness),
                "{}: {weakness}",
                case["number"]
            );
        }
    }
    assert_eq!(accepted, 43);
}

#[test]
fn private_keys_that_openssl_makes_are_read_and_sign() {
    if let Err(error) = Command::new("openssl")
        .arg("version")
        .stdout(Stdio::null())
        .status()
    {
        skipped(&format!("openssl: {error}"));
        return;
    }
    for (options, algorithm) in [
        ("ED25519", Algorithm::Ed25519),
        ("EC -pkeyopt ec_paramgen_curve:P-256", Algorithm::EcdsaP256),
        ("EC -pkeyopt ec_paramgen_curve:P-384", Algorithm::EcdsaP384),
        ("RSA -pkeyopt rsa_keygen_bits:2048", Algorithm::RsaPssSha256),
    ] {
        let make = format!(
            "openssl genpkey -algorithm {options} | openssl pkcs8 -topk8 -nocrypt -outform DER"
        );
        let made = Command::new("sh")
            .args(["-c", &make])
            .stderr(Stdio::null())
            .output()
            .unwrap();
        let key = SigningKey::from_pkcs8_der(&made.stdout).unwrap();
        assert_eq!(key.algorithm(), algorithm);
        let signature = key.sign(b"message");
        key.verifier().verify(b"message", &signature).unwrap();
        assert!(key.verifier().verify(b"massage", &signature).is_err());
    }
}
