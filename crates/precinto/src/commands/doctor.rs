//! `doctor`: a tree of what is well, what is worth a look and what is wrong, with advice; works while the gateway is down.

mod checks;
mod dates;
pub(crate) mod pair;

use crate::args::Doctor;
use crate::config::Node;
use crate::exit::{Exit, Failure, Text};
use crate::output::{Lang, Mark, Output};
use crate::runtime;
use precinto_alert::Lang as Texts;
use precinto_alert::reason as catalogue;
use serde::Serialize;

/// One thing examined.
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    /// The branch of the tree.
    group: &'static str,
    /// What was examined.
    what: Text,
    /// How it is.
    #[serde(serialize_with = "mark_name")]
    mark: Mark,
    /// What was found.
    found: Text,
    /// What to do about it; none when nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<Text>,
    /// True when the gateway could not be reached: another exit code.
    #[serde(skip)]
    unreachable: bool,
}

impl Check {
    /// As it should be.
    fn good(group: &'static str, what: impl Into<Text>, found: impl Into<Text>) -> Self {
        Self {
            group,
            what: what.into(),
            mark: Mark::Good,
            found: found.into(),
            advice: None,
            unreachable: false,
        }
    }

    /// Worth a look.
    fn warning(self, advice: impl Into<Text>) -> Self {
        Self {
            mark: Mark::Warning,
            advice: Some(advice.into()),
            ..self
        }
    }

    /// Not as it should be.
    fn bad(self, advice: impl Into<Text>) -> Self {
        Self {
            mark: Mark::Bad,
            advice: Some(advice.into()),
            ..self
        }
    }

    /// Not as it should be, as a failure tells it: with its next step, or that of its reason.
    fn failed(group: &'static str, what: impl Into<Text>, failure: Failure) -> Self {
        let unreachable = failure.exit == Exit::Unreachable;
        let advice = failure.next.or_else(|| {
            let entry = catalogue::entry(failure.reason?);
            Some(Text::from((entry.next(Texts::En), entry.next(Texts::Es))))
        });
        Self {
            mark: Mark::Bad,
            advice,
            unreachable,
            ..Self::good(group, what, failure.message)
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
        Some(config) => checks::of_gateway(config),
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

/// What a configuration file is called.
const SETTINGS: (&str, &str) = ("settings", "configuración");

fn examine_node(args: &Doctor) -> anyhow::Result<Vec<Check>> {
    if args.node.node.is_none() {
        return Err(Failure::usage((
            "examine what? no configuration file was given",
            "¿qué se revisa? no se indicó un archivo de configuración",
        ))
        .next((
            "name a node with --node FILE, or a gateway with --config FILE",
            "indique un nodo con --node ARCHIVO, o una pasarela con --config ARCHIVO",
        ))
        .into());
    }
    let node = match Node::from_args(&args.node) {
        Ok(node) => node,
        Err(failure) => return Ok(vec![Check::failed("config", SETTINGS, failure)]),
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
            lines.push(output.bold(heading(group, lang)));
        }
        lines.push(format!(
            "  {}  {}: {}",
            output.mark(check.mark),
            check.what.pick(lang),
            check.found.pick(lang)
        ));
        if let Some(advice) = &check.advice {
            lines.push(format!("        -> {}", advice.pick(lang)));
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

/// A branch of the tree, as people call it.
fn heading(group: &'static str, lang: Lang) -> &'static str {
    match group {
        "config" => lang.pick(group, "configuración"),
        "trust" => lang.pick(group, "confianza"),
        "certificates" => lang.pick(group, "certificados"),
        "gateway" => lang.pick(group, "pasarela"),
        "log" => lang.pick(group, "bitácora"),
        _ => group,
    }
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
