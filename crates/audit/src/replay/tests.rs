//! Distorted logs, everything over the distortion signed anew: what the replay says, and where.

mod acts;
mod clocks;
mod decided;
mod directory;
mod floor;
mod revoked;

use super::*;
use crate::finding::{Contradiction, Evidence, Thing};
use crate::specimen::{
    Draft, NOW_MS, SECOND_MS, SIDE, Site, frame, segment_header, steps, trust_entry,
};
use crate::{Severity, SideRoots, Verdict};
use precinto_envelope::crypto::{SigningKey, sha256};
use precinto_merkle::note::NoteSigner;
use precinto_proto::v1 as pb;
use prost::Message;

/// Audits the entries as one log in three frames.
fn audit(site: &Site, drafts: &[Draft]) -> Report {
    audit_against(site, drafts, site.expect(), Vec::new())
}

fn audit_against(site: &Site, drafts: &[Draft], expect: Expect, held: Vec<Held>) -> Report {
    let (first, rest) = (drafts.len() / 2, drafts.len() - drafts.len() / 2);
    let bytes = site.segment(drafts, &[first, rest - 1, 1]);
    replay(steps(bytes), expect, held, &mut |_| {})
}

/// Changes the sound log and gives what is found: code and entry, notes aside.
fn after(change: impl FnOnce(&Site, &mut Vec<Draft>)) -> Vec<(&'static str, Option<u64>)> {
    let site = Site::new();
    let mut drafts = site.drafts();
    change(&site, &mut drafts);
    found(&audit(&site, &drafts))
}

fn found(report: &Report) -> Vec<(&'static str, Option<u64>)> {
    let grave = report
        .findings
        .iter()
        .filter(|finding| finding.severity() != Severity::Note);
    grave
        .map(|finding| (finding.code(), finding.place.entry))
        .collect()
}

/// Changes the record of entry `at`.
fn record(drafts: &mut [Draft], at: usize, change: impl FnOnce(&mut pb::StatementRecord)) {
    let mut record = pb::StatementRecord::decode(drafts[at].record.as_slice()).unwrap();
    change(&mut record);
    drafts[at].record = record.encode_to_vec();
}

fn conflict(drafts: &mut [Draft], at: usize, change: impl FnOnce(&mut pb::ConflictRecord)) {
    let mut record = pb::ConflictRecord::decode(drafts[at].record.as_slice()).unwrap();
    change(&mut record);
    drafts[at].record = record.encode_to_vec();
}

/// Puts another statement into entry 4, signed by its sender, with a record that fits.
fn restate(site: &Site, drafts: &mut Vec<Draft>, change: impl FnOnce(&mut pb::Statement)) {
    let (mut statement, body) = site.statement(0, false);
    change(&mut statement);
    drafts[4] = site.entry_of(&statement, body, 0);
    drafts.truncate(7); // the conflict is about the old statement
}

fn held(name: &str, bytes: impl Into<Vec<u8>>) -> Held {
    Held {
        name: name.to_owned(),
        bytes: bytes.into(),
    }
}

const NOTHING: [(&str, Option<u64>); 0] = [];

#[test]
fn a_sound_log_is_clean() {
    let site = Site::new();
    let drafts = site.drafts();
    let receipts = [4, 5, 7].map(|index| held("r", site.receipt(&drafts, index, 8)));
    let notes = [0, 4, 6, 8].map(|size| held("c", site.note_at(&drafts, size)));
    let report = audit_against(
        &site,
        &drafts,
        site.expect(),
        receipts.into_iter().chain(notes).collect(),
    );
    assert_eq!(report.findings, []);
    assert_eq!(report.verdict(), Verdict::Clean);
    assert_eq!(
        (
            report.entries,
            report.statements,
            report.conflicts,
            report.sound
        ),
        (8, 3, 1, 8)
    );
    assert_eq!((report.receipts_agreed, report.checkpoints_agreed), (3, 4));
    assert_eq!((report.tree_size, report.checkpoints), (8, 3));
    let root = Edge::from_leaf_hashes(drafts.iter().map(|draft| leaf_hash(&draft.leaf_bytes())));
    assert!(site.note_at(&drafts, 8).contains(report.root().unwrap()));
    assert_eq!(root.size(), 8);
    assert_eq!(report.first_ms, Some(NOW_MS));
}

#[test]
fn an_empty_log_is_clean_if_it_is_signed() {
    let site = Site::new();
    let report = replay([], site.expect(), Vec::new(), &mut |_| {});
    assert_eq!(found(&report), [("UNCOVERED", None)]);
    let checkpoint = site.note_at(&[], 0);
    let nothing = pb::ReadEntriesResponse {
        entry: None,
        checkpoint,
    };
    let report = replay(
        [crate::from_wire(nothing)],
        site.expect(),
        Vec::new(),
        &mut |_| {},
    );
    assert_eq!((report.verdict(), report.tree_size), (Verdict::Clean, 0));
}

