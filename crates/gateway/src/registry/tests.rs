//! Who is known, whom a name stands for, and in what parts must not contradict each other.

use std::sync::LazyLock;

use precinto_alert::directory::{EXAMPLE_MX, EXAMPLE_US};
use precinto_alert::{Lang, Reason};
use precinto_envelope::certificate::Certificate;
use precinto_envelope::crypto::SigningKey;
use precinto_envelope::directory::{PartSigner, sign};
use rcgen::{CertificateParams, KeyPair, PKCS_ED25519};

use super::*;
use crate::in_force::{Seat, Terms};

pub(crate) fn sides() -> [SideCountry; 2] {
    [("us.dev.invalid", "US"), ("mx.dev.invalid", "MX")].map(|(side, country)| SideCountry {
        side: side.parse().unwrap(),
        country: country.to_owned(),
    })
}

/// A part that somebody has signed: who, is not asked here.
pub(crate) fn signed(text: &str) -> Arc<SignedPart> {
    static SOMEBODY: LazyLock<(Certificate, Vec<u8>)> = LazyLock::new(|| {
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let certificate = CertificateParams::default().self_signed(&key).unwrap();
        let certificate = Certificate::parse(certificate.der()).unwrap();
        (certificate, key.serialize_der())
    });
    let (certificate, key) = &*SOMEBODY;
    let signer = PartSigner {
        key: &SigningKey::from_pkcs8_der(key).unwrap(),
        certificate,
        issuers: &[],
    };
    Arc::new(sign(text, &[signer]).unwrap())
}

pub(crate) fn combined(us: &str, mx: &str) -> Result<Directory, Vec<Violation>> {
    Directory::combine([signed(us), signed(mx)], &sides())
}

pub(crate) fn example() -> Directory {
    combined(EXAMPLE_US, EXAMPLE_MX).unwrap()
}

fn problems(us: &str, mx: &str) -> Vec<(String, Reason)> {
    let problems = combined(us, mx).unwrap_err();
    let pair = |problem: Violation| (problem.field, problem.reason);
    problems.into_iter().map(pair).collect()
}

fn agency(text: &str) -> AgencyId {
    text.parse().unwrap()
}

#[test]
fn recipients_stand_for_agencies_or_for_an_officers_nodes() {
    let directory = example();
    let cbp = agency("us.dev.invalid/cbp");
    let anam = agency("mx.dev.invalid/anam");
    let resolve = |recipient| directory.resolve(&recipient, &cbp);
    let to_anam = Some(Resolved {
        agencies: vec![anam.clone()],
        nodes: vec![],
    });
    assert_eq!(resolve(Recipient::Agency(anam.clone())), to_anam);
    assert_eq!(
        resolve(Recipient::Topic("fentanyl-precursors".into())),
        to_anam
    );
    // Each side lists its own members; the sender is one of them, and does not get its own message back.
    assert_eq!(directory.group("air-cargo"), [anam.clone(), cbp.clone()]);
    assert_eq!(resolve(Recipient::Group("air-cargo".into())), to_anam);
    let herrera = OfficerId::new(anam.clone(), "herrera").unwrap();
    let nlu = NodeId::new(anam.clone(), "nlu").unwrap();
    let to_nlu = Some(Resolved {
        agencies: vec![],
        nodes: vec![nlu],
    });
    assert_eq!(resolve(Recipient::Officer(herrera)), to_nlu);

    assert_eq!(
        resolve(Recipient::Agency(agency("mx.dev.invalid/sat"))),
        None
    );
    assert_eq!(
        resolve(Recipient::Group("fentanyl-precursors".into())),
        None
    );
    assert_eq!(
        resolve(Recipient::Officer(OfficerId::new(anam, "nobody").unwrap())),
        None
    );
}

#[test]
fn a_topic_that_only_the_sender_reads_stands_for_nobody() {
    let directory = example();
    let topic = Recipient::Topic("fentanyl-precursors".into());
    assert_eq!(
        directory.resolve(&topic, &agency("mx.dev.invalid/anam")),
        None
    );
}

