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
use webpki::{CertRevocationList, anchor_from_trusted_cert};

/// Where we differ, each with its reason. This list may only shrink: a case that agrees again has to leave it, and a case that differs
/// anew fails the test until somebody gives the reason here.
const DIFFERENCES: [(&str, Verdict, &str); 19] = {
    use Verdict::{Accepted, Refused};
    [
        (
            "rfc5280::aki::leaf-missing-aki",
            Accepted,
            "an authority key identifier helps to find an issuer among many; we try each that is there, and the signature decides",
        ),
        (
            "rfc5280::aki::intermediate-missing-aki",
            Accepted,
            "as for the leaf: it is a help for the search, and our bundles hold a handful of certificates",
        ),
        (
            "rfc5280::ski::intermediate-missing-ski",
            Accepted,
            "the counterpart of the identifier above, and of as little weight for what a path proves",
        ),
        (
            "rfc5280::nc::permitted-dns-match-noncritical",
            Accepted,
            "a constraint that is not marked as critical is enforced like one that is, so the missing mark loosens nothing",
        ),
        (
            "rfc5280::nc::invalid-dnsname-leading-period",
            Accepted,
            "it is about DNS names, and a party is known here by its SPIFFE id alone; certificates of parties may not constrain names",
        ),
        (
            "rfc5280::pc::ica-noncritical-pc",
            Accepted,
            "certificate policies decide nothing here: what a certificate is for is its extended key usage and its identity",
        ),
        (
            "rfc5280::san::noncritical-with-empty-subject",
            Accepted,
            "the subject is never read; the alternative name is, whether it is marked as critical or not",
        ),
        (
            "rfc5280::san::underscore-dns",
            Accepted,
            "it is about a DNS name, which a client's certificate is not known by; the profile asks for exactly one SPIFFE id",
        ),
        (
            "rfc5280::san::ip-in-dns",
            Accepted,
            "no name of a client's certificate is ever compared with an address or a host; the profile asks for exactly one SPIFFE id",
        ),
        (
            "pathlen::validation-ignores-pathlen-in-leaf",
            Refused,
            "its leaf is an authority, and an authority's certificate never speaks for a node or an officer",
        ),
        (
            "pathlen::self-issued-certs-pathlen",
            Refused,
            "self-issued certificates count towards the path's length: one authority more has to be allowed for in so many words",
        ),
        (
            "rfc5280::ca-as-leaf",
            Refused,
            "an authority's certificate never speaks for a node or an officer",
        ),
        (
            "rfc5280::nc::permitted-dn-match",
            Refused,
            "a constraint on directory names cannot be judged by webpki, which then takes it for one that is not met",
        ),
        (
            "rfc5280::nc::permitted-self-issued",
            Refused,
            "constraints on names bind a self-issued certificate as well: an authority cannot take itself out of them",
        ),
        ("rfc5280::nc::nc-permits-email-exact", Refused, NO_MAIL),
        ("rfc5280::nc::nc-permits-email-domain", Refused, NO_MAIL),
        (
            "rfc5280::nc::nc-permits-email-literal-asterisk-exact-match",
            Refused,
            NO_MAIL,
        ),
        (
            "rfc5280::nc::nc-permits-email-literal-double-asterisk",
            Refused,
            NO_MAIL,
        ),
        (
            "rfc5280::nc::nc-permits-email-literal-mid-asterisk",
            Refused,
            NO_MAIL,
        ),
    ]
};

const NO_MAIL: &str = "a constraint on mail addresses cannot be judged by webpki, and nobody is known by a mail address here";

/// How we differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    /// Should fail.
    Accepted,
    /// Should succeed: stricter than needed, which is safe.
    Refused,
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
        // As it is asked for a node, wherever there are lists; most cases come without any, which for a node would mean no path.
        let found = match &lists[..] {
            [] => question.find_under(None),
            lists => question.find(lists),
        };
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
        let verdict = match (accepted.is_ok(), case.must_succeed()) {
            (true, false) => Verdict::Accepted,
            (false, true) => Verdict::Refused,
            _ => continue,
        };
        differing.push(case.id());
        let is_listed =
            |(id, listed, _): &(&str, Verdict, &str)| *id == case.id() && *listed == verdict;
        if !DIFFERENCES.iter().any(is_listed) {
            unlisted.push((case.id(), verdict, accepted));
        }
    }
    assert!(unlisted.is_empty(), "{unlisted:#?}");
    let gone = DIFFERENCES
        .iter()
        .filter(|(id, ..)| !differing.contains(id));
    assert_eq!(gone.count(), 0, "the list may shrink to {differing:?}");
}

/// C16: whatever it is, it is refused before it costs anything, because it has no SPIFFE name; no time is asserted in a test, and the
/// attack script `chains` measures what such a chain costs the gateway.
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
