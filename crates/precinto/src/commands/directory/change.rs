//! A change of a part in plain words: who joins, who leaves, and what is otherwise about whom.

use super::list::name_of;
use super::{identity, joined, node, officer};
use crate::exit::Text;
use crate::output::{COLUMNS, Lang, printable, wrapped};
use precinto_alert::directory::{Change, ChangeKind, Part, Subject};
use precinto_alert::id::{AgencyId, Identity};
use serde_json::{Value, json};

/// One line, or a few, for each change; what is new is told with what it says, which stands in `after`.
pub(super) fn lines(changes: &[Change], after: &Part, lang: Lang) -> Vec<String> {
    if changes.is_empty() {
        let nothing = lang.pick("  nothing is otherwise", "  nada cambia");
        return vec![nothing.to_owned()];
    }
    changes
        .iter()
        .flat_map(|change| {
            let (mark, said) = (mark(change.kind()), said(change, after));
            let lines = wrapped(&printable(said.pick(lang)), COLUMNS - 4);
            let marked = lines.into_iter().enumerate();
            marked.map(move |(at, line)| {
                let mark = if at == 0 { mark } else { ' ' };
                format!("  {mark} {line}")
            })
        })
        .collect()
}

/// The same for machines.
pub(super) fn to_json(changes: &[Change]) -> Vec<Value> {
    let bare = |name: &str, family: &str| name.trim_start_matches(family).to_owned();
    changes
        .iter()
        .map(|change| {
            json!({
                "kind": bare(change.kind().as_str_name(), "DIRECTORY_CHANGE_KIND_"),
                "subject": bare(change.subject().as_str_name(), "DIRECTORY_SUBJECT_"),
                "name": change.name,
                "field": change.field,
                "before": change.before,
                "after": change.after,
            })
        })
        .collect()
}

fn mark(kind: ChangeKind) -> char {
    match kind {
        ChangeKind::Joined => '+',
        ChangeKind::Left => '-',
        ChangeKind::Changed | ChangeKind::Unspecified => '~',
    }
}

fn said(change: &Change, after: &Part) -> Text {
    let what = what(change);
    match change.kind() {
        ChangeKind::Joined => joins(change, &what, after),
        ChangeKind::Left => leaves(change, &what),
        ChangeKind::Changed | ChangeKind::Unspecified => is_otherwise(change, &what),
    }
}

/// What it is and what it is called.
fn what(change: &Change) -> Text {
    let name = short(&change.name);
    let (en, es) = match change.subject() {
        Subject::Agency => ("agency", "la dependencia"),
        Subject::Node => ("node", "el nodo"),
        Subject::Officer => ("officer", "el oficial"),
        Subject::Group => ("group", "el grupo"),
        Subject::Topic => ("topic", "el tema"),
        Subject::Auditor => ("auditor", "el auditor"),
        Subject::Stewards => {
            return Text::from(("the stewards", "los custodios"));
        }
        Subject::Policy => {
            return Text::from(("the side's own rules", "las reglas propias del lado"));
        }
        Subject::Unspecified => ("entry", "el elemento"),
    };
    Text::from((format!("{en} {name}"), format!("{es} {name}")))
}

fn joins(change: &Change, what: &Text, after: &Part) -> Text {
    let (en, es) = (what.pick(Lang::En), what.pick(Lang::Es));
    let name = change.name.as_str();
    match change.subject() {
        Subject::Agency => {
            let listed = name.parse::<AgencyId>().ok();
            let listed = listed.and_then(|id| after.agency(&id));
            let called = |lang| listed.map_or("", |listed| name_of(listed, lang));
            let (english, spanish) = (called(Lang::En), called(Lang::Es));
            Text::from((
                format!("{en} joins: {english}"),
                format!("se incorpora {es}: {spanish}"),
            ))
        }
        Subject::Node => {
            let code = match Identity::parse(name) {
                Ok(Identity::Node(id)) => after.node(&id).map(|listed| listed.code.clone()),
                _ => None,
            };
            let code = code.unwrap_or_default();
            Text::from((
                format!("{en} joins; the alert ids that it gives out carry {code}"),
                format!("se incorpora {es}; los folios de alerta que emite llevan {code}"),
            ))
        }
        Subject::Officer => {
            let nodes = match Identity::parse(name) {
                Ok(Identity::Officer(id)) => {
                    let nodes = after.officer(&id).unwrap_or_default();
                    joined(nodes.iter().map(node))
                }
                _ => String::new(),
            };
            Text::from((
                format!("{en} joins; what is addressed to them arrives on: {nodes}"),
                format!("se incorpora {es}; lo que se le dirige llega a: {nodes}"),
            ))
        }
        Subject::Auditor => Text::from((
            format!(
                "{en} may read what this side is a party of; every entry, if each side's part names it"
            ),
            format!(
                "{es} podrá leer aquello en que interviene este lado; todo, si la parte de cada lado lo nombra"
            ),
        )),
        Subject::Group | Subject::Topic => {
            let lists = match change.subject() {
                Subject::Group => after.groups(),
                _ => after.topics(),
            };
            let members = lists.get(name).into_iter().flatten();
            let members = joined(members.map(ToString::to_string));
            Text::from((
                format!("{en} is new, with: {members}"),
                format!("{es} es nuevo, con: {members}"),
            ))
        }
        Subject::Policy => Text::from((
            format!("{en} come into force: {} lines", lines_of(after)),
            format!("entran en vigor {es}: {} renglones", lines_of(after)),
        )),
        Subject::Stewards | Subject::Unspecified => {
            Text::from((format!("{en}: new"), format!("{es}: nuevo")))
        }
    }
}

