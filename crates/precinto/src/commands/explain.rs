//! `explain`: what a code means and what to do next, from the catalogue of reasons, the tables of codes and the states of a case.

mod code;
mod listed;
mod reason;
mod state;

use crate::args::Explain;
use crate::config::closest;
use crate::exit::{Exit, Failure, Text};
use crate::output::{Align, Output, Table};
use crate::words::Stand;
use precinto_alert::Lang as Texts;
use precinto_alert::code::{FAMILIES, Family, Row};
use precinto_alert::reason::{Entry, entries};
use serde::Serialize;

/// What the family of reasons is called; but for it and the states, all are named in [`FAMILIES`].
const REASON: &str = "reason";

/// A text for machines: both languages at once, because codes never change with the language.
#[derive(Serialize)]
struct Both {
    en: &'static str,
    es: &'static str,
}

impl Both {
    fn of(text: impl Fn(Texts) -> &'static str) -> Self {
        Self {
            en: text(Texts::En),
            es: text(Texts::Es),
        }
    }
}

/// One code of one family.
#[derive(Clone, Copy)]
enum Found {
    Reason(&'static Entry),
    Code(&'static Family, &'static Row),
    State(Stand),
}

impl Found {
    fn name(self) -> &'static str {
        match self {
            Self::Reason(entry) => entry.name(),
            Self::Code(family, row) => family.name_of(row),
            Self::State(stand) => stand.name(),
        }
    }

    fn family(self) -> &'static str {
        match self {
            Self::Reason(_) => REASON,
            Self::Code(family, _) => family.name,
            Self::State(_) => state::FAMILY,
        }
    }

    fn title(self, output: Output) -> &'static str {
        match self {
            Self::Reason(_) => output.lang().pick("reason", "motivo"),
            Self::Code(family, _) => family.title(output.lang().texts()),
            Self::State(_) => output.lang().pick(state::TITLE.0, state::TITLE.1),
        }
    }

    fn label(self, output: Output) -> &'static str {
        match self {
            Self::Reason(entry) => entry.text(output.lang().texts()),
            Self::Code(_, row) => row.label(output.lang().texts()),
            Self::State(stand) => state::label(stand, output.lang()),
        }
    }

    /// Whether it is meant by `wanted`; a mark also without its side.
    fn is(self, wanted: &str) -> bool {
        match self {
            Self::Reason(entry) => wanted.strip_prefix("REASON_").unwrap_or(wanted) == entry.name(),
            Self::Code(family, row) => {
                let name = family.name_of(row);
                let short = wanted.strip_prefix(family.prefix).unwrap_or(wanted);
                name == short || name.split_once(':').is_some_and(|(_, mark)| mark == wanted)
            }
            Self::State(stand) => stand.is_called(wanted),
        }
    }

    fn json(self, output: Output, alone: bool) -> anyhow::Result<()> {
        match (self, alone) {
            (Self::Reason(entry), true) => output.json(&reason::explained(entry))?,
            (Self::Reason(entry), false) => output.json_line(&reason::explained(entry))?,
            (Self::Code(family, row), true) => output.json(&code::explained(family, row))?,
            (Self::Code(family, row), false) => output.json_line(&code::explained(family, row))?,
            (Self::State(stand), true) => output.json(&state::explained(stand))?,
            (Self::State(stand), false) => output.json_line(&state::explained(stand))?,
        }
        Ok(())
    }

    fn lines(self, output: Output) -> Vec<String> {
        match self {
            Self::Reason(entry) => reason::text(entry, output.lang()),
            Self::Code(family, row) => code::text(family, row, output.lang()),
            Self::State(stand) => state::text(stand, output.lang()),
        }
    }
}

/// Runs `explain …`.
pub(crate) fn run(args: &Explain, output: Output) -> anyhow::Result<Exit> {
    let mut all = everything();
    if let Some(family) = &args.family {
        all = of_family(all, family)?;
    }
    let Some(asked) = &args.code else {
        list(&all, output)?;
        return Ok(Exit::Done);
    };
    let wanted = normal(asked);
    let found: Vec<Found> = all.iter().copied().filter(|one| one.is(&wanted)).collect();
    if found.is_empty() {
        // The name of a family is understood as well: `explain indicator`.
        if let (None, Ok(rows)) = (&args.family, of_family(all.clone(), asked)) {
            list(&rows, output)?;
            return Ok(Exit::Done);
        }
        if args.family.is_none() && quoted(asked, output)? {
            return Ok(Exit::Done);
        }
        return Err(unknown(&wanted, &all).into());
    }
    show(&found, output)?;
    Ok(Exit::Done)
}

