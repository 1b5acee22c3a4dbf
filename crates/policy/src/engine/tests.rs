//! Who decides what: sides, permits, failures, withdrawals.

use proptest::prelude::*;

use precinto_alert::code::{CommodityClass, MessageStatus, MessageType, Tlp};

use super::*;
use crate::{Agency, Passage};

pub(crate) const CBP: &str = "us.dev.invalid/cbp";
pub(crate) const ANAM: &str = "mx.dev.invalid/anam";
pub(crate) const SAT: &str = "mx.dev.invalid/sat";

/// An agency of either side that may process data about persons where drugs are concerned.
pub(crate) fn agency(name: &str) -> Agency {
    let country = if name.starts_with("us") { "US" } else { "MX" };
    Agency {
        id: name.parse().unwrap(),
        country: country.into(),
        purposes: BTreeSet::from([CommodityClass::IllicitDrug]),
    }
}

/// An alert from CBP to ANAM that breaks no rule.
pub(crate) fn facts() -> Facts {
    Facts {
        originator: agency(CBP),
        message_type: MessageType::Alert,
        status: MessageStatus::Exercise,
        precedence: None,
        tlp: Tlp::AmberStrict,
        marks: BTreeSet::new(),
        commodities: BTreeSet::from([CommodityClass::IllicitDrug]),
        use_code: None,
        authority: None,
        protected_bag: None,
        names_persons: false,
        tear_line: false,
        criminal_intelligence: false,
        to_agencies: true,
        releasable_to: Vec::new(),
        addressees: BTreeSet::from([agency(ANAM).id]),
    }
}

/// Both sides permit everything.
pub(crate) fn hostile() -> Rules {
    let text = "@id(\"all\") permit (principal, action, resource);";
    rules(&[("us.dev.invalid", text), ("mx.dev.invalid", text)])
}

pub(crate) fn rules(sites: &[(&str, &str)]) -> Rules {
    let site = |(side, text): &(&str, &str)| (side.parse().unwrap(), Policy::parse(text).unwrap());
    Rules::new(Floor::NEWEST, sites.iter().map(site))
}

fn receive(rules: &Rules, by: &str, facts: &Facts) -> (Outcome, Vec<String>) {
    let by = agency(by);
    let ask = Ask::Receive {
        by: &by,
        passage: Passage::Direct,
    };
    let verdict = rules.decide(ask, facts);
    let rules = verdict.rules().map(str::to_owned).collect();
    (verdict.outcome(), rules)
}

#[test]
fn both_sides_must_allow_and_each_is_named() {
    let open = "@id(\"all\") permit (principal, action, resource);";
    let shut = "@id(\"nothing-in-writing\") forbid (principal, action, resource);";
    let said = |us, mx| {
        receive(
            &rules(&[("us.dev.invalid", us), ("mx.dev.invalid", mx)]),
            ANAM,
            &facts(),
        )
    };
    let both = ["mx.dev.invalid#all", "us.dev.invalid#all"];
    assert_eq!(
        said(open, open),
        (Outcome::Allowed, both.map(Into::into).into())
    );
    let us = vec!["us.dev.invalid#nothing-in-writing".to_owned()];
    assert_eq!(said(shut, open), (Outcome::Refused, us));
    let mx = vec!["mx.dev.invalid#nothing-in-writing".to_owned()];
    assert_eq!(said(open, shut), (Outcome::Refused, mx));
    assert_eq!(said(shut, shut).1.len(), 2);
    // A side that says nothing leaves it to the floor.
    let nobody = receive(&rules(&[]), ANAM, &facts());
    assert_eq!(nobody, (Outcome::Allowed, vec!["default-permit".into()]));
    assert_eq!(said("", "").0, Outcome::Allowed);
}

#[test]
fn who_begins_to_permit_permits_nothing_else() {
    let text =
        "@id(\"tear-lines\") permit (principal, action, resource) when { resource.tear_line };";
    let rules = rules(&[("mx.dev.invalid", text)]);
    let refused = vec!["mx.dev.invalid#default-deny".to_owned()];
    assert_eq!(receive(&rules, ANAM, &facts()), (Outcome::Refused, refused));
    let mut extract = facts();
    extract.tear_line = true;
    let allowed = vec!["default-permit".into(), "mx.dev.invalid#tear-lines".into()];
    assert_eq!(receive(&rules, ANAM, &extract), (Outcome::Allowed, allowed));
}

#[test]
fn a_side_is_asked_about_its_own_alone() {
    let shut = "@id(\"shut\") forbid (principal, action, resource);";
    let rules = rules(&[("ca.dev.invalid", shut)]);
    assert_eq!(receive(&rules, ANAM, &facts()).0, Outcome::Allowed);
}

#[test]
fn rules_speak_of_sides_countries_and_both_parties() {
    let text = r#"
        @id("no-chemistry-from-abroad")
        forbid (principal in Side::"mx.dev.invalid", action in Action::"Obtain", resource)
        when {
            resource.originator in Side::"us.dev.invalid" && resource.originator.country == Country::"US" &&
            resource.commodities.contains(CommodityClass::"CHEMICAL_PRECURSOR")
        };"#;
    let rules = rules(&[("mx.dev.invalid", text)]);
    let mut chemistry = facts();
    assert_eq!(receive(&rules, ANAM, &chemistry).0, Outcome::Allowed);
    chemistry
        .commodities
        .insert(CommodityClass::ChemicalPrecursor);
    assert_eq!(receive(&rules, ANAM, &chemistry).0, Outcome::Refused);
    // The originator's own is not from abroad.
    chemistry.originator = agency(SAT);
    assert_eq!(receive(&rules, ANAM, &chemistry).0, Outcome::Allowed);
}

