//! The `[run]` table of a node's file: what its agent does.

use crate::exit::Text;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a node's agent does, with defaults filled in and paths resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of the file, and any of them may stand beside any other"
)]
pub(crate) struct Run {
    /// The name of its subscription. It has a second one for what is urgent: [`Run::urgent_subscription`].
    pub(crate) subscription: String,
    /// The folder for deliveries, one JSON file each.
    pub(crate) hand_over: Option<PathBuf>,
    /// A program with its arguments, run for each delivery; empty for none.
    pub(crate) command: Vec<String>,
    /// How long the program may take for one.
    pub(crate) command_limit: Duration,
    /// Whether deliveries are answered with the node's signed receipt.
    pub(crate) receipts: bool,
    /// Whether the agency's systems do what is handed over to them, so that the agent confirms recalls by itself.
    pub(crate) confirm_recalls: bool,
    /// Whether programs of this machine may call the agent.
    pub(crate) api: bool,
    /// Whether deliveries wait for such a program.
    pub(crate) api_deliveries: bool,
}

/// The table as it is written.
#[derive(Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "as above")]
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
    #[serde(default)]
    confirm_recalls: bool,
    #[serde(default)]
    api: bool,
    #[serde(default)]
    api_deliveries: bool,
}

/// A program that takes longer holds up every delivery behind it in its lane.
const COMMAND_SECONDS_MAX: u64 = 600;

/// A name as the gateway takes it, with [`URGENT`] behind it: 64 together.
const NAME_CHARACTERS_MAX: usize = 57;

/// What stands behind the name of the subscription in that of its urgent one.
const URGENT: &str = "-urgent";

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
    /// The name of the subscription that brings what is urgent, past whatever waits on the other.
    pub(crate) fn urgent_subscription(&self) -> String {
        format!("{}{URGENT}", self.subscription)
    }

    /// Whether it takes deliveries in at all.
    pub(crate) fn receives(&self) -> bool {
        self.hand_over.is_some() || !self.command.is_empty() || self.api_deliveries
    }

    /// How long those who take deliveries may be at work on one in each lane of the desk: the program, and behind it whoever takes it by the API.
    pub(crate) fn desk_limit(&self) -> Duration {
        let takers = u32::from(!self.command.is_empty()) + u32::from(self.api_deliveries);
        self.command_limit * takers
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
            confirm_recalls,
            api,
            api_deliveries,
        } = self;
        let allowed =
            |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || "-_".contains(one);
        let length = subscription.len();
        if length == 0 || length > NAME_CHARACTERS_MAX || !subscription.chars().all(allowed) {
            return Err(about(
                "subscription",
                "1 to 57 of a-z, 0-9, hyphen, underscore".to_owned(),
                "de 1 a 57 de a-z, 0-9, guion, guion bajo".to_owned(),
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
        let run = Run {
            subscription,
            hand_over: hand_over.map(|folder| base.join(folder)),
            command,
            command_limit: Duration::from_secs(command_seconds),
            receipts,
            confirm_recalls,
            api,
            api_deliveries,
        };
        if run.api_deliveries && !run.api {
            return Err(about(
                "api_deliveries",
                "needs api = true".to_owned(),
                "requiere api = true".to_owned(),
            ));
        }
        if run.confirm_recalls && !run.receives() {
            return Err(about(
                "confirm_recalls",
                "needs hand_over, command or api_deliveries: it answers for the systems behind them".to_owned(),
                "requiere hand_over, command o api_deliveries: responde por los sistemas que están detrás"
                    .to_owned(),
            ));
        }
        Ok(run)
    }
}

fn about(key: &str, en: String, es: String) -> Text {
    Text::from((en, es)).about(format!("run.{key}"))
}