#[test]
fn many_entries_are_examined_on_several_threads_in_order() {
    let site = Site::new();
    let mut drafts = site.trust_entries();
    drafts.extend((0..40).map(|number| site.statement_entry(number, number % 2 == 0)));
    for at in [7, 20, 43] {
        record(&mut drafts, at, |record| record.envelope_digest[0] ^= 1);
    }
    let report = replay(
        steps(site.segment(&drafts, &[44])),
        site.expect(),
        vec![],
        &mut |_| {},
    );
    let expected = [7, 20, 43].map(|at| ("ENVELOPE_DIGEST", Some(at)));
    assert_eq!(found(&report), expected);
    assert_eq!(report.sound, 41);
}

#[test]
fn holes_and_repetitions_are_named() {
    let site = Site::new();
    let drafts = site.drafts();
    let mut bytes = segment_header(0, crate::specimen::ORIGIN);
    let note = |size| site.note_at(&drafts, size);
    bytes.extend(frame(0, &drafts[..5], &note(5)));
    bytes.extend(frame(6, &drafts[6..7], &note(7)));
    bytes.extend(frame(6, &drafts[6..7], &note(7)));
    let report = replay(
        steps(bytes),
        site.expect(),
        vec![held("c", note(8))],
        &mut |_| {},
    );
    let expected = [
        ("MISSING_ENTRIES", Some(5)),
        ("TREE_BROKEN", Some(6)),
        ("REPEATED_ENTRIES", Some(6)),
        ("BEYOND_LOG", None),
    ];
    assert_eq!(found(&report), expected);
    assert_eq!(report.root(), None);
}

#[test]
fn what_is_held_about_a_hole_cannot_be_compared() {
    let site = Site::new();
    let drafts = site.drafts();
    let mut bytes = segment_header(0, crate::specimen::ORIGIN);
    bytes.extend(frame(0, &drafts[..5], &site.note_at(&drafts, 5)));
    bytes.extend(frame(6, &drafts[6..8], &site.note_at(&drafts, 8)));
    let evidence = vec![
        held("r", site.receipt(&drafts, 5, 6)),
        held("c", site.note_at(&drafts, 7)),
    ];
    let report = replay(steps(bytes), site.expect(), evidence, &mut |_| {});
    let uncompared: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.code() == "EVIDENCE_UNCOMPARED")
        .collect();
    assert_eq!(
        uncompared.len(),
        3,
        "the receipt, its checkpoint, and the checkpoint"
    );
}

#[test]
fn leaves_and_their_order() {
    assert_eq!(
        after(|_, drafts| {
            let mut leaf = drafts[5].leaf_bytes();
            leaf[49] = 1;
            drafts[5].leaf = Some(leaf);
        }),
        [("LEAF", Some(5))]
    );
    assert_eq!(
        after(|_, drafts| drafts[6].time_ms = NOW_MS + SECOND_MS - 1),
        [("TIME_WENT_BACK", Some(6))]
    );
    assert_eq!(
        after(|_, drafts| drafts[7].time_ms = NOW_MS + 3 * 3600 * SECOND_MS),
        [("TIME_AHEAD", Some(7))]
    );
    let other_record = |_: &Site, drafts: &mut Vec<Draft>| {
        drafts[5].leaf = Some(drafts[5].leaf_bytes());
        record(drafts, 5, |record| {
            record.warnings.push(pb::Finding::default());
        });
    };
    assert_eq!(after(other_record), [("COMMITMENT", Some(5))]);
    assert_eq!(
        after(|_, drafts| {
            let mut leaf = drafts[5].leaf_bytes();
            leaf[1] = 2;
            drafts[5].leaf = Some(leaf);
            drafts[5].entry_type = EntryType::Delivery;
        })
        .first(),
        Some(&("COMMITMENT", Some(5)))
    );
    assert_eq!(
        after(|_, drafts| {
            drafts[7].entry_type = EntryType::Tombstone;
        }),
        [("UNKNOWN_TYPE", Some(7))]
    );
}

#[test]
fn keys_and_digests_in_the_table() {
    assert_eq!(
        after(|_, drafts| drafts[5].key[0] ^= 1),
        [("ENTRY_KEY", Some(5))]
    );
    assert_eq!(
        after(|_, drafts| drafts[2].key[0] ^= 1),
        [("ENTRY_KEY", Some(2))]
    );
    assert_eq!(
        after(|_, drafts| drafts[7].digest[0] ^= 1),
        [("ENTRY_DIGEST", Some(7))]
    );
    assert_eq!(
        after(|site, drafts| {
            drafts.push(Draft {
                time_ms: drafts[7].time_ms,
                ..site.statement_entry(1, true)
            });
        }),
        [("KEY_REUSED", Some(8))]
    );
}