#[test]
fn a_withdrawal_arrives_whatever_a_side_says() {
    let shut = "@id(\"shut\") forbid (principal, action, resource);";
    let rules = rules(&[("us.dev.invalid", shut), ("mx.dev.invalid", shut)]);
    let mut recall = facts();
    recall.message_type = MessageType::Recall;
    assert_eq!(receive(&rules, ANAM, &recall).0, Outcome::Allowed);
    // The floor holds for it all the same.
    assert_eq!(receive(&rules, SAT, &recall).1, ["floor-third-agency"]);
}

/// Cedar skips a rule that fails, and this forbid would be gone. No text with a sum gets through [`Policy::parse`], so it is made
/// by hand.
#[test]
fn an_error_denies_and_says_so() {
    let text = "forbid (principal, action, resource) when { 9223372036854775807 + 1 == 0 };";
    let id = cedar_policy::PolicyId::new("broken");
    let broken = cedar_policy::Policy::parse(Some(id), text).unwrap();
    let mut policy = Policy::parse("").unwrap();
    policy.set.add(broken).unwrap();
    let rules = Rules::new(Floor::NEWEST, [("mx.dev.invalid".parse().unwrap(), policy)]);
    let failed = vec!["mx.dev.invalid#broken".to_owned()];
    assert_eq!(receive(&rules, ANAM, &facts()), (Outcome::Failed, failed));
    let cbp = agency(CBP);
    let submit = rules.decide(Ask::Submit { by: &cbp }, &facts());
    assert!(submit.allowed(), "the other side is not concerned yet");
}

#[test]
fn facts_that_are_none_deny_and_say_so() {
    let mut unspecified = facts();
    unspecified.message_type = MessageType::Unspecified;
    let failed = vec!["default-unaskable".to_owned()];
    assert_eq!(
        receive(&rules(&[]), ANAM, &unspecified),
        (Outcome::Failed, failed)
    );
}

#[test]
fn the_digest_is_that_of_these_texts_and_sides() {
    let (one, other, third) = ("", "// nothing\n", "// naught.\n");
    let us = rules(&[("us.dev.invalid", one)]).digest();
    assert_eq!(us, rules(&[("us.dev.invalid", one)]).digest());
    let different = [
        rules(&[]),
        rules(&[("us.dev.invalid", other)]),
        rules(&[("us.dev.invalid", third)]),
        rules(&[("mx.dev.invalid", one)]),
        rules(&[("us.dev.invalid", one), ("mx.dev.invalid", one)]),
    ];
    let digests: BTreeSet<_> = different.iter().map(Rules::digest).chain([us]).collect();
    assert_eq!(digests.len(), 6);
    // Of two texts it is neither that of both in one, nor that of the two cut elsewhere.
    let two = |us, mx| rules(&[("us.dev.invalid", us), ("mx.dev.invalid", mx)]).digest();
    assert_ne!(two("// a\n", "// b\n"), two("// a\n// b\n", ""));
    assert_eq!(
        precinto_envelope::hex(&two("// a\n", "// b\n")),
        "3942a7592142ef8585e7ef0eea5937b41b2c6289a7e60f2f20b4d520ea066e86",
        "records of years hang on it"
    );
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let codes = prop::collection::btree_set(
        prop::sample::select(vec![CommodityClass::IllicitDrug, CommodityClass::Firearm]),
        0..=2,
    );
    let parties = prop::collection::btree_set(prop::sample::select(vec![CBP, ANAM, SAT]), 0..=3);
    let tlp = prop::sample::select(vec![Tlp::Red, Tlp::Green]);
    (codes, parties, tlp, any::<[bool; 4]>()).prop_map(|(commodities, parties, tlp, flags)| {
        let [names_persons, tear_line, to_agencies, recall] = flags;
        Facts {
            commodities,
            addressees: parties.into_iter().map(|name| agency(name).id).collect(),
            tlp,
            names_persons,
            tear_line,
            to_agencies,
            message_type: if recall {
                MessageType::Recall
            } else {
                MessageType::Alert
            },
            ..facts()
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn what_is_remembered_is_what_would_be_decided(all in prop::collection::vec(any_facts(), 1..4)) {
        let text = "@id(\"tear-lines\") permit (principal, action, resource) when { resource.tear_line };";
        let rules = rules(&[("mx.dev.invalid", text)]);
        for facts in all.iter().chain(&all) {
            for name in [CBP, ANAM, SAT] {
                let by = agency(name);
                let asks = [
                    Ask::Submit { by: &by },
                    Ask::Receive { by: &by, passage: Passage::Direct },
                    Ask::Read { by: &by, passage: Passage::Onward },
                ];
                for ask in asks {
                    prop_assert_eq!(&*rules.decide(ask, facts), &rules.about(facts).judge(ask));
                }
            }
        }
    }
}
