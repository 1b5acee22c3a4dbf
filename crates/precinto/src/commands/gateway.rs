//! `gateway`: begin its log, run the server, or look whether it could run.

mod failure;

use crate::args::{GatewayCommand, environment};
use crate::exit::{Exit, Failure, Text};
use crate::output::Output;
use crate::{runtime, stop, supervisor};
use precinto_gateway::config::Config;
use precinto_gateway::{Gateway, RunError};
use precinto_ledger::{CreateError, OpenError};
use serde::Serialize;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use tokio_util::sync::CancellationToken;

/// The one line that says: it listens.
#[derive(Serialize)]
struct Listening<'a> {
    schema: &'static str,
    event: &'static str,
    address: String,
    /// The operator's own port, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    admin: Option<String>,
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
        let failure = |es: &str| {
            let what = Text::cause(&error, es).about(&data);
            Failure::new(Exit::Failed, what)
        };
        match error {
            CreateError::Exists { .. } => failure("ya contiene una bitácora, o restos de una")
                .next((
                    "precinto gateway run  opens a log that is there",
                    "precinto gateway run  abre una bitácora que ya existe",
                )),
            CreateError::Locked => failure("otro proceso tiene abierta esta bitácora"),
            _ => failure("no se pudo comenzar la bitácora"),
        }
    })?;
    let begun = Begun {
        schema: "precinto.gateway.init/v1",
        ok: true,
        data: &data,
        vkey: &vkey,
    };
    output.result(&begun, || {
        let words = output.lang().pick(
            "an empty log was begun in",
            "se comenzó una bitácora vacía en",
        );
        let key = output.lang().pick("vkey", "llave verificadora (vkey)");
        vec![format!("{words} {data}"), format!("{key}: {vkey}")]
    })?;
    Ok(Exit::Done)
}

/// Reads everything that a gateway's file names, as a start would, and opens nothing.
pub(crate) fn examine(path: &Path) -> Result<Gateway, Failure> {
    let config = Config::load(path).map_err(|error| {
        Failure::usage(unusable(&error)).next((
            "precinto config example gateway  shows a complete file",
            "precinto config example gateway  muestra un archivo completo",
        ))
    })?;
    let now_ms = config.clock().now_ms();
    let checked = Gateway::check(config, now_ms);
    checked.map_err(|error| Failure::usage(unusable(&error).about(path.display())))
}

/// What a gateway's file says, or names, cannot be used.
pub(crate) fn unusable(error: &dyn std::fmt::Display) -> Text {
    Text::cause(error, "no se puede usar la configuración de la pasarela")
}

fn serve(path: &Path, with_stdin: bool, output: Output) -> anyhow::Result<Exit> {
    let gateway = examine(path)?;
    start_logging();
    runtime::run(async move {
        let (shutdown, reload) = (stop_token(with_stdin)?, stop::ReloadSignals::catch()?);
        let listen = gateway.config().listen;
        let data = gateway.config().data.clone();
        let clock = gateway.config().clock();
        if let Some(file) = &gateway.config().clock_shift {
            let file = file.display();
            tracing::warn!(%file, "the clock is shifted: the times in this log are worth nothing");
        }
        let admin = gateway.config().admin.map(|admin| admin.listen);
        let opened = supervisor::starting_while(gateway.open(clock)).await;
        let mut opened = opened.map_err(|error| match error {
            RunError::Open(OpenError::NoLog) => no_log(&data, path),
            error => failure::of(&error),
        })?;
        let files = opened.ask_reload();
        drop(tokio::spawn(reload.each(move || files.ask())));
        let listener = tokio::net::TcpListener::bind(listen).await;
        let listener = listener.map_err(|error| not_listening(&error, listen))?;
        let opened_admin = opened.open_admin().await;
        let admin = opened_admin.map_err(|error| not_listening(&error, admin.unwrap_or(listen)))?;
        output.json_line(&Listening {
            schema: "precinto.gateway.listening/v1",
            event: "listening",
            address: listener.local_addr()?.to_string(),
            admin: admin.map(|address| address.to_string()),
            origin: opened.origin(),
            vkey: opened.verifier().to_string(),
        })?;
        supervisor::ready();
        supervisor::alive_while(opened.serve(listener, shutdown))
            .await
            .map_err(|error| failure::of(&error))?;
        Ok(Exit::Done)
    })
}