#[test]
fn what_was_pruned_without_a_tombstone() {
    assert_eq!(
        after(|_, drafts| {
            let draft = &mut drafts[5];
            draft.leaf = Some(draft.leaf_bytes());
            (draft.flags, draft.salt) = (3, [0; 32]);
            (draft.record, draft.content, draft.body) = (vec![], vec![], vec![]);
        }),
        [("RECORD_PRUNED", Some(5))]
    );
    assert_eq!(
        after(|_, drafts| {
            drafts[5].flags = 2;
            drafts[5].body.clear();
        }),
        [("BODY_PRUNED", Some(5))]
    );
}

#[test]
fn what_a_gateway_withholds() {
    let site = Site::new();
    let mut replay = Replay::new(site.expect(), Vec::new());
    for (index, draft) in site.trust_entries().into_iter().enumerate() {
        let entry = pb::Entry {
            index: index as u64,
            leaf: draft.leaf_bytes().to_vec(),
            withheld: true,
            ..pb::Entry::default()
        };
        let entry = Some(entry);
        replay.step(crate::from_wire(pb::ReadEntriesResponse {
            entry,
            checkpoint: String::new(),
        }));
    }
    let report = replay.finish();
    assert_eq!(report.verdict(), Verdict::Inconclusive);
    assert_eq!(report.counts.get("WITHHELD"), Some(&4));
    assert_eq!(found(&report).last(), Some(&("UNCOVERED", Some(0))));
}

#[test]
fn entries_from_the_wire_are_audited_like_those_from_a_folder() {
    let site = Site::new();
    let drafts = site.drafts();
    let mut replay = Replay::new(site.expect(), vec![held("r", site.receipt(&drafts, 5, 8))]);
    for (index, draft) in drafts.iter().enumerate() {
        let entry = pb::Entry {
            index: index as u64,
            leaf: draft.leaf_bytes().to_vec(),
            salt: draft.salt.to_vec(),
            record: draft.record.clone(),
            content: draft.content.clone(),
            body: draft.body.clone(),
            ..pb::Entry::default()
        };
        let entry = Some(entry);
        replay.step(crate::from_wire(pb::ReadEntriesResponse {
            entry,
            checkpoint: String::new(),
        }));
    }
    let checkpoint = site.note_at(&drafts, 8);
    replay.step(crate::from_wire(pb::ReadEntriesResponse {
        entry: None,
        checkpoint,
    }));
    let report = replay.finish();
    assert_eq!(found(&report), NOTHING);
    assert_eq!((report.sound, report.receipts_agreed), (8, 1));
}

#[test]
fn checkpoints_that_do_not_fit() {
    let site = Site::new();
    let drafts = site.drafts();
    let with_note = |note: &str| {
        let bytes = [
            segment_header(0, crate::specimen::ORIGIN),
            frame(0, &drafts, note),
        ]
        .concat();
        found(&replay(
            steps(bytes),
            site.expect(),
            Vec::new(),
            &mut |_| {},
        ))
    };
    let right = site.note_at(&drafts, 8);
    assert_eq!(with_note(&right), NOTHING);
    let uncovered = ("UNCOVERED", Some(0));
    assert_eq!(
        with_note(&site.note_at(&drafts, 7)),
        [("CHECKPOINT_SIZE", Some(0)), uncovered]
    );
    let mut other = drafts.clone();
    other[3].salt[0] ^= 1;
    assert_eq!(with_note(&site.note_at(&other, 8)), [("ROOT", Some(0))]);
    assert_eq!(
        with_note("nothing"),
        [("CHECKPOINT_SIGNATURE", Some(0)), uncovered]
    );
    let text = right.split_once("\n\n").unwrap().0;
    let extended = site.log.sign(&format!("{text}\nmore\n")).unwrap();
    assert_eq!(
        with_note(&extended),
        [("CHECKPOINT_FORM", Some(0)), uncovered]
    );
    let stranger = NoteSigner::new(
        crate::specimen::ORIGIN,
        SigningKey::from_ed25519_seed([8; 32]),
    );
    let signed = stranger.unwrap().sign(&format!("{text}\n")).unwrap();
    assert_eq!(
        with_note(&signed),
        [("CHECKPOINT_SIGNATURE", Some(0)), uncovered]
    );
}

#[test]
fn without_a_key_or_roots_the_report_says_so() {
    let site = Site::new();
    let drafts = site.drafts();
    let expect = Expect {
        key: LogKey::Unknown,
        ..site.expect()
    };
    let evidence = vec![held("c", site.note_at(&drafts, 8))];
    let report = audit_against(&site, &drafts, expect, evidence);
    assert_eq!(
        found(&report),
        [("NO_LOG_KEY", None), ("EVIDENCE_UNUSABLE", None)]
    );
    assert_eq!(report.verdict(), Verdict::Inconclusive);
    let expect = Expect {
        trust: None,
        ..site.expect()
    };
    let report = audit_against(&site, &drafts, expect, Vec::new());
    assert_eq!(report.verdict(), Verdict::Clean);
    assert!(report.has("TRUST_FROM_LOG"));
}

