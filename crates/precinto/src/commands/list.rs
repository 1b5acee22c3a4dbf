//! `list`: the cases that an agency is a party to, narrowed by what a desk asks for.

use super::basis::Basis;
use super::own_copy;
use super::show::summary;
use crate::args::List;
use crate::clock;
use crate::config::{Node, closest};
use crate::draft::moment_ms;
use crate::exit::{Exit, Failure, Text};
use crate::output::{Align, Lang, Output, Table};
use crate::words::{Stand, left, minute, part_in_short, standing};
use precinto_alert::code::{Coded, CommodityClass, Precedence};
use precinto_alert::id::{AgencyId, IdError, Side};
use precinto_alert::statement::Statement;
use precinto_client::Overdue;
use precinto_client::copy::{CaseSummary, Cases, Filter, Mark, OwnCopy, Page, Standing};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Runs `list …`.
pub(crate) fn run(args: &List, output: Output) -> anyhow::Result<Exit> {
    let lang = output.lang();
    let mut filter = filter(args, lang)?;
    filter.side = side(args)?;
    let page = Page {
        after: args.after.clone(),
        limit: usize::from(args.limit),
    };
    let copy = own_copy::of_args(&args.copy, output)?;
    let found = copy.cases(&filter, &page);
    let found = found.map_err(|error| own_copy::failed(&error))?;
    let nothing = found.cases.is_empty();
    let basis = Basis::of(&copy)?;
    print(&found, &copy, &basis, output)?;
    basis.tell(args.copy.offline, output);
    let called = copy.called_upon();
    tell_called(&called.map_err(|error| own_copy::failed(&error))?, output);
    if nothing {
        let none = lang.pick(
            "no alert that this agency holds is like that",
            "esta dependencia no tiene ninguna alerta así",
        );
        output.talk(none);
        return Ok(basis.nothing_found());
    }
    Ok(Exit::Done)
}

/// Cases that this agency was sent nothing of, and is asked to step in.
fn tell_called(called: &[Overdue], output: Output) {
    let lang = output.lang();
    let alerts: BTreeSet<&str> = called.iter().map(|one| one.alert_id.as_str()).collect();
    for alert in alerts {
        output.talk(lang.pick(
            format!("{alert}: others have not answered in time, and this agency is called upon: precinto show {alert}"),
            format!("{alert}: otros no han respondido a tiempo y se recurre a esta dependencia: precinto show {alert}"),
        ));
    }
}

fn filter(args: &List, lang: Lang) -> Result<Filter, Failure> {
    let (mut standing, mut part, mut mark, mut expired_ms) = (None, None, None, None);
    match stand(args.state.as_ref())? {
        None => {}
        Some(Stand::Case(case)) => standing = Some(case),
        Some(Stand::Escalated) => mark = Some(Mark::Escalated),
        Some(Stand::Disputed) => mark = Some(Mark::Disputed),
        Some(Stand::Expired) => expired_ms = Some(clock::now_ms()),
        Some(Stand::Amended) => mark = Some(Mark::Amended),
        Some(Stand::OnHold) => mark = Some(Mark::OnHold),
        Some(Stand::Part(state)) => part = Some(state),
    }
    let time = |flag: &str, text: &Option<String>| -> Result<Option<u64>, Failure> {
        let time = text.as_ref().map(|text| time(text, lang));
        let time = time.transpose();
        time.map_err(|what| {
            Failure::usage(Text::chosen(what).about(format!("--{flag}"))).next((
                "a whole day is 2026-11-22 (UTC), two days ago is -48h",
                "un día entero es 2026-11-22 (UTC); hace dos días es -48h",
            ))
        })
    };
    Ok(Filter {
        side: None,
        agency: parsed::<AgencyId>("agency", args.agency.as_ref())?,
        commodity: coded::<CommodityClass>("commodity", args.commodity.as_ref())?,
        precedence: coded::<Precedence>("precedence", args.precedence.as_ref())?,
        standing,
        part,
        mark,
        expired_ms,
        from: args.from.as_ref().map(|place| place.to_uppercase()),
        to: args.to.as_ref().map(|place| place.to_uppercase()),
        since_ms: time("since", &args.since)?,
        until_ms: time("until", &args.until)?,
    })
}

