//! `send`: one signed statement of any type, or a stream of them.

mod verbs;

pub(crate) use verbs::Shape;
#[cfg(test)]
pub(crate) use verbs::VERBS;
#[cfg(not(test))]
use verbs::VERBS;
use verbs::{Flag, Verb};

use super::NodeArgs;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, Subcommand};
use std::path::PathBuf;

/// Options that every way of sending shares.
#[derive(Debug, Clone, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line, and clap refuses those that exclude each other"
)]
pub(crate) struct SendOptions {
    /// Which node sends.
    #[command(flatten)]
    pub(crate) node: NodeArgs,
    /// Officers of the node's configuration who sign as well (acknowledgement levels 2 to 4 need one)
    #[arg(long, value_name = "ID", global = true)]
    pub(crate) officer: Vec<String>,
    /// Keep each receipt in this folder, as {id}.tlog-proof with its record beside it
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) receipts: Option<PathBuf>,
    /// Check everything that can be checked here, and send nothing: the gateway need not run
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// Check here and at the gateway, which also knows the recipients and the case, and write nothing
    #[arg(long, global = true, conflicts_with = "dry_run")]
    pub(crate) validate_only: bool,
    /// Sign, write the submission to this file, and do not send it (send it later with: send signed FILE)
    #[arg(long, value_name = "FILE", global = true, conflicts_with_all = ["dry_run", "validate_only"])]
    pub(crate) sign_only: Option<PathBuf>,
    /// Put it into the outbox and do not wait for the log; the agent (precinto node run) sends it
    #[arg(long, global = true, conflicts_with_all = ["dry_run", "validate_only", "sign_only"])]
    pub(crate) queue: bool,
    /// How long to wait for the log when the node's file has a [run] table, and everything goes through the outbox
    #[arg(long, value_name = "SECONDS", global = true, default_value_t = 5, value_parser = clap::value_parser!(u16).range(0..=600))]
    pub(crate) wait: u16,
    /// An officer's own certificate and key, for `ack`.
    #[arg(skip)]
    pub(crate) card: Option<(PathBuf, PathBuf)>,
    /// Confirm a recall for copies that are kept elsewhere, though this node's own copy cannot say that it was done
    #[arg(long, global = true)]
    pub(crate) elsewhere: bool,
}

impl SendOptions {
    /// To send at once, signed by these officers as well.
    pub(crate) fn confirming(officers: &[String]) -> Self {
        Self {
            node: NodeArgs {
                node: None,
                gateway: None,
            },
            officer: officers.to_vec(),
            receipts: None,
            dry_run: false,
            validate_only: false,
            sign_only: None,
            queue: false,
            wait: 5,
            card: None,
            elsewhere: false,
        }
    }
}

/// What to send.
#[derive(Debug)]
pub(crate) enum SendCommand {
    /// A message of one of the types in [`VERBS`].
    Message(MessageArgs),
    /// Whatever else is sent.
    Other(Ready),
}

