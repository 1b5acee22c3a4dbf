//! What was found and let pass, for the sender who can still mend it, and for the record that outlives the body.

use precinto_alert::{Lang, Reason, Violation};
use precinto_proto::v1 as pb;

use crate::limits::{ANSWER_WARNINGS_MAX, RECORD_WARNINGS_MAX};

/// For the sender's own answer, with whatever would fit instead.
pub(super) fn told(warnings: &[Violation]) -> Vec<pb::Finding> {
    listed(warnings, ANSWER_WARNINGS_MAX, finding)
}

/// For the record, which stays when the body is deleted by law: so it says nothing that a party could be known by. What was
/// meant by a wrong tax number is in most cases somebody's true one.
pub(super) fn recorded(warnings: &[Violation]) -> Vec<pb::Finding> {
    listed(warnings, RECORD_WARNINGS_MAX, |violation| {
        let mut finding = finding(violation);
        if violation.field.starts_with("content.parties") {
            finding.proposals.clear();
        }
        finding
    })
}

/// The first of them; where they are too many, the last place says how many are not listed.
fn listed(
    warnings: &[Violation],
    most: usize,
    finding: impl Fn(&Violation) -> pb::Finding,
) -> Vec<pb::Finding> {
    if warnings.len() <= most {
        return warnings.iter().map(finding).collect();
    }
    let kept = most.saturating_sub(1);
    let unlisted = warnings.len() - kept;
    let mut listed: Vec<_> = warnings.iter().take(kept).map(finding).collect();
    listed.push(pb::Finding {
        field: "warnings".to_owned(),
        reason: Reason::LimitReached.into(),
        detail: format!("and {unlisted} more that are not listed"),
        detail_es: format!("y otras {unlisted} que no se enumeran"),
        proposals: Vec::new(),
    });
    listed
}

fn finding(violation: &Violation) -> pb::Finding {
    let Violation {
        field,
        reason,
        detail,
        proposals,
    } = violation;
    pb::Finding {
        field: field.clone(),
        reason: (*reason).into(),
        detail: detail.text(Lang::En).to_owned(),
        detail_es: detail.text(Lang::Es).to_owned(),
        proposals: proposals.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warnings(count: usize) -> Vec<Violation> {
        let one = |index| Violation {
            field: format!("content.parties[{index}].tax_id"),
            reason: Reason::RfcCheckDigit,
            detail: ("wrong", "equivocado").into(),
            proposals: vec!["XAXX010101000".to_owned()],
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn none_is_left_out_in_silence() {
        let exactly = recorded(&warnings(RECORD_WARNINGS_MAX));
        assert_eq!(exactly.len(), RECORD_WARNINGS_MAX);
        assert!(exactly.iter().all(|one| one.field != "warnings"));
        let over = recorded(&warnings(RECORD_WARNINGS_MAX + 1));
        assert_eq!(over.len(), RECORD_WARNINGS_MAX);
        let last = over.last().unwrap();
        assert_eq!(last.detail, "and 2 more that are not listed");
        assert_eq!(
            told(&warnings(RECORD_WARNINGS_MAX + 1)).len(),
            RECORD_WARNINGS_MAX + 1
        );
    }

    #[test]
    fn only_the_sender_is_told_what_a_party_may_be_called() {
        let proposals =
            |listed: Vec<pb::Finding>| listed.into_iter().flat_map(|one| one.proposals).count();
        assert_eq!(proposals(told(&warnings(3))), 3);
        assert_eq!(proposals(recorded(&warnings(3))), 0);
        let waybill = Violation {
            field: "content.shipments[0].master_awb".to_owned(),
            ..warnings(1).remove(0)
        };
        let recorded = recorded(&[waybill]);
        assert_eq!(recorded[0].detail_es, "equivocado");
        assert_eq!(proposals(recorded), 1, "a waybill is nobody's name");
    }
}