/// A side by its trust domain, or by the first word of one that the node knows.
fn side(args: &List) -> Result<Option<Side>, Failure> {
    let Some(text) = &args.side else {
        return Ok(None);
    };
    let node = Node::from_args(&args.copy.node)?;
    let text = text.to_lowercase();
    let is_meant = |domain: &str| domain.split('.').next() == Some(text.as_str());
    let mut known = node.sides.iter().map(|side| &side.domain);
    let domain = known.find(|domain| is_meant(domain)).unwrap_or(&text);
    parsed("side", Some(domain))
}

/// Of a case as a whole, or of any of its addressees.
fn stand(text: Option<&String>) -> Result<Option<Stand>, Failure> {
    let Some(text) = text else {
        return Ok(None);
    };
    let name = as_code(text);
    // As the list itself shows it, in either language, it is understood as well.
    let is_shown = |one: Stand| {
        [one.label().0, one.label().1]
            .iter()
            .any(|label| as_code(label) == name)
    };
    let found = Stand::ALL
        .into_iter()
        .find(|one| one.is_called(&name) || is_shown(*one));
    found
        .map(Some)
        .ok_or_else(|| no_code("state", &name, &Stand::ALL.map(Stand::name)))
}

pub(super) fn parsed<T: std::str::FromStr<Err = IdError>>(
    flag: &str,
    text: Option<&String>,
) -> Result<Option<T>, Failure> {
    let parsed = text.map(|text| text.parse());
    let parsed = parsed.transpose();
    parsed.map_err(|error: IdError| {
        Failure::usage(Text::from(error.detail()).about(format!("--{flag}")))
    })
}

/// A code as people write it: capitals do not matter, nor whether it has hyphens.
pub(super) fn coded<C: Coded>(flag: &str, text: Option<&String>) -> Result<Option<C>, Failure> {
    let Some(text) = text else {
        return Ok(None);
    };
    let name = as_code(text);
    C::from_name(&name).map(Some).ok_or_else(|| {
        let family = C::FAMILY;
        let all: Vec<&str> = family.rows().map(|row| family.name_of(row)).collect();
        no_code(flag, &name, &all)
    })
}

fn as_code(text: &str) -> String {
    text.to_uppercase().replace(['-', ' '], "_")
}

fn no_code(flag: &str, name: &str, all: &[&str]) -> Failure {
    let there_are = all.join(", ");
    let failure = Failure::usage((
        format!("--{flag}: no code {name}; there are {there_are}"),
        format!("--{flag}: no existe el código {name}; hay {there_are}"),
    ));
    match closest(name, all.iter().copied()) {
        Some(meant) => failure.next((
            format!("did you mean {meant}?"),
            format!("¿quiso decir {meant}?"),
        )),
        None => failure,
    }
}

/// A moment as drafts write it, or a whole day.
pub(super) fn time(text: &str, lang: Lang) -> Result<u64, String> {
    let day = format!("{text}T00:00:00Z");
    let now_ms = clock::now_ms();
    let moment = moment_ms(&json!(text), now_ms, lang);
    moment.or_else(|wrong| moment_ms(&json!(day), now_ms, lang).map_err(|_| wrong))
}

fn print(found: &Cases, copy: &OwnCopy, basis: &Basis, output: Output) -> anyhow::Result<()> {
    if output.is_text() {
        for line in lines(found, copy, output.lang()) {
            output.line(line)?;
        }
        return Ok(());
    }
    let now_ms = clock::now_ms();
    let cases = found.cases.iter().map(|case| summary(case, now_ms));
    let cases: Vec<Value> = cases.collect();
    if output.is_lines() {
        for case in &cases {
            output.json_line(case)?;
        }
        // The last line says what the others rest on, and where to go on.
        let mut rest = json!({
            "schema": "precinto.cases.basis/v1",
            "agency": copy.agency().to_string(),
            "next": found.next,
        });
        basis.add_to(&mut rest);
        output.json_line(&rest)?;
        return Ok(());
    }
    let mut page = json!({
        "schema": "precinto.cases/v1",
        "agency": copy.agency().to_string(),
        "cases": cases,
        "next": found.next,
    });
    basis.add_to(&mut page);
    output.json(&page)?;
    Ok(())
}