fn not_listening(error: &io::Error, address: SocketAddr) -> Failure {
    let (en, es) = ("cannot listen on", "no se puede escuchar en");
    let what = Text::io(error);
    Failure::usage(what.behind(format!("{en} {address}"), format!("{es} {address}")))
}

/// Cancelled when somebody wants this process to end.
fn stop_token(with_stdin: bool) -> io::Result<CancellationToken> {
    let stopped = stop::requested(with_stdin)?;
    let shutdown = CancellationToken::new();
    let asked = shutdown.clone();
    drop(tokio::spawn(async move {
        stopped.await;
        supervisor::stopping();
        asked.cancel();
    }));
    Ok(shutdown)
}

/// Never begun, or lost: only a person knows which.
fn no_log(data: &Path, config: &Path) -> Failure {
    let what = (
        "the data folder holds no log",
        "la carpeta de datos no contiene ninguna bitácora",
    );
    let begin = format!("precinto gateway init --config {}", config.display());
    Failure::new(Exit::Failed, Text::from(what).about(data.display())).next((
        format!("{begin} (first time only), or mount the folder that holds it"),
        format!("{begin} (solo la primera vez), o monte la carpeta que la contiene"),
    ))
}

/// The gateway's own log goes to stderr: JSON lines in service, plain text on a terminal.
fn start_logging() {
    use io::IsTerminal;
    let is_terminal = io::stderr().is_terminal();
    // Nobody has begun to log before: this is the one place.
    drop(tracing::subscriber::set_global_default(logger(
        io::stderr,
        is_terminal,
    )));
}

/// What a peer can put into a line, for example as the text of an error, must not move the cursor of whoever reads the log, nor
/// begin a line of its own (RUSTSEC-2025-0055). The library escapes some of it, in some fields.
fn logger<W: io::Write + 'static>(
    writer: impl Fn() -> W + Send + Sync + 'static,
    is_terminal: bool,
) -> Box<dyn tracing::Subscriber + Send + Sync> {
    use tracing_subscriber::filter::LevelFilter;
    let wanted = environment::log_level().and_then(|level| level.parse().ok());
    let builder = tracing_subscriber::fmt()
        .with_max_level(wanted.unwrap_or(LevelFilter::INFO))
        .with_writer(move || Escaped(writer()));
    if is_terminal {
        Box::new(builder.finish())
    } else {
        Box::new(builder.json().finish())
    }
}

/// Writes lines in which every control character is escaped, in the way of JSON, but for the newline at the end.
struct Escaped<W>(W);

impl<W: io::Write> io::Write for Escaped<W> {
    /// Takes a whole line, as the logger writes it.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        use std::fmt::Write as _;
        let text = String::from_utf8_lossy(line);
        let (text, end) = text
            .strip_suffix('\n')
            .map_or((&*text, ""), |text| (text, "\n"));
        let mut escaped = String::with_capacity(line.len());
        for letter in text.chars() {
            if letter.is_control() {
                write!(escaped, "\\u{:04x}", u32::from(letter)).map_err(io::Error::other)?;
            } else {
                escaped.push(letter);
            }
        }
        escaped.push_str(end);
        self.0.write_all(escaped.as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// What was logged.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_a_peer_says_neither_moves_the_cursor_nor_begins_a_line() {
        let hostile = "red\u{1b}[31m title\u{1b}]0;x\u{7} back\u{8} csi\u{9b}1m\r\nWARN forged";
        for is_terminal in [true, false] {
            let lines = Lines::default();
            let copy = lines.clone();
            let logger = logger(move || copy.clone(), is_terminal);
            tracing::subscriber::with_default(logger, || {
                let error = io::Error::other(hostile);
                tracing::warn!(%error, text = hostile, debug = ?hostile, "refused: {hostile}");
            });
            let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
            let line = text.strip_suffix('\n').unwrap();
            assert!(line.contains("forged"), "{line}");
            let wild: Vec<char> = line.chars().filter(|c| c.is_control()).collect();
            assert!(
                wild.is_empty(),
                "terminal {is_terminal}: {wild:?} in {line:?}"
            );
        }
    }
}
