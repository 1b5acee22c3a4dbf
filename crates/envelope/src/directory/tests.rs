//! Which parts count: form, signers, and their place behind the part before.

use super::*;
use crate::test_pki::*;
use crate::trust::TrustKind;
use precinto_alert::Reason;
use precinto_alert::directory::{EXAMPLE_MX, EXAMPLE_US, Stewards};
use std::sync::Arc;

const HERRERA: &str = "spiffe://mx.dev.invalid/agency/anam/officer/herrera";

struct Fixture {
    pki: Pki,
    ramirez: Issued,
}

impl Fixture {
    fn new() -> Self {
        let pki = Pki::new();
        let ramirez = pki.us.issue(&Leaf::signing(RAMIREZ));
        Self { pki, ramirez }
    }

    fn first(&self) -> Arc<SignedPart> {
        Arc::new(by(EXAMPLE_US, &[&self.ramirez]).unwrap())
    }

    fn verify(&self, signed: SignedPart) -> Result<VerifiedPart, PartRefused> {
        VerifiedPart::verify(Arc::new(signed), &self.pki.trust(), NOW_MS)
    }

    fn refused(&self, signed: SignedPart) -> Reason {
        self.verify(signed).unwrap_err().reason()
    }
}

fn by(text: &str, signers: &[&Issued]) -> Result<SignedPart, PartRefused> {
    let keys: Vec<_> = signers
        .iter()
        .map(|issued| (issued.signing_key(), issued.certificate()))
        .collect();
    let signers: Vec<_> = keys
        .iter()
        .map(|(key, certificate)| PartSigner {
            key,
            certificate,
            issuers: &[],
        })
        .collect();
    sign(text, &signers)
}

/// The part's message, changed and serialised again.
fn altered(part: &SignedPart, change: impl FnOnce(&mut pb::SignedPart)) -> Vec<u8> {
    let mut message = pb::SignedPart::decode(part.bytes()).unwrap();
    change(&mut message);
    message.encode_to_vec()
}

fn altered_envelope(part: &SignedPart, change: impl FnOnce(&mut pb::Envelope)) -> Vec<u8> {
    altered(part, |message| {
        let mut envelope = pb::Envelope::decode(message.envelope.as_slice()).unwrap();
        change(&mut envelope);
        message.envelope = envelope.encode_to_vec();
    })
}

fn next(before: &SignedPart, version: u64, change: impl FnOnce(String) -> String) -> String {
    let digest = before.digest_text();
    let line = format!("version = {version}\nprevious = \"{digest}\"");
    change(EXAMPLE_US.replace("version = 1", &line))
}

