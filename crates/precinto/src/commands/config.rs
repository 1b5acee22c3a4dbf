//! `config`: is a file right, what does it say, what could it say.

use crate::args::{ConfigCommand, ConfigShow, Example};
use crate::config::{self, Material, Node, Origin, load_policy};
use crate::demo;
use crate::exit::{Exit, Failure};
use crate::output::{Align, Lang, Output, Table};
use precinto_gateway::config as gateway;
use serde::Serialize;
use std::path::{Path, PathBuf};

#[derive(Serialize)]
struct Checked<'a> {
    schema: &'static str,
    ok: bool,
    file: String,
    kind: &'a str,
}

#[derive(Serialize)]
struct Setting {
    key: String,
    value: String,
    origin: String,
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    file: String,
    settings: Vec<Setting>,
}

/// Runs `config …`.
pub(crate) fn run(command: &ConfigCommand, output: Output) -> anyhow::Result<Exit> {
    match command {
        ConfigCommand::Check { file } => check(file, output),
        ConfigCommand::Show(args) => show(args, output),
        ConfigCommand::Example { kind } => {
            output.verbatim(&match kind {
                Example::Node => config::example(),
                Example::Gateway => gateway::EXAMPLE.to_owned(),
                Example::Alert => demo::SAMPLE.to_owned(),
            })?;
            Ok(Exit::Done)
        }
    }
}

fn check(file: &Path, output: Output) -> anyhow::Result<Exit> {
    let text = config::read_text(file)?;
    let kind = if is_gateway(&text) {
        drop(super::gateway::examine(file)?);
        "gateway"
    } else {
        let node = Node::load(file)?;
        let material = Material::load(&node).map_err(Failure::from)?;
        if node.signing.is_some() {
            drop(material.author().map_err(Failure::from)?);
        }
        for officer in &node.officers {
            drop(material.officer(&officer.id).map_err(Failure::from)?);
        }
        drop(config::load_witness_key(&node).map_err(Failure::from)?);
        if let Some(policy) = &node.policy {
            drop(load_policy(policy).map_err(Failure::from)?);
        }
        "node"
    };
    let file = file.display().to_string();
    let checked = Checked {
        schema: "precinto.config.check/v1",
        ok: true,
        kind,
        file,
    };
    output.result(&checked, || {
        let what = output.lang().pick(
            "everything it names is there and fits",
            "todo lo que nombra existe y concuerda",
        );
        let kind = match kind {
            "gateway" => output.lang().pick(kind, "pasarela"),
            _ => output.lang().pick(kind, "nodo"),
        };
        vec![format!("{}: {kind}: {what}", checked.file)]
    })?;
    Ok(Exit::Done)
}

/// A gateway's file says where to listen; a node's file has no such key.
fn is_gateway(text: &str) -> bool {
    toml::from_str::<toml::Table>(text).is_ok_and(|table| table.contains_key("listen"))
}

fn show(args: &ConfigShow, output: Output) -> anyhow::Result<Exit> {
    let path = args.node.node.as_deref();
    let gateway_file =
        path.filter(|path| config::read_text(path).is_ok_and(|text| is_gateway(&text)));
    let (file, settings) = if let Some(path) = gateway_file {
        let loaded = gateway::Config::load(path);
        let loaded = loaded.map_err(|error| Failure::usage(super::gateway::unusable(&error)))?;
        let settings = loaded.show().into_iter().map(|one| Setting {
            key: one.key,
            value: one.value,
            origin: one.origin.to_string(),
        });
        (path.display().to_string(), settings.collect())
    } else {
        let node = Node::from_args(&args.node)?;
        (node.file.display().to_string(), of_node(&node))
    };
    let shown = Shown {
        schema: "precinto.config.show/v1",
        file,
        settings,
    };
    output.result(&shown, || {
        let lang = output.lang();
        let heading = [
            (lang.pick("key", "campo"), Align::Left),
            (lang.pick("value", "valor"), Align::Left),
            (lang.pick("origin", "origen"), Align::Left),
        ];
        let columns = if args.origin { 3 } else { 2 };
        let mut table = Table::new(heading.get(..columns).unwrap_or(&heading));
        for Setting { key, value, origin } in &shown.settings {
            table.row([key.clone(), value.clone(), from(origin, lang)]);
        }
        table.lines()
    })?;
    Ok(Exit::Done)
}

/// Where a setting came from, in the reader's language; what else stands there is a name.
fn from(origin: &str, lang: Lang) -> String {
    let said = match origin {
        "flag" => lang.pick(origin, "opción"),
        "environment" => lang.pick(origin, "entorno"),
        "file" => lang.pick(origin, "archivo"),
        "default" => lang.pick(origin, "predeterminado"),
        _ => origin,
    };
    said.to_owned()
}

/// Keys are named by their files, which are no secret; what is in them never appears.
fn of_node(node: &Node) -> Vec<Setting> {
    let mut settings = vec![
        setting("identity", &node.identity, Origin::File),
        setting("code", &node.code, Origin::File),
        setting("country", &node.country, Origin::File),
        setting("gateway", &node.gateway, node.gateway_origin),
        setting("server_name", &node.server_name, Origin::File),
        setting("gateway_identity", &node.gateway_identity, Origin::File),
        setting("log", &node.log, Origin::File),
        setting("state", node.state.display(), node.state_origin),
    ];
    let mut add = |key: String, value: String| settings.push(setting(key, value, Origin::File));
    let signing = node.signing.iter().map(|pair| ("signing", pair));
    for (name, pair) in std::iter::once(("tls", &node.tls)).chain(signing) {
        add(
            format!("{name}.certificate"),
            pair.certificate.display().to_string(),
        );
        add(format!("{name}.key"), pair.key.display().to_string());
    }
    for (name, file) in [("witness", &node.witness), ("policy", &node.policy)] {
        if let Some(file) = file {
            add(name.to_owned(), file.display().to_string());
        }
    }
    if let Some(run) = &node.run {
        add("run.subscription".to_owned(), run.subscription.clone());
        let folder = run
            .hand_over
            .as_ref()
            .map(|folder| folder.display().to_string());
        add("run.hand_over".to_owned(), folder.unwrap_or_default());
        add("run.command".to_owned(), run.command.join(" "));
        add(
            "run.command_seconds".to_owned(),
            run.command_limit.as_secs().to_string(),
        );
        add("run.receipts".to_owned(), run.receipts.to_string());
        add(
            "run.confirm_recalls".to_owned(),
            run.confirm_recalls.to_string(),
        );
        add("run.api".to_owned(), run.api.to_string());
        add(
            "run.api_deliveries".to_owned(),
            run.api_deliveries.to_string(),
        );
    }
    for officer in &node.officers {
        add(
            format!("officer.{}.certificate", officer.id),
            officer.certificate.display().to_string(),
        );
        add(
            format!("officer.{}.key", officer.id),
            officer.key.display().to_string(),
        );
    }
    for side in &node.sides {
        add(format!("side.{}.roots", side.domain), listed(&side.roots));
        add(format!("side.{}.crls", side.domain), listed(&side.crls));
    }
    settings
}

fn setting(key: impl Into<String>, value: impl std::fmt::Display, origin: Origin) -> Setting {
    Setting {
        key: key.into(),
        value: value.to_string(),
        origin: origin.to_string(),
    }
}

fn listed(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    paths.join(", ")
}
