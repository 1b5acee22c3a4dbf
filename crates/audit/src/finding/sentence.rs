//! What each finding says to people, in English and in Spanish side by side: a kind without either does not build.

use super::Kind;
use crate::time::utc;
use precinto_alert::{Detail, Lang, reason};

/// A sentence in both languages, with the same values in it.
macro_rules! said {
    ($en:literal, $es:literal $(,)?) => {
        precinto_alert::Detail::from((format!($en), format!($es)))
    };
}
pub(crate) use said;

impl Kind {
    /// The sentence for people. What a library says of a cause stays in English within it.
    #[expect(clippy::too_many_lines, reason = "one sentence for each kind")]
    pub fn sentence(&self) -> Detail {
        match self {
            Self::Bytes(damage) => damage.sentence(),
            Self::Held(contradiction) => contradiction.sentence(),
            Self::MissingEntries => said!("missing from the log", "falta en la bitácora"),
            Self::RepeatedEntries => said!(
                "stands in the log a second time",
                "está en la bitácora por segunda vez"
            ),
            Self::TreeBroken => said!(
                "from here on no root could be recomputed, because entries before are missing or unreadable",
                "desde aquí no se pudo recalcular ninguna raíz, porque faltan entradas anteriores o no se pueden leer"
            ),
            Self::Leaf { why } => {
                said!(
                    "the leaf is malformed: {why}",
                    "la hoja está mal formada: {why}"
                )
            }
            Self::TimeWentBack {
                time_ms,
                previous_ms,
            } => {
                let (time, previous) = (utc(*time_ms), utc(*previous_ms));
                said!(
                    "its time, {time}, is before that of the entry before it, {previous}",
                    "su hora, {time}, es anterior a la de la entrada que la precede, {previous}"
                )
            }
            Self::TimeAhead { time_ms, now_ms } => {
                let (time, now) = (utc(*time_ms), utc(*now_ms));
                said!(
                    "its time, {time}, lies in the future of this audit, {now}",
                    "su hora, {time}, está en el futuro de esta auditoría, {now}"
                )
            }
            Self::UnknownType { number } => said!(
                "entries of type {number} cannot be checked by this version",
                "esta versión no puede comprobar entradas de tipo {number}"
            ),
            Self::Commitment => said!(
                "record and salt are not those that the leaf commits to",
                "el registro y la sal no son los que la hoja compromete"
            ),
            Self::EntryKey => said!(
                "the entry key in the table does not follow from the content",
                "el identificador de la entrada en la tabla no corresponde al contenido"
            ),
            Self::EntryDigest => said!(
                "the entry digest in the table does not follow from the content",
                "la huella de la entrada en la tabla no corresponde al contenido"
            ),
            Self::KeyReused { first } => said!(
                "has the same key as entry {first}: a log takes each message id of a sender once",
                "tiene el mismo identificador que la entrada {first}: una bitácora admite cada identificador de mensaje de un \
                 remitente una sola vez"
            ),
            Self::RecordPruned => said!(
                "its record is deleted, and no tombstone in the log says why",
                "su registro está borrado, y ninguna lápida en la bitácora dice por qué"
            ),
            Self::BodyPruned => said!(
                "its body is deleted, and no tombstone in the log says why",
                "su contenido está borrado, y ninguna lápida en la bitácora dice por qué"
            ),
            Self::Withheld => said!(
                "the gateway withheld record, content and body: this identity is no auditor there",
                "la pasarela retuvo registro, sobre y contenido: esta identidad no es de un auditor ahí"
            ),
            Self::ActWithheld => said!(
                "what somebody did is not for this reader, so it was not examined",
                "lo que alguien hizo no es para este lector, así que no se examinó"
            ),
            Self::CheckpointForm { why } => said!(
                "the checkpoint is malformed: {why}",
                "el punto de control está mal formado: {why}"
            ),
            Self::CheckpointSignature { why } => said!(
                "the checkpoint is not signed by the log's key: {why}",
                "el punto de control no está firmado con la llave de la bitácora: {why}"
            ),
            Self::CheckpointSize { says, holds } => said!(
                "the checkpoint is for {says} entries, but the log has {holds} here",
                "el punto de control es de {says} entradas, pero la bitácora tiene {holds} aquí"
            ),
            Self::Root { size } => said!(
                "the checkpoint's root is not that of the {size} entries up to here",
                "la raíz del punto de control no es la de las {size} entradas hasta aquí"
            ),
            Self::Uncovered => said!(
                "no checkpoint signed by the log's key covers this",
                "ningún punto de control firmado con la llave de la bitácora cubre esto"
            ),
            Self::NoLogKey => said!(
                "the log's verifier key was not given, so no signature of the log could be checked",
                "no se dio la llave verificadora de la bitácora, así que no se pudo comprobar ninguna firma suya"
            ),
            Self::LogKeyUnpinned => said!(
                "the log's verifier key was taken from beside the log: it proves only that one key signed everything, not \
                 whose",
                "la llave verificadora se tomó de junto a la bitácora: solo prueba que una misma llave firmó todo, no de \
                 quién es"
            ),
            Self::LogKeyDiffers => said!(
                "the verifier key beside the log is not the one that was given",
                "la llave verificadora junto a la bitácora no es la que se dio"
            ),
            Self::TrustFromLog => said!(
                "no roots were given, so the log's own were used: the signatures fit those roots, but whose roots they are \
                 is not proven",
                "no se dieron raíces, así que se usaron las de la propia bitácora: las firmas corresponden a ellas, pero no \
                 se prueba de quién son"
            ),
            Self::RecordMalformed { why } => said!(
                "the record cannot be read: {why}",
                "el registro no se puede leer: {why}"
            ),
            Self::UnknownFields { what } => {
                let (en, es) = (what.text(Lang::En), what.text(Lang::Es));
                said!(
                    "{en} holds fields unknown here, or is not in the canonical encoding",
                    "{es} contiene campos desconocidos aquí, o no está en la codificación canónica"
                )
            }
            Self::EnvelopeMalformed { why } => said!(
                "the content is no envelope with a statement: {why}",
                "no es un sobre con un mensaje: {why}"
            ),
            Self::EnvelopeDigest => said!(
                "the envelope is not the one whose digest stands in the record",
                "el sobre no es aquel cuya huella está en el registro"
            ),
            Self::StatementId => said!(
                "the statement is not the one whose id stands in the record",
                "el mensaje no es aquel cuyo identificador está en el registro"
            ),
            Self::Refused { reason, why } => {
                let es = catalogued(reason, why);
                said!(
                    "should have been refused ({reason}): {why}",
                    "debió rechazarse ({reason}): {es}"
                )
            }
            Self::RulesWentBack { claimed, newest } => said!(
                "its record claims the rules {claimed}, although the log had named {newest} before",
                "su registro invoca las reglas {claimed}, aunque la bitácora ya había nombrado {newest}"
            ),
            Self::FloorUnknown { claimed } => said!(
                "its record claims the rules {claimed:?}, which this version does not know: whether they let it in was not repeated",
                "su registro invoca las reglas {claimed:?}, que esta versión no conoce: no se repitió si la admitían"
            ),
            Self::RulesDigest { says, are } => said!(
                "its record says that rules with the digest {says} decided, but those in the parts of the directory that it names \
                 have {are}",
                "su registro dice que decidieron reglas con la huella {says}, pero las de las partes del directorio que nombra \
                 tienen {are}"
            ),
            Self::RulesRefuse { rules } => said!(
                "was let in, although the rules that its record names refuse it: {rules}",
                "se admitió, aunque las reglas que su registro nombra la rechazan: {rules}"
            ),
            Self::RulesNamed { says, decided } => said!(
                "its record says that these rules decided: {says}; those that did are {decided}",
                "su registro dice que decidieron estas reglas: {says}; las que decidieron son {decided}"
            ),
            Self::Nominal { says: true } => said!(
                "its record says that its content names a person or a firm, and the content does not",
                "su registro dice que el contenido nombra a una persona o empresa, y el contenido no lo hace"
            ),
            Self::Nominal { says: false } => said!(
                "its content names a person or a firm, and its record says that it does not",
                "el contenido nombra a una persona o empresa, y su registro dice que no"
            ),
            Self::Onward { why } => {
                let (en, es) = (why.text(Lang::En), why.text(Lang::Es));
                said!(
                    "to whom it was passed on by the originator's word does not follow from its case: {en}",
                    "a quién se reenvió con la autorización del originador no se sigue de su caso: {es}"
                )
            }
            Self::CasesNotAudited { count } => said!(
                "messages of cases among these that were let in under floor/1, which asks no case: {count}; whether each \
                 might follow was not audited",
                "mensajes de casos entre estas que se admitieron con floor/1, que no revisa el caso: {count}; no se auditó si \
                 cada uno procedía"
            ),
            Self::ClocksNotAudited { count } => said!(
                "messages that wait for an answer among these that were let in under rules without a clock (floor/1, \
                 floor/2): {count}; whether their deadlines were missed was not audited",
                "mensajes que esperan respuesta entre estas que se admitieron con reglas sin reloj (floor/1, floor/2): \
                 {count}; no se auditó si vencieron sus plazos"
            ),
            Self::TrustIncomplete { reason, why } => {
                let es = catalogued(reason, why);
                said!(
                    "could not be judged ({reason}): {why}",
                    "no se pudo juzgar ({reason}): {es}"
                )
            }
            Self::TrustAbsent { what, digest } => {
                let (en, es) = (what.text(Lang::En), what.text(Lang::Es));
                said!(
                    "rests on {en} {digest}, which no entry before it holds",
                    "se apoya en {es} {digest}, que no está en ninguna entrada anterior"
                )
            }
            Self::TrustWithdrawn { what, digest } => {
                let (en, es) = (what.text(Lang::En), what.text(Lang::Es));
                said!(
                    "rests on {en} {digest}, which had been withdrawn before it",
                    "se apoya en {es} {digest}, que se había retirado antes"
                )
            }
            Self::TrustUnnamed { what, digest } => {
                let (en, es) = (what.text(Lang::En), what.text(Lang::Es));
                said!(
                    "its record does not name {en} {digest}, on which it rests",
                    "su registro no nombra {es} {digest}, en que se apoya"
                )
            }
            Self::RootUnknown { side, digest } => said!(
                "rests on root {digest} of {side}, which is not among the roots given to this audit",
                "se apoya en la raíz {digest} de {side}, que no está entre las raíces dadas a esta auditoría"
            ),
            Self::RevokedBefore { digest } => said!(
                "the certificate {digest} of its signer was revoked before this entry's time, by a list of that time which \
                 its record does not name",
                "el certificado {digest} de su firmante estaba revocado antes de la hora de esta entrada, según una lista de \
                 entonces que su registro no nombra"
            ),
            Self::RevokedSince { digest, since_ms } => {
                let since = utc(*since_ms);
                said!(
                    "was rightly taken in by what was known then; a revocation list made later says that the certificate \
                     {digest} of its signer did not count any more since {since}: whether its owner has signed cannot be \
                     told from the log",
                    "se admitió correctamente según lo que se sabía entonces; una lista de revocación posterior dice que el \
                     certificado {digest} de su firmante ya no valía desde {since}: la bitácora no permite saber si firmó su \
                     titular"
                )
            }
            Self::WrongLog { origin } => said!(
                "the statement is meant for the log {origin:?}",
                "el mensaje es para la bitácora {origin:?}"
            ),
            Self::Window { why } => {
                let (en, es) = (why.text(Lang::En), why.text(Lang::Es));
                said!(
                    "was accepted outside its time: {en}",
                    "se admitió fuera de su tiempo: {es}"
                )
            }
            Self::Recipients { why } => {
                let (en, es) = (why.text(Lang::En), why.text(Lang::Es));
                said!(
                    "the recipients in the record do not follow from the statement: {en}",
                    "los destinatarios del registro no se siguen del mensaje: {es}"
                )
            }
            Self::Body { reason, why } => {
                let es = catalogued(reason, why);
                said!(
                    "the body is not the one that was signed for ({reason}): {why}",
                    "el contenido no es el que se firmó ({reason}): {es}"
                )
            }
            Self::Trust { why } => said!(
                "the trust entry is not what it says: {why}",
                "la entrada de confianza no es lo que dice: {why}"
            ),
            Self::DirectorySigner { why } => {
                let (en, es) = (why.text(Lang::En), why.text(Lang::Es));
                said!(
                    "the part of the directory should not have been taken: {en}",
                    "la parte del directorio no debió admitirse: {es}"
                )
            }
            Self::DirectoryVersion { why } => {
                let (en, es) = (why.text(Lang::En), why.text(Lang::Es));
                said!(
                    "the part of the directory does not follow the one before: {en}",
                    "la parte del directorio no sigue a la anterior: {es}"
                )
            }
            Self::DirectorySide { why } => {
                let (en, es) = (why.text(Lang::En), why.text(Lang::Es));
                said!(
                    "the part of the directory reaches into the other side: {en}",
                    "la parte del directorio invade al otro lado: {es}"
                )
            }
            Self::DirectoryContent { why } => {
                let (en, es) = (why.text(Lang::En), why.text(Lang::Es));
                said!(
                    "the part of the directory says what none may say: {en}",
                    "la parte del directorio dice lo que ninguna puede decir: {es}"
                )
            }
            Self::DirectoryNamed { why } => {
                let (en, es) = (why.text(Lang::En), why.text(Lang::Es));
                said!(
                    "its record names other parts of the directory than those in force: {en}",
                    "su registro nombra otras partes del directorio que las vigentes: {es}"
                )
            }
            Self::Conflict { why } => {
                let (en, es) = (why.text(Lang::En), why.text(Lang::Es));
                said!(
                    "the conflict entry is not what it says: {en}",
                    "la entrada de conflicto no es lo que dice: {es}"
                )
            }
            Self::Overdue { why } => {
                let (en, es) = (why.text(Lang::En), why.text(Lang::Es));
                said!(
                    "the entry of a missed deadline is not what it says: {en}",
                    "la entrada de un plazo vencido no es lo que dice: {es}"
                )
            }
            Self::OverdueMissing {
                asked,
                agency,
                level,
                step,
            } => said!(
                "{agency} had not answered entry {asked} at level {level} in time, and the step {step} that follows from it \
                 is not in the log, which went on for more than a minute; whether the gateway was down meanwhile cannot be \
                 told from the log",
                "{agency} no había respondido a tiempo la entrada {asked} en el nivel {level}, y el paso {step} que sigue no \
                 está en la bitácora, que continuó más de un minuto; la bitácora no permite saber si la pasarela estuvo \
                 apagada entretanto"
            ),
            Self::Act { why } => {
                let (en, es) = (why.text(Lang::En), why.text(Lang::Es));
                said!(
                    "the entry of an act is not what it says: {en}",
                    "la entrada de un acto no es lo que dice: {es}"
                )
            }
        }
    }
}

/// The catalogue's Spanish for a reason, with the cause behind it.
fn catalogued(name: &str, cause: &str) -> String {
    reason::from_name(name).map_or_else(
        || cause.to_owned(),
        |reason| format!("{} ({cause})", reason::entry(reason).text(Lang::Es)),
    )
}

/// In English, as logs and machines read it.
impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.sentence().fmt(f)
    }
}
