//! `node`: an agency's own agent, and how it is doing.

mod agent;
mod api;
mod counter;
mod desk;
mod janitor;
mod keeper;
mod notice;
pub(crate) mod presence;
mod program;
mod status;
mod task;
mod untaken;

use crate::args::NodeCommand;
use crate::exit::Exit;
use crate::output::Output;

/// Runs `node …`.
pub(crate) fn run(command: &NodeCommand, output: Output) -> anyhow::Result<Exit> {
    match command {
        NodeCommand::Run(args) => agent::run(args, output),
        NodeCommand::Status(args) => status::run(args, output),
    }
}
