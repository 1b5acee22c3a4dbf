//! The floor, asked once more: releases, ids, officers, and whom a withdrawal is for.

use super::*;
use crate::specimen::PART;
use precinto_alert::content::media_type;
use precinto_alert::id::{AlertId, MessageId};
use precinto_envelope::body::build_body;
use precinto_envelope::sign;

const ANAM: &str = "us.dev.invalid/anam";
const CBP: &str = "us.dev.invalid/cbp";
const SAT: &str = "us.dev.invalid/sat";
const LOPEZ: &str = "spiffe://us.dev.invalid/agency/anam/officer/lopez";
const REFUSED: [(&str, Option<u64>); 1] = [("REFUSED", Some(4))];

fn agency(name: &str) -> pb::RecipientRef {
    pb::RecipientRef {
        kind: pb::RecipientKind::Agency.into(),
        name: name.to_owned(),
    }
}

fn officer() -> pb::RecipientRef {
    pb::RecipientRef {
        kind: pb::RecipientKind::Officer.into(),
        name: LOPEZ.to_owned(),
    }
}

/// Who is sent it on account of a recipient: agencies by name, or nodes of ANAM.
fn resolved(
    requested: pb::RecipientRef,
    agencies: &[&str],
    nodes: &[&str],
) -> pb::ResolvedRecipient {
    let node = |name: &&str| format!("spiffe://us.dev.invalid/agency/anam/node/{name}");
    pb::ResolvedRecipient {
        requested: Some(requested),
        agencies: agencies.iter().map(|&name| name.to_owned()).collect(),
        nodes: nodes.iter().map(node).collect(),
    }
}

/// The alert of the log's first case, changed.
pub(super) fn alert(
    site: &Site,
    change: impl FnOnce(&mut pb::Statement),
) -> (pb::Statement, Vec<u8>) {
    let mut drafts = site.drafts();
    case_of_two(site, &mut drafts);
    let envelope = pb::Envelope::decode(drafts[4].content.as_slice()).unwrap();
    let mut alert = pb::Statement::decode(envelope.payload.as_slice()).unwrap();
    change(&mut alert);
    (alert, drafts[4].body.clone())
}

/// What is found in a log of this alert alone, entry 4.
fn alone(change: impl FnOnce(&mut pb::Statement)) -> Vec<(&'static str, Option<u64>)> {
    after(|site, drafts| {
        let (alert, body) = alert(site, change);
        drafts.truncate(4);
        drafts.push(site.entry_of(&alert, body, 0));
    })
}

fn released(to: &[&str]) -> impl FnOnce(&mut pb::Statement) {
    let to = to.iter().map(|&to| to.to_owned()).collect();
    |statement| statement.handling.as_mut().unwrap().releasable_to = to
}

#[test]
fn nobody_outside_a_release_may_have_got_it() {
    for release in [
        &[][..],
        &[ANAM],
        &["US"],
        &["MX", "us.dev.invalid/anam/unit"],
    ] {
        assert_eq!(alone(released(release)), NOTHING, "{release:?}");
    }
    for release in [&[CBP][..], &["MX"], &["MX", SAT]] {
        assert_eq!(alone(released(release)), REFUSED, "{release:?}");
    }
    // Of a side that has opened no case nobody can say where it lives.
    let notice =
        |release: &'static str| after(|site, drafts| restate(site, drafts, released(&[release])));
    assert_eq!(notice("MX"), NOTHING);
    assert_eq!(notice(CBP), REFUSED);
    // Older rules asked it too, but no audit of theirs did.
    let older = after(|site, drafts| {
        let (alert, body) = alert(site, released(&[CBP]));
        drafts.truncate(4);
        drafts.push(site.entry_of(&alert, body, 0));
        record(drafts, 4, |record| {
            record.decision.as_mut().unwrap().policy = "floor/3".to_owned();
        });
    });
    assert_eq!(older, NOTHING);
}

