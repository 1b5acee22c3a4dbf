//! The `precinto` binary: a table of contents.

mod args;
mod clock;
mod commands;
mod config;
mod connect;
mod counters;
mod demo;
mod draft;
mod exit;
mod files;
mod manifest;
mod output;
mod pki;
mod records;
mod runtime;
#[cfg(test)]
#[expect(unreachable_pub, reason = "one file for the tests of every crate")]
#[path = "../../../tests/harness/skipped.rs"]
mod skipped;
mod stop;
mod supervisor;
mod words;
mod xml;

#[cfg(fuzzing)]
pub use commands::draft::foreign_bytes;

use args::{Cli, Command};
use clap::Parser;
use exit::{Exit, Failure, Text};
use output::{Lang, Output};
use rustix::process::{Resource, Rlimit, setrlimit};
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    without_core_dumps();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misused(&error),
    };
    let output = Output::new(cli.output, cli.lang);
    match run(&cli.command, output) {
        Ok(exit) => exit.into(),
        Err(error) => report(&error, output).into(),
    }
}

/// A core dump would put private keys and what messages say on a disk, where nobody looks for them.
fn without_core_dumps() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Anybody may lower a limit of his own.
    let lowered = setrlimit(Resource::Core, none);
    debug_assert!(lowered.is_ok(), "{lowered:?}");
}

/// Wrong usage, in the reader's language; help and version come this way, too.
fn misused(error: &clap::Error) -> ExitCode {
    let lang = args::refused::lang_of(args::environment::arguments());
    let spanish = args::refused::in_spanish(error).filter(|_| lang == Lang::Es);
    match spanish {
        Some(text) => output::to_stderr(&text),
        None => drop(error.print()),
    }
    if error.use_stderr() {
        Exit::Usage.into()
    } else {
        Exit::Done.into()
    }
}

fn run(command: &Command, output: Output) -> anyhow::Result<Exit> {
    match command {
        Command::Demo(args) => demo::run(args, output),
        Command::Gateway(command) => commands::gateway::run(command, output),
        Command::Draft(command) => commands::draft::run(command, output),
        Command::Send(args) => commands::send::run(args, output),
        Command::Ack(args) => commands::ack::run(args, output),
        Command::Node(command) => commands::node::run(command, output),
        Command::Watch(args) => commands::watch::run(args, output),
        Command::Sub(command) => commands::sub::run(command, output),
        Command::Directory(command) => commands::directory::run(command, output),
        Command::Policy(command) => commands::policy::run(command, output),
        Command::Show(args) => commands::show::run(args, output),
        Command::List(args) => commands::list::run(args, output),
        Command::Find(args) => commands::find::run(args, output),
        Command::Match(args) => commands::matching::run(args, output),
        Command::Sync(args) => commands::sync::run(args, output),
        Command::Log(command) => commands::log::run(command, output),
        Command::Audit(command) => commands::audit::run(command, output),
        Command::Report(command) => commands::report::run(command, output),
        Command::Keys(command) => commands::keys::run(command, output),
        Command::Config(command) => commands::config::run(command, output),
        Command::Doctor(args) => commands::doctor::run(args, output),
        Command::Check(command) => commands::check::run(command, output),
        Command::Explain(args) => commands::explain::run(args, output),
        Command::Schema(args) => commands::schema::run(args, output),
    }
}

/// Says what went wrong; whoever closed our stdout does not want to hear it.
fn report(error: &anyhow::Error, output: Output) -> Exit {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        output.failure(failure);
        return failure.exit;
    }
    let closed = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
    if error
        .downcast_ref::<io::Error>()
        .is_none_or(|cause| !closed(cause))
    {
        output.failure(&Failure::new(
            Exit::Failed,
            Text::cause(format!("{error:#}"), "falla imprevista"),
        ));
    }
    Exit::Failed
}
