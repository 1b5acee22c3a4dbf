//! What can be wrong with the stored bytes: damage, and what a crash leaves behind.

use super::sentence::said;
use super::{Part, Problem, Severity};
use precinto_alert::{Detail, Lang};

/// Something about the stored bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// A file or folder cannot be read.
    Unreadable {
        /// What the operating system says.
        why: String,
    },
    /// Something in the journal folder that is no segment.
    StrayFile,
    /// A temporary file that a crash can leave behind.
    LeftoverFile,
    /// A segment whose name is not the index of its first entry.
    SegmentName {
        /// The index in its header.
        first: u64,
    },
    /// A segment longer than one can be.
    SegmentLength {
        /// Its length.
        bytes: u64,
    },
    /// A second segment that begins with the same entry; it was not looked at.
    DuplicateSegment {
        /// The index in both headers.
        first: u64,
    },
    /// A header says something that none can say.
    Header {
        /// Which header.
        part: Part,
        /// What is wrong with it.
        problem: Problem,
    },
    /// Exactly one bit differs from what was written. It is put right in memory, and the audit goes on.
    FlippedBit {
        /// What part it lies in.
        part: Part,
    },
    /// More than one bit differs from what was written.
    Checksum {
        /// The part that the checksum is over.
        part: Part,
    },
    /// The last frame is shorter than it should be, as a crash before the commit leaves it. Nobody holds a receipt for it,
    /// unless somebody has shortened the file: then that receipt says so.
    TornTail {
        /// How many bytes.
        bytes: u64,
    },
    /// The last frame is as long as it should be, or nobody can tell, and it does not hold. A power loss before the commit
    /// can leave it so, and so can damage after it: then receipts were given for it, and only they can say so.
    SpoiltTail {
        /// How many bytes.
        bytes: u64,
    },
    /// A frame is incomplete where no crash can have left it so.
    CutShort {
        /// How many bytes are missing.
        bytes: u64,
    },
    /// Bytes where a frame should begin that are no frame.
    ForeignBytes {
        /// How many bytes.
        bytes: u64,
    },
    /// The entry table does not fit the data area.
    Lengths {
        /// The sum over the table.
        table: u64,
        /// What the frame header says.
        data: u64,
    },
    /// Flags without a meaning.
    Flags {
        /// The flags.
        flags: u8,
    },
    /// The row's unused byte is used.
    RowNotZero,
    /// Marked as deleted, and yet something is there.
    PrunedRemains,
}

impl Damage {
    /// How grave it is.
    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::LeftoverFile | Self::TornTail { .. } => Severity::Note,
            Self::Unreadable { .. } | Self::SpoiltTail { .. } => Severity::Gap,
            _ => Severity::Fault,
        }
    }

    /// The name for machines.
    pub(super) fn code(&self) -> &'static str {
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
        }
    }

    /// The sentence for people.
    #[expect(clippy::too_many_lines, reason = "one sentence for each kind")]
    pub(super) fn sentence(&self) -> Detail {
        match self {
            Self::Unreadable { why } => said!("cannot be read: {why}", "no se puede leer: {why}"),
            Self::StrayFile => said!(
                "does not belong into a journal folder, which holds segments and nothing else",
                "no pertenece a una carpeta de diario, que contiene segmentos y nada más"
            ),
            Self::LeftoverFile => said!(
                "is a temporary file, as a crash leaves behind; nothing in it was looked at",
                "es un archivo temporal, como los que deja una caída; no se revisó su contenido"
            ),
            Self::SegmentName { first } => said!(
                "the segment begins with entry {first} and so has the wrong name",
                "el segmento empieza con la entrada {first}, así que su nombre es incorrecto"
            ),
            Self::SegmentLength { bytes } => said!(
                "the segment has {bytes} bytes, more than one can have; the excess was not looked at",
                "el segmento tiene {bytes} bytes, más de los posibles; no se revisó lo que sobra"
            ),
            Self::DuplicateSegment { first } => said!(
                "is a second segment that begins with entry {first}; it was not looked at",
                "es un segundo segmento que empieza con la entrada {first}; no se revisó"
            ),
            Self::Header { part, problem } => {
                let (en, es) = (part.text(Lang::En), part.text(Lang::Es));
                let (wrong, mal) = (problem.text(Lang::En), problem.text(Lang::Es));
                said!("{en}: {wrong}", "{es}: {mal}")
            }
            Self::FlippedBit { part } => {
                let (en, es) = (part.text(Lang::En), part.text(Lang::Es));
                said!(
                    "{en}: this one bit is not as it was written (the checksum tells which)",
                    "{es}: este único bit no está como se escribió (la suma de verificación dice cuál)"
                )
            }
            Self::Checksum { part } => {
                let (en, es) = (part.text(Lang::En), part.text(Lang::Es));
                said!(
                    "{en}: the checksum fails; more than one bit is not as it was written",
                    "{es}: falla la suma de verificación; más de un bit no está como se escribió"
                )
            }
            Self::TornTail { bytes } => said!(
                "the last {bytes} bytes are a frame that was not written whole, as a crash leaves one; the gateway cuts it \
                 off when it starts",
                "los últimos {bytes} bytes son un bloque que no se escribió completo, como lo deja una caída; la pasarela \
                 lo corta al arrancar"
            ),
            Self::SpoiltTail { bytes } => said!(
                "the last {bytes} bytes are a frame that does not hold: a power loss before its commit leaves one so, and \
                 so does damage after it; whether a receipt was given for it cannot be told from the log",
                "los últimos {bytes} bytes son un bloque que no se sostiene: así lo deja un corte de energía antes de \
                 confirmarlo, y también un daño posterior; la bitácora no permite saber si se dio un recibo por él"
            ),
            Self::CutShort { bytes } => said!(
                "the frame is cut short: it should have {bytes} bytes more",
                "el bloque está cortado: debería tener {bytes} bytes más"
            ),
            Self::ForeignBytes { bytes } => {
                said!(
                    "{bytes} bytes are no frame",
                    "{bytes} bytes no son ningún bloque"
                )
            }
            Self::Lengths { table, data } => said!(
                "the lengths in the entry table add up to {table}, but the data area has {data} bytes",
                "las longitudes de la tabla de entradas suman {table}, pero el área de datos tiene {data} bytes"
            ),
            Self::Flags { flags } => said!(
                "the flags {flags:#04x} have no meaning",
                "las marcas {flags:#04x} no tienen significado"
            ),
            Self::RowNotZero => said!(
                "the unused byte of the row is not zero",
                "el byte sin uso de la fila no es cero"
            ),
            Self::PrunedRemains => said!(
                "is marked as deleted, but not all of it is gone",
                "está marcada como borrada, pero no se borró todo"
            ),
        }
    }
}
