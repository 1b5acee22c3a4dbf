//! `directory list`: everybody, side by side, with what each part rests on.

use super::{Desk, agency, doubted, identity, joined, node, officer, revoked};
use crate::args::DirectoryList;
use crate::exit::{Exit, Failure};
use crate::output::{COLUMNS, Lang, Mark, Output, printable, wrapped};
use crate::runtime;
use crate::words::{Label, minute};
use precinto_alert::directory::{Agency, Part};
use precinto_alert::id::AgencyId;
use precinto_alert::reason as catalogue;
use precinto_client::directory::Held;
use precinto_envelope::hex;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Runs `directory list`.
pub(super) fn run(args: &DirectoryList, output: Output) -> anyhow::Result<Exit> {
    let (settings, material) = Desk::material(&args.node)?;
    runtime::run(async {
        let mut desk = Desk::open(&settings, &material).await?;
        let mut all = desk.all().await?;
        if let Some(wanted) = &args.side {
            let sides = joined(all.iter().map(|held| held.part().side().to_string()));
            all.retain(|held| held.part().side().as_str() == wanted);
            if all.is_empty() {
                return Err(Failure::new(
                    Exit::NotFound,
                    (
                        format!("no side {wanted:?} in the directory"),
                        format!("no hay un lado {wanted:?} en el directorio"),
                    ),
                )
                .next((format!("there are: {sides}"), format!("hay: {sides}")))
                .into());
            }
        }
        let lang = output.lang();
        output.result(&to_json(&all), || {
            let mut lines = Vec::new();
            for held in &all {
                lines.extend(of_side(held, output));
            }
            lines.extend(shared(&all, lang));
            lines
        })?;
        Ok(verdict(&all))
    })
}

/// Groups or topics with their members.
pub(super) type Lists = BTreeMap<String, Vec<AgencyId>>;

/// Which lists of a part.
pub(super) type OfPart = fn(&Part) -> &Lists;

/// Zero never means bad news.
pub(super) fn verdict(all: &[Held]) -> Exit {
    if all.iter().any(|held| held.doubt.is_some()) {
        return Exit::VerificationFailed;
    }
    Exit::Done
}

/// What a part is and rests on, in one line, and what speaks against it.
pub(super) fn heading(held: &Held, output: Output) -> Vec<String> {
    let lang = output.lang();
    let (part, index) = (held.part(), held.index);
    let (version, time) = (part.version(), minute(held.time_ms));
    let mut lines = vec![lang.pick(
        format!(
            "{}: version {version}, entry {index} of the log, {time}",
            part.side()
        ),
        format!(
            "{}: versión {version}, entrada {index} de la bitácora, {time}",
            part.side()
        ),
    )];
    match &held.doubt {
        None => {
            let signers = joined(held.signers.iter().map(officer));
            let signed = lang.pick("signed by", "con la firma de");
            lines.push(format!("  {signed} {signers}"));
            if let Some(since_ms) = held.revoked_since {
                let said = wrapped(revoked(since_ms).pick(lang), COLUMNS - 2);
                lines.extend(said.into_iter().map(|line| format!("  {line}")));
            }
        }
        Some(doubt) => {
            let said = lang.pick("not to be believed:", "no se le puede creer:");
            let why = doubted(doubt);
            let text = format!("{said} {}", why.pick(lang));
            let mut wrapped = wrapped(&text, COLUMNS - 4).into_iter();
            let first = wrapped.next().unwrap_or_default();
            lines.push(format!("  {} {first}", output.mark(Mark::Bad)));
            lines.extend(wrapped.map(|line| format!("    {line}")));
        }
    }
    lines
}

fn of_side(held: &Held, output: Output) -> Vec<String> {
    let (part, lang) = (held.part(), output.lang());
    let mut lines = heading(held, output);
    for (id, listed) in part.agencies() {
        lines.push(String::new());
        lines.extend(row(&agency(id), name_of(listed, lang)));
        lines.extend(of_agency(listed, lang));
    }
    lines.push(String::new());
    lines.extend(stewards(part, lang));
    if !part.auditors().is_empty() {
        let auditors = joined(part.auditors().iter().map(identity));
        let label: Label = ("auditors", "auditores");
        lines.extend(row(lang.pick(label.0, label.1), &auditors));
    }
    lines.push(String::new());
    lines
}

/// Nodes, officers and who is asked next.
pub(super) fn of_agency(listed: &Agency, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    let mut add = |(en, es): Label, text: String| {
        if !text.is_empty() {
            lines.extend(row(&format!("  {}", lang.pick(en, es)), &text));
        }
    };
    let nodes = listed.nodes.iter();
    let nodes = joined(nodes.map(|(id, listed)| format!("{} ({})", id.node(), listed.code)));
    add(("nodes", "nodos"), nodes);
    let officers = listed.officers.keys();
    add(
        ("officers", "oficiales"),
        joined(officers.map(|id| id.officer().to_owned())),
    );
    let standby = &listed.standby;
    let alternates = joined(standby.alternates.iter().map(|id| id.officer().to_owned()));
    let group = standby.escalation.as_ref().map(|group| {
        let group = printable(group);
        lang.pick(format!("the group {group}"), format!("el grupo {group}"))
    });
    let then = lang.pick(", then ", ", luego ");
    let steps: Vec<String> = [Some(alternates).filter(|text| !text.is_empty()), group]
        .into_iter()
        .flatten()
        .collect();
    add(("asked next", "se acude a"), steps.join(then));
    lines
}

