//! Frauds with the directory: an operator holds every key of the gateway, and none of the stewards'.

use crate::forger::Forgery;
use crate::real_log::{ENTRIES, FIRST_STATEMENT, PART_MX, PART_US, PARTS, real_log};
use precinto_audit::Verdict;
use precinto_envelope::crypto::sha256;
use precinto_proto::v1 as pb;
use prost::Message;

/// What is found in the forged files, and at which entries.
fn found(fraud: impl FnOnce(&mut Forgery)) -> Vec<(&'static str, Option<u64>)> {
    let mut forgery = Forgery::of(real_log());
    fraud(&mut forgery);
    let report = real_log().audit(forgery.write().path());
    let findings = report.findings.iter();
    findings
        .map(|finding| (finding.code(), finding.place.entry))
        .collect()
}

/// The text as the part that follows the first one of its side.
fn second(text: &str) -> String {
    let [us, mx] = &real_log().stewards;
    let steward = if text == PART_US { us } else { mx };
    let (first, _) = real_log().part(text, &[steward]);
    let digest = sha256(&[&first]);
    let digest = precinto_envelope::hex(&digest);
    text.replace(
        "version = 1",
        &format!("version = 2\nprevious = \"{digest}\""),
    )
}

/// Where a part stands that is added to the log.
const ADDED: Option<u64> = Some(ENTRIES as u64);

/// What is found when the log ends with this part.
fn with_part(
    text: &str,
    signers: &[&precinto_tests::pki::Issued],
) -> Vec<(&'static str, Option<u64>)> {
    found(|log| log.push_trust(real_log().part(text, signers)))
}

#[test]
fn what_a_steward_signs_in_its_turn_is_no_fraud() {
    let [us, mx] = &real_log().stewards;
    assert_eq!(with_part(&second(PART_US), &[us]), []);
    let joined = second(PART_MX) + "[[agency.node]]\nname = \"nld\"\ncode = \"SATNLD\"\n";
    assert_eq!(with_part(&joined, &[mx]), []);
}

#[test]
fn the_text_of_a_part_is_altered() {
    // Nobody is added to an agency's mail through a directory: its steward's signature is over another text.
    let altered = found(|log| {
        let at = PARTS[1];
        let mut part = pb::SignedPart::decode(log.entries[at].content.as_slice()).expect("a part");
        let mut envelope = pb::Envelope::decode(part.envelope.as_slice()).expect("an envelope");
        let text = String::from_utf8(envelope.payload).expect("a text");
        envelope.payload = text.replace("Tax Administration", "Treasury").into_bytes();
        part.envelope = envelope.encode_to_vec();
        log.replace_trust(at, part.encode_to_vec());
    });
    assert_eq!(altered, [("DIRECTORY_SIGNER", Some(PARTS[1] as u64))]);
}

#[test]
fn a_steward_signs_another_first_part_afterwards() {
    // The operator and a steward together can make a sound log of it, but not one that goes with what others hold.
    let [_, mx] = &real_log().stewards;
    let mut log = Forgery::of(real_log());
    let altered = PART_MX.replace("Tax Administration", "Treasury");
    log.replace_trust(PARTS[1], real_log().part(&altered, &[mx]).0);
    let folder = log.write();
    assert_eq!(real_log().audit(folder.path()).verdict(), Verdict::Clean);
    let held = &real_log().checkpoints[ENTRIES - 1];
    let report = real_log().audit_against(folder.path(), &[held]);
    assert!(report.has("ROOT_CONTRADICTED"), "{report}");
    let held = &real_log().receipts[FIRST_STATEMENT];
    let report = real_log().audit_against(folder.path(), &[held]);
    assert!(report.has("ENTRY_ALTERED"), "{report}");
}

