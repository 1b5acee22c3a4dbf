//! Deletion without a tombstone, and revocations that the log keeps quiet about.

use crate::forger::Forgery;
use crate::real_log::{FIRST_STATEMENT, NOW_MS, real_log};
use precinto_audit::{SideRoots, audit_folder};

const MIDDLE: usize = 13;

#[test]
fn a_record_is_pruned_without_a_tombstone() {
    let mut log = Forgery::of(real_log());
    log.entries[MIDDLE].prune_record();
    log.entries[MIDDLE].body.clear();
    log.entries[MIDDLE].body_pruned = true;
    let folder = log.write();
    let report = real_log().audit_against(folder.path(), &[&real_log().receipts[MIDDLE]]);
    // Leaf, root and receipt are as they were: only the tombstone is missing.
    assert_eq!(
        report.counts.keys().copied().collect::<Vec<_>>(),
        ["RECORD_PRUNED"]
    );
    assert_eq!((report.exit_code(), report.receipts_agreed), (3, 1));
}

#[test]
fn a_body_is_pruned_without_a_tombstone() {
    let with_body = FIRST_STATEMENT + 1;
    let mut log = Forgery::of(real_log());
    log.entries[with_body].body.clear();
    log.entries[with_body].body_pruned = true;
    let report = real_log().audit(log.write().path());
    assert_eq!(
        report.counts.keys().copied().collect::<Vec<_>>(),
        ["BODY_PRUNED"]
    );
    assert_eq!(report.findings[0].place.entry, Some(with_body as u64));
}

#[test]
fn a_gateway_goes_on_under_an_old_revocation_list() {
    // The United States revoked their node's certificate before its second statement; the log never says so.
    let log = real_log();
    let revoked_ms = NOW_MS + 2_000;
    let crl = log.us().crl_with(log.us_signer(), revoked_ms);
    let mut expect = log.expect();
    let side = |side: &SideRoots| side.side == *log.us().side();
    let us = expect
        .trust
        .as_mut()
        .and_then(|sides| sides.iter_mut().find(|us| side(us)));
    us.expect("the side").crls = vec![crl];
    let report = audit_folder(log.folder(), expect, Vec::new(), &mut |_| {}).expect("a log");
    assert_eq!(
        report.counts.keys().copied().collect::<Vec<_>>(),
        ["REVOKED_BEFORE"],
        "{report}"
    );
    let first = report
        .findings
        .first()
        .and_then(|finding| finding.place.entry);
    assert_eq!(
        first,
        Some(FIRST_STATEMENT as u64 + 2),
        "the first one came before"
    );
}
