//! What others hold against the log, and how it contradicts it.

use super::sentence::said;
use super::{Evidence, Severity};
use crate::time::utc;
use precinto_alert::{Detail, Lang};

/// Something about a receipt, a checkpoint or a cosignature that was held against the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contradiction {
    /// What the gateway has published beside its journal is no checkpoint of this log.
    Published {
        /// What is wrong with it.
        why: String,
    },
    /// A piece of evidence that proves nothing about this log.
    EvidenceUnusable {
        /// What was held.
        evidence: Evidence,
        /// Why it proves nothing.
        why: String,
    },
    /// A piece of evidence that could not be compared.
    EvidenceUncompared {
        /// What was held.
        evidence: Evidence,
    },
    /// The log ends before what it has signed for.
    BeyondLog {
        /// What was held.
        evidence: Evidence,
        /// The entries that it proves.
        proven: u64,
        /// The entries there are.
        holds: u64,
    },
    /// The log has two histories.
    RootContradicted {
        /// What was held.
        evidence: Evidence,
        /// The size that was signed.
        size: u64,
    },
    /// An entry that, by its time, was not there yet when a witness cosigned it.
    AfterCosignature {
        /// The witness.
        by: String,
        /// The time in the log.
        time_ms: u64,
        /// The time of the cosignature.
        cosigned_ms: u64,
    },
    /// An entry that, by its time, was there long before a witness cosigned a checkpoint without it.
    BeforeCosignature {
        /// The witness.
        by: String,
        /// The time in the log.
        time_ms: u64,
        /// The time of the cosignature.
        cosigned_ms: u64,
    },
    /// A receipted entry stands elsewhere.
    EntryMoved {
        /// The index in the receipt.
        from: u64,
    },
    /// A receipted entry has another time.
    EntryRetimed {
        /// The index in the receipt.
        from: u64,
        /// The time in the receipt.
        held_ms: u64,
        /// The time in the log.
        logged_ms: u64,
    },
    /// A receipted entry has another record.
    EntryAltered,
    /// A receipted entry is nowhere.
    EntryGone,
}

impl Contradiction {
    /// How grave it is.
    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::EvidenceUnusable { .. }
            | Self::EvidenceUncompared { .. }
            | Self::AfterCosignature { .. }
            | Self::BeforeCosignature { .. } => Severity::Gap,
            _ => Severity::Fault,
        }
    }

    /// The name for machines.
    pub(super) fn code(&self) -> &'static str {
        match self {
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

    /// The sentence for people.
    #[expect(clippy::too_many_lines, reason = "one sentence for each kind")]
    pub(super) fn sentence(&self) -> Detail {
        match self {
            Self::Published { why } => said!(
                "the published checkpoint is not one of this log: {why}",
                "el punto de control publicado no es de esta bitácora: {why}"
            ),
            Self::EvidenceUnusable { evidence, why } => {
                let (en, es) = (evidence.text(Lang::En), evidence.text(Lang::Es));
                said!("{en} cannot be used: {why}", "{es} no se puede usar: {why}")
            }
            Self::EvidenceUncompared { evidence } => {
                let (en, es) = (evidence.text(Lang::En), evidence.text(Lang::Es));
                said!(
                    "{en} could not be compared, because the log is not readable without a hole up to there",
                    "{es} no se pudo comparar, porque la bitácora no se puede leer sin huecos hasta ahí"
                )
            }
            Self::BeyondLog {
                evidence,
                proven,
                holds,
            } => {
                let (en, es) = (evidence.text(Lang::En), evidence.text(Lang::Es));
                said!(
                    "{en} proves that the log had at least {proven} entries; now it has {holds}",
                    "{es} prueba que la bitácora tenía al menos {proven} entradas; ahora tiene {holds}"
                )
            }
            Self::RootContradicted { evidence, size } => {
                let (en, es) = (evidence.text(Lang::En), evidence.text(Lang::Es));
                said!(
                    "{en} proves another history: the root of the first {size} entries was a different one",
                    "{es} prueba otra historia: la raíz de las primeras {size} entradas era distinta"
                )
            }
            Self::AfterCosignature {
                by,
                time_ms,
                cosigned_ms,
            } => {
                let (time, cosigned) = (utc(*time_ms), utc(*cosigned_ms));
                said!(
                    "says that it was taken in at {time}; {by} has cosigned a checkpoint over it at {cosigned}: one of the \
                     two times is false",
                    "dice que entró a las {time}; {by} firmó como testigo un punto de control que la cubre a las {cosigned}: \
                     una de las dos horas es falsa"
                )
            }
            Self::BeforeCosignature {
                by,
                time_ms,
                cosigned_ms,
            } => {
                let (time, cosigned) = (utc(*time_ms), utc(*cosigned_ms));
                said!(
                    "says that it was taken in at {time}; at {cosigned} {by} was shown a log without it: the entry was \
                     dated back, or that witness was shown an old checkpoint, or its clock was wrong",
                    "dice que entró a las {time}; a las {cosigned} se mostró a {by} una bitácora sin ella: la entrada se \
                     antedató, o se mostró al testigo un punto de control viejo, o su reloj estaba mal"
                )
            }
            Self::EntryMoved { from } => said!(
                "by its receipt this was entry {from}; it stands in another place now",
                "según su recibo esta era la entrada {from}; ahora está en otro lugar"
            ),
            Self::EntryRetimed {
                from,
                held_ms,
                logged_ms,
            } => {
                let (held, logged) = (utc(*held_ms), utc(*logged_ms));
                said!(
                    "by its receipt this entry {from} was taken in at {held}; now it says {logged}",
                    "según su recibo esta entrada {from} entró a las {held}; ahora dice {logged}"
                )
            }
            Self::EntryAltered => said!(
                "is not the entry that its receipt was given for: the record has been changed",
                "no es la entrada por la que se dio su recibo: se cambió el registro"
            ),
            Self::EntryGone => said!(
                "is not the entry that a receipt was given for; that one is nowhere in the log",
                "no es la entrada por la que se dio un recibo; aquella no está en ningún lugar de la bitácora"
            ),
        }
    }
}
