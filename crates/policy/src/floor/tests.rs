//! A site that permits everything opens nothing: each rule of the floor, against each question, under the worst policy there is.

use std::collections::BTreeSet;

use precinto_alert::code::{CommodityClass, MessageType, ProtectedBag, Tlp};
use precinto_alert::handling::Release;

use super::*;
use crate::engine::tests::{ANAM, CBP, SAT, agency, facts, hostile};
use crate::{Ask, Facts, Outcome, Passage};

/// What is done to a message that everybody may have, so that exactly one rule forbids it.
struct Break {
    rule: &'static str,
    /// Which questions it forbids: to submit, to receive, to read.
    forbids: [bool; 3],
    facts: fn(&mut Facts),
    by: [&'static str; 2],
    passage: Passage,
}

const SAME: fn(&mut Facts) = |_| {};

/// Who submits, and who obtains.
const USUAL: [&str; 2] = [CBP, ANAM];

const TABLE: [Break; 8] = [
    Break {
        rule: "floor-own-name",
        forbids: [true, false, false],
        facts: SAME,
        by: [SAT, ANAM],
        passage: Passage::Direct,
    },
    Break {
        rule: "floor-diplomatic-bag",
        forbids: [true, true, true],
        facts: |facts| facts.protected_bag = Some(ProtectedBag::Diplomatic),
        by: USUAL,
        passage: Passage::Direct,
    },
    Break {
        rule: "floor-classified",
        forbids: [true, true, true],
        facts: |facts| facts.marks = BTreeSet::from(["US:LES".into(), "US:SECRET".into()]),
        by: USUAL,
        passage: Passage::Direct,
    },
    Break {
        rule: "floor-officers-only",
        forbids: [true, true, true],
        facts: |facts| facts.tlp = Tlp::Red,
        by: USUAL,
        passage: Passage::Direct,
    },
    Break {
        rule: "floor-third-agency",
        forbids: [false, true, true],
        facts: |facts| facts.addressees = BTreeSet::from([agency(SAT).id]),
        by: USUAL,
        passage: Passage::Direct,
    },
    Break {
        rule: "floor-release",
        forbids: [false, true, true],
        facts: |facts| facts.releasable_to = vec![Release::Agency(agency(SAT).id)],
        by: USUAL,
        passage: Passage::Direct,
    },
    Break {
        rule: "floor-originator-control",
        forbids: [false, true, true],
        facts: SAME,
        by: USUAL,
        passage: Passage::Onward,
    },
    Break {
        rule: "floor-personal-data",
        forbids: [false, true, true],
        facts: |facts| {
            facts.names_persons = true;
            facts.commodities.insert(CommodityClass::Firearm);
        },
        by: USUAL,
        passage: Passage::Direct,
    },
];

#[test]
fn a_site_that_permits_everything_opens_nothing() {
    let rules = hostile();
    let told: BTreeSet<&str> = TABLE.iter().map(|one| one.rule).collect();
    let all = Floor::NEWEST.policy().forbids().iter().map(String::as_str);
    assert!(told.iter().copied().eq(all), "every rule has its line here");
    for one in &TABLE {
        let mut facts = facts();
        (one.facts)(&mut facts);
        let [submits, obtains] = one.by.map(agency);
        let passage = one.passage;
        let asks = [
            Ask::Submit { by: &submits },
            Ask::Receive {
                by: &obtains,
                passage,
            },
            Ask::Read {
                by: &obtains,
                passage,
            },
        ];
        for (ask, forbids) in asks.into_iter().zip(one.forbids) {
            let verdict = rules.decide(ask, &facts);
            if forbids {
                assert_eq!(verdict.outcome(), Outcome::Refused, "{}: {ask:?}", one.rule);
                assert_eq!(verdict.rules().collect::<Vec<_>>(), [one.rule], "{ask:?}");
            } else {
                assert!(verdict.allowed(), "{}: {ask:?}: {verdict:?}", one.rule);
            }
        }
    }
}

#[test]
fn what_breaks_no_rule_is_allowed_to_those_it_is_for() {
    let rules = hostile();
    let (cbp, anam) = (agency(CBP), agency(ANAM));
    let passage = Passage::Direct;
    let mut named = facts();
    named.names_persons = true;
    named.protected_bag = Some(ProtectedBag::Consular);
    named.marks.insert("MX:CONFIDENCIAL".into());
    named.releasable_to = vec![Release::Country("MX".into())];
    let mut red = facts();
    (red.tlp, red.to_agencies) = (Tlp::Red, false);
    let mut unit = facts();
    unit.releasable_to = vec![Release::Unit {
        agency: anam.id.clone(),
        unit: "nlu".into(),
    }];
    for facts in [facts(), named, red, unit] {
        for ask in [
            Ask::Submit { by: &cbp },
            Ask::Receive { by: &anam, passage },
            Ask::Read { by: &anam, passage },
            // Its own words come back to whoever said them, whatever they are about.
            Ask::Read { by: &cbp, passage },
        ] {
            let verdict = rules.decide(ask, &facts);
            assert!(verdict.allowed(), "{ask:?}: {verdict:?}");
        }
    }
    let onward = Ask::Receive {
        by: &anam,
        passage: Passage::OnwardReleased,
    };
    assert!(rules.decide(onward, &facts()).allowed());
}

#[test]
fn data_about_persons_needs_every_purpose_and_a_withdrawal_none() {
    let rules = hostile();
    let mut facts = facts();
    facts.names_persons = true;
    let receive = |by: &crate::Agency, facts: &Facts| {
        let ask = Ask::Receive {
            by,
            passage: Passage::Direct,
        };
        rules.decide(ask, facts).allowed()
    };
    let mut anam = agency(ANAM);
    assert!(receive(&anam, &facts));
    facts.commodities.insert(CommodityClass::Firearm);
    assert!(!receive(&anam, &facts), "one of two");
    anam.purposes.insert(CommodityClass::Firearm);
    assert!(receive(&anam, &facts));
    facts.commodities.clear();
    assert!(!receive(&anam, &facts), "nobody knows what it is about");
    for withdrawal in [
        MessageType::Cancel,
        MessageType::Recall,
        MessageType::RecallConfirm,
    ] {
        facts.message_type = withdrawal;
        assert!(receive(&anam, &facts), "{withdrawal:?}");
    }
}

#[test]
fn the_marks_of_the_floor_are_those_of_the_protocol() {
    let text = Floor::NEWEST.text();
    let named = text.matches("Mark::\"").count();
    let marks = &precinto_alert::code::MARKS;
    let all: Vec<_> = marks.rows().map(|row| marks.name_of(row)).collect();
    assert_eq!(named, all.len());
    for mark in all {
        assert!(text.contains(&format!("Mark::\"{mark}\"")), "{mark}");
    }
}