#[test]
fn records_that_do_not_fit_their_envelopes() {
    assert_eq!(
        after(|_, drafts| drafts[5].record = vec![0xff]),
        [("RECORD_MALFORMED", Some(5)), ("REFUSED", Some(5))]
    );
    assert_eq!(
        after(|_, drafts| record(drafts, 5, |record| record.decision = None)),
        // What names no rules is taken for the newest.
        [("RECORD_MALFORMED", Some(5)), ("RULES_WENT_BACK", Some(6))]
    );
    assert_eq!(
        after(|_, drafts| record(drafts, 5, |record| record.envelope_digest[0] ^= 1)),
        [("ENVELOPE_DIGEST", Some(5))]
    );
    assert_eq!(
        after(|_, drafts| record(drafts, 5, |record| record.statement_id[0] ^= 1)),
        [("STATEMENT_ID", Some(5))]
    );
    assert_eq!(
        after(|_, drafts| {
            drafts[5].content = vec![0xff];
            record(drafts, 5, |record| {
                record.envelope_digest = sha256(&[&[0xff]]).to_vec();
            });
        }),
        [("ENVELOPE_MALFORMED", Some(5))]
    );
    let report = {
        let site = Site::new();
        let mut drafts = site.drafts();
        drafts[5].record.extend([0xf8, 0x06, 1]); // field 111, unknown
        audit(&site, &drafts)
    };
    assert_eq!(report.verdict(), Verdict::Clean);
    assert!(report.has("UNKNOWN_FIELDS"));
}

#[test]
fn what_somebody_added_to_an_envelope_beside_the_signatures_is_noted() {
    let site = Site::new();
    let mut drafts = site.drafts();
    drafts[5].content.extend([0xf8, 0x06, 1]); // field 111, unknown
    let digest = sha256(&[&drafts[5].content]).to_vec();
    record(&mut drafts, 5, |record| record.envelope_digest = digest);
    let report = audit(&site, &drafts);
    assert_eq!(report.verdict(), Verdict::Clean);
    let note = report.findings.iter().find(|finding| {
        finding.kind
            == Kind::UnknownFields {
                what: Thing::ENVELOPE,
            }
    });
    assert!(note.is_some(), "{report}");
}

#[test]
fn recipients_are_resolved_again() {
    let resolved = |record: &mut pb::StatementRecord| record.recipients[0].clone();
    for change in [
        (|record| record.recipients.clear()) as fn(&mut pb::StatementRecord),
        |record| record.recipients[0].requested = None,
        |record| record.recipients[0].agencies = vec!["us.dev.invalid/cbp".to_owned()],
        |record| record.recipients[0].nodes = vec!["spiffe://x/agency/y/node/z".to_owned()],
        |record| {
            record
                .trust
                .retain(|used| used.kind != i32::from(pb::TrustKind::Directory));
        },
    ] {
        let change = |_: &Site, drafts: &mut Vec<Draft>| record(drafts, 5, change);
        assert_eq!(after(change), [("RECIPIENTS", Some(5))]);
    }
    // A group does not stand for the sender's own agency.
    let group = |agencies: &[&str]| {
        let agencies: Vec<String> = agencies.iter().map(|agency| (*agency).to_owned()).collect();
        after(|site, drafts| {
            restate(site, drafts, |statement| {
                statement.recipients[0] = pb::RecipientRef {
                    kind: pb::RecipientKind::Group.into(),
                    name: "both".to_owned(),
                };
            });
            record(drafts, 4, |record| {
                record.recipients = vec![pb::ResolvedRecipient {
                    agencies,
                    ..resolved(record)
                }];
            });
        })
    };
    assert_eq!(group(&["us.dev.invalid/anam"]), NOTHING);
    let both = ["us.dev.invalid/anam", "us.dev.invalid/cbp"];
    assert_eq!(group(&both), [("RECIPIENTS", Some(4))]);
}

#[test]
fn statements_that_should_have_been_refused() {
    let restated = |change: fn(&mut pb::Statement)| {
        after(|site, drafts| {
            restate(site, drafts, change);
        })
    };
    assert_eq!(restated(|_| ()), NOTHING);
    let other_log = |statement: &mut pb::Statement| statement.log_origin = "other".to_owned();
    assert_eq!(restated(other_log), [("WRONG_LOG", Some(4))]);
    assert_eq!(
        restated(|statement| statement.expires_ms = NOW_MS - 11 * SECOND_MS).first(),
        Some(&("REFUSED", Some(4)))
    );
    assert_eq!(
        restated(|statement| {
            statement.created_ms = NOW_MS - 60 * SECOND_MS;
            statement.expires_ms = NOW_MS - 11 * SECOND_MS;
        }),
        [("WINDOW", Some(4))]
    );
    assert_eq!(
        restated(|statement| {
            statement.created_ms = NOW_MS - 60 * SECOND_MS;
            statement.expires_ms = NOW_MS - 9 * SECOND_MS;
        }),
        NOTHING,
        "it may have waited so long in the queue"
    );
    assert_eq!(
        restated(|statement| statement.created_ms = NOW_MS + 400 * SECOND_MS),
        [("WINDOW", Some(4))]
    );
    assert_eq!(
        restated(|statement| statement.sender_seq = 0),
        [("REFUSED", Some(4))]
    );
}

