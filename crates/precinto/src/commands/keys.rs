//! `keys dev`: a development PKI in one folder.

use crate::args::{KeysCommand, KeysDev};
use crate::clock;
use crate::exit::{Exit, Failure, Text};
use crate::output::Output;
use crate::pki::{self, Options, Profile};
use anyhow::Context;
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
struct Result {
    schema: &'static str,
    ok: bool,
    folder: String,
    certificates: usize,
    nodes: Vec<String>,
    vkey: String,
}

/// Runs `keys …`.
pub(crate) fn run(command: &KeysCommand, output: Output) -> anyhow::Result<Exit> {
    let KeysCommand::Dev(args) = command;
    dev(args, output)
}

fn dev(args: &KeysDev, output: Output) -> anyhow::Result<Exit> {
    let profile = read_profile(args.profile.as_deref())?;
    let existing = args.out.join("gateway.toml");
    if !args.force && existing.try_exists()? {
        let folder = args.out.display();
        return Err(Failure::usage((
            format!("{folder} holds a set already"),
            format!("{folder} ya contiene un juego de llaves"),
        ))
        .next((
            "choose another folder, or --force",
            "elija otra carpeta, o --force",
        ))
        .into());
    }
    let options = Options {
        unhappy: args.unhappy,
        keep_roots: args.keep_roots,
        now_ms: clock::now_ms(),
    };
    let made = pki::make(&profile, &args.out, options)?;
    let nodes: Vec<String> = profile
        .nodes()
        .map(|(side, agency, node)| format!("nodes/{}-{}-{}.toml", side.key, agency.id, node.name))
        .collect();
    let folder = args.out.display().to_string();
    let result = Result {
        schema: "precinto.keys.dev/v1",
        ok: true,
        certificates: made.certificates,
        nodes,
        vkey: made.vkey,
        folder,
    };
    output.result(&result, || text(&result, output))?;
    Ok(Exit::Done)
}

fn text(result: &Result, output: Output) -> Vec<String> {
    let lang = output.lang();
    let Result {
        folder,
        certificates,
        nodes,
        vkey,
        ..
    } = result;
    let first = nodes.first().map_or("", String::as_str);
    vec![
        format!(
            "{} {certificates} {} {folder}. {}",
            lang.pick("made", "se hicieron"),
            lang.pick("certificates in", "certificados en"),
            lang.pick("For development only.", "Solo para desarrollo."),
        ),
        format!("{} {vkey}", lang.pick("log key:", "llave de la bitácora:")),
        lang.pick("try:", "pruebe:").to_owned(),
        format!("  precinto gateway init --config {folder}/gateway.toml"),
        format!("  precinto gateway run --config {folder}/gateway.toml"),
        format!("  precinto doctor --node {folder}/{first}"),
        format!("  precinto watch --node {folder}/{first}"),
    ]
}

fn read_profile(path: Option<&Path>) -> anyhow::Result<Profile> {
    let Some(path) = path else {
        return Profile::built_in().context("the built-in profile");
    };
    let text = crate::config::read_text(path)?;
    let parsed = Profile::parse(&text);
    parsed.map_err(|error| {
        let what = Text::cause(format!("{error:#}"), "el perfil no se puede usar");
        Failure::usage(what.about(path.display())).into()
    })
}
