//! Whole folders: which parts of them are read, and what each part proves.

use super::*;
use crate::finding::Finding;
use crate::specimen::{NOW_MS, Site};
use crate::{Severity, Verdict};
use std::fs;
use tempfile::TempDir;

/// A data folder of which everything fits together.
fn folder(site: &Site) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("journal")).unwrap();
    let drafts = site.drafts();
    put(
        &folder,
        "journal/00000000000000000000.seg",
        &site.segment(&drafts, &[4, 4]),
    );
    put(&folder, "checkpoint", site.note_at(&drafts, 8).as_bytes());
    put(
        &folder,
        "log.vkey",
        format!("{}\n", site.log.verifier()).as_bytes(),
    );
    folder
}

fn put(folder: &TempDir, name: &str, bytes: &[u8]) {
    use std::io::Write;
    let mut file = fs::File::create(folder.path().join(name)).unwrap();
    file.write_all(bytes).unwrap();
}

fn audit(folder: &Path, expect: Expect) -> Report {
    audit_folder(folder, expect, Vec::new(), &mut |_| {}).unwrap()
}

fn grave(report: &Report) -> Vec<&'static str> {
    let findings = report
        .findings
        .iter()
        .filter(|found| found.severity() != Severity::Note);
    findings.map(Finding::code).collect()
}

#[test]
fn a_data_folder_and_its_journal_folder_are_both_taken() {
    let site = Site::new();
    let folder = folder(&site);
    let report = audit(folder.path(), site.expect());
    assert_eq!(
        (report.verdict(), report.published_agreed),
        (Verdict::Clean, true)
    );
    let report = audit(&folder.path().join("journal"), site.expect());
    assert_eq!(
        (report.verdict(), report.published_agreed),
        (Verdict::Clean, false)
    );
}

#[test]
fn progress_is_told_to_its_end() {
    let site = Site::new();
    let folder = folder(&site);
    let mut heard = Vec::new();
    audit_folder(folder.path(), site.expect(), Vec::new(), &mut |progress| {
        heard.push(progress);
    })
    .unwrap();
    let last = heard.last().unwrap();
    assert_eq!((last.entries, last.bytes_read), (8, last.bytes_total));
    assert!(last.bytes_total > 0);
}

#[test]
fn without_a_journal_there_is_nothing_to_audit() {
    let empty = tempfile::tempdir().unwrap();
    let error = audit_folder(empty.path(), Site::new().expect(), Vec::new(), &mut |_| {});
    assert!(matches!(error, Err(OpenError::NoJournal { .. })));
    let error = audit_folder(
        &empty.path().join("x"),
        Site::new().expect(),
        Vec::new(),
        &mut |_| {},
    );
    assert!(matches!(error, Err(OpenError::Read { .. })));
}

#[test]
fn the_key_beside_the_log_proves_less() {
    let site = Site::new();
    let folder = folder(&site);
    let beside = || Expect {
        key: LogKey::BesideTheLog,
        ..site.expect()
    };
    let report = audit(folder.path(), beside());
    assert_eq!(grave(&report), ["LOG_KEY_UNPINNED"]);
    assert_eq!(report.exit_code(), 4);
    fs::remove_file(folder.path().join("log.vkey")).unwrap();
    assert_eq!(grave(&audit(folder.path(), beside())), ["NO_LOG_KEY"]);
}

#[test]
fn another_key_beside_the_log_is_named() {
    let site = Site::new();
    let folder = folder(&site);
    for text in [
        "nonsense",
        "other.example/log+00000000+AAAA",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n",
    ] {
        put(&folder, "log.vkey", text.as_bytes());
        assert_eq!(
            grave(&audit(folder.path(), site.expect())),
            ["LOG_KEY_DIFFERS"],
            "{text}"
        );
    }
}

#[test]
fn a_journal_shorter_than_the_published_checkpoint_is_found() {
    let site = Site::new();
    let folder = folder(&site);
    let drafts = site.drafts();
    put(
        &folder,
        "journal/00000000000000000000.seg",
        &site.segment(&drafts[..4], &[4]),
    );
    let report = audit(folder.path(), site.expect());
    assert_eq!(grave(&report), ["BEYOND_LOG"]);
    assert_eq!(report.findings[0].place, Place::file("checkpoint"));
    put(&folder, "checkpoint", b"no checkpoint");
    assert_eq!(grave(&audit(folder.path(), site.expect())), ["PUBLISHED"]);
}

#[test]
fn a_crash_before_the_commit_leaves_no_fault() {
    let site = Site::new();
    let folder = folder(&site);
    let drafts = site.drafts();
    let mut bytes = site.segment(&drafts, &[4, 3, 1]);
    bytes.truncate(bytes.len() - 100);
    put(&folder, "journal/00000000000000000000.seg", &bytes);
    put(&folder, "checkpoint", site.note_at(&drafts, 7).as_bytes());
    let report = audit(folder.path(), site.expect());
    assert_eq!((report.verdict(), report.tree_size), (Verdict::Clean, 7));
    assert!(report.has("TORN_TAIL"));
    // The same tail under a published checkpoint was acknowledged, and is missing.
    put(&folder, "checkpoint", site.note_at(&drafts, 8).as_bytes());
    assert_eq!(grave(&audit(folder.path(), site.expect())), ["BEYOND_LOG"]);
}

#[test]
fn an_audit_at_the_time_of_the_last_entry_finds_no_time_ahead() {
    let site = Site::new();
    let expect = Expect {
        now_ms: NOW_MS,
        ..site.expect()
    };
    assert_eq!(grave(&audit(folder(&site).path(), expect)), [] as [&str; 0]);
}