/// The alert and a remark about it by the same node, as entries 4 and 5.
fn case_of_two(site: &Site, drafts: &mut Vec<Draft>) {
    let in_case = |number, message_type: pb::MessageType| {
        let (mut statement, body) = site.statement(number, true);
        statement.r#type = message_type.into();
        statement.notice_kind = 0;
        statement.alert_id = "US-CBPLAX-2026-000123B".to_owned();
        statement.alert_version = 1;
        (statement, body)
    };
    let (mut alert, body) = in_case(0, pb::MessageType::Alert);
    alert.precedence = pb::Precedence::P4.into();
    alert.commodities = vec![pb::CommodityClass::IllicitFuel.into()];
    alert.protected_bag = pb::ProtectedBag::None.into();
    alert.authority = pb::AuthorityCode::CustomsAgreement.into();
    drafts[4] = site.entry_of(&alert, body, 0);
    let (mut comment, body) = in_case(1, pb::MessageType::Comment);
    comment.refers_to = alert.message_id;
    drafts[5] = site.entry_of(&comment, body, 1);
    drafts.truncate(6);
}

#[test]
fn what_may_not_follow_in_its_case_should_have_been_refused() {
    assert_eq!(after(case_of_two), NOTHING);
    let site = Site::new();
    let mut drafts = site.drafts();
    case_of_two(&site, &mut drafts);
    drafts.swap(4, 5);
    (drafts[4].time_ms, drafts[5].time_ms) = (drafts[5].time_ms, drafts[4].time_ms);
    let report = audit(&site, &drafts);
    let refused = [("REFUSED", Some(4)), ("REFUSED", Some(5))];
    assert_eq!(found(&report), refused);
    assert!(report.to_string().contains("ALERT_UNKNOWN"), "{report}");
    for entry in [4, 5] {
        record(&mut drafts, entry, |record| {
            record.decision.as_mut().unwrap().policy = "floor/1".to_owned();
        });
    }
    let report = audit(&site, &drafts);
    assert_eq!(
        found(&report),
        [
            ("CASES_NOT_AUDITED", Some(4)),
            ("CLOCKS_NOT_AUDITED", Some(5))
        ],
        "those rules did not look at the case"
    );
    assert_eq!(report.verdict(), Verdict::Inconclusive);
    assert_eq!(unaudited(&report), [(Some(4), Some(6))]);
    // A second alert under the same id.
    let twice = after(|site, drafts| {
        case_of_two(site, drafts);
        let (notice, body) = site.statement(1, true);
        let first = pb::Envelope::decode(drafts[4].content.as_slice()).unwrap();
        let mut alert = pb::Statement::decode(first.payload.as_slice()).unwrap();
        (alert.message_id, alert.body) = (notice.message_id, notice.body);
        alert.sender_seq = 2;
        drafts[5] = site.entry_of(&alert, body, 1);
    });
    assert_eq!(twice, [("REFUSED", Some(5))]);
    let deleted = after(|site, drafts| {
        case_of_two(site, drafts);
        let draft = &mut drafts[4];
        draft.leaf = Some(draft.leaf_bytes());
        (draft.flags, draft.salt) = (3, [0; 32]);
        (draft.record, draft.content, draft.body) = (vec![], vec![], vec![]);
    });
    let pruned = [("RECORD_PRUNED", Some(4))];
    assert_eq!(deleted, pruned, "it may have allowed what follows");
}

/// The runs of entries whose case rules were not audited.
fn unaudited(report: &Report) -> Vec<(Option<u64>, Option<u64>)> {
    let gaps = report.findings.iter();
    let gaps = gaps.filter(|finding| finding.code() == "CASES_NOT_AUDITED");
    gaps.inspect(|finding| assert_eq!(finding.severity(), Severity::Gap))
        .map(|finding| (finding.place.entry, finding.place.entry_end))
        .collect()
}

