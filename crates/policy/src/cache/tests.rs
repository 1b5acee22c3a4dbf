//! Every fact is part of the question, and the memory has an end.

use std::cell::Cell;
use std::collections::BTreeSet;

use precinto_alert::code::{
    AuthorityCode, CommodityClass, MessageStatus, MessageType, Precedence, ProtectedBag, Tlp,
    UseCode,
};
use precinto_alert::handling::Release;

use super::*;
use crate::engine::tests::{ANAM, CBP, SAT, agency, facts, rules};
use crate::{Ask, Facts, Passage};

#[test]
fn no_two_questions_share_a_key() {
    let changes: [fn(&mut Facts); 20] = [
        |_| {},
        |facts| facts.originator = agency(SAT),
        |facts| facts.originator.purposes.clear(),
        |facts| facts.originator.country = "CA".into(),
        |facts| facts.message_type = MessageType::Amend,
        |facts| facts.status = MessageStatus::Actual,
        |facts| facts.precedence = Some(Precedence::P1),
        |facts| facts.tlp = Tlp::Green,
        |facts| facts.marks.extend(["US:LES".into()]),
        |facts| facts.commodities.extend([CommodityClass::Firearm]),
        |facts| facts.use_code = Some(UseCode::H2),
        |facts| facts.authority = Some(AuthorityCode::Treaty),
        |facts| facts.protected_bag = Some(ProtectedBag::None),
        |facts| facts.names_persons = true,
        |facts| facts.tear_line = true,
        |facts| facts.criminal_intelligence = true,
        |facts| facts.to_agencies = false,
        |facts| facts.releasable_to = vec![Release::Country("MX".into())],
        |facts| facts.releasable_to = vec![Release::Agency(agency(SAT).id)],
        |facts| facts.addressees.extend([agency(SAT).id]),
    ];
    let (cbp, anam) = (agency(CBP), agency(ANAM));
    let mut poor = agency(ANAM);
    poor.purposes.clear();
    let mut asks = vec![Ask::Submit { by: &cbp }];
    for by in [&cbp, &anam, &poor] {
        for passage in [Passage::Direct, Passage::Onward, Passage::OnwardReleased] {
            asks.push(Ask::Receive { by, passage });
            asks.push(Ask::Read { by, passage });
        }
    }
    let (rules, mut keys) = (rules(&[]), BTreeSet::new());
    for change in changes {
        let mut facts = facts();
        change(&mut facts);
        keys.extend(asks.iter().map(|ask| rules.about(&facts).key(*ask)));
    }
    assert_eq!(keys.len(), changes.len() * asks.len());
}

#[test]
fn a_change_of_purpose_is_seen_at_once() {
    let rules = rules(&[]);
    let mut facts = facts();
    facts.names_persons = true;
    let mut anam = agency(ANAM);
    let allowed = |anam: &crate::Agency| {
        let passage = Passage::Direct;
        rules
            .decide(Ask::Receive { by: anam, passage }, &facts)
            .allowed()
    };
    assert!(allowed(&anam));
    anam.purposes.clear();
    assert!(!allowed(&anam));
}

#[test]
fn the_same_question_is_decided_once_and_the_memory_ends() {
    let (cache, decided) = (Cache::default(), Cell::new(0_usize));
    let rules = rules(&[]);
    let cbp = agency(CBP);
    let ask = |number: usize| {
        cache.get(number.to_be_bytes().into(), || {
            decided.set(decided.get() + 1);
            rules.about(&facts()).judge(Ask::Submit { by: &cbp })
        })
    };
    assert!(Arc::ptr_eq(&ask(0), &ask(0)));
    assert_eq!(decided.get(), 1);
    (0..VERDICTS_MAX).for_each(|number| drop(ask(number)));
    assert_eq!(decided.get(), VERDICTS_MAX);
    drop(ask(VERDICTS_MAX));
    assert_eq!(cache.lock().len(), 1, "all were forgotten together");
}

#[test]
fn what_is_remembered_is_small_however_many_a_message_is_for() {
    let (rules, cbp) = (rules(&[]), agency(CBP));
    let mut facts = facts();
    let ask = Ask::Submit { by: &cbp };
    let few = rules.about(&facts).key(ask);
    let agencies = (0..1_000).map(|number| format!("mx.dev.invalid/a{number}"));
    facts.addressees = agencies.map(|name| name.parse().unwrap()).collect();
    let many = rules.about(&facts).key(ask);
    assert_eq!(many.len(), few.len());
    assert_ne!(many, few);
}
