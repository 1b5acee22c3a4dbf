//! What revocation lists say of entries whose records do not name them.

use super::*;

#[test]
fn a_newer_revocation_list_shows_who_had_been_revoked() {
    let site = Site::new();
    let drafts = site.drafts();
    let under = |since_ms: u64| {
        let mut expect = site.expect();
        let crls = vec![site.crl_revoking_signer(since_ms)];
        expect.trust.as_mut().unwrap()[0].crls = crls;
        found(&audit_against(&site, &drafts, expect, Vec::new()))
    };
    let expected = [5, 6, 7].map(|at| ("REVOKED_BEFORE", Some(at)));
    assert_eq!(under(NOW_MS + SECOND_MS), expected);
    assert_eq!(under(NOW_MS + 3600 * SECOND_MS), NOTHING, "revoked later");
    // The same if the newer list is in the log, and the records name the older one.
    let mut logged = site.drafts();
    let newer = site.crl_revoking_signer(NOW_MS);
    logged.insert(4, trust_entry(pb::TrustKind::RevocationList, SIDE, newer));
    logged.truncate(7);
    let expected = [5, 6].map(|at| ("REVOKED_BEFORE", Some(at)));
    assert_eq!(found(&audit(&site, &logged)), expected);
    // Unusable lists are said to be so.
    let mut expect = site.expect();
    expect.trust.as_mut().unwrap()[0].crls = vec![vec![1, 2, 3]];
    let report = audit_against(&site, &drafts, expect, Vec::new());
    assert_eq!(found(&report), [("TRUST_INCOMPLETE", None)]);
}

#[test]
fn what_was_rightly_taken_in_is_no_fault_when_its_signer_is_revoked_later() {
    let site = Site::new();
    let minutes = |count: u64| NOW_MS + count * 60 * SECOND_MS;
    // Made ten minutes after the messages, which came a second apart: the second one and the third are in doubt.
    let late = site.crl_made_later(minutes(10), NOW_MS + SECOND_MS);
    let mut drafts = site.drafts();
    drafts.truncate(7);
    let in_doubt = [5, 6].map(|at| ("REVOKED_SINCE", Some(at)));
    let mut expect = site.expect();
    expect.trust.as_mut().unwrap()[0].crls = vec![late.clone()];
    let outside = audit_against(&site, &drafts, expect, Vec::new());
    assert_eq!(found(&outside), in_doubt, "{outside}");
    assert_eq!(outside.verdict(), Verdict::Inconclusive);
    let mut entry = trust_entry(pb::TrustKind::RevocationList, SIDE, late);
    entry.time_ms = minutes(11);
    drafts.push(entry);
    let logged = audit(&site, &drafts);
    assert_eq!(found(&logged), in_doubt, "{logged}");
    assert_eq!(logged.exit_code(), 4);
    // Whatever else the log takes in, it is said once.
    let another = site.crl_made_later(minutes(12), NOW_MS + SECOND_MS);
    let mut entry = trust_entry(pb::TrustKind::RevocationList, SIDE, another);
    entry.time_ms = minutes(13);
    drafts.push(entry);
    assert_eq!(found(&audit(&site, &drafts)), in_doubt);
}
