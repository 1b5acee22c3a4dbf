//! `match`: which rows of a manifest an alert speaks of; one call, answered from the own copy alone.
//!
//! The manifest is read before the copy is brought up to date: what is wrong with it is told at once. A row and an alert
//! are one hit, in however many fields and messages they meet. What asks for somebody first stands first: open cases
//! before ended ones, the urgent before the others, then in the order of the manifest.

use super::basis::Basis;
use super::own_copy;
use crate::args::Match;
use crate::exit::{Exit, Failure};
use crate::manifest::{Cell, Manifest, Options, Place};
use crate::output::{Align, Lang, Output, Table, printable};
use crate::words::standing;
use precinto_alert::code::{Coded, Precedence};
use precinto_alert::id::AlertId;
use precinto_client::copy::{Hit, OwnCopy, Standing};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Remarks on rows that are told one by one; a machine gets more of them.
const TOLD_MAX: usize = 20;

/// Letters of a cell that are shown.
const SHOWN_MAX: usize = 28;

/// A row that an alert speaks of.
struct Found<'a> {
    cell: &'a Cell,
    alert: &'a AlertId,
    stands: &'a Stands,
    /// Where they meet.
    hits: Vec<&'a Hit>,
}

/// What a person asks of an alert first.
#[derive(Default)]
struct Stands {
    standing: Option<Standing>,
    precedence: Option<Precedence>,
    /// Whether it is meant (`ACTUAL`) or an exercise, code and label.
    status: (&'static str, &'static str),
    /// Classes of goods, codes and labels.
    goods: Vec<(&'static str, &'static str)>,
}

/// Runs `match …`.
pub(crate) fn run(args: &Match, output: Output) -> anyhow::Result<Exit> {
    let lang = output.lang();
    let options = Options {
        delimiter: args.delimiter.map(delimiter).transpose()?,
        any_column: args.any_column,
        lang,
    };
    let manifest = Manifest::read(&args.files, options)?;
    tell(&manifest, output);
    let copy = own_copy::of_args(&args.copy, output)?;
    let basis = Basis::of(&copy)?;
    basis.tell(args.copy.offline, output);
    let hits = copy.match_all(manifest.asked().cloned());
    let hits = hits.map_err(|error| own_copy::failed(&error))?;
    let cases = cases(&hits, &copy, lang)?;
    let found = found(&manifest, &hits, &cases);
    if output.is_text() {
        for line in lines(&manifest, &found, lang) {
            output.line(line)?;
        }
        output.talk(summary(&manifest, &found, basis.is_whole(), lang));
    } else if output.is_lines() {
        for one in &found {
            output.json_line(&object(&manifest, one))?;
        }
        output.json_line(&whole(&manifest, &copy, &basis, None))?;
    } else {
        output.json(&whole(&manifest, &copy, &basis, Some(&found)))?;
    }
    Ok(if !found.is_empty() {
        Exit::Done
    } else if !is_looked_at(&manifest) {
        Exit::Inconclusive
    } else {
        basis.nothing_found()
    })
}

/// Whether everything in the manifest was looked at, and is written like what its column holds: a waybill behind words that
/// we do not understand may be in an alert.
fn is_looked_at(manifest: &Manifest) -> bool {
    manifest.not_looked_at == 0 && manifest.without_form == 0
}

fn delimiter(typed: char) -> Result<u8, Failure> {
    let byte = u8::try_from(typed).ok().filter(u8::is_ascii);
    byte.ok_or_else(|| {
        Failure::usage((
            "--delimiter: one ASCII character is expected",
            "--delimiter: se espera un solo carácter ASCII",
        ))
    })
}

/// What is odd about the manifest, and what was not looked at.
fn tell(manifest: &Manifest, output: Output) {
    let lang = output.lang();
    // What could not be looked at comes first: it decides what the answer is worth.
    let (lost, odd): (Vec<_>, Vec<_>) = manifest.remarks.iter().partition(|one| !one.looked_at);
    for remark in lost.into_iter().chain(odd).take(TOLD_MAX) {
        let place = named_place(manifest, remark.place, lang);
        output.say(&format!("{place}: {}", remark.what));
    }
    if manifest.remarks.len() > TOLD_MAX {
        output.talk(lang.pick(
            format!(
                "… {} rows are odd; -o json tells more of them",
                manifest.odd_rows
            ),
            format!(
                "… {} filas presentan anomalías; -o json indica más",
                manifest.odd_rows
            ),
        ));
    }
    if !manifest.ignored.is_empty() {
        let not = lang.pick("columns not looked at", "columnas no revisadas");
        output.say(&format!("{not}: {}", manifest.ignored.join(", ")));
    }
}

