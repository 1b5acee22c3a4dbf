//! Acts: what each kind has to say, and what a log is held to by them.

use super::*;
use precinto_merkle::leaf::EntryType;

const LAX: &str = "spiffe://us.dev.invalid/agency/cbp/node/lax";
const GATEWAY: &str = "spiffe://us.dev.invalid/gateway/gw1";

/// The entry of an act, in the second of the log's last entry.
fn entry(drafts: &[Draft], record: &pb::ActRecord) -> Draft {
    let key = sha256(&[b"precinto/act/v1\0", &record.act_id]);
    let record = record.encode_to_vec();
    Draft {
        entry_type: EntryType::Act,
        time_ms: drafts.last().unwrap().time_ms,
        digest: sha256(&[&record]),
        record,
        content: Vec::new(),
        key,
        ..drafts[0].clone()
    }
}

fn reference(kind: pb::TrustKind, content: &[u8]) -> pb::TrustRef {
    pb::TrustRef {
        kind: kind.into(),
        digest: sha256(&[content]).to_vec(),
    }
}

/// An act of this kind that says all that it has to.
fn sound(kind: pb::ActKind, root: &[u8]) -> pb::ActRecord {
    use pb::ActKind as K;
    let is_gateways = matches!(
        kind,
        K::TrustChanged
            | K::CredentialChanged
            | K::ReloadRefused
            | K::ConnectionRefused
            | K::DeliveryWithheld
    );
    let mut act = pb::ActRecord {
        act_id: vec![3; 16],
        kind: kind.into(),
        ..Default::default()
    };
    if is_gateways {
        act.actor = GATEWAY.to_owned();
        act.via = pb::ActVia::Files.into();
    } else {
        act.actor = LAX.to_owned();
    }
    match kind {
        K::TrustChanged => act.removed = vec![reference(pb::TrustKind::Root, root)],
        K::SubmissionRefused => {
            act.party = LAX.to_owned();
            (act.message_id, act.statement_id) = (vec![4; 16], vec![5; 32]);
            act.reason = pb::Reason::RecipientNotReleasable.into();
            act.decision = Some(pb::Decision {
                policy: "floor/4".to_owned(),
                ..pb::Decision::default()
            });
        }
        K::RecordsRead => {
            act.indexes = vec![2, 5, 7];
            (act.from_index, act.to_index, act.count) = (2, 8, 3);
        }
        K::LogExported => (act.from_index, act.to_index, act.count) = (0, 8, 5),
        K::ConnectionRefused => {
            act.via = 0;
            act.party = LAX.to_owned();
            act.reason = pb::Reason::CertRevoked.into();
            act.certificate = vec![6; 32];
        }
        K::PartRefused => {
            "us.dev.invalid".clone_into(&mut act.subject);
            act.statement_id = vec![5; 32];
            act.reason = pb::Reason::StewardRequired.into();
        }
        K::DeliveryWithheld => {
            act.via = 0;
            "mx.dev.invalid".clone_into(&mut act.subject);
            "us.dev.invalid".clone_into(&mut act.party);
            act.withheld = vec![pb::WithheldEntries {
                agency: "mx.dev.invalid/anam".to_owned(),
                reason: pb::Reason::PolicyDenied.into(),
                decision: Some(pb::Decision {
                    policy: "floor/5".to_owned(),
                    policy_digest: vec![7; 32],
                    rules: vec!["mx.dev.invalid#a".to_owned()],
                }),
                indexes: vec![2, 7],
            }];
        }
        _ => "desk".clone_into(&mut act.subject),
    }
    if kind == K::CredentialChanged {
        act.certificate = vec![6; 32];
    }
    act
}

fn decision(act: &mut pb::ActRecord) -> &mut pb::Decision {
    act.withheld[0].decision.as_mut().unwrap()
}

/// What is found in a log that ends with this kind of act, changed.
fn ending(
    kind: pb::ActKind,
    change: impl FnOnce(&mut pb::ActRecord),
) -> Vec<(&'static str, Option<u64>)> {
    after(|site, drafts| {
        let mut act = sound(kind, &site.root());
        change(&mut act);
        drafts.push(Draft {
            key: sha256(&[b"precinto/act/v1\0", &[3; 16]]),
            ..entry(drafts, &act)
        });
    })
}

const FAULT: [(&str, Option<u64>); 1] = [("ACT", Some(8))];

