//! How findings are sorted: by gravity, by the check that found them, and by a name for machines.

use super::{Kind, Severity, pick};
use precinto_alert::Lang;

/// The checks of an audit, as a report lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Check {
    /// The stored bytes.
    Bytes,
    /// The leaves and their order.
    Leaves,
    /// What the log has signed.
    Checkpoints,
    /// Records, envelopes and bodies.
    Records,
    /// What the records rest on.
    Trust,
    /// What others hold against the log.
    Held,
}

impl Check {
    /// All of them, in the order of a report.
    pub const ALL: [Self; 6] = [
        Self::Bytes,
        Self::Leaves,
        Self::Checkpoints,
        Self::Records,
        Self::Trust,
        Self::Held,
    ];

    /// What a report calls it.
    pub fn title(self, lang: Lang) -> &'static str {
        let (en, es) = match self {
            Self::Bytes => ("stored bytes", "bytes en disco"),
            Self::Leaves => ("leaves", "hojas"),
            Self::Checkpoints => ("checkpoints", "ptos. control"),
            Self::Records => ("statements", "mensajes"),
            Self::Trust => ("trust", "confianza"),
            Self::Held => ("held by others", "de otros"),
        };
        pick(lang, en, es)
    }
}

impl Kind {
    /// Which check has found it.
    pub fn check(&self) -> Check {
        match self {
            Self::Bytes(_) => Check::Bytes,
            Self::MissingEntries
            | Self::RepeatedEntries
            | Self::TreeBroken
            | Self::Leaf { .. }
            | Self::TimeWentBack { .. }
            | Self::TimeAhead { .. }
            | Self::Commitment
            | Self::EntryKey
            | Self::EntryDigest
            | Self::KeyReused { .. } => Check::Leaves,
            Self::CheckpointForm { .. }
            | Self::CheckpointSignature { .. }
            | Self::CheckpointSize { .. }
            | Self::Root { .. }
            | Self::Uncovered
            | Self::NoLogKey
            | Self::LogKeyUnpinned
            | Self::LogKeyDiffers => Check::Checkpoints,
            Self::UnknownType { .. }
            | Self::RecordPruned
            | Self::BodyPruned
            | Self::Withheld
            | Self::ActWithheld
            | Self::RecordMalformed { .. }
            | Self::UnknownFields { .. }
            | Self::EnvelopeMalformed { .. }
            | Self::EnvelopeDigest
            | Self::StatementId
            | Self::Refused { .. }
            | Self::RulesWentBack { .. }
            | Self::FloorUnknown { .. }
            | Self::RulesDigest { .. }
            | Self::RulesRefuse { .. }
            | Self::RulesNamed { .. }
            | Self::Nominal { .. }
            | Self::Onward { .. }
            | Self::CasesNotAudited { .. }
            | Self::ClocksNotAudited { .. }
            | Self::WrongLog { .. }
            | Self::Window { .. }
            | Self::Recipients { .. }
            | Self::Body { .. }
            | Self::Conflict { .. }
            | Self::Overdue { .. }
            | Self::OverdueMissing { .. }
            | Self::Act { .. } => Check::Records,
            Self::TrustFromLog
            | Self::TrustIncomplete { .. }
            | Self::TrustAbsent { .. }
            | Self::TrustWithdrawn { .. }
            | Self::TrustUnnamed { .. }
            | Self::RootUnknown { .. }
            | Self::RevokedBefore { .. }
            | Self::RevokedSince { .. }
            | Self::DirectorySigner { .. }
            | Self::DirectoryVersion { .. }
            | Self::DirectorySide { .. }
            | Self::DirectoryContent { .. }
            | Self::DirectoryNamed { .. }
            | Self::Trust { .. } => Check::Trust,
            Self::Held(_) => Check::Held,
        }
    }

    /// Whether it is only noticed at this entry, and says nothing against it.
    pub(crate) fn is_of_another_entry(&self) -> bool {
        matches!(self, Self::OverdueMissing { .. })
    }