/// Who signs the next part.
pub(super) fn stewards(part: &Part, lang: Lang) -> Vec<String> {
    let stewards = part.stewards();
    let needed = stewards.needed;
    let officers = joined(stewards.officers.iter().map(officer));
    let text = lang.pick(
        format!("{officers} ({needed} must sign a change)"),
        format!("{officers} (un cambio lleva {needed} de sus firmas)"),
    );
    row(lang.pick("stewards", "custodios"), &text)
}

/// Groups and topics stand for the agencies of all sides that list themselves there.
fn shared(all: &[Held], lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    let kinds: [(Label, OfPart); 2] = [
        (("groups", "grupos"), Part::groups),
        (("topics", "temas"), Part::topics),
    ];
    for ((en, es), lists) in kinds {
        let together = together(all, lists);
        if together.is_empty() {
            continue;
        }
        lines.push(lang.pick(en, es).to_owned());
        for (name, members) in together {
            let members = joined(members.iter().map(ToString::to_string));
            let none = lang.pick("nobody yet", "nadie todavía").to_owned();
            let text = if members.is_empty() { none } else { members };
            lines.extend(row(&printable(&name), &text));
        }
    }
    lines
}

/// The lists of that kind with the members of all sides.
pub(super) fn together(all: &[Held], lists: OfPart) -> Lists {
    let mut together = Lists::new();
    for (name, members) in all.iter().flat_map(|held| lists(held.part())) {
        let known = together.entry(name.clone()).or_default();
        known.extend(members.iter().cloned());
    }
    for members in together.values_mut() {
        members.sort();
    }
    together
}

/// What it is called in the reader's language.
pub(super) fn name_of(listed: &Agency, lang: Lang) -> &str {
    lang.pick(&listed.names.english, &listed.names.spanish)
}

/// A name and what there is to say, in lines that fit a terminal.
pub(super) fn row(name: &str, text: &str) -> Vec<String> {
    let lines = wrapped(&printable(text), COLUMNS - INDENT);
    let mut lines = lines.into_iter();
    let first = lines.next().unwrap_or_default();
    let mut rows = vec![format!("  {name:<width$} {first}", width = INDENT - 3)];
    rows.extend(lines.map(|line| format!("{:INDENT$}{line}", "")));
    rows
}

/// Where the second column begins.
const INDENT: usize = 20;

fn to_json(all: &[Held]) -> Value {
    let sides: Vec<Value> = all.iter().map(side_json).collect();
    let lists = |lists, members: &str| -> Vec<Value> {
        let together = together(all, lists).into_iter();
        together
            .map(|(name, of)| {
                let of: Vec<String> = of.iter().map(ToString::to_string).collect();
                json!({ "name": name, members: of })
            })
            .collect()
    };
    json!({
        "schema": "precinto.directory/v1",
        "ok": all.iter().all(|held| held.doubt.is_none()),
        "sides": sides,
        "groups": lists(Part::groups, "members"),
        "topics": lists(Part::topics, "subscribers"),
    })
}

/// A side's part for machines.
pub(super) fn side_json(held: &Held) -> Value {
    let part = held.part();
    let agencies = part.agencies().iter();
    let agencies: Vec<Value> = agencies
        .map(|(id, listed)| agency_json(id, listed))
        .collect();
    let texts = |all: &mut dyn Iterator<Item = String>| -> Vec<String> { all.collect() };
    let digest = held.signed.digest();
    json!({
        "side": part.side().to_string(),
        "version": part.version(),
        "digest": hex(digest),
        "previous": part.previous().map(|digest| hex(digest)),
        "index": held.index,
        "time_ms": held.time_ms,
        "signers": texts(&mut held.signers.iter().map(ToString::to_string)),
        "believed": held.doubt.is_none(),
        "revoked_since_ms": held.revoked_since,
        "doubt": held.doubt.as_ref().map(|doubt| json!({
            "reason": catalogue::name(doubt.reason()),
            "message": doubted(doubt),
        })),
        "stewards": texts(&mut part.stewards().officers.iter().map(ToString::to_string)),
        "stewards_needed": part.stewards().needed,
        "auditors": texts(&mut part.auditors().iter().map(ToString::to_string)),
        "agencies": agencies,
    })
}

/// An agency for machines.
pub(super) fn agency_json(id: &AgencyId, listed: &Agency) -> Value {
    let nodes = listed.nodes.iter().map(|(id, listed)| {
        json!({ "id": id.to_string(), "name": node(id), "code": listed.code, "witness": listed.witness })
    });
    let officers = listed.officers.iter().map(|(id, nodes)| {
        let nodes: Vec<String> = nodes.iter().map(ToString::to_string).collect();
        json!({ "id": id.to_string(), "name": officer(id), "nodes": nodes })
    });
    let standby = &listed.standby;
    let alternates: Vec<String> = standby.alternates.iter().map(ToString::to_string).collect();
    json!({
        "id": id.to_string(),
        "name_en": listed.names.english,
        "name_es": listed.names.spanish,
        "nodes": nodes.collect::<Vec<Value>>(),
        "officers": officers.collect::<Vec<Value>>(),
        "alternates": alternates,
        "escalation": standby.escalation,
    })
}
