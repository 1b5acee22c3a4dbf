//! What of a recalled alert stays, in the own copy and where deliveries are handed over: one answer for both.

use precinto_alert::case::outlives_recall;
use precinto_alert::code::MessageType;

/// Whether a message of a recalled alert stays, whole, and is handed over or shown also when it comes late: the recall itself,
/// and what may still be said then ([`outlives_recall`]), facts of their own about goods or about the recall. A comment may too,
/// but one from before says what the alert said.
///
/// Nobody is led to a recalled alert by it: in the copy, what stays is shown with the case and found under nothing but its number.
///
/// A confirmation counts what does not stay, and only that is out of sight or erased: were the two places to differ, it would
/// say of one that what still lies in the other is gone.
pub(crate) fn stays(said: MessageType) -> bool {
    match said {
        MessageType::Recall => true,
        MessageType::Comment => false,
        said => outlives_recall(said),
    }
}

/// What is to stay, written out: the tests of both places go by it.
#[cfg(test)]
pub(crate) const STAYING: [MessageType; 7] = [
    MessageType::Ack,
    MessageType::HoldRelease,
    MessageType::HoldSet,
    MessageType::HoldStatus,
    MessageType::Outcome,
    MessageType::Recall,
    MessageType::RecallConfirm,
];
