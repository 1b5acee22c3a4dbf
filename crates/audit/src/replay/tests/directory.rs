//! Parts of the directory: which of them a log may hold, and which of them a record must name.

use super::*;
use crate::specimen::PART;

/// Officers with their certificates.
type Signers = Vec<(SigningKey, Vec<u8>)>;

/// Where the next part stands: behind everything else.
const NEXT: u64 = 8;

/// The part that follows the first one, with this change of its text.
fn next(site: &Site, change: impl Fn(&str) -> String) -> String {
    let first = site.part_entry(PART, &[site.steward()]);
    let digest = precinto_envelope::hex(&first.digest);
    let head = format!("version = 2\nprevious = \"{digest}\"");
    change(&PART.replace("version = 1", &head))
}

/// The same as an entry, ten seconds after everything else.
fn entry(site: &Site, text: &str, signers: &[&(SigningKey, Vec<u8>)]) -> Draft {
    Draft {
        time_ms: NOW_MS + 110 * SECOND_MS,
        ..site.part_entry(text, signers)
    }
}

/// What is found in a log that ends with a part with this change, signed by the steward.
fn with(change: impl Fn(&str) -> String) -> Vec<(&'static str, Option<u64>)> {
    after(|site, drafts| {
        let text = next(site, change);
        drafts.push(entry(site, &text, &[site.steward()]));
    })
}

#[test]
fn a_part_that_follows_is_taken() {
    assert_eq!(with(str::to_owned), NOTHING);
    let renamed = |text: &str| text.replace("CBPLAX", "CBPLAX2");
    assert_eq!(with(renamed), NOTHING);
}

#[test]
fn a_part_that_does_not_follow_is_found() {
    let version = [("DIRECTORY_VERSION", Some(NEXT))];
    for (from, to) in [
        ("version = 2", "version = 3"),
        ("version = 2", "version = 1"),
        ("previous = \"", "previous = \"00"),
        ("previous =", "# previous ="),
    ] {
        assert_eq!(with(|text| text.replace(from, to)), version, "{to}");
    }
}

#[test]
fn a_part_that_reaches_over_is_found() {
    let side = [("DIRECTORY_SIDE", Some(NEXT))];
    for (from, to) in [
        (
            "id = \"us.dev.invalid/anam\"",
            "id = \"mx.dev.invalid/anam\"",
        ),
        ("members = [", "members = [\"mx.dev.invalid/fgr\", "),
        ("side = \"us.", "side = \"mx."),
        (
            "stewards = [",
            "stewards = [\"spiffe://mx.dev.invalid/agency/anam/officer/diaz\", ",
        ),
    ] {
        assert_eq!(with(|text| text.replace(from, to)), side, "{to}");
    }
}

/// A witness's key as a part has it, under another name each time.
fn witness(name: &str) -> String {
    let key = SigningKey::from_ed25519_seed([3; 32]);
    let signer = precinto_merkle::cosignature::CosignatureSigner::new(name, key).unwrap();
    format!("witness = \"{}\"\n", signer.verifier())
}

#[test]
fn a_part_that_no_gateway_takes_is_found() {
    let content = [("DIRECTORY_CONTENT", Some(NEXT))];
    let (lax, mex) = ("code = \"CBPLAX\"\n", "code = \"ANAMMEX\"\n");
    let agency = "[[agency]]\nid = \"us.dev.invalid/anam\"\n";
    let group = "[[group]]\nname = \"both\"\nmembers = []\n";
    for (from, to) in [
        (mex, lax.to_owned()),
        (group.split_at(9).0, format!("{group}[[group]]\n")),
        (
            "us.dev.invalid/cbp\"\n",
            "us.dev.invalid/anam\"\n".to_owned(),
        ),
        (agency, format!("colour = \"red\"\n{agency}")),
        (lax, format!("{lax}witness = \"no key\"\n")),
        ("nodes = [\"lax\"]", "nodes = [\"jfk\"]".to_owned()),
    ] {
        assert_eq!(with(|text| text.replacen(from, &to, 1)), content, "{to}");
    }
    let cosigns = |text: &str| text.replace(lax, &format!("{lax}{}", witness("a/lax")));
    assert_eq!(with(cosigns), NOTHING);
    // The same hand under another name.
    let twice = |text: &str| cosigns(text).replace(mex, &format!("{mex}{}", witness("a/mex")));
    assert_eq!(with(twice), content);
}

#[test]
fn a_code_that_passes_to_another_agency_is_found() {
    let rested = |text: &str| text.replace("CBPLAX", "CBPLAX2");
    let third = |change: fn(&str) -> String| {
        after(|site, drafts| {
            let text = next(site, rested);
            let second = entry(site, &text, &[site.steward()]);
            let before = site.part_entry(PART, &[site.steward()]);
            let [before, digest] =
                [&before, &second].map(|part| precinto_envelope::hex(&part.digest));
            let text = text
                .replace(&before, &digest)
                .replace("version = 2", "version = 3");
            drafts.push(second);
            drafts.push(entry(site, &change(&text), &[site.steward()]));
        })
    };
    let back = |text: &str| text.replace("CBPLAX2", "CBPLAX");
    assert_eq!(third(back), NOTHING);
    let passes = |text: &str| text.replace("ANAMMEX", "CBPLAX");
    let content = [("DIRECTORY_CONTENT", Some(NEXT + 1))];
    assert_eq!(third(passes), content);
}