#[test]
fn no_party_may_have_got_beyond_its_own_release() {
    let with_party = |releasable_to: &[&str]| {
        let content = pb::AlertContent {
            narrative: vec![pb::Text {
                language: "en".to_owned(),
                text: "waste oil declared, diesel suspected".to_owned(),
            }],
            fuels: vec![pb::Fuel {
                declared: pb::FuelProduct::Additive.into(),
                suspected: pb::FuelProduct::Diesel.into(),
                ..Default::default()
            }],
            parties: vec![pb::Party {
                role: pb::PartyRole::Carrier.into(),
                name: "Ejemplo, S. A.".to_owned(),
                releasable_to: releasable_to.iter().map(|&to| to.to_owned()).collect(),
                ..Default::default()
            }],
            ..Default::default()
        };
        after(|site, drafts| {
            let (mut alert, _) = alert(site, |_| ());
            let id = MessageId::from_slice(&alert.message_id).unwrap();
            let media_type = media_type(pb::MessageType::Alert);
            let content = content.encode_to_vec();
            let (body, reference) = build_body(id, site.key_id(), media_type, content);
            alert.body = Some(reference);
            drafts.truncate(4);
            drafts.push(site.entry_of(&alert, body, 0));
        })
    };
    for release in [&[][..], &["US"], &[ANAM]] {
        assert_eq!(with_party(release), NOTHING, "{release:?}");
    }
    for release in [&["MX"][..], &[CBP]] {
        assert_eq!(with_party(release), REFUSED, "{release:?}");
    }
}

#[test]
fn an_alert_id_is_its_senders_and_a_side_stays_in_its_country() {
    let named = |country: &'static str, code: &'static str| {
        move |statement: &mut pb::Statement| {
            let alert_id = AlertId::compose(country, code, 2026, 7).unwrap();
            statement.alert_id = alert_id.to_string();
        }
    };
    assert_eq!(alone(named("US", "CBPLAX")), NOTHING);
    assert_eq!(alone(named("US", "ANAMMEX")), REFUSED, "a colleague's");
    assert_eq!(alone(named("US", "NOBODY")), REFUSED);
    let moved = after(|site, drafts| {
        let (first, body) = alert(site, |_| ());
        drafts.truncate(4);
        drafts.push(site.entry_of(&first, body, 0));
        let (notice, body) = site.statement(1, true);
        let (mut second, _) = alert(site, named("MX", "CBPLAX"));
        (second.message_id, second.body) = (notice.message_id, notice.body);
        drafts.push(site.entry_of(&second, body, 1));
    });
    assert_eq!(moved, [("REFUSED", Some(5))]);
}

#[test]
fn an_officer_who_signs_is_in_the_directory() {
    let signed_by = |name: &'static str| {
        after(|site, drafts| {
            let (key, certificate) = site.officer(name);
            let key_id = sha256(&[&certificate]);
            let (mut alert, body) = alert(site, |_| ());
            alert.required_signers.push(pb::SignerRef {
                key_id: key_id.to_vec(),
                role: pb::SignerRole::Officer.into(),
                alg: key.algorithm().number(),
            });
            let mut draft = site.entry_of(&alert, body, 0);
            let mut envelope = site.envelope(&alert);
            let signatures = sign::sign(alert.encode_to_vec(), &[(&key, key_id)]).signatures;
            envelope.signatures.extend(signatures);
            draft.content = envelope.encode_to_vec();
            let digest = sha256(&[&draft.content]).to_vec();
            drafts.truncate(4);
            drafts.push(trust_entry(pb::TrustKind::Signer, SIDE, certificate));
            drafts.push(draft);
            record(drafts, 5, |record| {
                record.envelope_digest = digest;
                record.trust.push(pb::TrustRef {
                    kind: pb::TrustKind::Signer.into(),
                    digest: key_id.to_vec(),
                });
            });
        })
    };
    assert_eq!(signed_by("ramirez"), NOTHING);
    assert_eq!(signed_by("lee"), [("REFUSED", Some(5))]);
}

/// A part with this change of the first one's text, which follows `before` as version `number`.
pub(super) fn part(site: &Site, number: u64, before: &Draft, text: &str) -> Draft {
    let previous = precinto_envelope::hex(&before.digest);
    let head = format!("version = {number}\nprevious = \"{previous}\"");
    let text = text.replace("version = 1", &head);
    site.part_entry(&text, &[site.steward()])
}

/// The record of an entry rests on this part.
pub(super) fn rests_on(part: &Draft) -> impl Fn(&mut Vec<pb::TrustRef>) {
    let digest = part.digest.to_vec();
    move |trust| {
        for used in trust.iter_mut() {
            if used.kind() == pb::TrustKind::Directory {
                used.digest.clone_from(&digest);
            }
        }
    }
}

