//! `find`: which alerts speak of what a person holds in the hand; answered from the own copy alone.

use super::basis::Basis;
use super::own_copy;
use crate::args::Find;
use crate::clock;
use crate::exit::{Exit, Failure, Text};
use crate::output::{Lang, Output, printable};
use crate::words::{Sheet, Stand, standing};
use precinto_alert::code::Coded as _;
use precinto_alert::id::AlertId;
use precinto_alert::lookup::{Identifier, guesses};
use precinto_client::copy::{Hit, OwnCopy, Standing};
use serde_json::{Value, json};

/// So many places of one identifier in one case are shown.
const PLACES_MAX: usize = 8;

/// Runs `find …`.
pub(crate) fn run(args: &Find, output: Output) -> anyhow::Result<Exit> {
    let texts = if args.each {
        args.texts.clone()
    } else {
        vec![args.texts.join(" ")]
    };
    // All before the first answer: half of the answers and a refusal would be neither.
    let mut asked = Vec::new();
    for text in &texts {
        let looked_for = guesses(text);
        if looked_for.is_empty() {
            let what = ("nothing to look for", "nada que buscar");
            let quoted = format!("\"{}\"", printable(text));
            return Err(Failure::usage(Text::from(what).about(quoted)).into());
        }
        asked.push((text, looked_for));
    }
    let copy = own_copy::of_args(&args.copy, output)?;
    let basis = Basis::of(&copy)?;
    basis.tell(args.copy.offline, output);
    let mut found = false;
    let mut all = Vec::new();
    for (text, looked_for) in asked {
        let hits = copy.find(&looked_for);
        let hits = hits.map_err(|error| own_copy::failed(&error))?;
        found |= !hits.is_empty();
        let cases = by_case(hits);
        if output.is_text() {
            for line in lines(text, &cases, &copy, output)? {
                output.line(line)?;
            }
        } else {
            let mut result = result(text, &looked_for, &cases, &copy)?;
            basis.add_to(&mut result);
            all.push(result);
        }
    }
    if !output.is_text() {
        print(&all, output)?;
    }
    Ok(if found {
        Exit::Done
    } else {
        basis.nothing_found()
    })
}

/// The hits of each case together, cases in the order of their first hit.
fn by_case(hits: Vec<Hit>) -> Vec<(AlertId, Vec<Hit>)> {
    let mut cases: Vec<(AlertId, Vec<Hit>)> = Vec::new();
    for hit in hits {
        match cases.iter_mut().find(|(alert, _)| *alert == hit.alert_id) {
            Some((_, of_case)) => of_case.push(hit),
            None => cases.push((hit.alert_id.clone(), vec![hit])),
        }
    }
    cases
}

fn lines(
    text: &str,
    cases: &[(AlertId, Vec<Hit>)],
    copy: &OwnCopy,
    output: Output,
) -> anyhow::Result<Vec<String>> {
    let lang = output.lang();
    let mut sheet = Sheet::new(output);
    if cases.is_empty() {
        let none = lang.pick(
            "in no alert that this agency holds",
            "en ninguna alerta que tenga esta dependencia",
        );
        sheet.block(0, "", &format!("{}: {none}", printable(text)));
        return Ok(sheet.into_lines());
    }
    for (alert, hits) in cases {
        sheet.bold(&headline(alert, copy, lang)?);
        for hit in hits.iter().take(PLACES_MAX) {
            let Hit {
                index,
                field,
                identifier,
                ..
            } = hit;
            let kind = identifier.kind().label(lang.texts());
            let entry = lang.pick("entry", "entrada");
            let value = printable(identifier.value());
            let line = format!("{kind} {value}  {entry} {index}, {field}");
            sheet.block(2, "", &line);
        }
        if hits.len() > PLACES_MAX {
            let more = lang.pick("more places", "lugares más");
            sheet.block(2, "", &format!("… {} {more}", hits.len() - PLACES_MAX));
        }
    }
    Ok(sheet.into_lines())
}

/// The case in one line.
fn headline(alert: &AlertId, copy: &OwnCopy, lang: Lang) -> anyhow::Result<String> {
    let case = copy.case(alert).map_err(|error| own_copy::failed(&error))?;
    let mut parts = vec![alert.to_string()];
    if let Some(case) = &case {
        let stands = Standing::of(case);
        let expired = stands == Standing::Open && case.case.view().is_expired(clock::now_ms());
        let (en, es) = if expired {
            Stand::Expired.label()
        } else {
            standing(stands).1
        };
        parts.push(lang.pick(en, es).to_uppercase());
        if let Some(newest) = case.newest_alert() {
            let said = &newest.statement;
            parts.push(said.status().label(lang.texts()).to_uppercase());
            parts.extend(said.precedence().map(|one| one.name().to_owned()));
            let goods = said.commodities().iter();
            let goods: Vec<&str> = goods.map(|one| one.label(lang.texts())).collect();
            parts.push(goods.join(", "));
        }
    }
    Ok(parts.join("  ").trim_end().to_owned())
}

fn result(
    text: &str,
    looked_for: &[Identifier],
    cases: &[(AlertId, Vec<Hit>)],
    copy: &OwnCopy,
) -> anyhow::Result<Value> {
    let identifier = |one: &Identifier| json!({ "kind": one.kind().code(), "value": one.value() });
    let mut found = Vec::new();
    for (alert, hits) in cases {
        let case = copy.case(alert).map_err(|error| own_copy::failed(&error))?;
        let stands = case.map(|case| standing(Standing::of(&case)).0);
        let places: Vec<Value> = hits
            .iter()
            .map(|hit| {
                json!({
                    "index": hit.index,
                    "field": hit.field,
                    "identifier": identifier(&hit.identifier),
                })
            })
            .collect();
        found.push(json!({
            "alert_id": alert.to_string(),
            "standing": stands,
            "places": places,
        }));
    }
    Ok(json!({
        "schema": "precinto.find/v1",
        "text": text,
        "looked_for": looked_for.iter().map(identifier).collect::<Vec<_>>(),
        "cases": found,
    }))
}

/// One object a text; for `json` with a single text, that object alone.
fn print(all: &[Value], output: Output) -> std::io::Result<()> {
    match all {
        [one] => output.json(one),
        _ => all.iter().try_for_each(|one| output.json_line(one)),
    }
}
