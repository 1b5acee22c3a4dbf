//! `schema`: what a draft may hold, for editors.

use crate::args::Schema;
use crate::draft;
use crate::exit::Exit;
use crate::output::Output;

/// Runs `schema …`. The schema is JSON whatever the output format; only `jsonl` puts it on one line.
pub(crate) fn run(args: &Schema, output: Output) -> anyhow::Result<Exit> {
    output.json(&draft::schema(args.subject, output.lang()))?;
    Ok(Exit::Done)
}
