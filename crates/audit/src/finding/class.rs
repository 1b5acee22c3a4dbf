//! How findings are sorted: by gravity, by the check that found them, and by a name for machines.

use super::{Kind, Severity};
use std::fmt;

/// A part of a stored segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The 64 bytes that open a segment.
    SegmentHeader,
    /// The 64 bytes that open a frame.
    FrameHeader,
    /// The entry table of a frame and the checkpoint that follows it.
    Table,
    /// Records, contents and bodies.
    Data,
}

/// What somebody outside holds against the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Evidence {
    /// A sender's or recipient's receipt.
    Receipt,
    /// A signed checkpoint, from a subscriber, a witness, or paper.
    Checkpoint,
    /// The checkpoint that the gateway itself has published beside its journal.
    Published,
}

/// The checks of an audit, as a report lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SegmentHeader => "header of the segment",
            Self::FrameHeader => "header of the frame",
            Self::Table => "entry table or checkpoint of the frame",
            Self::Data => "data of the frame",
        })
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Receipt => "the receipt",
            Self::Checkpoint => "the checkpoint held",
            Self::Published => "the published checkpoint",
        })
    }
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
    pub fn title(self) -> &'static str {
        match self {
            Self::Bytes => "stored bytes",
            Self::Leaves => "leaves",
            Self::Checkpoints => "checkpoints",
            Self::Records => "statements",
            Self::Trust => "trust",
            Self::Held => "held by others",
        }
    }
}

impl Kind {
    /// Which check has found it.
    #[expect(clippy::too_many_lines, reason = "one line for each kind")]
    pub fn check(&self) -> Check {
        match self {
            Self::Unreadable { .. }
            | Self::StrayFile
            | Self::LeftoverFile
            | Self::SegmentName { .. }
            | Self::SegmentLength { .. }
            | Self::DuplicateSegment { .. }
            | Self::Header { .. }
            | Self::FlippedBit { .. }
            | Self::Checksum { .. }
            | Self::TornTail { .. }
            | Self::SpoiltTail { .. }
            | Self::CutShort { .. }
            | Self::ForeignBytes { .. }
            | Self::Lengths { .. }
            | Self::Flags { .. }
            | Self::RowNotZero
            | Self::PrunedRemains => Check::Bytes,
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
            | Self::RecordMalformed { .. }
            | Self::UnknownFields { .. }
            | Self::EnvelopeMalformed { .. }
            | Self::EnvelopeDigest
            | Self::StatementId
            | Self::Refused { .. }
            | Self::RulesWentBack { .. }
            | Self::CasesNotAudited { .. }
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
            | Self::TrustUnnamed { .. }
            | Self::RootUnknown { .. }
            | Self::RevokedBefore { .. }
            | Self::DirectorySigner { .. }
            | Self::DirectoryVersion { .. }
            | Self::DirectorySide { .. }
            | Self::DirectoryNamed { .. }
            | Self::Trust { .. } => Check::Trust,
            Self::Published { .. }
            | Self::EvidenceUnusable { .. }
            | Self::EvidenceUncompared { .. }
            | Self::BeyondLog { .. }
            | Self::RootContradicted { .. }
            | Self::AfterCosignature { .. }
            | Self::BeforeCosignature { .. }
            | Self::EntryMoved { .. }
            | Self::EntryRetimed { .. }
            | Self::EntryAltered
            | Self::EntryGone => Check::Held,
        }
    }

    /// Whether it is only noticed at this entry, and says nothing against it.
    pub(crate) fn is_of_another_entry(&self) -> bool {
        matches!(self, Self::OverdueMissing { .. })
    }

