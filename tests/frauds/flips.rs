//! A single flipped bit anywhere in a stored log: the audit says where.

use crate::forger::{Forgery, segments};
use crate::real_log::{CONFLICT, ENTRIES, FIRST_STATEMENT, NOW_MS, log_key, real_log};
use precinto_audit::finding::Damage;
use precinto_audit::format::segment_steps;
use precinto_audit::source::Entry;
use precinto_audit::{Finding, Kind, Step};
use precinto_envelope::crypto::sha256;
use precinto_ledger::clock::ManualClock;
use precinto_ledger::testing::unverified;
use precinto_ledger::{BatchLimits, Ledger, Options};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

const HEADER: usize = 64;

/// All bits of headers, and of every other byte one bit, each time another.
fn bits(bytes: &[u8], byte: usize) -> Vec<u8> {
    let starts = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, four)| *four == b"FRAM")
        .map(|(at, _)| at);
    let in_header = byte < HEADER
        || starts
            .into_iter()
            .any(|at| (at..at + HEADER).contains(&byte));
    // A fixed rule instead of a random one: the same bits in every run.
    let one = u8::try_from(byte.wrapping_mul(2_654_435_761) >> 7 & 7).expect("three bits");
    if in_header {
        (0..8).collect()
    } else {
        vec![one]
    }
}

#[test]
fn every_byte_of_the_real_log_is_guarded_to_the_bit() {
    sweep(real_log().folder(), |_| true);
}

/// A log of 1 MiB, that is of bodies for the most part: all of its bytes in release or with `PRECINTO_FAULTS`, else one of sixteen,
/// in each segment others, because a debug build takes two minutes of CPU for all.
#[test]
fn every_byte_of_a_mebibyte_is_guarded_to_the_bit() {
    let is_whole = !cfg!(debug_assertions) || std::env::var_os("PRECINTO_FAULTS").is_some();
    let folder = mebibyte();
    let mut number = 0;
    let bytes = sweep(folder.path(), |byte| {
        number += 1;
        is_whole || (byte + number / 3_001) % 16 == 0
    });
    assert!(bytes >= 1 << 20, "{bytes}");
}

/// Entries with bodies of 3 KiB, each in a segment of its own.
fn mebibyte() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let options = || Options {
        dir: folder.path().to_owned(),
        signer: log_key(),
        limits: BatchLimits {
            segment_bytes: 3_000,
            ..BatchLimits::default()
        },
    };
    Ledger::create(&options()).expect("a new log");
    let clock = Arc::new(ManualClock::new(NOW_MS));
    let (ledger, owner) = Ledger::open(options(), clock).expect("a new log");
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(async {
        for number in 0..300_u32 {
            let digest = |part: &[u8]| sha256(&[&number.to_be_bytes(), part]);
            let [key, record, content] = [b"key", b"rec", b"con"].map(|part| digest(part));
            let body: Vec<u8> = (0..96_u8).flat_map(|part| digest(&[part])).collect();
            let entry = unverified(key, &record, &content, &body);
            ledger.append(entry).await.expect("appended");
        }
    });
    owner.stop().expect("a clean stop");
    folder
}

/// Flips bits of the bytes that are chosen of each segment, one after the other; how many bytes there are in all.
fn sweep(folder: &Path, mut is_chosen: impl FnMut(usize) -> bool) -> usize {
    let mut all = 0;
    for (name, right) in segments(folder) {
        all += right.len();
        let sound = entries(segment_steps(&name, right.clone(), true));
        let chosen: Vec<usize> = (0..right.len()).filter(|byte| is_chosen(*byte)).collect();
        std::thread::scope(|scope| {
            for part in chosen.chunks(chosen.len().div_ceil(2).max(1)) {
                let (name, right, sound) = (&name, &right, &sound);
                scope.spawn(move || {
                    for &byte in part {
                        for bit in bits(right, byte) {
                            let mut wrong = right.clone();
                            wrong[byte] ^= 1 << bit;
                            check(name, wrong, (byte, bit), sound);
                        }
                    }
                });
            }
        });
    }
    all
}

/// The flip is named exactly, and nothing else is lost: the same entries are read.
fn check(name: &str, wrong: Vec<u8>, (byte, bit): (usize, u8), sound: &[Entry]) {
    let steps: Vec<Step> = segment_steps(name, wrong, true).collect();
    let findings: Vec<&Finding> = steps
        .iter()
        .filter_map(|step| match step {
            Step::Finding(finding) => Some(finding),
            Step::Batch(_) => None,
        })
        .collect();
    let [finding] = findings.as_slice() else {
        panic!("{name}, {byte}, {bit}: {findings:?}")
    };
    assert!(
        matches!(finding.kind, Kind::Bytes(Damage::FlippedBit { .. })),
        "{name}, {byte}, {bit}: {finding}"
    );
    assert_eq!(finding.place.file.as_deref(), Some(name));
    assert_eq!(
        (finding.place.offset, finding.place.bit),
        (Some(byte as u64), Some(bit))
    );
    assert!(
        entries(steps) == sound,
        "{name}, {byte}, {bit}: the bit was put right"
    );
}