#[test]
fn a_gateway_does_not_choose_the_rules_that_it_is_audited_by() {
    let site = Site::new();
    let under = |policies: [&str; 2], misplaced: bool| {
        let mut drafts = site.drafts();
        case_of_two(&site, &mut drafts);
        if misplaced {
            // A remark about an alert that has not come yet.
            drafts.swap(4, 5);
            (drafts[4].time_ms, drafts[5].time_ms) = (drafts[5].time_ms, drafts[4].time_ms);
        }
        for (entry, policy) in [4, 5].into_iter().zip(policies) {
            record(&mut drafts, entry, |record| {
                record.decision.as_mut().unwrap().policy = policy.to_owned();
            });
        }
        audit(&site, &drafts)
    };
    // A log that grew older with its gateway.
    let aged = under(["floor/1", "floor/3"], false);
    let old_rules = [
        ("CASES_NOT_AUDITED", Some(4)),
        ("CLOCKS_NOT_AUDITED", Some(4)),
    ];
    assert_eq!(
        (found(&aged), unaudited(&aged)),
        (old_rules.into(), vec![(Some(4), None)])
    );
    // Rules that were in force do not go out of it; who says so is judged by them all the same.
    for older in ["floor/1", "floor/2"] {
        let back = under(["floor/3", older], false);
        assert_eq!(found(&back), [("RULES_WENT_BACK", Some(5))]);
        assert_eq!(unaudited(&back), []);
        assert!(back.to_string().contains(older), "{back}");
        let used = under(["floor/3", older], true);
        let used: Vec<_> = found(&used)
            .into_iter()
            .filter(|(_, at)| *at == Some(5))
            .collect();
        assert_eq!(used, [("RULES_WENT_BACK", Some(5)), ("REFUSED", Some(5))]);
    }
    // What this program does not know is judged by all that it knows, and that is not enough.
    let unknown = under(["floor/3", "floor/9"], false);
    assert_eq!(found(&unknown), [("FLOOR_UNKNOWN", Some(5))]);
}

/// An alert and its recall, both for a named officer, and a remark to his whole agency: entries 4 to 6.
fn remark_to_colleagues(site: &Site, policy: &str) -> Vec<Draft> {
    let mut drafts = site.drafts();
    case_of_two(site, &mut drafts);
    let said = |at: usize| {
        let envelope = pb::Envelope::decode(drafts[at].content.as_slice()).unwrap();
        pb::Statement::decode(envelope.payload.as_slice()).unwrap()
    };
    let officer = pb::RecipientRef {
        kind: pb::RecipientKind::Officer.into(),
        name: "spiffe://us.dev.invalid/agency/anam/officer/lopez".to_owned(),
    };
    let (mut alert, mut comment) = (said(4), said(5));
    alert.recipients = vec![officer.clone()];
    let mut recall = comment.clone();
    recall.body = None;
    recall.payload_protection = 0;
    recall.r#type = pb::MessageType::Recall.into();
    recall.recall_measure = pb::RecallMeasure::Erase.into();
    recall.recall_ground = pb::RecallGround::Error.into();
    recall.recipients = vec![officer];
    recall.message_id = vec![77; 16];
    recall.sender_seq = 2;
    comment.sender_seq = 3;
    let bodies = [4, 5].map(|at| drafts[at].body.clone());
    let [of_alert, of_comment] = bodies;
    drafts[4] = site.entry_of(&alert, of_alert, 0);
    drafts[5] = site.entry_of(&recall, Vec::new(), 1);
    drafts.push(site.entry_of(&comment, of_comment, 2));
    for at in [4, 5, 6] {
        record(&mut drafts, at, |record| {
            record.decision.as_mut().unwrap().policy = policy.to_owned();
            if at < 6 {
                record.recipients[0].agencies.clear();
                let node = "spiffe://us.dev.invalid/agency/anam/node/mex";
                record.recipients[0].nodes = vec![node.to_owned()];
            }
        });
    }
    drafts
}

#[test]
fn what_the_second_rules_asked_of_agencies_alone_is_not_asked_of_nodes() {
    let site = Site::new();
    let under = |policy: &str| audit(&site, &remark_to_colleagues(&site, policy));
    // The agency knows of the case, its other nodes do not.
    let all = under("floor/3");
    assert_eq!(found(&all), [("REFUSED", Some(6))], "{all}");
    let second = under("floor/2");
    assert_eq!(
        (found(&second), unaudited(&second)),
        (vec![("CLOCKS_NOT_AUDITED", Some(4))], vec![])
    );
    // They did ask, though.
    let mut drafts = remark_to_colleagues(&site, "floor/2");
    drafts.swap(4, 6);
    (drafts[4].time_ms, drafts[6].time_ms) = (drafts[6].time_ms, drafts[4].time_ms);
    let mut refused = found(&audit(&site, &drafts));
    refused.retain(|(code, _)| *code != "CLOCKS_NOT_AUDITED");
    let expected = [4, 5, 6].map(|at| ("REFUSED", Some(at)));
    assert_eq!(refused, expected);
}

