//! Frauds with what trust rests on: what the log says is withdrawn is withdrawn, also for the operator who said so.

use crate::forger::Forgery;
use crate::real_log::{ENTRIES, real_log};
use precinto_proto::v1 as pb;
use prost::Message;

/// What is found when the log ends with these acts and then a statement that rests on what it always did.
fn found(acts: impl Fn(&[pb::TrustRef]) -> Vec<pb::ActRecord>) -> Vec<(&'static str, Option<u64>)> {
    let said = real_log().statement(40);
    let record = pb::StatementRecord::decode(said.record.as_slice()).expect("a record");
    let mut forgery = Forgery::of(real_log());
    for act in acts(&record.trust) {
        forgery.push_act(&act);
    }
    forgery.push_statement(&said);
    let report = real_log().audit(forgery.write().path());
    let findings = report.findings.iter();
    findings
        .map(|finding| (finding.code(), finding.place.entry))
        .collect()
}

fn changed(number: u8, added: Vec<pb::TrustRef>, removed: Vec<pb::TrustRef>) -> pb::ActRecord {
    pb::ActRecord {
        act_id: vec![number; 16],
        actor: "spiffe://us.dev.invalid/gateway/gw1".to_owned(),
        kind: pb::ActKind::TrustChanged.into(),
        via: pb::ActVia::Signal.into(),
        added,
        removed,
        ..Default::default()
    }
}

fn of(kind: pb::TrustKind, trust: &[pb::TrustRef]) -> Vec<pb::TrustRef> {
    let used = trust.iter().filter(|used| used.kind() == kind);
    used.cloned().collect()
}

/// Where the statement stands behind one act.
const BEHIND: Option<u64> = Some(ENTRIES as u64 + 1);

#[test]
fn a_statement_rests_on_a_root_that_was_withdrawn() {
    for kind in [pb::TrustKind::Root, pb::TrustKind::RevocationList] {
        let withdrawn = found(|trust| vec![changed(1, Vec::new(), of(kind, trust))]);
        assert_eq!(withdrawn, [("TRUST_WITHDRAWN", BEHIND)], "{kind:?}");
        let put_back = found(|trust| {
            let of_kind = || of(kind, trust);
            vec![
                changed(1, Vec::new(), of_kind()),
                changed(2, of_kind(), Vec::new()),
            ]
        });
        assert_eq!(put_back, [], "{kind:?}");
    }
}
