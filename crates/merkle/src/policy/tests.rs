//! What a policy accepts, what it refuses, and when its quorum is met.

use super::*;
use crate::checkpoint::{Checkpoint, Origin};
use crate::cosignature::CosignatureSigner;
use crate::note::NoteSigner;
use precinto_envelope::crypto::SigningKey;

fn log() -> NoteSigner {
    NoteSigner::new("gw.example/log", SigningKey::from_ed25519_seed([1; 32])).unwrap()
}

fn witness(seed: u8) -> CosignatureSigner {
    let name = format!("witness.example/{seed}");
    CosignatureSigner::new(&name, SigningKey::from_ed25519_seed([seed; 32])).unwrap()
}

fn vkey(seed: u8) -> String {
    witness(seed).verifier().to_string()
}

/// The specification's example: two of X1 to X3, and one of Y1 to Y3.
fn two_levels() -> String {
    let witness = |name: &str, seed| format!("witness {name} {}\n", vkey(seed));
    [
        format!(
            "# both sides\n\nlog {} https://gw.example/log\n",
            log().verifier()
        ),
        witness("X1", 11),
        witness("X2", 12),
        witness("X3", 13),
        "group X-witnesses 2 X1 X2 X3\n".to_owned(),
        witness("Y1", 21),
        format!(" \twitness\tY2  {} https://y2.example/ \n", vkey(22)),
        witness("Y3", 23),
        "group Y-witnesses any Y1 Y2 Y3\n".to_owned(),
        "group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n".to_owned(),
    ]
    .concat()
}

#[test]
fn a_quorum_of_groups_is_met_by_enough_of_each_and_by_nothing_less() {
    let policy = Policy::parse(two_levels()).unwrap();
    assert_eq!(policy.logs(), [log().verifier()]);
    assert_eq!(policy.witnesses().len(), 6);
    let met = |seeds: &[u8]| {
        let cosigned: Vec<NoteVerifier> =
            seeds.iter().map(|seed| witness(*seed).verifier()).collect();
        policy.is_met(|key| cosigned.contains(key))
    };
    for enough in [
        &[11, 12, 21][..],
        &[11, 13, 22],
        &[12, 13, 23],
        &[11, 12, 13, 21, 22, 23],
    ] {
        assert!(met(enough), "{enough:?}");
    }
    for too_few in [
        &[][..],
        &[11, 12],
        &[11, 12, 13],
        &[11, 21],
        &[21, 22, 23],
        &[11, 99, 21],
    ] {
        assert!(!met(too_few), "{too_few:?}");
    }
}

#[test]
fn a_single_witness_may_be_the_quorum_and_none_makes_nothing_witnessed() {
    let line = format!("witness W {}\n", vkey(11));
    let single = Policy::parse(format!("{line}quorum W\n")).unwrap();
    assert!(single.asks_for_witnesses());
    assert!(single.is_met(|key| *key == witness(11).verifier()));
    assert!(!single.is_met(|_| false));
    let member = format!("{line}group G any W\nquorum W\n");
    assert!(
        Policy::parse(member).is_ok(),
        "the quorum may be a member of a group"
    );
    let none = Policy::parse(format!("{line}quorum none\n")).unwrap();
    assert!(!none.asks_for_witnesses());
    assert!(none.is_met(|_| false));
    let note = cosigned(&[11]);
    assert_eq!(single.grade(&note), Ok(Grade::Witnessed));
    assert_eq!(none.grade(&note), Ok(Grade::Local));
}

/// A checkpoint with cosignatures of these witnesses.
fn cosigned(seeds: &[u8]) -> SignedCheckpoint {
    let checkpoint = Checkpoint {
        origin: Origin::parse("gw.example/log").unwrap(),
        size: 7,
        root: [7; 32],
    };
    let signed = checkpoint.sign(&log()).unwrap();
    seeds.iter().fold(signed, |signed, seed| {
        let line = witness(*seed).cosign(&checkpoint, 1_795_000_000).unwrap();
        signed.with_cosignatures(&line).unwrap()
    })
}

#[test]
fn the_grade_counts_only_cosignatures_that_hold() {
    let policy = Policy::parse(two_levels()).unwrap();
    assert_eq!(policy.grade(&cosigned(&[11, 12, 21])), Ok(Grade::Witnessed));
    assert_eq!(policy.grade(&cosigned(&[11, 12])), Ok(Grade::Local));
    assert_eq!(policy.grade(&cosigned(&[])), Ok(Grade::Local));
    // Somebody else's lines do not count, and the log's own least of all.
    assert_eq!(policy.grade(&cosigned(&[31, 32, 33])), Ok(Grade::Local));
    // A known witness's line that was made over another tree.
    let other = Checkpoint {
        origin: Origin::parse("gw.example/log").unwrap(),
        size: 8,
        root: [8; 32],
    };
    let line = witness(11).cosign(&other, 1_795_000_000).unwrap();
    let bent = cosigned(&[12, 21]).with_cosignatures(&line).unwrap();
    assert!(matches!(
        policy.grade(&bent),
        Err(NoteError::Signature { .. })
    ));
}

