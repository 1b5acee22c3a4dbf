//! Logs rewritten and signed anew, and what gives them away.
//!
//! Each fraud is tried twice: first on the files alone, which most frauds survive, because the forger holds every key
//! of the gateway; then against what a sender or a subscriber holds, which none survives.

use crate::forger::Forgery;
use crate::real_log::{CONFLICT, ENTRIES, FIRST_STATEMENT, MINUTE_MS, NOW_MS, real_log};
use precinto_audit::{Held, Report, Verdict};
use precinto_envelope::crypto::SigningKey;
use precinto_merkle::leaf::EntryType;
use precinto_merkle::note::NoteSigner;
use precinto_proto::v1 as pb;
use std::path::Path;

/// A statement in the middle, entry 13, and its receipt; [`END`] is a checkpoint over everything.
const MIDDLE: usize = 13;
const END: usize = ENTRIES - 1;

fn receipt(at: usize) -> &'static Held {
    &real_log().receipts[at]
}

fn checkpoint(at: usize) -> &'static Held {
    &real_log().checkpoints[at]
}

fn against(folder: &Path, held: &[&Held]) -> Report {
    real_log().audit_against(folder, held)
}

/// What is found on the files alone.
fn alone(folder: &Path) -> Vec<&'static str> {
    real_log().audit(folder).counts.into_keys().collect()
}

/// Forges, and checks that the files alone look clean but `held` shows exactly these kinds of findings.
fn shown_by(held: &[&Held], codes: &[&str], fraud: impl FnOnce(&mut Forgery)) {
    let mut forgery = Forgery::of(real_log());
    fraud(&mut forgery);
    let folder = forgery.write();
    assert_eq!(
        alone(folder.path()),
        [] as [&str; 0],
        "the files alone are consistent"
    );
    let report = against(folder.path(), held);
    assert_eq!(
        report.counts.keys().copied().collect::<Vec<_>>(),
        codes,
        "{report}"
    );
    assert_eq!(report.exit_code(), 3);
}

/// Forges, and checks that the files alone show exactly these kinds of findings: the senders' signatures do not let
/// themselves be forged.
fn shown_by_the_files(codes: &[&str], fraud: impl FnOnce(&mut Forgery)) {
    let mut forgery = Forgery::of(real_log());
    fraud(&mut forgery);
    let folder = forgery.write();
    assert_eq!(alone(folder.path()), codes);
}

#[test]
fn an_entry_is_deleted() {
    let fraud = |log: &mut Forgery| drop(log.entries.remove(MIDDLE));
    // Its own receipt, a receipt of the entry that took its place, a later checkpoint: each is enough.
    shown_by(
        &[receipt(MIDDLE)],
        &["ENTRY_GONE", "ROOT_CONTRADICTED"],
        fraud,
    );
    shown_by(
        &[receipt(MIDDLE + 1)],
        &["ENTRY_MOVED", "ROOT_CONTRADICTED"],
        fraud,
    );
    shown_by(&[checkpoint(MIDDLE + 2)], &["ROOT_CONTRADICTED"], fraud);
}

#[test]
fn the_last_entry_is_deleted() {
    let fraud = |log: &mut Forgery| drop(log.entries.pop());
    shown_by(&[receipt(END)], &["BEYOND_LOG"], fraud);
    shown_by(&[checkpoint(END)], &["BEYOND_LOG"], fraud);
}

#[test]
fn the_log_is_truncated_into_the_middle_of_a_held_checkpoint() {
    // The last four entries were one batch with one checkpoint; two of them stay.
    let fraud = |log: &mut Forgery| log.entries.truncate(ENTRIES - 2);
    shown_by(&[checkpoint(END)], &["BEYOND_LOG"], fraud);
    shown_by(&[receipt(ENTRIES - 4)], &["BEYOND_LOG"], fraud);
}

#[test]
fn two_entries_change_places() {
    let fraud = |log: &mut Forgery| {
        log.entries.swap(MIDDLE, MIDDLE + 1);
        let (earlier, later) = (log.entries[MIDDLE + 1].time_ms, log.entries[MIDDLE].time_ms);
        (log.entries[MIDDLE].time_ms, log.entries[MIDDLE + 1].time_ms) = (earlier, later);
    };
    shown_by(
        &[receipt(MIDDLE)],
        &["ENTRY_RETIMED", "ROOT_CONTRADICTED"],
        fraud,
    );
    // In a batch all entries may have the same time: then nothing but the place differs.
    let in_batch = |log: &mut Forgery| log.entries.swap(END, END - 1);
    shown_by(
        &[receipt(END)],
        &["ENTRY_MOVED", "ROOT_CONTRADICTED"],
        in_batch,
    );
}

#[test]
fn two_entries_change_places_and_keep_their_times() {
    shown_by_the_files(&["TIME_WENT_BACK"], |log| {
        log.entries.swap(MIDDLE, MIDDLE + 1);
    });
}

