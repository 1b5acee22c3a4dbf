//! What no outside proof can show: pinned here, so that nobody promises more.

use crate::forger::Forgery;
use crate::real_log::{MINUTE_MS, NOW_MS, RealLog, log_key, real_log};
use precinto_audit::{Expect, Held, Verdict, audit_folder};
use precinto_envelope::crypto::SigningKey;
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::cosignature::CosignatureSigner;

#[test]
fn a_false_time_given_at_append_cannot_be_shown() {
    // The gateway's clock was three minutes slow when it wrote. Receipts, checkpoints and files all agree.
    let log = RealLog::write(NOW_MS - 3 * MINUTE_MS);
    let held: Vec<&Held> = log.receipts.iter().chain(&log.checkpoints).collect();
    let report = log.audit_against(log.folder(), &held);
    assert_eq!(report.verdict(), Verdict::Clean);
    assert!(
        report.first_ms.is_some_and(|first_ms| first_ms < NOW_MS),
        "and yet it is wrong"
    );
    let limit = "Not proven: that a time was true when the gateway wrote it down.";
    assert!(report.to_string().contains(limit), "the report says so");
}

#[test]
fn truncation_beyond_the_newest_proof_that_anybody_holds_cannot_be_shown() {
    let mut log = Forgery::of(real_log());
    log.entries.truncate(15);
    let folder = log.write();
    let held: Vec<&Held> = real_log()
        .receipts
        .iter()
        .chain(&real_log().checkpoints)
        .collect();
    let (kept, lost): (Vec<&Held>, Vec<&Held>) =
        held.into_iter().partition(|held| size_of_proof(held) <= 15);
    assert!(
        !lost.is_empty(),
        "had anybody kept one of these, it would show"
    );
    let report = real_log().audit_against(folder.path(), &kept);
    assert_eq!(report.verdict(), Verdict::Clean);
    let limit = "that nothing was cut off after the newest receipt or checkpoint given";
    assert!(report.to_string().contains(limit), "the report says so");
    for proof in lost {
        let report = real_log().audit_against(folder.path(), &[proof]);
        assert!(report.has("BEYOND_LOG"), "{}", proof.name);
    }
}

#[test]
fn a_rewritten_log_passes_if_nobody_holds_anything() {
    let mut log = Forgery::of(real_log());
    log.entries.remove(13);
    let report = real_log().audit(log.write().path());
    assert_eq!(report.verdict(), Verdict::Clean);
    let limit = "that this is the log that others have seen";
    assert!(report.to_string().contains(limit), "the report says so");
}

#[test]
fn a_statement_that_was_never_accepted_leaves_no_trace() {
    // Statement 60 was signed and submitted; the gateway dropped it and gave no receipt.
    let dropped = real_log().statement(60);
    let held: Vec<&Held> = real_log().receipts.iter().collect();
    let report = real_log().audit_against(real_log().folder(), &held);
    assert_eq!(report.verdict(), Verdict::Clean);
    assert!(!dropped.record.is_empty());
}

/// The tree size that a piece of evidence proves: the second line of the checkpoint in it.
fn size_of_proof(held: &Held) -> u64 {
    let text = std::str::from_utf8(&held.bytes).expect("text");
    let note = text.split_once("\n\n").map_or(text, |(proof, note)| {
        if proof.starts_with("c2sp.org/tlog-proof") {
            note
        } else {
            text
        }
    });
    note.lines()
        .nth(1)
        .and_then(|line| line.parse().ok())
        .expect("a size")
}

#[test]
fn a_false_time_is_shown_by_whoever_has_cosigned_meanwhile() {
    // A witness cosigns the checkpoint of eleven entries, by a clock that is right.
    let audited = |log: &RealLog| {
        let key = SigningKey::from_ed25519_seed([44; 32]);
        let witness = CosignatureSigner::new("mx/witness", key).expect("a witness");
        let held = &log.checkpoints[13];
        let signed = SignedCheckpoint::verify(&held.bytes, &log_key().verifier()).expect("signed");
        let line = witness.cosign(signed.checkpoint(), NOW_MS / 1000);
        let cosigned = signed.with_cosignatures(&line.expect("a time"));
        let held = Held {
            name: "cosigned".to_owned(),
            bytes: cosigned.expect("a note").note().as_bytes().to_vec(),
        };
        let expect = Expect {
            witnesses: vec![witness.verifier()],
            ..log.expect()
        };
        let report = audit_folder(log.folder(), expect, vec![held], &mut |_| {});
        report.expect("a journal")
    };
    let right = audited(real_log());
    assert_eq!(
        (right.verdict(), right.cosignatures_compared),
        (Verdict::Clean, 1)
    );
    // The same gateway's clock three minutes slow, and three minutes fast.
    for (clock_ms, code) in [
        (NOW_MS - 3 * MINUTE_MS, "BEFORE_COSIGNATURE"),
        (NOW_MS + 3 * MINUTE_MS, "AFTER_COSIGNATURE"),
    ] {
        let report = audited(&RealLog::write(clock_ms));
        let codes: Vec<_> = report.counts.keys().copied().collect();
        // One of two times is false, and nobody can tell which from these two alone.
        assert_eq!((codes, report.exit_code()), (vec![code], 4), "{report}");
        assert!(report.to_string().contains("mx/witness"), "{report}");
    }
}