fn leaves(change: &Change, what: &Text) -> Text {
    let (en, es) = (what.pick(Lang::En), what.pick(Lang::Es));
    match change.subject() {
        Subject::Agency => Text::from((
            format!("{en} leaves: nothing more is sent to it or taken from it"),
            format!("sale {es}: ya no se le envía ni se le recibe nada"),
        )),
        Subject::Node => Text::from((
            format!("{en} leaves: it is cut off within seconds"),
            format!("sale {es}: se desconecta en segundos"),
        )),
        Subject::Officer => Text::from((
            format!("{en} leaves: what they sign is refused from now on"),
            format!("sale {es}: lo que firme se rechazará en adelante"),
        )),
        Subject::Auditor => Text::from((
            format!("{en} no longer reads what others say with this side"),
            format!("{es} ya no lee lo que otros dicen con este lado"),
        )),
        Subject::Policy => Text::from((
            format!("{en} are withdrawn: what both sides have agreed holds alone"),
            format!("se retiran {es}: rige solo lo acordado por ambos"),
        )),
        _ => Text::from((
            format!("{en} is no longer listed by this side"),
            format!("este lado ya no incluye {es}"),
        )),
    }
}

fn is_otherwise(change: &Change, what: &Text) -> Text {
    if change.subject() == Subject::Policy {
        return rewritten(change, what);
    }
    let (en, es) = match change.field.as_str() {
        "name_en" => ("name in English", "nombre en inglés"),
        "name_es" => ("name in Spanish", "nombre en español"),
        "alternates" => (
            "asked when it does not answer",
            "a quién se acude si no responde",
        ),
        "escalation" => ("group that is told last", "grupo al que se avisa al final"),
        "purposes" => (
            "goods about which it may get data about persons",
            "mercancías sobre las que puede recibir datos de personas",
        ),
        "code" => ("code of its alert ids", "clave de sus folios de alerta"),
        "witness" => ("witness key", "llave de testigo"),
        "nodes" => ("nodes", "nodos"),
        "members" => ("members of this side", "miembros de este lado"),
        "subscribers" => ("subscribers of this side", "suscriptores de este lado"),
        "joint" => (
            "shared with the other side, if that one says so too",
            "compartido con el otro lado, si aquel también lo dice",
        ),
        "stewards" => ("who may sign a change", "quiénes pueden firmar un cambio"),
        "stewards_needed" => (
            "signatures that a change takes",
            "firmas que lleva un cambio",
        ),
        other => (other, other),
    };
    let value = |text: &str| {
        let names: Vec<String> = text.split(", ").map(short).collect();
        match text {
            "" if change.field == "purposes" => Text::from(("none", "ninguna")),
            "" => Text::from(("nobody", "nadie")),
            "true" => Text::from(("yes", "sí")),
            "false" => Text::from(("no", "no")),
            _ => Text::same(names.join(", ")),
        }
    };
    let (before, after) = (value(&change.before), value(&change.after));
    let of = |lang: Lang| (before.pick(lang).to_owned(), after.pick(lang).to_owned());
    let ((was, now), (era, es_ahora)) = (of(Lang::En), of(Lang::Es));
    let (subject, sujeto) = (what.pick(Lang::En), what.pick(Lang::Es));
    Text::from((
        format!("{subject}: {en}: {now} (before: {was})"),
        format!("{sujeto}: {es}: {es_ahora} (antes: {era})"),
    ))
}

