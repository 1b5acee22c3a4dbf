//! What the sender of a submission that was taken is told.

use precinto_ledger::Proven;
use precinto_proto::v1 as pb;
use prost::Message as _;

/// The first answer once more, with the findings that stand in its record.
pub(super) fn repeat(proven: &Proven) -> pb::SubmitResponse {
    let record = pb::StatementRecord::decode(proven.entry.record());
    answer(
        proven,
        true,
        record.map(|record| record.warnings).unwrap_or_default(),
    )
}

pub(super) fn answer(
    proven: &Proven,
    duplicate: bool,
    warnings: Vec<pb::Finding>,
) -> pb::SubmitResponse {
    pb::SubmitResponse {
        receipt: Some(receipt(proven)),
        duplicate,
        warnings,
    }
}

/// A receipt for the wire.
pub(crate) fn receipt(proven: &Proven) -> pb::Receipt {
    pb::Receipt {
        proof: proven.receipt.to_text(),
        record: proven.entry.record().to_vec().into(),
    }
}