#[test]
fn forged_signatures_are_refused() {
    let forged = |change: fn(&mut pb::Envelope)| {
        after(|site, drafts| {
            let (statement, _) = site.statement(1, true);
            let mut envelope = pb::Envelope::decode(drafts[5].content.as_slice()).unwrap();
            assert_eq!(envelope.payload.len(), statement.encoded_len());
            change(&mut envelope);
            drafts[5].content = envelope.encode_to_vec();
            let digest = sha256(&[&drafts[5].content]).to_vec();
            record(drafts, 5, |record| record.envelope_digest = digest);
        })
    };
    let refused = [("REFUSED", Some(5))];
    assert_eq!(
        forged(|envelope| envelope.signatures[0].sig[5] ^= 1),
        refused
    );
    assert_eq!(forged(|envelope| envelope.signatures[0].alg = 2), refused);
    assert_eq!(forged(|envelope| envelope.signatures.clear()), refused);
    assert_eq!(forged(|envelope| envelope.payload_type.push('x')), refused);
}

#[test]
fn bodies_that_were_not_signed_for() {
    let body = |change: fn(&mut Draft)| after(|_, drafts| change(&mut drafts[5]));
    let expected = [("BODY", Some(5))];
    assert_eq!(body(|draft| draft.body.clear()), expected);
    assert_eq!(body(|draft| draft.body[9] ^= 1), expected);
    assert_eq!(body(|draft| draft.body.push(0)), expected);
    assert_eq!(
        after(|_, drafts| drafts[4].body = vec![1]),
        [("BODY", Some(4))]
    );
    assert_eq!(
        after(|_, drafts| drafts[0].body = vec![1]),
        [("BODY", Some(0))]
    );
    assert_eq!(
        after(|_, drafts| drafts[7].body = vec![1]),
        [("BODY", Some(7))]
    );
}

#[test]
fn trust_must_be_in_the_log_before_it_is_relied_on() {
    // The signer's certificate comes after the first statement that needs it.
    let late = after(|_, drafts| drafts[3..5].rotate_left(1));
    assert!(late.contains(&("TRUST_ABSENT", Some(3))), "{late:?}");
    assert!(late.contains(&("REFUSED", Some(3))), "{late:?}");
    let drop_ref = |kind: pb::TrustKind| {
        after(|_, drafts| {
            drafts.truncate(5);
            record(drafts, 4, |record| {
                record.trust.retain(|used| used.kind != i32::from(kind));
            });
        })
    };
    assert_eq!(
        drop_ref(pb::TrustKind::RevocationList),
        [("TRUST_INCOMPLETE", Some(4))]
    );
    assert_eq!(drop_ref(pb::TrustKind::Root), [("REFUSED", Some(4))]);
    let site = Site::new();
    let mut drafts = site.drafts();
    record(&mut drafts, 5, |record| {
        record
            .trust
            .retain(|used| used.kind != i32::from(pb::TrustKind::Signer));
    });
    assert_eq!(found(&audit(&site, &drafts)), [("TRUST_UNNAMED", Some(5))]);
}

#[test]
fn roots_from_outside_count_more_than_those_in_the_log() {
    let (site, other) = (Site::new(), Site::new());
    let side = SIDE.parse().unwrap();
    let foreign = SideRoots {
        side,
        roots: vec![other.root()],
        crls: Vec::new(),
    };
    let expect = Expect {
        trust: Some(vec![foreign]),
        ..site.expect()
    };
    let report = audit_against(&site, &site.drafts(), expect, Vec::new());
    // The part of the directory rests on roots as messages do.
    let expected = [2, 4, 5, 6, 7].map(|at| ("ROOT_UNKNOWN", Some(at)));
    assert_eq!(found(&report), expected);
}

#[test]
fn trust_entries_must_be_what_they_say() {
    let trust = |kind: pb::TrustKind, side: &str, content: &[u8]| {
        let draft = trust_entry(kind, side, content.to_vec());
        after(|_, drafts| {
            drafts.insert(4, draft);
            drafts.truncate(5);
        })
    };
    let wrong = [("TRUST", Some(4))];
    assert_eq!(trust(pb::TrustKind::Signer, SIDE, b"x"), wrong);
    assert_eq!(trust(pb::TrustKind::Intermediate, SIDE, b"x"), wrong);
    assert_eq!(trust(pb::TrustKind::Directory, "", b"= no TOML"), wrong);
    assert_eq!(trust(pb::TrustKind::Directory, SIDE, b""), wrong);
    assert_eq!(trust(pb::TrustKind::Root, "no side", b""), wrong);
    assert_eq!(trust(pb::TrustKind::Unspecified, SIDE, b""), wrong);
    assert_eq!(
        trust(pb::TrustKind::RevocationList, SIDE, b"anything"),
        NOTHING
    );
    let other_content = after(|_, drafts| {
        drafts.truncate(3);
        drafts[2].content.push(b'\n');
        drafts[2].digest = sha256(&[&drafts[2].content]);
        drafts[2].key = sha256(&[b"precinto/trust/v1\0", &drafts[2].digest]);
    });
    assert_eq!(other_content, [("TRUST", Some(2))]);
}