#[test]
fn a_name_is_joint_only_when_both_sides_say_so() {
    let unmarked = |part: &str| {
        part.replace("joint = true\n", "")
            .replace("joint = true", "")
    };
    let (us, mx) = (unmarked(EXAMPLE_US), unmarked(EXAMPLE_MX));
    let clash = [("group[air-cargo]".to_owned(), Reason::Repeated)];
    for (us, mx) in [
        (us.as_str(), mx.as_str()),
        (EXAMPLE_US, &mx),
        (&us, EXAMPLE_MX),
    ] {
        assert_eq!(problems(us, mx), clash);
        // Whichever part comes later.
        let turned = Directory::combine([signed(mx), signed(us)], &sides()).unwrap_err();
        assert_eq!(turned[0].reason, Reason::Repeated);
    }
    // A mark by itself takes nothing from anybody, and lets nobody in.
    let other = EXAMPLE_US.replace("\"air-cargo\"", "\"us-cargo\"");
    let directory = combined(&other, &mx).unwrap();
    assert_eq!(
        directory.group("air-cargo"),
        [agency("mx.dev.invalid/anam")]
    );
    assert_eq!(directory.group("us-cargo"), [agency("us.dev.invalid/cbp")]);
    // What is a topic of one side is not one of the other without its word either.
    let topic =
        "\n[[topic]]\nname = \"fentanyl-precursors\"\nsubscribers = [\"us.dev.invalid/cbp\"]\n";
    let error = example()
        .with(&signed(&format!("{EXAMPLE_US}{topic}")))
        .unwrap_err();
    assert_eq!(error[0].field, "topic[fentanyl-precursors]");
}

#[test]
fn a_code_belongs_to_one_node_of_all_sides() {
    let directory = example();
    let lax = NodeId::new(agency("us.dev.invalid/cbp"), "lax").unwrap();
    assert_eq!(directory.node_of_code("CBPLAX"), Some(&lax));
    assert_eq!(directory.node_of_code("CBPJFK"), None);
    let squatted = EXAMPLE_MX.replace("\"ANAMNLU\"", "\"CBPLAX\"");
    let found = problems(EXAMPLE_US, &squatted);
    let field = "spiffe://mx.dev.invalid/agency/anam/node/nlu.code";
    assert_eq!(found, [(field.to_owned(), Reason::Repeated)]);
    // Also when it comes as another part of a directory that is in force.
    let error = directory.with(&signed(&squatted)).unwrap_err();
    assert_eq!(error[0].reason, Reason::Repeated);
}

#[test]
fn every_side_has_one_part_and_no_other_side_any() {
    let [us, mx] = sides();
    let parts = || [signed(EXAMPLE_US), signed(EXAMPLE_MX)];
    let reason = |parts: Vec<_>, sides: &[SideCountry]| {
        let problems = Directory::combine(parts, sides).unwrap_err();
        assert_eq!(problems.len(), 1);
        problems[0].reason
    };
    let both = [us.clone(), mx];
    assert_eq!(
        reason(vec![signed(EXAMPLE_US)], &both),
        Reason::FieldMissing
    );
    assert_eq!(reason(parts().into(), &[us]), Reason::TrustDomainUnknown);
}

#[test]
fn records_name_the_part_of_each_side() {
    let directory = example();
    let refs: Vec<_> = directory.trust_refs().collect();
    let mx = signed(EXAMPLE_MX).digest().to_vec();
    assert_eq!(refs.len(), 2);
    assert_eq!(
        (refs[0].kind(), &refs[0].digest),
        (pb::TrustKind::Directory, &mx)
    );
    let next = EXAMPLE_US.replace(
        "version = 1",
        &format!("version = 2\nprevious = \"{}\"", "0".repeat(64)),
    );
    let changed = directory.with(&signed(&next)).unwrap();
    let after: Vec<_> = changed.trust_refs().collect();
    assert_eq!(refs[0], after[0]);
    assert_ne!(refs[1], after[1]);
}

