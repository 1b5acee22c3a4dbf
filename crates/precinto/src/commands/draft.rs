//! `draft`: what other systems hold, or an alert of one's own, becomes the draft of an alert, which says what a person must still
//! type.

mod consolidation;
#[cfg(any(test, fuzzing))]
pub mod foreign_bytes;
mod mapping;
mod missing;
mod parts;
mod party;
mod route;
mod tear_line;
mod waybill;
mod yaml;

use crate::args::{DraftCommand, DraftCsv, DraftWaybill};
use crate::clock;
use crate::draft::Draft;
use crate::exit::{Exit, Failure, Text};
use crate::files::write_public;
use crate::output::{Lang, Output, printable};
use crate::records::Records;
use crate::xml;
use consolidation::Made;
use mapping::Mapping;
use missing::Missing;
use precinto_alert::content;
use precinto_proto::v1 as pb;
use prost::Message as _;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use waybill::Waybill;

/// A draft that was begun, for machines.
#[derive(Debug, Serialize)]
struct Begun<'a> {
    schema: &'static str,
    /// The draft as it stands.
    draft: &'a Value,
    /// The last moment to act by its route, RFC 3339: sent so unless another is typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_action: Option<String>,
    /// What must still be typed; empty when it can be sent.
    missing: &'a [Missing],
    /// What the source says and the draft does not.
    notes: &'a [String],
}

impl<'a> Begun<'a> {
    fn new(draft: &'a Value, missing: &'a [Missing], notes: &'a [String]) -> Self {
        Self {
            schema: "precinto.draft/v1",
            draft,
            last_action: last_action(draft, clock::now_ms()),
            missing,
            notes,
        }
    }
}

/// Runs `draft …`.
pub(crate) fn run(command: &DraftCommand, output: Output) -> anyhow::Result<Exit> {
    match command {
        DraftCommand::Waybill(args) => of_waybill(args, output),
        DraftCommand::Csv(args) => of_table(args, output),
        DraftCommand::TearLine(args) => tear_line::run(args, output),
    }
}

fn of_waybill(args: &DraftWaybill, output: Output) -> anyhow::Result<Exit> {
    let lang = output.lang();
    let waybills: Vec<(String, Waybill)> = args
        .files
        .iter()
        .map(|file| Ok((file_name(file), read_waybill(file, lang)?)))
        .collect::<Result<_, Failure>>()?;
    let sources: Vec<&str> = waybills.iter().map(|(name, _)| name.as_str()).collect();
    let source = sources.join(", ");
    let Made { draft, notes } =
        consolidation::draft(waybills, lang).map_err(|what| Failure::usage(Text::chosen(what)))?;
    let missing = missing::of(&draft, lang);
    print(&Begun::new(&draft, &missing, &notes), &source, output)
}

/// The page that a person completes, or the object for machines.
fn print(begun: &Begun<'_>, source: &str, output: Output) -> anyhow::Result<Exit> {
    if output.is_text() {
        let (missing, last_action) = (begun.missing, begun.last_action.as_deref());
        let lang = output.lang();
        let page = yaml::page(begun.draft, source, missing, begun.notes, last_action, lang);
        output.verbatim(&page)?;
    } else {
        output.json(begun)?;
    }
    Ok(Exit::Done)
}

/// The last moment to act that `send` would fill in at `now_ms`, RFC 3339; `None` too where the draft says one.
fn last_action(draft: &Value, now_ms: u64) -> Option<String> {
    if draft.get("last_action").is_some() {
        return None;
    }
    let read = Draft::read(draft, now_ms);
    // Of a draft that is only begun, the content is there all the same.
    let read = read.or_else(|error| error.rest.map(|rest| *rest).ok_or(()));
    let (_, bytes) = read.ok()?.content?;
    let alert = pb::AlertContent::decode(bytes.as_slice()).ok()?;
    content::last_action(&alert, now_ms).map(clock::rfc3339_ms)
}

fn read_waybill(path: &Path, lang: Lang) -> Result<Waybill, Failure> {
    let name = path.display();
    let refuse = |what: Text| Failure::usage(what.about(&name));
    let bytes = xml::read_file(path).map_err(|error| refuse(Text::io(&error)))?;
    let root = xml::read(&bytes).map_err(|error| refuse(error.text()))?;
    waybill::read(&root, &bytes, lang).ok_or_else(|| {
        let name = printable(&root.name);
        refuse(Text::from((
            format!("neither an air waybill (XFWB) nor a house waybill (XFZB): the root element is {name}"),
            format!("no es una guía aérea (XFWB) ni una guía house (XFZB): el elemento raíz es {name}"),
        )))
    })
}

fn of_table(args: &DraftCsv, output: Output) -> anyhow::Result<Exit> {
    let lang = output.lang();
    let delimiter = u8::try_from(args.delimiter).map_err(|_| {
        Failure::usage((
            "--delimiter: one ASCII character is expected",
            "--delimiter: se espera un carácter ASCII",
        ))
    })?;
    let text = crate::config::read_text(&args.map)?;
    let refuse = |what: Text| Failure::usage(what.about(args.map.display()));
    let map = Draft::parse_file(&args.map, &text).map_err(refuse)?;
    let mut records = Records::open(&args.file, delimiter)?;
    let mapping = Mapping::read(&map, records.headers(), lang);
    let mapping = mapping.map_err(|what| refuse(Text::chosen(what)))?;
    let source = file_name(&args.file);
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let (mut written, mut skipped) = (0_usize, 0_usize);
    while let Some((number, row)) = records.next()? {
        let mut draft = match mapping.apply(&row) {
            Ok(Some(draft)) => draft,
            Ok(None) => {
                skipped += 1;
                continue;
            }
            Err(what) => {
                output.talk(printable(&format!(
                    "{} {number}: {what}",
                    lang.pick("row", "fila")
                )));
                *refused.entry(what).or_default() += 1;
                continue;
            }
        };
        written += 1;
        if let Some(folder) = &args.out {
            let missing = missing::of(&draft, lang);
            let from = format!("{source}, {} {number}", lang.pick("row", "fila"));
            let last_action = last_action(&draft, clock::now_ms());
            let page = yaml::page(&draft, &from, &missing, &[], last_action.as_deref(), lang);
            write_public(&folder.join(format!("row-{number:06}.yaml")), page)?;
        } else {
            if let Value::Object(fields) = &mut draft {
                fields
                    .entry("tag")
                    .or_insert_with(|| format!("row {number}").into());
            }
            output.json_line(&draft)?;
        }
    }
    output.talk(summary(written, skipped, refused.values().sum(), lang));
    Ok(if refused.is_empty() {
        Exit::Done
    } else {
        Exit::Failed
    })
}

fn summary(written: usize, skipped: usize, refused: usize, lang: Lang) -> String {
    lang.pick(
        format!("{written} drafts; {skipped} rows skipped, {refused} refused"),
        format!("{written} borradores; {skipped} filas omitidas, {refused} rechazadas"),
    )
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    printable(&name.to_string_lossy())
}

#[cfg(test)]
mod tests;