#[test]
fn an_act_of_each_kind_says_who_did_what() {
    let kinds = (1..=14).filter_map(|number| pb::ActKind::try_from(number).ok());
    let kinds: Vec<_> = kinds.collect();
    assert_eq!(kinds.len(), 13, "all of them");
    for kind in kinds {
        assert_eq!(ending(kind, |_| {}), NOTHING, "{kind:?}");
        assert_eq!(ending(kind, |act| act.actor.clear()), FAULT, "{kind:?}");
        let swap = |act: &mut pb::ActRecord| {
            let other = if act.actor == LAX { GATEWAY } else { LAX };
            other.clone_into(&mut act.actor);
        };
        assert_eq!(ending(kind, swap), FAULT, "{kind:?}: by another");
        let long = ending(kind, |act| act.act_id.push(0));
        assert_eq!(long, [("ACT", Some(8)), ("ENTRY_KEY", Some(8))], "{kind:?}");
    }
    for unknown in [0, 8, 15] {
        let kind = pb::ActKind::SubscriptionSought;
        assert_eq!(ending(kind, |act| act.kind = unknown), FAULT, "{unknown}");
    }
}

#[test]
fn an_act_of_each_kind_lacks_what_its_kind_needs() {
    use pb::ActKind as K;
    for kind in [
        K::SubscriptionSought,
        K::SubscriptionUnparked,
        K::SubscriptionCreated,
        K::SubscriptionDeleted,
        K::CredentialChanged,
        K::ReloadRefused,
    ] {
        assert_eq!(ending(kind, |act| act.subject.clear()), FAULT, "{kind:?}");
    }
    for kind in [K::TrustChanged, K::CredentialChanged, K::ReloadRefused] {
        for via in [pb::ActVia::Unspecified, pb::ActVia::Call] {
            let by = ending(kind, |act| act.via = via.into());
            assert_eq!(by, FAULT, "{kind:?} {via:?}");
        }
    }
    let short = ending(K::CredentialChanged, |act| act.certificate.truncate(31));
    assert_eq!(short, FAULT);
    let refused: [fn(&mut pb::ActRecord); 5] = [
        |act| act.party.clear(),
        |act| act.message_id.clear(),
        |act| act.statement_id.truncate(31),
        |act| act.reason = 0,
        |act| act.decision = None,
    ];
    for (number, change) in refused.into_iter().enumerate() {
        assert_eq!(ending(K::SubmissionRefused, change), FAULT, "{number}");
    }
    let stolen = |length: usize| {
        ending(K::SubmissionRefused, |act| {
            act.reason = pb::Reason::CertRevoked.into();
            act.certificate = vec![6; length];
        })
    };
    assert_eq!(
        [stolen(32), stolen(31), stolen(0)],
        [NOTHING.to_vec(), FAULT.to_vec(), FAULT.to_vec()]
    );
    decisions();
    let changed: [fn(&mut pb::ActRecord); 4] = [
        |act| act.removed.clear(),
        |act| act.removed[0].kind = pb::TrustKind::Signer.into(),
        |act| act.removed[0].digest.truncate(31),
        |act| act.added = act.removed.clone(),
    ];
    for (number, change) in changed.into_iter().enumerate() {
        assert_eq!(ending(K::TrustChanged, change), FAULT, "{number}");
    }
}

#[test]
fn what_was_read_and_who_was_turned_away_is_said_in_full() {
    use pb::ActKind as K;
    let turned_away: [fn(&mut pb::ActRecord); 3] = [
        |act| act.party.clear(),
        |act| act.certificate.truncate(31),
        |act| act.reason = 0,
    ];
    for (number, change) in turned_away.into_iter().enumerate() {
        assert_eq!(ending(K::ConnectionRefused, change), FAULT, "{number}");
    }
    let parts: [fn(&mut pb::ActRecord); 3] = [
        |act| "us.dev.invalid/cbp".clone_into(&mut act.subject),
        |act| act.statement_id.truncate(31),
        |act| act.reason = 0,
    ];
    for (number, change) in parts.into_iter().enumerate() {
        assert_eq!(ending(K::PartRefused, change), FAULT, "{number}");
    }
    let withheld: [fn(&mut pb::ActRecord); 12] = [
        |act| act.subject.clear(),
        |act| act.party = LAX.to_owned(),
        |act| act.withheld[0].reason = 0,
        |act| act.withheld[0].agency.clear(),
        |act| "us.dev.invalid/cbp".clone_into(&mut act.withheld[0].agency),
        |act| act.withheld[0].indexes.clear(),
        |act| act.withheld[0].indexes.push(7),
        |act| act.withheld[0].indexes = vec![8],
        |act| act.withheld[0].indexes = vec![u64::MAX],
        |act| act.withheld[0].decision = None,
        |act| decision(act).policy_digest.truncate(31),
        |act| decision(act).policy = "floor/4".to_owned(),
    ];
    for (number, change) in withheld.into_iter().enumerate() {
        assert_eq!(ending(K::DeliveryWithheld, change), FAULT, "{number}");
    }
    let given: [fn(&mut pb::ActRecord); 5] = [
        |act| act.count = 0,
        |act| act.count = 9,
        |act| act.from_index = act.to_index,
        |act| act.to_index = 9,
        |act| act.to_index = u64::MAX,
    ];
    for (number, change) in given.into_iter().enumerate() {
        assert_eq!(ending(K::LogExported, change), FAULT, "{number}");
        assert_eq!(ending(K::RecordsRead, change), FAULT, "{number}");
    }
    let listed: [fn(&mut pb::ActRecord); 5] = [
        |act| act.indexes.clear(),
        |act| act.indexes.swap(0, 1),
        |act| act.indexes[1] = 2,
        |act| act.indexes[2] = 6,
        |act| act.count = 2,
    ];
    for (number, change) in listed.into_iter().enumerate() {
        assert_eq!(ending(K::RecordsRead, change), FAULT, "{number}");
    }
    let nothing = ending(K::DeliveryWithheld, |act| act.withheld.clear());
    assert_eq!(nothing, NOTHING, "an empty act is one");
    let auditors = ending(K::RecordsRead, |act| act.subject = "any alert".to_owned());
    assert_eq!(auditors, NOTHING);
}

