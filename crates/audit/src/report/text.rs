//! The report for people: one line of verdict, a table of checks, the findings, and what is not proven; in English or Spanish.

use super::{KeySource, Report, Verdict};
use crate::finding::{Check, Finding, Place, Severity};
use precinto_alert::Lang;
use std::fmt;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Lang::En)
    }
}

/// A report in a language.
struct Told<'a> {
    report: &'a Report,
    lang: Lang,
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.report.write(f, self.lang)
    }
}

impl Report {
    /// The report as people read it. A finding's own sentence stays in English in either language: whoever follows it up
    /// compares it with the log's format, which is described in English alone; its code and place say the same to everybody.
    pub fn text(&self, lang: Lang) -> String {
        Told { report: self, lang }.to_string()
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, lang: Lang) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Clean => pick(lang, "CLEAN", "SIN HALLAZGOS"),
            Verdict::Findings => pick(lang, "FINDINGS", "CON HALLAZGOS"),
            Verdict::Inconclusive => pick(lang, "INCONCLUSIVE", "NO CONCLUYENTE"),
        };
        let unknown = pick(lang, "unknown", "desconocida");
        let log = self.origin.as_deref().unwrap_or(unknown);
        let entries = several(lang, self.entries, ENTRY);
        let the_log = pick(lang, "log", "bitácora");
        writeln!(f, "{verdict}   {the_log} {log}, {entries}")?;
        if let (Some(first), Some(last)) = (self.first_ms, self.last_ms) {
            let (from, to) = pick(lang, ("from", "to"), ("del", "al"));
            writeln!(f, "  {from} {} {to} {}", utc(first), utc(last))?;
        }
        if let Some(root) = self.root() {
            let (size, of_root) = pick(lang, ("tree size", "root"), ("tamaño del árbol", "raíz"));
            writeln!(f, "  {size} {}, {of_root} {root}", self.tree_size)?;
        }
        writeln!(f)?;
        for check in Check::ALL {
            let (result, detail) = self.row(check, lang);
            writeln!(f, "  {:<16}{result:<13}{detail}", title(check, lang))?;
        }
        self.write_findings(f, lang)?;
        writeln!(f)?;
        for sentence in self.not_proven(lang) {
            let not_proven = pick(lang, "Not proven:", "No se prueba:");
            writeln!(f, "{not_proven} {sentence}.")?;
        }
        Ok(())
    }

    /// One row of the table: its result and what stands behind it.
    fn row(&self, check: Check, lang: Lang) -> (String, String) {
        let of = |severity: Severity| {
            let found = self
                .findings
                .iter()
                .filter(|finding| finding.kind.check() == check);
            found
                .filter(|finding| finding.severity() == severity)
                .count() as u64
        };
        let (faults, gaps) = (of(Severity::Fault), of(Severity::Gap));
        let result = if faults > 0 {
            several(lang, faults, [("fault", "faults"), ("falla", "fallas")])
        } else if gaps > 0 {
            pick(lang, "not complete", "incompleto").to_owned()
        } else if check == Check::Held && self.nothing_held() {
            pick(lang, "none given", "nada dado").to_owned()
        } else {
            pick(lang, "ok", "bien").to_owned()
        };
        (result, self.detail(check, lang))
    }

    fn nothing_held(&self) -> bool {
        self.receipts_held == 0 && self.checkpoints_held == 0 && !self.published_agreed
    }

    fn detail(&self, check: Check, lang: Lang) -> String {
        match check {
            Check::Bytes => pick(
                lang,
                "checksums, lengths, unused bytes, order of segments",
                "sumas de verificación, longitudes, bytes sin uso, orden de los segmentos",
            )
            .to_owned(),
            Check::Leaves => pick(
                lang,
                "indexes without a hole, times that never fall, commitments",
                "índices sin huecos, horas que nunca retroceden, compromisos",
            )
            .to_owned(),
            Check::Checkpoints => {
                let count = several(lang, self.checkpoints, CHECKPOINT);
                let what = pick(
                    lang,
                    "size, root recomputed, signature of the log",
                    "tamaño, raíz recalculada, firma de la bitácora",
                );
                format!("{count}: {what}")
            }
            Check::Records => {
                let statement = [("statement", "statements"), ("mensaje", "mensajes")];
                let conflict = [("conflict", "conflicts"), ("conflicto", "conflictos")];
                let statements = several(lang, self.statements, statement);
                let conflicts = several(lang, self.conflicts, conflict);
                let what = pick(
                    lang,
                    "signatures, bodies, recipients as of their time",
                    "firmas, contenidos, destinatarios de su momento",
                );
                format!("{statements}, {conflicts}: {what}")
            }
            Check::Trust => {
                let item = [("item", "items"), ("elemento", "elementos")];
                let items = several(lang, self.trust_items, item);
                let what = pick(
                    lang,
                    "certificates, revocation lists, directory",
                    "certificados, listas de revocación, directorio",
                );
                let source = if self.trust_given {
                    pick(
                        lang,
                        "under the roots given to this audit",
                        "bajo las raíces que se dieron a esta auditoría",
                    )
                } else {
                    pick(
                        lang,
                        "under the log's own roots",
                        "bajo las raíces de la propia bitácora",
                    )
                };
                format!("{items}: {what}; {source}")
            }
            Check::Held => self.held(lang),
        }
    }

    /// How much of what others hold agrees.
    fn held(&self, lang: Lang) -> String {
        let of = pick(lang, "of", "de");
        let receipt = [("receipt", "receipts"), ("recibo", "recibos")];
        let receipts = several(lang, self.receipts_held, receipt);
        let checkpoints = several(lang, self.checkpoints_held, CHECKPOINT);
        let published = if self.published_agreed {
            pick(
                lang,
                ", and the checkpoint published beside the log",
                ", y el punto de control publicado junto a la bitácora",
            )
        } else {
            ""
        };
        let (receipts_agreed, agreed) = (self.receipts_agreed, self.checkpoints_agreed);
        let and = pick(lang, "and", "y");
        let times = match self.cosignatures_compared {
            0 => String::new(),
            some => {
                let time = [
                    ("cosigned time", "cosigned times"),
                    ("hora firmada por un testigo", "horas firmadas por testigos"),
                ];
                format!("; {}", several(lang, some, time))
            }
        };
        format!(
            "{receipts_agreed} {of} {receipts} {and} {agreed} {of} {checkpoints}{published}{times}"
        )
    }

    fn write_findings(&self, f: &mut fmt::Formatter<'_>, lang: Lang) -> fmt::Result {
        if !self.findings.is_empty() {
            writeln!(f)?;
        }
        for (severity, word) in [
            (Severity::Fault, pick(lang, "fault", "falla")),
            (Severity::Gap, pick(lang, "gap", "laguna")),
            (Severity::Note, pick(lang, "note", "nota")),
        ] {
            let of_it = self
                .findings
                .iter()
                .filter(|finding| finding.severity() == severity);
            for finding in of_it {
                let Finding { kind, place } = finding;
                let place = place_in(place, lang);
                writeln!(f, "  {word:<6} {:<22} {place}: {kind}", finding.code())?;
            }
        }
        let left_out = self.counts.values().sum::<u64>() - self.findings.len() as u64;
        if left_out > 0 {
            let (and, more) = pick(
                lang,
                ("and", "more of the same kinds"),
                ("y", "más de las mismas clases"),
            );
            writeln!(f, "  {and} {left_out} {more}")?;
        }
        Ok(())
    }

    /// What even a clean report does not show.
    fn not_proven(&self, lang: Lang) -> Vec<&'static str> {
        let mut limits = vec![if self.cosignatures_compared == 0 {
            pick(
                lang,
                "that a time was true when the gateway wrote it down",
                "que una hora haya sido cierta cuando la pasarela la anotó",
            )
        } else {
            pick(
                lang,
                "that a time was true to less than two minutes, or beyond the newest cosignature given",
                "que una hora haya sido cierta con menos de dos minutos de error, o después de la firma de testigo más \
                 reciente que se dio",
            )
        }];
        if self.receipts_held + self.checkpoints_held == 0 {
            limits.push(pick(
                lang,
                "that this is the log that others have seen: no receipt or checkpoint held by others was given \
                 (--against)",
                "que esta sea la bitácora que otros han visto: no se dio ningún recibo o punto de control que otros \
                 conserven (--against)",
            ));
        } else {
            limits.push(pick(
                lang,
                "that nothing was cut off after the newest receipt or checkpoint given",
                "que no se haya cortado nada después del recibo o punto de control más reciente que se dio",
            ));
        }
        if !self.trust_given {
            limits.push(pick(
                lang,
                "whose roots these are: they were taken from the log itself (--trust)",
                "de quién son estas raíces: se tomaron de la propia bitácora (--trust)",
            ));
        }
        if self.key != KeySource::Given {
            limits.push(pick(
                lang,
                "whose log this is: its verifier key was not given (--vkey)",
                "de quién es esta bitácora: no se dio su llave verificadora (--vkey)",
            ));
        }
        limits.push(pick(
            lang,
            "that what the statements say is true, or that nobody else has read them",
            "que lo que dicen los mensajes sea verdad, o que nadie más los haya leído",
        ));
        limits
    }
}

