//! `policy check`: is this a policy, and what will it do?

use super::{fault_json, placed};
use crate::args::PolicyCheck;
use crate::config::read_text;
use crate::exit::{Exit, Failure, Text};
use crate::output::{Lang, Mark, Output, printable};
use precinto_alert::directory::Part;
use precinto_policy::{Policy, PolicyError};
use serde_json::{Value, json};
use std::path::Path;

/// Runs `policy check`.
pub(super) fn run(args: &PolicyCheck, output: Output) -> anyhow::Result<Exit> {
    let mut read = Vec::new();
    for file in &args.files {
        read.push((file.as_path(), Policy::parse(&read_text(file)?)));
    }
    for file in &args.part {
        read.push((file.as_path(), of_part(file)?));
    }
    let ok = read.iter().all(|(_, policy)| policy.is_ok());
    let files: Vec<Value> = read.iter().map(|(file, one)| to_json(file, one)).collect();
    let said = json!({ "schema": "precinto.policy.check/v1", "ok": ok, "files": files });
    output.result(&said, || {
        let lines = read.iter().flat_map(|(file, one)| lines(file, one, output));
        lines.collect()
    })?;
    Ok(if ok {
        Exit::Done
    } else {
        Exit::VerificationFailed
    })
}

/// The side's part of the directory that this text is.
pub(super) fn part(file: &Path, text: &str) -> Result<Part, Failure> {
    Part::parse(text).map_err(|error| {
        let what = Text::cause(error, "no es una parte del directorio");
        Failure::usage(what.about(file.display())).next((
            "precinto directory show SIDE --text  shows the part in force",
            "precinto directory show LADO --text  muestra la parte vigente",
        ))
    })
}

/// The policy in a side's part of the directory, as the text of the file places it. A part without one leaves all to the floor.
fn of_part(file: &Path) -> anyhow::Result<Result<Policy, PolicyError>> {
    let text = read_text(file)?;
    let part = part(file, &text)?;
    let policy = part.policy().unwrap_or_default();
    let above = text.find(policy).and_then(|at| text.get(..at));
    let above = above.map_or(0, |above| above.matches('\n').count());
    Ok(Policy::parse(policy).map_err(|PolicyError(mut faults)| {
        for fault in &mut faults {
            fault.place.line = fault.place.line.saturating_add(above);
        }
        PolicyError(faults)
    }))
}

fn to_json(file: &Path, read: &Result<Policy, PolicyError>) -> Value {
    let file = file.display().to_string();
    match read {
        Ok(policy) => json!({
            "file": file,
            "ok": true,
            "permits": policy.permits(),
            "forbids": policy.forbids(),
            "default": if policy.permits().is_empty() { "permit" } else { "deny" },
        }),
        Err(error) => {
            let faults: Vec<Value> = error.0.iter().map(fault_json).collect();
            json!({ "file": file, "ok": false, "faults": faults })
        }
    }
}

fn lines(file: &Path, read: &Result<Policy, PolicyError>, output: Output) -> Vec<String> {
    let lang = output.lang();
    let name = file.display();
    match read {
        Ok(policy) => {
            let mark = output.mark(Mark::Good);
            let (permits, forbids) = (policy.permits().len(), policy.forbids().len());
            let mut lines = vec![lang.pick(
                format!("{mark} {name}: {permits} permits, {forbids} forbids"),
                format!("{mark} {name}: {permits} permit, {forbids} forbid"),
            )];
            lines.push(format!("     {}", meaning(policy, lang)));
            let ids = policy.permits().iter().map(|id| ("permit", id));
            let ids = ids.chain(policy.forbids().iter().map(|id| ("forbid", id)));
            for (effect, id) in ids {
                lines.push(format!("     {effect} {id}"));
                lines.extend(remark(policy.remark(id), "            "));
            }
            lines
        }
        Err(error) => {
            let mark = output.mark(Mark::Bad);
            let mut lines = vec![format!("{mark} {name}")];
            for fault in &error.0 {
                let said = placed(&name, fault);
                lines.push(printable(said.pick(lang)));
                let next = Text::from(fault.next());
                let label = lang.pick("next", "siguiente");
                lines.push(format!("     {label}: {}", next.pick(lang)));
            }
            lines
        }
    }
}

/// What the file leaves to others.
fn meaning(policy: &Policy, lang: Lang) -> &'static str {
    if policy.permits().is_empty() {
        lang.pick(
            "it holds no permit: what it does not forbid is left to the floor",
            "no contiene ningún permit: lo que no prohíbe queda al piso",
        )
    } else {
        lang.pick(
            "it holds permits: what none of them covers is refused, but for withdrawals",
            "contiene permit: lo que ninguno abarca se niega, salvo los retiros",
        )
    }
}

/// What is written above a rule, each line further in.
pub(super) fn remark(text: &str, indent: &str) -> Vec<String> {
    let lines = text
        .lines()
        .map(|line| format!("{indent}{}", printable(line)));
    lines.collect()
}