#[test]
fn a_witness_key_is_one_for_cosignatures_and_one_nodes_own() {
    use precinto_merkle::cosignature::CosignatureSigner;
    use precinto_merkle::note::NoteSigner;
    let key = || SigningKey::from_ed25519_seed([3; 32]);
    let witness = |name: &str| CosignatureSigner::new(name, key()).unwrap().verifier();
    let add = |text: &str, code: &str, key: &str| {
        let code = format!("code = \"{code}\"\n");
        text.replace(&code, &format!("{code}witness = \"{key}\"\n"))
    };
    let us = |key: &str| add(EXAMPLE_US, "CBPLAX", key);
    let one = witness("lax").to_string();
    let directory = combined(&us(&one), EXAMPLE_MX).unwrap();
    let lax = NodeId::new(agency("us.dev.invalid/cbp"), "lax").unwrap();
    let nlu = NodeId::new(agency("mx.dev.invalid/anam"), "nlu").unwrap();
    assert_eq!(directory.witness_of(&lax), Some(&witness("lax")));
    assert_eq!(directory.witness_of(&nlu), None);
    // The same key under another name is still the same key, on whichever side.
    let mx = add(EXAMPLE_MX, "ANAMNLU", &witness("nlu").to_string());
    assert_eq!(problems(&us(&one), &mx)[0].1, Reason::Repeated);
    let log = NoteSigner::new("lax", key())
        .unwrap()
        .verifier()
        .to_string();
    for wrong in [log.as_str(), "nonsense"] {
        assert_eq!(problems(&us(wrong), EXAMPLE_MX)[0].1, Reason::FieldFormat);
    }
}

#[tokio::test(start_paused = true)]
async fn another_directory_comes_into_force_when_nobody_decides_by_the_one_before() {
    use std::time::Duration;
    let seat = Seat::for_tests(example());
    let mut in_force = seat.in_force();
    let wait = Duration::from_secs(2);
    let held = in_force.hold().await;
    assert!(seat.change(wait).await.is_none(), "somebody is deciding");
    drop(held);
    let change = seat.change(wait).await.unwrap();
    let deciding = tokio::spawn({
        let in_force = in_force.clone();
        async move { in_force.hold().await.has_node(&node("jfk")) }
    });
    tokio::task::yield_now().await;
    assert!(!deciding.is_finished(), "decided while the part is logged");
    assert!(!in_force.has_news());
    let us = EXAMPLE_US.replace("\"lax\"", "\"jfk\"");
    let next = in_force.now().with(&signed(&us)).unwrap();
    change.put_in_force(Terms {
        directory: Arc::new(next),
        trust: in_force.trust(),
    });
    assert!(deciding.await.unwrap(), "by the new one");
    in_force.news().await;
    assert!(!in_force.look().directory.has_node(&node("lax")));
}

fn node(name: &str) -> NodeId {
    NodeId::new(agency("us.dev.invalid/cbp"), name).unwrap()
}

/// The example, with policies on both sides that permit everything.
pub(crate) fn hostile() -> Directory {
    let all = "\npolicy = '@id(\"all\") permit (principal, action, resource);'\n";
    let with = |part: &str| {
        let line = "stewards_needed = 1\n";
        assert!(part.contains(line));
        part.replace(line, &format!("{line}{all}"))
    };
    combined(&with(EXAMPLE_US), &with(EXAMPLE_MX)).unwrap()
}

#[test]
fn a_part_with_a_policy_that_is_none_is_refused_with_its_place() {
    let with = |policy: &str| {
        let line = "stewards_needed = 1\n";
        EXAMPLE_MX.replace(line, &format!("{line}policy = \'\'\'\n{policy}\n\'\'\'\n"))
    };
    let sound = "@id(\"x\") forbid (principal, action, resource) when { resource.tear_line };";
    assert!(combined(EXAMPLE_US, &with(sound)).is_ok());
    let wrong = with(&format!(
        "{sound}\n@id(\"y\") forbid (principal, action, resource) when {{ resource.x }};"
    ));
    let wrong = combined(EXAMPLE_US, &wrong).unwrap_err();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert_eq!(wrong[0].reason, Reason::PolicyInvalid);
    assert_eq!(wrong[0].field, "mx.dev.invalid.policy");
    let [en, es] = [Lang::En, Lang::Es].map(|lang| wrong[0].detail.text(lang).to_owned());
    assert!(
        en.starts_with("line 2, column ") && en.contains("y: "),
        "{en}"
    );
    assert!(es.starts_with("renglón 2, columna "), "{es}");
}
