//! The report for people: one line of verdict, a table of checks, the findings, and what is not proven; in English or Spanish.

use super::{KeySource, Report, Verdict};
use crate::finding::{Check, Finding, Severity, pick};
use crate::time::utc;
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
    /// The report as people read it.
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
        // A clean verdict holds only under the roots that it was reached by.
        let own_roots = pick(
            lang,
            " (under the log's own roots)",
            " (bajo las raíces de la propia bitácora)",
        );
        let is_shaky = self.verdict == Verdict::Clean && !self.trust_given;
        let under = if is_shaky { own_roots } else { "" };
        writeln!(f, "{verdict}{under}   {the_log} {log}, {entries}")?;
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
            writeln!(f, "  {:<16}{result:<13}{detail}", check.title(lang))?;
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
            let count = self.by_check.get(&(check, severity));
            count.copied().unwrap_or(0)
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
        self.receipts_held == 0 && self.checkpoints_held == 0
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
            Check::Records => self.records(lang),
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

    /// What was told, and whether it was told rightly.
    fn records(&self, lang: Lang) -> String {
        let statement = [("statement", "statements"), ("mensaje", "mensajes")];
        let conflict = [("conflict", "conflicts"), ("conflicto", "conflictos")];
        let missed = [
            ("missed deadline", "missed deadlines"),
            ("plazo vencido", "plazos vencidos"),
        ];
        let act = [("act", "acts"), ("acto", "actos")];
        let counted = [
            (self.statements, statement),
            (self.conflicts, conflict),
            (self.overdue, missed),
            (self.acts, act),
        ];
        // Of what is rare only what there is.
        let counted = counted.into_iter().enumerate();
        let shown = counted.filter(|(at, (count, _))| *at < 2 || *count > 0);
        let all = shown.map(|(_, (count, name))| several(lang, count, name));
        let all: Vec<String> = all.collect();
        let all = all.join(", ");
        let what = pick(
            lang,
            "signatures, bodies, recipients as of their time",
            "firmas, contenidos, destinatarios de su momento",
        );
        format!("{all}: {what}")
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
                let (place, said) = (place.text(lang), kind.sentence());
                let said = said.text(lang);
                writeln!(f, "  {word:<6} {:<22} {place}: {said}", finding.code())?;
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

/// `1 entry`, `2 entries`.
fn several(lang: Lang, count: u64, [en, es]: Counted) -> String {
    let (one, many) = pick(lang, en, es);
    format!("{count} {}", if count == 1 { one } else { many })
}