#[test]
fn conflicts_must_be_what_they_say() {
    let change =
        |change: fn(&mut pb::ConflictRecord)| after(|_, drafts| conflict(drafts, 7, change));
    let wrong = [("CONFLICT", Some(7))];
    assert_eq!(change(|_| ()), NOTHING);
    assert_eq!(change(|record| record.sender.push('x')), wrong);
    assert_eq!(change(|record| record.message_id[0] ^= 1), wrong);
    assert_eq!(change(|record| record.accepted_index = 5), wrong);
    assert_eq!(change(|record| record.accepted_statement_id[0] ^= 1), wrong);
    assert_eq!(
        change(|record| record.accepted_statement_id = record.refused_statement_id.clone()),
        [wrong[0], wrong[0]]
    );
    assert_eq!(
        change(|record| record.refused_statement_id[0] ^= 1),
        [("STATEMENT_ID", Some(7))]
    );
    assert_eq!(
        change(|record| record.refused_envelope_digest[0] ^= 1),
        [("ENVELOPE_DIGEST", Some(7))]
    );
    assert_eq!(
        change(|record| record.trust.clear()),
        [("REFUSED", Some(7))]
    );
    // About a message that the log does not hold.
    let invented = after(|site, drafts| drafts[7] = site.conflict_entry(50, 4));
    assert_eq!(invented, wrong);
}

#[test]
fn receipts_find_entries_moved_retimed_altered_or_gone() {
    let site = Site::new();
    let right = site.drafts();
    let receipt = || vec![held("five.tlog-proof", site.receipt(&right, 5, 8))];
    let against = |change: &dyn Fn(&mut Vec<Draft>)| {
        let mut drafts = site.drafts();
        drafts.clone_from(&right);
        change(&mut drafts);
        let report = audit_against(&site, &drafts, site.expect(), receipt());
        let findings = report.findings.iter();
        let kinds = findings.filter(|finding| finding.kind.check() == crate::finding::Check::Held);
        kinds
            .map(|finding| finding.kind.clone())
            .collect::<Vec<_>>()
    };
    let fork = Kind::from(Contradiction::RootContradicted {
        evidence: Evidence::Receipt,
        size: 8,
    });
    let short = |holds| {
        Kind::from(Contradiction::BeyondLog {
            evidence: Evidence::Receipt,
            proven: 8,
            holds,
        })
    };
    assert_eq!(against(&|_| ()), []);
    let (held_ms, logged_ms) = (right[5].time_ms, right[5].time_ms + 1);
    assert_eq!(
        against(&|drafts| drafts[5].time_ms += 1),
        [
            fork.clone(),
            Kind::from(Contradiction::EntryRetimed {
                from: 5,
                held_ms,
                logged_ms
            })
        ]
    );
    assert_eq!(
        against(&|drafts| drafts.swap(5, 6)),
        [fork.clone(), Contradiction::EntryMoved { from: 5 }.into()]
    );
    let warned = |drafts: &mut Vec<Draft>| {
        record(drafts, 5, |record| {
            record.warnings.push(pb::Finding::default());
        });
    };
    assert_eq!(
        against(&warned),
        [fork.clone(), Contradiction::EntryAltered.into()]
    );
    let replaced = |drafts: &mut Vec<Draft>| {
        let time_ms = drafts[5].time_ms;
        drafts[5] = Draft {
            time_ms,
            ..site.statement_entry(30, true)
        };
    };
    assert_eq!(against(&replaced), [fork, Contradiction::EntryGone.into()]);
    assert_eq!(against(&|drafts| drafts.truncate(5)), [short(5)]);
    assert_eq!(
        against(&|drafts| {
            drafts.remove(4);
            drafts.pop();
        }),
        [short(6), Contradiction::EntryMoved { from: 5 }.into()]
    );
}

#[test]
fn evidence_that_proves_nothing_is_set_aside() {
    let site = Site::new();
    let drafts = site.drafts();
    let mut foreign = site.receipt(&drafts, 5, 8);
    let stranger = NoteSigner::new("other.example/log", SigningKey::from_ed25519_seed([8; 32]));
    let note = stranger
        .unwrap()
        .sign("other.example/log\n1\nAAAA\n")
        .unwrap();
    let at = foreign.iter().position(|byte| *byte == b'\n').unwrap();
    foreign[at + 10] ^= 1;
    let evidence = vec![held("a", *b"garbage"), held("b", note), held("c", foreign)];
    let report = audit_against(&site, &drafts, site.expect(), evidence);
    assert_eq!(found(&report), [("EVIDENCE_UNUSABLE", None); 3]);
    assert_eq!(report.verdict(), Verdict::Inconclusive);
}
