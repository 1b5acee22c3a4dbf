//! `policy test`: do the rules do what a table of cases says?

use super::{Court, digest};
use crate::args::PolicyTest;
use crate::exit::Exit;
use crate::output::{Lang, Mark, Output, printable};
use precinto_policy::table::Tried;
use serde_json::{Value, json};

/// Runs `policy test`.
pub(super) fn run(args: &PolicyTest, output: Output) -> anyhow::Result<Exit> {
    let court = Court::open(&args.table, &args.policy)?;
    let tried = court.table.run(&court.rules);
    let wrong = tried.iter().filter(|one| !one.as_expected()).count();
    let said = json!({
        "schema": "precinto.policy.test/v1",
        "ok": wrong == 0,
        "floor": court.rules.floor().name(),
        "digest": digest(&court.rules),
        "cases": tried.iter().map(to_json).collect::<Vec<Value>>(),
    });
    let lang = output.lang();
    output.result(&said, || {
        let lines = tried.iter().flat_map(|one| lines(one, output));
        lines.collect()
    })?;
    let all = tried.len();
    output.talk(lang.pick(
        format!("{all} cases, {wrong} of them otherwise than the table says"),
        format!("{all} casos, {wrong} con otro resultado que el de la tabla"),
    ));
    Ok(if wrong == 0 {
        Exit::Done
    } else {
        Exit::VerificationFailed
    })
}

fn to_json(one: &Tried<'_>) -> Value {
    json!({
        "name": one.case.name,
        "ok": one.as_expected(),
        "expected": { "allowed": one.case.expect, "rules": one.case.rules },
        "allowed": one.verdict.allowed(),
        "rules": one.verdict.rules().collect::<Vec<_>>(),
    })
}

fn lines(one: &Tried<'_>, output: Output) -> Vec<String> {
    let lang = output.lang();
    let name = printable(&one.case.name);
    let rules: Vec<&str> = one.verdict.rules().collect();
    let came = format!(
        "{} ({})",
        outcome(one.verdict.allowed(), lang),
        rules.join(", ")
    );
    if one.as_expected() {
        return vec![format!("{} {name}: {came}", output.mark(Mark::Good))];
    }
    let mut expected = outcome(one.case.expect, lang).to_owned();
    if let Some(rules) = &one.case.rules {
        let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
        expected = printable(&format!("{expected} ({})", rules.join(", ")));
    }
    vec![
        format!("{} {name}", output.mark(Mark::Bad)),
        format!("     {}: {expected}", lang.pick("expected", "se esperaba")),
        format!("     {}: {came}", lang.pick("came", "resultó")),
    ]
}

/// What came of a question, in a word.
pub(super) fn outcome(allowed: bool, lang: Lang) -> &'static str {
    if allowed {
        lang.pick("allowed", "permitido")
    } else {
        lang.pick("refused", "negado")
    }
}
