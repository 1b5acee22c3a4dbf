//! What a filter lets through, by fields of the statement alone.

use super::*;

const LAX: &str = "spiffe://us.dev.invalid/agency/cbp/node/lax";
const ALERT: &str = "US-CBPLAX-2026-000001V";

fn filter(wire: pb::Filter) -> Filter {
    Filter::read(Some(wire)).unwrap()
}

/// As the gateway reads it, from the bytes of a whole statement.
fn stated(statement: &pb::Statement) -> Stated {
    Stated::decode(statement.encode_to_vec().as_slice()).unwrap()
}

fn alert() -> pb::Statement {
    pb::Statement {
        message_id: vec![1; 16],
        r#type: MessageType::Alert.into(),
        sender: LAX.into(),
        status: MessageStatus::Exercise.into(),
        alert_id: ALERT.into(),
        precedence: Precedence::P2.into(),
        commodities: vec![1, 4],
        linked_alerts: vec!["US-CBPLAX-2026-000002T".into()],
        ..Default::default()
    }
}

#[test]
fn the_narrow_view_reads_the_fields_it_is_meant_to() {
    let (statement, read) = (alert(), stated(&alert()));
    assert_eq!(
        (read.r#type, read.status, read.precedence),
        (statement.r#type, statement.status, statement.precedence)
    );
    assert_eq!(
        (
            read.sender,
            read.alert_id,
            read.commodities,
            read.linked_alerts
        ),
        (
            statement.sender,
            statement.alert_id,
            statement.commodities,
            statement.linked_alerts
        )
    );
    let envelope = pb::Envelope {
        payload_type: "type".into(),
        payload: vec![7; 9],
        ..Default::default()
    };
    let payload = Payload::decode(envelope.encode_to_vec().as_slice()).unwrap();
    assert_eq!(payload.payload, envelope.payload);
}

/// Whether a filter so made wants the alert.
fn wants(make: impl FnOnce(&mut pb::Filter)) -> bool {
    let mut wire = pb::Filter::default();
    make(&mut wire);
    filter(wire).wants(&stated(&alert()))
}

#[test]
fn each_criterion_lets_through_what_it_names() {
    assert!(wants(|_| {}));
    for (types, passes) in [(vec![2, 1], true), (vec![2], false)] {
        assert_eq!(
            wants(|filter| filter.types = types.clone()),
            passes,
            "{types:?}"
        );
    }
    for (least, passes) in [(1, false), (2, true), (3, true)] {
        assert_eq!(wants(|filter| filter.at_least = least), passes, "P{least}");
    }
    for (classes, passes) in [(vec![3, 4], true), (vec![3], false)] {
        assert_eq!(
            wants(|filter| filter.commodities = classes.clone()),
            passes,
            "{classes:?}"
        );
    }
    for (statuses, passes) in [(vec![2], true), (vec![1], false)] {
        assert_eq!(
            wants(|filter| filter.statuses = statuses.clone()),
            passes,
            "{statuses:?}"
        );
    }
    for (agency, passes) in [
        ("us.dev.invalid/cbp", true),
        ("us.dev.invalid/cb", false),
        ("us.dev.invalid/cbpx", false),
        ("mx.dev.invalid/cbp", false),
    ] {
        let agencies = vec![agency.to_owned()];
        assert_eq!(
            wants(|filter| filter.sender_agencies = agencies),
            passes,
            "{agency}"
        );
    }
    for (id, passes) in [
        (ALERT, true),
        ("US-CBPLAX-2026-000002T", true),
        ("US-CBPLAX-2026-000003R", false),
    ] {
        let ids = vec![id.to_owned()];
        assert_eq!(wants(|filter| filter.alert_ids = ids), passes, "{id}");
    }
    let both = wants(|filter| {
        filter.types = vec![1];
        filter.at_least = 1;
    });
    assert!(!both, "every criterion must hold");
}

#[test]
fn what_a_statement_does_not_say_cannot_hold_it_back() {
    let recall = pb::Statement {
        r#type: MessageType::Recall.into(),
        precedence: 0,
        commodities: Vec::new(),
        ..alert()
    };
    let desk = filter(pb::Filter {
        at_least: 1,
        commodities: vec![3],
        ..Default::default()
    });
    assert!(desk.wants(&stated(&recall)), "a recall reaches every desk");
}

#[test]
fn lists_are_sets_and_equal_filters_are_equal() {
    let one = pb::Filter {
        types: vec![2, 1, 2],
        alert_ids: vec![ALERT.into(), ALERT.into()],
        ..Default::default()
    };
    let other = pb::Filter {
        types: vec![1, 2],
        alert_ids: vec![ALERT.into()],
        ..Default::default()
    };
    assert_eq!(filter(one), filter(other.clone()));
    assert_eq!(filter(other.clone()).to_wire(), Some(other));
    assert_eq!(Filter::read(None).unwrap().to_wire(), None);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    use tonic_types::StatusExt as _;
    let wire = pb::Filter {
        types: vec![1, 99],
        at_least: 7,
        commodities: vec![0],
        sender_agencies: vec!["CBP".into()],
        statuses: vec![1; 33],
        alert_ids: vec![ALERT.into(); 65],
    };
    let status = Filter::read(Some(wire)).unwrap_err().to_status();
    let wrong = status.get_details_bad_request().unwrap();
    let wrong = wrong
        .field_violations
        .iter()
        .map(|wrong| (wrong.field.as_str(), wrong.reason.as_str()));
    let expected = [
        ("filter.types", "CODE_UNKNOWN"),
        ("filter.at_least", "CODE_UNKNOWN"),
        ("filter.commodities", "CODE_UNKNOWN"),
        ("filter.sender_agencies", "FIELD_FORMAT"),
        ("filter.statuses", "FIELD_TOO_LONG"),
        ("filter.alert_ids", "FIELD_TOO_LONG"),
    ];
    assert_eq!(wrong.collect::<Vec<_>>(), expected);
}

#[test]
fn a_filter_is_one_line_and_comes_back() {
    let wire = pb::Filter {
        types: vec![1, 4],
        at_least: 2,
        commodities: vec![2],
        sender_agencies: vec!["mx.dev.invalid/sat".into(), "us.dev.invalid/cbp".into()],
        statuses: vec![1],
        alert_ids: vec![ALERT.into()],
    };
    let line = filter(wire.clone()).to_line();
    assert_eq!(
        line,
        "type=ALERT,RECALL at-least=P2 commodity=CHEMICAL_PRECURSOR \
         from=mx.dev.invalid/sat,us.dev.invalid/cbp status=ACTUAL alert=US-CBPLAX-2026-000001V"
    );
    assert_eq!(Filter::of_line(&line), Some(filter(wire)));
    assert_eq!(Filter::of_line(""), Some(Filter::default()));
    for line in [
        "type=",
        "type=alert",
        "at-least=P9",
        "colour=red",
        "type",
        "from=x",
    ] {
        assert_eq!(Filter::of_line(line), None, "{line}");
    }
}