    /// How grave it is.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Bytes(damage) => damage.severity(),
            Self::Held(contradiction) => contradiction.severity(),
            Self::TrustFromLog | Self::UnknownFields { .. } | Self::ActWithheld => Severity::Note,
            Self::TreeBroken
            | Self::OverdueMissing { .. }
            | Self::UnknownType { .. }
            | Self::Withheld
            | Self::Uncovered
            | Self::NoLogKey
            | Self::LogKeyUnpinned
            | Self::FloorUnknown { .. }
            | Self::CasesNotAudited { .. }
            | Self::ClocksNotAudited { .. }
            | Self::TrustIncomplete { .. }
            | Self::RevokedSince { .. } => Severity::Gap,
            _ => Severity::Fault,
        }
    }

    /// The name for machines; never changes its meaning.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Bytes(damage) => damage.code(),
            Self::Held(contradiction) => contradiction.code(),
            Self::MissingEntries => "MISSING_ENTRIES",
            Self::RepeatedEntries => "REPEATED_ENTRIES",
            Self::TreeBroken => "TREE_BROKEN",
            Self::Leaf { .. } => "LEAF",
            Self::TimeWentBack { .. } => "TIME_WENT_BACK",
            Self::TimeAhead { .. } => "TIME_AHEAD",
            Self::UnknownType { .. } => "UNKNOWN_TYPE",
            Self::Commitment => "COMMITMENT",
            Self::EntryKey => "ENTRY_KEY",
            Self::EntryDigest => "ENTRY_DIGEST",
            Self::KeyReused { .. } => "KEY_REUSED",
            Self::RecordPruned => "RECORD_PRUNED",
            Self::BodyPruned => "BODY_PRUNED",
            Self::Withheld => "WITHHELD",
            Self::ActWithheld => "ACT_WITHHELD",
            Self::CheckpointForm { .. } => "CHECKPOINT_FORM",
            Self::CheckpointSignature { .. } => "CHECKPOINT_SIGNATURE",
            Self::CheckpointSize { .. } => "CHECKPOINT_SIZE",
            Self::Root { .. } => "ROOT",
            Self::Uncovered => "UNCOVERED",
            Self::NoLogKey => "NO_LOG_KEY",
            Self::LogKeyUnpinned => "LOG_KEY_UNPINNED",
            Self::LogKeyDiffers => "LOG_KEY_DIFFERS",
            Self::TrustFromLog => "TRUST_FROM_LOG",
            Self::RecordMalformed { .. } => "RECORD_MALFORMED",
            Self::UnknownFields { .. } => "UNKNOWN_FIELDS",
            Self::EnvelopeMalformed { .. } => "ENVELOPE_MALFORMED",
            Self::EnvelopeDigest => "ENVELOPE_DIGEST",
            Self::StatementId => "STATEMENT_ID",
            Self::Refused { .. } => "REFUSED",
            Self::RulesWentBack { .. } => "RULES_WENT_BACK",
            Self::FloorUnknown { .. } => "FLOOR_UNKNOWN",
            Self::RulesDigest { .. } => "RULES_DIGEST",
            Self::RulesRefuse { .. } => "RULES_REFUSE",
            Self::RulesNamed { .. } => "RULES_NAMED",
            Self::Nominal { .. } => "NOMINAL",
            Self::Onward { .. } => "ONWARD",
            Self::CasesNotAudited { .. } => "CASES_NOT_AUDITED",
            Self::ClocksNotAudited { .. } => "CLOCKS_NOT_AUDITED",
            Self::TrustIncomplete { .. } => "TRUST_INCOMPLETE",
            Self::TrustAbsent { .. } => "TRUST_ABSENT",
            Self::TrustWithdrawn { .. } => "TRUST_WITHDRAWN",
            Self::TrustUnnamed { .. } => "TRUST_UNNAMED",
            Self::RootUnknown { .. } => "ROOT_UNKNOWN",
            Self::RevokedBefore { .. } => "REVOKED_BEFORE",
            Self::RevokedSince { .. } => "REVOKED_SINCE",
            Self::WrongLog { .. } => "WRONG_LOG",
            Self::Window { .. } => "WINDOW",
            Self::Recipients { .. } => "RECIPIENTS",
            Self::Body { .. } => "BODY",
            Self::Trust { .. } => "TRUST",
            Self::DirectorySigner { .. } => "DIRECTORY_SIGNER",
            Self::DirectoryVersion { .. } => "DIRECTORY_VERSION",
            Self::DirectorySide { .. } => "DIRECTORY_SIDE",
            Self::DirectoryContent { .. } => "DIRECTORY_CONTENT",
            Self::DirectoryNamed { .. } => "DIRECTORY_NAMED",
            Self::Conflict { .. } => "CONFLICT",
            Self::Overdue { .. } => "OVERDUE",
            Self::OverdueMissing { .. } => "OVERDUE_MISSING",
            Self::Act { .. } => "ACT",
        }
    }
}