/// What each alert is, once.
fn cases(hits: &[Hit], copy: &OwnCopy, lang: Lang) -> anyhow::Result<BTreeMap<String, Stands>> {
    let mut cases = BTreeMap::new();
    for hit in hits {
        let id = hit.alert_id.to_string();
        if cases.contains_key(&id) {
            continue;
        }
        let case = copy.case(&hit.alert_id);
        let case = case.map_err(|error| own_copy::failed(&error))?;
        let mut stands = Stands::default();
        if let Some(case) = &case {
            stands.standing = Some(Standing::of(case));
            if let Some(newest) = case.newest_alert() {
                let said = &newest.statement;
                stands.precedence = said.precedence();
                stands.status = (said.status().name(), said.status().label(lang.texts()));
                let goods = said.commodities().iter();
                stands.goods = goods
                    .map(|one| (one.name(), one.label(lang.texts())))
                    .collect();
            }
        }
        cases.insert(id, stands);
    }
    Ok(cases)
}

/// The hits of each cell and alert together.
fn found<'a>(
    manifest: &'a Manifest,
    hits: &'a [Hit],
    cases: &'a BTreeMap<String, Stands>,
) -> Vec<Found<'a>> {
    let cells_of = manifest.cells_of();
    let mut met: BTreeMap<(usize, String), Found<'a>> = BTreeMap::new();
    for hit in hits {
        let id = hit.alert_id.to_string();
        let Some(stands) = cases.get(&id) else {
            continue;
        };
        for position in cells_of.get(hit.asked).copied().unwrap_or_default() {
            let Some(cell) = manifest.cells.get(*position) else {
                continue;
            };
            let one = met.entry((*position, id.clone())).or_insert_with(|| Found {
                cell,
                alert: &hit.alert_id,
                stands,
                hits: Vec::new(),
            });
            one.hits.push(hit);
        }
    }
    let mut found: Vec<Found<'a>> = met.into_values().collect();
    found.sort_by_key(|one| {
        let open = one.stands.standing == Some(Standing::Open);
        (!open, one.stands.precedence.map_or(i32::MAX, i32::from))
    });
    found
}

