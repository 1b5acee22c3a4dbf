//! `explain`: what a reason means and what to do next, from the one catalogue.

use crate::args::Explain;
use crate::config::closest;
use crate::exit::{self, Exit, Failure};
use crate::output::{Align, Lang, Output, Table};
use precinto_alert::Lang as Texts;
use precinto_alert::reason::{Entry, Retry, Severity, entries, from_name, name};
use serde::Serialize;

/// One reason for machines: both languages at once, because codes never change with the language.
#[derive(Serialize)]
struct Explained {
    schema: &'static str,
    reason: &'static str,
    number: i32,
    grpc_code: i32,
    exit_code: u8,
    severity: &'static str,
    retry: &'static str,
    text: Both,
    next: Both,
}

#[derive(Serialize)]
struct Both {
    en: &'static str,
    es: &'static str,
}

/// Runs `explain …`.
pub(crate) fn run(args: &Explain, output: Output) -> anyhow::Result<Exit> {
    let Some(wanted) = &args.reason else {
        return list(output);
    };
    let wanted = wanted.trim().to_uppercase().replace('-', "_");
    let wanted = wanted.strip_prefix("REASON_").unwrap_or(&wanted);
    let known: Vec<&str> = entries().map(Entry::name).collect();
    let Some(found) =
        from_name(wanted).and_then(|reason| entries().find(|one| one.reason == reason))
    else {
        let failure = Failure::new(Exit::NotFound, format!("there is no reason \"{wanted}\""));
        let next = match closest(wanted, known) {
            Some(meant) => format!("did you mean: precinto explain {meant}"),
            None => "precinto explain  lists all of them".to_owned(),
        };
        return Err(failure.next(next).into());
    };
    output.result(&explained(found), || text(found, output.lang()))?;
    Ok(Exit::Done)
}

fn list(output: Output) -> anyhow::Result<Exit> {
    if !output.is_text() {
        for entry in entries() {
            output.json_line(&explained(entry))?;
        }
        return Ok(Exit::Done);
    }
    let lang = output.lang();
    let heading = lang.pick(("reason", "meaning"), ("motivo", "significado"));
    let mut table = Table::new(&[(heading.0, Align::Left), (heading.1, Align::Left)]);
    for entry in entries() {
        table.row([entry.name().to_owned(), entry.text(lang.texts()).to_owned()]);
    }
    for line in table.lines() {
        output.line(line)?;
    }
    Ok(Exit::Done)
}

fn explained(entry: &Entry) -> Explained {
    Explained {
        schema: "precinto.reason/v1",
        reason: name(entry.reason),
        number: entry.reason.into(),
        grpc_code: entry.code.number(),
        exit_code: exit::of_reason(entry.reason) as u8,
        severity: severity(entry.severity).0,
        retry: retry(entry.retry).0,
        text: Both {
            en: entry.text(Texts::En),
            es: entry.text(Texts::Es),
        },
        next: Both {
            en: entry.next(Texts::En),
            es: entry.next(Texts::Es),
        },
    }
}

fn text(entry: &Entry, lang: Lang) -> Vec<String> {
    let texts = lang.texts();
    let row = |en: &str, es: &str, value: &str| format!("  {:<10} {value}", lang.pick(en, es));
    let (severity_code, severity_es) = severity(entry.severity);
    let (retry_en, retry_es) = retry(entry.retry);
    vec![
        entry.name().to_owned(),
        format!("  {}", entry.text(texts)),
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
    ]
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