#[test]
fn everything_is_back_dated() {
    let fraud = |log: &mut Forgery| {
        log.entries
            .iter_mut()
            .for_each(|entry| entry.time_ms -= 2 * MINUTE_MS);
    };
    shown_by(
        &[receipt(MIDDLE)],
        &["ENTRY_RETIMED", "ROOT_CONTRADICTED"],
        fraud,
    );
    shown_by(&[checkpoint(0)], &["ROOT_CONTRADICTED"], fraud);
    // Further back than a statement's own time allows, its sender's signature contradicts.
    shown_by_the_files(&["WINDOW"], |log| {
        log.entries
            .iter_mut()
            .for_each(|entry| entry.time_ms -= 10 * MINUTE_MS);
    });
}

#[test]
fn one_entry_is_re_timed() {
    let fraud = |log: &mut Forgery| log.entries[MIDDLE].time_ms += 1;
    shown_by(
        &[receipt(MIDDLE)],
        &["ENTRY_RETIMED", "ROOT_CONTRADICTED"],
        fraud,
    );
    let report = {
        let mut log = Forgery::of(real_log());
        fraud(&mut log);
        against(log.write().path(), &[receipt(MIDDLE)])
    };
    assert!(
        report.to_string().contains("13.tlog-proof"),
        "the report names the receipt: {report}"
    );
}

#[test]
fn a_body_is_rewritten() {
    let with_body = FIRST_STATEMENT + 1;
    shown_by_the_files(&["BODY"], |log| {
        let body = &mut log.entries[with_body].body;
        let at = body.len() - 1;
        body[at] ^= 1;
    });
    shown_by_the_files(&["BODY"], |log| log.entries[with_body].body.clear());
    // The body of another statement, itself intact.
    shown_by_the_files(&["BODY"], |log| {
        log.entries[with_body].body = log.entries[with_body + 1].body.clone();
    });
}

#[test]
fn an_envelope_is_replaced_by_another_valid_one() {
    // The operator has kept one that the sender signed and that was never logged.
    let other = real_log().statement(50);
    let fraud = |log: &mut Forgery| log.replace(MIDDLE, &other);
    shown_by(
        &[receipt(MIDDLE)],
        &["ENTRY_ALTERED", "ROOT_CONTRADICTED"],
        fraud,
    );
    let under_a_new_salt = |log: &mut Forgery| {
        log.replace(MIDDLE, &other);
        log.entries[MIDDLE].salt = [3; 32];
    };
    shown_by(
        &[receipt(MIDDLE)],
        &["ENTRY_GONE", "ROOT_CONTRADICTED"],
        under_a_new_salt,
    );
    shown_by(
        &[checkpoint(MIDDLE)],
        &["ROOT_CONTRADICTED"],
        under_a_new_salt,
    );
}

#[test]
fn a_statement_is_invented() {
    shown_by_the_files(&["REFUSED"], |log| {
        let entry = &mut log.entries[MIDDLE];
        let mut envelope = <pb::Envelope as prost::Message>::decode(entry.content.as_slice())
            .expect("an envelope");
        // The sender's key is not among the operator's, so the signature stays what it was.
        let key = SigningKey::from_ed25519_seed([1; 32]);
        envelope.signatures[0].sig = key.sign(&envelope.payload);
        entry.content = prost::Message::encode_to_vec(&envelope);
        let digest = precinto_envelope::crypto::sha256(&[&entry.content]).to_vec();
        log.record(MIDDLE, |record| record.envelope_digest = digest);
    });
}

#[test]
fn the_recipients_in_a_record_are_replaced() {
    let to_the_other = |record: &mut pb::StatementRecord| {
        record.recipients[0].agencies = vec!["mx.dev.invalid/sat".to_owned()];
    };
    let from_the_us = FIRST_STATEMENT;
    shown_by_the_files(&["RECIPIENTS"], |log| log.record(from_the_us, to_the_other));
    shown_by_the_files(&["RECIPIENTS"], |log| {
        log.record(from_the_us, |record| record.recipients.clear());
    });
    let mut log = Forgery::of(real_log());
    log.record(from_the_us, to_the_other);
    let report = against(log.write().path(), &[receipt(from_the_us)]);
    assert!(report.has("ENTRY_ALTERED"), "{report}");
}

#[test]
fn an_entry_is_inserted() {
    let late = real_log().statement(51);
    let fraud = |log: &mut Forgery| {
        let mut entry = log.entries[MIDDLE].clone();
        entry.salt = [3; 32];
        log.entries.insert(MIDDLE + 1, entry);
        log.replace(MIDDLE + 1, &late);
    };
    shown_by(
        &[receipt(MIDDLE + 1)],
        &["ENTRY_MOVED", "ROOT_CONTRADICTED"],
        fraud,
    );
    shown_by(&[checkpoint(MIDDLE + 1)], &["ROOT_CONTRADICTED"], fraud);
}

