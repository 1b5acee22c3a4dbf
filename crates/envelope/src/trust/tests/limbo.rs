//! The path layer against x509-limbo: certificate chains that others thought of, in the client form.
//!
//! Tested without the rules of our own profile: these certificates live for a thousand years and have no
//! SPIFFE name, so that those rules would refuse them all and prove nothing.

use crate::certificate::Certificate;
use crate::crypto::tls_provider;
use crate::pem;
use crate::skipped::shared;
use crate::trust::path::Question;
use crate::trust::{Purpose, crl::Crl, root};
use rustls::pki_types::CertificateDer;
use serde_json::Value;
use webpki::{
    CertRevocationList, ExpirationPolicy, RevocationCheckDepth, RevocationOptionsBuilder,
    UnknownStatusPolicy, anchor_from_trusted_cert,
};

/// Where we differ, each with its reason. This list may only shrink.
const DIFFERENCES: [(&str, Why); 19] = {
    use Why::{Encoding, Stricter};
    [
        ("rfc5280::aki::leaf-missing-aki", Encoding),
        ("rfc5280::aki::intermediate-missing-aki", Encoding),
        ("rfc5280::ski::intermediate-missing-ski", Encoding),
        ("rfc5280::nc::permitted-dns-match-noncritical", Encoding),
        ("rfc5280::nc::invalid-dnsname-leading-period", Encoding),
        ("rfc5280::pc::ica-noncritical-pc", Encoding),
        ("rfc5280::san::noncritical-with-empty-subject", Encoding),
        ("rfc5280::san::underscore-dns", Encoding),
        ("rfc5280::san::ip-in-dns", Encoding),
        ("pathlen::validation-ignores-pathlen-in-leaf", Stricter),
        ("pathlen::self-issued-certs-pathlen", Stricter),
        ("rfc5280::ca-as-leaf", Stricter),
        ("rfc5280::nc::permitted-dn-match", Stricter),
        ("rfc5280::nc::permitted-self-issued", Stricter),
        ("rfc5280::nc::nc-permits-email-exact", Stricter),
        ("rfc5280::nc::nc-permits-email-domain", Stricter),
        (
            "rfc5280::nc::nc-permits-email-literal-asterisk-exact-match",
            Stricter,
        ),
        (
            "rfc5280::nc::nc-permits-email-literal-double-asterisk",
            Stricter,
        ),
        (
            "rfc5280::nc::nc-permits-email-literal-mid-asterisk",
            Stricter,
        ),
    ]
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Why {
    /// Accepted, should fail: strictness of encoding, or names that mean nothing to us.
    Encoding,
    /// Refused, should succeed: stricter than needed, which is safe.
    Stricter,
}

struct Case<'a>(&'a Value);

impl Case<'_> {
    fn id(&self) -> &str {
        self.0["id"].as_str().unwrap()
    }

    fn must_succeed(&self) -> bool {
        self.0["expected_result"] == "SUCCESS"
    }

    /// Web server names, pedantry and settable depths say nothing about us; one case loses its point with
    /// the change of purpose.
    fn applies(&self) -> bool {
        let features = self.0["features"].as_array().unwrap();
        let pedantic = |f: &Value| f.as_str().unwrap().starts_with("pedantic");
        !self.id().starts_with("webpki::")
            && self.id() != "rfc5280::eku::ee-wrong-eku"
            && !features.iter().any(pedantic)
            && self.0["max_chain_depth"].is_null()
    }

    fn certificates(&self, field: &str) -> Vec<Vec<u8>> {
        let texts = self.0[field].as_array().unwrap().iter();
        let ders = texts.map(|text| pem::certificates(text.as_str().unwrap().as_bytes()).unwrap());
        ders.flatten().collect()
    }

    fn crls(&self) -> Vec<Vec<u8>> {
        let texts = self.0["crls"].as_array().unwrap().iter();
        let ders =
            texts.map(|text| pem::revocation_lists(text.as_str().unwrap().as_bytes()).unwrap());
        ders.flatten().collect()
    }

    fn now_ms(&self) -> u64 {
        match self.0["validation_time"].as_str() {
            Some(time) => utc_ms(time),
            None => 1_795_348_800_000,
        }
    }

    fn leaf(&self) -> Vec<u8> {
        let pem = self.0["peer_certificate"].as_str().unwrap().as_bytes();
        pem::certificates(pem).unwrap().remove(0)
    }

    /// What our loader, our profile and our path layer make of it, without lifetimes and identities.
    fn accepted(&self) -> Result<(), String> {
        let now_ms = self.now_ms();
        // The loader refuses a bundle with an unfit root, loudly; here only that root does not count.
        let roots: Vec<Certificate> = self
            .certificates("trusted_certs")
            .iter()
            .filter_map(|der| root::check(der, now_ms).ok())
            .collect();
        let crls: Vec<Crl> = self
            .crls()
            .iter()
            .map(|der| Crl::parse(der))
            .collect::<Result<_, _>>()
            .map_err(|error| error.to_string())?;
        let algorithms = tls_provider().signature_verification_algorithms;
        for root in &roots {
            for crl in crls
                .iter()
                .filter(|crl| crl.issuer_der == root.subject_der())
            {
                crl.check_signature(root, algorithms)
                    .map_err(|error| error.to_string())?;
            }
        }
        let leaf = Certificate::parse(&self.leaf()).map_err(|error| error.to_string())?;
        let uses = &leaf.uses;
        if uses.signs_certificates || uses.constrains_names {
            return Err("the leaf's profile".to_owned()); // the part of it that applies here
        }
        let intermediates = self.certificates("untrusted_intermediates");
        let intermediates: Vec<_> = intermediates
            .into_iter()
            .map(CertificateDer::from)
            .collect();
        let anchors: Vec<_> = roots
            .iter()
            .map(|root| anchor_from_trusted_cert(root.der_typed()).unwrap())
            .collect();
        let question = Question {
            end_entity: leaf.der_typed(),
            intermediates: &intermediates,
            anchors: &anchors,
            algorithms,
            purpose: Purpose::TlsClient,
            now_ms,
        };
        let lists: Vec<&CertRevocationList<'_>> = crls.iter().map(|crl| &crl.parsed).collect();
        let revocation = RevocationOptionsBuilder::new(&lists).ok().map(|options| {
            options
                .with_depth(RevocationCheckDepth::Chain)
                .with_status_policy(UnknownStatusPolicy::Deny)
                .with_expiration_policy(ExpirationPolicy::Enforce)
                .build()
        });
        let found = question.find_under(revocation);
        found.map(|_| ()).map_err(|error| error.to_string())
    }
}

