//! What was delivered and does not hold: told, and never handed on as a message.

use precinto_alert::Reason;

/// A delivery that is no message, because something about it does not hold.
///
/// It must be settled like any other: `ack` to pass over it, `nack` to have it again (for example after the trust
/// settings were mended).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbelievable {
    /// Where in the log it stands.
    pub index: u64,
    /// 1 for the first delivery on this subscription.
    pub attempt: u32,
    /// The gateway's time of acceptance, milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// The coded reason.
    pub reason: Reason,
    /// One sentence.
    pub detail: String,
}
