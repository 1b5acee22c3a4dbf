//! `gateway`: begin its log, run the server, or look whether it could run.

mod failure;

use crate::args::{GatewayCommand, environment};
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::{runtime, stop};
use precinto_gateway::config::Config;
use precinto_gateway::{Gateway, RunError};
use precinto_ledger::{CreateError, OpenError};
use serde::Serialize;
use std::path::Path;
use tokio_util::sync::CancellationToken;

/// The one line that says: it listens.
#[derive(Serialize)]
struct Listening<'a> {
    schema: &'static str,
    event: &'static str,
    address: String,
    origin: &'a str,
    vkey: String,
}

/// A log was begun.
#[derive(Serialize)]
struct Begun<'a> {
    schema: &'static str,
    ok: bool,
    data: &'a str,
    vkey: &'a str,
}

#[derive(Serialize)]
struct Checked {
    schema: &'static str,
    ok: bool,
    file: String,
}

/// Runs `gateway …`.
pub(crate) fn run(command: &GatewayCommand, output: Output) -> anyhow::Result<Exit> {
    match command {
        GatewayCommand::Run(args) => serve(&args.config, args.exit_with_stdin, output),
        GatewayCommand::Init(args) => init(&args.config, output),
        GatewayCommand::Check(args) => {
            drop(examine(&args.config)?);
            let file = args.config.display().to_string();
            let checked = Checked {
                schema: "precinto.gateway.check/v1",
                ok: true,
                file,
            };
            output.result(&checked, || {
                vec![
                    output
                        .lang()
                        .pick("ready to run", "listo para ejecutarse")
                        .to_owned(),
                ]
            })?;
            Ok(Exit::Done)
        }
    }
}

/// Begins the log.
fn init(path: &Path, output: Output) -> anyhow::Result<Exit> {
    let gateway = examine(path)?;
    let vkey = gateway.verifier().to_string();
    let data = gateway.config().data.display().to_string();
    gateway.init().map_err(|error| {
        let failure = Failure::new(Exit::Failed, format!("{data}: {error}"));
        match error {
            CreateError::Exists { .. } => {
                failure.next("precinto gateway run  opens a log that is there")
            }
            _ => failure,
        }
    })?;
    let begun = Begun {
        schema: "precinto.gateway.init/v1",
        ok: true,
        data: &data,
        vkey: &vkey,
    };
    output.result(&begun, || {
        let words = output
            .lang()
            .pick("an empty log begins in", "comienza un registro vacío en");
        vec![format!("{words} {data}"), format!("vkey: {vkey}")]
    })?;
    Ok(Exit::Done)
}

/// Reads everything that a gateway's file names, as a start would, and opens nothing.
pub(crate) fn examine(path: &Path) -> Result<Gateway, Failure> {
    let config = Config::load(path).map_err(|error| {
        Failure::usage(error.to_string())
            .next("precinto config example gateway  shows a complete file")
    })?;
    let now_ms = config.clock().now_ms();
    Gateway::check(config, now_ms)
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

fn serve(path: &Path, with_stdin: bool, output: Output) -> anyhow::Result<Exit> {
    let gateway = examine(path)?;
    start_logging();
    runtime::run(async move {
        let shutdown = stop_token(with_stdin)?;
        let listen = gateway.config().listen;
        let data = gateway.config().data.clone();
        let clock = gateway.config().clock();
        if let Some(file) = &gateway.config().clock_shift {
            let file = file.display();
            tracing::warn!(%file, "the clock is shifted: the times in this log are worth nothing");
        }
        let opened = gateway.open(clock).await.map_err(|error| match error {
            RunError::Open(OpenError::NoLog) => no_log(&data, path),
            error => failure::of(&error),
        })?;
        let listener = tokio::net::TcpListener::bind(listen)
            .await
            .map_err(|error| Failure::usage(format!("cannot listen on {listen}: {error}")))?;
        output.json_line(&Listening {
            schema: "precinto.gateway.listening/v1",
            event: "listening",
            address: listener.local_addr()?.to_string(),
            origin: opened.origin(),
            vkey: opened.verifier().to_string(),
        })?;
        opened
            .serve(listener, shutdown)
            .await
            .map_err(|error| failure::of(&error))?;
        Ok(Exit::Done)
    })
}

/// Cancelled when somebody wants this process to end.
fn stop_token(with_stdin: bool) -> std::io::Result<CancellationToken> {
    let stopped = stop::requested(with_stdin)?;
    let shutdown = CancellationToken::new();
    let asked = shutdown.clone();
    drop(tokio::spawn(async move {
        stopped.await;
        asked.cancel();
    }));
    Ok(shutdown)
}

/// Never begun, or lost: only a person knows which.
fn no_log(data: &Path, config: &Path) -> Failure {
    let message = format!("{}: the data folder holds no log", data.display());
    Failure::new(Exit::Failed, message).next(format!(
        "precinto gateway init --config {} (first time only), or mount the folder that holds it",
        config.display()
    ))
}

/// The gateway's own log goes to stderr: JSON lines in service, plain text on a terminal.
fn start_logging() {
    use std::io::IsTerminal;
    use tracing_subscriber::filter::LevelFilter;
    let wanted = environment::log_level().and_then(|level| level.parse().ok());
    let builder = tracing_subscriber::fmt()
        .with_max_level(wanted.unwrap_or(LevelFilter::INFO))
        .with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        builder.init();
    } else {
        builder.json().init();
    }
}