/// A policy is read before it is signed, not in this list; but that something was slipped in or taken out can be seen here.
fn rewritten(change: &Change, what: &Text) -> Text {
    let lacks = |text: &str, line: &str| !text.lines().any(|other| other == line);
    let added = change
        .after
        .lines()
        .filter(|line| lacks(&change.before, line));
    let taken = change
        .before
        .lines()
        .filter(|line| lacks(&change.after, line));
    let (added, taken) = (added.count(), taken.count());
    let (en, es) = (what.pick(Lang::En), what.pick(Lang::Es));
    if added + taken == 0 {
        return Text::from((
            format!("{en} change: the same lines in another order"),
            format!("cambian {es}: los mismos renglones en otro orden"),
        ));
    }
    Text::from((
        format!("{en} change: {added} lines are new, {taken} are gone"),
        format!("cambian {es}: {added} renglones nuevos, {taken} retirados"),
    ))
}

fn lines_of(part: &Part) -> usize {
    part.policy().unwrap_or_default().lines().count()
}

/// A SPIFFE id as it is called within its side; anything else as it is.
fn short(name: &str) -> String {
    match Identity::parse(name) {
        Ok(id @ (Identity::Node(_) | Identity::Officer(_))) => identity(&id),
        _ => name.to_owned(),
    }
}

/// Several officers in one line.
pub(super) fn officers<'a>(
    all: impl IntoIterator<Item = &'a precinto_alert::id::OfficerId>,
) -> String {
    joined(all.into_iter().map(officer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use precinto_alert::directory::{EXAMPLE_US, changes};

    fn told(from: &str, to: &str, lang: Lang) -> Vec<String> {
        let before = Part::parse(EXAMPLE_US).unwrap();
        assert!(EXAMPLE_US.contains(from), "{from}");
        let after = Part::parse(&EXAMPLE_US.replace(from, to)).unwrap();
        lines(&changes(Some(&before), &after), &after, lang)
    }

    #[test]
    fn who_joins_who_leaves_and_what_is_otherwise() {
        let node = "[[agency.node]]\nname = \"audit\"\ncode = \"OIGAUD\"\n";
        let more = format!("{node}[[agency.node]]\nname = \"tape\"\ncode = \"OIGTAP\"\n");
        assert_eq!(
            told(node, &more, Lang::En),
            ["  + node oig/tape joins; the alert ids that it gives out carry OIGTAP"]
        );
        assert_eq!(
            told(node, "", Lang::Es),
            ["  - sale el nodo oig/audit: se desconecta en segundos"]
        );
        assert_eq!(
            told("\"OIGAUD\"", "\"OIG\"", Lang::En),
            ["  ~ node oig/audit: code of its alert ids: OIG (before: OIGAUD)"]
        );
        assert_eq!(
            told("[\"us.dev.invalid/cbp\"]", "[]", Lang::Es),
            ["  ~ el grupo air-cargo: miembros de este lado: nadie (antes: us.dev.invalid/cbp)"]
        );
        assert_eq!(told("lax", "lax", Lang::En), ["  nothing is otherwise"]);
    }

    #[test]
    fn that_a_policy_changes_is_told_and_that_a_purpose_is_lost() {
        let line = "stewards_needed = 1\n";
        let with = |lines: &str| format!("{line}policy = \'\'\'\n{lines}\'\'\'\n");
        assert_eq!(
            told(line, &with("// one\n// two\n"), Lang::En),
            ["  + the side's own rules come into force: 2 lines"]
        );
        let first = EXAMPLE_US.replace(line, &with("// one\n// two\n"));
        let said = |next: &str| {
            let [before, after] = [&*first, next].map(|text| Part::parse(text).unwrap());
            lines(&changes(Some(&before), &after), &after, Lang::Es)
        };
        assert_eq!(
            said(&first.replace("two", "three")),
            ["  ~ cambian las reglas propias del lado: 1 renglones nuevos, 1 retirados"]
        );
        assert_eq!(
            said(&EXAMPLE_US.replace(line, &with("// two\n// one\n"))),
            ["  ~ cambian las reglas propias del lado: los mismos renglones en otro orden"]
        );
        assert_eq!(
            said(EXAMPLE_US),
            ["  - se retiran las reglas propias del lado: rige solo lo acordado por ambos"]
        );
        let all =
            "purposes = [\"ILLICIT_DRUG\", \"CHEMICAL_PRECURSOR\", \"FIREARM\", \"ILLICIT_FUEL\"]";
        let lost = told(all, "", Lang::En).join(" ");
        let lost = lost.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            lost.contains("goods about which it may get data about persons: none"),
            "{lost}"
        );
    }

    #[test]
    fn nothing_is_wider_than_a_terminal() {
        let first = Part::parse(EXAMPLE_US).unwrap();
        for lang in [Lang::En, Lang::Es] {
            let lines = lines(&changes(None, &first), &first, lang);
            assert!(lines.len() >= 8, "{lines:#?}");
            assert!(lines.iter().all(|line| line.chars().count() <= COLUMNS));
        }
    }
}
