//! What is believed of a missed deadline, and what is not.

use super::*;
use crate::test_gateway::TestGateway;
use precinto_alert::code::{AckLevel, OverdueStep};

pub(crate) fn record() -> pb::OverdueRecord {
    pb::OverdueRecord {
        alert_id: "US-CBPLAX-2026-000123B".to_owned(),
        message_id: vec![7; 16],
        sender: "spiffe://us.dev.invalid/agency/cbp/node/lax".to_owned(),
        index: 3,
        agency: "mx.dev.invalid/anam".to_owned(),
        level: AckLevel::Person.into(),
        step: OverdueStep::AlternateContact.into(),
        started_ms: 1,
        due_ms: 2,
        precedence: Precedence::P1.into(),
        status: MessageStatus::Actual.into(),
        contacts: vec!["spiffe://mx.dev.invalid/agency/anam/officer/herrera".to_owned()],
        nobody_listed: false,
        agencies: vec![
            "mx.dev.invalid/anam".to_owned(),
            "us.dev.invalid/cbp".to_owned(),
        ],
        nodes: vec!["spiffe://mx.dev.invalid/agency/fgr/node/one".to_owned()],
        trust: Vec::new(),
    }
}

/// Why a delivery is not believed once it was changed.
async fn refused(change: impl FnOnce(&mut pb::Delivery)) -> Option<Reason> {
    let gateway = TestGateway::start().await;
    let mut state = gateway.state();
    let index = state.log.append_overdue(&record());
    let mut delivery = state.log.delivery(index, index, index + 1);
    delivery.receipt = Some(state.log.receipt(index));
    change(&mut delivery);
    let receipts = ReceiptVerifier::new(state.log.verifier());
    judge(delivery, &receipts).err().map(|doubt| doubt.reason)
}

#[tokio::test]
async fn only_what_the_log_has_signed_for_is_believed() {
    assert_eq!(refused(|_| {}).await, None);
    let invalid = Some(Reason::ReceiptInvalid);
    assert_eq!(refused(|delivery| delivery.index += 1).await, invalid);
    assert_eq!(refused(|delivery| delivery.time_ms += 1).await, invalid);
    assert_eq!(refused(|delivery| delivery.receipt = None).await, invalid);
    let another = |delivery: &mut pb::Delivery| {
        let receipt = delivery.receipt.as_mut().unwrap();
        receipt.record = pb::OverdueRecord {
            agency: "us.dev.invalid/cbp".to_owned(),
            ..record()
        }
        .encode_to_vec()
        .into();
    };
    assert_eq!(refused(another).await, invalid);
    let with_words = |delivery: &mut pb::Delivery| delivery.envelope = vec![1].into();
    assert_eq!(refused(with_words).await, Some(Reason::Malformed));
}

#[tokio::test]
async fn a_statement_is_no_missed_deadline() {
    let gateway = TestGateway::start().await;
    let signed = gateway.notice(1);
    let mut state = gateway.state();
    let index = state.log.append(&signed);
    let mut delivery = state.log.delivery(index, index, index + 1);
    delivery.receipt = Some(state.log.receipt(index));
    delivery.envelope.clear();
    delivery.body.clear();
    let receipts = ReceiptVerifier::new(state.log.verifier());
    let doubt = judge(delivery, &receipts).unwrap_err();
    assert_eq!(doubt.reason, Reason::ReceiptInvalid);
}

#[tokio::test]
async fn it_says_who_is_concerned() {
    let gateway = TestGateway::start().await;
    let mut state = gateway.state();
    let index = state.log.append_overdue(&record());
    let overdue = Overdue::read((index, 1, 5), state.log.receipt(index)).unwrap();
    let concerns = |name: &str| overdue.concerns(&name.parse().unwrap());
    assert!(concerns("us.dev.invalid/cbp"));
    assert!(concerns("mx.dev.invalid/fgr"), "one of its nodes is told");
    assert!(!concerns("us.dev.invalid/dea"));
}
