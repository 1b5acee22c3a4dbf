//! What a node reads of what a gateway delivers and answers, and of its own outbox: any bytes at all, for fuzzing and for the
//! replay of its corpora (test only).
//!
//! One function a target, as in `tests/fuzz/targets.rs`. A target that fails panics.

#![cfg_attr(
    not(fuzzing),
    expect(clippy::missing_panics_doc, reason = "a panic is the answer")
)]

use crate::outbox::Refused;
use crate::overdue;
use crate::receipt::ReceiptVerifier;
use crate::subscribe::delivery::{Offered, certificates_needed, judge};
use crate::unbelievable::Unbelievable;
use crate::{Overdue, Refusal};
use precinto_envelope::certificate::CertificatePool;
use precinto_envelope::crypto::SigningKey;
use precinto_envelope::trust::TrustStore;
use precinto_merkle::note::NoteSigner;
use precinto_proto::v1 as pb;
use prost::Message as _;
use std::hint::black_box;

/// A message of a subscription, and a record of the record service. Whoever trusts nobody believes none of them; a missed deadline
/// he does not even read, and reads it here all the same.
pub fn delivery(bytes: &[u8]) {
    if let Ok(message) = pb::SubscribeResponse::decode(bytes)
        && let Some(delivery) = message.delivery
    {
        delivered(&delivery);
    }
    if let Ok(record) = pb::Record::decode(bytes) {
        let index = record.index;
        match Offered::of_record(record) {
            Ok(offered) => refused(index, judged(offered)),
            Err(doubt) => refused(index, Err(doubt)),
        }
    }
}

fn delivered(delivery: &pb::Delivery) {
    let index = delivery.index;
    for with_proofs in [false, true] {
        let offered = Offered::of(delivery.clone(), with_proofs);
        refused(index, judged(offered));
    }
    let needed = certificates_needed(delivery, &CertificatePool::default());
    assert!(needed.is_sorted(), "certificates are asked for once");
    let late = overdue::judge(delivery.clone(), &receipts());
    refused(index, late.map(drop));
    let place = (index, delivery.attempt, delivery.time_ms);
    let receipt = delivery.receipt.clone().unwrap_or_default();
    if let Some(overdue) = Overdue::read(place, receipt) {
        let late = overdue.sender.agency();
        black_box((overdue.concerns(late), overdue.missed.agency.to_string()));
    }
}

fn judged(offered: Offered) -> Result<(), Unbelievable> {
    let nobody = TrustStore::new(Vec::new()).expect("trust in nobody");
    judge(offered, &CertificatePool::default(), &nobody, &receipts()).map(drop)
}

fn refused(index: u64, judged: Result<(), Unbelievable>) {
    let doubt = judged.expect_err("believed without a root");
    assert_eq!(doubt.index, index, "told of another entry");
    assert!(!doubt.detail.is_empty(), "nothing to show");
}

/// Receipts of a log that nobody runs; the corpus holds nothing that it has signed.
fn receipts() -> ReceiptVerifier {
    let signer = NoteSigner::new(
        "fuzz.dev.invalid/log",
        SigningKey::from_ed25519_seed([9; 32]),
    );
    ReceiptVerifier::new(signer.expect("a signer").verifier())
}

/// What the outbox has written of a message that was refused: the same after writing it again, and told like any refusal.
pub fn outbox_state(bytes: &[u8]) {
    let Some(read) = Refused::parse(bytes) else {
        return;
    };
    let written = serde_json::to_vec(&read).expect("made of texts and numbers");
    let again = Refused::parse(&written);
    assert_eq!(again.as_ref(), Some(&read), "changed by the disk");
    black_box(read.id());
    assert!(!read.error().to_string().is_empty(), "nothing to show");
}

/// What a gateway says in band of a refused message.
pub fn refusal(bytes: &[u8]) {
    if let Ok(refusal) = Refusal::from_status_bytes(bytes) {
        black_box(format!("{refusal:?}").len());
    }
}

#[cfg(test)]
#[path = "../../../tests/fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;

    #[test]
    fn foreign_deliveries_are_never_believed() {
        replay("delivery", super::delivery);
    }

    #[test]
    fn what_an_outbox_has_written_is_read_or_not() {
        replay("outbox_state", super::outbox_state);
    }

    #[test]
    fn foreign_refusals_are_read_or_refused() {
        replay("refusal", super::refusal);
    }
}
