//! One spelling for each identifier, and nothing else accepted.

use super::*;

#[test]
fn identities_have_exactly_one_spelling() {
    for good in [
        "spiffe://us.dev.invalid/agency/cbp/node/lax",
        "spiffe://us.dev.invalid/agency/cbp/officer/ramirez-2",
        "spiffe://mx.dev.invalid/gateway/gw1",
    ] {
        assert_eq!(Identity::parse(good).unwrap().to_string(), good);
    }
    for bad in [
        "",
        "spiffe://",
        "SPIFFE://us.dev.invalid/gateway/gw1",
        "https://us.dev.invalid/gateway/gw1",
        "spiffe://US.dev.invalid/gateway/gw1",
        "spiffe://us..invalid/gateway/gw1",
        "spiffe://us.dev.invalid:443/gateway/gw1",
        "spiffe://us.dev.invalid/gateway/",
        "spiffe://us.dev.invalid/gateway/gw1/",
        "spiffe://us.dev.invalid/gateway/gw%31",
        "spiffe://us.dev.invalid/agency/cbp/node/lax/x",
        "spiffe://us.dev.invalid/agency/cbp/node",
        "spiffe://us.dev.invalid/agency/c bp/node/lax",
        "spiffe://us.dev.invalid/agency/../node/lax",
        "spiffe://us.dev.invalid/agency/-cbp/node/lax",
        "spiffe://us.dev.invalid/agency/cbp/node/ſax",
    ] {
        assert!(Identity::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_node_is_not_an_officer() {
    let node = "spiffe://us.dev.invalid/agency/cbp/node/lax";
    assert!(node.parse::<NodeId>().is_ok());
    assert!(node.parse::<OfficerId>().is_err());
    assert!(node.parse::<GatewayId>().is_err());
    let node: NodeId = node.parse().unwrap();
    assert_eq!(node.agency().to_string(), "us.dev.invalid/cbp");
    assert_eq!(
        node.agency().to_string().parse::<AgencyId>().as_ref(),
        Ok(node.agency())
    );
}

#[test]
fn lengths_are_limited() {
    let long = "a".repeat(64);
    assert!(format!("{long}.invalid").parse::<Side>().is_err());
    let wide = vec!["abcdefg"; 20].join(".");
    assert!(matches!(wide.parse::<Side>(), Err(IdError::Length { .. })));
    assert!(
        format!("us.dev.invalid/{long}")
            .parse::<AgencyId>()
            .is_err()
    );
    assert!(matches!(
        Identity::parse(&"x".repeat(5000)),
        Err(IdError::Length { .. })
    ));
}

#[test]
fn message_ids_are_uuids_and_never_nil() {
    let text = "0192f1c2-7a3b-7cde-8f01-23456789abcd";
    let id: MessageId = text.parse().unwrap();
    assert_eq!(id.to_string(), text);
    assert_eq!(MessageId::from_slice(id.as_bytes()), Ok(id));
    for bad in [
        "00000000-0000-0000-0000-000000000000",
        "0192F1C2-7A3B-7CDE-8F01-23456789ABCD",
        "0192f1c27a3b7cde8f0123456789abcd",
        "{0192f1c2-7a3b-7cde-8f01-23456789abcd}",
        "urn:uuid:0192f1c2-7a3b-7cde-8f01-23456789abcd",
    ] {
        assert!(bad.parse::<MessageId>().is_err(), "{bad}");
    }
    assert!(MessageId::from_slice(&[1; 15]).is_err());
    assert!(MessageId::from_slice(&[0; 16]).is_err());
}

#[test]
fn alert_id_vectors() {
    for good in ["US-CBPLAX-2026-000123B", "MX-CMX01-2026-000001M"] {
        assert_eq!(good.parse::<AlertId>().unwrap().as_str(), good);
    }
    for swapped in ["US-CBPLAX-2026-000132B", "US-CBPLAX-2026-000128B"] {
        let error = swapped.parse::<AlertId>().unwrap_err();
        assert_eq!(error.reason(), Reason::AlertIdCheckDigit, "{swapped}");
    }
    for bad in [
        "",
        "US-CBPLAX-2026-000123",
        "us-CBPLAX-2026-000123B",
        "USCBPLAX2026000123B",
        "US-CBPLAX-2026-000123B-",
        "US-C-2026-000123B",
        "US-CBPLAXCBPLAX-2026-000123B",
        "U1-CBPLAX-2026-000123B",
        "US-CBPLAX-0026-000123B",
        "US-CBPLAX-2026-00012BB",
        "US-CBPLÁX-2026-000123B",
    ] {
        assert!(bad.parse::<AlertId>().is_err(), "{bad}");
    }
}

#[test]
fn what_was_meant_is_among_the_candidates_of_a_wrong_alert_id() {
    let meant = "US-CBPLAX-2026-000123B".to_owned();
    for typed in [
        "US-CBPLAX-2026-000132B",
        "US-CBPLAX-2026-000123C",
        "US-CBPLAX-2062-000123B",
        "US-CBPLXA-2026-000123B",
    ] {
        let candidates = AlertId::proposals(typed);
        assert!(candidates.contains(&meant), "{typed}: {candidates:?}");
        assert!(candidates.len() <= crate::check_digit::CANDIDATES_MAX);
        assert!(candidates.iter().all(|one| one.parse::<AlertId>().is_ok()));
    }
    for none in ["US-CBPLAX-2026-000123B", "", "US-CBPLAX-2026-000123"] {
        assert_eq!(AlertId::proposals(none), [""; 0]);
    }
}

#[test]
fn composing_an_alert_id_computes_its_check_character() {
    let id = AlertId::compose("US", "CBPLAX", 2026, 123).unwrap();
    assert_eq!(id.as_str(), "US-CBPLAX-2026-000123B");
    assert_eq!(
        (id.country(), id.node_code(), id.year(), id.number()),
        ("US", "CBPLAX", 2026, 123)
    );
    assert!(AlertId::compose("US", "CBPLAX", 2026, 1_000_000).is_err());
    assert!(AlertId::compose("US", "CBPLAX", 99, 1).is_err());
    assert!(AlertId::compose("us", "CBPLAX", 2026, 1).is_err());
    assert!(AlertId::compose("US", "CB-LAX", 2026, 1).is_err());
}