/// Each floor has its own form of a decision.
fn decisions() {
    let by = |change: fn(&mut pb::Decision), reason: pb::Reason| {
        ending(pb::ActKind::SubmissionRefused, |act| {
            let mut decision = pb::Decision {
                policy: "floor/5".to_owned(),
                policy_digest: vec![7; 32],
                rules: vec!["floor-release".to_owned(), "mx.dev.invalid#a".to_owned()],
            };
            change(&mut decision);
            act.decision = Some(decision);
            act.reason = reason.into();
        })
    };
    let denied = pb::Reason::PolicyDenied;
    assert_eq!(by(|_| (), denied), NOTHING);
    // What the case refuses no written rule does.
    assert_eq!(
        by(|one| one.rules.clear(), pb::Reason::AlertClosed),
        NOTHING
    );
    let wrong: [fn(&mut pb::Decision); 5] = [
        |one| one.policy_digest.truncate(31),
        |one| one.rules.reverse(),
        |one| one.rules = (10..27).map(|number| format!("r{number}")).collect(),
        |one| one.rules.clear(),
        |one| one.policy = "floor/4".to_owned(),
    ];
    for (number, change) in wrong.into_iter().enumerate() {
        assert_eq!(by(change, denied), FAULT, "{number}");
    }
    for reason in [
        pb::Reason::PolicyError,
        pb::Reason::PurposeMissing,
        pb::Reason::OnwardRelease,
    ] {
        assert_eq!(by(|one| one.rules.clear(), reason), FAULT, "{reason:?}");
    }
}

/// What is found in a log whose last statement comes after these changes of trust.
fn behind(
    changes: impl Fn(&Site) -> Vec<(Vec<pb::TrustRef>, Vec<pb::TrustRef>)>,
) -> Vec<(&'static str, Option<u64>)> {
    after(|site, drafts| {
        for (number, (added, removed)) in (10..).zip(changes(site)) {
            let act = pb::ActRecord {
                act_id: vec![number; 16],
                added,
                removed,
                ..sound(pb::ActKind::TrustChanged, &[])
            };
            drafts.push(entry(drafts, &act));
        }
        let mut last = site.statement_entry(200, false);
        last.time_ms = last.time_ms.max(drafts.last().unwrap().time_ms);
        drafts.push(last);
    })
}

#[test]
fn nothing_rests_on_what_was_withdrawn() {
    use pb::TrustKind as K;
    let root = |site: &Site| vec![reference(K::Root, &site.root())];
    let list = |site: &Site| vec![reference(K::RevocationList, &site.crl)];
    let withdrawn = [("TRUST_WITHDRAWN", Some(9))];
    assert_eq!(behind(|site| vec![(vec![], root(site))]), withdrawn);
    assert_eq!(behind(|site| vec![(vec![], list(site))]), withdrawn);
    assert_eq!(behind(|site| vec![(root(site), vec![])]), NOTHING);
    let back = behind(|site| vec![(vec![], root(site)), (root(site), vec![])]);
    assert_eq!(back, NOTHING, "it was put back into force");
    let strange = |_: &Site| vec![reference(K::Root, b"another")];
    let absent = [("TRUST_ABSENT", Some(8))];
    assert_eq!(behind(|site| vec![(strange(site), vec![])]), absent);
    assert_eq!(behind(|site| vec![(vec![], strange(site))]), absent);
}

#[test]
fn no_part_of_the_directory_is_taken_by_trust_that_was_withdrawn() {
    let found = after(|site, drafts| {
        let act = pb::ActRecord {
            removed: vec![reference(pb::TrustKind::RevocationList, &site.crl)],
            ..sound(pb::ActKind::TrustChanged, &[])
        };
        drafts.push(entry(drafts, &act));
        let text = crate::specimen::PART.replace("Aduanas de M", "Aduana de M");
        let mut part = floor::part(site, 2, &drafts[2], &text);
        part.time_ms = drafts[8].time_ms;
        drafts.push(part);
    });
    assert_eq!(found, [("TRUST_WITHDRAWN", Some(9))]);
}
