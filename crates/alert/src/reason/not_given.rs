//! Reasons of the interface that nothing in this version gives. Their rows stay, because a later version will.

use super::Reason;

const NOT_YET: [&str; 2] = [
    "this version does not give it yet",
    "esta versión aún no lo da",
];

/// Why nothing gives it, English and Spanish; `None` for a reason that is given. A test compares this with the sources.
pub(super) fn why(reason: Reason) -> Option<[&'static str; 2]> {
    match reason {
        Reason::NotAShipment
        | Reason::PeerUnreachable
        | Reason::ReadDenied
        | Reason::SequenceReused
        | Reason::WitnessBehind => Some(NOT_YET),
        _ => None,
    }
}
