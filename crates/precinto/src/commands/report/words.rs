//! What both reports say alike: lengths of time, names of sides, the period, and how far the log can be relied on.

use crate::output::{COLUMNS, Lang, printable, wrapped};
use crate::words::minute;
use precinto_audit::Verdict;
use precinto_audit::reciprocity::Basis;

/// A length of time, as exact as is of use: `340 ms`, `12 s`, `9 min 30 s`, `3 h 20 min`, `2 d 4 h`. The same in both languages.
pub(super) fn length(ms: u64) -> String {
    let (seconds, minutes) = (ms / 1_000, ms / 60_000);
    let (hours, days) = (minutes / 60, minutes / 1_440);
    let two = |big: u64, unit: &str, small: u64, part: &str| match small {
        0 => format!("{big} {unit}"),
        _ => format!("{big} {unit} {small} {part}"),
    };
    match (days, hours, minutes, seconds) {
        (0, 0, 0, 0) => format!("{ms} ms"),
        (0, 0, 0, _) => format!("{seconds} s"),
        (0, 0, _, _) => two(minutes, "min", seconds % 60, "s"),
        (0, _, _, _) => two(hours, "h", minutes % 60, "min"),
        _ => two(days, "d", hours % 24, "h"),
    }
}

/// A side as a table has room for it: the first word of its trust domain, `US`.
pub(super) fn side(domain: &str) -> String {
    let first = domain.split('.').next().unwrap_or(domain);
    first.to_uppercase()
}

/// `2026-11-01 00:00Z – 2026-12-01 00:00Z`.
pub(super) fn period(from_ms: u64, to_ms: u64) -> String {
    format!("{} – {}", minute(from_ms), minute(to_ms))
}

/// Per cent with its sign, as both languages write it.
pub(super) fn percent(share: u64) -> String {
    format!("{share} %")
}

/// Why the figures must be taken with care; nothing if the log is clean.
pub(super) struct Caution {
    /// The log is wrong somewhere; else something could not be checked.
    pub(super) is_grave: bool,
    /// In capitals, for the top of the report.
    pub(super) title: &'static str,
    /// What was found, and what is therefore not counted.
    pub(super) lines: Vec<String>,
}

impl Caution {
    /// Of what the audit came to.
    pub(super) fn of(log: &Basis, lang: Lang) -> Option<Self> {
        let (is_grave, title) = match log.verdict {
            Verdict::Clean => return None,
            Verdict::Findings => {
                let en = "THE AUDIT OF THIS LOG HAS FINDINGS";
                (
                    true,
                    lang.pick(en, "LA AUDITORÍA DE ESTA BITÁCORA TIENE HALLAZGOS"),
                )
            }
            Verdict::Inconclusive => {
                let en = "NOT EVERYTHING IN THIS LOG COULD BE CHECKED";
                (
                    false,
                    lang.pick(en, "NO TODO EN ESTA BITÁCORA PUDO COMPROBARSE"),
                )
            }
        };
        let kinds = log.findings.iter();
        let kinds: Vec<String> = kinds
            .map(|(code, count)| format!("{code} ({count})"))
            .collect();
        let found = lang.pick("found:", "se encontró:");
        let see = lang.pick("details: precinto audit log", "detalle: precinto audit log");
        let mut lines = vec![
            format!("{found} {}; {see}", kinds.join(", ")),
            left_out(log, lang),
        ];
        lines.extend(missing(log, lang));
        let from_outside = ["LOG_KEY_UNPINNED", "TRUST_FROM_LOG", "NO_LOG_KEY"];
        if from_outside
            .iter()
            .any(|code| log.findings.contains_key(code))
        {
            let en = "for a full check give the log's key (--vkey) and the sides' roots (--trust) from outside";
            let es = "para comprobarlo todo, indique la llave de la bitácora (--vkey) y las raíces de cada parte (--trust)";
            lines.push(lang.pick(en, es).to_owned());
        }
        Some(Self {
            is_grave,
            title,
            lines,
        })
    }

    /// At the top of a text.
    pub(super) fn text(log: &Basis, lang: Lang) -> Vec<String> {
        let Some(caution) = Self::of(log, lang) else {
            return Vec::new();
        };
        let mut lines = vec![caution.title.to_owned()];
        for line in &caution.lines {
            lines.extend(indented(line));
        }
        lines.push(String::new());
        lines
    }
}

/// Below a heading, as wide as a terminal is.
pub(super) fn indented(text: &str) -> impl Iterator<Item = String> {
    let lines = wrapped(text, COLUMNS - 2).into_iter();
    lines.map(|line| format!("  {}", printable(&line)))
}

/// A label that leaves room for figures beside it.
pub(super) fn clipped(label: &str) -> String {
    if label.chars().count() <= LABEL_MAX {
        return label.to_owned();
    }
    let kept: String = label.chars().take(LABEL_MAX - 1).collect();
    format!("{}…", kept.trim_end())
}

const LABEL_MAX: usize = 40;

/// What is in the figures and what is not.
fn left_out(log: &Basis, lang: Lang) -> String {
    let all = log.verified + log.left_out;
    match log.left_out {
        0 => lang.pick(
            format!("each of the {all} messages that could be read was verified by itself and is counted"),
            format!("cada uno de los {all} mensajes que se pudieron leer se verificó por separado y está contado"),
        ),
        out => lang.pick(
            format!("{out} of {all} messages could not be verified and are in no figure"),
            format!("{out} de {all} mensajes no pudieron verificarse y no entran en ninguna cifra"),
        ),
    }
}

/// What nobody could read: how many messages are in it is not known.
fn missing(log: &Basis, lang: Lang) -> Option<String> {
    let missing = log.missing;
    (missing > 0).then(|| {
        lang.pick(
            format!("{missing} entries of the log are missing or unreadable; what they hold is in no figure"),
            format!("{missing} entradas de la bitácora faltan o no se pueden leer; lo que contienen no entra en ninguna cifra"),
        )
    })
}

/// What log it is, how long, and as of when.
pub(super) fn basis(log: &Basis, lang: Lang) -> String {
    let name = log.origin.as_deref().unwrap_or("?");
    let (size, checked) = (log.tree_size, log.verified);
    let end = log.last_ms.map_or_else(|| "–".to_owned(), minute);
    lang.pick(
        format!("log {name}, {size} entries up to {end}; {checked} messages verified"),
        format!("bitácora {name}, {size} entradas hasta {end}; {checked} mensajes verificados"),
    )
}

/// That nothing was found wrong, and under whose roots.
pub(super) fn clean(log: &Basis, lang: Lang) -> &'static str {
    if log.findings.contains_key("TRUST_FROM_LOG") {
        return lang.pick(
            "The audit of the log is clean under the log's own roots; whose they are was not checked (--trust).",
            "La auditoría de la bitácora no encontró nada bajo las raíces de la propia bitácora; no se comprobó de quién son (--trust).",
        );
    }
    lang.pick(
        "The audit of the log is clean.",
        "La auditoría de la bitácora no encontró nada.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_as_exact_as_is_of_use() {
        let cases = [
            (0, "0 ms"),
            (340, "340 ms"),
            (12_999, "12 s"),
            (570_000, "9 min 30 s"),
            (600_000, "10 min"),
            (12_000_000, "3 h 20 min"),
            (187_200_000, "2 d 4 h"),
            (259_200_000, "3 d"),
        ];
        for (ms, text) in cases {
            assert_eq!(length(ms), text);
        }
        assert_eq!(side("us.dev.invalid"), "US");
    }
}
