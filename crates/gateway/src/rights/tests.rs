//! What the narrow views of records take from the real messages. Who sees what is tested through the door.

use super::*;

#[test]
fn the_narrow_views_read_the_fields_they_are_meant_to() {
    let record = pb::StatementRecord {
        envelope_digest: vec![1; 32],
        recipients: vec![pb::ResolvedRecipient {
            requested: Some(pb::RecipientRef {
                kind: 1,
                name: "mx.dev.invalid/anam".into(),
            }),
            agencies: vec!["mx.dev.invalid/anam".into()],
            nodes: vec!["spiffe://mx.dev.invalid/agency/sat/node/mty".into()],
        }],
        decision: Some(pb::Decision {
            policy: "floor/3".into(),
            policy_digest: Vec::new(),
        }),
        ..Default::default()
    };
    let audience = Audience::decode(record.encode_to_vec().as_slice()).unwrap();
    assert_eq!(
        audience.recipients[0].agencies,
        record.recipients[0].agencies
    );
    assert_eq!(audience.recipients[0].nodes, record.recipients[0].nodes);
    let statement = pb::Statement {
        sender: "spiffe://x".into(),
        sender_seq: 9,
        ..Default::default()
    };
    assert_eq!(
        Sender::decode(statement.encode_to_vec().as_slice())
            .unwrap()
            .sender,
        "spiffe://x"
    );
}