/// Milliseconds since 1970 of `YYYY-MM-DDThh:mm:ssZ` or with `+00:00` (RFC 3339).
fn utc_ms(text: &str) -> u64 {
    let number = |range: std::ops::Range<usize>| text.get(range).unwrap().parse::<u64>().unwrap();
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    // Days from civil, after Howard Hinnant: years begin in March.
    let y = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719_468;
    let seconds = days * 86_400 + number(11..13) * 3_600 + number(14..16) * 60 + number(17..19);
    seconds * 1_000
}

fn cases() -> Option<Value> {
    let path = shared("vectors/x509-limbo/limbo-client.json")?;
    Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

#[test]
fn x509_limbo_in_client_form_agrees_but_for_the_listed_differences() {
    let Some(file) = cases() else { return };
    let all = file["testcases"].as_array().unwrap().iter().map(Case);
    let applicable: Vec<Case<'_>> = all.filter(Case::applies).collect();
    assert_eq!(applicable.len(), 127);
    let (mut differing, mut unlisted) = (Vec::new(), Vec::new());
    for case in &applicable {
        let accepted = case.accepted();
        let why = match (accepted.is_ok(), case.must_succeed()) {
            (true, false) => Why::Encoding,
            (false, true) => Why::Stricter,
            _ => continue,
        };
        differing.push(case.id());
        if !DIFFERENCES.contains(&(case.id(), why)) {
            unlisted.push((case.id(), why, accepted));
        }
    }
    assert!(unlisted.is_empty(), "{unlisted:#?}");
    let gone = DIFFERENCES.iter().filter(|(id, _)| !differing.contains(id));
    assert_eq!(gone.count(), 0, "the list may shrink to {differing:?}");
}

/// C16: whatever it is, it is refused before it costs anything.
#[test]
fn pathological_chains_cost_the_full_verifier_nothing() {
    use crate::tls::ClientVerifier;
    use rustls::pki_types::UnixTime;
    use rustls::server::danger::ClientCertVerifier;
    let Some(file) = cases() else { return };
    let pki = crate::test_pki::Pki::new();
    let verifier = ClientVerifier::new(std::sync::Arc::new(pki.trust()));
    let all = file["testcases"].as_array().unwrap().iter().map(Case);
    let mut seen = 0;
    for case in all.filter(|case| case.id().starts_with("pathological::")) {
        let intermediates = case.certificates("untrusted_intermediates");
        let intermediates: Vec<_> = intermediates
            .into_iter()
            .map(CertificateDer::from)
            .collect();
        let leaf = CertificateDer::from(case.leaf());
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_millis(case.now_ms()));
        let refused = verifier.verify_client_cert(&leaf, &intermediates, now);
        assert!(refused.is_err(), "{}", case.id());
        seen += 1;
    }
    assert_eq!(seen, 11);
}

#[test]
fn times_of_the_vectors_are_read_rightly() {
    assert_eq!(utc_ms("1970-01-01T00:00:00Z"), 0);
    assert_eq!(utc_ms("2024-02-29T12:34:56+00:00"), 1_709_210_096_000);
}