fn entries(steps: impl IntoIterator<Item = Step>) -> Vec<Entry> {
    let batches = steps.into_iter().filter_map(|step| match step {
        Step::Batch(batch) => Some(batch),
        Step::Finding(_) => None,
    });
    batches.flat_map(|batch| batch.entries).collect()
}

#[test]
fn the_report_names_the_bit_and_the_exit_status_is_three() {
    let folder = copy(real_log().folder());
    for (name, right) in segments(real_log().folder()) {
        // Spread over the file; the sweep above has all of them.
        for byte in (0..right.len()).step_by(397) {
            let path = folder.path().join("journal").join(&name);
            let mut wrong = right.clone();
            wrong[byte] ^= 4;
            put(&path, &wrong);
            let report = real_log().audit(folder.path());
            assert_eq!(
                report.counts.keys().copied().collect::<Vec<_>>(),
                ["FLIPPED_BIT"]
            );
            assert_eq!((report.exit_code(), report.findings.len()), (3, 1));
            assert_eq!(report.entries, 23, "everything else was still audited");
            let place = format!("{name}, byte {byte}, bit 2");
            assert!(report.to_string().contains(&place), "{place}: {report}");
            put(&path, &right);
        }
    }
}

#[test]
fn a_spoilt_end_never_audits_as_clean() {
    let folder = copy(real_log().folder());
    let (name, right) = segments(real_log().folder())
        .into_iter()
        .next_back()
        .expect("a segment");
    let mut zeros = right.clone();
    zeros[right.len() - 40..].fill(0);
    let mut two_bits = right.clone();
    two_bits[right.len() - 40] ^= 0x11;
    // Before the last batch, which has four entries.
    let lags = &real_log().checkpoints[CONFLICT].bytes;
    let covers = fs::read(folder.path().join("checkpoint")).expect("the published one");
    for wrong in [zeros, two_bits] {
        put(&folder.path().join("journal").join(&name), &wrong);
        let published = folder.path().join("checkpoint");
        put(&published, &covers);
        let report = real_log().audit(folder.path());
        assert!(report.has("SPOILT_TAIL"), "{report}");
        assert_eq!(report.exit_code(), 3, "the checkpoint covers it: {report}");
        // The published checkpoint lags behind the receipts, so it cannot say whether any were given.
        put(&published, lags);
        let report = real_log().audit(folder.path());
        let codes: Vec<_> = report.counts.keys().copied().collect();
        assert_eq!((codes, report.exit_code()), (vec!["SPOILT_TAIL"], 4));
        let receipt = &real_log().receipts[ENTRIES - 1];
        let report = real_log().audit_against(folder.path(), &[receipt]);
        assert_eq!(report.exit_code(), 3, "a receipt says: {report}");
        fs::remove_file(&published).expect("removed");
        assert_eq!(real_log().audit(folder.path()).exit_code(), 4);
    }
}

#[test]
fn every_bit_of_the_published_checkpoint_and_key_is_guarded_too() {
    // The first entries will do: what matters lies beside them.
    let mut log = Forgery::of(real_log());
    log.entries.truncate(FIRST_STATEMENT);
    let folder = log.write();
    assert_eq!(real_log().audit(folder.path()).exit_code(), 0);
    for (name, code) in [("checkpoint", "PUBLISHED"), ("log.vkey", "LOG_KEY_DIFFERS")] {
        let path = folder.path().join(name);
        let right = fs::read(&path).expect("readable");
        for byte in 0..right.len() {
            let mut wrong = right.clone();
            wrong[byte] ^= 1 << (byte % 8);
            put(&path, &wrong);
            let report = real_log().audit(folder.path());
            assert!(report.has(code), "{name}, byte {byte}: {report}");
        }
        put(&path, &right);
    }
}

fn copy(from: &Path) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("journal")).expect("a folder");
    for (name, bytes) in segments(from) {
        put(&folder.path().join("journal").join(name), &bytes);
    }
    for name in ["checkpoint", "log.vkey"] {
        fs::copy(from.join(name), folder.path().join(name)).expect("a file");
    }
    folder
}

fn put(path: &Path, bytes: &[u8]) {
    use std::io::Write;
    fs::File::create(path)
        .and_then(|mut file| file.write_all(bytes))
        .expect("written");
}
