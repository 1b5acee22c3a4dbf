//! The catalogue of findings: every kind with its sentence.

use super::{Evidence, Part};
use crate::format::Problem;

/// One thing that does not add up, or could not be checked. The text of each is one sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Kind {
    /// A file or folder cannot be read.
    #[error("cannot be read: {why}")]
    Unreadable {
        /// What the operating system says.
        why: String,
    },
    /// Something in the journal folder that is no segment.
    #[error("does not belong into a journal folder, which holds segments and nothing else")]
    StrayFile,
    /// A temporary file that a crash can leave behind.
    #[error("is a temporary file, as a crash leaves behind; nothing in it was looked at")]
    LeftoverFile,
    /// A segment whose name is not the index of its first entry.
    #[error("the segment begins with entry {first} and so has the wrong name")]
    SegmentName {
        /// The index in its header.
        first: u64,
    },
    /// A segment longer than one can be.
    #[error("the segment has {bytes} bytes, more than one can have; the excess was not looked at")]
    SegmentLength {
        /// Its length.
        bytes: u64,
    },
    /// A second segment that begins with the same entry; it was not looked at.
    #[error("is a second segment that begins with entry {first}; it was not looked at")]
    DuplicateSegment {
        /// The index in both headers.
        first: u64,
    },
    /// A header says something that none can say.
    #[error("{part}: {problem}")]
    Header {
        /// Which header.
        part: Part,
        /// What is wrong with it.
        problem: Problem,
    },
    /// Exactly one bit differs from what was written. It is put right in memory, and the audit goes on.
    #[error("{part}: this one bit is not as it was written (the checksum tells which)")]
    FlippedBit {
        /// What part it lies in.
        part: Part,
    },
    /// More than one bit differs from what was written.
    #[error("{part}: the checksum fails; more than one bit is not as it was written")]
    Checksum {
        /// The part that the checksum is over.
        part: Part,
    },
    /// The last frame is shorter than it should be, as a crash before the commit leaves it. Nobody holds a receipt for it,
    /// unless somebody has shortened the file: then that receipt says so.
    #[error(
        "the last {bytes} bytes are a frame that was not written whole, as a crash leaves one; the gateway cuts it off \
         when it starts"
    )]
    TornTail {
        /// How many bytes.
        bytes: u64,
    },
    /// The last frame is as long as it should be, or nobody can tell, and it does not hold. A power loss before the commit
    /// can leave it so, and so can damage after it: then receipts were given for it, and only they can say so.
    #[error(
        "the last {bytes} bytes are a frame that does not hold: a power loss before its commit leaves one so, and so does \
         damage after it; whether a receipt was given for it cannot be told from the log"
    )]
    SpoiltTail {
        /// How many bytes.
        bytes: u64,
    },
    /// A frame is incomplete where no crash can have left it so.
    #[error("the frame is cut short: it should have {bytes} bytes more")]
    CutShort {
        /// How many bytes are missing.
        bytes: u64,
    },
    /// Bytes where a frame should begin that are no frame.
    #[error("{bytes} bytes are no frame")]
    ForeignBytes {
        /// How many bytes.
        bytes: u64,
    },
    /// The entry table does not fit the data area.
    #[error("the lengths in the entry table add up to {table}, but the data area has {data} bytes")]
    Lengths {
        /// The sum over the table.
        table: u64,
        /// What the frame header says.
        data: u64,
    },
    /// Flags without a meaning.
    #[error("the flags {flags:#04x} have no meaning")]
    Flags {
        /// The flags.
        flags: u8,
    },
    /// The row's unused byte is used.
    #[error("the unused byte of the row is not zero")]
    RowNotZero,
    /// Marked as deleted, and yet something is there.
    #[error("is marked as deleted, but not all of it is gone")]
    PrunedRemains,

    /// A hole in the log.
    #[error("missing from the log")]
    MissingEntries,
    /// Entries that stood in the log before; they were not looked at again.
    #[error("stands in the log a second time")]
    RepeatedEntries,
    /// After a hole the tree cannot be followed.
    #[error(
        "from here on no root could be recomputed, because entries before are missing or unreadable"
    )]
    TreeBroken,
    /// A leaf that is none.
    #[error("the leaf is malformed: {why}")]
    Leaf {
        /// What is wrong with it.
        why: String,
    },
    /// The clock of the log went backwards.
    #[error("its time, {time_ms} ms, is before that of the entry before it, {previous_ms} ms")]
    TimeWentBack {
        /// The entry's time.
        time_ms: u64,
        /// The time of the entry before.
        previous_ms: u64,
    },
    /// A time that has not come yet.
    #[error("its time, {time_ms} ms, lies in the future of this audit, {now_ms} ms")]
    TimeAhead {
        /// The entry's time.
        time_ms: u64,
        /// The time of the audit.
        now_ms: u64,
    },
    /// An entry of a type that this auditor cannot check.
    #[error("entries of type {number} cannot be checked by this version")]
    UnknownType {
        /// The type.
        number: u8,
    },
    /// The record is not the one that the leaf commits to.
    #[error("record and salt are not those that the leaf commits to")]
    Commitment,
    /// The row's key is not that of its content.
    #[error("the entry key in the table does not follow from the content")]
    EntryKey,
    /// The row's digest is not that of its content.
    #[error("the entry digest in the table does not follow from the content")]
    EntryDigest,
    /// A key that must be unique.
    #[error("has the same key as entry {first}: a log takes each message id of a sender once")]
    KeyReused {
        /// The entry that has it too.
        first: u64,
    },
    /// Record and content are gone, and no entry says by whose order.
    #[error("its record is deleted, and no tombstone in the log says why")]
    RecordPruned,
    /// The body is gone, and no entry says by whose order.
    #[error("its body is deleted, and no tombstone in the log says why")]
    BodyPruned,
    /// The gateway did not show everything to this auditor.
    #[error("the gateway withheld record, content and body: this identity is no auditor there")]
    Withheld,

    /// A checkpoint that is none.
    #[error("the checkpoint is malformed: {why}")]
    CheckpointForm {
        /// What is wrong with it.
        why: String,
    },
    /// A checkpoint that the log's key has not signed.
    #[error("the checkpoint is not signed by the log's key: {why}")]
    CheckpointSignature {
        /// What is wrong with it.
        why: String,
    },
    /// A checkpoint for another number of entries.
    #[error("the checkpoint is for {says} entries, but the log has {holds} here")]
    CheckpointSize {
        /// The size in the checkpoint.
        says: u64,
        /// The entries up to here.
        holds: u64,
    },
    /// A checkpoint over other entries.
    #[error("the checkpoint's root is not that of the {size} entries up to here")]
    Root {
        /// The entries up to here.
        size: u64,
    },
    /// A stretch of entries that no signed checkpoint covers, or not a single checkpoint.
    #[error("no checkpoint signed by the log's key covers this")]
    Uncovered,
    /// The verifier key was not given.
    #[error("the log's verifier key was not given, so no signature of the log could be checked")]
    NoLogKey,
    /// The verifier key came from the log's own folder.
    #[error(
        "the log's verifier key was taken from beside the log: it proves only that one key signed everything, not whose"
    )]
    LogKeyUnpinned,
    /// The verifier key in the log's folder is not the one given.
    #[error("the verifier key beside the log is not the one that was given")]
    LogKeyDiffers,
    /// Roots came from the log itself.
    #[error(
        "no roots were given, so the log's own were used: the signatures fit those roots, but whose roots they are is \
         not proven"
    )]
    TrustFromLog,

    /// A record that cannot be read.
    #[error("the record cannot be read: {why}")]
    RecordMalformed {
        /// What is wrong with it.
        why: String,
    },
    /// Fields that this version does not know, or another encoding than the canonical one.
    #[error("{what} holds fields unknown here, or is not in the canonical encoding")]
    UnknownFields {
        /// Record, envelope or body.
        what: &'static str,
    },
    /// The content is not an envelope.
    #[error("the content is no envelope with a statement: {why}")]
    EnvelopeMalformed {
        /// What is wrong with it.
        why: String,
    },
    /// The envelope is not the one that the record names.
    #[error("the envelope is not the one whose digest stands in the record")]
    EnvelopeDigest,
    /// The statement is not the one that the record names.
    #[error("the statement is not the one whose id stands in the record")]
    StatementId,
    /// Judged as of its time and under the trust that its record names, it should have been refused.
    #[error("should have been refused ({reason}): {why}")]
    Refused {
        /// The reason's name in the error catalogue.
        reason: &'static str,
        /// The sentence that belongs to it.
        why: String,
    },
    /// Let in by older rules than the log has named before: rules do not go out of force. It is judged by the newer ones.
    #[error("its record claims the rules {claimed}, although the log had named {newest} before")]
    RulesWentBack {
        /// What the record claims, or what this program takes it for.
        claimed: &'static str,
        /// The newest rules before it.
        newest: &'static str,
    },
    /// Let in by rules that asked no case, so whether they might follow was not audited.
    #[error(
        "messages of cases among these that were let in under floor/1, which asks no case: {count}; whether each might \
         follow was not audited"
    )]
    CasesNotAudited {
        /// How many messages.
        count: u64,
    },
    /// The trust that the record names does not suffice to judge it.
    #[error("could not be judged ({reason}): {why}")]
    TrustIncomplete {
        /// The reason's name in the error catalogue.
        reason: &'static str,
        /// What is missing.
        why: String,
    },
    /// The record rests on something that is not in the log before it.
    #[error("rests on {what} {digest}, which no entry before it holds")]
    TrustAbsent {
        /// What it is.
        what: &'static str,
        /// Its SHA-256 in hexadecimal.
        digest: String,
    },
    /// The statement rests on something that its record does not name.
    #[error("its record does not name {what} {digest}, on which it rests")]
    TrustUnnamed {
        /// What it is.
        what: &'static str,
        /// Its SHA-256 in hexadecimal.
        digest: String,
    },
    /// A root that is not among those given to the auditor.
    #[error("rests on root {digest} of {side}, which is not among the roots given to this audit")]
    RootUnknown {
        /// The side that it is logged for.
        side: String,
        /// Its SHA-256 in hexadecimal.
        digest: String,
    },
    /// Revoked, by a list newer than the one relied on, before the entry's time.
    #[error(
        "the certificate {digest} of its signer was revoked before this entry's time, by a list given from outside"
    )]
    RevokedBefore {
        /// SHA-256 of the certificate in hexadecimal.
        digest: String,
    },
    /// A statement for another log.
    #[error("the statement is meant for the log {origin:?}")]
    WrongLog {
        /// The origin in the statement.
        origin: String,
    },
    /// A statement accepted outside its time.
    #[error("was accepted outside its time: {why}")]
    Window {
        /// In which way.
        why: &'static str,
    },
    /// The record's recipients are not the statement's.
    #[error("the recipients in the record do not follow from the statement: {why}")]
    Recipients {
        /// In which way.
        why: String,
    },
    /// The body is not the one signed for.
    #[error("the body is not the one that was signed for ({reason}): {why}")]
    Body {
        /// The reason's name in the error catalogue.
        reason: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A TRUST entry that is not what it says.
    #[error("the trust entry is not what it says: {why}")]
    Trust {
        /// In which way.
        why: String,
    },
    /// A part of the directory without the signatures that it takes.
    #[error("the part of the directory should not have been taken: {why}")]
    DirectorySigner {
        /// Whose signature is wrong, or how many are missing.
        why: String,
    },
    /// A part of the directory that does not follow the one before.
    #[error("the part of the directory does not follow the one before: {why}")]
    DirectoryVersion {
        /// In which way.
        why: String,
    },
    /// A part of the directory that says something of the other side.
    #[error("the part of the directory reaches into the other side: {why}")]
    DirectorySide {
        /// In which way.
        why: String,
    },
    /// A record that names other parts of the directory than those in force.
    #[error("its record names other parts of the directory than those in force: {why}")]
    DirectoryNamed {
        /// Which.
        why: String,
    },
    /// A CONFLICT entry that is not what it says.
    #[error("the conflict entry is not what it says: {why}")]
    Conflict {
        /// In which way.
        why: String,
    },

    /// An OVERDUE entry that is not what it says.
    #[error("the entry of a missed deadline is not what it says: {why}")]
    Overdue {
        /// In which way.
        why: String,
    },
    /// A missed deadline that the gateway has not logged, although the log went on for more than a minute.
    #[error(
        "{agency} had not answered entry {asked} at level {level} in time, and the step {step} that follows from it is not \
         in the log, which went on for more than a minute; whether the gateway was down meanwhile cannot be told from the \
         log"
    )]
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
    #[error("the entry of an act is not what it says: {why}")]
    Act {
        /// In which way.
        why: String,
    },

    /// What the gateway has published beside its journal is no checkpoint of this log.
    #[error("the published checkpoint is not one of this log: {why}")]
    Published {
        /// What is wrong with it.
        why: String,
    },
    /// A piece of evidence that proves nothing about this log.
    #[error("{evidence} cannot be used: {why}")]
    EvidenceUnusable {
        /// What was held.
        evidence: Evidence,
        /// Why it proves nothing.
        why: String,
    },
    /// A piece of evidence that could not be compared.
    #[error(
        "{evidence} could not be compared, because the log is not readable without a hole up to there"
    )]
    EvidenceUncompared {
        /// What was held.
        evidence: Evidence,
    },
    /// The log ends before what it has signed for.
    #[error("{evidence} proves that the log had at least {proven} entries; now it has {holds}")]
    BeyondLog {
        /// What was held.
        evidence: Evidence,
        /// The entries that it proves.
        proven: u64,
        /// The entries there are.
        holds: u64,
    },
    /// The log has two histories.
    #[error(
        "{evidence} proves another history: the root of the first {size} entries was a different one"
    )]
    RootContradicted {
        /// What was held.
        evidence: Evidence,
        /// The size that was signed.
        size: u64,
    },
    /// An entry that, by its time, was not there yet when a witness cosigned it.
    #[error(
        "says that it was taken in at {time_ms} ms; {by} has cosigned a checkpoint over it at {cosigned_ms} ms: one of the \
         two times is false"
    )]
    AfterCosignature {
        /// The witness.
        by: String,
        /// The time in the log.
        time_ms: u64,
        /// The time of the cosignature.
        cosigned_ms: u64,
    },
    /// An entry that, by its time, was there long before a witness cosigned a checkpoint without it.
    #[error(
        "says that it was taken in at {time_ms} ms; at {cosigned_ms} ms {by} was shown a log without it: the entry was \
         dated back, or that witness was shown an old checkpoint, or its clock was wrong"
    )]
    BeforeCosignature {
        /// The witness.
        by: String,
        /// The time in the log.
        time_ms: u64,
        /// The time of the cosignature.
        cosigned_ms: u64,
    },
    /// A receipted entry stands elsewhere.
    #[error("by its receipt this was entry {from}; it stands in another place now")]
    EntryMoved {
        /// The index in the receipt.
        from: u64,
    },
    /// A receipted entry has another time.
    #[error(
        "by its receipt this entry {from} was taken in at {held_ms} ms; now it says {logged_ms} ms"
    )]
    EntryRetimed {
        /// The index in the receipt.
        from: u64,
        /// The time in the receipt.
        held_ms: u64,
        /// The time in the log.
        logged_ms: u64,
    },
    /// A receipted entry has another record.
    #[error("is not the entry that its receipt was given for: the record has been changed")]
    EntryAltered,
    /// A receipted entry is nowhere.
    #[error("is not the entry that a receipt was given for; that one is nowhere in the log")]
    EntryGone,
}
