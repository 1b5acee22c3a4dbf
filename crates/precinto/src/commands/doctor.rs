//! `doctor`: a tree of what is well, what is worth a look and what is wrong, with advice; works while the gateway is down.

mod checks;
mod dates;

use crate::args::Doctor;
use crate::config::Node;
use crate::exit::{Exit, Failure};
use crate::output::{Mark, Output};
use crate::runtime;
use serde::Serialize;

/// One thing examined.
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    /// The branch of the tree.
    group: &'static str,
    /// What was examined.
    what: String,
    /// How it is.
    #[serde(serialize_with = "mark_name")]
    mark: Mark,
    /// What was found.
    found: String,
    /// What to do about it; empty when nothing.
    #[serde(skip_serializing_if = "String::is_empty")]
    advice: String,
    /// True when the gateway could not be reached: another exit code.
    #[serde(skip)]
    unreachable: bool,
}

impl Check {
    /// As it should be.
    fn good(group: &'static str, what: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            group,
            what: what.into(),
            mark: Mark::Good,
            found: found.into(),
            advice: String::new(),
            unreachable: false,
        }
    }

    /// Worth a look.
    fn warning(self, advice: impl Into<String>) -> Self {
        Self {
            mark: Mark::Warning,
            advice: advice.into(),
            ..self
        }
    }

    /// Not as it should be.
    fn bad(self, advice: impl Into<String>) -> Self {
        Self {
            mark: Mark::Bad,
            advice: advice.into(),
            ..self
        }
    }
}

#[derive(Serialize)]
struct Examined {
    schema: &'static str,
    ok: bool,
    failures: usize,
    warnings: usize,
    checks: Vec<Check>,
}

/// Runs `doctor`.
pub(crate) fn run(args: &Doctor, output: Output) -> anyhow::Result<Exit> {
    let checks = match &args.config {
        Some(config) => checks::gateway(config),
        None => examine_node(args)?,
    };
    let count = |mark: Mark| checks.iter().filter(|check| check.mark == mark).count();
    let (failures, warnings) = (count(Mark::Bad), count(Mark::Warning));
    let only_unreachable = checks
        .iter()
        .filter(|check| check.mark == Mark::Bad)
        .all(|check| check.unreachable);
    let examined = Examined {
        schema: "precinto.doctor/v1",
        ok: failures == 0,
        failures,
        warnings,
        checks,
    };
    output.result(&examined, || text(&examined, output))?;
    Ok(match failures {
        0 => Exit::Done,
        _ if only_unreachable => Exit::Unreachable,
        _ => Exit::Unhealthy,
    })
}

fn examine_node(args: &Doctor) -> anyhow::Result<Vec<Check>> {
    if args.node.node.is_none() {
        return Err(
            Failure::usage("examine what? no configuration file was given")
                .next("name a node with --node FILE, or a gateway with --config FILE")
                .into(),
        );
    }
    let node = match Node::from_args(&args.node) {
        Ok(node) => node,
        Err(failure) => {
            let advice = failure
                .next
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            return Ok(vec![
                Check::good("config", "settings", failure.message.to_string()).bad(advice),
            ]);
        }
    };
    let mut checks = checks::offline(&node);
    let loadable = checks.iter().all(|check| check.mark != Mark::Bad);
    if !args.offline && loadable {
        checks.extend(runtime::run(async { Ok(checks::online(&node).await) })?);
    }
    Ok(checks)
}

fn text(examined: &Examined, output: Output) -> Vec<String> {
    let lang = output.lang();
    let mut lines = Vec::new();
    let mut group = "";
    for check in &examined.checks {
        if check.group != group {
            group = check.group;
            lines.push(output.bold(group));
        }
        lines.push(format!(
            "  {}  {}: {}",
            output.mark(check.mark),
            check.what,
            check.found
        ));
        if !check.advice.is_empty() {
            lines.push(format!("        -> {}", check.advice));
        }
    }
    let (failures, warnings) = (examined.failures, examined.warnings);
    lines.push(match (failures, warnings) {
        (0, 0) => lang.pick("all is well", "todo está bien").to_owned(),
        _ => format!(
            "{failures} {}, {warnings} {}",
            lang.pick("failed", "fallos"),
            lang.pick("worth a look", "por revisar")
        ),
    });
    lines
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn mark_name<S: serde::Serializer>(mark: &Mark, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match mark {
        Mark::Good => "ok",
        Mark::Warning => "warning",
        Mark::Bad => "failure",
    })
}
