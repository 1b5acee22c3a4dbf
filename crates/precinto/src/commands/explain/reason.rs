//! One reason of the catalogue, for people and for machines.

use super::Both;
use crate::exit;
use crate::output::Lang;
use precinto_alert::Lang as Texts;
use precinto_alert::reason::{Entry, Retry, Severity, name};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Explained {
    schema: &'static str,
    reason: &'static str,
    number: i32,
    grpc_code: i32,
    exit_code: u8,
    severity: &'static str,
    retry: &'static str,
    /// Why this version never gives it; `null` for all others.
    not_given: Option<Both>,
    text: Both,
    example: Both,
    next: Both,
}

pub(super) fn explained(entry: &Entry) -> Explained {
    Explained {
        schema: "precinto.reason/v1",
        reason: name(entry.reason),
        number: entry.reason.into(),
        grpc_code: entry.code.number(),
        exit_code: exit::of_reason(entry.reason) as u8,
        severity: severity(entry.severity).0,
        retry: retry(entry.retry).0,
        not_given: not_given(entry),
        text: Both::of(|lang| entry.text(lang)),
        example: Both::of(|lang| entry.example(lang)),
        next: Both::of(|lang| entry.next(lang)),
    }
}

pub(super) fn text(entry: &Entry, lang: Lang) -> Vec<String> {
    let texts = lang.texts();
    let row = |en: &str, es: &str, value: &str| format!("  {:<11} {value}", lang.pick(en, es));
    let (severity_code, severity_es) = severity(entry.severity);
    let (retry_en, retry_es) = retry(entry.retry);
    let mut lines = vec![
        format!("{}  ({})", entry.name(), lang.pick("reason", "motivo")),
        format!("  {}", entry.text(texts)),
    ];
    lines.extend(entry.not_given(texts).map(|why| row("note", "nota", why)));
    lines.extend([
        row("example", "ejemplo", entry.example(texts)),
        row("next", "siguiente", entry.next(texts)),
        row(
            "severity",
            "gravedad",
            lang.pick(severity_code, severity_es),
        ),
        row("again?", "¿repetir?", lang.pick(retry_en, retry_es)),
        row("gRPC code", "código gRPC", &entry.code.number().to_string()),
        row(
            "exit code",
            "salida",
            &(exit::of_reason(entry.reason) as u8).to_string(),
        ),
    ]);
    lines
}

fn not_given(entry: &Entry) -> Option<Both> {
    let (en, es) = (entry.not_given(Texts::En), entry.not_given(Texts::Es));
    en.zip(es).map(|(en, es)| Both { en, es })
}

fn severity(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Error => ("error", "error"),
        Severity::Warning => ("warning", "aviso"),
        Severity::Either => ("error or warning", "error o aviso"),
        Severity::Notice => ("notice", "nota"),
    }
}

fn retry(retry: Retry) -> (&'static str, &'static str) {
    match retry {
        Retry::Never => ("never", "nunca"),
        Retry::Corrected => ("when corrected", "una vez corregido"),
        Retry::Later => ("later, unchanged", "más tarde, sin cambios"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use precinto_alert::reason::{Reason, entries, entry};

    #[test]
    fn what_is_never_given_says_so_in_both_languages() {
        let missing = entries().find(|entry| entry.not_given(precinto_alert::Lang::En).is_some());
        let missing = missing.expect("a reason that a later version will give");
        for (lang, note) in [(Lang::En, "  note "), (Lang::Es, "  nota ")] {
            let shown = |entry| text(entry, lang).join("\n");
            assert!(shown(missing).contains(note), "{}", shown(missing));
            assert!(!shown(entry(Reason::SigBad)).contains(note));
        }
        assert!(explained(missing).not_given.is_some());
        assert!(explained(entry(Reason::SigBad)).not_given.is_none());
    }
}
