//! `policy`: who may say what to whom, tried out before it counts, and told from the log after it has.

mod can;
mod check;
mod log;
mod replay;
mod rule;
mod test;
mod why;

use crate::args::PolicyCommand;
use crate::config::read_text;
use crate::exit::{Exit, Failure, Text};
use crate::output::{Lang, Output};
use precinto_alert::Lang as Texts;
use precinto_alert::id::Side;
use precinto_policy::table::TableError;
use precinto_policy::{Agencies, Fault, Floor, Policy, PolicyError, Rules, Table, schema};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

/// Runs `policy …`.
pub(crate) fn run(command: &PolicyCommand, output: Output) -> anyhow::Result<Exit> {
    match command {
        PolicyCommand::Check(args) => check::run(args, output),
        PolicyCommand::Test(args) => test::run(args, output),
        PolicyCommand::Can(args) => can::run(args, output),
        PolicyCommand::Replay(args) => replay::run(args, output),
        PolicyCommand::Why(args) => why::run(args, output),
        PolicyCommand::Schema { floor } => {
            if *floor {
                output.verbatim(Floor::NEWEST.text())?;
            } else {
                output.verbatim(&schema())?;
            }
            Ok(Exit::Done)
        }
    }
}

/// What there is to say of an answer that rests on a folder nobody has audited.
fn as_the_folder_says(lang: Lang) -> &'static str {
    lang.pick(
        "so the folder says; whether it is true says  precinto audit log",
        "así lo dice la carpeta; si es cierto lo dice  precinto audit log",
    )
}

/// A table, and the rules that it is for.
struct Court {
    table: Table,
    rules: Rules,
}

impl Court {
    /// Reads the table and its policies, some of them replaced by others.
    fn open(table: &Path, instead: &[(String, PathBuf)]) -> Result<Self, Failure> {
        let name = table.display();
        let folder = table.parent().unwrap_or_else(|| Path::new("."));
        let table = Table::parse(&read_text(table)?);
        let head = ("the table has mistakes:", "la tabla tiene errores:");
        let table = table.map_err(|error| Failure::usage(of_table(&error, head).about(name)))?;
        let mut sites = BTreeMap::new();
        for (side, file) in table.policies() {
            // What another one stands in for is not read.
            if !instead.iter().any(|(other, _)| *other == side.to_string()) {
                sites.insert(side.clone(), policy(&folder.join(file))?);
            }
        }
        Self::sit(table, sites, instead)
    }

    /// Sides' parts of the directory, each below the country that its side is of: their agencies, and the policies that they hold,
    /// some of them replaced by others.
    fn of_parts(
        parts: &[(String, PathBuf)],
        instead: &[(String, PathBuf)],
    ) -> Result<Self, Failure> {
        let (mut read, mut sites) = (Vec::new(), BTreeMap::new());
        for (country, file) in parts {
            let part = check::part(file, &read_text(file)?)?;
            if let Some(text) = part.policy() {
                let policy = Policy::parse(text).map_err(|error| of_policy(file, &error))?;
                sites.insert(part.side().clone(), policy);
            }
            read.push((part, country.as_str()));
        }
        let agencies = Agencies::new(read.iter().map(|(part, country)| (part, *country)));
        let table = Table::of_agencies(agencies.listed().cloned());
        Self::sit(table, sites, instead)
    }

    fn sit(
        table: Table,
        mut sites: BTreeMap<Side, Policy>,
        instead: &[(String, PathBuf)],
    ) -> Result<Self, Failure> {
        for (side, file) in instead {
            sites.insert(named(side)?, policy(file)?);
        }
        let rules = Rules::new(Floor::NEWEST, sites);
        Ok(Self { table, rules })
    }
}

/// The side of a `--policy SIDE=FILE`.
fn named(side: &str) -> Result<Side, Failure> {
    side.parse().map_err(|_| {
        Failure::usage((
            format!("--policy: {side} is no side; us.dev.invalid=us.cedar is expected"),
            format!("--policy: {side} no es un lado; se espera us.dev.invalid=us.cedar"),
        ))
    })
}

/// The policy in a file.
fn policy(file: &Path) -> Result<Policy, Failure> {
    Policy::parse(&read_text(file)?).map_err(|error| of_policy(file, &error))
}

/// What is wrong with a table or a question; `head` is said above names and codes that do not exist.
fn of_table(error: &TableError, head: (&str, &str)) -> Text {
    match error {
        TableError::Size { .. } => Text::cause(error, "la tabla es demasiado grande"),
        TableError::Syntax { message } => {
            Text::same(message.trim_end()).behind("no table of cases", "no es una tabla de casos")
        }
        TableError::Content(problems) => problems.iter().fold(Text::from(head), |text, problem| {
            let detail = Text::from(problem.detail.clone());
            text.and_line(detail.about(&problem.at))
        }),
    }
}

/// A text is no policy: every fault with its place.
fn of_policy(file: &Path, error: &PolicyError) -> Failure {
    let file = file.display();
    let head = (
        format!("{file} is no policy:"),
        format!("{file} no es una política:"),
    );
    let faults = error.0.iter();
    let text = faults.fold(Text::from(head), |text, fault| {
        text.and_line(placed(&file, fault))
    });
    Failure::new(Exit::VerificationFailed, text).next((
        format!("precinto policy check {file}  says what to do about each"),
        format!("precinto policy check {file}  dice qué hacer con cada uno"),
    ))
}

/// A fault with its file and place, as compilers write it and editors jump to it.
fn placed(file: &impl Display, fault: &Fault) -> Text {
    let said = Text::from(fault.said());
    let said = match &fault.rule {
        Some(rule) => said.about(rule),
        None => said,
    };
    said.about(format!(
        "{file}:{}:{}",
        fault.place.line, fault.place.column
    ))
}

fn fault_json(fault: &Fault) -> Value {
    let (said, next) = (fault.said(), fault.next());
    json!({
        "line": fault.place.line,
        "column": fault.place.column,
        "rule": fault.rule,
        "kind": fault.kind.name(),
        "message": said.text(Texts::En),
        "message_es": said.text(Texts::Es),
        "next": next.text(Texts::En),
        "next_es": next.text(Texts::Es),
    })
}

/// The digest of the rules, as records will show it.
fn digest(rules: &Rules) -> String {
    precinto_envelope::hex(&rules.digest())
}
