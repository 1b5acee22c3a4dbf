//! The facts of a statement are what it says.

use precinto_alert::code::PayloadProtection;
use precinto_proto::v1 as pb;
use prost::Message as _;

use super::*;
use crate::engine::tests::{ANAM, CBP, SAT, agency};

#[path = "../../../alert/tests/allocations/typical.rs"]
#[expect(dead_code, reason = "its content is for others")]
mod typical;

#[test]
fn a_statement_gives_every_fact() {
    let mut said = typical::statement();
    said.handling = Some(pb::Handling {
        tlp: Tlp::Amber.into(),
        marks: vec!["US:LES".into()],
        releasable_to: vec!["MX".into(), ANAM.into()],
        use_code: UseCode::H2.into(),
        criminal_intelligence: true,
        review_by_ms: said.created_ms + 1,
        tear_line: true,
        ..pb::Handling::default()
    });
    assert_eq!(said.payload_protection(), PayloadProtection::Clear);
    let statement = Statement::decode(&said.encode_to_vec()).unwrap();
    let addressees = |agencies: &[&str], officers: &[&str]| Addressees {
        agencies: agencies.iter().map(|name| agency(name).id).collect(),
        of_officers: officers.iter().map(|name| agency(name).id).collect(),
    };
    let both = addressees(&[ANAM], &[SAT]);
    let facts = Facts::of(&statement, agency(CBP), true, both);
    let expected = Facts {
        originator: agency(CBP),
        message_type: MessageType::Alert,
        status: MessageStatus::Exercise,
        precedence: Some(Precedence::P2),
        tlp: Tlp::Amber,
        marks: BTreeSet::from(["US:LES".into()]),
        commodities: BTreeSet::from([CommodityClass::ChemicalPrecursor]),
        use_code: Some(UseCode::H2),
        authority: Some(AuthorityCode::CustomsAgreement),
        protected_bag: Some(ProtectedBag::None),
        names_persons: true,
        tear_line: true,
        criminal_intelligence: true,
        to_agencies: true,
        releasable_to: vec![
            Release::Country("MX".into()),
            Release::Agency(agency(ANAM).id),
        ],
        addressees: BTreeSet::from([agency(ANAM).id, agency(SAT).id]),
    };
    assert_eq!(facts, expected);
    // Named officers alone: no agency as such.
    let officers = Facts::of(&statement, agency(CBP), true, addressees(&[], &[SAT]));
    assert!(!officers.to_agencies && officers.addressees.len() == 1);
}