fn lines(manifest: &Manifest, found: &[Found<'_>], lang: Lang) -> Vec<String> {
    if found.is_empty() {
        return Vec::new();
    }
    let mut table = Table::new(&[
        (lang.pick("line", "línea"), Align::Left),
        (lang.pick("column", "columna"), Align::Left),
        (lang.pick("says", "dice"), Align::Left),
        (lang.pick("alert", "alerta"), Align::Left),
    ]);
    // What is known of an alert is said once, below: beside each of its hits it would not fit a terminal.
    let mut alerts = BTreeMap::new();
    for one in found {
        alerts.insert(one.alert.to_string(), one.stands);
        let column = manifest.columns.get(one.cell.column);
        table.row([
            short_place(manifest, one.cell.place),
            printable(column.map_or("", String::as_str)),
            shown(&one.cell.text),
            one.alert.to_string(),
        ]);
    }
    let mut lines = table.lines();
    lines.push(String::new());
    let known = alerts
        .iter()
        .map(|(alert, stands)| told(alert, stands, lang));
    lines.extend(known);
    lines
}

/// An alert that was met, on one line.
fn told(alert: &str, stands: &Stands, lang: Lang) -> String {
    let Stands {
        standing: stands,
        precedence,
        status: (_, status),
        goods,
    } = stands;
    let stands = stands.map_or(("", ""), |stands| standing(stands).1);
    // Of a case whose alert never came here nobody knows whether it is meant.
    let facts = [
        alert.to_owned(),
        precedence.map_or("", |one| one.name()).to_owned(),
        lang.pick(stands.0, stands.1).to_uppercase(),
        status.to_uppercase(),
        goods
            .iter()
            .map(|(_, label)| *label)
            .collect::<Vec<_>>()
            .join(", "),
    ];
    let facts: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    format!("  {}", facts.join("  "))
}

/// `is_whole`: everything in the copy was looked at.
fn summary(manifest: &Manifest, found: &[Found<'_>], is_whole: bool, lang: Lang) -> String {
    let mut alerts: Vec<&AlertId> = found.iter().map(|one| one.alert).collect();
    alerts.sort_by_key(ToString::to_string);
    alerts.dedup();
    let (hits, alerts, rows) = (found.len(), alerts.len(), manifest.rows);
    let cells = manifest.cells.len();
    if hits == 0 && !(is_looked_at(manifest) && is_whole) {
        return lang.pick(
            format!("INCONCLUSIVE: nothing found in {cells} cells of {rows} rows, but not everything could be looked at, or understood: see above"),
            format!("NO CONCLUYENTE: sin coincidencias en {cells} celdas de {rows} filas, pero no se pudo revisar o entender todo: véase arriba"),
        );
    }
    if hits == 0 {
        return lang.pick(
            format!("nothing found: {cells} cells of {rows} rows are in no alert that this agency holds"),
            format!("sin coincidencias: {cells} celdas de {rows} filas no figuran en ninguna alerta de esta dependencia"),
        );
    }
    let several = |count: usize, one: &str, many: &str| {
        format!("{count} {}", if count == 1 { one } else { many })
    };
    lang.pick(
        format!(
            "{} of {} in {}; {} looked for",
            several(hits, "hit", "hits"),
            several(alerts, "alert", "alerts"),
            several(rows, "row", "rows"),
            several(cells, "cell", "cells"),
        ),
        format!(
            "{} de {} en {}; {}",
            several(hits, "coincidencia", "coincidencias"),
            several(alerts, "alerta", "alertas"),
            several(rows, "fila", "filas"),
            several(cells, "celda buscada", "celdas buscadas"),
        ),
    )
}

/// The line of a table, the number of a consignment; with the file where there are several.
fn short_place(manifest: &Manifest, place: Place) -> String {
    let at = match place.line {
        Some(line) => line.to_string(),
        None => format!("#{}", place.row),
    };
    match file_name(manifest, place) {
        Some(file) => format!("{file}:{at}"),
        None => at,
    }
}

fn named_place(manifest: &Manifest, place: Place, lang: Lang) -> String {
    let what = match place.line {
        Some(line) => format!("{} {line}", lang.pick("line", "línea")),
        None => format!("{} {}", lang.pick("consignment", "envío"), place.row),
    };
    match file_name(manifest, place) {
        Some(file) => format!("{file}, {what}"),
        None => what,
    }
}

/// Where there are several files, the name without its folder.
fn file_name(manifest: &Manifest, place: Place) -> Option<String> {
    let file = manifest.files.get(place.file);
    let name = Path::new(file.filter(|_| manifest.files.len() > 1)?).file_name()?;
    Some(printable(&name.to_string_lossy()))
}

/// On one line, and not the whole of a long one.
fn shown(text: &str) -> String {
    let text = printable(text);
    if text.chars().count() <= SHOWN_MAX {
        return text;
    }
    let first: String = text.chars().take(SHOWN_MAX - 1).collect();
    format!("{first}…")
}

/// `found` stands in it unless each hit has a line of its own.
fn whole(manifest: &Manifest, copy: &OwnCopy, basis: &Basis, found: Option<&[Found<'_>]>) -> Value {
    let remarks = manifest.remarks.iter().map(|remark| {
        json!({
            "file": manifest.files.get(remark.place.file),
            "row": remark.place.row,
            "line": remark.place.line,
            "what": remark.what,
            "looked_at": remark.looked_at,
        })
    });
    let hits = |found: &[Found<'_>]| -> Value {
        let hits = found.iter().map(|one| object(manifest, one));
        hits.collect()
    };
    let mut answer = json!({
        "schema": "precinto.match/v1",
        "agency": copy.agency().to_string(),
        "files": manifest.files,
        "rows": manifest.rows,
        "cells": manifest.cells.len(),
        "columns": manifest.columns,
        "columns_not_looked_at": manifest.ignored,
        "odd_rows": manifest.odd_rows,
        "not_looked_at": manifest.not_looked_at,
        "without_form": manifest.without_form,
        "remarks": remarks.collect::<Vec<_>>(),
        "hits": found.map(hits),
    });
    basis.add_to(&mut answer);
    answer
}

fn object(manifest: &Manifest, one: &Found<'_>) -> Value {
    let Stands {
        standing: stands,
        precedence,
        status: (status, _),
        goods,
    } = one.stands;
    let places = one.hits.iter().map(|hit| {
        json!({
            "index": hit.index,
            "field": hit.field,
            "identifier": { "kind": hit.identifier.kind().code(), "value": hit.identifier.value() },
        })
    });
    let place = one.cell.place;
    json!({
        "schema": "precinto.match.hit/v1",
        "file": manifest.files.get(place.file),
        "row": place.row,
        "line": place.line,
        "column": manifest.columns.get(one.cell.column),
        "says": one.cell.text,
        "alert_id": one.alert.to_string(),
        "standing": stands.map(|stands| standing(stands).0),
        "precedence": precedence.map(Coded::name),
        "status": status,
        "commodities": goods.iter().map(|(code, _)| *code).collect::<Vec<_>>(),
        "places": places.collect::<Vec<_>>(),
    })
}
