//! One code of one vocabulary, for people and for machines.

use super::Both;
use crate::draft;
use crate::output::Lang;
use precinto_alert::Lang as Texts;
use precinto_alert::code::{Coded as _, Family, MessageType, Row, SOURCES, TABLES};
use prost_reflect::Kind;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Explained {
    schema: &'static str,
    tables: Tables,
    family: &'static str,
    title: Both,
    code: &'static str,
    number: i32,
    label: Both,
    example: Option<Both>,
    next: Option<Both>,
    source: Both,
    sources: Vec<Source>,
    /// What comes nearest in the systems that people know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    nearest: Vec<Nearest>,
    fields: Vec<String>,
}

/// A message of another system.
#[derive(Serialize)]
struct Nearest {
    system: &'static str,
    message: &'static str,
}

/// The edition of the tables.
#[derive(Serialize)]
struct Tables {
    version: u32,
    date: &'static str,
}

#[derive(Serialize)]
struct Source {
    letter: char,
    title: Both,
}

pub(super) fn explained(family: &'static Family, row: &'static Row) -> Explained {
    Explained {
        schema: "precinto.code/v1",
        tables: Tables {
            version: TABLES.number,
            date: TABLES.date,
        },
        family: family.name,
        title: Both::of(|lang| family.title(lang)),
        code: family.name_of(row),
        number: row.number(),
        label: Both::of(|lang| row.label(lang)),
        example: both(|lang| row.example(lang)),
        next: both(|lang| row.next(lang)),
        source: Both::of(|lang| family.source(lang)),
        sources: sources(row)
            .map(|source| Source {
                letter: source.letter,
                title: Both::of(|lang| source.title(lang)),
            })
            .collect(),
        nearest: nearest(family, row).collect(),
        fields: fields(family),
    }
}

pub(super) fn text(family: &'static Family, row: &'static Row, lang: Lang) -> Vec<String> {
    let texts = lang.texts();
    let line = |en: &str, es: &str, value: &str| format!("  {:<11} {value}", lang.pick(en, es));
    let mut lines = vec![
        format!("{}  ({})", family.name_of(row), family.title(texts)),
        format!("  {}", row.label(texts)),
    ];
    lines.extend(
        row.example(texts)
            .map(|said| line("example", "ejemplo", said)),
    );
    lines.extend(row.next(texts).map(|said| line("next", "siguiente", said)));
    let practices: Vec<&str> = sources(row).map(|source| source.title(texts)).collect();
    let source = if practices.is_empty() {
        family.source(texts).to_owned()
    } else {
        practices.join("; ")
    };
    lines.push(line("source", "fuente", &source));
    let known = nearest(family, row).map(|one| format!("{} {}", one.system, one.message));
    let known: Vec<String> = known.collect();
    if !known.is_empty() {
        lines.push(line("elsewhere", "en otros", &known.join("; ")));
    }
    lines.push(line("field", "campo", &fields(family).join(", ")));
    lines
}

/// Only messages have their like elsewhere.
fn nearest(family: &Family, row: &Row) -> impl Iterator<Item = Nearest> {
    let is_message = family.name == MessageType::FAMILY.name;
    let of = MessageType::try_from(row.number()).ok();
    let of = of.filter(|_| is_message);
    let all = of.map_or(&[][..], precinto_alert::code::nearest);
    all.iter().map(|one| Nearest {
        system: one.system,
        message: one.message,
    })
}

fn both(text: impl Fn(Texts) -> Option<&'static str>) -> Option<Both> {
    text(Texts::En)
        .zip(text(Texts::Es))
        .map(|(en, es)| Both { en, es })
}

fn sources(row: &'static Row) -> impl Iterator<Item = &'static precinto_alert::code::Source> {
    let letters = row.sources();
    SOURCES
        .iter()
        .filter(move |source| letters.contains(source.letter))
}

/// Where the family's codes are written, `Statement.actions`; from the descriptors, so that nobody keeps a list.
fn fields(family: &Family) -> Vec<String> {
    if family.prefix.is_empty() {
        return vec!["Handling.marks".to_owned()];
    }
    let zero = format!("{}UNSPECIFIED", family.prefix);
    let mut fields = Vec::new();
    for message in draft::pool().all_messages() {
        for field in message.fields() {
            let Kind::Enum(codes) = field.kind() else {
                continue;
            };
            if codes.get_value(0).is_some_and(|value| value.name() == zero) {
                fields.push(format!("{}.{}", message.name(), field.name()));
            }
        }
    }
    fields
}