/// Explains a code of other people's lists, in each list that has it; `false` when none does.
fn quoted(asked: &str, output: Output) -> anyhow::Result<bool> {
    let all = listed::find(asked);
    if let [one] = all.as_slice() {
        output.result(one, || one.lines(output.lang()))?;
        return Ok(true);
    }
    for (place, one) in all.iter().enumerate() {
        if !output.is_text() {
            output.json_line(one)?;
            continue;
        }
        if place > 0 {
            output.line("")?;
        }
        for line in one.lines(output.lang()) {
            output.line(line)?;
        }
    }
    Ok(!all.is_empty())
}

/// As the code would stand in a message: capitals, underscores, and no `TLP:` before a traffic light.
fn normal(asked: &str) -> String {
    let upper = asked.trim().to_uppercase().replace(['-', '+', ' '], "_");
    upper
        .strip_prefix("TLP:")
        .map_or_else(|| upper.clone(), str::to_owned)
}

fn everything() -> Vec<Found> {
    let codes = FAMILIES
        .iter()
        .flat_map(|family| family.rows().map(|row| Found::Code(family, row)));
    let states = Stand::ALL.into_iter().map(Found::State);
    let codes = codes.chain(entries().map(Found::Reason));
    codes.chain(states).collect()
}

fn of_family(all: Vec<Found>, asked: &str) -> anyhow::Result<Vec<Found>> {
    let wanted = asked.trim().to_lowercase().replace(['-', ' '], "_");
    let rows: Vec<Found> = all
        .into_iter()
        .filter(|one| one.family() == wanted)
        .collect();
    if rows.is_empty() {
        let names = || {
            FAMILIES
                .iter()
                .map(|family| family.name)
                .chain([REASON, state::FAMILY])
        };
        let failure = Failure::new(
            Exit::NotFound,
            (
                format!("there is no family \"{asked}\""),
                format!("no existe la familia \"{asked}\""),
            ),
        );
        let next = if let Some(meant) = closest(&wanted, names()) {
            did_you_mean(&format!("--family {meant}"))
        } else {
            let all = names().collect::<Vec<_>>().join(", ");
            (format!("there are: {all}"), format!("hay: {all}")).into()
        };
        return Err(failure.next(next).into());
    }
    Ok(rows)
}

fn unknown(wanted: &str, all: &[Found]) -> Failure {
    let failure = Failure::new(
        Exit::NotFound,
        (
            format!("there is no code \"{wanted}\""),
            format!("no existe el código \"{wanted}\""),
        ),
    );
    failure.next(match closest(wanted, all.iter().map(|one| one.name())) {
        Some(meant) => did_you_mean(meant),
        None => Text::from((
            "precinto explain  lists all of them",
            "precinto explain  los enumera todos",
        )),
    })
}

/// What to type instead.
fn did_you_mean(meant: &str) -> Text {
    Text::from((
        format!("did you mean: precinto explain {meant}"),
        format!("quizá quiso decir: precinto explain {meant}"),
    ))
}

fn show(found: &[Found], output: Output) -> anyhow::Result<()> {
    for (position, one) in found.iter().enumerate() {
        if !output.is_text() {
            one.json(output, found.len() == 1)?;
            continue;
        }
        if position > 0 {
            output.line("")?;
        }
        for line in one.lines(output) {
            output.line(line)?;
        }
    }
    Ok(())
}

/// One table a family, each under its heading.
fn list(all: &[Found], output: Output) -> anyhow::Result<()> {
    if !output.is_text() {
        return all.iter().try_for_each(|one| one.json(output, false));
    }
    let heading = output
        .lang()
        .pick(("code", "meaning"), ("código", "significado"));
    for rows in all.chunk_by(|one, next| one.family() == next.family()) {
        let Some(first) = rows.first() else { continue };
        output.line(output.bold(&format!("{} ({})", first.title(output), first.family())))?;
        let mut table = Table::new(&[(heading.0, Align::Left), (heading.1, Align::Left)]);
        for one in rows {
            table.row([one.name().to_owned(), one.label(output).to_owned()]);
        }
        for line in table.lines() {
            output.line(line)?;
        }
        output.line("")?;
    }
    Ok(())
}
