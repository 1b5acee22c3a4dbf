//! Every type of message, sent with as little typed as a person needs to, taken by a gateway and told by `show` in both languages.

use super::{ANAM, CBP, Stage, begin, has};
use precinto_alert::Lang;
use precinto_alert::code::{Coded as _, MessageType as T};
use precinto_tests::audit;
use serde_json::Value;
use std::collections::BTreeSet;

const FGR: &str = "mx-fgr-hq";

/// Whom a message reaches that names nobody.
#[derive(Clone, Copy)]
enum To {
    /// Who wrote the alert.
    Originator,
    /// Whom the alert went to, also those who follow its topic.
    Addressees,
    /// One other agency.
    Only(&'static str),
    /// The agency that takes over, and the originator.
    TakerAndOriginator,
}

/// One message, and what the story then says of it beside its type: the same in both languages.
struct Said {
    kind: T,
    node: &'static str,
    line: &'static str,
    to: To,
    told: &'static str,
}

/// The terms on which a reply is said, in English and Spanish: to whom, how urgent, by which law, how it may be handled.
#[rustfmt::skip]
const TERMS: [(T, [&str; 2]); 4] = [
    (T::Rfi, ["mx.dev.invalid/anam → us.dev.invalid/cbp", "mx.dev.invalid/anam → us.dev.invalid/cbp"]),
    (T::Rfi, ["precedence immediate (P2)", "precedencia inmediata (P2)"]),
    (T::Rfi, ["rests on customs agreement (CUSTOMS_AGREEMENT)", "se funda en acuerdo aduanero (CUSTOMS_AGREEMENT)"]),
    (T::Comment, ["handling as the alert", "manejo como la alerta"]),
];

const fn said(kind: T, node: &'static str, line: &'static str, to: To, told: &'static str) -> Said {
    Said {
        kind,
        node,
        line,
        to,
        told,
    }
}

/// A whole case in an order in which each may follow; the alert itself opened it. `_` stands for a blank, `ID` for the alert.
#[rustfmt::skip]
const CASE: &[Said] = &[
    said(T::Ack, ANAM, "ack ID --level person --officer hernandez", To::Originator, "(PERSON)"),
    said(T::Amend, CBP, "amend FILE ID", To::Addressees, "26 "),
    said(T::Reject, FGR, "reject ID --reason WEIGHT_MISMATCH", To::Originator, "(WEIGHT_MISMATCH)"),
    said(T::Assessment, ANAM, "assessment ID --result RISK --confidence HIGH --indicator PK05=2", To::Originator, "(PK05)"),
    said(T::Rfi, ANAM, "rfi ID --precedence P2 --authority CUSTOMS-AGREEMENT --question Who_paid?", To::Originator, "1. Who paid?"),
    said(T::RfiResponse, CBP, "rfi-response ID --answer 1=The_forwarder", To::Only("mx.dev.invalid/anam"), "1. The forwarder"),
    said(T::Rfs, ANAM, "rfs ID --precedence P1 --authority CUSTOMS-AGREEMENT --screen 865-48291176=ETD", To::Originator, "865-48291176, "),
    said(T::RfsResult, CBP, "rfs-result ID --threat 865-48291176=ETD@-10m", To::Only("mx.dev.invalid/anam"), "(ETD), "),
    said(T::ActionRequest, CBP, "action-request ID --precedence P1 --authority CUSTOMS-AGREEMENT --action HOLD,INSPECT-XRAY", To::Addressees, "(INSPECT_XRAY)"),
    said(T::ActionResponse, ANAM, "action-response ID --verdict PARTIAL --action HOLD --ground NO-CAPACITY", To::Originator, "(NO_CAPACITY)"),
    said(T::HoldSet, ANAM, "hold-set ID --kind EXAMINATION --at NLU --pieces 24", To::Originator, "(IN_PLACE)"),
    said(T::HoldStatus, ANAM, "hold-status ID --kind EXAMINATION --state PARTIAL --pieces 10", To::Originator, "(EXAMINATION); "),
    said(T::HoldRelease, ANAM, "hold-release ID --kind EXAMINATION", To::Originator, "(LIFTED)"),
    said(T::DisseminationRequest, ANAM, "dissemination-request ID --authority CUSTOMS-AGREEMENT --release-to us.dev.invalid/atf --purpose Their_file", To::Originator, "Their file"),
    said(T::DisseminationDecision, CBP, "dissemination-decision ID --verdict REFUSED", To::Only("mx.dev.invalid/anam"), "(REFUSED)"),
    said(T::Link, CBP, "link ID --with US-CBPLAX-2026-000002T --kind SAME-PARTY", To::Addressees, "US-CBPLAX-2026-000002T"),
    said(T::Comment, ANAM, "comment ID --text Two_hours_late", To::Originator, "Two hours late"),
    said(T::Transfer, ANAM, "transfer ID --transfer-to mx.dev.invalid/fgr --authority NATIONAL-LAW --remark Out_of_hours", To::TakerAndOriginator, "Out of hours"),
    said(T::Outcome, FGR, "outcome ID --code SEIZED --form MX-ASEGURAMIENTO --arrests 2 --officer castillo", To::Originator, "(SEIZED)"),
    said(T::SystemNotice, CBP, "notice --kind MAINTENANCE --to mx.dev.invalid/anam --text Database_move --begins +12h --ends +14h", To::Only("mx.dev.invalid/anam"), "(MAINTENANCE)"),
    said(T::Cancel, CBP, "cancel ID --remark Explained", To::Addressees, "Explained"),
    said(T::Recall, CBP, "recall ID --measure QUARANTINE --ground ERROR", To::Addressees, "(QUARANTINE)"),
    said(T::RecallConfirm, ANAM, "recall-confirm ID", To::Originator, "(QUARANTINE)"),
];

/// Whom the gateway delivered it to, against the table.
fn reaches(sent: &Value, to: To, addressees: &BTreeSet<String>) {
    let reached = sent["delivered_to"].as_array().expect("recipients");
    let reached = reached
        .iter()
        .map(|one| one.as_str().expect("a name").to_owned());
    let expected: BTreeSet<String> = match to {
        To::Originator => BTreeSet::from(["us.dev.invalid/cbp".to_owned()]),
        To::Addressees => addressees.clone(),
        To::Only(agency) => BTreeSet::from([agency.to_owned()]),
        To::TakerAndOriginator => {
            BTreeSet::from(["mx.dev.invalid/fgr", "us.dev.invalid/cbp"].map(str::to_owned))
        }
    };
    assert_eq!(reached.collect::<BTreeSet<_>>(), expected, "{sent}");
}

/// Goods are on hold from the first message about it to the last.
fn holds(stage: &Stage, said: T) {
    let expected = match said {
        T::HoldSet | T::HoldStatus => Some(0),
        T::HoldRelease | T::ActionResponse => Some(7),
        _ => return,
    };
    let (code, listed) = stage.ends(CBP, "list --state on-hold");
    assert_eq!(code, expected, "{said:?}: {listed}");
}

/// What `show` says right after, in either language: to whom it went, and to who wrote it.
fn is_told(stage: &Stage, one: &Said) {
    for (flag, lang) in [("en", Lang::En), ("es", Lang::Es)] {
        for node in [CBP, one.node] {
            let story = stage.done(node, &format!("--lang {flag} show ID"));
            let (_, spoken) = story.rsplit_once("  #").expect("a message");
            has(spoken, &[one.kind.label(lang), one.told]);
            for (_, [en, es]) in TERMS.iter().filter(|(kind, _)| *kind == one.kind) {
                has(spoken, &[if lang == Lang::En { en } else { es }]);
            }
        }
    }
}

#[test]
fn every_type_of_message_is_taken_and_told() {
    let types: BTreeSet<i32> = CASE.iter().map(|one| one.kind.into()).collect();
    let all = (1..).take_while(|number| T::try_from(*number).is_ok());
    let all: BTreeSet<i32> = all
        .filter(|number| *number != i32::from(T::Alert))
        .collect();
    assert_eq!(types, all, "a type that nobody sends here");

    let stage = begin();
    let anam = stage.object(CBP, "show ID");
    let parts = anam["parts"].as_array().expect("parts");
    let agencies = parts
        .iter()
        .map(|part| part["agency"].as_str().expect("a name").to_owned());
    let addressees: BTreeSet<String> = agencies.collect();
    assert_eq!(addressees.len(), 4, "ANAM, DEA, COFEPRIS, FGR");
    let amended = stage.file("amended.yaml");
    for one in CASE {
        let line = one.line.replace("FILE", &amended.display().to_string());
        // What is confirmed was carried out before.
        if one.kind == T::RecallConfirm {
            stage.done(one.node, "sync");
        }
        let sent = stage.send(one.node, &line);
        reaches(&sent, one.to, &addressees);
        holds(&stage, one.kind);
        if one.kind == T::SystemNotice {
            let seen = stage.done(ANAM, "watch --until-caught-up");
            has(&seen, &[one.told, "Database move"]);
        } else {
            is_told(&stage, one);
        }
    }
    assert!(stage.gateway.expect("running").stop().success());
    audit(&stage.site);
}