/// The first part's text with a third agency.
pub(super) fn with_sat() -> String {
    let sat = "[[agency]]\nid = \"us.dev.invalid/sat\"\nname_en = \"Tax\"\nname_es = \"SAT\"\n";
    PART.replace("[[group]]", &format!("{sat}[[group]]"))
}

/// What is found in a log of an alert, to these by a part with this text, and its withdrawal, to those by the next part, under
/// these rules: entries 5 and 7.
fn withdrawn(
    (first, to): (&str, pb::ResolvedRecipient),
    (second, from): (&str, pb::ResolvedRecipient),
    rules: &str,
) -> Vec<(&'static str, Option<u64>)> {
    after(|site, drafts| {
        let red = to.agencies.is_empty();
        let (mut alert, body) = alert(site, |alert| {
            alert.recipients = to.requested.iter().cloned().collect();
            if red {
                alert.handling.as_mut().unwrap().tlp = pb::Tlp::Red.into();
            }
        });
        alert.precedence = pb::Precedence::P4.into();
        drafts.truncate(4);
        let before = part(site, 2, &drafts[2], first);
        let after = part(site, 3, &before, second);
        let mut cancel = pb::Statement {
            r#type: pb::MessageType::Cancel.into(),
            notice_kind: 0,
            recipients: from.requested.iter().cloned().collect(),
            alert_id: alert.alert_id.clone(),
            alert_version: 1,
            refers_to: alert.message_id.clone(),
            ..site.statement(3, false).0
        };
        cancel.handling.clone_from(&alert.handling);
        drafts.push(before.clone());
        drafts.push(site.entry_of(&alert, body, 0));
        drafts.push(after.clone());
        drafts.push(site.entry_of(&cancel, Vec::new(), 3));
        for (at, resolved, part) in [(5, &to, &before), (7, &from, &after)] {
            record(drafts, at, |record| {
                record.recipients = vec![resolved.clone()];
                rests_on(part)(&mut record.trust);
                record.decision.as_mut().unwrap().policy = rules.to_owned();
            });
        }
    })
}

#[test]
fn a_withdrawal_names_an_agency_that_has_left_if_its_case_reached_it() {
    let told = |name: &str| resolved(agency(name), &[name], &[]);
    let under = |from: pb::ResolvedRecipient, rules: &str| {
        withdrawn((&with_sat(), told(SAT)), (PART, from), rules)
    };
    let wrong = [("RECIPIENTS", Some(7))];
    assert_eq!(under(told(SAT), "floor/4"), NOTHING);
    let invented = "us.dev.invalid/amam";
    assert_eq!(under(told(invented), "floor/4"), wrong);
    assert_eq!(under(told(invented), "floor/3"), NOTHING, "nobody asked");
    assert_eq!(under(resolved(agency(SAT), &[], &[]), "floor/4"), wrong);
    assert_eq!(
        under(resolved(agency(SAT), &[SAT, CBP], &[]), "floor/4"),
        wrong
    );
}

#[test]
fn a_withdrawal_reaches_the_nodes_on_which_its_officer_was_told() {
    let moved = PART
        .replace("nodes = [\"mex\"]", "nodes = [\"gdl\"]")
        .replace(
            "code = \"ANAMMEX\"\n",
            "code = \"ANAMMEX\"\n[[agency.node]]\nname = \"gdl\"\ncode = \"ANAMGDL\"\n",
        );
    let left = PART.replace("alternates = [\"lopez\"]\n", "");
    let left = left.replace(
        "[[agency.officer]]\nid = \"lopez\"\nnodes = [\"mex\"]\n",
        "",
    );
    let under = |text: &str, nodes: &[&str], rules: &str| {
        let alert = resolved(officer(), &[], &["mex"]);
        let cancel = resolved(officer(), &[], nodes);
        withdrawn((PART, alert), (text, cancel), rules)
    };
    let wrong = [("RECIPIENTS", Some(7))];
    assert_eq!(under(&moved, &["gdl", "mex"], "floor/4"), NOTHING);
    for short in [&["gdl"][..], &["mex"], &["gdl", "mex", "ags"], &[]] {
        assert_eq!(under(&moved, short, "floor/4"), wrong, "{short:?}");
    }
    assert_eq!(
        under(&moved, &["gdl"], "floor/3"),
        NOTHING,
        "so it was then"
    );
    assert_eq!(under(&left, &["mex"], "floor/4"), NOTHING);
    assert_eq!(under(&left, &[], "floor/4"), wrong);
    assert_eq!(under(&left, &["mex"], "floor/3"), wrong);
}