#[test]
fn the_whole_log_is_replaced() {
    let log = real_log();
    let other = crate::real_log::RealLog::write(NOW_MS);
    // Other roots, other signers, the same key of the log: in itself it is sound.
    assert_eq!(other.audit(other.folder()).verdict(), Verdict::Clean);
    let held: Vec<&Held> = other.receipts.iter().collect();
    let report = {
        let held = held.iter().map(|held| (*held).clone()).collect();
        precinto_audit::audit_folder(log.folder(), log.expect(), held, &mut |_| {}).expect("a log")
    };
    assert_eq!(
        report.counts.get("ENTRY_GONE"),
        Some(&(ENTRIES as u64)),
        "{report}"
    );
    assert_eq!(
        report.counts.get("ROOT_CONTRADICTED"),
        Some(&(ENTRIES as u64))
    );
    // And the roots given from outside are not those in the log.
    let report = log.audit(other.folder());
    assert!(report.has("ROOT_UNKNOWN"), "{report}");
}

#[test]
fn the_logs_key_is_exchanged() {
    let key = SigningKey::from_ed25519_seed([6; 32]);
    let signer = NoteSigner::new(crate::real_log::ORIGIN, key).expect("a name and a key");
    let folder = Forgery::of(real_log()).write_signed(&signer);
    let codes = alone(folder.path());
    assert_eq!(
        codes,
        [
            "CHECKPOINT_SIGNATURE",
            "LOG_KEY_DIFFERS",
            "PUBLISHED",
            "UNCOVERED"
        ]
    );
}

#[test]
fn the_log_is_forked() {
    // Up to entry 15 both branches are one; then some were shown another statement.
    let other = real_log().statement(52);
    let fraud = |log: &mut Forgery| log.replace(16, &other);
    shown_by(
        &[receipt(16)],
        &["ENTRY_ALTERED", "ROOT_CONTRADICTED"],
        fraud,
    );
    shown_by(&[checkpoint(16)], &["ROOT_CONTRADICTED"], fraud);
    let mut log = Forgery::of(real_log());
    fraud(&mut log);
    let before = against(log.write().path(), &[checkpoint(15), receipt(15)]);
    assert_eq!(
        before.verdict(),
        Verdict::Clean,
        "whoever saw only the common part cannot tell"
    );
}

#[test]
fn a_warning_is_slipped_into_a_record() {
    let fraud = |log: &mut Forgery| {
        log.record(MIDDLE, |record| {
            record.warnings.push(pb::Finding {
                field: "created_ms".to_owned(),
                reason: pb::Reason::TimeStale.into(),
                detail: "made 30 h ago".to_owned(),
                ..Default::default()
            });
        });
    };
    shown_by(
        &[receipt(MIDDLE)],
        &["ENTRY_ALTERED", "ROOT_CONTRADICTED"],
        fraud,
    );
}

#[test]
fn a_decision_is_rewritten() {
    let fraud = |log: &mut Forgery| {
        log.record(MIDDLE, |record| {
            record.decision.as_mut().expect("a decision").policy_digest = vec![9; 32];
        });
    };
    shown_by(
        &[receipt(MIDDLE)],
        &["ENTRY_ALTERED", "ROOT_CONTRADICTED"],
        fraud,
    );
}

#[test]
fn a_conflict_is_dropped() {
    let fraud = |log: &mut Forgery| {
        let dropped = log.entries.remove(CONFLICT);
        assert_eq!(dropped.entry_type, EntryType::Conflict);
    };
    shown_by(&[checkpoint(CONFLICT)], &["ROOT_CONTRADICTED"], fraud);
    shown_by(&[checkpoint(END)], &["BEYOND_LOG"], fraud);
}

#[test]
fn a_statement_is_logged_twice() {
    shown_by_the_files(&["KEY_REUSED"], |log| {
        let again = log.entries[MIDDLE].clone();
        log.entries.insert(MIDDLE + 1, again);
    });
}

#[test]
fn trust_is_put_behind_what_rests_on_it() {
    let first_by_mexico = FIRST_STATEMENT + 1;
    shown_by_the_files(&["REFUSED", "TRUST_ABSENT"], |log| {
        let mut signer = log.entries.remove(FIRST_STATEMENT - 1);
        log.conflict(CONFLICT - 1, |record| record.accepted_index -= 1);
        signer.time_ms = log.entries[first_by_mexico - 1].time_ms;
        log.entries.insert(first_by_mexico, signer);
    });
}

#[test]
fn batches_are_no_evidence_and_may_be_cut_anew() {
    // The same leaves in other batches have the same roots: nothing that anybody holds is contradicted.
    let log = real_log();
    let mut forgery = Forgery::of(log);
    forgery.merge_batches();
    let folder = forgery.write();
    let held: Vec<&Held> = log.receipts.iter().chain(&log.checkpoints).collect();
    let report = against(folder.path(), &held);
    assert_eq!(
        (report.verdict(), report.receipts_agreed),
        (Verdict::Clean, ENTRIES as u64)
    );
}