/// One and many, in English and in Spanish.
type Counted = [(&'static str, &'static str); 2];

const ENTRY: Counted = [("entry", "entries"), ("entrada", "entradas")];
const CHECKPOINT: Counted = [
    ("checkpoint", "checkpoints"),
    ("punto de control", "puntos de control"),
];

fn pick<T>(lang: Lang, en: T, es: T) -> T {
    match lang {
        Lang::En => en,
        Lang::Es => es,
    }
}

/// What was checked, as people call it.
fn title(check: Check, lang: Lang) -> &'static str {
    let es = match check {
        Check::Bytes => "bytes en disco",
        Check::Leaves => "hojas",
        Check::Checkpoints => "ptos. control",
        Check::Records => "mensajes",
        Check::Trust => "confianza",
        Check::Held => "de otros",
    };
    pick(lang, check.title(), es)
}

/// Where a finding stands.
fn place_in(place: &Place, lang: Lang) -> String {
    let english = place.to_string();
    match lang {
        Lang::En => english,
        Lang::Es => {
            let Place {
                entry,
                entry_end,
                file,
                offset,
                bit,
            } = place;
            let mut parts = Vec::new();
            match (entry, entry_end) {
                (Some(first), Some(end)) => {
                    parts.push(format!("entradas {first} a {}", end.saturating_sub(1)));
                }
                (Some(entry), None) => parts.push(format!("entrada {entry}")),
                (None, _) => {}
            }
            parts.extend(file.clone());
            parts.extend(offset.map(|offset| format!("byte {offset}")));
            parts.extend(bit.map(|bit| format!("bit {bit}")));
            if parts.is_empty() {
                parts.push("la bitácora".to_owned());
            }
            parts.join(", ")
        }
    }
}

