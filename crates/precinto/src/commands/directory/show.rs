//! `directory show`: one thing, and what the directory says of it.

use super::list::{
    OfPart, agency_json, heading, name_of, of_agency, row, side_json, stewards, together, verdict,
};
use super::named::{Thing, find};
use super::{Desk, joined, node, officer};
use crate::args::DirectoryShow;
use crate::exit::{Exit, Failure};
use crate::output::{Lang, Output};
use crate::runtime;
use crate::words::Label;
use precinto_alert::directory::Part;
use precinto_alert::id::{AgencyId, NodeId, OfficerId};
use precinto_client::directory::Held;
use serde_json::{Value, json};

/// Runs `directory show`.
pub(super) fn run(args: &DirectoryShow, output: Output) -> anyhow::Result<Exit> {
    let (settings, material) = Desk::material(&args.node)?;
    let all = runtime::run(async {
        let mut desk = Desk::open(&settings, &material).await?;
        Ok::<_, anyhow::Error>(desk.all().await?)
    })?;
    let thing = find(&all, &args.name)?;
    if args.text {
        let Thing::Side(held) = thing else {
            let sides = super::named::sides(&all);
            return Err(Failure::usage((
                "--text is for a side: its part is what is signed",
                "--text es para un lado: lo que se firma es su parte",
            ))
            .next((format!("there are: {sides}"), format!("hay: {sides}")))
            .into());
        };
        if held.doubt.is_some() {
            output.talk(heading(held, output).join("\n"));
        }
        output.verbatim(held.signed.text())?;
        return Ok(verdict(std::slice::from_ref(held)));
    }
    output.result(&to_json(&thing, &all), || lines(&thing, &all, output))?;
    // What another part says does not change what this one is worth, but for lists of all sides.
    Ok(match thing {
        Thing::Side(held)
        | Thing::Agency(held, _)
        | Thing::Node(held, _)
        | Thing::Officer(held, _) => verdict(std::slice::from_ref(held)),
        Thing::Group(_) | Thing::Topic(_) => verdict(&all),
    })
}

fn lines(thing: &Thing<'_>, all: &[Held], output: Output) -> Vec<String> {
    let lang = output.lang();
    let mut lines = Vec::new();
    match thing {
        Thing::Side(held) => {
            lines.extend(heading(held, output));
            lines.extend(stewards(held.part(), lang));
            for (id, listed) in held.part().agencies() {
                lines.extend(row(id.agency(), name_of(listed, lang)));
            }
            return lines;
        }
        Thing::Agency(held, id) => {
            lines.push(output.bold(&id.to_string()));
            lines.extend(of_one_agency(held.part(), id, all, lang));
        }
        Thing::Node(held, id) => {
            lines.push(output.bold(&id.to_string()));
            lines.extend(of_node(held.part(), id, lang));
        }
        Thing::Officer(held, id) => {
            lines.push(output.bold(&id.to_string()));
            lines.extend(of_officer(held.part(), id, lang));
        }
        Thing::Group(name) => {
            lines.extend(of_list(name, ("group", "grupo"), all, Part::groups, lang));
        }
        Thing::Topic(name) => {
            lines.extend(of_list(name, ("topic", "tema"), all, Part::topics, lang));
        }
    }
    let parts: Vec<&Held> = match thing {
        Thing::Side(held)
        | Thing::Agency(held, _)
        | Thing::Node(held, _)
        | Thing::Officer(held, _) => {
            vec![held]
        }
        Thing::Group(_) | Thing::Topic(_) => all.iter().collect(),
    };
    lines.push(lang.pick("according to", "según").to_owned());
    for held in parts {
        lines.extend(heading(held, output).iter().map(|line| format!("  {line}")));
    }
    lines
}

fn label(lang: Lang, (en, es): Label) -> &'static str {
    lang.pick(en, es)
}

fn of_one_agency(part: &Part, id: &AgencyId, all: &[Held], lang: Lang) -> Vec<String> {
    let Some(listed) = part.agency(id) else {
        return Vec::new();
    };
    let mut lines = row(
        label(lang, ("in English", "en inglés")),
        &listed.names.english,
    );
    lines.extend(row(
        label(lang, ("in Spanish", "en español")),
        &listed.names.spanish,
    ));
    lines.extend(of_agency(listed, lang));
    let lists: [(Label, _); 2] = [
        (("groups", "grupos"), together(all, Part::groups)),
        (("topics", "temas"), together(all, Part::topics)),
    ];
    for (name, lists) in lists {
        let of = lists
            .into_iter()
            .filter(|(_, members)| members.contains(id));
        let of = joined(of.map(|(name, _)| name));
        if !of.is_empty() {
            lines.extend(row(&format!("  {}", label(lang, name)), &of));
        }
    }
    lines
}

