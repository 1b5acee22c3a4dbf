//! The `[run]` table of a node's file: what its agent does.

use crate::exit::Text;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a node's agent does, with defaults filled in and paths resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// The name of its subscription.
    pub(crate) subscription: String,
    /// The folder for deliveries, one JSON file each.
    pub(crate) hand_over: Option<PathBuf>,
    /// A program with its arguments, run for each delivery; empty for none.
    pub(crate) command: Vec<String>,
    /// How long the program may take for one.
    pub(crate) command_limit: Duration,
    /// Whether deliveries are answered with the node's signed receipt.
    pub(crate) receipts: bool,
}

/// The table as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    #[serde(default = "default_subscription")]
    subscription: String,
    hand_over: Option<PathBuf>,
    #[serde(default)]
    command: Vec<String>,
    #[serde(default = "default_command_seconds")]
    command_seconds: u64,
    #[serde(default = "default_receipts")]
    receipts: bool,
}

/// A program that takes longer holds up every delivery behind it.
const COMMAND_SECONDS_MAX: u64 = 600;

/// A name as the gateway takes it.
const NAME_CHARACTERS_MAX: usize = 64;

fn default_subscription() -> String {
    "agent".to_owned()
}

fn default_command_seconds() -> u64 {
    60
}

fn default_receipts() -> bool {
    true
}

impl Run {
    /// Whether it takes deliveries in at all.
    pub(crate) fn receives(&self) -> bool {
        self.hand_over.is_some() || !self.command.is_empty()
    }
}

impl Table {
    /// Checks what is written; a relative folder is one beside the file, and a program with a path too.
    pub(super) fn resolve(self, base: &Path) -> Result<Run, Text> {
        let Self {
            subscription,
            hand_over,
            mut command,
            command_seconds,
            receipts,
        } = self;
        let allowed =
            |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || "-_".contains(one);
        let length = subscription.len();
        if length == 0 || length > NAME_CHARACTERS_MAX || !subscription.chars().all(allowed) {
            return Err(about(
                "subscription",
                "1 to 64 of a-z, 0-9, hyphen, underscore".to_owned(),
                "de 1 a 64 de a-z, 0-9, guion, guion bajo".to_owned(),
            ));
        }
        if !(1..=COMMAND_SECONDS_MAX).contains(&command_seconds) {
            return Err(about(
                "command_seconds",
                format!("1 to {COMMAND_SECONDS_MAX}"),
                format!("de 1 a {COMMAND_SECONDS_MAX}"),
            ));
        }
        if let Some(program) = command.first_mut()
            && program.contains('/')
        {
            *program = base.join(&*program).to_string_lossy().into_owned();
        }
        if command.first().is_some_and(String::is_empty) {
            return Err(about(
                "command",
                "the program and its arguments, as a list".to_owned(),
                "el programa y sus argumentos, como lista".to_owned(),
            ));
        }
        Ok(Run {
            subscription,
            hand_over: hand_over.map(|folder| base.join(folder)),
            command,
            command_limit: Duration::from_secs(command_seconds),
            receipts,
        })
    }
}

fn about(key: &str, en: String, es: String) -> Text {
    Text::from((en, es)).about(format!("run.{key}"))
}