/// `1 entry`, `2 entries`.
fn several(lang: Lang, count: u64, [en, es]: Counted) -> String {
    let (one, many) = pick(lang, en, es);
    format!("{count} {}", if count == 1 { one } else { many })
}

/// An instant as in RFC 3339, in UTC, to the millisecond.
pub(crate) fn utc(ms: u64) -> String {
    let (seconds, ms) = (ms / 1_000, ms % 1_000);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days since 1 March of year 0 of the proleptic Gregorian calendar, which puts leap days last.
    let days = days.saturating_add(719_468);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

/// Base64 with padding (RFC 4648, 4): as in the checkpoint itself, so that people can compare.
pub(crate) fn base64(hash: &[u8; 32]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(44);
    for three in hash.chunks(3) {
        let padded = three.iter().copied().chain([0, 0]).take(3);
        let bits = padded.fold(0_u32, |bits, byte| bits << 8 | u32::from(byte));
        for place in 0..=three.len() {
            let six = bits >> (18 - 6 * place) & 0x3f;
            let letter = ALPHABET.get(six as usize).copied().unwrap_or(b'?');
            text.push(char::from(letter));
        }
        text.extend(std::iter::repeat_n('=', 3 - three.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_said_in_spanish_too() {
        let place = Place::file("a.seg").about(4, 9).with_bit(3);
        let said = place_in(&place, Lang::Es);
        assert_eq!(said, "entradas 4 a 8, a.seg, bit 3");
        assert_eq!(place_in(&Place::whole_log(), Lang::Es), "la bitácora");
    }

    #[test]
    fn instants_read_as_in_rfc_3339() {
        assert_eq!(utc(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(utc(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(utc(1_795_357_449_112), "2026-11-22T14:24:09.112Z");
        assert_eq!(utc(u64::MAX).len(), "584556019-04-03T14:25:51.615Z".len());
    }

    #[test]
    fn a_root_reads_as_in_its_checkpoint() {
        use precinto_merkle::checkpoint::{Checkpoint, Origin};
        let root: [u8; 32] = std::array::from_fn(|at| u8::try_from(at * 7).unwrap());
        let origin = Origin::parse("example.org/log").unwrap();
        let text = Checkpoint {
            origin,
            size: 1,
            root,
        }
        .text();
        assert_eq!(text.lines().nth(2), Some(base64(&root).as_str()));
    }
}