fn lines(found: &Cases, copy: &OwnCopy, lang: Lang) -> Vec<String> {
    if found.cases.is_empty() {
        return Vec::new();
    }
    let statuses: Vec<String> = found.cases.iter().map(|case| status(case, lang)).collect();
    // Said once when it is true of all, because nobody may take an exercise for earnest.
    let common = statuses
        .first()
        .filter(|first| statuses.iter().all(|one| one == *first));
    let of_each = if common.is_some() {
        ""
    } else {
        lang.pick("status", "carácter")
    };
    let mut table = Table::new(&[
        ("", Align::Left),
        (lang.pick("alert", "alerta"), Align::Left),
        (of_each, Align::Left),
        (lang.pick("stands", "estado"), Align::Left),
        (lang.pick("act within", "actuar en"), Align::Left),
        (lang.pick("shipment", "envío"), Align::Left),
    ]);
    for (case, status) in found.cases.iter().zip(&statuses) {
        let shown = if common.is_some() { "" } else { status };
        table.row(row(case, shown, copy.agency(), lang));
    }
    let mut lines: Vec<String> = common.into_iter().cloned().collect();
    lines.extend(table.lines());
    if let Some(next) = &found.next {
        let more = lang.pick("more: add", "hay más: agregue");
        lines.push(format!("  {more}  --after {next}"));
    }
    lines
}

/// Whether it is meant in earnest: `ACTUAL`, `EXERCISE`, `TEST`; empty for a case of which the alert itself never came here.
fn status(case: &CaseSummary, lang: Lang) -> String {
    let status = case.alert.as_ref().map(|alert| alert.statement.status());
    status.map_or_else(String::new, |status| {
        status.label(lang.texts()).to_uppercase()
    })
}

fn row(case: &CaseSummary, status: &str, own: &AgencyId, lang: Lang) -> [String; 6] {
    let said = case.alert.as_ref().map(|alert| &alert.statement);
    let precedence = said.and_then(Statement::precedence);
    let last = said.and_then(Statement::last_action_ms);
    let last = last.filter(|_| case.standing == Standing::Open);
    let now_ms = clock::now_ms();
    [
        precedence.map_or_else(String::new, |one| one.name().to_owned()),
        case.alert_id.to_string(),
        status.to_owned(),
        stands(case, own, now_ms, lang),
        last.map_or_else(String::new, |last| left(now_ms, last, lang)),
        goods(case, lang),
    ]
}

/// As a whole when the case is over; else as far as the own agency is, or the slowest addressee.
fn stands(case: &CaseSummary, own: &AgencyId, now_ms: u64, lang: Lang) -> String {
    if case.standing != Standing::Open {
        let (_, (en, es)) = standing(case.standing);
        return lang.pick(en, es).to_uppercase();
    }
    // All that apply: one that nobody has answered is often both escalated and too late.
    let marks = [
        (Stand::Escalated, !case.view.escalated().is_empty()),
        (Stand::Disputed, !case.view.disputes.is_empty()),
        (Stand::Expired, case.is_expired(now_ms)),
    ];
    let marks = marks.into_iter().filter(|(_, applies)| *applies);
    let marks = marks.map(|(stand, _)| {
        let (en, es) = stand.label();
        lang.pick(en, es).to_uppercase()
    });
    let marks: Vec<String> = marks.collect();
    if !marks.is_empty() {
        return marks.join(", ");
    }
    let slowest = case.view.parts.values().map(|part| part.state).min();
    let own = case.view.parts.get(own).map(|part| part.state);
    own.or(slowest).map_or_else(String::new, |state| {
        let (en, es) = part_in_short(state);
        lang.pick(en, es).to_owned()
    })
}

/// The shipment's number and route; without one, when the alert was opened.
fn goods(case: &CaseSummary, lang: Lang) -> String {
    let content = case.alert.as_ref().map(super::show::content);
    let named = content.as_ref().map(crate::words::shipments);
    named.filter(|named| !named.is_empty()).unwrap_or_else(|| {
        let opened = lang.pick("opened", "abierta");
        format!("{opened} {}", minute(case.opened_ms))
    })
}