fn of_node(part: &Part, id: &NodeId, lang: Lang) -> Vec<String> {
    let Some(listed) = part.node(id) else {
        return Vec::new();
    };
    let mut lines = row(
        label(lang, ("agency", "dependencia")),
        &id.agency().to_string(),
    );
    lines.extend(row(label(lang, ("alert ids", "folios")), &listed.code));
    let officers = part
        .agency(id.agency())
        .into_iter()
        .flat_map(|agency| &agency.officers);
    let here = officers.filter(|(_, nodes)| nodes.contains(id));
    let here = joined(here.map(|(id, _)| officer(id)));
    if !here.is_empty() {
        lines.extend(row(label(lang, ("officers", "oficiales")), &here));
    }
    if let Some(witness) = &listed.witness {
        lines.extend(row(
            label(lang, ("witness key", "llave de testigo")),
            witness,
        ));
    }
    let is_auditor = part
        .auditors()
        .iter()
        .any(|auditor| auditor.to_string() == id.to_string());
    if is_auditor {
        let may = lang.pick(
            "may read what this side is a party of; every entry, if each side's part names it",
            "puede leer aquello en que interviene este lado; todo, si la parte de cada lado lo nombra",
        );
        lines.extend(row(label(lang, ("auditor", "auditor")), may));
    }
    lines
}

fn of_officer(part: &Part, id: &OfficerId, lang: Lang) -> Vec<String> {
    let nodes = joined(part.officer(id).unwrap_or_default().iter().map(node));
    let mut lines = row(
        label(lang, ("agency", "dependencia")),
        &id.agency().to_string(),
    );
    lines.extend(row(label(lang, ("nodes", "nodos")), &nodes));
    let agency = part.agency(id.agency());
    if agency.is_some_and(|agency| agency.standby.alternates.contains(id)) {
        let asked = lang.pick(
            "asked when the agency does not answer in time",
            "se acude a esta persona si la dependencia no responde a tiempo",
        );
        lines.extend(row(label(lang, ("alternate", "suplente")), asked));
    }
    if part.stewards().officers.contains(id) {
        let signs = lang.pick(
            "signs changes of this side's part of the directory",
            "firma los cambios de la parte de este lado del directorio",
        );
        lines.extend(row(label(lang, ("steward", "custodio")), signs));
    }
    lines
}

fn of_list(name: &str, kind: Label, all: &[Held], lists: OfPart, lang: Lang) -> Vec<String> {
    let members = together(all, lists).remove(name).unwrap_or_default();
    let mut lines = vec![format!("{} {name}", label(lang, kind))];
    for id in &members {
        let listed = all.iter().find_map(|held| held.part().agency(id));
        let called = listed.map_or("", |listed| name_of(listed, lang));
        lines.extend(row(&id.to_string(), called));
    }
    if members.is_empty() {
        lines.push(format!("  {}", lang.pick("nobody yet", "nadie todavía")));
    }
    lines
}

fn to_json(thing: &Thing<'_>, all: &[Held]) -> Value {
    let of = |kind: &str, held: &Held, said: Value| {
        json!({
            "schema": "precinto.directory.entry/v1",
            "kind": kind,
            "side": held.part().side().to_string(),
            "version": held.part().version(),
            "index": held.index,
            "believed": held.doubt.is_none(),
            "entry": said,
        })
    };
    let list = |kind: &str, name: &str, lists: OfPart, members: &str| {
        let found = together(all, lists).remove(name).unwrap_or_default();
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        json!({
            "schema": "precinto.directory.entry/v1",
            "kind": kind,
            "believed": all.iter().all(|held| held.doubt.is_none()),
            "entry": { "name": name, members: found },
        })
    };
    match thing {
        Thing::Side(held) => of("side", held, side_json(held)),
        Thing::Agency(held, id) => {
            let listed = held.part().agency(id);
            let said = listed.map(|listed| agency_json(id, listed));
            of("agency", held, said.unwrap_or_default())
        }
        Thing::Node(held, id) => {
            let listed = held.part().node(id);
            let said = listed.map(|listed| {
                json!({ "id": id.to_string(), "agency": id.agency().to_string(), "code": listed.code, "witness": listed.witness })
            });
            of("node", held, said.unwrap_or_default())
        }
        Thing::Officer(held, id) => {
            let nodes = held.part().officer(id).unwrap_or_default();
            let nodes: Vec<String> = nodes.iter().map(ToString::to_string).collect();
            let is_steward = held.part().stewards().officers.contains(id);
            let said = json!({ "id": id.to_string(), "agency": id.agency().to_string(), "nodes": nodes, "steward": is_steward });
            of("officer", held, said)
        }
        Thing::Group(name) => list("group", name, Part::groups, "members"),
        Thing::Topic(name) => list("topic", name, Part::topics, "subscribers"),
    }
}