#[test]
fn a_part_is_signed_by_a_stranger() {
    let signer = [("DIRECTORY_SIGNER", ADDED)];
    let text = second(PART_US);
    // An officer of the side whom nobody has made a steward, though he names himself one.
    let lee = real_log().us().officer_signer("cbp", "lee");
    assert_eq!(with_part(&text, &[&lee]), signer);
    assert_eq!(with_part(&text.replace("ramirez", "lee"), &[&lee]), signer);
    // A steward beside whom somebody else has signed.
    let [us, mx] = &real_log().stewards;
    assert_eq!(with_part(&text, &[us, &lee]), signer);
    // A steward's name under a root of the operator's own making.
    let own_root = precinto_tests::pki::Authority::new("us.dev.invalid", crate::real_log::NOW_MS);
    let forged = own_root.officer_signer("cbp", "ramirez");
    assert_eq!(with_part(&text, &[&forged]), signer);
    // The other side's steward, and a node.
    assert_eq!(with_part(&text, &[mx]), signer);
    assert_eq!(with_part(&text, &[real_log().us_signer()]), signer);
    assert_eq!(with_part(&text, &[]), signer);
}

#[test]
fn a_version_is_left_out_or_comes_again() {
    let [us, _] = &real_log().stewards;
    let version = [("DIRECTORY_VERSION", ADDED)];
    let skipped = second(PART_US).replace("version = 2", "version = 3");
    assert_eq!(with_part(&skipped, &[us]), version);
    let again = PART_US.replace("Customs", "Guards");
    assert_eq!(with_part(&again, &[us]), version);
    let unrelated = second(PART_US).replace("previous = \"", "previous = \"00");
    assert_eq!(with_part(&unrelated, &[us]), version);
}

#[test]
fn a_part_reaches_into_the_other_side() {
    let [us, _] = &real_log().stewards;
    let side = [("DIRECTORY_SIDE", ADDED)];
    let agency = second(PART_US) + "[[agency]]\nid = \"mx.dev.invalid/fgr\"\n";
    assert_eq!(with_part(&agency, &[us]), side);
    let member =
        second(PART_US) + "[[group]]\nname = \"all\"\nmembers = [\"mx.dev.invalid/sat\"]\n";
    assert_eq!(with_part(&member, &[us]), side);
    // Whoever has the code of a node can give out its alert ids.
    let code = second(PART_US).replace("CBPLAX", "SATMEX");
    assert_eq!(with_part(&code, &[us]), side);
}

#[test]
fn a_steward_signs_what_no_gateway_takes() {
    let [us, mx] = &real_log().stewards;
    let content = [("DIRECTORY_CONTENT", ADDED)];
    // A second list of one's own under a name that counts once, and a code of another agency of the side.
    let group = "[[group]]\nname = \"cargo\"\nmembers = []\n";
    let twice = second(PART_US) + group + group;
    assert_eq!(with_part(&twice, &[us]), content);
    let moved = second(PART_MX).replace("ANMMEX", "ANMNEW");
    let taken = moved.replace("SATMEX", "ANMMEX");
    assert_eq!(with_part(&moved, &[mx]), []);
    assert_eq!(with_part(&taken, &[mx]), content);
}

#[test]
fn a_record_goes_by_a_part_that_was_replaced() {
    let [_, mx] = &real_log().stewards;
    let next = real_log().part(&second(PART_MX), &[mx]);
    let digest = sha256(&[&next.0]).to_vec();
    let said = real_log().statement(40);
    let old = found(|log| {
        log.push_trust(next.clone());
        log.push_statement(&said);
    });
    let behind = Some(ENTRIES as u64 + 1);
    assert_eq!(old, [("DIRECTORY_NAMED", behind)]);
    let name = |change: fn(&mut Vec<pb::TrustRef>, Vec<u8>)| {
        found(|log| {
            log.push_trust(next.clone());
            log.push_statement(&said);
            log.record(ENTRIES + 1, |record| {
                change(&mut record.trust, digest.clone());
            });
        })
    };
    let newest = name(|trust, digest| {
        let named = trust.iter_mut().rev();
        let mut named = named.filter(|used| used.kind() == pb::TrustKind::Directory);
        named.next().expect("the part of Mexico").digest = digest;
    });
    assert_eq!(newest, []);
    let one_side_only = name(|trust, _| {
        let mut parts = 0;
        trust.retain(|used| {
            parts += usize::from(used.kind() == pb::TrustKind::Directory);
            used.kind() != pb::TrustKind::Directory || parts > 1
        });
    });
    assert!(
        one_side_only.contains(&("DIRECTORY_NAMED", behind)),
        "{one_side_only:?}"
    );
}