/// Each text is refused in this line for this fault.
fn refused(texts: &[(&str, usize, PolicyFault)]) {
    let alias = CosignatureSigner::new("alias", SigningKey::from_ed25519_seed([11; 32]));
    let bent = vkey(11).replacen("witness.example/11", "witness.example/12", 1);
    for (text, line, fault) in texts {
        let text = text
            .replace("<a>", &vkey(11))
            .replace("<b>", &vkey(12))
            .replace("<alias>", &alias.as_ref().unwrap().verifier().to_string())
            .replace("<bent>", &bent)
            .replace("<log>", &log().verifier().to_string());
        let error = PolicyError {
            line: *line,
            fault: *fault,
        };
        assert_eq!(Policy::parse(&text), Err(error), "{text:?}");
    }
}

#[test]
fn lines_that_are_none_of_a_policy_are_refused() {
    use PolicyFault as F;
    refused(&[
        ("", 1, F::QuorumMissing),
        ("quorum none", 1, F::Unended),
        ("quorum none\nquorum none\n", 2, F::QuorumTwice),
        ("Quorum none\n", 1, F::Form),
        ("witness W\n", 1, F::Form),
        ("witness W <a> url more\n", 1, F::Form),
        ("witness W <a>\ngroup G any\n", 2, F::Form),
        ("# \r\nquorum none\n", 1, F::Characters),
        ("\u{7f}\n", 1, F::Characters),
        (&"\n".repeat(POLICY_BYTES_MAX + 1), 1, F::Size),
    ]);
}

#[test]
fn keys_that_are_wrong_or_stand_twice_are_refused() {
    use PolicyFault as F;
    refused(&[
        ("witness W <log>\n", 1, F::Kind),
        ("log <a>\n", 1, F::Kind),
        ("witness W <bent>\n", 1, F::Key(VkeyError::KeyId)),
        ("witness W <a>\nwitness V <a>\n", 2, F::KeyTwice),
        // The same key under another name has another id, and is the same witness.
        ("witness W <a>\nwitness V <alias>\n", 2, F::KeyTwice),
        ("log <log>\nlog <log>\n", 2, F::KeyTwice),
    ]);
}

#[test]
fn names_and_thresholds_that_make_no_sense_are_refused() {
    use PolicyFault as F;
    refused(&[
        ("quorum W\n", 1, F::NameUnknown),
        ("quorum W\nwitness W <a>\n", 1, F::NameUnknown),
        ("witness none <a>\n", 1, F::NameTaken),
        ("witness W <a>\nwitness W <b>\n", 2, F::NameTaken),
        ("witness W <a>\ngroup W any W\n", 2, F::NameTaken),
        ("witness W <a>\ngroup G any none\n", 2, F::NameUnknown),
        ("witness W <a>\ngroup G any G\n", 2, F::NameUnknown),
        ("witness W <a>\ngroup G any W W\n", 2, F::MemberTwice),
        (
            "witness W <a>\ngroup G any W\ngroup H any W\n",
            3,
            F::MemberTwice,
        ),
        ("witness W <a>\ngroup G 0 W\n", 2, F::Threshold),
        ("witness W <a>\ngroup G 2 W\n", 2, F::Threshold),
        ("witness W <a>\ngroup G 01 W\n", 2, F::Threshold),
        ("witness W <a>\ngroup G most W\n", 2, F::Threshold),
    ]);
}

#[test]
fn names_are_octets() {
    let mut text = b"witness \xff ".to_vec();
    text.extend_from_slice(vkey(11).as_bytes());
    text.extend_from_slice(b"\nquorum \xff\n");
    let policy = Policy::parse(text).unwrap();
    assert!(policy.is_met(|_| true));
}

#[test]
fn a_policy_has_a_limit() {
    let group = |n: usize| {
        format!(
            "group G{n} any {}\n",
            if n == 0 {
                "W".to_owned()
            } else {
                format!("G{}", n - 1)
            }
        )
    };
    let chain = |groups: usize| -> String {
        let groups: String = (0..groups).map(group).collect();
        format!("witness W {}\n{groups}quorum W\n", vkey(11))
    };
    assert!(Policy::parse(chain(POLICY_NAMES_MAX - 1)).is_ok());
    let fault = Policy::parse(chain(POLICY_NAMES_MAX)).unwrap_err().fault;
    assert_eq!(fault, PolicyFault::Size);
}