    /// How grave it is.
    pub fn severity(&self) -> Severity {
        match self {
            Self::LeftoverFile
            | Self::TornTail { .. }
            | Self::TrustFromLog
            | Self::CasesNotAudited { .. }
            | Self::UnknownFields { .. } => Severity::Note,
            Self::Unreadable { .. }
            | Self::SpoiltTail { .. }
            | Self::TreeBroken
            | Self::OverdueMissing { .. }
            | Self::UnknownType { .. }
            | Self::Withheld
            | Self::Uncovered
            | Self::NoLogKey
            | Self::LogKeyUnpinned
            | Self::TrustIncomplete { .. }
            | Self::EvidenceUnusable { .. }
            | Self::EvidenceUncompared { .. }
            | Self::AfterCosignature { .. }
            | Self::BeforeCosignature { .. } => Severity::Gap,
            _ => Severity::Fault,
        }
    }

    /// The name for machines; never changes its meaning.
    #[expect(clippy::too_many_lines, reason = "one line for each kind")]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "UNREADABLE",
            Self::StrayFile => "STRAY_FILE",
            Self::LeftoverFile => "LEFTOVER_FILE",
            Self::SegmentName { .. } => "SEGMENT_NAME",
            Self::SegmentLength { .. } => "SEGMENT_LENGTH",
            Self::DuplicateSegment { .. } => "DUPLICATE_SEGMENT",
            Self::Header { .. } => "HEADER",
            Self::FlippedBit { .. } => "FLIPPED_BIT",
            Self::Checksum { .. } => "CHECKSUM",
            Self::TornTail { .. } => "TORN_TAIL",
            Self::SpoiltTail { .. } => "SPOILT_TAIL",
            Self::CutShort { .. } => "CUT_SHORT",
            Self::ForeignBytes { .. } => "FOREIGN_BYTES",
            Self::Lengths { .. } => "LENGTHS",
            Self::Flags { .. } => "FLAGS",
            Self::RowNotZero => "ROW_NOT_ZERO",
            Self::PrunedRemains => "PRUNED_REMAINS",
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
            Self::CasesNotAudited { .. } => "CASES_NOT_AUDITED",
            Self::TrustIncomplete { .. } => "TRUST_INCOMPLETE",
            Self::TrustAbsent { .. } => "TRUST_ABSENT",
            Self::TrustUnnamed { .. } => "TRUST_UNNAMED",
            Self::RootUnknown { .. } => "ROOT_UNKNOWN",
            Self::RevokedBefore { .. } => "REVOKED_BEFORE",
            Self::WrongLog { .. } => "WRONG_LOG",
            Self::Window { .. } => "WINDOW",
            Self::Recipients { .. } => "RECIPIENTS",
            Self::Body { .. } => "BODY",
            Self::Trust { .. } => "TRUST",
            Self::DirectorySigner { .. } => "DIRECTORY_SIGNER",
            Self::DirectoryVersion { .. } => "DIRECTORY_VERSION",
            Self::DirectorySide { .. } => "DIRECTORY_SIDE",
            Self::DirectoryNamed { .. } => "DIRECTORY_NAMED",
            Self::Conflict { .. } => "CONFLICT",
            Self::Overdue { .. } => "OVERDUE",
            Self::OverdueMissing { .. } => "OVERDUE_MISSING",
            Self::Act { .. } => "ACT",
            Self::Published { .. } => "PUBLISHED",
            Self::EvidenceUnusable { .. } => "EVIDENCE_UNUSABLE",
            Self::EvidenceUncompared { .. } => "EVIDENCE_UNCOMPARED",
            Self::BeyondLog { .. } => "BEYOND_LOG",
            Self::RootContradicted { .. } => "ROOT_CONTRADICTED",
            Self::AfterCosignature { .. } => "AFTER_COSIGNATURE",
            Self::BeforeCosignature { .. } => "BEFORE_COSIGNATURE",
            Self::EntryMoved { .. } => "ENTRY_MOVED",
            Self::EntryRetimed { .. } => "ENTRY_RETIMED",
            Self::EntryAltered => "ENTRY_ALTERED",
            Self::EntryGone => "ENTRY_GONE",
        }
    }
}
