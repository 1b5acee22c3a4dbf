//! The catalogue of findings: one kind for each thing that does not add up. Their sentences stand in `sentence`.

use super::{Contradiction, Damage, Thing};
use precinto_alert::Detail;

/// One thing that does not add up, or could not be checked. `Display` is its sentence in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Something about the stored bytes.
    Bytes(Damage),
    /// Something about what others hold.
    Held(Contradiction),

    /// A hole in the log.
    MissingEntries,
    /// Entries that stood in the log before; they were not looked at again.
    RepeatedEntries,
    /// After a hole the tree cannot be followed.
    TreeBroken,
    /// A leaf that is none.
    Leaf {
        /// What is wrong with it.
        why: String,
    },
    /// The clock of the log went backwards.
    TimeWentBack {
        /// The entry's time.
        time_ms: u64,
        /// The time of the entry before.
        previous_ms: u64,
    },
    /// A time that has not come yet.
    TimeAhead {
        /// The entry's time.
        time_ms: u64,
        /// The time of the audit.
        now_ms: u64,
    },
    /// An entry of a type that this auditor cannot check.
    UnknownType {
        /// The type.
        number: u8,
    },
    /// The record is not the one that the leaf commits to.
    Commitment,
    /// The row's key is not that of its content.
    EntryKey,
    /// The row's digest is not that of its content.
    EntryDigest,
    /// A key that must be unique.
    KeyReused {
        /// The entry that has it too.
        first: u64,
    },
    /// Record and content are gone, and no entry says by whose order.
    RecordPruned,
    /// The body is gone, and no entry says by whose order.
    BodyPruned,
    /// The gateway did not show everything to this auditor.
    Withheld,
    /// An act is not for this reader. It says nothing of messages, and what a log is held to by acts is for everybody.
    ActWithheld,
    /// A checkpoint that is none.
    CheckpointForm {
        /// What is wrong with it.
        why: String,
    },
    /// A checkpoint that the log's key has not signed.
    CheckpointSignature {
        /// What is wrong with it.
        why: String,
    },
    /// A checkpoint for another number of entries.
    CheckpointSize {
        /// The size in the checkpoint.
        says: u64,
        /// The entries up to here.
        holds: u64,
    },
    /// A checkpoint over other entries.
    Root {
        /// The entries up to here.
        size: u64,
    },
    /// A stretch of entries that no signed checkpoint covers, or not a single checkpoint.
    Uncovered,
    /// The verifier key was not given.
    NoLogKey,
    /// The verifier key came from the log's own folder.
    LogKeyUnpinned,
    /// The verifier key in the log's folder is not the one given.
    LogKeyDiffers,
    /// Roots came from the log itself.
    TrustFromLog,
    /// A record that cannot be read.
    RecordMalformed {
        /// What is wrong with it.
        why: String,
    },
    /// Fields that this version does not know, or another encoding than the canonical one.
    UnknownFields {
        /// Record, envelope or body.
        what: Thing,
    },
    /// The content is not an envelope.
    EnvelopeMalformed {
        /// What is wrong with it.
        why: String,
    },
    /// The envelope is not the one that the record names.
    EnvelopeDigest,
    /// The statement is not the one that the record names.
    StatementId,
    /// Judged as of its time and under the trust that its record names, it should have been refused.
    Refused {
        /// The reason's name in the error catalogue.
        reason: &'static str,
        /// The sentence that belongs to it.
        why: String,
    },
    /// Let in by older rules than the log has named before: rules do not go out of force. It is judged by the newer ones.
    RulesWentBack {
        /// What the record claims, or what this program takes it for.
        claimed: &'static str,
        /// The newest rules before it.
        newest: &'static str,
    },
    /// Let in by a floor that this program does not know, so its decision was not repeated.
    FloorUnknown {
        /// What the record claims.
        claimed: String,
    },
    /// The digest of the rules in its record is not that of the floor and the policies that the record names.
    RulesDigest {
        /// What the record says, in hexadecimal.
        says: String,
        /// What follows from the parts of the directory, in hexadecimal.
        are: String,
    },
    /// Let in, although the rules refuse it.
    RulesRefuse {
        /// Those that do.
        rules: String,
    },
    /// Let in by these rules, and its record names others.
    RulesNamed {
        /// What the record says.
        says: String,
        /// Those that decided.
        decided: String,
    },
    /// Whether it names persons, its record says otherwise than its content.
    Nominal {
        /// What the record says.
        says: bool,
    },
    /// To whom it was passed on by the originator's word, its record says otherwise than its case.
    Onward {
        /// In which way.
        why: Detail,
    },
    /// Let in by rules that asked no case, so whether they might follow was not audited.
    CasesNotAudited {
        /// How many messages.
        count: u64,
    },
    /// Let in by rules that kept no clock, so whether a deadline was missed was not audited.
    ClocksNotAudited {
        /// How many messages.
        count: u64,
    },
    /// The trust that the record names does not suffice to judge it.
    TrustIncomplete {
        /// The reason's name in the error catalogue.
        reason: &'static str,
        /// What is missing.
        why: String,
    },
    /// The record rests on something that is not in the log before it.
    TrustAbsent {
        /// What it is.
        what: Thing,
        /// Its SHA-256 in hexadecimal.
        digest: String,
    },
    /// The record rests on something that had been withdrawn before it.
    TrustWithdrawn {
        /// What it is.
        what: Thing,
        /// Its SHA-256 in hexadecimal.
        digest: String,
    },
    /// The statement rests on something that its record does not name.
    TrustUnnamed {
        /// What it is.
        what: Thing,
        /// Its SHA-256 in hexadecimal.
        digest: String,
    },
    /// A root that is not among those given to the auditor.
    RootUnknown {
        /// The side that it is logged for.
        side: String,
        /// Its SHA-256 in hexadecimal.
        digest: String,
    },
    /// Revoked before the entry's time, by a list given from outside that had been made by then.
    RevokedBefore {
        /// SHA-256 of the certificate in hexadecimal.
        digest: String,
    },
    /// Revoked before the entry's time, by a list that was made after it: nobody could know when the log took the entry in.
    RevokedSince {
        /// SHA-256 of the certificate in hexadecimal.
        digest: String,
        /// Since when it does not count.
        since_ms: u64,
    },
    /// A statement for another log.
    WrongLog {
        /// The origin in the statement.
        origin: String,
    },
    /// A statement accepted outside its time.
    Window {
        /// In which way.
        why: Detail,
    },
    /// The record's recipients are not the statement's.
    Recipients {
        /// In which way.
        why: Detail,
    },
    /// The body is not the one signed for.
    Body {
        /// The reason's name in the error catalogue.
        reason: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A TRUST entry that is not what it says.
    Trust {
        /// In which way.
        why: String,
    },
    /// A part of the directory without the signatures that it takes.
    DirectorySigner {
        /// Whose signature is wrong, or how many are missing.
        why: Detail,
    },
    /// A part of the directory that does not follow the one before.
    DirectoryVersion {
        /// In which way.
        why: Detail,
    },
    /// A part of the directory that says something of the other side.
    DirectorySide {
        /// In which way.
        why: Detail,
    },
    /// A part of the directory whose text no gateway may take, whoever signed it.
    DirectoryContent {
        /// The first thing that is wrong with it.
        why: Detail,
    },
    /// A record that names other parts of the directory than those in force.
    DirectoryNamed {
        /// Which.
        why: Detail,
    },
    /// A CONFLICT entry that is not what it says.
    Conflict {
        /// In which way.
        why: Detail,
    },
    /// An OVERDUE entry that is not what it says.
    Overdue {
        /// In which way.
        why: Detail,
    },
    /// A missed deadline that the gateway has not logged, although the log went on for more than a minute.
    OverdueMissing {
        /// The entry that waits for an answer.
        asked: u64,
        /// Who is late.
        agency: String,
        /// What it owes.
        level: &'static str,
        /// What should have followed.
        step: &'static str,
    },
    /// An ACT entry that is not what it says.
    Act {
        /// In which way.
        why: Detail,
    },
}

impl From<Damage> for Kind {
    fn from(damage: Damage) -> Self {
        Self::Bytes(damage)
    }
}

impl From<Contradiction> for Kind {
    fn from(contradiction: Contradiction) -> Self {
        Self::Held(contradiction)
    }
}
