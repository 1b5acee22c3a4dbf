//! What an auditor brings along: the less it takes from the log itself, the more its verdict proves.

use precinto_alert::id::Side;
use precinto_merkle::note::NoteVerifier;

/// Everything that an audit judges by.
#[derive(Debug, Clone)]
pub struct Expect {
    /// The log's verifier key.
    pub key: LogKey,
    /// The roots of each side, from outside. Without them the roots logged as TRUST entries are used: then the
    /// signatures are shown to fit those roots, but not that those are the sides' own.
    pub trust: Option<Vec<SideRoots>>,
    /// The keys of witnesses, from outside. The times of their cosignatures on what is held are compared with those that
    /// the log gives its entries.
    pub witnesses: Vec<NoteVerifier>,
    /// The time of the audit, milliseconds since 1970 UTC: no entry can be later.
    pub now_ms: u64,
}

/// Where the log's verifier key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogKey {
    /// From outside: paper, a contract, an earlier visit.
    Given(NoteVerifier),
    /// From `log.vkey` beside the journal: whoever can replace the log can replace it too.
    BesideTheLog,
    /// From nowhere: signatures of the log are not checked.
    Unknown,
}

/// What an auditor knows of one side.
#[derive(Debug, Clone)]
pub struct SideRoots {
    /// The side.
    pub side: Side,
    /// Its roots, DER.
    pub roots: Vec<Vec<u8>>,
    /// Its revocation lists, DER, as new as can be had; may be empty. A signer that they show to have been revoked
    /// before an entry's time is reported.
    pub crls: Vec<Vec<u8>>,
}

/// Something that somebody outside holds against the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What to call it, most often its file name.
    pub name: String,
    /// A receipt (C2SP tlog-proof) or a signed checkpoint (C2SP signed note).
    pub bytes: Vec<u8>,
}