/// What was made ready elsewhere.
#[derive(Debug, Subcommand)]
pub(crate) enum Ready {
    /// Drafts from stdin, one JSON object a line, over one pipelined stream; one JSON line each on stdout, in order
    #[command(
        name = "-",
        after_help = "\
Nothing is filled in from the own copy here, and nobody is told of extracts: neither that one is another agency's to make, nor which
of one's own an amendment or a recall leaves behind (precinto show ALERT_ID says it).

Example:
  jq -c . alerts/*.json | precinto send --node nodes/us-cbp-lax.toml -"
    )]
    Stream {
        /// How many may be under way at once
        #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=256))]
        window: u16,
    },
    /// Submissions that were signed earlier with --sign-only
    #[command(
        after_help = "Example:\n  precinto send signed alert.signed --node nodes/us-cbp-lax.toml"
    )]
    Signed {
        /// Files written by --sign-only
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

/// `precinto send TYPE …`: what was said on the command line, not yet a draft.
#[derive(Debug)]
pub(crate) struct MessageArgs {
    /// Which type.
    pub(crate) verb: &'static Verb,
    /// Alert ids, message ids and draft files, in any order; each is known by its form.
    pub(crate) about: Vec<String>,
    /// The flags that were given or have a default, with their values.
    pub(crate) said: Vec<Said>,
}

/// One flag with its values.
#[derive(Debug)]
pub(crate) struct Said {
    /// Which.
    pub(crate) flag: &'static Flag,
    /// As typed; empty for a switch.
    pub(crate) values: Vec<String>,
    /// Nobody typed it: a draft file says it with more right.
    pub(crate) by_default: bool,
}

impl Subcommand for SendCommand {
    fn augment_subcommands(command: Command) -> Command {
        let command = VERBS
            .iter()
            .fold(command, |command, verb| command.subcommand(of(verb)));
        Ready::augment_subcommands(command)
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        VERBS.iter().any(|verb| verb.name == name) || Ready::has_subcommand(name)
    }
}

impl FromArgMatches for SendCommand {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let verb = matches.subcommand().and_then(|(name, matches)| {
            let verb = VERBS.iter().find(|verb| verb.name == name)?;
            Some((verb, matches))
        });
        match verb {
            Some((verb, matches)) => Ok(Self::Message(MessageArgs::read(verb, matches))),
            None => Ready::from_arg_matches(matches).map(Self::Other),
        }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl MessageArgs {
    /// What a person would have typed after `send NAME`: its arguments, and flags with one value each.
    pub(crate) fn typed(name: &str, about: &[String], flags: &[(&str, &str)]) -> Option<Self> {
        let verb = VERBS.iter().find(|verb| verb.name == name)?;
        let said = flags.iter().map(|(name, value)| {
            let flag = verb.all_flags().find(|flag| flag.name == *name)?;
            Some(Said {
                flag,
                values: vec![(*value).to_owned()],
                by_default: false,
            })
        });
        Some(Self {
            verb,
            about: about.to_vec(),
            said: said.collect::<Option<_>>()?,
        })
    }

    fn read(verb: &'static Verb, matches: &ArgMatches) -> Self {
        let texts = |name: &str| -> Vec<String> {
            let values = matches.get_many::<String>(name);
            values.map_or_else(Vec::new, |values| values.cloned().collect())
        };
        let said = verb.all_flags().filter_map(|flag| {
            let source = matches.value_source(flag.name)?;
            let switched_off = flag.shape == Shape::Switch && !matches.get_flag(flag.name);
            (!switched_off).then(|| Said {
                flag,
                values: if flag.shape == Shape::Switch {
                    Vec::new()
                } else {
                    texts(flag.name)
                },
                by_default: source == ValueSource::DefaultValue,
            })
        });
        Self {
            verb,
            about: texts(ABOUT),
            said: said.collect(),
        }
    }
}

/// The name of the positional arguments.
const ABOUT: &str = "about";

/// The command of one type.
fn of(verb: &'static Verb) -> Command {
    let about = Arg::new(ABOUT)
        .value_name(verb.takes)
        .num_args(1..)
        .required(verb.needs_file)
        .help("Each is known by its form: an alert id, a message id, a draft file (YAML or JSON)");
    let command = Command::new(verb.name)
        .about(verb.about)
        .after_help(verb.after_help)
        .arg(about);
    verb.all_flags().fold(command, |command, flag| {
        let heading = if verb.says(flag) {
            "What it says"
        } else {
            "What every message says"
        };
        let arg = Arg::new(flag.name).long(flag.name).help(flag.help);
        let arg = arg.help_heading(heading);
        let arg = match flag.shape {
            Shape::Switch => arg.action(ArgAction::SetTrue),
            Shape::One => arg.value_name(flag.value),
            Shape::Codes => arg
                .value_name(flag.value)
                .action(ArgAction::Append)
                .value_delimiter(','),
            _ => arg.value_name(flag.value).action(ArgAction::Append),
        };
        let arg = match flag.default {
            Some(default) => arg.default_value(default),
            None => arg,
        };
        command.arg(arg)
    })
}
