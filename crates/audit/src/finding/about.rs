//! What findings are about, and what their sentences call it in English and in Spanish.

use super::sentence::said;
use precinto_alert::Lang;
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

/// What a header cannot say, although its checksum is right: somebody wrote it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It does not begin as it must.
    Magic,
    /// A version other than 1.
    Version(u16),
    /// Unused bytes that are not zero.
    NotZero,
    /// The origin's hash is not that of the log's origin.
    Origin,
    /// The index is not that of the first entry that follows.
    First {
        /// The index in the header.
        says: u64,
        /// The index of the entry that follows.
        holds: u64,
    },
    /// No entries, or more than 512.
    Count(u32),
    /// A checkpoint of no bytes, or of more than 4,096.
    CheckpointLength(u32),
    /// More than 8 MiB of data.
    DataLength(u64),
}

/// A thing as a sentence calls it, in English and in Spanish, with its article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thing(pub &'static str, pub &'static str);

impl Part {
    /// What a sentence calls it.
    pub(super) fn text(self, lang: Lang) -> &'static str {
        let (en, es) = match self {
            Self::SegmentHeader => ("header of the segment", "encabezado del segmento"),
            Self::FrameHeader => ("header of the frame", "encabezado del bloque"),
            Self::Table => (
                "entry table or checkpoint of the frame",
                "tabla de entradas o punto de control del bloque",
            ),
            Self::Data => ("data of the frame", "datos del bloque"),
        };
        pick(lang, en, es)
    }
}

impl Evidence {
    /// What a sentence calls it.
    pub(super) fn text(self, lang: Lang) -> &'static str {
        let (en, es) = match self {
            Self::Receipt => ("the receipt", "el recibo"),
            Self::Checkpoint => ("the checkpoint held", "el punto de control conservado"),
            Self::Published => ("the published checkpoint", "el punto de control publicado"),
        };
        pick(lang, en, es)
    }
}

impl Problem {
    /// What a sentence says of it.
    pub(super) fn text(&self, lang: Lang) -> String {
        let pair = match self {
            Self::Magic => said!("it does not begin as it must", "no empieza como debe"),
            Self::Version(version) => {
                said!(
                    "version {version} is unknown",
                    "la versión {version} es desconocida"
                )
            }
            Self::NotZero => {
                said!(
                    "its unused bytes are not zero",
                    "sus bytes sin uso no son cero"
                )
            }
            Self::Origin => said!(
                "it belongs to a log of another origin",
                "pertenece a una bitácora de otro origen"
            ),
            Self::First { says, holds } => said!(
                "it announces entry {says}, but entry {holds} follows",
                "anuncia la entrada {says}, pero sigue la entrada {holds}"
            ),
            Self::Count(count) => {
                said!(
                    "{count} entries are not 1 to 512",
                    "{count} entradas no son de 1 a 512"
                )
            }
            Self::CheckpointLength(length) => said!(
                "a checkpoint of {length} bytes is not 1 to 4,096 long",
                "un punto de control de {length} bytes no mide de 1 a 4,096"
            ),
            Self::DataLength(length) => said!(
                "{length} bytes of data are more than 8 MiB",
                "{length} bytes de datos son más de 8 MiB"
            ),
        };
        pair.text(lang).to_owned()
    }
}

impl Thing {
    /// What an entry's record is.
    pub const RECORD: Self = Self("the record", "el registro");
    /// What the signatures are in.
    pub const ENVELOPE: Self = Self("the envelope", "el sobre");
    /// What was signed.
    pub const STATEMENT: Self = Self("the statement", "el mensaje");
    /// What was signed for.
    pub const BODY: Self = Self("the body", "el contenido");

    /// What a sentence calls it.
    pub(super) fn text(self, lang: Lang) -> &'static str {
        pick(lang, self.0, self.1)
    }
}

/// In English, as logs and machines read it.
impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// One of two.
pub(crate) fn pick<T>(lang: Lang, en: T, es: T) -> T {
    match lang {
        Lang::En => en,
        Lang::Es => es,
    }
}
