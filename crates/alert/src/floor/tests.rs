//! Each rule: what passes, and the same a step too far.

use super::*;
use crate::code::{CommodityClass, FuelProduct, PartyRole, Precedence};
use crate::content::media_type;
use crate::statement::tests::valid;
use precinto_proto::v1 as pb;
use prost::Message as _;

const CBP: &str = "us.dev.invalid/cbp";
const ANAM: &str = "mx.dev.invalid/anam";
const SAT: &str = "mx.dev.invalid/sat";

fn agency(text: &str) -> AgencyId {
    text.parse().unwrap()
}

/// An alert about fuel.
fn alert() -> Statement {
    let mut message = valid(MessageType::Alert);
    message.commodities = vec![CommodityClass::IllicitFuel.into()];
    message.precedence = Precedence::P4.into();
    Statement::decode(&message.encode_to_vec()).unwrap()
}

/// As the names of the sides say.
fn lives_in(side: &Side, country: &str) -> bool {
    side.as_str().starts_with(&country.to_lowercase())
}

fn reason(objection: Option<Objection>) -> Option<Reason> {
    objection.map(|(reason, _)| reason)
}

#[test]
fn an_id_is_its_senders() {
    let asks = |message_type: MessageType, country: &str, has_code: bool| {
        let message = valid(message_type);
        let statement = Statement::decode(&message.encode_to_vec()).unwrap();
        let of = |_: &Side, wanted: &str| wanted == country;
        reason(of_alert_id(&statement, of, |code| {
            code == "CBPLAX" && has_code
        }))
    };
    let not_yours = Some(Reason::AlertIdNotYours);
    assert_eq!(asks(MessageType::Alert, "US", true), None);
    assert_eq!(asks(MessageType::Alert, "US", false), not_yours);
    assert_eq!(asks(MessageType::Alert, "MX", true), not_yours);
    for said in [MessageType::Amend, MessageType::Cancel, MessageType::Recall] {
        assert_eq!(asks(said, "US", false), None, "{said:?}");
        assert_eq!(asks(said, "MX", false), not_yours, "{said:?}");
    }
    assert_eq!(asks(MessageType::Ack, "MX", false), None);
}

/// The block of a consignee who may be released to these.
fn party(releasable_to: &[&str]) -> pb::Party {
    pb::Party {
        role: PartyRole::Consignee.into(),
        name: "Ejemplo, S. A.".into(),
        address: Some(pb::Address {
            city: "Ejemplo".into(),
            country: "MX".into(),
            ..Default::default()
        }),
        releasable_to: releasable_to.iter().map(|&to| to.to_owned()).collect(),
        ..Default::default()
    }
}

#[test]
fn a_party_goes_only_where_its_own_release_allows() {
    let content = pb::AlertContent {
        parties: vec![
            party(&[]),
            party(&["US"]),
            party(&["US", ANAM]),
            party(&["MX"]),
        ],
        fuels: vec![pb::Fuel {
            declared: FuelProduct::Additive.into(),
            suspected: FuelProduct::Diesel.into(),
            ..Default::default()
        }],
        narrative: vec![pb::Text {
            language: "en-US".to_owned(),
            text: "waste oil declared, diesel suspected".to_owned(),
        }],
        ..Default::default()
    };
    let statement = alert();
    let media_type = media_type(MessageType::Alert);
    let content = Content::decode(media_type, &content.encode_to_vec(), &statement).unwrap();
    let sender = agency(CBP);
    let to = |receivers: &[&str]| -> Vec<Violation> {
        let receivers: Vec<AgencyId> = receivers.iter().map(|name| agency(name)).collect();
        let receivers: Vec<&AgencyId> = receivers.iter().collect();
        of_parties(&content, &sender, &receivers, lives_in)
    };
    let fields = |violations: &[Violation]| -> Vec<String> {
        violations.iter().map(|one| one.field.clone()).collect()
    };
    assert_eq!(to(&[]), []);
    assert_eq!(to(&[CBP]), [], "its own agency has it anyhow");
    assert_eq!(
        fields(&to(&[ANAM])),
        ["content.parties[1].releasable_to"],
        "the other two cover it"
    );
    let both = to(&[SAT, ANAM, SAT]);
    let one = |place: usize| format!("content.parties[{place}].releasable_to");
    assert_eq!(fields(&both), [one(1), one(2)]);
    assert!(
        both.iter()
            .all(|found| found.reason == Reason::RecipientNotReleasable)
    );
    let said = both[0].detail.text(crate::Lang::En);
    assert_eq!(
        said,
        "it does not cover mx.dev.invalid/anam, mx.dev.invalid/sat; send a tear-line, or leave the party out (precinto draft tear-line makes one of the alert that went to the others)"
    );
    let many = to(&[
        "mx.dev.invalid/a",
        "mx.dev.invalid/b",
        "mx.dev.invalid/c",
        SAT,
        ANAM,
    ]);
    let said = many[0].detail.text(crate::Lang::En);
    assert!(said.contains("mx.dev.invalid/b (+2); send"), "{said}");
    let said = both[1].detail.text(crate::Lang::Es);
    assert!(
        said.starts_with("no abarca a mx.dev.invalid/sat;"),
        "{said}"
    );
}