#[test]
fn a_part_that_a_steward_signed_is_read_and_verified() {
    let f = Fixture::new();
    let read = SignedPart::read(f.first().bytes().to_vec()).unwrap();
    assert_eq!(read.text(), EXAMPLE_US);
    assert_eq!(
        read.digest(),
        f.first().digest(),
        "Ed25519 is deterministic"
    );
    let stewards = read.part().stewards().clone();
    let verified = f.verify(read).unwrap();
    verified.check_first(&stewards).unwrap();
    assert_eq!(verified.officers().next().unwrap().to_string(), RAMIREZ);
    let kinds: Vec<_> = verified.relied_on().into_iter().map(|u| u.kind).collect();
    let expected = [
        TrustKind::Root,
        TrustKind::Signer,
        TrustKind::RevocationList,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(verified.chain().count(), 1);
}

#[test]
fn only_officers_of_the_side_sign_its_part() {
    let f = Fixture::new();
    let node = f.pki.us.issue(&Leaf::signing(LAX));
    assert_eq!(
        f.refused(by(EXAMPLE_US, &[&node]).unwrap()),
        Reason::StewardRequired
    );
    let herrera = f.pki.mx.issue(&Leaf::signing(HERRERA));
    assert_eq!(
        f.refused(by(EXAMPLE_US, &[&herrera]).unwrap()),
        Reason::StewardRequired
    );
    assert_eq!(
        f.refused(by(EXAMPLE_MX, &[&f.ramirez]).unwrap()),
        Reason::StewardRequired
    );
    // A certificate that names our officer under the other side's root is nobody's.
    let forged = f.pki.mx.issue(&Leaf::signing(RAMIREZ));
    assert_eq!(
        f.refused(by(EXAMPLE_US, &[&forged]).unwrap()),
        Reason::SignerUntrusted
    );
    let revoked = Leaf::signing(RAMIREZ).with(|leaf| leaf.serial = REVOKED);
    let revoked = f.pki.us.issue(&revoked);
    assert_eq!(
        f.refused(by(EXAMPLE_US, &[&revoked]).unwrap()),
        Reason::CertRevoked
    );
    let late = VerifiedPart::verify(f.first(), &f.pki.trust(), NOW_MS + 8 * DAY_MS);
    assert!(late.is_err());
}

#[test]
fn who_was_revoked_later_could_sign_then_and_all_else_is_asked_of_them_too() {
    let f = Fixture::new();
    let old = |leaf: Leaf| leaf.with(|leaf| leaf.from_ms = NOW_MS - 3 * HOUR_MS);
    let old = |leaf: Leaf, serial| f.pki.us.issue(&old(leaf).with(|leaf| leaf.serial = serial));
    let lost = old(Leaf::signing(RAMIREZ), REVOKED);
    let trust = f.pki.trust();
    let (before_ms, since_ms) = (NOW_MS - 2 * HOUR_MS, NOW_MS - HOUR_MS);
    let as_of = |part: SignedPart, ms| VerifiedPart::verify_as_of(Arc::new(part), &trust, ms);
    let part = || by(EXAMPLE_US, &[&lost]).unwrap();
    let verified = as_of(part(), before_ms).unwrap();
    assert_eq!(verified.revoked_since_ms(), Some(since_ms));
    verified.check_first(part().part().stewards()).unwrap();
    for ms in [since_ms, NOW_MS] {
        let error = as_of(part(), ms).unwrap_err();
        assert_eq!(error.reason(), Reason::CertRevoked);
    }
    let now = VerifiedPart::verify(Arc::new(part()), &trust, before_ms);
    assert_eq!(now.unwrap_err().reason(), Reason::CertRevoked);
    let sound = old(Leaf::signing(RAMIREZ), 7);
    let sound = as_of(by(EXAMPLE_US, &[&sound]).unwrap(), before_ms).unwrap();
    assert_eq!(sound.revoked_since_ms(), None);

    let forged = altered_envelope(&part(), |e| e.signatures[0].sig[5] ^= 1);
    let forged = as_of(SignedPart::read(forged).unwrap(), before_ms).unwrap_err();
    assert_eq!(forged.reason(), Reason::SigBad);
    let other = old(Leaf::signing(LAX), REVOKED);
    let other = as_of(by(EXAMPLE_US, &[&other]).unwrap(), before_ms).unwrap_err();
    assert_eq!(other.reason(), Reason::StewardRequired);
}

#[test]
fn an_officer_with_two_certificates_signs_once() {
    let f = Fixture::new();
    let again = f.pki.us.issue(&Leaf::signing(RAMIREZ));
    let twice = by(EXAMPLE_US, &[&f.ramirez, &again]).unwrap();
    assert_eq!(f.refused(twice), Reason::SignatureRepeated);
    let same = by(EXAMPLE_US, &[&f.ramirez, &f.ramirez]).unwrap_err();
    assert_eq!(same.reason(), Reason::SignatureRepeated);
}

#[test]
fn other_bytes_are_another_part_or_none() {
    let f = Fixture::new();
    let first = f.first();
    let unknown_field = [first.bytes(), &[0x7a, 0x01, 0x00]].concat();
    let idle = f.pki.us.issue(&Leaf::signing(LAX));
    let statement = crate::pae::PAYLOAD_TYPE;
    for (bytes, reason) in [
        (b"no part".to_vec(), Reason::Malformed),
        (unknown_field, Reason::NonCanonical),
        (
            altered(&first, |part| part.certificates.push(idle.der.clone())),
            Reason::NonCanonical,
        ),
        (
            altered(&first, |part| {
                part.certificates.push(part.certificates[0].clone());
            }),
            Reason::NonCanonical,
        ),
        (
            altered(&first, |part| part.certificates.clear()),
            Reason::SignerUnknown,
        ),
        (
            altered_envelope(&first, |e| e.signatures.clear()),
            Reason::SignatureCount,
        ),
        (
            altered_envelope(&first, |e| e.payload_type = statement.to_owned()),
            Reason::PayloadType,
        ),
        (
            altered_envelope(&first, |e| e.payload.push(0xff)),
            Reason::Malformed,
        ),
        (
            altered_envelope(&first, |e| e.payload = b"side = 3".to_vec()),
            Reason::Malformed,
        ),
        (vec![0; SIGNED_PART_BYTES_MAX + 1], Reason::Size),
    ] {
        assert_eq!(SignedPart::read(bytes).unwrap_err().reason(), reason);
    }
    for change in [
        |e: &mut pb::Envelope| e.payload.push(b'\n'),
        |e: &mut pb::Envelope| e.signatures[0].sig[5] ^= 1,
    ] {
        let part = SignedPart::read(altered_envelope(&first, change)).unwrap();
        assert_eq!(f.refused(part), Reason::SigBad);
    }
    let part = SignedPart::read(altered_envelope(&first, |e| e.signatures[0].alg = 2)).unwrap();
    assert_eq!(f.refused(part), Reason::AlgorithmRefused);
}

#[test]
fn a_signature_over_a_statement_is_none_over_a_part() {
    let f = Fixture::new();
    let key = f.ramirez.signing_key();
    let envelope = crate::sign::sign(EXAMPLE_US.into(), &[(&key, f.ramirez.digest())]);
    let part = altered_envelope(&f.first(), |e| e.signatures = envelope.signatures);
    assert_eq!(f.refused(SignedPart::read(part).unwrap()), Reason::SigBad);
}

#[test]
fn the_next_part_is_one_version_on_and_on_top_of_the_one_before() {
    let f = Fixture::new();
    let first = f.first();
    let verified = |text: &str| f.verify(by(text, &[&f.ramirez]).unwrap()).unwrap();
    let second = verified(&next(&first, 2, |text| text));
    second.check_follows(&first).unwrap();
    let third = verified(&next(second.signed(), 3, |text| text));
    third.check_follows(second.signed()).unwrap();
    let wrong = |part: &VerifiedPart, before: &SignedPart| part.check_follows(before).unwrap_err();
    let version = |found, expected| SuccessionError::Version { found, expected };
    assert_eq!(wrong(&third, &first), version(3, 2));
    assert_eq!(wrong(&second, second.signed()), version(2, 3));
    let skewed = verified(&next(second.signed(), 2, |text| text));
    assert_eq!(wrong(&skewed, &first), SuccessionError::Previous);
    let herrera = f.pki.mx.issue(&Leaf::signing(HERRERA));
    let other = by(EXAMPLE_MX, &[&herrera]).unwrap();
    assert_eq!(wrong(&second, &other), SuccessionError::Side);
    let stewards = first.part().stewards();
    assert_eq!(second.check_first(stewards), Err(version(2, 1)));
}

#[test]
fn the_stewards_of_the_part_before_decide() {
    let f = Fixture::new();
    let lee = "spiffe://us.dev.invalid/agency/oig/officer/lee";
    // The second part hands over to Lee, so Ramirez signs it, and only Lee the third.
    let hand_over = |text: String| {
        let code = "code = \"OIGAUD\"\n";
        let officer = format!("{code}\n[[agency.officer]]\nid = \"lee\"\nnodes = [\"audit\"]\n");
        text.replace(RAMIREZ, lee).replace(code, &officer)
    };
    let lee = f.pki.us.issue(&Leaf::signing(lee));
    let first = f.first();
    let text = next(&first, 2, hand_over);
    let by_lee = f.verify(by(&text, &[&lee]).unwrap()).unwrap();
    let refused = Err(SuccessionError::Stewards { needed: 1 });
    assert_eq!(by_lee.check_follows(&first), refused);
    let by_both = by(&text, &[&f.ramirez]).unwrap();
    let (key, certificate) = (lee.signing_key(), lee.certificate());
    let signer = PartSigner {
        key: &key,
        certificate: &certificate,
        issuers: &[],
    };
    let by_both = by_both.countersigned(&[signer]).unwrap();
    let by_both = f.verify(by_both).unwrap();
    assert_eq!(by_both.officers().count(), 2);
    assert_eq!(by_both.check_follows(&first), refused, "a stranger beside");
    let second = f.verify(by(&text, &[&f.ramirez]).unwrap()).unwrap();
    second.check_follows(&first).unwrap();
    let third = next(second.signed(), 3, hand_over);
    let by_old = f.verify(by(&third, &[&f.ramirez]).unwrap()).unwrap();
    assert_eq!(by_old.check_follows(second.signed()), refused);
    let by_new = f.verify(by(&third, &[&lee]).unwrap()).unwrap();
    by_new.check_follows(second.signed()).unwrap();
}

#[test]
fn a_first_part_names_the_stewards_that_it_was_expected_from() {
    let f = Fixture::new();
    let first = f.verify(by(EXAMPLE_US, &[&f.ramirez]).unwrap()).unwrap();
    let expected = Stewards {
        officers: ["spiffe://us.dev.invalid/agency/cbp/officer/lee"
            .parse()
            .unwrap()]
        .into(),
        needed: 1,
    };
    let refused = first.check_first(&expected);
    assert_eq!(refused, Err(SuccessionError::FirstStewards));
}