/// Older gateways took such parts, and their logs are no worse for it; whoever has claimed newer rules is held to them.
#[test]
fn a_code_may_have_passed_to_another_agency_while_nobody_asked() {
    let passes = |text: &str| {
        text.replace("CBPLAX", "CBPLAX2")
            .replace("ANAMMEX", "CBPLAX")
    };
    let under = |policies: [&'static str; 3]| {
        after(|site, drafts| {
            for (at, policy) in [4, 5, 6].into_iter().zip(policies) {
                record(drafts, at, |record| {
                    record.decision.as_mut().unwrap().policy = policy.to_owned();
                });
            }
            let text = next(site, passes);
            drafts.push(entry(site, &text, &[site.steward()]));
        })
    };
    let content = ("DIRECTORY_CONTENT", Some(NEXT));
    let is_told = |policies| under(policies).contains(&content);
    assert!(!is_told(["floor/1", "floor/3", "floor/3"]));
    assert!(is_told(["floor/3", "floor/3", "floor/4"]));
    // Nor does it help to claim older ones again.
    assert!(is_told(["floor/4", "floor/3", "floor/3"]));
}

#[test]
fn who_signs_must_be_a_steward_of_the_part_before() {
    let by = |who: fn(&Site) -> Signers, change: fn(&str) -> String| {
        after(|site, drafts| {
            let signers = who(site);
            let signers: Vec<_> = signers.iter().collect();
            drafts.push(entry(site, &next(site, change), &signers));
        })
    };
    let signer = [("DIRECTORY_SIGNER", Some(NEXT))];
    let stranger = |site: &Site| vec![site.officer("lee")];
    assert_eq!(by(stranger, str::to_owned), signer);
    // Who names himself a steward in the part that he signs is none yet.
    let names_himself = |text: &str| text.replace("ramirez", "lee");
    assert_eq!(by(stranger, names_himself), signer);
    let node = |site: &Site| vec![site.node_as_signer()];
    assert_eq!(by(node, str::to_owned), signer);
    assert_eq!(by(|_| Vec::new(), str::to_owned), signer);
    let of_another_root = |_: &Site| vec![Site::new().officer("ramirez")];
    assert_eq!(by(of_another_root, str::to_owned), signer);
}

#[test]
fn a_signature_over_something_else_is_found() {
    let found = after(|site, drafts| {
        let mut draft = entry(site, &next(site, str::to_owned), &[site.steward()]);
        let mut part = pb::SignedPart::decode(draft.content.as_slice()).unwrap();
        let mut envelope = pb::Envelope::decode(part.envelope.as_slice()).unwrap();
        envelope.payload.extend_from_slice(b"# more\n");
        part.envelope = envelope.encode_to_vec();
        let forged = trust_entry(pb::TrustKind::Directory, SIDE, part.encode_to_vec());
        let mut record = pb::TrustRecord::decode(draft.record.as_slice()).unwrap();
        record.digest = forged.digest.to_vec();
        draft.record = record.encode_to_vec();
        (draft.content, draft.key, draft.digest) = (forged.content, forged.key, forged.digest);
        drafts.push(draft);
    });
    assert_eq!(found, [("DIRECTORY_SIGNER", Some(NEXT))]);
}

#[test]
fn what_the_signatures_were_judged_by_is_named() {
    let found = after(|site, drafts| {
        let part = drafts.get_mut(2).unwrap();
        let mut record = pb::TrustRecord::decode(part.record.as_slice()).unwrap();
        record.trust.clear();
        part.record = record.encode_to_vec();
        assert!(site.part_entry(PART, &[site.steward()]).content == part.content);
    });
    assert!(found.iter().any(|(_, at)| *at == Some(2)), "{found:?}");
}

#[test]
fn as_many_stewards_as_the_part_before_wants() {
    let two = |text: &str| text.replace("version = 2", "version = 2\nstewards_needed = 2");
    // The second part wants two from now on; it is itself taken with one.
    let third_by = |both: bool| {
        after(|site, drafts| {
            let lee = site.officer("lee");
            let text = next(site, |text| {
                let lee = "officer/ramirez\", \"spiffe://us.dev.invalid/agency/cbp/officer/lee\"";
                let listed = "[[agency.officer]]\nid = \"lee\"\nnodes = []\n[[agency]]\n";
                let text = two(text).replacen("officer/ramirez\"", lee, 1);
                let (cbp, anam) = text
                    .split_once("[[agency]]\nid = \"us.dev.invalid/anam\"")
                    .unwrap();
                format!("{cbp}{listed}id = \"us.dev.invalid/anam\"{anam}")
            });
            let second = entry(site, &text, &[site.steward()]);
            let digest = precinto_envelope::hex(&second.digest);
            let before = site.part_entry(PART, &[site.steward()]);
            let text = text.replace(&precinto_envelope::hex(&before.digest), &digest);
            let text = text.replace("version = 2", "version = 3");
            drafts.push(second);
            let signers: Vec<_> = if both {
                vec![site.steward(), &lee]
            } else {
                vec![site.steward()]
            };
            drafts.push(entry(site, &text, &signers));
        })
    };
    assert_eq!(third_by(true), NOTHING);
    assert_eq!(third_by(false), [("DIRECTORY_SIGNER", Some(NEXT + 1))]);
}

#[test]
fn a_record_names_the_newest_part_before_it() {
    let naming = |new: bool| {
        after(|site, drafts| {
            let part = entry(site, &next(site, str::to_owned), &[site.steward()]);
            let digest = part.digest;
            drafts.push(part);
            drafts.push(site.statement_entry(120, false));
            let at = drafts.len() - 1;
            record(drafts, at, |record| {
                let named = record.trust.iter_mut();
                for used in named.filter(|used| used.kind() == pb::TrustKind::Directory && new) {
                    used.digest = digest.to_vec();
                }
            });
        })
    };
    assert_eq!(naming(true), NOTHING);
    assert_eq!(naming(false), [("DIRECTORY_NAMED", Some(NEXT + 1))]);
}
